import type { Json } from "../core/json.js";
import { bestOf, fits, fitting, isComplete, readings } from "./choose.js";
import { fieldOf, type Reading } from "./match.js";
import { moodOf } from "./mood.js";
import { edits, hasPlace, lexicon, nearest } from "./nearest.js";
import { choice, listed, notAvailable, reply, shown } from "./replies.js";
import { sentenceFor } from "./say.js";
import type { Sentence } from "./sentence.js";
import type { Choice, Context, Phrasebook, Understood } from "./vocabulary.js";

/** Every word fits, but something is missing, said twice, or cannot be taken as it is. */
export function askBack(all: readonly Reading[], sentence: Sentence, context: Context): Understood | undefined {
  const open = all.filter((each) => fits(each, sentence) && !isComplete(each) && each.book.effect !== "read");
  const [best, ...more] = open.sort((a, b) => a.missing.length - b.missing.length || b.filled - a.filled || b.heads.length - a.heads.length);
  const only = context.asker.clones?.length === 1 ? context.asker.clones[0] : undefined;
  if (best && only && best.missing.length === 1 && best.missing[0] === "clone" && best.book.available) return { kind: "request", runbook: best.book.name, request: { ...best.request, clone: only.name } };
  if (!best || (!context.addressed && isIdle(best, sentence))) return undefined;
  if (!best.book.available) return notAvailable(best.book);
  const rival = more.find((each) => each.book !== best.book && each.missing.length === best.missing.length && each.filled === best.filled && each.heads.length === best.heads.length && each.book.available);
  if (rival && best.missing.length > 0) return reply(`I can read that in more than one way. Which do you mean?`, [...offers(best, context), ...offers(rival, context)]);
  return askAbout(best, context);
}

/** "copy that", "release it": talk among people, as long as nobody spoke to us and nothing of ours is named. */
const isIdle = (reading: Reading, sentence: Sentence): boolean => reading.filled === 0 && !(sentence.words.length <= 2 && sentence.words[0] === reading.book.name);

function askAbout(reading: Reading, context: Context): Understood {
  const [ask] = reading.asks;
  if (ask?.requests) return reply(ask.text, ask.requests.map((each) => choice(reading.book, each, context)));
  if (ask) return reply(ask.text, ask.values.map((value) => choice(reading.book, withValue(reading, ask.slot, value), context)));
  if (reading.several) {
    const { slot, values } = reading.several;
    return reply(`You named more than one ${slot === "mirror" ? "set" : slot}. I do one at a time: which?`, values.map((value) => choice(reading.book, withValue(reading, slot, value), context)));
  }
  const choices = offers(reading, context);
  return reply(questionFor(reading, context), choices);
}

function withValue(reading: Reading, slot: string, value: Json): Record<string, Json> {
  if (slot === "mirror") return { ...reading.request, ...(value as Record<string, Json>) };
  const field = fieldOf(reading.book, slot);
  return field === undefined ? { ...reading.request } : { ...reading.request, [field]: value };
}

/** One button for each value of what is missing first. */
function offers(reading: Reading, context: Context): Choice[] {
  const [missing] = reading.missing;
  if (missing === undefined || reading.missing.length > 1) return missing === "set" ? context.vocabulary.sets.map((each) => bare(reading, each.name)) : [];
  return valuesFor(missing, reading.book, context).map(([slot, value]) => choice(reading.book, withValue(reading, slot, value), context));
}

/** More than the set is missing: a button would end in the next question, so it only completes the sentence. */
function bare(reading: Reading, set: string): Choice {
  const say = sentenceFor(reading.book, { ...reading.request, set });
  return { label: say.charAt(0).toUpperCase() + say.slice(1), say };
}

