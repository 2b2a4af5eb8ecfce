import type { Faults } from "./faults.js";
import type { Obj } from "./types.js";

/** Something for the app, before a transport puts it on the wire. */
export interface Envelope {
  readonly kind: "events_api" | "slash_commands" | "interactive";
  readonly payload: Obj;
  readonly acceptsResponse: boolean;
  /** 0 the first time. */
  readonly attempt: number;
  /** Why it comes again: "" the first time. */
  readonly reason: string;
}

export type Outcome = { acked: true; payload: Obj } | { acked: false; reason: string; noRetry?: boolean };

export interface Transport {
  /** One delivery, `copies` times on the wire; the first acknowledgement counts. */
  send(envelope: Envelope, copies: number): Promise<Outcome>;
}

/** Events that were never acknowledged come again; commands, clicks and views are asked once. */
export class Deliveries {
  private readonly timers = new Map<NodeJS.Timeout, (() => void) | undefined>();
  private underWay = 0;
  private idle: (() => void)[] = [];
  private closed = false;

  constructor(
    private readonly transport: () => Transport,
    private readonly faults: Faults,
    private readonly retryDelaysMs: readonly number[],
  ) {}

  /** Delivers an event, and again after the retry waits until somebody acknowledges it. Resolves with the first attempt's outcome. */
  event(payload: Obj): Promise<Outcome> {
    return this.attempt(payload, 0, "");
  }

  private async attempt(payload: Obj, attempt: number, reason: string): Promise<Outcome> {
    const outcome = await this.once({ kind: "events_api", payload, acceptsResponse: false, attempt, reason });
    const wait = this.retryDelaysMs[attempt];
    if (!outcome.acked && outcome.noRetry !== true && wait !== undefined && !this.closed) {
      this.later(wait, () => void this.attempt(payload, attempt + 1, outcome.reason));
    }
    return outcome;
  }

  /** Asks the app once and waits for its answer. */
  ask(kind: "slash_commands" | "interactive", payload: Obj): Promise<Outcome> {
    return this.once({ kind, payload, acceptsResponse: true, attempt: 0, reason: "" });
  }

  private async once(envelope: Envelope): Promise<Outcome> {
    const fault = this.faults.forDelivery();
    this.underWay += 1;
    try {
      if (fault?.delayMs !== undefined) await this.pause(fault.delayMs);
      if (this.closed) return { acked: false, reason: "closed" };
      return await this.transport().send(envelope, fault?.duplicate === true ? 2 : 1);
    } finally {
      this.underWay -= 1;
      if (this.underWay === 0) for (const each of this.idle.splice(0)) each();
    }
  }

  /** Resolves when no delivery is waiting for its acknowledgement. */
  settled(): Promise<void> {
    return this.underWay === 0 ? Promise.resolve() : new Promise((resolve) => this.idle.push(resolve));
  }

  /** Resolves after that long, or at once when the simulator closes. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => this.later(ms, resolve, resolve));
  }

  private later(ms: number, then: () => void, onDrop?: () => void): void {
    const timer = setTimeout(() => {
      this.timers.delete(timer);
      then();
    }, ms);
    timer.unref();
    this.timers.set(timer, onDrop);
  }

  /** No further attempts. */
  close(): void {
    this.closed = true;
    this.forget();
  }

  /** Drops the redeliveries that wait. */
  forget(): void {
    for (const [timer, onDrop] of [...this.timers]) {
      clearTimeout(timer);
      this.timers.delete(timer);
      onDrop?.();
    }
  }
}
