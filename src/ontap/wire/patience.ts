import type { Clock } from "../../core/clock.js";
import { asProblem } from "../../core/problems.js";

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Repeats a call that certainly did nothing and may succeed soon (not sent, throttled, busy, "temporarily locked"), waiting as long as the array says, else longer
 * and longer, within `timeoutMs`. A doubt is never repeated: only looking settles it.
 */
export async function patiently<T>(clock: Clock, timeoutMs: number, act: () => Promise<T>): Promise<T> {
  const until = clock.now() + timeoutMs;
  for (let pauseMs = FIRST_PAUSE_MS; ; pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2)) {
    try {
      return await act();
    } catch (error) {
      const problem = asProblem(error);
      const waitMs = problem.retryAfterMs ?? pauseMs;
      const nothingHappened = problem.kind === "notSent" || problem.kind === "rejected";
      if (!nothingHappened || !problem.retryable || clock.now() + waitMs > until) throw error;
      await clock.sleep(waitMs);
    }
  }
}
