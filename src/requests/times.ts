import * as chrono from "chrono-node";
import { DateTime, Duration } from "luxon";

/** A moment as said, before it is known whether it is a point to go back to or an end that lies ahead. */
export type Moment =
  /** Nights are named by the morning on which they end: "last night" is today's. */
  | { readonly kind: "night"; readonly readings: readonly DateTime[] }
  | { readonly kind: "instant"; readonly at: DateTime }
  | {
      readonly kind: "day";
      readonly day: DayName;
      readonly clock?: Clock;
    };
export type DayName =
  | { readonly kind: "date"; readonly readings: readonly DateTime[]; readonly yearSaid: boolean }
  | { readonly kind: "weekday"; readonly weekday: number; readonly which: "plain" | "last" | "next" | "this" }
  /** The n-th of a month that was not named. */
  | { readonly kind: "monthday"; readonly day: number };
export interface Clock {
  readonly hour: number;
  readonly minute: number;
  /** Minutes east of UTC, when a zone was said. */
  readonly offset?: number;
}

const WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const DAY = "(mon(?:day)?|tue(?:s|sday)?|wed(?:nesday|s)?|thu(?:rs|r|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)";
const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
const NUMBERS: Readonly<Record<string, number>> = {
  a: 1,
  an: 1,
  one: 1,
  two: 2,
  couple: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
  nine: 9,
  ten: 10,
  eleven: 11,
  twelve: 12,
  fourteen: 14,
  twenty: 20,
  thirty: 30,
};
const NUMBER = `(\\d{1,6}(?:\\.\\d+)?|${Object.keys(NUMBERS).join("|")})`;
const UNIT = "(minutes?|mins?|hours?|hrs?|h|days?|d|nights?|weeks?|wks?|w|fortnights?|months?|mo|years?)";

/** Words a time can begin with or hold: keeps the search for times away from everything else. */
const TIMELY = new RegExp(
  `^(?:\\d.*|${DAY.slice(1, -1)}|${MONTH}|today|tonight|yesterday|tomorrow|last|this|next|past|coming|previous|the|night|morning|noon|midnight|midday|end|eod|eow|week|day|half|${Object.keys(NUMBERS).join("|")})$`,
);
const LONGEST = 9;

export interface SaidTime {
  readonly from: number;
  readonly to: number;
  readonly moment?: Moment;
  readonly duration?: Duration;
  /** It is written like a date and is none ("2026-02-30"). */
  readonly bad?: string;
}

/** Every time and span of time in the words, longest first at each place, without overlaps. Zone and now come with `now`. */
export function timesIn(words: readonly string[], now: DateTime): SaidTime[] {
  const found: SaidTime[] = [];
  for (let from = 0; from < words.length;) {
    const said = TIMELY.test(words[from] ?? "") ? longestAt(words, from, now) : undefined;
    if (said) found.push(said);
    from = said ? said.to : from + 1;
  }
  return found;
}

let remembered:
  { readonly key: string; readonly read: Map<string, { duration?: Duration; moment?: Moment | "bad" }> } | undefined;
const MOST_REMEMBERED = 2000;

/** The guesses at typos read the same words again and again: what was read for this very moment is kept. */
function readOnce(text: string, now: DateTime): { duration?: Duration; moment?: Moment | "bad" } {
  const key = `${now.toMillis()} ${now.zoneName}`;
  if (remembered?.key !== key || remembered.read.size > MOST_REMEMBERED) remembered = { key, read: new Map() };
  const before = remembered.read.get(text);
  if (before) return before;
  const duration = durationOf(text);
  const moment = duration ? undefined : momentOf(text, now);
  const made = { ...(duration ? { duration } : {}), ...(moment === undefined ? {} : { moment }) };
  remembered.read.set(text, made);
  return made;
}

function longestAt(words: readonly string[], from: number, now: DateTime): SaidTime | undefined {
  for (let to = Math.min(words.length, from + LONGEST); to > from; to -= 1) {
    if (words[to - 1] === "'s") continue;
    const text = words.slice(from, to).join(" ");
    const { duration, moment } = readOnce(text, now);
    if (duration) return { from, to, duration };
    if (moment === "bad") return { from, to, bad: text };
    if (moment) return { from, to, moment };
  }
  return undefined;
}

const UNITS: Readonly<Record<string, "minutes" | "hours" | "days" | "weeks" | "months" | "years">> = {
  m: "minutes",
  h: "hours",
  d: "days",
  n: "days",
  w: "weeks",
  f: "weeks",
  mo: "months",
  y: "years",
};

