import type { DateTime } from "luxon";

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
export const DAY =
  "(mon(?:day)?|tue(?:s|sday)?|wed(?:nesday|s)?|thu(?:rs|r|rsday)?|fri(?:day)?|sat(?:urday)?|sun(?:day)?)";
export const MONTH =
  "(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
export const MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
export const NUMBERS: Readonly<Record<string, number>> = {
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
export const NUMBER = `(\\d{1,6}(?:\\.\\d+)?|${Object.keys(NUMBERS).join("|")})`;
export const UNIT = "(minutes?|mins?|hours?|hrs?|h|days?|d|nights?|weeks?|wks?|w|fortnights?|months?|mo|years?)";

export const weekdayNumber = (name: string): number =>
  WEEKDAYS.findIndex((each) => each.startsWith(name.slice(0, 3))) + 1;
/** The last such weekday, today counting only if `todayToo`. */
export const recent = (weekday: number, now: DateTime, todayToo: boolean): DateTime => {
  const back = (now.weekday - weekday + 7) % 7;
  return today(now).minus({ days: back === 0 && !todayToo ? 7 : back });
};

export const today = (now: DateTime): DateTime => now.startOf("day");
