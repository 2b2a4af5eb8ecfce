import { linesAfter, START, type End } from "../../audit/index.js";
import { randomKey, type RunId } from "../../core/ids.js";
import { closes, type Entry } from "../../core/events.js";
import { Conflict, LeaseLost, type Lease, type NewEntry } from "../../core/journal.js";
import type { Card, Progress } from "../desk.js";
import type { LockHolder, LockWish, Store, WatchEntry } from "./store.js";

type Held = { run: RunId; as: "reads" | "changes" };

/** An entry as text, and read from it once: nobody changes what many read. */
class Kept {
  #entry: Entry | undefined;

  constructor(private readonly text: string) {
    Object.freeze(this);
  }
  get entry(): Entry {
    return (this.#entry ??= frozen(JSON.parse(this.text) as Entry));
  }
}

function frozen<T>(value: T): T {
  if (typeof value === "object" && value !== null) Object.values(Object.freeze(value)).forEach(frozen);
  return value;
}

/** The store of the engine's own tests. Entries go through JSON, as they would through Redis. */
export class MemoryStore implements Store {
  private readonly runs = new Map<RunId, readonly Kept[]>();
  private readonly openRuns = new Set<RunId>();
  private readonly order: RunId[] = [];
  private readonly leases = new Map<RunId, { token: string; until: number }>();
  private readonly held = new Map<string, Held[]>();
  private queue: { run: RunId; wishes: readonly LockWish[] }[] = [];
  private readonly keys = new Map<string, RunId>();
  private readonly watching = new Map<RunId, WatchEntry>();
  private readonly progresses = new Map<RunId, Progress>();
  private readonly cards = new Map<RunId, Card>();
  private readonly claimed = new Map<string, number>();
  private readonly notes = new Map<string, string>();
  private end = START;

  constructor(private readonly now: () => number = Date.now) {}

  async read(run: RunId): Promise<Entry[]> {
    return (this.runs.get(run) ?? []).map(({ entry }) => entry);
  }

  async append(run: RunId, expect: number, entries: readonly NewEntry[], lease?: Lease): Promise<void> {
    const list = this.runs.get(run) ?? [];
    if (lease && !this.holds(lease)) throw new LeaseLost(run);
    if (list.length !== expect) throw new Conflict(run);
    const numbered = entries.map((each, i): Entry => ({ seq: expect + i + 1, ...each }));
    const texts = numbered.map((each) => JSON.stringify(each));
    this.end = linesAfter(this.end, run, texts).at(-1) ?? this.end;
    this.runs.set(run, [...list, ...texts.map((text) => new Kept(text))]);
    if (expect === 0) {
      this.openRuns.add(run);
      this.order.unshift(run);
    }
    for (const { event } of entries) {
      if (event.type === "planned") this.keys.set(event.key, run);
      if (closes(event)) this.closeRun(run);
    }
  }

  private closeRun(run: RunId): void {
    this.openRuns.delete(run);
    this.progresses.delete(run);
    this.watching.delete(run);
    this.free(run);
  }

  async open(): Promise<RunId[]> {
    return [...this.openRuns];
  }
  async recent(limit: number): Promise<RunId[]> {
    return this.order.slice(0, limit);
  }

  async ledgerEnd(): Promise<End> {
    const { place, hash } = this.end;
    return { place, hash };
  }

  private holds(lease: Lease): boolean {
    const held = this.leases.get(lease.run);
    return held !== undefined && held.token === lease.token && held.until > this.now();
  }
  async takeLease(run: RunId, ttlMs: number): Promise<Lease | undefined> {
    const held = this.leases.get(run);
    if (held && held.until > this.now()) return undefined;
    const token = randomKey();
    this.leases.set(run, { token, until: this.now() + ttlMs });
    return { run, token };
  }
  async renewLease(lease: Lease, ttlMs: number): Promise<boolean> {
    if (!this.holds(lease)) return false;
    this.leases.set(lease.run, { token: lease.token, until: this.now() + ttlMs });
    return true;
  }
  async dropLease(lease: Lease): Promise<void> {
    if (this.holds(lease)) this.leases.delete(lease.run);
  }
  async leased(run: RunId): Promise<boolean> {
    const held = this.leases.get(run);
    return held !== undefined && held.until > this.now();
  }

