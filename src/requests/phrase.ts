/**
 * A few words that belong together, written as people would say them:
 *   `bring … back`   … is a gap of one to eight words that stay free for others
 *   `i|we need`      one of
 *   `get rid? of`    may be left out
 */
export interface Phrase {
  readonly text: string;
  readonly places: readonly Place[];
}
type Place =
  { readonly gap: true } | { readonly gap: false; readonly words: readonly string[]; readonly optional: boolean };

const LONGEST_GAP = 8;
const known = new Map<string, Phrase>();

/** Reads a phrase; the same text gives the same object. */
export function phrase(text: string): Phrase {
  const found = known.get(text);
  if (found) return found;
  const places = text
    .split(" ")
    .filter((each) => each !== "")
    .map((each): Place => {
      if (each === "…") return { gap: true };
      const optional = each.endsWith("?");
      return { gap: false, optional, words: (optional ? each.slice(0, -1) : each).split("|") };
    });
  const made = { text, places };
  known.set(text, made);
  return made;
}

/** The indices `wanted` takes when it begins at `at`, or undefined. Only words for which `free` is true are taken. */
export function matchAt(
  wanted: Phrase,
  words: readonly string[],
  at: number,
  free: (index: number) => boolean,
): number[] | undefined {
  return step(wanted.places, 0, words, at, free);
}

function step(
  places: readonly Place[],
  place: number,
  words: readonly string[],
  at: number,
  free: (index: number) => boolean,
): number[] | undefined {
  const here = places[place];
  if (here === undefined) return [];
  if (here.gap) {
    for (let skip = 1; skip <= LONGEST_GAP && at + skip < words.length; skip += 1) {
      const rest = step(places, place + 1, words, at + skip, free);
      if (rest) return rest;
    }
    return undefined;
  }
  const word = words[at];
  if (word !== undefined && free(at) && here.words.includes(word)) {
    const rest = step(places, place + 1, words, at + 1, free);
    if (rest) return [at, ...rest];
  }
  return here.optional ? step(places, place + 1, words, at, free) : undefined;
}

const indexes = new WeakMap<readonly Phrase[], ReadonlyMap<string, readonly Phrase[]>>();

/** The phrases that can begin with a word; a list is indexed once, so lists should be kept, not made anew. */
export function beginningWith(phrases: readonly Phrase[], word: string): readonly Phrase[] {
  let index = indexes.get(phrases);
  if (!index) {
    const made = new Map<string, Phrase[]>();
    for (const each of phrases)
      for (const first of firstWords(each)) made.set(first, [...(made.get(first) ?? []), each]);
    indexes.set(phrases, (index = made));
  }
  return index.get(word) ?? [];
}

function firstWords({ places }: Phrase): ReadonlySet<string> {
  const words = new Set<string>();
  for (const each of places) {
    if (each.gap) break;
    each.words.forEach((word) => words.add(word));
    if (!each.optional) break;
  }
  return words;
}

/** Every place where one of the phrases stands, longest first. */
export function occurrences(
  phrases: readonly Phrase[],
  words: readonly string[],
  free: (index: number) => boolean = () => true,
): number[][] {
  const found = new Map<string, number[]>();
  for (let at = 0; at < words.length; at += 1) {
    for (const each of beginningWith(phrases, words[at] ?? "")) {
      const taken = matchAt(each, words, at, free);
      if (taken && taken.length > 0) found.set(taken.join(), taken);
    }
  }
  return [...found.values()].sort((a, b) => b.length - a.length || (a[0] ?? 0) - (b[0] ?? 0));
}
