import { listed } from "../core/listed.js";
import { nearest } from "../core/nearest.js";
import { offers, questionFor, withValue } from "./askback.js";
import { fitting, isComplete, readings } from "./choose.js";
import type { Reading } from "./match.js";
import { moodOf } from "./mood.js";
import { lexicon } from "./lexicon.js";
import { choice, notAvailable, reply, shown } from "./replies.js";
import type { Sentence } from "./sentence.js";
import type { Choice, Context, Understood } from "./vocabulary.js";

/** An act, and words beside it that nobody here knows: they are named, with the nearest names. */
export function unknownWords(best: Reading | undefined, sentence: Sentence, context: Context): Understood | undefined {
  if (!best || best.book.effect === "read" || best.leftovers.length === 0) return undefined;
  if (!context.addressed && !isMeantForUs(best, sentence)) return undefined;
  if (!best.book.available) return notAvailable(best.book);
  const unknown = unknownName(best, sentence, context);
  if (unknown) return unknown;
  const words = shown(best.leftovers.map((each) => sentence.raw[each]).join(" "));
  const offer = isComplete(best) ? [choice(best.book, best.request, context)] : offers(best, context);
  const asked =
    best.missing.length > 0
      ? ` ${questionFor(best, context)}`
      : offer.length > 0
        ? " Shall I plan it without that?"
        : "";
  return reply(`I understood ${best.book.name}, but not "${words}".${asked}`, [
    ...instead(best, sentence, context),
    ...offer,
  ]);
}

/** "restore prod to training": what fits if the act is the one people mix it up with. */
function instead(best: Reading, sentence: Sentence, context: Context): Choice[] {
  const { orElse } = best.book;
  if (orElse === undefined) return [];
  const words = sentence.words.flatMap((each, i) =>
    i === best.heads[0] ? [orElse] : best.heads.includes(i) ? [] : [each],
  );
  const other = { ...sentence, words, raw: words, breaks: new Set<number>(), quoted: new Set<number>() };
  return fitting(readings(other, context), other)
    .filter((each) => each.book.name === orElse && each.book.available)
    .map((each) => choice(each.book, each.request, context));
}

/** Nobody spoke to us: answer only what begins like a request or is one but for a word or two. */
function isMeantForUs(reading: Reading, sentence: Sentence): boolean {
  const before = sentence.words
    .slice(0, Math.min(...reading.heads))
    .filter((_, i) => reading.leftovers.includes(i)).length;
  const about =
    reading.filled > 0 ||
    (reading.leftovers.length <= 1 && sentence.words[Math.min(...reading.heads)] === reading.book.name);
  return (
    about &&
    before === 0 &&
    reading.leftovers.length <= Math.max(2, sentence.words.length * 0.6) &&
    moodOf(sentence, reading.leftovers, false) === undefined
  );
}

/** "clone foo for training", "clone prod on epic-trn-99", "clone prod for juggling". */
function unknownName(reading: Reading, sentence: Sentence, context: Context): Understood | undefined {
  const { sets, hosts, purposes } = context.vocabulary;
  const small =
    /^(?:the|a|an|our|my|of|for|on|onto|to|from|in|at|with|set|sets|all|volume|volumes|database|databases|db|'s)$/;
  const known = lexicon(context.vocabulary);
  const strange = reading.leftovers.filter(
    (each) =>
      !small.test(sentence.words[each] ?? "") &&
      /\p{L}/u.test(sentence.words[each] ?? "") &&
      !known.includes(sentence.words[each] ?? ""),
  );
  const [first] = strange;
  if (first === undefined) return undefined;
  const word = sentence.raw[first] ?? "";
  const wants = (slot: string): boolean =>
    [...reading.pattern.required, ...reading.pattern.optional].some(
      (each) => each.kind === "slot" && each.slot === slot,
    );
  const before =
    sentence.words
      .slice(0, first)
      .reverse()
      .find((each) => !/^(?:the|a|an|our|my)$/.test(each)) ?? "";
  const offerAs = (slot: string, names: readonly string[]): Choice[] =>
    (strange.length === 1 && reading.missing.every((one) => one === slot || one === "host") ? names : [])
      .map((name) => ({ ...reading, request: withValue(reading, slot, slot === "mirror" ? { set: name } : name) }))
      .map((each) => choice(each.book, each.request, context));
  const say = (what: string, slot: string, names: readonly string[]): Understood => {
    const near = nearest(word, names, 3, true);
    return reply(
      `I know no ${what} called "${shown(word)}". ${near.length > 0 ? `Nearest: ${listed(near, "or")}.` : `I know ${listed(names)}.`}`,
      offerAs(slot, near.length > 0 ? near : names),
    );
  };
  const setSlot = reading.missing.find((each) => each === "set" || each === "mirror");
  if (setSlot !== undefined)
    return say(
      "set",
      setSlot,
      sets.map((each) => each.name),
    );
  const hostLike = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/i.test(word) && /\d/.test(word);
  if (wants("host") && !reading.request["host"] && (hostLike || /^(?:on|onto)$/.test(before)))
    return say(
      "host",
      "host",
      hosts.map((each) => each.name),
    );
  if (wants("purpose") && !reading.request["purpose"] && before === "for" && reading.missing.length > 0)
    return say(
      "purpose",
      "purpose",
      purposes.map((each) => each.name),
    );
  return undefined;
}
