import type { DateTime } from "luxon";
import type { Json } from "../core/json.js";
import { headPhrases } from "./heads.js";
import { matchAt, occurrences, phrase } from "./phrase.js";
import type { Sentence } from "./sentence.js";
import { at, comingDays, pastDays, timesIn, type DayName, type Moment, type SaidTime } from "./times.js";
import type { Context } from "./vocabulary.js";

/** A value for a slot, found in the words `from` … `to - 1`. The words around it that belong to it are found when it is used. */
export interface Spot {
  readonly slot: string;
  readonly from: number;
  readonly to: number;
  readonly value: Json;
  /** Why it cannot be taken as it is, and what it may mean instead. */
  readonly ask?: Ask;
  /** May stand without any word before it. */
  readonly bare?: boolean;
}
export interface Ask {
  readonly text: string;
  readonly values: readonly Json[];
  /** Whole requests it may mean, where more than one value is in doubt. */
  readonly requests?: readonly Readonly<Record<string, Json>>[];
}

const NAME_LIKE = /^(?=.*[\d_.-])[\p{L}\d][\p{L}\d_.-]{1,80}$/u;
const SNAPSHOT_NAME = /^[a-z][\w-]*\.\d{4}-\d\d-\d\d[_-]\d{2,6}$/i;
const PLAIN_NAME = /^[a-z][a-z0-9_-]{0,30}$/;
/** Until is until six in the evening, unless an hour was said. */
const END_OF_DAY_HOUR = 18;
const KIB_PER_SECOND: Readonly<Record<string, number>> = { k: 1, m: 1024, g: 1024 * 1024 };
const CVO = "cvo|azure|cloud|dr";

/** Every value the sentence holds, for every slot it could fill. */
export function spotsIn(sentence: Sentence, now: DateTime, context: Context): Spot[] {
  return [...whole(named(sentence, context)), ...places(sentence, context), ...times(sentence, now), ...names(sentence, context), ...amounts(sentence), ...topics(sentence, context), ...reasons(sentence)];
}

/** "trn" in "epic trn 01" is part of a name, not a purpose. */
const whole = (spots: readonly Spot[]): Spot[] =>
  spots.filter((each) => !spots.some((other) => NAMES.has(other.slot) && other.from <= each.from && other.to >= each.to && other.to - other.from > each.to - each.from && !each.slot.endsWith("s")));
const NAMES = new Set(["host", "set", "cluster"]);

const squash = (text: string): string => text.toLowerCase().replace(/[\s_.-]+/g, "");

/** Where one of the names stands, in one word or several ("epic trn 01" is epic-trn-01). */
function find(words: readonly string[], alias: string): [number, number][] {
  if (!words.some((each) => each[0] === alias[0]?.toLowerCase())) return [];
  const wanted = squash(alias);
  if (wanted.length === 0) return [];
  const most = Math.min(4, alias.split(/[\s_.-]+/).length);
  const found: [number, number][] = [];
  for (let from = 0; from < words.length; from += 1) {
    for (let to = from + most; to > from; to -= 1) {
      if (to <= words.length && squash(words.slice(from, to).join(" ")) === wanted && (to === from + 1 || words.slice(from, to).every((each) => each !== "'s"))) {
        found.push([from, to]);
        break;
      }
    }
  }
  return found;
}

function spotsOf(words: readonly string[], slot: string, entries: readonly { readonly value: Json; readonly aliases: readonly string[] }[]): Spot[] {
  const all = entries.flatMap(({ value, aliases }) => aliases.flatMap((alias) => find(words, alias).map(([from, to]): Spot => ({ slot, from, to, value }))));
  return all.filter((each) => !all.some((other) => other.from <= each.from && other.to >= each.to && other.to - other.from > each.to - each.from));
}

/** A host is also called by its first label, and by its name without the first part where that is unique: "trn-01". */
export function hostAliases(name: string, all: readonly string[]): string[] {
  const tail = name.split("-").slice(1).join("-");
  const unique = tail.includes("-") && all.filter((each) => each.endsWith(`-${tail}`)).length === 1;
  return unique ? [name, tail] : [name];
}

