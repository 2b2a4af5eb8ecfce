import { beforeAll, describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Redis } from "ioredis";
import { Verifier, type Line } from "../../src/audit/index.js";
import type { RunEvent } from "../../src/core/events.js";
import { hashOf, runIdFor, type RunId } from "../../src/core/ids.js";
import { Conflict, LeaseLost, type NewEntry } from "../../src/core/journal.js";
import { LedgerReader } from "../../src/jobs/store/ledger.js";
import { MemoryStore } from "../../src/jobs/store/memory.js";
import { RedisStore } from "../../src/jobs/store/redis.js";
import type { LockWish, Store } from "../../src/jobs/store/store.js";
import { useRedis } from "../support/redis.js";
import { until } from "../support/until.js";

const server = useRedis();
let redis: Redis;
let second: Redis;
let stores = 0;
beforeAll(() => {
  redis = server.connect();
  second = server.connect();
});

async function ledgerOf(prefix: string): Promise<Line[]> {
  const lines: Line[] = [];
  for await (const line of new LedgerReader(redis, prefix).lines()) lines.push(line);
  return lines;
}

const entry = (event: RunEvent, at = "2026-11-22T14:00:00.000Z"): NewEntry => ({
  at,
  by: { team: "T0RIVERSIDE", user: "U0REQUESTER" },
  event,
});
const asked: RunEvent = {
  type: "asked",
  from: { team: "T0RIVERSIDE", channel: "C0STORAGE", ts: "1.1", eventId: "Ev1" },
  text: "tidy",
  runbook: "tidy",
  request: { box: "a" },
  timeZone: "UTC",
};
const cancelAsked: RunEvent = { type: "cancelAsked" };
const planned = (key: string): RunEvent => ({
  type: "planned",
  bytes: "{}",
  hash: hashOf("{}"),
  facts: [],
  demand: { places: [], nobody: true },
  key,
});
const changes = (...resources: string[]): LockWish[] => resources.map((resource) => ({ resource, as: "changes" }));
const reads = (...resources: string[]): LockWish[] => resources.map((resource) => ({ resource, as: "reads" }));
const runs = (count: number): RunId[] => Array.from({ length: count }, (_, i) => runIdFor("store", String(i)));
const [a, b, c, d] = runs(4) as [RunId, RunId, RunId, RunId];

/** Opens the runs, so that they may hold something. */
async function opened(store: Store, ...ids: readonly RunId[]): Promise<Store> {
  for (const run of ids) await store.append(run, 0, [entry(asked)]);
  return store;
}
const plainLocks = async (store: Store) =>
  [...(await store.locks())].map(({ run, resource, as }) => `${resource} ${as} ${run}`).sort();

const kinds = {
  MemoryStore: (): Store => new MemoryStore(),
  RedisStore: (): Store => new RedisStore(redis, `${server.prefix}${(stores += 1)}:`),
};

