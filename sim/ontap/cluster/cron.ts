import type { Cron } from "../state.js";

/** Does a cron schedule fall due at this minute? Arrays here live in UTC. */
export function matchesMinute(cron: Cron, at: number): boolean {
  const date = new Date(at);
  const fits = (allowed: readonly number[] | undefined, value: number): boolean =>
    !allowed || allowed.length === 0 || allowed.includes(value);
  return (
    fits(cron.minutes, date.getUTCMinutes()) &&
    fits(cron.hours, date.getUTCHours()) &&
    fits(cron.days, date.getUTCDate()) &&
    fits(cron.months, date.getUTCMonth() + 1) &&
    fits(cron.weekdays, date.getUTCDay())
  );
}