function named(sentence: Sentence, { vocabulary }: Context): Spot[] {
  const { words } = sentence;
  const hosts = vocabulary.hosts.map((each) => each.name);
  const labels = words.map((each) => (hosts.includes(each.split(".")[0] ?? "") ? (each.split(".")[0] ?? each) : each));
  const sets = spotsOf(words, "set", vocabulary.sets.map((each) => ({ value: each.name, aliases: [each.name, ...each.aliases, ...(each.volumes.length === 1 ? each.volumes : [])] })));
  const mirrored = spotsOf(words, "mirror", vocabulary.sets.map((each) => ({ value: { set: each.name }, aliases: [each.name, ...each.aliases, ...each.volumes, ...(each.mirrors ?? [])] })));
  const svms = vocabulary.clusters.flatMap((each) => each.svms ?? []).map((each) => ({ value: each, aliases: [each] }));
  return [
    ...sets,
    ...mirrored,
    ...spotsOf(labels, "host", vocabulary.hosts.map((each) => ({ value: each.name, aliases: [...hostAliases(each.name, hosts), ...each.aliases] }))),
    ...spotsOf(words, "purpose", vocabulary.purposes.map((each) => ({ value: each.name, aliases: [each.name, ...each.aliases] }))),
    ...spotsOf(words, "area", vocabulary.purposes.map((each) => ({ value: each.name, aliases: [each.name, ...each.aliases] }))),
    ...spotsOf(words, "volume", vocabulary.sets.flatMap((each) => each.volumes).map((each) => ({ value: each, aliases: [each] }))),
    ...spotsOf(words, "svm", svms),
    ...together(spotsOf(words, "svms", svms)),
    ...spotsOf(words, "cluster", vocabulary.clusters.map((each) => ({ value: each.name, aliases: [each.name, ...(each.aliases ?? [])] }))),
    ...together(spotsOf(words, "clusters", vocabulary.clusters.map((each) => ({ value: each.name, aliases: [each.name, ...(each.aliases ?? [])] })))),
    ...everything(words, vocabulary.sets.length),
  ];
}

/** "ali-ontap-01 and cvo-eastus2": one value, a list. */
function together(found: readonly Spot[]): Spot[] {
  const spots = [...found].sort((a, b) => a.from - b.from);
  const [first] = spots;
  const last = spots.at(-1);
  if (!first || !last) return [];
  return [{ slot: first.slot, from: first.from, to: last.to, value: [...new Set(spots.map((each) => String(each.value)))] }];
}

function everything(words: readonly string[], sets: number): Spot[] {
  const every = ["all of the|our|them?", "all the|our?", "every", "each", "everything", "every single", ...(sets === 2 ? ["both of? the|our|them?"] : [])].map(phrase);
  return words.flatMap((_, from) =>
    every.flatMap((each): Spot[] => {
      const taken = matchAt(each, words, from, () => true);
      return taken && taken.length > 0 ? [{ slot: "mirror", from, to: from + taken.length, value: { all: true } }] : [];
    }),
  );
}

/** CVO as where a copy comes from or goes to, and the array as home. */
function places({ words }: Sentence, { vocabulary }: Context): Spot[] {
  const names = (platform: "onprem" | "cvo"): string => vocabulary.clusters.filter((each) => each.platform === platform).map((each) => each.name).join("|") || "-";
  const tail = "system|cluster|array|volumes|volume? copy|copies|mirror|replica|side|site|backup|backups|snapshot|snapshots|nightly|location|instance|ontap? copy|site|side|volume|volumes?";
  const cvo = [`${CVO}|${names("cvo")} ${tail}`, `cloud volumes ontap ${tail}`, `azure cvo|cloud|dr ${tail}`, "disaster recovery site|copy|side?", "azure eastus2|east us? 2?", "netapp? cloud volume|volumes ontap?"];
  const sources = [...cvo, "dr? mirror|replica|secondary|destination|vault|snapmirror site|copy|side|volume|array|system|destination? copy|volume|volumes?", "mirrored|replicated|remote|offsite copy|data|volume|side|snapshot|snapshots"];
  const home = [`on-prem|onprem|on-premises|onpremises|primary|home|premises|array|ali|${names("onprem")} site|array|side|cluster|system|storage|datacenter?`, "on prem|premises array|side|site|storage?", "source|original|old array|site|side|system", "azure? large instances array?", "production array|site|side"];
  return words.flatMap((_, from) => [
    ...widest(sources, words, from, "source", "cvo"),
    ...widest([...cvo, "secondary|recovery|other site|side"], words, from, "target", true),
    ...widest(["azure east? us? 2?", "eastus2", "east us 2", "the? cloud", "azure"], words, from, "cloud", true),
    ...widest(home, words, from, "home", true),
  ]);
}

