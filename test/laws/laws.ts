import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { fold, pastNoReturn, type RunView } from "../../src/core/fold.js";
import type { RunId } from "../../src/core/ids.js";
import { canonical, type Json } from "../../src/core/json.js";
import { look } from "../../src/jobs/planning.js";
import { turn } from "../../src/jobs/turn.js";
import { planBytes } from "../../src/core/plan.js";
import type { AnyRunbook } from "../../src/runbooks/index.js";
import { tagOf } from "../../src/runbooks/tools.js";
import type { Store } from "../../src/jobs/store/store.js";
import { getWorld } from "../../sim/worlds/index.js";
import type { TestEngine } from "../support/engine.js";
import { given } from "../support/given.js";
import { driveWithPerson } from "../support/person.js";
import { readSentence } from "../support/sentence.js";
import { fewOfEach } from "./choose.js";
import { startTestWorld, type ScriptFault, type TestWorld, type WireFault } from "../support/world.js";

/** One write that a run without faults made: the k-th call of its method at its far end, or the k-th script. */
type Write =
  | { readonly at: string; readonly method: string; readonly nth: number; readonly path: string }
  | { readonly script: number; readonly name: string };

const scriptFaults: Readonly<Record<FaultKind, ScriptFault>> = {
  "is rejected": "rejected",
  "is put off": "notSent",
  "is lost before its effect": "lostBefore",
  "is lost after its effect": "lostAfter",
};

/** Put off: the array asks to try again; a script was not sent. */
type FaultKind = WireFault;
const faultKinds = Object.keys(scriptFaults) as FaultKind[];

export interface LawOptions {
  readonly knobs?: Parameters<typeof startTestWorld>[0];
  /** Another world than the example's, where a login may do less: what it may not do, a person does in these laws. */
  readonly world?: string;
  /** Two files, and so two workers, may share a long runbook's laws: what goes wrong at the far ends, and workers that die. */
  readonly part?: "farEnds" | "workers";
  /** Only these, where all would take too long for what they show. */
  readonly kinds?: readonly FaultKind[];
  /** What somebody else did at the far ends before: a transfer that runs, a mirror that is broken off. `name` tells it from the plain laws. */
  readonly arrange?: {
    readonly name: string;
    by(world: TestWorld): Promise<unknown>;
    /** What of the world is not compared, by key: what a transfer that goes on by itself will still change. */
    readonly without?: readonly string[];
  };
}

/**
 * The laws that every runbook is put through, without a test written for it: in the world its example names, and one of the world `epic` in
 * `hospital` too, where a set has twelve volumes. Writes and entries are many and alike there, so few of each kind are spoilt.
 */
export function laws(runbook: AnyRunbook, options: LawOptions = {}): void {
  const at = runbook.example.world;
  const isPlain = options.knobs === undefined && options.arrange === undefined;
  const worlds = options.world ? [options.world] : isPlain && at === "epic" ? [at, "hospital"] : [at];
  for (const world of worlds) lawsIn(world, runbook, options);
}

function lawsIn(worldName: string, runbook: AnyRunbook, options: LawOptions): void {
  const { part, arrange } = options;
  const how = arrange ? arrange.name : options.knobs && "other readings";
  const which = [worldName === "epic" ? undefined : `in ${worldName}`, how, part].filter((each) => each !== undefined);
  const isLarge = worldName === "hospital";
  describe([`the laws for ${runbook.name}`, ...which].join(", "), () => {
    let world: TestWorld;
    let writes: readonly Write[] = [];
    let appends: readonly number[] = [];
    beforeAll(async () => {
      world = await startTestWorld(options.knobs ?? {}, getWorld(worldName));
    });
    afterAll(() => world.close());

    test("its sentence asks for it, and it succeeds", async () => {
      const bench = await prepare(world, runbook, arrange);
      const before = bench.calls();
      const kinds: string[] = [];
      spyAppends(bench.engine, (entries) => kinds.push(entries.map(kindOfEntry).join()));
      const view = await bench.run();
      expect(view.problem).toBeUndefined();
      expect(view.outcome).toBe("succeeded");
      expect(view.steps.every((step) => step.phase === "ended")).toBe(true);
      const all = bench.writesSince(before);
      writes = isLarge ? fewOfEach(all, kindOfWrite) : all;
      const places = kinds.map((_, i) => i + 1);
      appends = isLarge ? fewOfEach(places, (place) => kinds[place - 1] ?? "") : places;
      expect(writes.length).toBeGreaterThan(0);
    });

    test("planned again after 65 minutes of schedules, it is the same plan", async () => {
      const bench = await prepare(world, runbook, arrange);
      const first = await bench.plan();
      world.clock.advance(65 * 60_000);
      expect(await bench.plan()).toBe(first);
    });

    test("looking and planning change nothing", async () => {
      const bench = await prepare(world, runbook, arrange);
      const calls = bench.calls();
      await bench.plan();
      expect(bench.writesSince(calls)).toEqual([]);
    });

    const known = (): Known => {
      expect(writes.length).toBeGreaterThan(0);
      return { world, writes, appends };
    };
    if (part !== "workers") farEndLaws(runbook, known, options.kinds ?? faultKinds, arrange);
    if (part !== "farEnds") workerLaws(runbook, known, arrange);
  });
}

