import type { Json } from "../core/json.js";
import { wordsAround } from "./around.js";
import { patternOf, type Element, type Pattern } from "./grammar.js";
import { beginningWith, matchAt, occurrences, phrase, type Phrase } from "./phrase.js";
import type { Sentence } from "./sentence.js";
import type { Ask, Spot } from "./spot.js";
import type { Spots } from "./spots.js";
import type { Phrasebook, Vocabulary } from "./vocabulary.js";
import { CHANGE_FILLER, CHANGE_OPENERS, CLOSERS, INTRODUCERS, OPENERS, READ_FILLER } from "./words.js";

/** One way to read a sentence as one pattern of one runbook. */
export interface Reading {
  readonly book: Phrasebook;
  readonly pattern: Pattern;
  readonly request: Readonly<Record<string, Json>>;
  /** The words it needed, by index; `heads` are those of the act itself. */
  readonly heads: readonly number[];
  readonly taken: ReadonlySet<number>;
  /** Words with no place in it: what keeps a sentence from being a request. */
  readonly leftovers: readonly number[];
  /** Slots that must be said and were not. */
  readonly missing: readonly string[];
  /** Values that cannot be taken as they are. */
  readonly asks: readonly (Ask & { readonly slot: string })[];
  /** One slot, several values: "clone prod and clarity". */
  readonly several?: { readonly slot: string; readonly values: readonly Json[] };
  /** How many slots are filled with names of ours: any sentence may hold a time or a reason. */
  readonly filled: number;
  /** Was it put as a polite question ("could you …")? Then a question mark is manners. */
  readonly polite: boolean;
}

/** Under which name a slot's value goes into the request, unless the phrasebook says otherwise. */
const DEFAULT_FIELDS: Readonly<Record<string, string>> = {
  set: "set",
  host: "host",
  purpose: "purpose",
  area: "purpose",
  point: "point",
  duration: "for",
  until: "until",
  name: "name",
  volume: "volume",
  reason: "reason",
  rate: "rate",
  snapshot: "snapshot",
  label: "label",
  run: "run",
  runbook: "runbook",
  cluster: "cluster",
  clusters: "clusters",
  svm: "svm",
  svms: "svms",
  size: "size",
  count: "count",
  path: "path",
  source: "from",
  clone: "clone",
};
/** What words other than slots put into a request. */
const SAID: Readonly<Record<string, readonly [field: string, value: Json]>> = {
  "with fresh data": ["fresh", true],
  "and start the application": ["startApplication", true],
  "undo restore": ["point", { safety: true }],
  "undo it": ["point", { safety: true }],
  unthrottle: ["kbPerSecond", 0],
};
const ANYBODYS = new Set(["duration", "until", "ending", "reason", "name", "label", "runbook"]);
const MOST_PLACES = 4;

/** True if every word has to be understood, and questions, conditions and the like are never a request. */
export const isStrict = (book: Phrasebook): boolean => book.effect === "destroy" || book.strict === true;

/** Every reading of the sentence as this runbook in which the words of the act are there. `spots` are asked for only if there is one. */
export function readingsOf(book: Phrasebook, sentence: Sentence, spots: Spots, vocabulary: Vocabulary): Reading[] {
  const weak = weakWords(vocabulary);
  return book.says.flatMap((text) => {
    const pattern = patternOf(text);
    return placesOf(pattern.required, sentence, new Set()).map((places) =>
      readingAt(book, pattern, places, sentence, spots, weak, vocabulary),
    );
  });
}

/** Are the words of the act there at all? */
export const isNamed = (book: Phrasebook, sentence: Sentence): boolean =>
  book.says.some((text) => placesOf(patternOf(text).required, sentence, new Set()).length > 0);

const weakOnce = new WeakMap<Vocabulary, ReadonlySet<string>>();

/** Parts of names ("epic" of epic_prd): said before the name they add nothing. */
function weakWords(vocabulary: Vocabulary): ReadonlySet<string> {
  const before = weakOnce.get(vocabulary);
  if (before) return before;
  const whole = new Set(vocabulary.sets.flatMap((each) => [each.name, ...each.aliases]));
  const parts = [
    ...vocabulary.sets.flatMap((each) => [each.name, ...each.aliases]),
    ...vocabulary.hosts.map((each) => each.name),
  ].flatMap((each) => each.split(/[\s_-]+/).slice(0, 1));
  const weak = new Set(parts.filter((each) => !whole.has(each) && each.length > 2));
  weakOnce.set(vocabulary, weak);
  return weak;
}

