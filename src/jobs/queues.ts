import { Queue, Worker, type ConnectionOptions, type Job } from "bullmq";
import type { Announcer, Renderer, ReplyTo } from "../core/announcer.js";
import type { Answer, Question } from "../core/answer.js";
import { randomKey, type RunId } from "../core/ids.js";
import type { Person } from "../core/resource.js";
import type { Said } from "../core/said.js";

/**
 * BullMQ delivers at least once and can forget; the journal decides and the sweeper finds. So a queue job is only a wake-up:
 * removed when done or failed, with an id without colons, never counted as stalled for good.
 */
export interface Wake {
  readonly run: RunId;
  /** How often the run was found in another worker's hands. */
  readonly busy: number;
}

export interface Asked {
  readonly question: Question;
  readonly to: ReplyTo;
}

/** What renderers are told. */
export type Announcement =
  | { readonly kind: "run"; readonly run: RunId }
  | { readonly kind: "answer"; readonly to: ReplyTo; readonly question: Question; readonly answer: Answer }
  | { readonly kind: "digest"; readonly channel: string; readonly answer: Answer }
  | {
      readonly kind: "remind";
      readonly person: Person;
      readonly text: Said;
      readonly choices: readonly { label: string; say: string }[];
      readonly thread?: ReplyTo;
    };

const forget = { removeOnComplete: true, removeOnFail: true } as const;

export class Queues {
  private readonly plan: Queue<Wake>;
  private readonly execute: Queue<Wake>;
  private readonly questions: Queue<Asked>;
  private readonly announcements: Queue<Announcement>;
  private readonly clock: Queue<Record<string, never>>;

  constructor(
    readonly connection: ConnectionOptions,
    /** Without colon at its end; BullMQ adds its own. */
    readonly prefix: string,
  ) {
    const options = { connection, prefix, defaultJobOptions: forget };
    this.plan = new Queue("plan", options);
    this.execute = new Queue("execute", options);
    this.questions = new Queue("questions", options);
    this.announcements = new Queue("announce", options);
    this.clock = new Queue("clock", options);
    for (const queue of this.all()) queue.on("error", () => undefined);
  }

  private all(): Queue[] {
    return [this.plan, this.execute, this.questions, this.announcements, this.clock] as unknown as Queue[];
  }

  /** A run that still has to be planned, or one that goes on. A fresh id each time: a wake-up under the id of an active job would be lost. */
  async wake(kind: "plan" | "execute", run: RunId, delayMs = 0, busy = 0): Promise<void> {
    await this[kind].add(run, { run, busy }, { jobId: `${run}-${randomKey().slice(0, 8)}`, delay: delayMs });
  }

  /** Wakes the run at a point in time, once however often it is asked: the end of a card's or a grant's life. */
  async wakeLater(run: RunId, length: number, delayMs: number): Promise<void> {
    await this.execute.add(run, { run, busy: 0 }, { jobId: `${run}-${length}-late`, delay: Math.max(0, delayMs) });
  }

  /** The same event asks its question once. */
  async ask(asked: Asked, id: string): Promise<void> {
    await this.questions.add("question", asked, { jobId: `q-${id}` });
  }

  async announce(announcement: Announcement, { attempts = 5 }: { attempts?: number } = {}): Promise<void> {
    await this.announcements.add(announcement.kind, announcement, {
      attempts,
      backoff: { type: "exponential", delay: 1_000 },
    });
  }

  /** The digest and the rounds by the clock; the same id replaces an older rhythm. */
  async schedule(
    id: string,
    rhythm: { readonly pattern: string; readonly tz: string } | { readonly every: number },
  ): Promise<void> {
    await this.clock.upsertJobScheduler(id, rhythm, { name: id, opts: forget });
  }

  async counts(): Promise<Record<string, number>> {
    const pairs = await Promise.all(this.all().map(async (queue) => [queue.name, await queue.count()] as const));
    return Object.fromEntries(pairs);
  }

  async close(): Promise<void> {
    await Promise.all(this.all().map((queue) => queue.close()));
  }
}

export type QueueName = "plan" | "execute" | "questions" | "announce" | "clock";

/** A worker on one queue. A job that throws is forgotten by the queue and found again by the sweeper. */
export function worker<T>(
  queues: Queues,
  name: QueueName,
  concurrency: number,
  handle: (data: T, job: Job<T>) => Promise<void>,
  onError: (error: unknown) => void,
): Worker<T> {
  const made = new Worker<T>(name, (job) => handle(job.data, job), {
    connection: queues.connection,
    prefix: queues.prefix,
    concurrency,
    maxStalledCount: Number.MAX_SAFE_INTEGER,
    stalledInterval: 5_000,
    lockDuration: 30_000,
  });
  // A connection that does not answer is told once, by who owns the connection, and not by every worker on it.
  made.on("error", (error) => {
    if (!isConnectionTrouble(error)) onError(error);
  });
  made.on("failed", (_job, error) => onError(error));
  return made;
}

const isConnectionTrouble = (error: Error & { code?: unknown }): boolean =>
  typeof error.code === "string" ? /^E[A-Z]+$/.test(error.code) : error.message === "Connection is closed.";

/** The Announcer that only enqueues: workers speak through it, bot processes render. */
export function queueAnnouncer(queues: Queues, onError: (error: unknown) => void): Announcer {
  const put = (announcement: Announcement): Promise<void> => queues.announce(announcement).catch(onError);
  return {
    run: (run) => put({ kind: "run", run }),
    answer: (to, question, answer) => put({ kind: "answer", to, question, answer }),
    digest: (channel, answer) => put({ kind: "digest", channel, answer }),
    remind: (person, text, choices, thread) =>
      put({ kind: "remind", person, text, choices, ...(thread ? { thread } : {}) }),
  };
}

/** Hands announcements from the queue to whoever renders. */
export async function deliver(renderer: Renderer, said: Announcement, id: string | undefined): Promise<void> {
  switch (said.kind) {
    case "run":
      return renderer.run(said.run, 0);
    case "answer":
      return renderer.answer(said.to, said.question, said.answer, id);
    case "digest":
      return renderer.digest(said.channel, said.answer, id);
    case "remind":
      return renderer.remind(said.person, said.text, said.choices, said.thread, id);
  }
}
