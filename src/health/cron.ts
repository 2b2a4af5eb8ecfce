import { CronExpressionParser } from "cron-parser";

/** The times a cron line (five fields, local to an IANA zone) came due in `(after, until]`, oldest first. Milliseconds since the epoch. */
export function ticksBetween(cron: string, timeZone: string, after: number, until: number): readonly number[] {
  const ticks: number[] = [];
  const times = CronExpressionParser.parse(cron, { currentDate: new Date(until + 1), tz: timeZone });
  for (let at = times.prev().getTime(); at > after; at = times.prev().getTime()) ticks.unshift(at);
  return ticks;
}

/** The last time it came due, `now` included. */
export const lastTick = (cron: string, timeZone: string, now: number): number =>
  CronExpressionParser.parse(cron, { currentDate: new Date(now + 1), tz: timeZone })
    .prev()
    .getTime();
