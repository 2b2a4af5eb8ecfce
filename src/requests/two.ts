import { bestOf, fits, fitting, isComplete, readings } from "./choose.js";
import type { Reading } from "./match.js";
import { choice, reply } from "./replies.js";
import type { Sentence } from "./sentence.js";
import type { Context, Understood } from "./vocabulary.js";

/** Two acts in one sentence: both are offered, none is begun. */
export function twoRequests(sentence: Sentence, context: Context): Understood | undefined {
  const cuts = sentence.words.flatMap((word, i) =>
    sentence.breaks.has(i) || /^(?:and|then|also|plus|but|or|afterwards|after|followed)$/.test(word) ? [i] : [],
  );
  for (const at of cuts) {
    const parts = [cut(sentence, 0, at), cut(sentence, at, sentence.words.length)];
    const found = parts.map((part) => fitting(readings(part, context), part)[0] ?? askable(part, context));
    const [first, second] = found;
    if (!first || !second || (first.book.effect === "read" && second.book.effect === "read")) continue;
    const whole = found
      .map((each, i) => withSetOf(each, found[1 - i]))
      .filter((each) => each !== undefined)
      .filter((each) => isComplete(each) && each.book.available);
    return reply(
      "That is more than one thing. I do one at a time: which first?",
      whole.map((each) => choice(each.book, each.request, context)),
    );
  }
  return undefined;
}

/** "snapshot prod, then restore it": the other act's set is meant. */
function withSetOf(reading: Reading | undefined, other: Reading | undefined): Reading | undefined {
  const set = other?.request["set"];
  if (
    !reading ||
    set === undefined ||
    reading.missing.length !== 1 ||
    !/^(?:set|mirror)$/.test(reading.missing[0] ?? "")
  )
    return reading;
  return { ...reading, missing: [], request: { ...reading.request, set } };
}

/** The best act a part can be read as, finished or not. */
export const askable = (part: Sentence, context: Context): Reading | undefined => {
  const best = bestOf(readings(part, context).filter((each) => fits(each, part)));
  return best && best.book.effect !== "read" ? best : undefined;
};

function cut(sentence: Sentence, from: number, to: number): Sentence {
  const start = /^(?:and|then|also|plus|but|or|afterwards|after)$/.test(sentence.words[from] ?? "")
    ? cutStart(sentence, from)
    : from;
  const within = (set: ReadonlySet<number>): Set<number> =>
    new Set([...set].filter((each) => each >= start && each < to).map((each) => each - start));
  return {
    words: sentence.words.slice(start, to),
    raw: sentence.raw.slice(start, to),
    breaks: within(sentence.breaks),
    quoted: within(sentence.quoted),
    paths: sentence.paths
      .filter((each) => each.from >= start && each.to <= to)
      .map((each) => ({ ...each, from: each.from - start, to: each.to - start })),
    asks: false,
    allQuoted: false,
  };
}

function cutStart(sentence: Sentence, from: number): number {
  let start = from;
  while (/^(?:and|then|also|plus|but|or|afterwards|after|that)$/.test(sentence.words[start] ?? "")) start += 1;
  return start;
}