describe.each(Object.entries(kinds))("%s: the journal", (_name, create) => {
  test("a run nobody knows is empty, and in no list", async () => {
    const store = create();
    expect(await store.read(a)).toEqual([]);
    expect(await store.open()).toEqual([]);
    expect(await store.recent(10)).toEqual([]);
    expect(await store.runOfKey("no such key")).toBeUndefined();
  });

  test("entries come back as they were written, numbered from 1", async () => {
    const store = create();
    await store.append(a, 0, [entry(asked)]);
    await store.append(a, 1, [entry(cancelAsked), { ...entry(planned("k1")), by: "sluice" }]);
    expect(await store.read(a)).toEqual([
      { seq: 1, ...entry(asked) },
      { seq: 2, ...entry(cancelAsked) },
      { seq: 3, ...entry(planned("k1")), by: "sluice" },
    ]);
  });

  test("text of any kind survives", async () => {
    const store = create();
    const text = "“quoted” \u0000 \n \\ ' {} 🐘 ' .. ARGV[1]";
    await store.append(a, 0, [entry({ ...asked, text } as RunEvent)]);
    expect((await store.read(a))[0]?.event).toEqual({ ...asked, text });
  });

  test("who expects another length is refused and nothing is added, not even in part", async () => {
    const store = await opened(create(), a);
    for (const expected of [0, 2, 7]) {
      await expect(store.append(a, expected, [entry(planned("lost")), entry(cancelAsked)])).rejects.toBeInstanceOf(
        Conflict,
      );
    }
    expect(await store.read(a)).toHaveLength(1);
    expect(await store.runOfKey("lost")).toBeUndefined();
    await expect(store.append(b, 1, [entry(asked)])).rejects.toBeInstanceOf(Conflict);
    expect(await store.open()).toEqual([a]);
  });

  test("of many writers at one place exactly one wins", async () => {
    const store = await opened(create(), a);
    const tries = Array.from({ length: 20 }, (_, i) => store.append(a, 1, [entry(planned(`key${i}`))]));
    const ends = await Promise.allSettled(tries);
    const won = ends.flatMap((end, i) => (end.status === "fulfilled" ? [i] : []));
    expect(won).toHaveLength(1);
    for (const end of ends) if (end.status === "rejected") expect(end.reason).toBeInstanceOf(Conflict);
    expect(await store.read(a)).toHaveLength(2);
    expect(await store.runOfKey(`key${won[0]}`)).toBe(a);
    const found = await Promise.all(tries.map((_, i) => store.runOfKey(`key${i}`)));
    expect(found.filter((each) => each !== undefined)).toHaveLength(1);
  });

  test("recent: newest first, as many as asked for, closed ones too", async () => {
    const store = create();
    for (const [i, run] of [a, b, c].entries())
      await store.append(run, 0, [entry(asked, `2026-11-22T14:0${i}:00.000Z`)]);
    await store.append(b, 1, [entry({ type: "finished", outcome: "succeeded" })]);
    // a later entry does not make a run newer
    await store.append(a, 1, [entry(cancelAsked, "2026-11-22T15:00:00.000Z")]);
    expect(await store.recent(10)).toEqual([c, b, a]);
    expect(await store.recent(2)).toEqual([c, b]);
  });

  test.each<[string, RunEvent, boolean]>([
    ["refused", { type: "refused", problem: "no" }, true],
    ["finished", { type: "finished", outcome: "abandoned" }, true],
    ["denied", { type: "settled", outcome: "denied", hash: hashOf("{}") }, true],
    ["expired", { type: "settled", outcome: "expired", hash: hashOf("{}") }, true],
    ["cancelled", { type: "settled", outcome: "cancelled", hash: hashOf("{}") }, true],
    ["granted", { type: "settled", outcome: "granted", hash: hashOf("{}") }, false],
    ["changed", { type: "settled", outcome: "changed", hash: hashOf("{}") }, false],
  ])("%s: what a closing event takes with it", async (_what, event, closes) => {
    const store = await opened(create(), a, b, c);
    await store.lock(a, [...changes("x"), ...reads("y")], 1);
    await store.lock(b, changes("x"), 2);
    await store.setProgress(a, { step: "1", text: "half", at: "now" });
    await store.keepWatch(a, { step: "1", watch: { kind: "timer", at: "now" }, since: 1 });
    await store.append(a, 1, [entry(event)]);
    expect((await store.open()).includes(a)).toBe(!closes);
    expect(await plainLocks(store)).toEqual(closes ? [] : [`x changes ${a}`, `y reads ${a}`]);
    expect((await store.progress(a)) === undefined).toBe(closes);
    expect((await store.watches()).has(a)).toBe(!closes);
    expect((await store.lock(b, changes("x"), 3)).ok).toBe(closes);
    // a waiting run that closes leaves the queue
    await store.lock(c, changes("x"), 4);
    await store.append(c, 1, [entry(event)]);
    expect((await store.lockQueue()).includes(c)).toBe(!closes);
  });
});

