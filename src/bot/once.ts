import type { Clock } from "../core/clock.js";
import type { Exclusive, Once } from "./options.js";

const hourMs = 60 * 60_000;

/** Remembers keys for an hour, in this process. */
export function memoryOnce(clock: Clock): Once {
  const seen = new Map<string, number>();
  return {
    claim(key) {
      const now = clock.now();
      for (const [old, at] of seen) {
        if (now - at <= hourMs) break;
        seen.delete(old);
      }
      if (seen.has(key)) return Promise.resolve(false);
      seen.set(key, now);
      return Promise.resolve(true);
    },
    release(key) {
      seen.delete(key);
      return Promise.resolve();
    },
  };
}

/** One at a time per name, in this process, in the order of asking. */
export function memoryExclusive(): Exclusive {
  const tails = new Map<string, Promise<unknown>>();
  return async (name, work) => {
    const before = tails.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    const tail = mine.catch(() => undefined);
    tails.set(name, tail);
    try {
      return await mine;
    } finally {
      if (tails.get(name) === tail) tails.delete(name);
    }
  };
}