function amount(number: string, unit: string): Duration | undefined {
  const count = NUMBERS[number] ?? Number(number);
  const key = unit.startsWith("mo") ? "mo" : unit.slice(0, 1);
  const name = UNITS[key];
  if (name === undefined || !Number.isFinite(count)) return undefined;
  const times = key === "f" ? 2 * count : count;
  if (name === "weeks") return wholes(Duration.fromObject({ days: 7 * times }));
  return wholes(Duration.fromObject({ [name]: times }));
}

/** 1.5 days are P1DT12H; months and years cannot be cut. */
const wholes = (span: Duration): Duration =>
  Object.values(span.toObject()).every((each) => Number.isInteger(each))
    ? span
    : span.shiftTo("days", "hours", "minutes");

/** "3 days", "3d", "a week", "two weeks and 4 hours"; undefined for anything else. */
export function durationOf(text: string): Duration | undefined {
  let total: Duration | undefined;
  const plain = text
    .replace(/^the (?=next )/, "")
    .replace(/^(?:next )(?=\d|[a-z]+ )/, "")
    .replace(/\bcouple of\b/, "couple")
    .replace(/^a couple\b/, "couple")
    .replace(/\bmore\b ?/, "")
    .trim();
  if (/^half (?:a|an) (day|hour)$/.test(plain))
    return plain.endsWith("day") ? Duration.fromObject({ hours: 12 }) : Duration.fromObject({ minutes: 30 });
  if (plain === "a day and a half") return Duration.fromObject({ hours: 36 });
  for (const part of plain.split(/ (?:and )?(?=\d|(?:a|an|one|two|three|four|five|six) )| and /)) {
    const match = new RegExp(`^(-)?${NUMBER}(?: |-)?(?:full |whole |calendar |extra |additional )?${UNIT}$`).exec(
      part.trim(),
    );
    const one = match && amount(match[2] ?? "", match[3] ?? "");
    if (!one) return undefined;
    total = total ? total.plus(match[1] ? one.negate() : one) : match[1] ? one.negate() : one;
  }
  return total;
}