interface Known {
  readonly world: TestWorld;
  readonly writes: readonly Write[];
  /** Places, from 1, of the entries a worker is to die at: of those that a run without faults writes. */
  readonly appends: readonly number[];
}
const lawTimeoutMs = 900_000;

function farEndLaws(
  runbook: AnyRunbook,
  known: () => Known,
  kinds: readonly FaultKind[],
  arrange: LawOptions["arrange"],
): void {
  test.each(kinds)(
    "at every write that %s",
    async (kind) => {
      const { world, writes } = known();
      for (const write of writes) {
        const bench = await prepare(world, runbook, arrange);
        bench.spoil(write, kind);
        judgeEnd(bench, await bench.run(), `${describeWrite(write)} ${kind}`);
      }
    },
    lawTimeoutMs,
  );

  test(
    "at every write the array wants its own approval: the run is held, and goes on when it is given",
    async () => {
      const { world, writes } = known();
      const approving = new Set(world.farEnds.filter((each) => each.approves).map((each) => each.name));
      const onWire = writes.filter(
        (write): write is Extract<Write, { at: string }> => "at" in write && approving.has(write.at),
      );
      for (const write of onWire.filter(
        (each, i) => onWire.findIndex((other) => other.path === each.path && other.method === each.method) === i,
      )) {
        const bench = await prepare(world, runbook, arrange);
        const { at, method, nth } = write;
        world.fabric.fault(at, {
          method,
          nth,
          times: 1,
          does: {
            kind: "error",
            code: 262325,
            message: "The security multi-admin-verify request (index 7) requires approval.",
          },
        });
        const view = await bench.run();
        const held = view.steps.find((step) => step.phase === "held");
        expect({ write: describeWrite(write), held: held?.held }).toMatchObject({
          held: { why: "arrayApproval", detail: { request: 7 } },
        });
        await bench.engine.append(view.id, { type: "triedAgain", step: held?.planned.id ?? "" });
        const end = await bench.goOn(view.id);
        expect({ write: describeWrite(write), problem: end.problem, end: end.outcome }).toEqual({
          write: describeWrite(write),
          problem: undefined,
          end: "succeeded",
        });
      }
    },
    lawTimeoutMs,
  );
}

function workerLaws(runbook: AnyRunbook, known: () => Known, arrange: LawOptions["arrange"]): void {
  test(
    "a worker dies at every entry it wants to write: another finishes, and the frozen one changes nothing",
    async () => {
      const { world, appends } = known();
      for (const at of appends) {
        const bench = await prepare(world, runbook, arrange);
        const view = await bench.runFrozenAt(at);
        judgeEnd(bench, view, `the worker froze at entry ${at}`);
      }
    },
    lawTimeoutMs,
  );
}

const describeWrite = (write: Write): string =>
  "script" in write ? `script ${write.script} (${write.name})` : `${write.method} ${write.path} at ${write.at}`;

/**
 * How a run may end whatever went wrong: done; or taken back with the world as it was, except for what `stays`; or, behind the point of
 * no return or in doubt, waiting for a person with nothing undone. Never a failure told for a doubt, never a destruction twice.
 */
