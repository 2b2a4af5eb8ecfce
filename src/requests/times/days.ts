import { DateTime } from "luxon";
import { recent, today, type Clock, type DayName } from "./words.js";

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
