import pino from "pino";
import type { Announcer } from "../../src/core/announcer.js";
import { isoNow } from "../../src/core/clock.js";
import { derived } from "../../src/core/derived.js";
import type { Demand, Entry } from "../../src/core/events.js";
import { fold, type RunView } from "../../src/core/fold.js";
import { runIdFor, type RunId } from "../../src/core/ids.js";
import type { Lease, NewEntry } from "../../src/core/journal.js";
import type { Json } from "../../src/core/json.js";
import type { Plan } from "../../src/core/plan.js";
import { defaultTimings, type Engine, type FarEnds, type Registry } from "../../src/jobs/engine.js";
import { MemoryStore } from "../../src/jobs/store/memory.js";
import { sweep } from "../../src/jobs/sweep.js";
import { turn, type TurnEnd } from "../../src/jobs/turn.js";
import { Watcher } from "../../src/jobs/watch.js";
import type { AnyRunbook } from "../../src/runbooks/define.js";
import type { Inventory } from "../../src/runbooks/tools.js";
import { memento } from "../../sim/kit/memento.js";
import { JumpClock } from "./clock.js";

/** What the secrets runs invent are derived from. */
export const testKey = "a key for tests";

export const nobody: Demand = { places: [], nobody: true };
export const silent: Announcer = {
  run: async () => undefined,
  answer: async () => undefined,
  digest: async () => undefined,
  remind: async () => undefined,
};
const emptyInventory: Inventory = {
  clusters: [],
  sets: [],
  hosts: [],
  purposes: { volumeGroupPrefix: "vg_" },
  protection: {
    policy: { name: "sluice_mirror", retention: [{ label: "daily", count: 30 }], compression: false },
    schedule: { name: "sluice_15min", minutes: [0, 15, 30, 45] },
    kbPerSecond: 0,
    encrypted: true,
    tiering: "none",
  },
  leases: { default: "P7D", max: "P30D", safetyCopy: "P14D" },
};

/** What a test wants to be told of the store. It is no part of what `save` remembers. */
export interface StoreHooks {
  /** Before entries are written; they are written when it is done. */
  beforeAppend?: ((run: RunId, entries: readonly NewEntry[]) => Promise<void> | void) | undefined;
  /** A run is read, with its entries; who reads goes on when it is done. */
  onRead?: ((run: RunId, entries: readonly Entry[]) => Promise<void> | void) | undefined;
}

/** The store in memory, which tells a test what is asked of it and can lose the workers before it. */
class ToldStore extends MemoryStore {
  private readonly working = new Set<Lease>();

  constructor(
    now: () => number,
    private readonly hooks: StoreHooks,
  ) {
    super(now);
  }
  override async read(run: RunId): Promise<Entry[]> {
    const entries = await super.read(run);
    if (this.hooks.onRead) await this.hooks.onRead(run, entries);
    return entries;
  }
  /** Reads a run without telling anybody. */
  peek(run: RunId): Promise<Entry[]> {
    return super.read(run);
  }
  override async append(run: RunId, expect: number, entries: readonly NewEntry[], lease?: Lease): Promise<void> {
    if (this.hooks.beforeAppend) await this.hooks.beforeAppend(run, entries);
    return super.append(run, expect, entries, lease);
  }
  override async takeLease(run: RunId, ttlMs: number): Promise<Lease | undefined> {
    const lease = await super.takeLease(run, ttlMs);
    if (lease) this.working.add(lease);
    return lease;
  }
  override async dropLease(lease: Lease): Promise<void> {
    this.working.delete(lease);
    await super.dropLease(lease);
  }
  /** Every worker is gone, and its lease has run out. */
  async loseWorkers(): Promise<void> {
    for (const lease of [...this.working]) await this.dropLease(lease);
  }
}

export interface TestEngineOptions {
  readonly runbooks: readonly AnyRunbook[];
  readonly farEnds?: FarEnds;
  readonly inventory?: Inventory;
  readonly demand?: (plan: Plan, view: RunView) => Demand;
  readonly clock?: JumpClock;
  readonly readOnly?: boolean;
}