function judgeEnd(bench: Bench, view: RunView, what: string): void {
  const end = view.outcome ?? view.status;
  const seen = { what, end, problem: view.problem };
  if (end === "undone") {
    expect({ ...seen, world: bench.worldNow() }).toEqual({ ...seen, world: bench.before });
  } else if (end === "parked") {
    expect({ ...seen, past: pastNoReturn(view) }).toEqual({ ...seen, past: true });
    expect({
      ...seen,
      undos: view.steps.filter((step) => step.phase === "undone" || step.phase === "undoing").length,
    }).toEqual({ ...seen, undos: 0 });
  } else if (end === "doubted") {
    expect({ ...seen, effect: view.steps.find((step) => step.phase === "doubted")?.planned.effect }).toEqual({
      ...seen,
      effect: "destroy",
    });
  } else {
    expect(seen).toEqual({ ...seen, end: "succeeded" });
  }
  const destroyed = bench.destroyed();
  expect({ ...seen, twice: destroyed.filter((each, i) => destroyed.indexOf(each) !== i) }).toEqual({
    ...seen,
    twice: [],
  });
}

async function asItWas(world: TestWorld, runbook: AnyRunbook, arrange: LawOptions["arrange"]) {
  world.reset();
  const engine = world.engine();
  for (const sentence of runbook.example.first ?? []) {
    const { runbook: name, request } = readSentence(world, sentence);
    expect((await driveWithPerson(world, engine, await engine.ask(name, request))).outcome).toBe("succeeded");
  }
  await given(world, runbook.example);
  await arrange?.by(world);
  world.fabric.clearFaults();
  world.cloud.clearFaults();
  world.console.clearFaults();
  world.scripts.reset();
  const saved = [world.save(), engine.save()];
  return { engine, putBack: () => saved.forEach((each) => each()) };
}

/** A fresh world with everything that must have happened before, and one run about to be asked for. */
interface Bench {
  readonly engine: TestEngine;
  readonly before: unknown;
  run(): Promise<RunView>;
  goOn(run: RunId): Promise<RunView>;
  plan(): Promise<string>;
  runFrozenAt(append: number): Promise<RunView>;
  spoil(write: Write, kind: FaultKind): void;
  calls(): ReadonlyMap<string, number>;
  writesSince(before: ReadonlyMap<string, number>): readonly Write[];
  worldNow(): unknown;
  destroyed(): readonly string[];
}

/** What must have happened before, once for a world; afterwards world and store are put back to that moment. */
interface Start {
  readonly engine: TestEngine;
  readonly before: unknown;
  putBack(): void;
}
const starts = new WeakMap<TestWorld, Start>();

async function prepare(world: TestWorld, runbook: AnyRunbook, arrange: LawOptions["arrange"]): Promise<Bench> {
  const compared = (): unknown => without(withoutWhatStays(world.snapshot()), arrange?.without ?? []);
  const start = starts.get(world) ?? { ...(await asItWas(world, runbook, arrange)), before: compared() };
  starts.set(world, start);
  start.putBack();
  const { engine, before } = start;
  const { runbook: name, request } = readSentence(world, runbook.example.say);
  expect(name).toBe(runbook.name);
  const countDestroyed = () => new Map(world.farEnds.map((end) => [end.name, end.destroyed().length]));
  let effectsBefore = countDestroyed();
  // a chain's later run is judged by what it did itself
  let begun = before;
  engine.onNext = () => {
    begun = compared();
    effectsBefore = countDestroyed();
  };
  return {
    engine,
    run: async () => driveWithPerson(world, engine, await engine.ask(name, request)),
    goOn: (run) => driveWithPerson(world, engine, run),
    get before() {
      return begun;
    },
    plan: async () => {
      const run = {
        id: "rlaw",
        tag: tagOf("rlaw"),
        asker: { team: "T0RIVERSIDE", user: "U0REQUESTER" },
        timeZone: "UTC",
        askedAt: "2026-11-22T14:00:00.000Z",
      };
      return planBytes((await look(engine.engine, runbook, request, run)).plan);
    },
    runFrozenAt: (append) => runFrozenAt(world, engine, name, request, append),
    spoil: (write, kind) => spoil(world, write, kind),
    calls: () => new Map(world.farEnds.map((end) => [end.name, end.writes().length])),
    writesSince: (earlier) => writesSince(world, earlier),
    worldNow: compared,
    destroyed: () => world.farEnds.flatMap((end) => end.destroyed().slice(effectsBefore.get(end.name) ?? 0)),
  };
}

function spoil(world: TestWorld, write: Write, kind: FaultKind): void {
  if ("script" in write) {
    world.scripts.fault = { nth: write.script, kind: scriptFaults[kind] };
    return;
  }
  world.farEnds.find((end) => end.name === write.at)?.spoil(write.method, write.nth, kind);
}

