import type { Phrase } from "./phrase.js";
import { phrasesOf, SMALL_WORDS, WORDS } from "./words.js";

/**
 * How `says` is read:
 *   clone <set> [for <purpose>] [with fresh data]
 * Words must be said, each in any phrase of its class in words.ts; `<slot>` must be said, or Sluice asks; `[…]` may be said. The order of a
 * person's words is free. Small words before a slot are there for people (and for the sentences on buttons): which ones may really stand
 * there is the slot's business (INTRODUCERS).
 */
export interface Pattern {
  readonly text: string;
  readonly required: readonly Element[];
  readonly optional: readonly Element[];
  /** In the order of the text, to write a sentence in it. */
  readonly pieces: readonly Piece[];
}
export type Element =
  | { readonly kind: "words"; readonly name: string; readonly phrases: readonly Phrase[] }
  | { readonly kind: "slot"; readonly slot: string };
/** A piece of the text: literal words, a slot with the words before it, or a flag; `optional` when it stood in brackets. */
export interface Piece {
  readonly optional: boolean;
  readonly words: string;
  readonly slot?: string;
  readonly flag?: string;
}

const read = new Map<string, Pattern>();

/** Reads one pattern of a `says`; throws on a pattern it cannot read, because that is a mistake in the program. */
export function patternOf(text: string): Pattern {
  const before = read.get(text);
  if (before) return before;
  const required: Element[] = [];
  const optional: Element[] = [];
  const pieces: Piece[] = [];
  for (const part of text.match(/\[[^\]]*\]|[^[\]]+/g) ?? []) {
    const bracketed = part.startsWith("[");
    for (const piece of piecesOf(bracketed ? part.slice(1, -1) : part, bracketed)) {
      pieces.push(piece);
      (bracketed ? optional : required).push(...elementsOf(piece));
    }
  }
  if (!required.some((each) => each.kind === "words"))
    throw new Error(`a pattern must hold the words of an act: "${text}"`);
  const made = { text, required, optional, pieces };
  read.set(text, made);
  return made;
}

function piecesOf(text: string, optional: boolean): Piece[] {
  const pieces: Piece[] = [];
  let words: string[] = [];
  for (const token of text.split(" ").filter((each) => each !== "")) {
    const slot = /^<(\w+)>$/.exec(token)?.[1];
    if (slot === undefined) {
      words.push(token);
      continue;
    }
    const small = words.length - trailingSmall(words);
    if (small > 0) pieces.push({ optional, words: words.slice(0, small).join(" ") });
    pieces.push({ optional, words: words.slice(small).join(" "), slot });
    words = [];
  }
  if (words.length > 0)
    pieces.push(
      optional ? { optional, words: words.join(" "), flag: words.join(" ") } : { optional, words: words.join(" ") },
    );
  return pieces;
}

function trailingSmall(words: readonly string[]): number {
  let count = 0;
  while (count < words.length && SMALL_WORDS.has(words[words.length - 1 - count] ?? "")) count += 1;
  return count;
}

function elementsOf(piece: Piece): Element[] {
  if (piece.slot !== undefined) return [{ kind: "slot", slot: piece.slot }];
  if (piece.flag !== undefined) return [{ kind: "words", name: piece.flag, phrases: phrasesOf(piece.flag) }];
  return classesOf(piece.words.split(" ")).map((name) => ({ kind: "words", name, phrases: phrasesOf(name) }));
}

/** Cuts literal words into the longest classes the lexicon knows. */
function classesOf(words: readonly string[]): string[] {
  if (words.length === 0) return [];
  for (let length = words.length; length > 0; length -= 1) {
    const name = words.slice(0, length).join(" ");
    if (length === 1 || name in WORDS) return [name, ...classesOf(words.slice(length))];
  }
  return [];
}
