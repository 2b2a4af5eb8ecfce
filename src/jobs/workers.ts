import type { Job, Worker } from "bullmq";
import type { Renderer } from "../core/announcer.js";
import { fold } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import { couldNotAnswer } from "./answering.js";
import type { Engine } from "./engine.js";
import type { Announcement, Asked, Queues, Wake } from "./queues.js";
import { deliver, worker } from "./queues.js";
import { sweep } from "./sweep.js";
import { turn } from "./turn.js";
import { awaitedBy, Watcher } from "./watch.js";

export interface WorkerOptions {
  /** Runs planned or executed at once in this process. */
  readonly concurrency: number;
  readonly sweepMs: number;
  answer(asked: Asked): Promise<void>;
  /** The digest and other rounds by the clock, by the name they were scheduled under. */
  rounds(name: string): Promise<void>;
}

export interface Running {
  /** Takes nothing new and waits for what was begun; with Redis gone that would wait for ever, so it is let go. */
  stop(redisIsGone?: boolean): Promise<void>;
}

/** Workers of one process: planning, executing, questions, the clock, the watcher and the sweeper. */
export function startWorkers(engine: Engine, queues: Queues, options: WorkerOptions): Running {
  const onError = (error: unknown): void =>
    engine.log.error({ err: error }, "a worker's job failed; the sweeper will find its run");
  const loops = new AbortController();
  const news = new News();
  const handle = (wake: Wake): Promise<void> => takeTurn(engine, queues, wake, news);
  const workers = [
    worker<Wake>(queues, "plan", options.concurrency, handle, onError),
    worker<Wake>(queues, "execute", options.concurrency, handle, onError),
    worker<Asked>(queues, "questions", options.concurrency, (asked) => answerOrSaySo(engine, options, asked), onError),
    worker<unknown>(queues, "clock", 1, (_data, job) => options.rounds(job.name), onError),
  ];
  const watching = watchLoop(engine, loops.signal, news);
  const sweeping = loop(engine, options.sweepMs, loops.signal, () => sweep(engine));
  loops.signal.addEventListener("abort", () => news.tell(), { once: true });
  return { stop: (redisIsGone = false) => stopAll(workers, loops, [watching, sweeping], redisIsGone) };
}

/** No question is dropped in silence: whoever asked is told that it could not be answered. */
async function answerOrSaySo(engine: Engine, options: WorkerOptions, asked: Asked): Promise<void> {
  try {
    await options.answer(asked);
  } catch (error) {
    engine.log.error({ err: error, question: asked.question.name }, "a question could not be answered");
    await engine.announcer.answer(asked.to, asked.question, couldNotAnswer(asked.question));
  }
}

/** Ends the watcher's rest: a wait that has just begun in this process is looked at when it is due, not when the rest is over. */
class News {
  private current = new AbortController();

  /** Take it before looking: what is told in between ends the rest at once. */
  get signal(): AbortSignal {
    return this.current.signal;
  }
  tell(): void {
    const told = this.current;
    this.current = new AbortController();
    told.abort(new Error("something to watch"));
  }
}

async function stopAll(
  workers: readonly { close(force?: boolean): Promise<void> }[],
  loops: AbortController,
  ends: readonly Promise<void>[],
  force: boolean,
): Promise<void> {
  loops.abort(new Error("stopping"));
  await Promise.all([...ends, ...workers.map((each) => each.close(force))]);
}

async function takeTurn(engine: Engine, queues: Queues, { run, busy }: Wake, news: News): Promise<void> {
  const end = await turn(engine, run);
  if (end === "closed") return;
  if (end === "busy") {
    // Its holder may be about to rest without having seen what this wake-up was for.
    await queues.wake("execute", run, Math.min(2_000, 100 * 2 ** busy), busy + 1);
    return;
  }
  await afterRest(engine, queues, run, news);
}

/** A resting run is watched, or woken when its card's or grant's time is over. */
async function afterRest(engine: Engine, queues: Queues, run: RunId, news: News): Promise<void> {
  const entries = await engine.store.read(run);
  if (entries.length === 0) return;
  const view = fold(run, entries);
  const awaited = awaitedBy(view);
  if (awaited) {
    await engine.store.keepWatch(run, { ...awaited, since: engine.clock.now() });
    news.tell();
  } else if (view.status === "deciding" && view.planned) {
    const until = Date.parse(view.planned.at) + engine.timings.voteMs + 20;
    await queues.wakeLater(run, view.length, until - engine.clock.now());
  } else if (view.status === "held" && view.planned?.settled && view.steps.every((step) => step.attempt === 0)) {
    const until = Date.parse(view.planned.settled.at) + engine.timings.grantMs + 20;
    await queues.wakeLater(run, view.length, until - engine.clock.now());
  }
}

/** One watcher for all processes: who holds the lease ticks. */
async function watchLoop(engine: Engine, signal: AbortSignal, news: News): Promise<void> {
  const watcher = new Watcher(engine);
  const ttlMs = 10_000;
  let lease = await engine.store.takeLease("watcher" as RunId, ttlMs);
  while (!signal.aborted) {
    let pauseMs = 500;
    const told = news.signal;
    try {
      if (lease && !(await engine.store.renewLease(lease, ttlMs))) lease = undefined;
      lease ??= await engine.store.takeLease("watcher" as RunId, ttlMs);
      if (lease) pauseMs = await watcher.tick();
    } catch (error) {
      engine.log.warn({ err: error }, "the watcher stumbled");
    }
    if (!signal.aborted) await engine.clock.sleep(pauseMs, told).catch(() => undefined);
  }
  if (lease) await engine.store.dropLease(lease).catch(() => undefined);
}

async function loop(engine: Engine, everyMs: number, signal: AbortSignal, work: () => Promise<void>): Promise<void> {
  while (!signal.aborted) {
    try {
      await work();
    } catch (error) {
      engine.log.warn({ err: error }, "the sweeper stumbled");
    }
    await engine.clock.sleep(everyMs, signal).catch(() => undefined);
  }
}

/**
 * The renderer's side: a worker that hands what was announced to the bot. An answer that cannot be drawn is tried again like anything
 * else; when that is over, the person who asked is told so and does not wait for ever.
 */
export function startRenderer(
  queues: Queues,
  renderer: Renderer,
  concurrency: number,
  onError: (error: unknown) => void,
): Worker<Announcement> {
  const handle = async (said: Announcement, job: Job<Announcement>): Promise<void> => {
    try {
      await deliver(renderer, said, job.id);
    } catch (error) {
      if (said.kind !== "answer" || job.attemptsMade + 1 < (job.opts.attempts ?? 1)) throw error;
      onError(error);
      await renderer.answer(said.to, said.question, couldNotAnswer(said.question), `${job.id}-sorry`);
    }
  };
  return worker<Announcement>(queues, "announce", concurrency, handle, onError);
}
