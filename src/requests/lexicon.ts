import { AROUND } from "./around.js";
import { CHANGE_FILLER, CHANGE_OPENERS, CLOSERS, INTRODUCERS, OPENERS, READ_FILLER, WORDS } from "./words.js";
import type { Vocabulary } from "./vocabulary.js";

const lexica = new WeakMap<Vocabulary, readonly string[]>();

/** Every word that has a meaning in requests and is long enough to be mistyped. */
export function lexicon(vocabulary: Vocabulary): readonly string[] {
  const before = lexica.get(vocabulary);
  if (before) return before;
  const names = [
    ...vocabulary.sets.flatMap((each) => [each.name, ...each.aliases, ...each.volumes]),
    ...vocabulary.hosts.flatMap((each) => [each.name, ...each.aliases]),
    ...vocabulary.purposes.flatMap((each) => [each.name, ...each.aliases]),
    ...vocabulary.clusters.flatMap((each) => [each.name, ...(each.aliases ?? []), ...(each.svms ?? [])]),
  ];
  const made = [...new Set([...names.map((each) => each.toLowerCase()), ...lexiconOfWords()])];
  lexica.set(vocabulary, made);
  return made;
}

let placedOnce: ReadonlySet<string> | undefined;
/** Has the word a place anywhere: in the lexicon, in manners, before or after a value? */
export function hasPlace(word: string): boolean {
  placedOnce ??= new Set(
    [
      ...Object.values(WORDS).flat(),
      ...[OPENERS, CHANGE_OPENERS, CLOSERS, CHANGE_FILLER, READ_FILLER].flat().map((each) => each.text),
      ...Object.values(INTRODUCERS).flat(),
      ...AROUND,
    ]
      .flatMap((text) => text.split(/[ |]/))
      .map((each) => each.replace(/\?$/, "")),
  );
  return placedOnce.has(word);
}

let wordsOnce: readonly string[] | undefined;
function lexiconOfWords(): readonly string[] {
  wordsOnce ??= [
    ...new Set(
      Object.values(WORDS)
        .flat()
        .flatMap((text) => text.split(/[ |]/))
        .map((each) => each.replace(/\?$/, "")),
    ),
  ]
    .filter((each) => /^[a-z-]{4,}$/.test(each))
    .concat([
      "last",
      "night",
      "yesterday",
      "today",
      "monday",
      "tuesday",
      "wednesday",
      "thursday",
      "friday",
      "saturday",
      "sunday",
      "until",
      "from",
      "days",
      "weeks",
      "hours",
      "please",
      "could",
      "thanks",
    ]);
  return wordsOnce;
}