function widest(texts: readonly string[], words: readonly string[], from: number, slot: string, value: Json): Spot[] {
  const lengths = [...new Set(texts.map((each) => matchAt(phrase(each), words, from, () => true)?.length ?? 0))].filter((each) => each > 0);
  const [most = 0] = lengths.sort((a, b) => b - a);
  // the nouns behind it may belong to what follows: "from CVO, snapshot nightly.…"
  return lengths.length === 0 ? [] : [most, ...(most > 1 && slot === "source" ? [1] : [])].map((each) => ({ slot, from, to: from + each, value }));
}

const NOUNS = "snapshot|backup|nightly|copy|state|version|data|snap|image|point|dump|replica";

function times({ words }: Sentence, now: DateTime): Spot[] {
  const latest = ["latest|newest|freshest|last available|complete|usable? snapshot|backup|nightly|copy|snap|point|state|image|data|one|version|snapshots|backups|replica from|on|in|of?", "most recent available? snapshot|backup|nightly|copy|snap|point|state|image|data|one|version?", "latest|newest|freshest available?"];
  return [
    ...timesIn(words, now).flatMap((said) => timeSpots(said, words, now)),
    ...words.flatMap((_, from) => widest(latest, words, from, "point", { latest: true }).map((each) => ({ ...each, bare: words.slice(each.from, each.to).some((word) => /^(?:snapshot|backup|nightly|snap)$/.test(word)) }))),
  ];
}

function timeSpots(said: SaidTime, words: readonly string[], now: DateTime): Spot[] {
  const place = { from: said.from, to: said.to };
  if (said.bad !== undefined) {
    const ask = { text: `"${said.bad}" is no date I can read; write it as 2026-11-18.`, values: [] };
    return [{ slot: "point", ...place, value: null, ask }, { slot: "until", ...place, value: null, ask }];
  }
  if (said.duration) {
    const value = said.duration.toISO();
    const positive = said.duration.toMillis() > 0 && said.duration.toMillis() < 100 * 366 * 86_400_000;
    const ending = { slot: "ending", ...place, value: instant(now.plus(said.duration)) };
    return [...(positive ? [ending] : []), { slot: "duration", ...place, value, ...(positive ? {} : { ask: { text: `"${words.slice(said.from, said.to).join(" ")}" is no span of time I can work with.`, values: [] } }) }];
  }
  if (!said.moment) return [];
  const follows = new RegExp(`^(?:'s|${NOUNS})$`).test(words[said.to] ?? "");
  return [pointSpot(said.moment, place, follows, now), untilSpot(said.moment, place, now)];
}

const night = (day: DateTime): Json => ({ night: day.toISODate() });
const instant = (moment: DateTime): string => moment.toUTC().toISO() ?? "";

function pointSpot(moment: Moment, place: { from: number; to: number }, bare: boolean, now: DateTime): Spot {
  const spot = { slot: "point", ...place, ...(bare ? { bare } : {}) };
  if (moment.kind === "night") return chosen(spot, moment.readings.map(night));
  if (moment.kind === "instant") return { ...spot, value: { at: instant(moment.at) } };
  const days = pastDays(moment.day, now);
  const { clock } = moment;
  if (!clock) {
    if (days.some((each) => each > now)) return { ...spot, value: null, ask: { text: `${spell(days[0])} lies ahead; I can only go back in time.`, values: [] } };
    return chosen(spot, days.map(night));
  }
  const readings = days.map((each) => at(each, clock));
  if (readings.every((each) => each <= now)) return chosen(spot, readings.map((each) => ({ at: instant(each) })));
  const past = readings.filter((each) => each <= now);
  const earlier = past.length > 0 ? past : moment.day.kind === "date" && !moment.day.yearSaid ? readings.map((each) => each.minus({ days: 1 })) : [];
  return { ...spot, value: null, ask: { text: `${readings[0]?.toFormat("cccc d LLLL HH:mm") ?? "That"} lies ahead; I can only go back in time.`, values: earlier.map((each) => ({ at: instant(each) })) } };
}

