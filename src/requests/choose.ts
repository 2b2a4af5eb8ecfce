import { DateTime, IANAZone } from "luxon";
import { isStrict, readingsOf, type Reading } from "./match.js";
import type { Sentence } from "./sentence.js";
import { spotsIn } from "./spots.js";
import type { Context } from "./vocabulary.js";

/** Every reading of a sentence, by every runbook. */
export function readings(sentence: Sentence, context: Context): Reading[] {
  const spots = spotsIn(sentence, () => DateTime.fromJSDate(context.now, { zone: zoneOf(context.asker) }), context);
  return context.vocabulary.runbooks.flatMap((book) => readingsOf(book, sentence, spots, context.vocabulary));
}

const zoneOf = ({ timeZone }: Context["asker"]): string => (IANAZone.create(timeZone).isValid ? timeZone : "utc");

/** A question mark that is not manners. */
export const bareQuestion = (reading: Reading, sentence: Sentence): boolean =>
  sentence.asks && !reading.polite && isStrict(reading.book);

/** No word left over, and put as a request is put. */
export const fits = (reading: Reading, sentence: Sentence): boolean =>
  reading.leftovers.length === 0 && !bareQuestion(reading, sentence) && !isStatement(reading, sentence);

/** "lag is fine": a remark, not a question, though every word has a place. */
function isStatement(reading: Reading, sentence: Sentence): boolean {
  if (reading.book.effect !== "read" || sentence.asks) return false;
  const verb = sentence.words.findIndex((each) => /^(?:is|are|was|were|has|have|will|would)$/.test(each));
  const manners = sentence.words.findIndex(
    (each) => !/^(?:hi|hello|hey|sluice|bot|please|ok|okay|good|morning|so|and|well)$/.test(each),
  );
  return (
    verb > 0 &&
    verb !== manners &&
    !sentence.words
      .slice(0, verb)
      .some((each) =>
        /^(?:what|which|how|who|when|where|why|show|list|tell|give|check|see|know|can|could|do|does|did|is|are|please|explain|status|any)$/.test(
          each,
        ),
      )
  );
}

export const isComplete = (reading: Reading): boolean =>
  reading.missing.length === 0 && reading.asks.length === 0 && !reading.several;

/** The readings that fit and say different things; of questions only the one that takes most words as its own. */
export function fitting(all: readonly Reading[], sentence: Sentence): Reading[] {
  const whole = all.filter((each) => fits(each, sentence) && isComplete(each));
  const acts = whole.filter((each) => each.book.effect !== "read");
  const asked = whole
    .filter((each) => each.book.effect === "read")
    .sort((a, b) => b.heads.length - a.heads.length || b.filled - a.filled);
  const pool =
    acts.length > 0 && !sentence.asks
      ? acts
      : asked.length > 0 && (sentence.asks || acts.length === 0)
        ? asked.slice(0, 1)
        : acts;
  const distinct = [
    ...new Map(
      pool.map((each) => [each.book.name + JSON.stringify(Object.entries(each.request).sort()), each]),
    ).values(),
  ];
  // what says more of the same act is the better reading of it: "extend … for 2 days" is not "extend …"
  return distinct.filter(
    (each) => !distinct.some((other) => other !== each && other.book === each.book && isLess(each, other)),
  );
}

const isLess = (less: Reading, more: Reading): boolean =>
  less.request["fresh"] === more.request["fresh"] &&
  Object.keys(more.request).length > Object.keys(less.request).length &&
  Object.entries(less.request).every(([key, value]) => JSON.stringify(more.request[key]) === JSON.stringify(value));

/** The reading that explains most: fewest words left over, nothing missing, acts before questions. */
export function bestOf(all: readonly Reading[]): Reading | undefined {
  const weight = (each: Reading): number =>
    each.leftovers.length +
    2 * each.missing.length ** 2 +
    (each.several ? 1 : 0) +
    (each.book.effect === "read" ? 3 : 0) -
    0.6 * each.heads.length;
  return [...all].sort(
    (a, b) =>
      weight(a) - weight(b) ||
      Math.min(...a.heads) - Math.min(...b.heads) ||
      b.heads.length - a.heads.length ||
      b.filled - a.filled,
  )[0];
}
