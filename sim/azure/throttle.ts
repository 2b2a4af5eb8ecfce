import type { SimClock } from "../kit/clock.js";
import { ArmError } from "./types.js";

/** Compute's buckets per VM, tokens a minute and at most (learn.microsoft.com, compute-throttling-limits). */
const BUCKETS = {
  UpdateVM: { perMinute: 4, max: 12 },
  DeleteVM: { perMinute: 4, max: 12 },
  LowCostGet: { perMinute: 12, max: 36 },
  GetOperation: { perMinute: 15, max: 45 },
} as const;

export type BucketName = keyof typeof BUCKETS;

export class Throttle {
  private readonly levels = new Map<string, { tokens: number; at: number }>();

  constructor(private readonly clock: SimClock) {}

  /** Takes a token. @returns how many are left. @throws ArmError 429 with Retry-After when there is none. */
  take(bucket: BucketName, vm: string): number {
    const { perMinute, max } = BUCKETS[bucket];
    const now = this.clock.now();
    const key = `${bucket} ${vm}`;
    const before = this.levels.get(key) ?? { tokens: max, at: now };
    const tokens = Math.min(max, before.tokens + ((now - before.at) / 60_000) * perMinute);
    if (tokens < 1) {
      this.levels.set(key, { tokens, at: now });
      const seconds = Math.max(1, Math.ceil(((1 - tokens) / perMinute) * 60));
      const message = `The server rejected the request because too many requests have been received for this resource (${bucket}).`;
      throw new ArmError(429, "OperationNotAllowed", message, { "Retry-After": String(seconds) }, [
        { code: "TooManyRequests", message },
      ]);
    }
    this.levels.set(key, { tokens: tokens - 1, at: now });
    return Math.floor(tokens - 1);
  }

  reset(): void {
    this.levels.clear();
  }
}
