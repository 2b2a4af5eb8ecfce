import type { Fault } from "./types.js";

interface Armed {
  readonly fault: Fault;
  left: number;
}

/** Faults waiting for their moment, oldest first. */
export class Faults {
  private armed: Armed[] = [];

  /** Arms a fault for its next `times` moments. */
  arm(fault: Fault): void {
    this.armed.push({ fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.armed = [];
  }

  /** The fault that hits this API call, used up by asking. */
  forCall(method: string): Fault | undefined {
    return this.take((each) => {
      const hits = each.method === undefined || each.method === method;
      const delayOnly = each.method !== undefined && each.delayMs !== undefined;
      const answers = each.error !== undefined || each.status !== undefined || each.retryAfter !== undefined;
      return hits && (answers || delayOnly || each.loseReply === true);
    });
  }

  /** The fault that hits this delivery (`duplicate`, or `delayMs` without a method), used up by asking. */
  forDelivery(): Fault | undefined {
    return this.take((each) => {
      const onCalls = each.method !== undefined || each.error !== undefined || each.status !== undefined;
      return !onCalls && (each.duplicate === true || each.delayMs !== undefined);
    });
  }

  private take(matches: (fault: Fault) => boolean): Fault | undefined {
    const found = this.armed.find((each) => matches(each.fault));
    if (!found) return undefined;
    found.left -= 1;
    if (found.left <= 0) this.armed = this.armed.filter((each) => each !== found);
    return found.fault;
  }
}