/** The engine without queue and Redis: a test says when whose turn it is. */
export class TestEngine {
  readonly clock: JumpClock;
  readonly store: ToldStore;
  readonly hooks: StoreHooks = {};
  readonly engine: Engine;
  readonly woken: RunId[] = [];
  private asked = 0;

  constructor(options: TestEngineOptions) {
    this.clock = options.clock ?? new JumpClock();
    this.store = new ToldStore(() => this.clock.now(), this.hooks);
    const registry: Registry = {
      find: (name, version) =>
        options.runbooks.find((each) => each.name === name && (version === undefined || each.version === version)),
      names: () => options.runbooks.map((each) => each.name),
    };
    const none = (): never => {
      throw new Error("no far end in this test");
    };
    this.engine = {
      store: this.store,
      registry,
      farEnds: options.farEnds ?? { ontap: none, host: none, azure: none, bluexp: none },
      inventory: options.inventory ?? emptyInventory,
      clock: this.clock,
      log: pino({ level: process.env["TEST_LOG"] ?? "silent" }),
      announcer: silent,
      timings: defaultTimings,
      readOnly: options.readOnly ?? false,
      demand: options.demand ?? (() => nobody),
      derive: (run, name) => derived(testKey, run, name),
      wake: async (run) => void this.woken.push(run),
      child: (parent, runbook) => runIdFor("child", parent.id, runbook),
    };
  }

  /** Remembers the store and what was asked so far; the function puts it back. */
  save(): () => void {
    return memento([this], [this.clock, this.engine, this.hooks]);
  }

  async ask(runbook: string, request: Json, user = "U0REQUESTER", text = runbook): Promise<RunId> {
    this.asked += 1;
    const run = runIdFor("test", String(this.asked));
    const from = { team: "T0RIVERSIDE", channel: "C0STORAGE", ts: "1.1", eventId: `Ev${this.asked}` };
    const event = { type: "asked", from, text, runbook, request, timeZone: "America/New_York" } as const;
    await this.store.append(run, 0, [{ at: isoNow(this.clock), by: { team: "T0RIVERSIDE", user }, event }]);
    return run;
  }

  async view(run: RunId): Promise<RunView> {
    return fold(run, await this.store.read(run));
  }

  turn(run: RunId, engine = this.engine): Promise<TurnEnd> {
    return turn(engine, run);
  }

  /**
   * Turns and waits until the run rests for people or is closed. A chain is followed: the next run's view is answered while that is not done, the
   * first one's when all are.
   */
  async drive(run: RunId, limit = 2_000): Promise<RunView> {
    const first = await this.driveOne(run, limit);
    if (first.status !== "handingOn" || !first.child) return first;
    this.onNext?.(first.child.id);
    const next = await this.drive(first.child.id, limit);
    if (next.outcome !== "succeeded") return next;
    // whoever ended it may have died before telling the first one
    await sweep(this.engine);
    return this.driveOne(run, limit);
  }

  /** Told whenever a chain's next run begins. */
  onNext: ((run: RunId) => void) | undefined;

  private async driveOne(run: RunId, limit: number): Promise<RunView> {
    const watcher = new Watcher(this.engine);
    for (let i = 0; i < limit; i += 1) {
      const end = await this.turn(run);
      const view = await this.view(run);
      if (end === "closed" || end === "busy") return view;
      const waiting = view.steps.find((step) => step.phase === "waiting");
      if (!waiting?.watch) return view;
      const before = this.woken.length;
      await this.store.keepWatch(run, { step: waiting.planned.id, watch: waiting.watch, since: this.clock.now() });
      for (let tick = 0; tick < limit && this.woken.length === before; tick += 1)
        await this.clock.sleep(await watcher.tick());
    }
    throw new Error(`run ${run} did not come to rest`);
  }

  async append(
    run: RunId,
    event: Parameters<MemoryStore["append"]>[2][number]["event"],
    user = "U0STORAGE",
  ): Promise<void> {
    const length = (await this.store.read(run)).length;
    await this.store.append(run, length, [{ at: isoNow(this.clock), by: { team: "T0RIVERSIDE", user }, event }]);
  }
}