describe.each(Object.entries(kinds))("%s: leases", (_name, create) => {
  test("one worker at a time; renewed only by its holder; dropped only by its holder", async () => {
    const store = create();
    const lease = (await store.takeLease(a, 60_000))!;
    expect(lease.run).toBe(a);
    expect(await store.leased(a)).toBe(true);
    expect(await store.leased(b)).toBe(false);
    expect(await store.takeLease(a, 60_000)).toBeUndefined();
    const foreign = { run: a, token: "somebody else's" };
    expect(await store.renewLease(foreign, 60_000)).toBe(false);
    await store.dropLease(foreign);
    expect(await store.renewLease(lease, 60_000)).toBe(true);
    await store.dropLease(lease);
    expect(await store.leased(a)).toBe(false);
    expect(await store.renewLease(lease, 60_000)).toBe(false);
    expect((await store.takeLease(a, 60_000))?.token).not.toBe(lease.token);
  });

  test("of many workers one gets it", async () => {
    const store = create();
    const taken = await Promise.all(Array.from({ length: 10 }, () => store.takeLease(a, 60_000)));
    expect(taken.filter((each) => each !== undefined)).toHaveLength(1);
  });

  test("a lease ends by itself, and its old holder can neither renew nor append nor take the new one away", async () => {
    const store = await opened(create(), a);
    const old = (await store.takeLease(a, 40))!;
    await until(async () => !(await store.leased(a)));
    expect(await store.renewLease(old, 60_000)).toBe(false);
    await expect(store.append(a, 1, [entry(cancelAsked)], old)).rejects.toBeInstanceOf(LeaseLost);
    const next = (await store.takeLease(a, 60_000))!;
    await store.dropLease(old);
    await expect(store.append(a, 1, [entry(cancelAsked)], old)).rejects.toBeInstanceOf(LeaseLost);
    await store.append(a, 1, [entry(cancelAsked)], next);
    expect(await store.read(a)).toHaveLength(2);
  });

  test("renewing makes it last", async () => {
    const store = create();
    const lease = (await store.takeLease(a, 40))!;
    expect(await store.renewLease(lease, 60_000)).toBe(true);
    const other = (await store.takeLease(b, 60))!;
    await until(async () => !(await store.leased(other.run)));
    expect(await store.leased(a)).toBe(true);
  });

  test("a lease is no cure for a wrong length, and a person appends without one", async () => {
    const store = await opened(create(), a);
    const lease = (await store.takeLease(a, 60_000))!;
    await expect(store.append(a, 0, [entry(cancelAsked)], lease)).rejects.toBeInstanceOf(Conflict);
    await store.append(a, 1, [entry(cancelAsked)]);
    await expect(store.append(a, 1, [entry(cancelAsked)], lease)).rejects.toBeInstanceOf(Conflict);
    expect(await store.read(a)).toHaveLength(2);
  });
});

