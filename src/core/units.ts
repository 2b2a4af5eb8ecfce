import { DateTime, Duration } from "luxon";

const steps = ["B", "KiB", "MiB", "GiB", "TiB", "PiB"] as const;

/** "12 TiB", "1.5 GiB": binary units, at most one decimal. */
export function showBytes(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < steps.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${Number.isInteger(value) || value >= 100 ? Math.round(value) : value.toFixed(1)} ${steps[unit] ?? "B"}`;
}

/** "41 s", "14 min", "3 h 5 min", "2 days 4 h": the two largest parts. */
export function showDuration(ms: number): string {
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return `${minutes} min`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return minutes % 60 === 0 ? `${hours} h` : `${hours} h ${minutes % 60} min`;
  const days = Math.floor(hours / 24);
  return hours % 24 === 0 ? `${days} days` : `${days} days ${hours % 24} h`;
}

/** ISO-8601 duration ("P3D", "PT14M7S") to milliseconds. Throws on anything else. */
export function durationMs(iso: string): number {
  const duration = Duration.fromISO(iso);
  if (!duration.isValid || !/\d/.test(iso)) throw new TypeError(`"${iso}" is not an ISO-8601 duration`);
  return duration.toMillis();
}

/** "Sun 22 Nov 2026 02:00 UTC": a time as people read it, in their zone. */
export const showTime = (iso: string, timeZone: string): string =>
  DateTime.fromISO(iso, { zone: timeZone }).toFormat("ccc d LLL yyyy HH:mm ZZZZ");
