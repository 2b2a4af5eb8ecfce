import type { Clock } from "../core/clock.js";
import { asProblem, InDoubt, Problem } from "../core/problems.js";
import type { OntapJob } from "./cluster/jobs.js";
import type { Relationship } from "./snapmirror/relationships.js";
import type { Accepted } from "./wire/calls.js";

/** The collection queries a watcher asks: what is missing from an answer is gone. */
export interface WatchSource {
  readonly cluster: string;
  jobs(uuids: readonly string[]): Promise<readonly OntapJob[]>;
  relationships(uuids: readonly string[]): Promise<readonly Relationship[]>;
}

export interface Following {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** How a job is brought to its end. */
export interface Settling {
  /** Ten minutes unless said: a resynchronisation between releases takes more than one (reference 1.7). */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
  /** Keeps the job's uuid where a restart finds it; called, and waited for, before anything is waited for. */
  readonly keep?: (jobUuid: string) => Promise<void>;
  /** Reads the object: is it as it was asked to be? Asked when the job's record has gone or there was none; again and again where the login may not see jobs. */
  readonly look?: () => Promise<boolean>;
}

const SETTLE_MS = 600_000;
const FIRST_PAUSE_MS = 1_000;
const PAUSE_GROWTH = 1.4;
/** Work that takes minutes is not looked at every second. */
const LONGEST_PAUSE_MS = { jobs: 2_000, relationships: 10_000 };
/** Who is due within this is asked for in the same query. */
const TOGETHER_MS = 500;

const grown = (pauseMs: number, longestMs: number): number => Math.min(longestMs, Math.round(pauseMs * PAUSE_GROWTH));

type Kind = "jobs" | "relationships";
interface Follower {
  readonly kind: Kind;
  readonly uuid: string;
  readonly until: number;
  due: number;
  pauseMs: number;
  isOver(seen: OntapJob | Relationship | undefined): boolean;
  end(seen: OntapJob | Relationship | undefined): void;
  fail(problem: unknown): void;
}

/**
 * Follows any number of jobs and relationships of one cluster: one collection query per kind and tick, whoever waits. A tick comes when the first
 * of them is due; each is looked at less and less often. Nothing runs while nobody waits.
 */
export class ClusterWatcher {
  readonly #followers = new Set<Follower>();
  /** Ends the rest before the next tick, because somebody new is due sooner. */
  #nudge = new AbortController();
  #running = false;

  constructor(
    private readonly source: WatchSource,
    private readonly clock: Clock,
  ) {}

  /** What it last saw of the job: ended, still running when the time is up, or undefined when its record has gone. */
  followJob(uuid: string, how: Following): Promise<OntapJob | undefined> {
    return this.#follow<OntapJob>("jobs", uuid, (job) => job?.state !== "running", how);
  }

  /** Until `isOver` says so of what was seen (undefined: it is gone, which ends it too) or the time is up: what it last saw. */
  followRelationship(
    uuid: string,
    isOver: (seen: Relationship) => boolean,
    how: Following,
  ): Promise<Relationship | undefined> {
    return this.#follow<Relationship>("relationships", uuid, (seen) => seen === undefined || isOver(seen), how);
  }

  /**
   * Brings an accepted write to its end: resolves when it has succeeded, throws the job's own problem when it has failed. For a mirror, success means triggered.
   * After a restart call it again with `{ jobUuid }` of the uuid that was kept.
   * @throws InDoubt when it still runs after the time, or cannot be followed; or its record has gone, or may not be seen, and `look` does not find it done.
   */
  async settle(accepted: Accepted, how: Settling = {}): Promise<void> {
    if (accepted.done) return;
    const { jobUuid } = accepted;
    if (jobUuid !== undefined) {
      await how.keep?.(jobUuid);
      const job = await this.#endOf(jobUuid, how);
      if (job === "unseen") return this.#lookUntil(jobUuid, how);
      if (job?.state === "success") return;
      if (job?.state === "failure") throw job.problem;
      if (job !== undefined) throw this.#doubt("running", `its job ${jobUuid} still runs; it may yet happen`);
    }
    if (await how.look?.()) return;
    const about = jobUuid === undefined ? "it named no job" : `the record of its job ${jobUuid} has gone`;
    throw this.#doubt("vanished", `${about}, and nothing shows that it was done; it may have happened`);
  }