function untilSpot(moment: Moment, place: { from: number; to: number }, now: DateTime): Spot {
  const spot = { slot: "until", ...place };
  if (moment.kind === "instant") return { ...spot, value: null, ask: { text: "That time has passed already.", values: [] } };
  const day: DayName = moment.kind === "night" ? { kind: "date", readings: moment.readings, yearSaid: true } : moment.day;
  const clock = (moment.kind === "day" ? moment.clock : undefined) ?? { hour: END_OF_DAY_HOUR, minute: 0 };
  const ends = comingDays(day, now).map((each) => at(each, clock));
  const ahead = ends.filter((each) => each > now);
  if (ahead.length === 0) return { ...spot, value: null, ask: { text: `${ends[0]?.toFormat("cccc d LLLL yyyy HH:mm") ?? "That time"} has passed already.`, values: [] } };
  return chosen(spot, ahead.map(instant));
}

const spell = (day: DateTime | undefined): string => day?.toFormat("cccc d LLLL yyyy") ?? "That day";

function chosen(spot: Omit<Spot, "value">, values: readonly Json[]): Spot {
  const [first, ...more] = values;
  if (first !== undefined && more.length === 0) return { ...spot, value: first };
  if (first === undefined) return { ...spot, value: null, ask: { text: "I cannot tell which day that is; write it as 2026-11-18.", values: [] } };
  return { ...spot, value: null, ask: { text: "That can mean more than one day. Which?", values } };
}

const AS = new Set(["as", "called", "named", "name", "it", "labelled", "labeled", "label", "tagged", "aliased"]);
/** Words that are never a name somebody gave. */
const NO_NAME = new Set("a an the of on in for from to at by as is it its i we you me us be was were and or not no soon well usual always if when this that these those please thanks before after needed required possible requested agreed discussed planned above below described said told".split(" "));

function names(sentence: Sentence, context: Context): Spot[] {
  const { words, raw } = sentence;
  const clones = context.asker.clones ?? [];
  return [
    ...spotsOf(words, "clone", clones.map((each) => ({ value: each.name, aliases: [each.name] }))),
    ...words.flatMap((word, from) => nameAt(sentence, word, raw[from] ?? word, from)),
    ...labels(sentence),
    ...spotsOf(words, "name", clones.flatMap((each) => (each.as === undefined ? [] : [{ value: each.as, aliases: [each.as] }]))).map((each) => ({ ...each, bare: true })),
    ...words.flatMap((word, from) => runAt(words, word, raw[from] ?? word, from)),
  ];
}

function nameAt({ words, quoted }: Sentence, word: string, raw: string, from: number): Spot[] {
  const before = words[from - 1] ?? "";
  const spots: Spot[] = [];
  const snapshot = SNAPSHOT_NAME.test(raw) || (/^(?:snapshot|snap|named|called)$/.test(before) && (NAME_LIKE.test(raw) || quoted.has(from)));
  if (snapshot) spots.push({ slot: "point", from, to: from + 1, value: { snapshot: raw }, bare: SNAPSHOT_NAME.test(raw) }, { slot: "snapshot", from, to: from + 1, value: raw });
  else if (/^(?:snapshot|snap)$/.test(words[from + 1] ?? "") && NAME_LIKE.test(raw) && !/^\d[\d-]*$/.test(raw)) spots.push({ slot: "snapshot", from, to: from + 1, value: raw });
  const given = AS.has(before) && PLAIN_NAME.test(word) && !NO_NAME.has(word);
  const numbered = /^[a-z]+-?\d[a-z0-9-]*$/.test(word);
  if (given) spots.push({ slot: "name", from, to: from + 1, value: word });
  else if (numbered) spots.push({ slot: "name", from, to: from + 1, value: word });
  if (/_/.test(word) && /^(?:clone|copy|flexclone|volume)$/.test(before)) spots.push({ slot: "clone", from, to: from + 1, value: raw });
  return spots;
}

/** A label is one word that looks like one, or the quoted words after "as", "called", "labelled". */
function labels({ words, raw, quoted }: Sentence): Spot[] {
  return words.flatMap((word, from): Spot[] => {
    if (!AS.has(words[from - 1] ?? "") || (NO_NAME.has(word) && !quoted.has(from))) return [];
    let to = from + 1;
    while (quoted.has(from) && quoted.has(to)) to += 1;
    const value = raw.slice(from, to).join(quoted.has(from) ? "-" : " ");
    return /^[\w.-]{1,60}$/.test(value) ? [{ slot: "label", from, to, value }] : [];
  });
}

