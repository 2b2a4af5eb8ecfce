import { DateTime } from "luxon";

/** A daily span of time in which a transfer may run without its limit: from 22:00 to 06:00, say. */
export interface OffPeak {
  /** "22:00" */
  readonly from: string;
  /** "06:00"; earlier than `from`: of the next day. */
  readonly to: string;
  /** IANA zone the two are written in. */
  readonly timeZone: string;
}

/** Is it within the span at this time (milliseconds since 1970)? `to` itself is not. */
export function isOffPeak({ from, to, timeZone }: OffPeak, at: number): boolean {
  const clock = DateTime.fromMillis(at, { zone: timeZone }).toFormat("HH:mm");
  return from <= to ? clock >= from && clock < to : clock >= from || clock < to;
}

/** KB/s a transfer should run with: none (0) off peak, else the mirror's own limit. */
export const limitAt = (window: OffPeak | null | undefined, ownLimit: number, at: number): number =>
  window && isOffPeak(window, at) ? 0 : ownLimit;
