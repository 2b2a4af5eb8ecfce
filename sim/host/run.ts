import type { SimClock } from "../kit/clock.js";
import type { ScriptEnd } from "./types.js";

/** Unwinds a simulated command whose script has come to its end; never leaves this room. */
export class ScriptOver extends Error {}

interface Frame {
  readonly deadlineMs: number;
  readonly abort: AbortController;
  expired: boolean;
}

/**
 * One execution of a script: its own time, the `timeout`s it stands under, and whether it has been cut off. Once `over`, no command and
 * no file operation of it takes effect any more.
 */
export class Run {
  elapsedMs = 0;
  commands = 0;
  /** The script was told the time of day: what it does may depend on it. */
  sawClock = false;
  over: Exclude<ScriptEnd, "exited"> | undefined;
  readonly abort = new AbortController();
  private readonly frames: Frame[] = [];

  constructor(
    readonly id: number,
    private readonly clock: SimClock,
    readonly startedAt: number = clock.now(),
  ) {}

  /** Now, as this script feels it. */
  now(): number {
    this.sawClock = true;
    return this.startedAt + this.elapsedMs;
  }

  end(how: Exclude<ScriptEnd, "exited">): void {
    this.over ??= how;
    this.abort.abort();
  }

  assertAlive(): void {
    if (this.over || this.frames.some((frame) => frame.expired)) throw new ScriptOver();
  }

  elapse(ms: number): void {
    this.elapsedMs += ms;
    for (const frame of this.frames) {
      if (this.elapsedMs < frame.deadlineMs || frame.expired) continue;
      this.elapsedMs = frame.deadlineMs;
      frame.expired = true;
      frame.abort.abort();
      break;
    }
    this.assertAlive();
  }

  /** Waits for something that never comes; a `timeout` around it ends the wait. */
  waitForever(): never {
    if (this.frames.length === 0) this.end("hung");
    else this.elapse(Infinity);
    throw new ScriptOver();
  }

  /**
   * Sleeps in state D: input or output on a queueing map without paths. Seen on a real guest: `timeout -k` does not end it, for it waits
   * for its child, and the child cannot die.
   */
  sleepUninterruptibly(): never {
    return this.neverEnds();
  }

  /** Is under way until somebody ends it. */
  neverEnds(): never {
    this.end("hung");
    throw new ScriptOver();
  }

  /** Runs `body` under a time limit; tells whether the limit struck. */
  async under<T>(
    limitMs: number,
    body: (signal: AbortSignal) => Promise<T>,
  ): Promise<{ value: T | undefined; expired: boolean }> {
    const frame: Frame = { deadlineMs: this.elapsedMs + limitMs, abort: new AbortController(), expired: false };
    this.frames.push(frame);
    try {
      const value = await body(frame.abort.signal);
      return { value, expired: frame.expired };
    } catch (error) {
      if (!frame.expired) throw error;
      return { value: undefined, expired: true };
    } finally {
      this.frames.splice(this.frames.indexOf(frame), 1);
    }
  }
}
