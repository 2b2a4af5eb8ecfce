import { createHash } from "node:crypto";
import type { RunId } from "../core/ids.js";

/** Where the ledger ends: the place of its last line, counted from 1, and that line's hash. */
export interface End {
  readonly place: number;
  readonly hash: string;
}

/** Before the first line. */
export const START: End = { place: 0, hash: "0".repeat(64) };

/** One line of the ledger: an entry of a run, in the order in which all runs' entries were written. */
export interface Line {
  readonly place: number;
  readonly run: RunId;
  /** Hash of the line before. */
  readonly before: string;
  /** SHA-256 of `["BEFORE",PLACE,"RUN",ENTRY]`, in hex. */
  readonly hash: string;
  /** The entry's JSON as it was stored, to the byte. */
  readonly entry: string;
}

/** The hash a line has to have. */
export const hashOfLine = ({ before, place, run, entry }: Omit<Line, "hash">): string =>
  createHash("sha256").update(`["${before}",${place},"${run}",${entry}]`, "utf8").digest("hex");

/** A run's new entries as the lines that follow `end`. */
export function linesAfter(end: End, run: RunId, entries: readonly string[]): Line[] {
  const lines: Line[] = [];
  for (const entry of entries) {
    const { place, hash: before } = lines.at(-1) ?? end;
    const line = { place: place + 1, run, before, entry };
    lines.push({ ...line, hash: hashOfLine(line) });
  }
  return lines;
}

/** As it is posted and given to `--anchor`. Half of the hash is enough that no other line has it. */
export const showAnchor = ({ place, hash }: End): string => `${place}:${hash.slice(0, 32)}`;

/** What was posted, read back; undefined when it is no anchor. */
export function readAnchor(text: string): End | undefined {
  const [, place, hash] = /^([1-9]\d{0,14}):([0-9a-f]{16,64})$/.exec(text.trim()) ?? [];
  return place === undefined || hash === undefined ? undefined : { place: Number(place), hash };
}
