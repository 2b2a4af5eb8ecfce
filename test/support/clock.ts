import { systemClock, type Clock } from "../../src/core/clock.js";

/**
 * A clock that jumps: a sleep ends at the next turn of the event loop, with time moved on to its end.
 * For tests in which one thing happens at a time; what is measured is order, never duration.
 */
export class JumpClock implements Clock {
  constructor(private current = Date.parse("2026-11-22T14:00:00Z")) {}
  now(): number {
    return this.current;
  }
  advance(ms: number): void {
    this.current += ms;
  }
  /** Remembers the time; the function turns the clock back to it. */
  save(): () => void {
    const then = this.current;
    return () => (this.current = then);
  }
  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    const until = this.current + ms;
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted) throw signal.reason as Error;
    this.current = Math.max(this.current, until);
  }
}

/** The wall's clock, so many times as fast from now on: everything keeps its measure, and waiting is over sooner. Work takes as long as it takes. */
export function fastClock(pace: number): Clock {
  const start = Date.now();
  return {
    now: () => start + (Date.now() - start) * pace,
    sleep: (ms, signal) => systemClock.sleep(ms / pace, signal),
  };
}
