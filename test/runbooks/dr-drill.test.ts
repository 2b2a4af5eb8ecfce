import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import { plainText } from "../../src/core/said.js";
import type { Json } from "../../src/core/json.js";
import { drDrill } from "../../src/runbooks/dr-drill.js";
import { hospital } from "../../sim/worlds/hospital.js";
import { asking } from "../support/asking.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
let engine: TestEngine;

const { say } = asking(() => ({ world, engine }));
const closingOf = (view: RunView): string =>
  drDrill.closing!(
    view.steps.map(({ planned, output }) => ({ uses: planned.uses, input: planned.input, output: output ?? null })),
  ).sentences.join("\n");
const mountsOn = (host: string): Record<string, string | null> =>
  Object.fromEntries((world.hosts.state().hosts[host]?.mounts ?? []).map((each) => [each.mountPoint, each.content]));
const outputOf = (view: RunView, uses: string): Json =>
  view.steps.find(({ planned }) => planned.uses === uses)?.output ?? null;

describe("a drill of one volume", () => {
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("mounts the newest whole point at /epic/drill, never at /epic/prd, checks, measures, and leaves nothing; the mirror goes on", async () => {
    const transfers = async () =>
      (await world.clients.get("cvo-eastus2")!.relationships.list({ destinationVolume: "epic_prd_dr" }))[0]?.transfer
        ?.endTime;
    const earlier = await transfers();
    world.clock.advance(16 * 60_000);
    const before = world.snapshot();
    const view = await say("run a dr drill for prod");
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    const attached = outputOf(view, "attachClone") as { mount: string; content: string };
    expect(attached).toMatchObject({
      mount: "/epic/drill",
      content: world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr", "nightly.2026-11-22_0200"),
    });
    expect(world.snapshot()).toEqual(before);
    expect(await transfers()).not.toBe(earlier);
    const told = closingOf(view);
    expect(told).toMatch(
      /^Drill of prod: nightly\.2026-11-22_0200 was mounted at \/epic\/drill on epic-dr-01 .* after the start, when its data was 12 h/,
    );
    expect(told).toContain("All 2 checks passed");
    expect(told).toContain("Storage only");
    expect(told).toContain("nothing of the drill is left");
  });

  test("a failed check is a finding, not a failed run; its words are told", async () => {
    const { config } = world;
    const sets = config.sets.map((set) => ({
      ...set,
      drill: {
        checks: [
          { name: "the journal is whole", command: "echo 3 blocks are bad; exit 4", limitSeconds: 5, isolation: false },
          { name: "too slow", command: "sleep 100", limitSeconds: 1, isolation: false },
          { name: "no way to production", command: "true", limitSeconds: 5, isolation: true },
        ],
      },
    }));
    engine = world.engine({ inventory: { ...config, sets } });
    const view = await say("run a dr drill for prod");
    expect(view.outcome).toBe("succeeded");
    const told = closingOf(view);
    expect(told).toContain("2 of 3 checks FAILED.");
    expect(told).toContain('"the journal is whole" ended with 4: 3 blocks are bad.');
    expect(told).toContain('"too slow" took longer than it may.');
    expect(told).toContain("The host could not reach production.");
    expect(view.planned?.facts.some(({ label }) => label === "Isolation")).toBe(false);
  });

  test.each(["with the array", "without it"])(
    "a failover %s goes before a drill under way, which cleans up after itself",
    async (kind) => {
      const drill = await engine.ask("dr-drill", { set: "prod" });
      // the drill's worker stops when it has mounted; the lease it held is given up
      const append = engine.store.append.bind(engine.store);
      let mounted = false;
      engine.store.append = async (...args) => {
        if (mounted) throw new Error("this worker is gone");
        await append(...args);
        mounted = args[2].some(({ event }) => event.type === "ended" && event.step.endsWith("attachClone"));
      };
      await expect(engine.drive(drill)).rejects.toThrow("this worker is gone");
      engine.store.append = append;
      expect(mountsOn("epic-dr-01")).toHaveProperty("/epic/drill");
      const over = await engine.ask("failover", { set: "prod", ...(kind === "without it" ? { unplanned: true } : {}) });
      const held = await engine.drive(over);
      expect(held.held?.why).toBe("lock");
      expect(held.planned?.facts.map(({ label }) => label)).toContain("Drill");
      const hash = held.planned?.hash;
      const drilled = await engine.drive(drill);
      expect(drilled.outcome).toBe("undone");
      expect(drilled.cancel?.by).toBe("sluice");
      const done = await engine.drive(over);
      expect(done.problem).toBeUndefined();
      expect(done.outcome).toBe("succeeded");
      expect(done.planned?.hash).toBe(hash);
      expect(Object.keys(mountsOn("epic-dr-01"))).toEqual(["/epic/prd"]);
      const volumes = await world.clients.get("cvo-eastus2")!.volumes.list({ svm: "svm_epic_dr" });
      expect(volumes.map(({ name }) => name).sort()).toEqual(["clarity_prd_dr", "epic_prd_dr"]);
    },
  );

  test("is refused while another is under way, after a failover, and where there is no host for it", async () => {
    expect(plainText((await say("dr drill clarity")).problem!)).toMatch(/^No host is set up to take clarity over/);
    const first = await engine.ask("dr-drill", { set: "prod" });
    const append = engine.store.append.bind(engine.store);
    engine.store.append = async (...args) => {
      if (args[2].some(({ event }) => event.type === "began" && event.step.endsWith("ensureIgroup")))
        throw new Error("this worker is gone");
      return append(...args);
    };
    await expect(engine.drive(first)).rejects.toThrow("this worker is gone");
    engine.store.append = append;
    const second = await say("run a dr drill for prod");
    expect(plainText(second.problem!)).toContain(`run ${first} holds epic_prd_drill`);
    await engine.drive(first);
    expect((await say("fail over prod")).outcome).toBe("succeeded");
    expect(plainText((await say("run a dr drill for prod")).problem!)).toMatch(/broken off \(failed over\)/);
  });
});

test("twelve volumes in three groups are mounted under the drill's mount point and taken away again", async () => {
  world = await startTestWorld({}, hospital);
  try {
    engine = world.engine();
    const before = world.snapshot();
    const view = await say("run a dr drill for prod");
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    expect(closingOf(view)).toContain("mounted at /epic/drill/db, /epic/drill/jrn and /epic/drill/app");
    expect(closingOf(view)).toContain("All 2 checks passed");
    expect(world.snapshot()).toEqual(before);
  } finally {
    await world.close();
  }
});
