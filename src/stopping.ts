import type { Redis } from "ioredis";
import type { Logger } from "pino";
import type { Clock } from "./core/clock.js";

export interface StopNeeds {
  readonly redis: Redis;
  readonly clock: Clock;
  readonly log: Logger;
  /** Longest a stop waits for what was begun, in milliseconds. */
  readonly stopMs: number;
  /** Something was begun that its loss matters to. */
  readonly working: boolean;
}

/** How long what was begun may take to notice that Redis is gone. */
const goneMs = 3_000;

/** How long a connection that looks alive may take to say so. */
const answerMs = 2_000;

/**
 * Does the work of a stop in bounded time. Commands to a Redis that is gone would wait for its return for ever, and so would whoever
 * sent them; so the connection is given up first. Nothing is lost by that: the journal decides, and the next start finds every run.
 */
export async function stopInTime(needs: StopNeeds, work: (redisIsGone: boolean) => Promise<void>): Promise<void> {
  const { redis, clock, log, stopMs } = needs;
  const over = new AbortController();
  let gone = false;
  const giveUp = (): void => {
    if (gone) return;
    gone = true;
    if (needs.working)
      log.warn("Redis is gone, so what is under way is left as it stands; the next start finds it and goes on.");
    redis.disconnect();
    void clock.sleep(goneMs, over.signal).then(
      () => over.abort(),
      () => undefined,
    );
  };
  redis.once("close", giveUp);
  if (!(await answers(needs))) giveUp();
  const done = work(gone).catch((error: unknown) => log.warn({ err: error }, "stopping stumbled"));
  if (!(await within(clock, stopMs, done, over)) && !gone)
    log.warn(`What was begun did not come to rest within ${stopMs / 1_000} s; the next start finds it and goes on.`);
  gone = true;
  redis.disconnect();
}

async function answers({ redis, clock }: StopNeeds): Promise<boolean> {
  if (redis.status !== "ready") return false;
  let alive = false;
  await within(
    clock,
    answerMs,
    redis.ping().then(
      () => (alive = true),
      () => undefined,
    ),
  );
  return alive;
}

/** Whether the work ended in time; `over` ends the waiting early, and is aborted at its end. */
async function within(
  clock: Clock,
  limitMs: number,
  work: Promise<unknown>,
  over = new AbortController(),
): Promise<boolean> {
  const notInTime = (): false => false;
  const late = clock.sleep(limitMs, over.signal).then(notInTime, notInTime);
  const ended = work.then(() => true);
  const inTime = await Promise.race([ended, late]);
  over.abort();
  return inTime;
}