/** All ways to find the words of the act, each word used once. Quoted words are somebody else's: they count only if all is quoted. */
function placesOf(elements: readonly Element[], sentence: Sentence, used: ReadonlySet<number>): number[][] {
  const [first, ...rest] = elements;
  if (!first) return [[]];
  if (first.kind !== "words") return placesOf(rest, sentence, used);
  const free = (index: number): boolean => !used.has(index) && !sentence.quoted.has(index);
  return occurrences(first.phrases, sentence.words, free)
    .slice(0, MOST_PLACES)
    .flatMap((taken) => placesOf(rest, sentence, new Set([...used, ...taken])).map((more) => [...taken, ...more]));
}

function readingAt(
  book: Phrasebook,
  pattern: Pattern,
  heads: readonly number[],
  sentence: Sentence,
  spots: Spots,
  weak: ReadonlySet<string>,
  vocabulary: Vocabulary,
): Reading {
  const state: Filling = {
    book,
    sentence,
    spots,
    weak,
    taken: new Set(heads),
    request: {},
    asks: [],
    filled: new Set(),
  };
  const missing: string[] = [];
  // "only volume epic_prd": before the set takes the name for itself
  const volume =
    pattern.optional.some((each) => each.kind === "slot" && each.slot === "volume") && fill(state, "volume");
  for (const each of pattern.required) {
    if (each.kind === "words") say(state, each.name);
    else if (!fill(state, each.slot)) missing.push(each.slot);
  }
  // flags before slots ("clone" after them: it may be a topic), reasons last: "because" takes all that nothing else wants
  const order = (each: Element): number =>
    each.kind === "words" ? (each.name === "the clone" ? 2 : 0) : each.slot === "reason" ? 3 : 1;
  for (const each of [...pattern.optional].sort((a, b) => order(a) - order(b))) {
    if (each.kind === "slot") fill(state, each.slot);
    else flag(state, each.name, each.phrases);
  }
  if (volume && missing[0] === "set") {
    const owner = vocabulary.sets.find((each) =>
      each.volumes.includes(String(state.request[fieldOf(book, "volume") ?? ""])),
    );
    if (owner) put(state, missing.shift() ?? "set", owner.name);
  }
  state.asks.push(...contradictions(state, vocabulary));
  if (missing.length === 0 && book.oneOf && !book.oneOf.some((each) => state.filled.has(each)))
    missing.push(book.oneOf[0] ?? "set");
  const { leftovers: left, polite } = leftoversOf(state, heads);
  const leftovers = state.several
    ? left.filter((each) => !/^(?:and|or|plus|both|also)$/.test(sentence.words[each] ?? ""))
    : left;
  return {
    book,
    pattern,
    heads,
    leftovers,
    missing,
    polite,
    request: state.request,
    taken: state.taken,
    asks: state.asks,
    filled: [...state.filled].filter((each) => !ANYBODYS.has(each)).length,
    ...(state.several ? { several: state.several } : {}),
  };
}

/** Two things that cannot both be: a length and an end, a host that is not for that purpose. */
function contradictions({ book, request, filled }: Filling, vocabulary: Vocabulary): (Ask & { slot: string })[] {
  const without = (field: string | undefined): Record<string, Json> =>
    Object.fromEntries(Object.entries(request).filter(([key]) => key !== field));
  const either = (text: string, slots: readonly [string, string]): (Ask & { slot: string })[] => [
    { slot: slots[0], text, values: [], requests: slots.map((slot) => without(fieldOf(book, slot))).reverse() },
  ];
  if (filled.has("duration") && filled.has("until") && fieldOf(book, "duration") !== undefined)
    return either("You gave both a length and an end. Which one counts?", ["duration", "until"]);
  const host = vocabulary.hosts.find((each) => each.name === request["host"]);
  const purpose = request["purpose"];
  if (
    book.effect === "read" ||
    !host ||
    host.purposes.length === 0 ||
    typeof purpose !== "string" ||
    host.purposes.includes(purpose)
  )
    return [];
  return either(`${host.name} is for ${host.purposes.join(" and ")}, not for ${purpose}. Which one counts?`, [
    "host",
    "purpose",
  ]);
}

interface Filling {
  readonly book: Phrasebook;
  readonly sentence: Sentence;
  readonly spots: Spots;
  readonly weak: ReadonlySet<string>;
  readonly taken: Set<number>;
  readonly request: Record<string, Json>;
  readonly asks: (Ask & { slot: string })[];
  readonly filled: Set<string>;
  several?: { slot: string; values: readonly Json[] };
}