describe.each(Object.entries(kinds))("%s: locks", (_name, create) => {
  test("who changes is alone; who reads is with readers", async () => {
    const store = await opened(create(), a, b, c);
    expect(await store.lock(a, reads("x"), 1)).toEqual({ ok: true });
    expect(await store.lock(b, reads("x"), 2)).toEqual({ ok: true });
    expect(await store.lock(c, changes("x"), 3)).toEqual({
      ok: false,
      holders: expect.arrayContaining([
        { resource: "x", run: a },
        { resource: "x", run: b },
      ]),
    });
    await store.unlock(a);
    await store.unlock(b);
    expect(await store.lock(c, changes("x"), 4)).toEqual({ ok: true });
    expect(await store.lock(a, reads("x"), 5)).toEqual({ ok: false, holders: [{ resource: "x", run: c }] });
  });

  test("all or nothing", async () => {
    const store = await opened(create(), a, b);
    await store.lock(a, changes("y"), 1);
    expect(await store.lock(b, changes("x", "y", "z"), 2)).toEqual({ ok: false, holders: [{ resource: "y", run: a }] });
    expect(await plainLocks(store)).toEqual([`y changes ${a}`]);
    await store.unlock(a);
    expect((await store.lock(b, changes("x", "y", "z"), 3)).ok).toBe(true);
    expect(await plainLocks(store)).toEqual([`x changes ${b}`, `y changes ${b}`, `z changes ${b}`]);
    expect(await store.lockQueue()).toEqual([]);
  });

  test("asking again for what one holds is granted, also when others wait for it", async () => {
    const store = await opened(create(), a, b);
    await store.lock(a, changes("x"), 1);
    await store.lock(b, changes("x"), 2);
    expect(await store.lock(a, changes("x"), 3)).toEqual({ ok: true });
    expect(await plainLocks(store)).toEqual([`x changes ${a}`]);
    expect(await store.lockQueue()).toEqual([b]);
  });

  test("wishing for nothing is granted", async () => {
    const store = await opened(create(), a);
    expect(await store.lock(a, [], 1)).toEqual({ ok: true });
    expect(await store.lockQueue()).toEqual([]);
  });

  test("first come, first served: a later run does not overtake one that waits", async () => {
    const store = await opened(create(), a, b, c, d);
    await store.lock(a, reads("x"), 1);
    expect((await store.lock(b, changes("x"), 2)).ok).toBe(false);
    // a reader would fit beside a, but b was first
    expect(await store.lock(c, reads("x"), 3)).toEqual({ ok: false, holders: [{ resource: "x", run: b }] });
    // and who wants something else is in nobody's way
    expect((await store.lock(d, changes("z"), 4)).ok).toBe(true);
    expect(await store.lockQueue()).toEqual([b, c]);
    await store.unlock(a);
    expect((await store.lock(c, reads("x"), 5)).ok).toBe(false);
    expect((await store.lock(b, changes("x"), 6)).ok).toBe(true);
    await store.unlock(b);
    expect((await store.lock(c, reads("x"), 7)).ok).toBe(true);
    expect(await store.lockQueue()).toEqual([]);
  });

  test("asking again does not lose one's place, and what is waited for is what was wished last", async () => {
    const store = await opened(create(), a, b, c);
    await store.lock(a, changes("x", "y"), 1);
    await store.lock(b, changes("x"), 2);
    await store.lock(c, changes("y"), 3);
    await store.lock(b, changes("y"), 4);
    expect(await store.lockQueue()).toEqual([b, c]);
    await store.unlock(a);
    expect((await store.lock(c, changes("y"), 5)).ok).toBe(false);
    expect((await store.lock(b, changes("y"), 6)).ok).toBe(true);
  });

  test("giving back some keeps the rest; giving back all leaves the queue too", async () => {
    const store = await opened(create(), a, b);
    await store.lock(a, [...changes("x"), ...reads("y", "z")], 1);
    await store.unlock(a, ["y", "not held"]);
    expect(await plainLocks(store)).toEqual([`x changes ${a}`, `z reads ${a}`]);
    await store.unlock(a, []);
    expect(await plainLocks(store)).toEqual([`x changes ${a}`, `z reads ${a}`]);
    await store.lock(b, changes("x"), 2);
    await store.unlock(b, ["x"]);
    expect(await store.lockQueue()).toEqual([b]);
    expect(await plainLocks(store)).toEqual([`x changes ${a}`, `z reads ${a}`]);
    await store.unlock(b);
    expect(await store.lockQueue()).toEqual([]);
    await store.unlock(a);
    expect(await plainLocks(store)).toEqual([]);
  });

  test("the child takes the parent's place at every lock", async () => {
    const store = await opened(create(), a, b, c);
    await store.lock(a, [...changes("x"), ...reads("y")], 1);
    await store.lock(c, changes("x"), 2);
    await store.handLocks(a, b);
    expect(await plainLocks(store)).toEqual([`x changes ${b}`, `y reads ${b}`]);
    expect((await store.lock(c, changes("x"), 3)).ok).toBe(false);
    expect((await store.lock(b, [...changes("x"), ...reads("y")], 4)).ok).toBe(true);
    // handing over again (a worker died in between) takes nothing back
    await store.handLocks(a, b);
    await store.unlock(a);
    expect(await plainLocks(store)).toEqual([`x changes ${b}`, `y reads ${b}`]);
    await store.append(b, 1, [entry({ type: "finished", outcome: "succeeded" })]);
    expect((await store.lock(c, changes("x"), 5)).ok).toBe(true);
  });
});

