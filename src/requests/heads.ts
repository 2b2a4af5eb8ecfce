import { patternOf } from "./grammar.js";
import { phrase, type Phrase } from "./phrase.js";
import type { Phrasebook } from "./vocabulary.js";
import { inflect } from "./words.js";

const made = new WeakMap<Phrasebook, readonly Phrase[]>();

/** How a runbook is named when one speaks about it: its name, and its verb where one word is enough to know it. */
export function headPhrases(book: Phrasebook, all: readonly Phrasebook[]): readonly Phrase[] {
  const before = made.get(book);
  if (before) return before;
  const [first = "", ...rest] = book.name.split("-");
  const spaced = [first, ...rest].join(" ");
  const texts = [
    book.name,
    spaced,
    [inflect(first)[1], ...rest.map((each) => `the|a|our? ${each}`)].join(" "),
    ...(rest.length === 0 ? [] : [`${first} the|a|our|my ${rest.join(" ")}`]),
  ];
  const words = patternOf(book.says[0] ?? book.name).required.filter((each) => each.kind === "words");
  const [only] = words;
  const verbs =
    only && words.length === 1
      ? only.phrases.filter((each) => each.places.length <= 2 && each.places.every((place) => !place.gap))
      : [];
  const alone = all.filter((each) => each.name.split("-")[0] === first).length === 1 ? [first, inflect(first)[1]] : [];
  const phrases = [...alone.map(phrase), ...texts.map(phrase), ...verbs];
  made.set(book, phrases);
  return phrases;
}