/** One moment, all of `text`; "bad" for what is written like a date and is none. */
export function momentOf(text: string, now: DateTime): Moment | "bad" | undefined {
  const said = text
    .replace(/^(?:the )(?=last |past |previous |night|day |end |\d|same |mon|tue|wed|thu|fri|sat|sun)/, "")
    .replace(/ 's$/, "");
  if (said === "") return undefined;
  return nightOf(said, now) ?? agoOf(said, now) ?? isoOf(said, now) ?? dayOf(said, now) ?? spokenOf(said, now);
}

const today = (now: DateTime): DateTime => now.startOf("day");
const date = (...readings: DateTime[]): Moment => ({ kind: "day", day: { kind: "date", readings, yearSaid: true } });

function nightOf(said: string, now: DateTime): Moment | undefined {
  const night = (...readings: DateTime[]): Moment => ({ kind: "night", readings });
  if (/^(?:last|yesterday) night$|^this morning$|^last night 's (?:nightly|night)$/.test(said))
    return night(today(now));
  if (/^night before last(?: night)?$/.test(said)) return night(today(now).minus({ days: 1 }));
  const ago = new RegExp(`^${NUMBER} nights? ago$`).exec(said);
  if (ago) return night(today(now).minus({ days: (NUMBERS[ago[1] ?? ""] ?? Number(ago[1])) - 1 }));
  const weekday = new RegExp(`^(?:last )?${DAY} night$`).exec(said);
  if (weekday) return night(recent(weekdayNumber(weekday[1] ?? ""), now, false).plus({ days: 1 }));
  const of = /^night (?:of|from) (.+)$/.exec(said);
  if (of) {
    const moment = momentOf(of[1] ?? "", now);
    const days = typeof moment === "object" && moment.kind === "day" && !moment.clock ? pastDays(moment.day, now) : [];
    if (days[0]) return night(days[0], days[0].plus({ days: 1 }));
  }
  return undefined;
}

function agoOf(said: string, now: DateTime): Moment | undefined {
  const match = /^(.+?) (?:ago|before now|earlier)$/.exec(said);
  const span = match && durationOf(match[1] ?? "");
  if (span) {
    const at = now.minus(span);
    return span.hours || span.minutes ? { kind: "instant", at } : date(at.startOf("day"));
  }
  if (/^(?:a )?(?:half an) hour ago$/.test(said)) return { kind: "instant", at: now.minus({ minutes: 30 }) };
  return undefined;
}

/** 2026-11-18, 20261118, 2026-11-18T02:00Z, 2026-11-18 02:00, 2026-11-18_0200, 18.11.2026, 18/11/2026. */
function isoOf(said: string, now: DateTime): Moment | "bad" | undefined {
  const iso =
    /^(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:(?:[t_]| (?:at )?|,)(.+))?$/.exec(said) ??
    /^(20\d\d)(\d\d)(\d\d)(?:[t_ ](.+))?$/.exec(said);
  if (iso)
    return onDay(
      [DateTime.fromObject({ year: Number(iso[1]), month: Number(iso[2]), day: Number(iso[3]) }, { zone: now.zone })],
      iso[4],
      now,
    );
  const local = /^(\d{1,2})([./-])(\d{1,2})\2(\d{4}|\d{2})(?: (?:at )?(.+))?$/.exec(said);
  if (!local) return undefined;
  const [first, second, year] = [
    Number(local[1]),
    Number(local[3]),
    Number(local[4]) + ((local[4] ?? "").length === 2 ? 2000 : 0),
  ];
  const make = (month: number, day: number): DateTime => DateTime.fromObject({ year, month, day }, { zone: now.zone });
  const readings =
    local[2] === "."
      ? [make(second, first)]
      : first === second
        ? [make(first, second)]
        : [make(first, second), make(second, first)];
  return onDay(
    readings.some((each) => each.isValid) ? readings.filter((each) => each.isValid) : readings,
    local[5],
    now,
  );
}

function onDay(
  readings: readonly DateTime[],
  clockSaid: string | undefined,
  now: DateTime,
): Moment | "bad" | undefined {
  const clock = clockSaid === undefined ? undefined : clockOf(clockSaid, now);
  if (clockSaid !== undefined && !clock) return undefined;
  if (readings.some((each) => !each.isValid)) return "bad";
  const day: DayName = { kind: "date", readings, yearSaid: true };
  return clock ? { kind: "day", day, clock } : { kind: "day", day };
}

const RELATIVE: Readonly<Record<string, number>> = {
  today: 0,
  tonight: 0,
  yesterday: -1,
  tomorrow: 1,
  "day before yesterday": -2,
  "day after tomorrow": 2,
  "this evening": 0,
  "this afternoon": 0,
};

function dayOf(said: string, now: DateTime): Moment | "bad" | undefined {
  if (/^(?:end of (?:the )?day|eod|close of business|cob)$/.test(said)) return date(today(now));
  if (/^(?:end of (?:the |this )?week|eow)$/.test(said))
    return { kind: "day", day: { kind: "weekday", weekday: 5, which: "plain" } };
  if (/^end of next week$/.test(said)) return date(today(now).plus({ weeks: 1 }).startOf("week").plus({ days: 4 }));
  if (/^(?:end of (?:the |this )?month|eom)$/.test(said)) return date(today(now).endOf("month").startOf("day"));
  for (const [name, days] of Object.entries(RELATIVE)) {
    const beside = said === name || said.startsWith(`${name} `) || said.endsWith(` ${name}`);
    const moment = beside
      ? onDay([today(now).plus({ days })], said.replace(name, "").trim() || clockIn(name), now)
      : undefined;
    if (moment !== undefined) return moment;
  }
  const week = new RegExp(`^${DAY} (?:last week|of last week)$`).exec(said);
  if (week)
    return date(
      today(now)
        .minus({ weeks: 1 })
        .startOf("week")
        .plus({ days: weekdayNumber(week[1] ?? "") - 1 }),
    );
  const weekday =
    new RegExp(
      `^(last |past |previous |this past |this |coming |this coming |next )?${DAY}(?: (?:at |around )?(.+))?$`,
    ).exec(said) ?? new RegExp(`^()()(.+) on ${DAY}$`).exec(said);
  if (weekday) return weekdayMoment(weekday, now);
  return monthDayOf(said, now);
}

const clockIn = (name: string): string | undefined => (name === "this afternoon" ? "afternoon" : undefined);

function weekdayMoment(match: RegExpExecArray, now: DateTime): Moment | undefined {
  const name = match[4] ?? match[2] ?? "";
  const clock = match[3] === undefined ? undefined : clockOf(match[3], now);
  if (match[3] !== undefined && !clock && match[3] !== "morning") return undefined;
  const word = (match[1] ?? "").trim();
  const which = /last|past|previous/.test(word) ? "last" : word === "next" ? "next" : word === "" ? "plain" : "this";
  const day: DayName = { kind: "weekday", weekday: weekdayNumber(name), which };
  return clock && match[3] !== "morning" ? { kind: "day", day, clock } : { kind: "day", day };
}

/** "18 nov", "18th of november 2026", "november 18", "the 18th", each perhaps with a clock. */
function monthDayOf(said: string, now: DateTime): Moment | "bad" | undefined {
  const match =
    new RegExp(`^(\\d{1,2})(?:st|nd|rd|th)? ?(?:of )?(${MONTH})(?: (\\d{4}))?(?: (?:at )?(.+))?$`).exec(said) ??
    swap(new RegExp(`^(${MONTH}) (?:the )?(\\d{1,2})(?:st|nd|rd|th)?(?: (\\d{4}))?(?: (?:at )?(.+))?$`).exec(said));
  if (match) {
    const month = MONTHS.indexOf((match[2] ?? "").slice(0, 3)) + 1;
    const reading = DateTime.fromObject(
      { year: match[3] ? Number(match[3]) : now.year, month, day: Number(match[1]) },
      { zone: now.zone },
    );
    const moment = onDay([reading], match[4], now);
    if (typeof moment !== "object" || moment.kind !== "day" || moment.day.kind !== "date") return moment;
    return { ...moment, day: { ...moment.day, yearSaid: match[3] !== undefined } };
  }
  const alone = /^(\d{1,2})(?:st|nd|rd|th)(?: (?:at )?(.+))?$/.exec(said);
  if (!alone || Number(alone[1]) < 1 || Number(alone[1]) > 31) return undefined;
  const clock = alone[2] === undefined ? undefined : clockOf(alone[2], now);
  if (alone[2] !== undefined && !clock) return undefined;
  const day: DayName = { kind: "monthday", day: Number(alone[1]) };
  return clock ? { kind: "day", day, clock } : { kind: "day", day };
}

function swap(match: RegExpExecArray | null): RegExpExecArray | null {
  if (!match) return null;
  [match[1], match[2]] = [match[2] ?? "", match[1] ?? ""];
  return match;
}

const PARTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    noon: 12,
    midday: 12,
    midnight: 0,
    afternoon: 15,
    evening: 18,
    "early morning": 6,
    "end of day": 18,
    eod: 18,
    "close of business": 18,
  }),
);