describe.each(Object.entries(kinds))("%s: small things", (_name, create) => {
  test("a name is claimed once in its time, and again when it is unclaimed or its time is over", async () => {
    const store = create();
    const claims = await Promise.all(Array.from({ length: 8 }, () => store.once("digest", 60_000)));
    expect(claims.filter(Boolean)).toHaveLength(1);
    expect(await store.once("other", 60_000)).toBe(true);
    await store.unclaim("digest");
    expect(await store.once("digest", 40)).toBe(true);
    expect(await store.once("digest", 60_000)).toBe(false);
    await until(async () => store.once("digest", 60_000));
    expect(await store.once("digest", 60_000)).toBe(false);
  });

  test("notes, watches, progress and cards are kept, replaced and forgotten", async () => {
    const store = await opened(create(), a, b);
    expect(await store.note("pause")).toBeUndefined();
    await store.setNote("pause", "");
    expect(await store.note("pause")).toBe("");
    await store.setNote("pause", "by U0STORAGE");
    expect(await store.note("pause")).toBe("by U0STORAGE");

    const watch = { step: "1-put", watch: { kind: "job", cluster: "c", uuid: "u" }, since: 5 } as const;
    await store.keepWatch(a, watch);
    await store.keepWatch(b, { ...watch, since: 6 });
    expect(new Map(await store.watches())).toEqual(
      new Map([
        [a, watch],
        [b, { ...watch, since: 6 }],
      ]),
    );
    await store.keepWatch(a, undefined);
    expect([...(await store.watches()).keys()]).toEqual([b]);

    expect(await store.progress(a)).toBeUndefined();
    await store.setProgress(a, { step: "1-put", text: "half", fraction: 0.5, at: "t" });
    expect(await store.progress(a)).toEqual({ step: "1-put", text: "half", fraction: 0.5, at: "t" });
    await store.setProgress(a, undefined);
    expect(await store.progress(a)).toBeUndefined();

    expect(await store.card(a)).toBeUndefined();
    const card = { channel: "C1", ts: "1.2", thread: "1.1", drawn: 3, told: ["done"] };
    await store.keepCard(a, card);
    await store.append(a, 1, [entry({ type: "finished", outcome: "succeeded" })]);
    expect(await store.card(a)).toEqual(card);
  });
});

describe("the ledger of the RedisStore", () => {
  test("has every entry of every run once, in order, and nothing of what was refused", async () => {
    const prefix = `${server.prefix}ledger-test:`;
    const store = await opened(new RedisStore(redis, prefix), a, b);
    await store.append(a, 1, [entry(cancelAsked), entry(planned("k"))]);
    await expect(store.append(b, 0, [entry(asked)])).rejects.toBeInstanceOf(Conflict);
    await store.append(b, 1, [entry({ type: "refused", problem: "no" })]);
    const ledger = (await ledgerOf(prefix)).map(({ run, entry: text }) => ({
      run,
      entry: JSON.parse(text) as unknown,
    }));
    const [ofA, ofB] = [await store.read(a), await store.read(b)];
    expect(ledger).toEqual([
      { run: a, entry: ofA[0] },
      { run: b, entry: ofB[0] },
      { run: a, entry: ofA[1] },
      { run: a, entry: ofA[2] },
      { run: b, entry: ofB[1] },
    ]);
  });

  test("is one unbroken chain whoever wrote, and however many at once; both stores end it alike", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ by: fc.nat(1), run: fc.nat(5) }), { maxLength: 40 }), async (writes) => {
        const prefix = `${server.prefix}${(stores += 1)}:`;
        const two = [new RedisStore(redis, prefix), new RedisStore(second, prefix)];
        const ids = runs(6);
        const came = await Promise.all(
          writes.map(async ({ by, run }) => {
            const store = two[by] as RedisStore;
            const id = ids[run] as RunId;
            const length = (await store.read(id)).length;
            return store.append(id, length, [entry(length === 0 ? asked : cancelAsked), entry(cancelAsked)]).then(
              () => 2,
              (error: unknown) => {
                expect(error).toBeInstanceOf(Conflict);
                return 0;
              },
            );
          }),
        );
        const lines = await ledgerOf(prefix);
        const verifier = new Verifier(true);
        for (const line of lines) verifier.follow(line);
        for (const id of ids)
          expect(verifier.differs(id, await redis.lrange(`${prefix}run:${id}`, 0, -1))).toBeUndefined();
        const { broken, end } = verifier.result();
        expect(broken).toEqual([]);
        expect(end.place).toBe(came.reduce<number>((sum, each) => sum + each, 0));
        expect(await two[0]?.ledgerEnd()).toEqual(end);
        const memory = new MemoryStore();
        for (const { run, entry: text } of lines) {
          const { seq, ...written } = JSON.parse(text) as NewEntry & { seq: number };
          await memory.append(run, seq - 1, [written]);
        }
        expect(await memory.ledgerEnd()).toEqual(end);
      }),
      { numRuns: 25 },
    );
  });

  test("goes on when the connection broke before appends were answered", async () => {
    const prefix = `${server.prefix}${(stores += 1)}:`;
    const own = server.connect();
    const store = new RedisStore(own, prefix);
    await opened(store, a);
    const pending = Promise.allSettled([b, c, d].map((run) => store.append(run, 0, [entry(asked)])));
    // ioredis connects again by itself, and sends again what was not answered
    own.stream.destroy();
    for (const ended of await pending) if (ended.status === "rejected") expect(ended.reason).toBeInstanceOf(Conflict);
    for (const run of [b, c, d]) expect(await store.read(run)).toHaveLength(1);
    await store.append(a, 1, [entry(cancelAsked)]);
    const verifier = new Verifier(true);
    for (const line of await ledgerOf(prefix)) verifier.follow(line);
    expect(verifier.result().broken).toEqual([]);
    expect(await store.read(a)).toHaveLength(2);
  });

  test("two stores under two prefixes know nothing of each other", async () => {
    const one = await opened(new RedisStore(redis, `${server.prefix}one:`), a);
    const other = new RedisStore(redis, `${server.prefix}other:`);
    await one.lock(a, changes("x"), 1);
    expect(await other.open()).toEqual([]);
    expect((await other.lock(b, changes("x"), 1)).ok).toBe(true);
  });
});

