import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { WriteFamily } from "../../src/config/types.js";
import { pastNoReturn } from "../../src/core/fold.js";
import type { AnyRunbook } from "../../src/runbooks/index.js";
import { getWorld } from "../../sim/worlds/index.js";
import { startTestWorld, type TestWorld } from "../support/world.js";
import { Bench, type Arrangement, type End } from "./bench.js";
import { fewOfEach } from "./choose.js";
import { describeWrite, faultKinds, isOnWire, kindOfWrite, type FaultKind, type Write } from "./writes.js";

export interface LawOptions {
  readonly knobs?: Parameters<typeof startTestWorld>[0];
  /** Another world than the example's, where a login may do less: what it may not do, a person does in these laws. */
  readonly world?: string;
  /** Two files, and so two workers, may share a long runbook's laws: what goes wrong at the far ends, and workers that die. */
  readonly part?: "farEnds" | "workers";
  /** Only these, where all would take too long for what they show. */
  readonly kinds?: readonly FaultKind[];
  readonly arrange?: Arrangement;
  /** What the login of a cluster may not write, by cluster: a person does it in these laws, from the text on the card. */
  readonly handOff?: Readonly<Record<string, readonly WriteFamily[]>>;
}

/**
 * The laws that every runbook is put through, without a test written for it: in the world its example names, and one of the world `epic` in
 * `hospital` too, where a set has twelve volumes. Writes and entries are many and alike there, so few of each kind are spoilt.
 */
export function laws(runbook: AnyRunbook, options: LawOptions = {}): void {
  const at = runbook.example.world;
  const isPlain = options.knobs === undefined && options.arrange === undefined && options.handOff === undefined;
  const worlds = options.world ? [options.world] : isPlain && at === "epic" ? [at, "hospital"] : [at];
  for (const world of worlds) lawsIn(world, runbook, options);
}

function lawsIn(worldName: string, runbook: AnyRunbook, options: LawOptions): void {
  const { part, arrange } = options;
  const how = arrange ? arrange.name : options.handOff ? "by hand" : options.knobs && "other readings";
  const which = [worldName === "epic" ? undefined : `in ${worldName}`, how, part].filter((each) => each !== undefined);
  const isLarge = worldName === "hospital";
  describe([`the laws for ${runbook.name}`, ...which].join(", "), () => {
    let world: TestWorld;
    let bench: Bench;
    let writes: readonly Write[] = [];
    let places: readonly number[] = [];
    beforeAll(async () => {
      world = await startTestWorld(options.knobs ?? {}, getWorld(worldName));
      if (options.handOff) world = whereOthersWrite(world, options.handOff);
      bench = await Bench.set(world, runbook, { arrange, stopsAtKnown: isLarge && !everyEnd });
    });
    afterAll(() => world.close());

    test("its sentence asks for it, and it succeeds", async () => {
      const rehearsal = await bench.rehearse();
      const { view, entries } = rehearsal;
      expect(view.problem).toBeUndefined();
      expect(view.outcome).toBe("succeeded");
      expect(view.steps.every((step) => step.phase === "ended")).toBe(true);
      writes = isLarge ? fewOfEach(rehearsal.writes, kindOfWrite) : rehearsal.writes;
      // the first is the desk's, which writes that it was asked for
      const all = entries.map((_, i) => i + 1).slice(1);
      places = isLarge ? fewOfEach(all, (place) => entries[place - 1] ?? "") : all;
      // in any run of the chain; nothing else holds one up when nothing goes wrong
      if (options.handOff) expect(entries.some((each) => /(^|,)held /.test(each))).toBe(true);
      else expect(writes.length).toBeGreaterThan(0);
      bench.endedWell();
    });

    test("planned again after 65 minutes of schedules, it is the same plan", async () => {
      await bench.fromStart();
      const first = await bench.plan();
      world.clock.advance(65 * 60_000);
      expect(await bench.plan()).toBe(first);
    });

    test("looking and planning change nothing", async () => {
      await bench.fromStart();
      await bench.plan();
      expect(bench.written()).toEqual([]);
    });

    const known = (): Known => {
      // by hand there may be nothing left for us to write
      if (!options.handOff) expect(writes.length).toBeGreaterThan(0);
      return { bench, writes, places };
    };
    if (part !== "workers") farEndLaws(known, options.kinds ?? faultKinds);
    if (part !== "farEnds") workerLaws(known);
  });
}

