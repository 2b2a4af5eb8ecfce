import { DateTime, IANAZone, Duration } from "luxon";

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

/** "50 MiB/s", "no limit": a throttle in KB/s as ONTAP counts it (1024 bytes); 0 is none. */
export const showThrottle = (kilobytesPerSecond: number): string =>
  kilobytesPerSecond === 0 ? "no limit" : `${showBytes(kilobytesPerSecond * 1024)}/s`;

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

const shapes = new Map<string, Intl.DateTimeFormat | undefined>();

/** Making a format costs a hundred times what using it does, and lists show hundreds of times. Undefined for a zone that is none. */
function shapeIn(timeZone: string): Intl.DateTimeFormat | undefined {
  if (!shapes.has(timeZone)) {
    const valid = IANAZone.isValidZone(timeZone);
    const shape = { weekday: "short", day: "numeric", month: "short", year: "numeric", timeZoneName: "short" } as const;
    const clock = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" } as const;
    shapes.set(timeZone, valid ? new Intl.DateTimeFormat("en-US", { timeZone, ...shape, ...clock }) : undefined);
  }
  return shapes.get(timeZone);
}

/** "Sun 22 Nov 2026 02:00 UTC": a time as people read it, in their zone. */
export function showTime(iso: string, timeZone: string): string {
  const at = /(?:Z|[+-]\d\d:?\d\d)$/.test(iso) ? Date.parse(iso) : NaN;
  const shape = Number.isNaN(at) ? undefined : shapeIn(timeZone);
  if (!shape) return DateTime.fromISO(iso, { zone: timeZone }).toFormat("ccc d LLL yyyy HH:mm ZZZZ");
  const part = Object.fromEntries(shape.formatToParts(at).map(({ type, value }) => [type, value]));
  return `${part["weekday"]} ${part["day"]} ${part["month"]} ${part["year"]} ${part["hour"]}:${part["minute"]} ${part["timeZoneName"]}`;
}