/** As the engine uses locks: everything at once, perhaps other wishes while waiting (a new plan), some back early, all back at the end. */
type Act =
  | { readonly do: "lock"; readonly run: number; readonly wishes: readonly LockWish[] }
  | { readonly do: "some"; readonly run: number; readonly resource: string }
  | { readonly do: "all"; readonly run: number };
const resource = fc.constantFrom("x", "y", "z");
const wishes = fc.uniqueArray(fc.record({ resource, as: fc.constantFrom("reads" as const, "changes" as const) }), {
  minLength: 1,
  maxLength: 3,
  selector: (each) => each.resource,
});
const someRun = fc.nat(3);
const acts: fc.Arbitrary<readonly Act[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.record({ do: fc.constant("lock" as const), run: someRun, wishes }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant("some" as const), run: someRun, resource }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constant("all" as const), run: someRun }) },
  ),
  { maxLength: 24 },
);

/** Plays the acts and checks after each that nobody shares what somebody changes; then lets everybody have a turn. */
async function play(store: Store, list: readonly Act[]): Promise<readonly string[]> {
  const ids = runs(4);
  await opened(store, ...ids);
  const wanted = new Map<RunId, readonly LockWish[]>();
  const holding = new Set<RunId>();
  const told: string[] = [];
  let now = 0;
  const lock = async (run: RunId, wish: readonly LockWish[]): Promise<boolean> => {
    const answer = await store.lock(run, wish, (now += 1));
    if (answer.ok) {
      wanted.delete(run);
      holding.add(run);
    } else wanted.set(run, wish);
    return answer.ok;
  };
  const release = async (run: RunId): Promise<void> => {
    await store.unlock(run);
    wanted.delete(run);
    holding.delete(run);
  };
  for (const act of list) {
    const run = ids[act.run] as RunId;
    if (act.do === "lock" && !holding.has(run)) await lock(run, act.wishes);
    if (act.do === "some" && holding.has(run)) await store.unlock(run, [act.resource]);
    if (act.do === "all") await release(run);
    told.push(JSON.stringify([await plainLocks(store), await store.lockQueue()]));
    await expectNobodyShares(store);
  }
  // no deadlock: with holders done, the queue is served to its end, and its first is never refused
  for (const run of [...holding]) await release(run);
  for (const run of await store.lockQueue()) {
    expect({ run, got: await lock(run, wanted.get(run) ?? []) }).toEqual({ run, got: true });
    await release(run);
  }
  expect([await store.lockQueue(), await store.locks()]).toEqual([[], []]);
  return told;
}

async function expectNobodyShares(store: Store): Promise<void> {
  const held = await store.locks();
  for (const each of held.filter(({ as }) => as === "changes"))
    expect(held.filter((other) => other.resource === each.resource)).toEqual([each]);
}

describe("locks under any order of events", () => {
  test("in memory: never two holders where one changes, never a deadlock", async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        await play(new MemoryStore(), list);
      }),
      { numRuns: 300 },
    );
  });

  test("on Redis: the same answers as in memory, act by act", async () => {
    await fc.assert(
      fc.asyncProperty(acts, async (list) => {
        const onRedis = await play(kinds.RedisStore(), list);
        expect(onRedis).toEqual(await play(new MemoryStore(), list));
      }),
      { numRuns: 40 },
    );
  });
});