/** The same world, in which these families are beyond our login. */
function whereOthersWrite(world: TestWorld, handOff: NonNullable<LawOptions["handOff"]>): TestWorld {
  const inventory = {
    ...world.config,
    clusters: world.config.clusters.map((each) => ({
      ...each,
      handOff: [...each.handOff, ...(handOff[each.name] ?? [])],
    })),
  };
  return { ...world, engine: (options = {}) => world.engine({ inventory, ...options }) };
}

interface Known {
  readonly bench: Bench;
  readonly writes: readonly Write[];
  /** Places, from 1, of the entries a worker is to die at: of those that a run without faults writes. */
  readonly places: readonly number[];
}
const lawTimeoutMs = 900_000;
/** In the world of twelve volumes too, every run goes on to its end. */
const everyEnd = process.env["SLUICE_EVERY_END"] !== undefined;

function farEndLaws(known: () => Known, kinds: readonly FaultKind[]): void {
  for (const kind of kinds)
    test(
      `at every write that ${kind}`,
      async () => {
        const { bench, writes } = known();
        for (const write of writes) {
          await bench.spoilt(write, kind);
          judgeEnd(bench, await bench.goOn(), `${describeWrite(write)} ${kind}`);
        }
      },
      lawTimeoutMs,
    );

  test(
    "at every write the array wants its own approval: the run is held, and goes on when it is given",
    async () => {
      const { bench, writes } = known();
      const { world } = bench;
      const approving = new Set(world.farEnds.filter((each) => each.approves).map((each) => each.name));
      const onWire = writes.filter(isOnWire).filter((write) => approving.has(write.at));
      for (const write of onWire.filter(
        (each, i) => onWire.findIndex((other) => other.path === each.path && other.method === each.method) === i,
      )) {
        const nth = await bench.before(write);
        world.fabric.fault(write.at, { method: write.method, nth, times: 1, does: wantsApproval });
        const view = await bench.goOn();
        if (view === "known") throw new Error(`${describeWrite(write)} was not held`);
        const held = view.steps.find((step) => step.phase === "held");
        expect({ write: describeWrite(write), held: held?.held }).toMatchObject({
          held: { why: "arrayApproval", detail: { request: 7 } },
        });
        await bench.engine.append(view.id, { type: "triedAgain", step: held?.planned.id ?? "" });
        const end = await bench.goOn();
        if (end === "known") continue;
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

const wantsApproval = {
  kind: "error",
  code: 262325,
  message: "The security multi-admin-verify request (index 7) requires approval.",
} as const;

function workerLaws(known: () => Known): void {
  test(
    "a worker dies at every entry it wants to write: another finishes, and the frozen one changes nothing",
    async () => {
      const { bench, places } = known();
      for (const place of places) judgeEnd(bench, await bench.frozenAt(place), `the worker froze at entry ${place}`);
    },
    lawTimeoutMs,
  );
}

/**
 * How a run may end whatever went wrong: done; or taken back with the world as it was, except for what `stays`; or, behind the point of
 * no return or in doubt, waiting for a person with nothing undone. Never a failure told for a doubt, never a destruction twice.
 */
export function judgeEnd(bench: Bench, view: End, what: string): void {
  if (view === "known") {
    bench.endedWell();
    return;
  }
  const end = view.outcome ?? view.status;
  const seen = { what, end, problem: view.problem };
  if (end === "undone") {
    expect({ ...seen, world: bench.now }).toEqual({ ...seen, world: bench.found });
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
  bench.endedWell();
}