/** A time of day, all of `text`: "3pm", "15:00 utc", "1500", "noon". */
export function clockOf(text: string, now: DateTime): Clock | undefined {
  const said = text
    .replace(/^(?:at|around|in the|on) /, "")
    .replace(/(\d)h$/, "$1:00")
    .replace(/ (?:o'clock|hours|hrs)$/, "");
  const part = PARTS.get(said.replace(/^the /, ""));
  if (part !== undefined) return { hour: part, minute: 0 };
  const compact = /^([01]\d|2[0-3])([0-5]\d)( ?z| utc)?$/.exec(said);
  if (compact) return { hour: Number(compact[1]), minute: Number(compact[2]), ...(compact[3] ? { offset: 0 } : {}) };
  const plain = /^(\d{1,2}):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?: ?(z|utc|gmt)|([+-]\d\d):?(\d\d))?$/.exec(said);
  if (plain && Number(plain[1]) < 24) {
    const sign = (plain[4] ?? "").startsWith("-") ? -1 : 1;
    const offset = plain[3] ? 0 : plain[4] === undefined ? undefined : Number(plain[4]) * 60 + sign * Number(plain[5]);
    return { hour: Number(plain[1]), minute: Number(plain[2]), ...(offset === undefined ? {} : { offset }) };
  }
  if (!/^(?:\d|noon|midnight|half|quarter)/.test(said) || !/[:apn]|z$|utc$/.test(said)) return undefined;
  const [result, more] = chrono.en.casual.parse(said.replace(/(\d)z$/, "$1 utc"), {
    instant: now.toJSDate(),
    timezone: now.offset,
  });
  if (
    !result ||
    more ||
    result.end ||
    result.text.length !== said.replace(/(\d)z$/, "$1 utc").length ||
    !result.start.isCertain("hour") ||
    result.start.isCertain("day")
  )
    return undefined;
  const offset = result.start.isCertain("timezoneOffset") ? result.start.get("timezoneOffset") : null;
  return {
    hour: result.start.get("hour") ?? 0,
    minute: result.start.get("minute") ?? 0,
    ...(offset === null ? {} : { offset }),
  };
}

/** What is left: a clock alone, or anything chrono reads to its last letter. */
function spokenOf(said: string, now: DateTime): Moment | undefined {
  const clock = /^\d{4}$|^\d+$/.test(said) ? undefined : clockOf(said, now);
  if (clock) return { kind: "day", day: { kind: "date", readings: [today(now)], yearSaid: false }, clock };
  if (!/\d/.test(said) || /^\d+(?:\.\d+)?$/.test(said)) return undefined;
  const [result, more] = chrono.en.casual.parse(said, { instant: now.toJSDate(), timezone: now.offset });
  if (!result || more || result.end || result.text.length !== said.length || !result.start.isCertain("day"))
    return undefined;
  const day = DateTime.fromObject(
    { year: result.start.get("year") ?? 0, month: result.start.get("month") ?? 0, day: result.start.get("day") ?? 0 },
    { zone: now.zone },
  );
  const offset = result.start.isCertain("timezoneOffset") ? result.start.get("timezoneOffset") : null;
  const name: DayName = { kind: "date", readings: [day], yearSaid: result.start.isCertain("year") };
  if (!result.start.isCertain("hour")) return { kind: "day", day: name };
  return {
    kind: "day",
    day: name,
    clock: {
      hour: result.start.get("hour") ?? 0,
      minute: result.start.get("minute") ?? 0,
      ...(offset === null ? {} : { offset }),
    },
  };
}

const weekdayNumber = (name: string): number => WEEKDAYS.findIndex((each) => each.startsWith(name.slice(0, 3))) + 1;
/** The last such weekday, today counting only if `todayToo`. */
const recent = (weekday: number, now: DateTime, todayToo: boolean): DateTime => {
  const back = (now.weekday - weekday + 7) % 7;
  return today(now).minus({ days: back === 0 && !todayToo ? 7 : back });
};

/** The days a name can mean when it lies behind us. More than one: ask. */
export function pastDays(day: DayName, now: DateTime): DateTime[] {
  if (day.kind === "date")
    return day.yearSaid
      ? [...day.readings]
      : day.readings.map((each) =>
          each > today(now) && each > today(now).plus({ months: 2 }) ? each.minus({ years: 1 }) : each,
        );
  if (day.kind === "monthday") {
    for (let back = 0; back < 3; back += 1) {
      const month = now.startOf("month").minus({ months: back });
      const reading = month.plus({ days: day.day - 1 });
      if (reading.month === month.month && reading <= now) return [reading];
    }
    return [];
  }
  if (day.which === "next") return [today(now).plus({ days: ((day.weekday - now.weekday + 6) % 7) + 1 })];
  if (day.which === "last") return [recent(day.weekday, now, false)];
  return now.weekday === day.weekday ? [today(now), today(now).minus({ days: 7 })] : [recent(day.weekday, now, true)];
}

/** The days a name can mean when it lies ahead. More than one: ask. */
export function comingDays(day: DayName, now: DateTime): DateTime[] {
  if (day.kind === "date")
    return day.yearSaid
      ? [...day.readings]
      : day.readings.map((each) => (each < today(now) ? each.plus({ years: 1 }) : each));
  if (day.kind === "monthday") {
    for (let on = 0; on < 3; on += 1) {
      const month = now.startOf("month").plus({ months: on });
      const reading = month.plus({ days: day.day - 1 });
      if (reading.month === month.month && reading >= today(now)) return [reading];
    }
    return [];
  }
  if (day.which === "last") return [recent(day.weekday, now, false)];
  const first = today(now).plus({ days: (day.weekday - now.weekday + 7) % 7 });
  if (now.weekday === day.weekday)
    return day.which === "next" ? [first.plus({ days: 7 })] : [first, first.plus({ days: 7 })];
  return day.which === "next" && first.weekNumber === now.weekNumber ? [first, first.plus({ days: 7 })] : [first];
}

/** A clock on a day. */
export function at(day: DateTime, clock: Clock): DateTime {
  const parts = { year: day.year, month: day.month, day: day.day, hour: clock.hour, minute: clock.minute };
  if (clock.offset === undefined) return DateTime.fromObject(parts, { zone: day.zone });
  return DateTime.fromObject(parts, { zone: "utc" }).minus({ minutes: clock.offset }).setZone(day.zone);
}