  /** What hinders looking says nothing of the write: it was taken on, so it is in doubt, never "not sent" or "rejected". */
  async #endOf(jobUuid: string, how: Settling): Promise<OntapJob | "unseen" | undefined> {
    try {
      return await this.followJob(jobUuid, { timeoutMs: how.timeoutMs ?? SETTLE_MS, signal: how.signal });
    } catch (problem) {
      if (!(problem instanceof Problem)) throw problem;
      // A login of an SVM may be let write and not be let see jobs (reference 18.7).
      if (problem.code === "6") return "unseen";
      const message = `its job ${jobUuid} cannot be followed (${problem.message}); it may have happened`;
      throw this.#doubt("unfollowed", message, problem);
    }
  }

  /** Of a job that may not be seen only the object can tell, and it may take its time. */
  async #lookUntil(jobUuid: string, how: Settling): Promise<void> {
    const until = this.clock.now() + (how.timeoutMs ?? SETTLE_MS);
    for (let pauseMs = FIRST_PAUSE_MS; how.look !== undefined; pauseMs = grown(pauseMs, LONGEST_PAUSE_MS.jobs)) {
      if (await how.look()) return;
      if (this.clock.now() + pauseMs > until) break;
      await this.clock.sleep(pauseMs, how.signal);
    }
    const message = `the login may not look at its job ${jobUuid}, and nothing shows that it was done; it may have happened`;
    throw this.#doubt("unseen", message);
  }

  #doubt(code: string, message: string, cause?: unknown): InDoubt {
    const from = `ONTAP ${this.source.cluster}`;
    return new InDoubt(message, { from, code, next: "Look at the object itself.", cause });
  }

  #follow<T extends OntapJob | Relationship>(
    kind: Kind,
    uuid: string,
    isOver: (seen: T | undefined) => boolean,
    how: Following,
  ): Promise<T | undefined> {
    const now = this.clock.now();
    return new Promise<T | undefined>((resolve, reject) => {
      if (how.signal?.aborted) return reject(how.signal.reason as Error);
      const stop = (): void => follower.fail(how.signal?.reason);
      const leave = (): void => {
        how.signal?.removeEventListener("abort", stop);
        this.#followers.delete(follower);
      };
      const follower: Follower = {
        kind,
        uuid,
        until: now + how.timeoutMs,
        due: now,
        pauseMs: FIRST_PAUSE_MS,
        isOver: (seen) => isOver(seen as T | undefined),
        end: (seen) => {
          leave();
          resolve(seen as T | undefined);
        },
        fail: (problem) => {
          leave();
          reject(problem as Error);
        },
      };
      how.signal?.addEventListener("abort", stop, { once: true });
      this.#followers.add(follower);
      this.#nudge.abort();
      if (!this.#running) void this.#run();
    });
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#followers.size > 0) {
      // Whoever comes in the same turn is asked for together.
      await new Promise((resolve) => setImmediate(resolve));
      this.#nudge = new AbortController();
      const next = Math.min(...[...this.#followers].map((each) => each.due));
      const restMs = next - this.clock.now();
      if (restMs > 0) await this.clock.sleep(restMs, this.#nudge.signal).catch(() => undefined);
      await this.#tick();
    }
    this.#running = false;
  }

  async #tick(): Promise<void> {
    const now = this.clock.now();
    if (![...this.#followers].some((each) => each.due <= now)) return;
    const due = [...this.#followers].filter((each) => each.due <= now + TOGETHER_MS);
    const of = (kind: Kind) => due.filter((each) => each.kind === kind);
    await Promise.all([
      this.#look(of("jobs"), (uuids) => this.source.jobs(uuids)),
      this.#look(of("relationships"), (uuids) => this.source.relationships(uuids)),
    ]);
  }

  async #look(
    group: readonly Follower[],
    ask: (uuids: readonly string[]) => Promise<readonly (OntapJob | Relationship)[]>,
  ): Promise<void> {
    if (group.length === 0) return;
    let found: Map<string, OntapJob | Relationship>;
    try {
      found = new Map((await ask([...new Set(group.map((each) => each.uuid))])).map((each) => [each.uuid, each]));
    } catch (error) {
      // Nobody answers: the work goes on at the far end, so the wait goes on, unless asking again can never help.
      const { retryable } = asProblem(error);
      for (const each of group)
        if (retryable && this.clock.now() + each.pauseMs <= each.until) this.#later(each);
        else each.fail(error);
      return;
    }
    for (const each of group) this.#seen(each, found.get(each.uuid));
  }

  #seen(follower: Follower, seen: OntapJob | Relationship | undefined): void {
    try {
      if (follower.isOver(seen) || this.clock.now() + follower.pauseMs > follower.until) follower.end(seen);
      else this.#later(follower);
    } catch (error) {
      follower.fail(error);
    }
  }

  #later(follower: Follower): void {
    follower.due = this.clock.now() + follower.pauseMs;
    follower.pauseMs = grown(follower.pauseMs, LONGEST_PAUSE_MS[follower.kind]);
  }
}
