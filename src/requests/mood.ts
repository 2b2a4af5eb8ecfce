import type { Sentence } from "./sentence.js";

/** Why a sentence that names an act does not ask for it. */
export type Mood = "negation" | "condition" | "question" | "quotation" | "report" | "doubt";

const NEGATION =
  /^(?:not|no|never|without|neither|nor|none|avoid|refrain|prevent|forbid|forbidden|except|instead|forget|nobody|nothing|nope|nah|nay|cancel|abort|stop|against|hardly|rather)$/;
const CONDITION =
  /^(?:if|unless|when|whenever|once|after|before|provided|assuming|depending|otherwise|case|whether|suppose|supposing|else|until|while|as)$/;
const ASKING =
  /^(?:what|which|who|whom|whose|why|how|when|where|should|shall|do|does|did|is|are|was|were|has|have|had|may|might|can|could|would|will|must|am|whether|anyone|anybody)$/;
const REPORT =
  /^(?:said|says|say|saying|told|tells|tell|asked|asks|ask|wants|wanted|wrote|writes|mentioned|suggested|suggests|suggest|heard|announced|reported|claimed|claims|ordered|he|she|they|him|her|them|his|their|someone|somebody|everyone|boss|was|were|had|has|been|did|already|worked|failed|went|finished|completed|[a-z]+ed)$/;
const DOUBT =
  /^(?:maybe|perhaps|might|should|ought|probably|possibly|could|would|may|think|thinking|considering|consider|wonder|wondering|guess|believe|hope|imagine|planning|plan|discuss|discussing|talk|talking|about|kidding|joking|joke|lol|haha|test|example|or)$/;

/**
 * The mood of the words that a reading could not place, first reason first. `bareQuestion`: a question mark without "could you".
 * This only chooses the sentence people get as an answer: what keeps the request from being one is that words were left over.
 */
export function moodOf(sentence: Sentence, leftovers: readonly number[], bareQuestion: boolean): Mood | undefined {
  // what comes after "because" gives a reason; it is asked about, but changes nothing about the act
  const reason = leftovers.findIndex((each) => /^(?:because|since|due|so)$/.test(sentence.words[each] ?? ""));
  if (reason > 0 || (reason === 0 && (leftovers[0] ?? 0) > 1))
    return moodOf(sentence, leftovers.slice(0, reason), bareQuestion);
  const left = leftovers.map((each) => sentence.words[each] ?? "");
  if (leftovers.some((each) => sentence.quoted.has(each)) && !left.some((each) => NEGATION.test(each)))
    return "quotation";
  if (left.some((each) => NEGATION.test(each))) return "negation";
  const first = left[0] ?? "";
  if (ASKING.test(first) && leftovers[0] !== undefined && (leftovers[0] <= 2 || sentence.breaks.has(leftovers[0])))
    return first === "when" && !ASKING.test(sentence.words[leftovers[0] + 1] ?? "") ? "condition" : "question";
  if (left.some((each) => CONDITION.test(each))) return "condition";
  if (bareQuestion) return "question";
  if (left.some((each) => /^(?:maybe|perhaps|might|should|ought|probably|or|think|kidding|joking)$/.test(each)))
    return "doubt";
  if (left.some((each) => REPORT.test(each))) return "report";
  if (left.some((each) => DOUBT.test(each))) return "doubt";
  return undefined;
}
