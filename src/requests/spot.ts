import type { Json } from "../core/json.js";
import { matchAt, phrase } from "./phrase.js";

/** A value for a slot, found in the words `from` … `to - 1`. The words around it that belong to it are found when it is used. */
export interface Spot {
  readonly slot: string;
  readonly from: number;
  readonly to: number;
  readonly value: Json;
  /** Why it cannot be taken as it is, and what it may mean instead. */
  readonly ask?: Ask;
  /** May stand without any word before it. */
  readonly bare?: boolean;
}
export interface Ask {
  readonly text: string;
  readonly values: readonly Json[];
  /** Whole requests it may mean, where more than one value is in doubt. */
  readonly requests?: readonly Readonly<Record<string, Json>>[];
}

const squash = (text: string): string => text.toLowerCase().replace(/[\s_.-]+/g, "");

/** Where one of the names stands, in one word or several ("epic trn 01" is epic-trn-01). */
function find(words: readonly string[], alias: string): [number, number][] {
  if (!words.some((each) => each[0] === alias[0]?.toLowerCase())) return [];
  const wanted = squash(alias);
  if (wanted.length === 0) return [];
  const most = Math.min(4, alias.split(/[\s_.-]+/).length);
  const found: [number, number][] = [];
  for (let from = 0; from < words.length; from += 1) {
    for (let to = from + most; to > from; to -= 1) {
      if (
        to <= words.length &&
        squash(words.slice(from, to).join(" ")) === wanted &&
        (to === from + 1 || words.slice(from, to).every((each) => each !== "'s"))
      ) {
        found.push([from, to]);
        break;
      }
    }
  }
  return found;
}

/** Where names of one kind stand; of overlapping ones the longest. */
export function spotsOf(
  words: readonly string[],
  slot: string,
  entries: readonly { readonly value: Json; readonly aliases: readonly string[] }[],
): Spot[] {
  const all = entries.flatMap(({ value, aliases }) =>
    aliases.flatMap((alias) => find(words, alias).map(([from, to]): Spot => ({ slot, from, to, value }))),
  );
  return all.filter(
    (each) =>
      !all.some(
        (other) => other.from <= each.from && other.to >= each.to && other.to - other.from > each.to - each.from,
      ),
  );
}

/** The longest of the phrases that begins here. */
export function widest(
  texts: readonly string[],
  words: readonly string[],
  from: number,
  slot: string,
  value: Json,
): Spot[] {
  const lengths = [...new Set(texts.map((each) => matchAt(phrase(each), words, from, () => true)?.length ?? 0))].filter(
    (each) => each > 0,
  );
  const [most = 0] = lengths.sort((a, b) => b - a);
  // the nouns behind it may belong to what follows: "from CVO, snapshot nightly.…"
  return lengths.length === 0
    ? []
    : [most, ...(most > 1 && slot === "source" ? [1] : [])].map((each) => ({ slot, from, to: from + each, value }));
}
