import { phrase, type Phrase } from "./phrase.js";
import { CLONE_WORDS } from "./words/clones.js";
import { FLAG_WORDS } from "./words/flags.js";
import { MIRROR_WORDS } from "./words/mirrors.js";
import { QUESTION_WORDS } from "./words/questions.js";
import { SYSTEM_WORDS } from "./words/systems.js";

export { inflect } from "./words/forms.js";
export { INTRODUCERS, SMALL_WORDS } from "./words/introducers.js";
export { CHANGE_FILLER, CHANGE_OPENERS, CLOSERS, OPENERS, READ_FILLER } from "./words/manners.js";

/**
 * The lexicon. A word in a runbook's `says` stands for every phrase of its class here; a word without a class stands for itself.
 * Verbs are given in their base form; `verb` adds "would you mind …ing" and "need … done", and nothing else: "we restored prod" and
 * "he restores prod" are no requests because no phrase here says so.
 */
export const WORDS: Readonly<Record<string, readonly string[]>> = {
  ...CLONE_WORDS,
  ...MIRROR_WORDS,
  ...SYSTEM_WORDS,
  ...QUESTION_WORDS,
  ...FLAG_WORDS,
};

/** The phrases a word of `says` stands for. */
export const phrasesOf = (word: string): readonly Phrase[] => (WORDS[word] ?? [word]).map(phrase);
