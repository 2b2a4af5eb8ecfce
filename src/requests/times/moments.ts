import * as chrono from "chrono-node";
import { DateTime } from "luxon";
import { clockOf } from "./clocks.js";
import { pastDays } from "./days.js";
import { durationOf } from "./spans.js";
import {
  DAY,
  MONTH,
  MONTHS,
  NUMBER,
  NUMBERS,
  recent,
  today,
  weekdayNumber,
  type DayName,
  type Moment,
} from "./words.js";

/** One moment, all of `text`; "bad" for what is written like a date and is none. */
export function momentOf(text: string, now: DateTime): Moment | "bad" | undefined {
  const said = text
    .replace(/^(?:the )(?=last |past |previous |night|day |end |\d|same |mon|tue|wed|thu|fri|sat|sun)/, "")
    .replace(/ 's$/, "");
  if (said === "") return undefined;
  return nightOf(said, now) ?? agoOf(said, now) ?? isoOf(said, now) ?? dayOf(said, now) ?? spokenOf(said, now);
}

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