function writesSince(world: TestWorld, earlier: ReadonlyMap<string, number>): Write[] {
  const scripts = Array.from({ length: world.scripts.started }, (_, i): Write => ({
    script: i + 1,
    name: world.scripts.names[i] ?? "",
  }));
  return world.farEnds
    .flatMap((end): Write[] => {
      const counts = new Map<string, number>();
      return end
        .writes()
        .slice(earlier.get(end.name) ?? 0)
        .map(({ method, path }) => {
          const nth = (counts.get(method) ?? 0) + 1;
          counts.set(method, nth);
          return {
            at: end.name,
            method,
            nth,
            path: path.replace(/\?.*/, "").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{uuid}"),
          };
        });
    })
    .concat(scripts);
}

/**
 * Without what steps with `stays` leave (labelled snapshots of ours, a mirror that is newer than it was), and what no undo can give back or
 * nobody made: the uuid of an igroup made again, the array's built-in policies, which appear when first used.
 */
function withoutWhatStays(snapshot: unknown): unknown {
  return JSON.parse(canonical(JSON.parse(JSON.stringify(snapshot))), (key, value: unknown) => {
    if (key === "snapshots" && Array.isArray(value))
      return value.filter((each) => !JSON.stringify(each).includes("sluice-"));
    if (key === "igroups" && Array.isArray(value)) return value.map((each: object) => ({ ...each, uuid: undefined }));
    if (key === "policies" && Array.isArray(value))
      return value.filter((each: { comment?: string }) => each.comment !== "built in");
    const isMirror = typeof value === "object" && value !== null && "type" in value && value.type === "dp";
    return isMirror ? { ...value, content: undefined, luns: "luns" in value ? withoutDisks(value.luns) : [] } : value;
  }) as unknown;
}

/** What is on the LUNs of a mirror is its content too. */
const withoutDisks = (luns: unknown): unknown =>
  Array.isArray(luns) ? luns.map((each: object) => ({ ...each, disk: undefined })) : luns;

const without = (world: unknown, keys: readonly string[]): unknown =>
  JSON.parse(JSON.stringify(world), (key, value: unknown) => (keys.includes(key) ? undefined : value)) as unknown;

function spyAppends(engine: TestEngine, hook: (entries: Parameters<Store["append"]>[2]) => unknown): void {
  const append = engine.store.append.bind(engine.store);
  engine.store.append = async (...args) => {
    hook(args[2]);
    return append(...args);
  };
}

/** What happened and to which kind of step: `began mapLuns`. A step's id is its place and its kind. */
const kindOfEntry = ({ event }: Parameters<Store["append"]>[2][number]): string =>
  `${event.type} ${"step" in event ? (event.step ?? "").replace(/^\d+-/, "") : ""}`;

const kindOfWrite = (write: Write): string =>
  "script" in write ? write.name : `${write.method} ${write.path} on ${write.at}`;

/** A worker that stops just before an entry of its is written, for longer than its lease; then it wakes up. */
async function runFrozenAt(
  world: TestWorld,
  engine: TestEngine,
  name: string,
  request: Json,
  at: number,
): Promise<RunView> {
  const run: RunId = await engine.ask(name, request);
  const append = engine.store.append.bind(engine.store);
  let seen = 1; // `asked` is the desk's
  let frozen: () => void = () => undefined;
  const isFrozen = new Promise<"frozen">((resolve) => (frozen = () => resolve("frozen")));
  let wake: () => void = () => undefined;
  const woken = new Promise<void>((resolve) => (wake = resolve));
  engine.store.append = async (...args) => {
    seen += 1;
    if (seen === at) {
      frozen();
      await woken;
    }
    return append(...args);
  };
  const first = driveWithPerson(world, engine, run);
  if ((await Promise.race([first, isFrozen])) !== "frozen") return first;
  engine.store.append = append;
  world.clock.advance(engine.engine.timings.leaseMs + 1);
  const view = await driveWithPerson(world, engine, run);
  const settled = JSON.stringify(world.snapshot());
  wake();
  await first;
  expect(JSON.stringify(world.snapshot())).toBe(settled);
  expect(await turn(engine.engine, run)).not.toBe("busy");
  return fold(run, await engine.store.read(view.id));
}
