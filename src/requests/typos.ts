import { edits, nearest } from "../core/nearest.js";
import { askBack } from "./askback.js";
import { bestOf, fitting, readings } from "./choose.js";
import type { Reading } from "./match.js";
import { hasPlace, lexicon } from "./lexicon.js";
import { choice, notAvailable, reply } from "./replies.js";
import type { Sentence } from "./sentence.js";
import { askable } from "./two.js";
import type { Context, Understood } from "./vocabulary.js";

const MOST_GUESSES = 24;
const MOST_WORDS_UNASKED = 12;

/** Words that are nearly words of ours: what they would make of the sentence is offered, never done. */
export function misspelt(all: readonly Reading[], sentence: Sentence, context: Context): Understood | undefined {
  // people talking among themselves: only a short sentence is worth guessing at
  if (!context.addressed && sentence.words.length > MOST_WORDS_UNASKED) return undefined;
  const known = lexicon(context.vocabulary);
  if (isHopeless(sentence, context)) return undefined;
  const suspects = suspectsOf(bestOf(all), sentence, known);
  if (suspects.length === 0) return undefined;
  let guesses: string[][] = [[...sentence.words]];
  for (const index of suspects.slice(0, 4)) {
    const options = nearest(sentence.words[index] ?? "", known, 4).filter(
      (each) => context.addressed || edits(each, sentence.words[index] ?? "") === 1,
    );
    guesses = guesses
      .flatMap((guess) => [guess, ...options.map((option) => guess.with(index, option))])
      .slice(0, MOST_GUESSES * 4);
  }
  const changed = (guess: readonly string[]): number => guess.filter((each, i) => each !== sentence.words[i]).length;
  const tried = guesses
    .filter((guess) => changed(guess) > 0)
    .sort((a, b) => changed(a) - changed(b))
    .slice(0, MOST_GUESSES);
  const meant = tried.flatMap((guess) =>
    fitting(readings(respelt(sentence, guess), context), respelt(sentence, guess)),
  );
  if (meant.length > 0) return didYouMean(meant, context);
  if (!context.addressed) return undefined;
  const nearly = tried.find((guess) => missesOnly(askable(respelt(sentence, guess), context)));
  return nearly ? askBack(readings(respelt(sentence, nearly), context), respelt(sentence, nearly), context) : undefined;
}

/**
 * A long word that is neither ours nor near one of ours stays over whatever the others are: no guess can make a request of it. Among
 * people who did not speak to us near is one slip of the finger, as no more is guessed at there.
 */
export function isHopeless(sentence: Sentence, { vocabulary, addressed }: Context): boolean {
  const known = lexicon(vocabulary);
  const mended = (word: string): boolean =>
    nearest(word, known, 1).some((near) => addressed || edits(near, word) === 1);
  const free = sentence.words.some((each) =>
    /^(?:as|named|called|because|labelled|label|due|reason|snapshot|explain|help)$/.test(each),
  );
  return (
    !free &&
    sentence.words.some(
      (each) =>
        /^\p{L}{4,}$/u.test(each) && !hasPlace(each) && !TIME_WORD.test(each) && !known.includes(each) && !mended(each),
    )
  );
}
const TIME_WORD =
  /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)|^(?:last|night|today|tonight|tomorrow|yesterday|morning|evening|afternoon|noon|midnight|week|weeks|day|days|hour|hours|month|months|minutes|next|this|before|after|fortnight|past|coming|previous|half|end|seven|three|four|five|eight|nine|twelve)$/;

const missesOnly = (reading: Reading | undefined): boolean =>
  reading !== undefined && reading.missing.length > 0 && !reading.several;
const respelt = (sentence: Sentence, words: readonly string[]): Sentence => ({
  ...sentence,
  words,
  raw: words.map((each, i) => (each === sentence.words[i] ? (sentence.raw[i] ?? each) : each)),
});

function suspectsOf(best: Reading | undefined, sentence: Sentence, known: readonly string[]): number[] {
  const left = best ? best.leftovers : sentence.words.map((_, i) => i);
  const strange = sentence.words.flatMap((word, i) =>
    word.length >= 3 &&
    !known.includes(word) &&
    !hasPlace(word) &&
    /^\p{L}[\p{L}_-]*$/u.test(word) &&
    (left.includes(i) || !best?.taken.has(i))
      ? [i]
      : [],
  );
  return strange.filter((i) => nearest(sentence.words[i] ?? "", known, 1).length > 0);
}

function didYouMean(meant: readonly Reading[], context: Context): Understood {
  const choices = meant.map((each) => choice(each.book, each.request, context));
  const [first] = choices;
  const [reading] = meant;
  if (reading && !reading.book.available) return notAvailable(reading.book);
  return reply(
    choices.length === 1 || choices.every((each) => each.say === first?.say)
      ? `Did you mean "${first?.say ?? ""}"?`
      : "Did you mean one of these?",
    choices.slice(0, 3),
  );
}