  async lock(
    run: RunId,
    wishes: readonly LockWish[],
  ): Promise<{ ok: true } | { ok: false; holders: readonly LockHolder[] }> {
    const holders = wishes.flatMap((wish) => this.against(run, wish));
    if (holders.length > 0) {
      const place = this.queue.findIndex((each) => each.run === run);
      if (place < 0) this.queue.push({ run, wishes });
      else this.queue[place] = { run, wishes };
      return { ok: false, holders };
    }
    this.queue = this.queue.filter((each) => each.run !== run);
    for (const { resource, as } of wishes) {
      this.held.set(resource, [...(this.held.get(resource) ?? []).filter((each) => each.run !== run), { run, as }]);
    }
    return { ok: true };
  }

  private against(run: RunId, wish: LockWish): LockHolder[] {
    const clash = (as: "reads" | "changes"): boolean => as === "changes" || wish.as === "changes";
    const all = this.held.get(wish.resource) ?? [];
    const held = all.filter((each) => each.run !== run && clash(each.as));
    // Who holds it already waits for nobody's turn at it.
    if (all.some((each) => each.run === run)) return held.map((each) => ({ resource: wish.resource, run: each.run }));
    const place = this.queue.findIndex((each) => each.run === run);
    const before = (place < 0 ? this.queue : this.queue.slice(0, place)).filter((each) =>
      each.wishes.some((other) => other.resource === wish.resource && clash(other.as)),
    );
    return [...held, ...before].map((each) => ({ resource: wish.resource, run: each.run }));
  }

  private free(run: RunId, resources?: readonly string[]): void {
    if (!resources) this.queue = this.queue.filter((each) => each.run !== run);
    for (const resource of resources ?? [...this.held.keys()]) {
      const rest = (this.held.get(resource) ?? []).filter((each) => each.run !== run);
      if (rest.length > 0) this.held.set(resource, rest);
      else this.held.delete(resource);
    }
  }
  async unlock(run: RunId, resources?: readonly string[]): Promise<void> {
    this.free(run, resources);
  }
  async handLocks(from: RunId, to: RunId): Promise<void> {
    for (const [resource, list] of this.held) {
      this.held.set(
        resource,
        list.map((each) => (each.run === from ? { ...each, run: to } : each)),
      );
    }
  }
  async locks(): Promise<(LockHolder & { as: "reads" | "changes" })[]> {
    return [...this.held].flatMap(([resource, list]) => list.map((each) => ({ resource, ...each })));
  }
  async lockQueue(): Promise<RunId[]> {
    return this.queue.map((each) => each.run);
  }

  async runOfKey(key: string): Promise<RunId | undefined> {
    return this.keys.get(key);
  }
  async keepWatch(run: RunId, watch: WatchEntry | undefined): Promise<void> {
    if (watch) this.watching.set(run, watch);
    else this.watching.delete(run);
  }
  async watches(): Promise<ReadonlyMap<RunId, WatchEntry>> {
    return new Map(this.watching);
  }
  async setProgress(run: RunId, progress: Progress | undefined): Promise<void> {
    if (progress) this.progresses.set(run, progress);
    else this.progresses.delete(run);
  }
  async progress(run: RunId): Promise<Progress | undefined> {
    return this.progresses.get(run);
  }
  async card(run: RunId): Promise<Card | undefined> {
    return this.cards.get(run);
  }
  async keepCard(run: RunId, card: Card): Promise<void> {
    this.cards.set(run, card);
  }
  async once(name: string, ttlMs: number): Promise<boolean> {
    const until = this.claimed.get(name);
    if (until !== undefined && until > this.now()) return false;
    this.claimed.set(name, this.now() + ttlMs);
    return true;
  }
  async unclaim(name: string): Promise<void> {
    this.claimed.delete(name);
  }
  async note(name: string): Promise<string | undefined> {
    return this.notes.get(name);
  }
  async setNote(name: string, value: string): Promise<void> {
    this.notes.set(name, value);
  }
  async close(): Promise<void> {}
}