function valuesFor(slot: string, book: Phrasebook, context: Context): [slot: string, value: Json][] {
  const { sets, hosts, purposes, clusters } = context.vocabulary;
  const of = (name: string, values: readonly Json[]): [string, Json][] => values.map((value) => [name, value]);
  const owned = context.asker.clones ?? [];
  if (slot === "clone") return owned.length > 0 ? of("clone", owned.map((each) => each.name)) : of("purpose", purposes.map((each) => each.name));
  if (slot === "host" && book.oneOf) return of("purpose", purposes.map((each) => each.name));
  if (slot === "set") return of("set", sets.map((each) => each.name));
  if (slot === "mirror") return [...of("mirror", sets.map((each) => ({ set: each.name }))), ["mirror", { all: true }]];
  if (slot === "host") return of("host", hosts.map((each) => each.name));
  if (slot === "purpose") return of("purpose", purposes.map((each) => each.name));
  return slot === "cluster" ? of("cluster", clusters.map((each) => each.name)) : [];
}

const QUESTIONS: Readonly<Record<string, string>> = {
  set: "Which set?", mirror: "Which set's mirror?", host: "On which host?", purpose: "For what purpose?", clone: "Which clone?", snapshot: "Which snapshot? Say its name.", rate: 'How fast at most? Say for example "to 50 MB/s".',
  size: "How large?", clusters: "Which clusters?", svms: "Which SVMs?", svm: "Which SVM?", target: "Where to?",
};

function questionFor(reading: Reading, context: Context): string {
  const [missing = "set"] = reading.missing;
  const asked = missing === "host" && reading.book.oneOf ? "For what purpose, or on which host?" : (QUESTIONS[missing] ?? `What ${missing}?`);
  const known = missing === "set" || missing === "mirror" ? ` I know ${listed(context.vocabulary.sets.map((each) => each.name))}.` : "";
  return `${reading.book.name}: ${asked}${known}`;
}

/** Two acts in one sentence: both are offered, none is begun. */
export function twoRequests(sentence: Sentence, context: Context): Understood | undefined {
  const cuts = sentence.words.flatMap((word, i) => (sentence.breaks.has(i) || /^(?:and|then|also|plus|but|or|afterwards|after|followed)$/.test(word) ? [i] : []));
  for (const at of cuts) {
    const parts = [cut(sentence, 0, at), cut(sentence, at, sentence.words.length)];
    const found = parts.map((part) => fitting(readings(part, context), part)[0] ?? askable(part, context));
    const [first, second] = found;
    if (!first || !second || (first.book.effect === "read" && second.book.effect === "read")) continue;
    const whole = found.map((each, i) => withSetOf(each, found[1 - i])).filter((each) => each !== undefined).filter((each) => isComplete(each) && each.book.available);
    return reply("That is more than one thing. I do one at a time: which first?", whole.map((each) => choice(each.book, each.request, context)));
  }
  return undefined;
}

/** "snapshot prod, then restore it": the other act's set is meant. */
function withSetOf(reading: Reading | undefined, other: Reading | undefined): Reading | undefined {
  const set = other?.request["set"];
  if (!reading || set === undefined || reading.missing.length !== 1 || !/^(?:set|mirror)$/.test(reading.missing[0] ?? "")) return reading;
  return { ...reading, missing: [], request: { ...reading.request, set } };
}

const askable = (part: Sentence, context: Context): Reading | undefined => {
  const best = bestOf(readings(part, context).filter((each) => fits(each, part)));
  return best && best.book.effect !== "read" ? best : undefined;
};

function cut(sentence: Sentence, from: number, to: number): Sentence {
  const start = /^(?:and|then|also|plus|but|or|afterwards|after)$/.test(sentence.words[from] ?? "") ? cutStart(sentence, from) : from;
  const within = (set: ReadonlySet<number>): Set<number> => new Set([...set].filter((each) => each >= start && each < to).map((each) => each - start));
  return { words: sentence.words.slice(start, to), raw: sentence.raw.slice(start, to), breaks: within(sentence.breaks), quoted: within(sentence.quoted), asks: false, allQuoted: false };
}

function cutStart(sentence: Sentence, from: number): number {
  let start = from;
  while (/^(?:and|then|also|plus|but|or|afterwards|after|that)$/.test(sentence.words[start] ?? "")) start += 1;
  return start;
}

const MOST_GUESSES = 24;
const MOST_WORDS_UNASKED = 12;

