import { clean, LONGEST_REQUEST } from "./clean.js";
import { bareQuestion, bestOf, fitting, readings } from "./choose.js";
import { isNamed, isStrict, type Reading } from "./match.js";
import { moodOf } from "./mood.js";
import { askBack } from "./askback.js";
import { choice, helpText, notARequest, notAvailable, reply } from "./replies.js";
import { sentenceOf, type Sentence } from "./sentence.js";
import { twoRequests } from "./two.js";
import { isHopeless, misspelt } from "./typos.js";
import { unknownWords } from "./unknown.js";
import type { Context, Understood } from "./vocabulary.js";

const MANNERS =
  /^(?:hi|hello|hey|hallo|yo|sluice|bot|thanks|thank|you|please|good|morning|evening|afternoon|ok|okay|there|all|cheers|bye|so|much|very|a|lot)$/;
const IGNORE: Understood = { kind: "ignore" };

/**
 * What a person's sentence asks for. Deterministic: same text, time, asker and words, same answer. Never throws on any text.
 *
 * A sentence is a request only if every word of it has a place: the words of one runbook's pattern, values for its slots, or manners.
 * Negations, questions, conditions, quotations, reports and second clauses are never requests because they leave words over;
 * what is left over is named in the reply, never dropped.
 */
export function understand(text: string, context: Context): Understood {
  const cleaned = clean(text.length > 40 * LONGEST_REQUEST ? text.slice(0, 40 * LONGEST_REQUEST) : text);
  const sentence = sentenceOf(
    cleaned,
    new Set(context.vocabulary.runbooks.map((each) => each.name).filter((each) => each.includes("-"))),
  );
  if (sentence.words.length === 0) return nothingSaid(context, cleaned);
  if (cleaned.length > LONGEST_REQUEST)
    return context.addressed
      ? reply(`That is longer than I read (${LONGEST_REQUEST} characters). Say what you need in one sentence.`)
      : IGNORE;
  if (sentence.words.every((each) => MANNERS.test(each))) return context.addressed ? reply(helpText(context)) : IGNORE;
  if (sentence.allQuoted) return quotedWhole(sentence, context);
  return decide(sentence, context);
}

function nothingSaid(context: Context, cleaned: string): Understood {
  if (!context.addressed) return IGNORE;
  return cleaned === "" || cleaned === "?"
    ? { kind: "request", runbook: "help", request: {} }
    : reply(helpText(context));
}

/** A sentence in quotation marks: people paste it from the docs. What destroys is asked about all the same. */
function quotedWhole(sentence: Sentence, context: Context): Understood {
  const inner = decide({ ...sentence, quoted: new Set(), allQuoted: false }, context);
  if (inner.kind !== "request") return inner;
  const book = context.vocabulary.runbooks.find((each) => each.name === inner.runbook);
  if (!book || !isStrict(book)) return inner;
  if (!context.addressed) return IGNORE;
  return reply(
    "That stands in quotation marks, so I took it as a quotation and plan nothing. If it is your own request, press the button: you get a plan first.",
    [choice(book, inner.request, context)],
  );
}

/** People talking among themselves: no act of ours is named, and there is a word in it that no request could have a place for. */
const isChatter = (sentence: Sentence, context: Context): boolean =>
  isHopeless(sentence, context) &&
  !context.vocabulary.runbooks.some((book) => book.effect !== "read" && isNamed(book, sentence));

function decide(sentence: Sentence, context: Context): Understood {
  if (!context.addressed && isChatter(sentence, context)) return IGNORE;
  const all = readings(sentence, context);
  const found = fitting(all, sentence);
  const [one, ...more] = found;
  if (one && more.length === 0)
    return one.book.available
      ? { kind: "request", runbook: one.book.name, request: one.request }
      : notAvailable(one.book);
  if (one) {
    return reply(
      "I can read that in more than one way. Which do you mean?",
      found.map((each) => choice(each.book, each.request, context)),
    );
  }
  return askBack(all, sentence, context) ?? notUnderstood(all, sentence, context);
}

/** Words are left over, or there is no act in it at all. */
function notUnderstood(all: readonly Reading[], sentence: Sentence, context: Context): Understood {
  if (all.every((each) => each.book.effect === "read") && sentence.quoted.size > 0) {
    const opened = { ...sentence, quoted: new Set<number>() };
    const quotedAct = bestOf(readings(opened, context));
    if (quotedAct && quotedAct.book.effect !== "read")
      return context.addressed ? notARequest(quotedAct, "quotation", context) : IGNORE;
  }
  const best = bestOf(all);
  const mood = best ? moodOf(sentence, best.leftovers, bareQuestion(best, sentence)) : undefined;
  if (best && mood !== undefined && (mood !== "question" || best.book.effect !== "read")) {
    if (!context.addressed) return IGNORE;
    return notARequest(best, mood, context);
  }
  return (
    twoRequests(sentence, context) ??
    misspelt(all, sentence, context) ??
    unknownWords(best, sentence, context) ??
    (context.addressed ? reply(`I did not understand that. ${helpText(context)}`) : IGNORE)
  );
}