function fill(state: Filling, slot: string): boolean {
  const introducers = state.book.introducers?.[slot] ?? INTRODUCERS[slot] ?? [""];
  const free = (index: number): boolean => !state.taken.has(index);
  const used: Spot[] = [];
  const ordered = [...state.spots(slot)].sort((a, b) => b.to - b.from - (a.to - a.from) || a.from - b.from);
  for (const spot of ordered) {
    const around = wordsAround(spot, introducers, state.sentence.words, state.weak, free);
    if (!around) continue;
    if ((slot === "reason" || slot === "runbook") && used.length > 0) continue;
    around.forEach((each) => state.taken.add(each));
    used.push(spot);
  }
  const [first] = used;
  if (!first) return false;
  state.filled.add(slot);
  used.forEach((each) => each.ask && state.asks.push({ ...each.ask, slot }));
  put(state, slot, first.value);
  const values = distinct(used.filter((each) => !each.ask).map((each) => each.value));
  if (values.length > 1) state.several = { slot, values };
  return true;
}

const distinct = (values: readonly Json[]): Json[] => [
  ...new Map(values.map((each) => [JSON.stringify(each), each])).values(),
];

/** The request's field for a slot; undefined if it has none. */
export function fieldOf(book: Phrasebook, slot: string): string | undefined {
  const own = book.fields?.[slot];
  return own === null ? undefined : (own ?? DEFAULT_FIELDS[slot]);
}

function put(state: Filling, slot: string, value: Json): void {
  if (slot === "mirror") {
    Object.assign(state.request, value);
    return;
  }
  const field = fieldOf(state.book, slot);
  if (field !== undefined && value !== null) state.request[field] = value;
}

/** A word of the pattern that says something by itself. */
function say(state: Filling, name: string): void {
  const said = SAID[name];
  const field = state.book.fields?.[name];
  if (field === null) return;
  if (said) state.request[said[0]] = said[1];
  else if (field !== undefined) state.request[field] = true;
}

function flag(state: Filling, name: string, phrases: readonly Phrase[]): void {
  const free = (index: number): boolean => !state.taken.has(index) && !state.sentence.quoted.has(index);
  const [found] = occurrences(phrases, state.sentence.words, free);
  if (!found) return;
  found.forEach((each) => state.taken.add(each));
  say(state, name);
}

const fillers = new WeakMap<Phrasebook, readonly Phrase[]>();

/** What may be said beside a request of this runbook without changing it. */
function fillerOf(book: Phrasebook): readonly Phrase[] {
  const before = fillers.get(book);
  if (before) return before;
  const loose = isStrict(book) ? [] : [...CHANGE_OPENERS, ...CHANGE_FILLER];
  const made = [
    ...OPENERS,
    ...CLOSERS,
    ...(book.filler ?? []).map(phrase),
    ...loose,
    ...(book.effect === "read" ? READ_FILLER : []),
  ];
  fillers.set(book, made);
  return made;
}

/** "restore prod when you can" is manners; "if you can restore prod …" is not. */
function isCondition({ words, breaks }: Sentence, from: number, to: number): boolean {
  return (
    /^(?:if|when)$/.test(words[from] ?? "") &&
    to < words.length &&
    !breaks.has(to) &&
    !/^(?:please|thanks|thank)$/.test(words[to] ?? "") &&
    words[to - 1] !== "please"
  );
}

/** Takes what is only manners; what then remains has no place in this reading. */
function leftoversOf(state: Filling, heads: readonly number[]): { leftovers: number[]; polite: boolean } {
  const { book, sentence } = state;
  const { words } = sentence;
  const filler = fillerOf(book);
  const filled = new Set(state.taken);
  let polite = false;
  for (let from = 0; from < words.length; from += 1) {
    const free = (index: number): boolean => !filled.has(index) && !sentence.quoted.has(index);
    if (!free(from)) continue;
    const best =
      beginningWith(filler, words[from] ?? "")
        .map((each) => matchAt(each, words, from, free) ?? [])
        .sort((a, b) => b.length - a.length)[0] ?? [];
    // taken words may stand between: "i need … restored" leaves the subject alone before its verb
    const run = best.filter((each, i) => each === from + i);
    const whole = run.length > 0 && run.length === best.length;
    if (whole && !isCondition(sentence, from, from + run.length)) {
      if (run.some((each) => words[each] === "you" && /^(?:could|can|would|will)$/.test(words[each - 1] ?? "")))
        polite = true;
      run.forEach((each) => filled.add(each));
    } else if (
      /^(?:i|we)$/.test(words[from] ?? "") &&
      heads.includes(from + 1) &&
      /^(?:need|want|would|require|no|do|am|are|want)$/.test(words[from + 1] ?? "")
    )
      filled.add(from);
  }
  if (heads.some((each) => words[each] === "would" && words[each + 1] === "you")) polite = true;
  return { leftovers: words.flatMap((_, index) => (filled.has(index) ? [] : [index])), polite };
}