/** Words that are nearly words of ours: what they would make of the sentence is offered, never done. */
export function misspelt(all: readonly Reading[], sentence: Sentence, context: Context): Understood | undefined {
  // people talking among themselves: only a short sentence is worth guessing at
  if (!context.addressed && sentence.words.length > MOST_WORDS_UNASKED) return undefined;
  const known = lexicon(context.vocabulary);
  const suspects = suspectsOf(bestOf(all), sentence, known);
  if (suspects.length === 0 || hopeless(sentence, known)) return undefined;
  let guesses: string[][] = [[...sentence.words]];
  for (const index of suspects.slice(0, 4)) {
    const options = nearest(sentence.words[index] ?? "", known, 4).filter((each) => context.addressed || edits(each, sentence.words[index] ?? "") === 1);
    guesses = guesses.flatMap((guess) => [guess, ...options.map((option) => guess.with(index, option))]).slice(0, MOST_GUESSES * 4);
  }
  const changed = (guess: readonly string[]): number => guess.filter((each, i) => each !== sentence.words[i]).length;
  const tried = guesses.filter((guess) => changed(guess) > 0).sort((a, b) => changed(a) - changed(b)).slice(0, MOST_GUESSES);
  const meant = tried.flatMap((guess) => fitting(readings(respelt(sentence, guess), context), respelt(sentence, guess)));
  if (meant.length > 0) return didYouMean(meant, context);
  if (!context.addressed) return undefined;
  const nearly = tried.find((guess) => missesOnly(askable(respelt(sentence, guess), context)));
  return nearly ? askBack(readings(respelt(sentence, nearly), context), respelt(sentence, nearly), context) : undefined;
}

/** A long word that is neither ours nor near one of ours stays over whatever the others are: no guess can make a request of it. */
function hopeless(sentence: Sentence, known: readonly string[]): boolean {
  const free = sentence.words.some((each) => /^(?:as|named|called|because|labelled|label|due|reason|snapshot|explain|help)$/.test(each));
  return !free && sentence.words.some((each) => /^\p{L}{4,}$/u.test(each) && !hasPlace(each) && !known.includes(each) && nearest(each, known, 1).length === 0 && !TIME_WORD.test(each));
}
const TIME_WORD = /^(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|mon|tue|wed|thu|fri|sat|sun)|^(?:last|night|today|tonight|tomorrow|yesterday|morning|evening|afternoon|noon|midnight|week|weeks|day|days|hour|hours|month|months|minutes|next|this|before|after|fortnight|past|coming|previous|half|end|seven|three|four|five|eight|nine|twelve)$/;

const missesOnly = (reading: Reading | undefined): boolean => reading !== undefined && reading.missing.length > 0 && !reading.several;
const respelt = (sentence: Sentence, words: readonly string[]): Sentence => ({ ...sentence, words, raw: words.map((each, i) => (each === sentence.words[i] ? (sentence.raw[i] ?? each) : each)) });

function suspectsOf(best: Reading | undefined, sentence: Sentence, known: readonly string[]): number[] {
  const left = best ? best.leftovers : sentence.words.map((_, i) => i);
  const strange = sentence.words.flatMap((word, i) => (word.length >= 3 && !known.includes(word) && !hasPlace(word) && /^\p{L}[\p{L}_-]*$/u.test(word) && (left.includes(i) || !best?.taken.has(i)) ? [i] : []));
  return strange.filter((i) => nearest(sentence.words[i] ?? "", known, 1).length > 0);
}

function didYouMean(meant: readonly Reading[], context: Context): Understood {
  const choices = meant.map((each) => choice(each.book, each.request, context));
  const [first] = choices;
  const [reading] = meant;
  if (reading && !reading.book.available) return notAvailable(reading.book);
  return reply(choices.length === 1 || choices.every((each) => each.say === first?.say) ? `Did you mean "${first?.say ?? ""}"?` : "Did you mean one of these?", choices.slice(0, 3));
}

