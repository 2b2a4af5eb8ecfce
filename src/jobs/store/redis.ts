import type { Redis } from "ioredis";
import { closes, type Entry } from "../../core/events.js";
import { randomKey, type RunId } from "../../core/ids.js";
import { Conflict, LeaseLost, type Lease, type NewEntry } from "../../core/journal.js";
import type { Card, Progress } from "../desk.js";
import { linesAfter, START, type End } from "../../audit/index.js";
import { lineOf, readEnd, showEnd, Tail } from "./ledger.js";
import { APPEND, DROP, HAND, LOCK, RENEW, UNLOCK } from "./scripts.js";
import type { LockHolder, LockWish, Store, WatchEntry } from "./store.js";

/**
 * The store on Redis. With AOF and fsync always an append is on disk before it is answered.
 * `prefix` ends in a colon; the connection is the caller's to close.
 */
export class RedisStore implements Store {
  private readonly tail = new Tail();

  constructor(
    private readonly redis: Redis,
    private readonly prefix = "sluice:",
  ) {}

  private key(name: string): string {
    return `${this.prefix}${name}`;
  }

  async read(run: RunId): Promise<Entry[]> {
    return (await this.redis.lrange(this.key(`run:${run}`), 0, -1)).map((each) => JSON.parse(each) as Entry);
  }

  async append(run: RunId, expect: number, entries: readonly NewEntry[], lease?: Lease): Promise<void> {
    const numbered = entries.map((each, i): Entry => ({ seq: expect + i + 1, ...each }));
    const keys = entries.flatMap(({ event }) => (event.type === "planned" ? [event.key] : []));
    const closing = entries.some(({ event }) => closes(event)) ? "1" : "0";
    const now = String(Date.parse(entries[0]?.at ?? ""));
    const texts = numbered.map((each) => JSON.stringify(each));
    for (;;) {
      const { guess, from, added } = this.tail.extend((end) => linesAfter(end, run, texts));
      const [came, end = ""] = (await this.redis.eval(
        APPEND,
        2,
        this.prefix,
        this.key(`run:${run}`),
        run,
        String(expect),
        now,
        lease?.token ?? "",
        closing,
        showEnd(from),
        String(keys.length),
        ...keys,
        ...added.flatMap(({ entry, hash }) => [entry, hash]),
      )) as string[];
      if (came === "done") return;
      this.tail.correct(guess, readEnd(end));
      if (came === "lost") throw new LeaseLost(run);
      if (came === "conflict") throw new Conflict(run);
      // moved: another process wrote meanwhile, or this one does not know the end, as at its start or after an answer that was lost
    }
  }

  async ledgerEnd(): Promise<End> {
    const [last] = await this.redis.xrevrange(this.key("ledger"), "+", "-", "COUNT", 1);
    if (!last) return START;
    const { place, hash } = lineOf(last[1]);
    return { place, hash };
  }

  async open(): Promise<RunId[]> {
    return (await this.redis.smembers(this.key("open"))) as RunId[];
  }
  async recent(limit: number): Promise<RunId[]> {
    return (await this.redis.zrevrange(this.key("recent"), 0, limit - 1)) as RunId[];
  }

  async takeLease(run: RunId, ttlMs: number): Promise<Lease | undefined> {
    const token = randomKey();
    const taken = await this.redis.set(this.key(`lease:${run}`), token, "PX", String(ttlMs), "NX");
    return taken === "OK" ? { run, token } : undefined;
  }
  async renewLease(lease: Lease, ttlMs: number): Promise<boolean> {
    return (await this.redis.eval(RENEW, 1, this.key(`lease:${lease.run}`), lease.token, String(ttlMs))) === 1;
  }
  async dropLease(lease: Lease): Promise<void> {
    await this.redis.eval(DROP, 1, this.key(`lease:${lease.run}`), lease.token);
  }
  async leased(run: RunId): Promise<boolean> {
    return (await this.redis.exists(this.key(`lease:${run}`))) === 1;
  }

  async lock(
    run: RunId,
    wishes: readonly LockWish[],
    now: number,
  ): Promise<{ ok: true } | { ok: false; holders: readonly LockHolder[] }> {
    if (wishes.length === 0) return { ok: true };
    const answer = (await this.redis.eval(LOCK, 1, this.prefix, run, String(now), JSON.stringify(wishes))) as string;
    if (answer === "[]") return { ok: true };
    return { ok: false, holders: JSON.parse(answer) as LockHolder[] };
  }
  async unlock(run: RunId, resources?: readonly string[]): Promise<void> {
    if (resources?.length === 0) return;
    await this.redis.eval(UNLOCK, 1, this.prefix, run, ...(resources ?? []));
  }
  async handLocks(from: RunId, to: RunId): Promise<void> {
    await this.redis.eval(HAND, 1, this.prefix, from, to);
  }
  async locks(): Promise<(LockHolder & { as: "reads" | "changes" })[]> {
    const runs = await this.open();
    const lists = await Promise.all(
      runs.map(async (run) => ({ run, resources: await this.redis.smembers(this.key(`locksof:${run}`)) })),
    );
    const pairs = lists.flatMap(({ run, resources }) => resources.map((resource) => ({ run, resource })));
    return Promise.all(
      pairs.map(async ({ run, resource }) => ({
        run,
        resource,
        as: (await this.redis.hget(this.key(`lock:${resource}`), run)) as "reads" | "changes",
      })),
    );
  }
  async lockQueue(): Promise<RunId[]> {
    return (await this.redis.zrange(this.key("lockqueue"), "0", "-1")) as RunId[];
  }

  async runOfKey(key: string): Promise<RunId | undefined> {
    return ((await this.redis.hget(this.key("keys"), key)) ?? undefined) as RunId | undefined;
  }

  async keepWatch(run: RunId, watch: WatchEntry | undefined): Promise<void> {
    if (watch) await this.redis.hset(this.key("watches"), run, JSON.stringify(watch));
    else await this.redis.hdel(this.key("watches"), run);
  }
  async watches(): Promise<ReadonlyMap<RunId, WatchEntry>> {
    const all = await this.redis.hgetall(this.key("watches"));
    return new Map(Object.entries(all).map(([run, text]) => [run as RunId, JSON.parse(text) as WatchEntry]));
  }
  async setProgress(run: RunId, progress: Progress | undefined): Promise<void> {
    if (progress) await this.redis.set(this.key(`progress:${run}`), JSON.stringify(progress), "EX", 3600);
    else await this.redis.del(this.key(`progress:${run}`));
  }
  async progress(run: RunId): Promise<Progress | undefined> {
    const text = await this.redis.get(this.key(`progress:${run}`));
    return text === null ? undefined : (JSON.parse(text) as Progress);
  }
  async card(run: RunId): Promise<Card | undefined> {
    const text = await this.redis.get(this.key(`card:${run}`));
    return text === null ? undefined : (JSON.parse(text) as Card);
  }
  async keepCard(run: RunId, card: Card): Promise<void> {
    await this.redis.set(this.key(`card:${run}`), JSON.stringify(card));
  }

  async once(name: string, ttlMs: number): Promise<boolean> {
    return (await this.redis.set(this.key(`once:${name}`), "1", "PX", ttlMs, "NX")) === "OK";
  }
  async unclaim(name: string): Promise<void> {
    await this.redis.del(this.key(`once:${name}`));
  }
  async note(name: string): Promise<string | undefined> {
    return (await this.redis.get(this.key(`note:${name}`))) ?? undefined;
  }
  async setNote(name: string, value: string): Promise<void> {
    await this.redis.set(this.key(`note:${name}`), value);
  }
  async close(): Promise<void> {}
}