function runAt(words: readonly string[], word: string, raw: string, from: number): Spot[] {
  const after = /^(?:run|job|request|id)$/.test(words[from - 1] ?? "");
  const idLike = /^(?=.*\d)(?=.*[a-z])[a-z0-9]{8,}$|^r(?:un)?-[a-z0-9-]*\d[a-z0-9-]*$|^[0-9a-f]{8}-[0-9a-f-]+$/.test(word);
  if (!idLike && !(after && /\d/.test(word))) return [];
  const start = after ? from - 1 : from;
  return [{ slot: "run", from: start, to: from + 1, value: raw }];
}

function amounts({ words }: Sentence): Spot[] {
  const spots: Spot[] = [];
  words.forEach((_, from) => {
    for (const to of [from + 4, from + 3, from + 2, from + 1]) {
      if (to > words.length || spots.some((each) => each.from <= from && each.to >= to)) continue;
      const text = words.slice(from, to).join(" ");
      const rate = rateOf(text);
      if (rate !== undefined) spots.push({ slot: "rate", from, to, value: rate });
      const size = sizeOf(text);
      if (size !== undefined) spots.push({ slot: "size", from, to, value: size });
    }
  });
  return spots;
}

/** In KiB a second, as ONTAP counts a throttle; 0 is no limit. "MB" is read as ONTAP reads it, 1024 × 1024; bits are decimal. */
function rateOf(text: string): number | undefined {
  if (/^(?:unlimited|no limit|full speed|none)$/.test(text)) return 0;
  const match = /^(\d+(?:\.\d+)?) ?(?:([kmg])i?(?:(b)(?:yte)?s?|(bits?)) ?(?:\/ ?|per )(?:s|sec|second)|([kmg])b?ps|([kmg])(?:ega|iga|ilo)(bytes?|bits?) per second|([kmg])(bit|byte)s?\/s|(kilo|mega|giga)(bytes?|bits?) (?:per|a) second)$/.exec(text);
  if (!match) return undefined;
  const letter = (match[2] ?? match[5] ?? match[6] ?? match[8] ?? match[10] ?? "k").slice(0, 1);
  const bits = match[4] !== undefined || match[5] !== undefined || /bit/.test(text);
  const count = Number(match[1]);
  const each = bits ? ({ k: 1000, m: 1e6, g: 1e9 }[letter] ?? 0) / 8 / 1024 : (KIB_PER_SECOND[letter] ?? 0);
  return Math.round(count * each);
}

function sizeOf(text: string): number | undefined {
  const match = /^(\d+(?:\.\d+)?) ?([mgt])(?:i?b)?(?:ytes?)?$/.exec(text) ?? /^(\d+(?:\.\d+)?) (mega|giga|tera|mebi|gibi|tebi)bytes?$/.exec(text);
  if (!match) return undefined;
  const power = { m: 20, g: 30, t: 40 }[(match[2] ?? "").slice(0, 1)] ?? 0;
  return Math.round(Number(match[1]) * 2 ** power);
}

function topics({ words }: Sentence, { vocabulary }: Context): Spot[] {
  const all = vocabulary.runbooks
    .filter((book) => book.effect !== "read")
    .flatMap((book) =>
      occurrences(headPhrases(book, vocabulary.runbooks), words).map((taken): Spot => ({ slot: "runbook", from: taken[0] ?? 0, to: (taken.at(-1) ?? 0) + 1, value: book.name })),
    );
  const longest = all.filter((each) => !all.some((other) => other.from <= each.from && other.to >= each.to && other.to - other.from > each.to - each.from));
  // one word can head several runbooks ("update"); the first in the vocabulary's order speaks for them
  return longest.filter((each, i) => longest.findIndex((other) => other.from === each.from) === i);
}

/** From "because" to the end of the clause, or to where another thing is said. */
function reasons({ words, raw, breaks }: Sentence): Spot[] {
  return words.flatMap((word, before): Spot[] => {
    if (!/^(?:because|of|to|reason|as|we|since|while|during|that|for)$/.test(word)) return [];
    const from = before + 1;
    if (/^(?:because|due|owing)$/.test(word) && /^(?:of|to)$/.test(words[from] ?? "")) return [];
    let to = from;
    while (to < words.length && (to === from || !breaks.has(to)) && !/^(?:and|then|until|till|but|or)$/.test(words[to] ?? "") && to - from < 20) to += 1;
    return to > from ? [{ slot: "reason", from, to, value: raw.slice(from, to).join(" ").replace(/ 's/g, "'s") }] : [];
  });
}