/** An act, and words beside it that nobody here knows: they are named, with the nearest names. */
export function unknownWords(best: Reading | undefined, sentence: Sentence, context: Context): Understood | undefined {
  if (!best || best.book.effect === "read" || best.leftovers.length === 0) return undefined;
  if (!context.addressed && !isMeantForUs(best, sentence)) return undefined;
  if (!best.book.available) return notAvailable(best.book);
  const unknown = unknownName(best, sentence, context);
  if (unknown) return unknown;
  const words = shown(best.leftovers.map((each) => sentence.raw[each]).join(" "));
  const offer = isComplete(best) ? [choice(best.book, best.request, context)] : offers(best, context);
  const asked = best.missing.length > 0 ? ` ${questionFor(best, context)}` : offer.length > 0 ? " Shall I plan it without that?" : "";
  return reply(`I understood ${best.book.name}, but not "${words}".${asked}`, [...instead(best, sentence, context), ...offer]);
}

/** "restore prod to training": what fits if the act is the one people mix it up with. */
function instead(best: Reading, sentence: Sentence, context: Context): Choice[] {
  const { orElse } = best.book;
  if (orElse === undefined) return [];
  const words = sentence.words.flatMap((each, i) => (i === best.heads[0] ? [orElse] : best.heads.includes(i) ? [] : [each]));
  const other = { ...sentence, words, raw: words, breaks: new Set<number>(), quoted: new Set<number>() };
  return fitting(readings(other, context), other).filter((each) => each.book.name === orElse && each.book.available).map((each) => choice(each.book, each.request, context));
}

/** Nobody spoke to us: answer only what begins like a request or is one but for a word or two. */
function isMeantForUs(reading: Reading, sentence: Sentence): boolean {
  const before = sentence.words.slice(0, Math.min(...reading.heads)).filter((_, i) => reading.leftovers.includes(i)).length;
  const about = reading.filled > 0 || (reading.leftovers.length <= 1 && sentence.words[Math.min(...reading.heads)] === reading.book.name);
  return about && before === 0 && reading.leftovers.length <= Math.max(2, sentence.words.length * 0.6) && moodOf(sentence, reading.leftovers, false) === undefined;
}

/** "clone foo for training", "clone prod on epic-trn-99", "clone prod for juggling". */
function unknownName(reading: Reading, sentence: Sentence, context: Context): Understood | undefined {
  const { sets, hosts, purposes } = context.vocabulary;
  const small = /^(?:the|a|an|our|my|of|for|on|onto|to|from|in|at|with|set|sets|all|volume|volumes|database|databases|db|'s)$/;
  const known = lexicon(context.vocabulary);
  const strange = reading.leftovers.filter((each) => !small.test(sentence.words[each] ?? "") && /\p{L}/u.test(sentence.words[each] ?? "") && !known.includes(sentence.words[each] ?? ""));
  const [first] = strange;
  if (first === undefined) return undefined;
  const word = sentence.raw[first] ?? "";
  const wants = (slot: string): boolean => [...reading.pattern.required, ...reading.pattern.optional].some((each) => each.kind === "slot" && each.slot === slot);
  const before = sentence.words.slice(0, first).reverse().find((each) => !/^(?:the|a|an|our|my)$/.test(each)) ?? "";
  const offerAs = (slot: string, names: readonly string[]): Choice[] =>
    (names.length > 0 && strange.length === 1 ? names : []).map((name) => ({ ...reading, request: withValue(reading, slot, slot === "mirror" ? { set: name } : name) })).filter((each) => reading.missing.every((one) => one === slot || one === "host")).map((each) => choice(each.book, each.request, context));
  const say = (what: string, slot: string, names: readonly string[]): Understood => {
    const near = nearest(word, names, 3, true);
    return reply(`I know no ${what} called "${shown(word)}". ${near.length > 0 ? `Nearest: ${listed(near, "or")}.` : `I know ${listed(names)}.`}`, offerAs(slot, near.length > 0 ? near : names));
  };
  const setSlot = reading.missing.find((each) => each === "set" || each === "mirror");
  if (setSlot !== undefined) return say("set", setSlot, sets.map((each) => each.name));
  const hostLike = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/i.test(word) && /\d/.test(word);
  if (wants("host") && !reading.request["host"] && (hostLike || /^(?:on|onto)$/.test(before))) return say("host", "host", hosts.map((each) => each.name));
  if (wants("purpose") && !reading.request["purpose"] && before === "for" && reading.missing.length > 0) return say("purpose", "purpose", purposes.map((each) => each.name));
  return undefined;
}

