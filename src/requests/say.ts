import { DateTime, Duration } from "luxon";
import type { Json } from "../core/json.js";
import { patternOf, type Pattern } from "./grammar.js";
import { fieldOf } from "./match.js";
import type { Phrasebook } from "./vocabulary.js";

type Request = Readonly<Record<string, Json>>;

/** A sentence that `understand` reads as exactly this request; `shown` words are for people's eyes, in their time zone. */
export function sentenceFor(book: Phrasebook, request: Request, shown?: { readonly zone: string }): string {
  const sentences = book.says.map((text) => render(book, patternOf(text), request, shown));
  const best = sentences.sort((a, b) => a.gaps - b.gaps || a.lost - b.lost)[0];
  return best?.text ?? book.name;
}

function render(
  book: Phrasebook,
  pattern: Pattern,
  request: Request,
  shown?: { readonly zone: string },
): { text: string; lost: number; gaps: number } {
  const left = new Set(Object.keys(request));
  const out: string[] = [];
  let gaps = 0;
  for (const piece of pattern.pieces) {
    if (piece.flag !== undefined) {
      const field = FLAG_FIELDS[piece.flag] ?? book.fields?.[piece.flag];
      if (typeof field === "string" && request[field] === true) {
        left.delete(field);
        out.push(piece.words);
      }
      continue;
    }
    if (piece.slot === undefined) {
      out.push(piece.words);
      const said = book.fields?.[piece.words];
      if (typeof said === "string" && request[said] === true) left.delete(said);
      if (piece.words.startsWith("undo") && isSafety(request["point"])) left.delete("point");
      if (piece.words.startsWith("unthrottle") && request["kbPerSecond"] === 0) left.delete("kbPerSecond");
      continue;
    }
    const value = valueOf(book, piece.slot, request, left, shown);
    if (value === undefined) gaps += piece.optional ? 0 : 1;
    else out.push(...[piece.words, value].filter((each) => each !== ""));
  }
  return { text: out.join(" "), lost: left.size, gaps };
}

const FLAG_FIELDS: Readonly<Record<string, string>> = {
  "with fresh data": "fresh",
  "and start the application": "startApplication",
};
const isSafety = (point: Json | undefined): boolean => typeof point === "object" && point !== null && "safety" in point;

function valueOf(
  book: Phrasebook,
  slot: string,
  request: Request,
  left: Set<string>,
  shown?: { readonly zone: string },
): string | undefined {
  if (slot === "mirror") {
    left.delete("all");
    left.delete("set");
    return request["all"] === true ? "all" : text(request["set"]);
  }
  const field = fieldOf(book, slot);
  if (field === undefined || request[field] === undefined || !left.has(field)) return undefined;
  const spoken = SPOKEN[slot]?.(request[field], shown) ?? text(request[field]);
  if (spoken !== undefined) left.delete(field);
  return spoken;
}

const text = (value: Json | undefined): string | undefined =>
  typeof value === "string" || typeof value === "number"
    ? String(value)
    : Array.isArray(value)
      ? value.join(" and ")
      : undefined;

const SPOKEN: Readonly<
  Record<string, (value: Json | undefined, shown?: { readonly zone: string }) => string | undefined>
> = {
  point: (value, shown) => pointInWords(value, shown),
  until: (value, shown) => (typeof value === "string" ? momentInWords(value, shown) : undefined),
  duration: (value) => (typeof value === "string" && value.startsWith("P") ? spanInWords(value) : undefined),
  rate: (value) =>
    typeof value === "number" ? (value % 1024 === 0 ? `${value / 1024} MB/s` : `${value} KB/s`) : undefined,
  size: (value) =>
    typeof value === "number"
      ? value % 2 ** 30 === 0
        ? `${value / 2 ** 30} GiB`
        : `${Math.round(value / 2 ** 20)} MiB`
      : undefined,
  source: (value) => (value === undefined ? undefined : "CVO"),
  volume: (value) => text(value),
};

/** "2026-11-18", "the latest snapshot", "snapshot nightly.2026-11-18_0200"; undefined for the safety copy, which "undo" says. */
export function pointInWords(value: Json | undefined, shown?: { readonly zone: string }): string | undefined {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return undefined;
  const point = value as Readonly<Record<string, Json>>;
  if (typeof point["night"] === "string")
    return shown ? DateTime.fromISO(point["night"]).toFormat("ccc d LLL yyyy") : point["night"];
  if (typeof point["at"] === "string") return momentInWords(point["at"], shown);
  if (typeof point["snapshot"] === "string") return `snapshot ${point["snapshot"]}`;
  return point["latest"] === true ? "the latest snapshot" : undefined;
}

const momentInWords = (iso: string, shown?: { readonly zone: string }): string =>
  shown ? DateTime.fromISO(iso).setZone(shown.zone).toFormat("ccc d LLL yyyy HH:mm") : iso;

function spanInWords(iso: string): string {
  const parts = Object.entries(Duration.fromISO(iso).toObject()).filter(([, count]) => count !== 0);
  return parts.map(([unit, count]) => `${count} ${count === 1 ? unit.replace(/s$/, "") : unit}`).join(" and ");
}
