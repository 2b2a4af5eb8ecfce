import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { turn } from "../../src/jobs/turn.js";
import { Watcher } from "../../src/jobs/watch.js";
import type { RunId } from "../../src/core/ids.js";
import type { Json } from "../../src/core/json.js";
import { problemOf, refused, say, shown } from "../support/asking.js";
import type { TestEngine } from "../support/engine.js";
import { ali, asAdmin, cvo, mirrorNow, settled, takeAllApart } from "../support/mirrors.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const dr = "svm_epic_dr";
/** Without what scheduled updates of the other set bring meanwhile. */
const snap = (world: TestWorld): unknown =>
  JSON.parse(JSON.stringify(world.snapshot()), (key, value: unknown) => (key === "dirty" ? undefined : value));

describe("protect", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());
  const ask = async (request: Json, engine: TestEngine = world.engine()) =>
    engine.drive(await engine.ask("protect", request));
  const no = async (request: Json, why: RegExp): Promise<readonly string[]> => {
    const before = snap(world);
    const view = await ask(request);
    expect({ outcome: view.outcome, problem: problemOf(view) }).toEqual({
      outcome: "refused",
      problem: expect.stringMatching(why),
    });
    expect(problemOf(view)).toMatch(/Nothing was changed\.$/);
    expect(snap(world)).toEqual(before);
    return view.choices.map((each) => each.say);
  };

  test("a mirror that its source knows of before its own cluster shows it is waited for", async () => {
    await say(world, "unprotect clarity with its volumes");
    world.fabric.knobs({ visibilityMs: [3_000, 3_000] });
    try {
      const view = await say(world, "protect clarity");
      expect([view.outcome, view.problem]).toEqual(["succeeded", undefined]);
    } finally {
      world.fabric.knobs({ visibilityMs: [0, 0] });
    }
  });

  test("after it was taken apart a set is protected again: encrypted copy, named policy, local alias, filled", async () => {
    await say(world, "unprotect clarity with its volumes");
    const view = await say(world, "protect clarity");
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    expect(await mirrorNow(world, "clarity_prd_dr")).toMatchObject({
      state: "snapmirrored",
      healthy: true,
      source: { path: "svm_epic:clarity_prd" },
      policy: { name: "epic_mirror" },
      schedule: "epic_15min",
      lastTransferType: "initialize",
    });
    const [copy, source] = await Promise.all(
      [
        [cvo, "clarity_prd_dr"],
        [ali, "clarity_prd"],
      ].map(([cluster, name]) =>
        asAdmin(world, cluster ?? "", async (client) => (await client.volumes.list({ name: name ?? "" }))[0]),
      ),
    );
    expect(copy).toMatchObject({
      type: "dp",
      encrypted: true,
      sizeBytes: source?.sizeBytes,
      language: source?.language,
    });
    expect(world.fabric.contentOf(cvo, dr, "clarity_prd_dr")).toBe(
      world.fabric.contentOf(ali, "svm_epic", "clarity_prd"),
    );
  });

  test("where nothing is set up the schedule and, on both clusters, the policy are made", async () => {
    await takeAllApart(world);
    const view = await say(world, "protect prod");
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.map((step) => step.planned.uses)).toEqual([
      "createSchedule",
      "createPolicy",
      "createPolicy",
      "createMirrorVolume",
      "createRelationship",
      "fillMirrors",
    ]);
    for (const cluster of [ali, cvo]) {
      const [policy] = await asAdmin(world, cluster, (client) => client.policies.list({ name: "epic_mirror" }));
      expect(policy).toMatchObject({
        createsSnapshotOnSource: true,
        retention: [
          { label: "daily", count: 30 },
          { label: "sluice-safety", count: 5 },
        ],
      });
    }
    // The second set finds what the first has made.
    expect((await say(world, "protect clarity")).steps.map((step) => step.planned.uses)).toEqual([
      "createMirrorVolume",
      "createRelationship",
      "fillMirrors",
    ]);
  });

  test("a schedule our login may not make is handed to a person, with the exact text, and the run goes on by itself", async () => {
    await takeAllApart(world);
    const inventory = {
      ...world.config,
      clusters: world.config.clusters.map((each) => ({ ...each, handOff: [...each.handOff, "schedules" as const] })),
    };
    const engine = world.engine({ inventory });
    const held = await say(world, "protect prod", engine);
    const step = held.steps.find((each) => each.phase === "held");
    expect(step?.planned.uses).toBe("createSchedule");
    expect(JSON.stringify(step?.held?.detail)).toContain(
      "job schedule cron create -name epic_15min -minute 0,15,30,45",
    );
    await asAdmin(world, cvo, (client) =>
      client.schedules.create({ name: "epic_15min", cron: { minutes: [0, 15, 30, 45] } }),
    );
    await engine.append(held.id, { type: "triedAgain", step: step?.planned.id ?? "" });
    expect((await engine.drive(held.id)).outcome).toBe("succeeded");
  });

  describe("refuses, and offers what must come first", () => {
    test("protected already", async () => {
      expect(await refused(world, "protect prod", /prod is protected already: epic_prd_dr is the mirror of/)).toEqual([
        "update the prod mirror",
      ]);
    });
    test("SVMs that are not peered; clusters that do not know each other", async () => {
      await takeAllApart(world);
      await asAdmin(world, cvo, async (client) => {
        for (const { uuid } of await client.svmPeers.list({}))
          await settled(client)(await client.svmPeers.delete(uuid));
      });
      expect(
        await refused(world, "protect prod", /svm_epic on ali-ontap-01 and svm_epic_dr on cvo-eastus2 are not peered/),
      ).toEqual(["peer svm_epic with svm_epic_dr"]);
      for (const cluster of [cvo, ali])
        await asAdmin(world, cluster, async (client) => {
          for (const { uuid } of await client.clusterPeers.list({})) await client.clusterPeers.delete(uuid);
        });
      expect(await refused(world, "protect prod", /do not know each other yet/)).toEqual(["connect the clusters"]);
    });
    test("a policy of that name that says something else (6621060)", async () => {
      await say(world, "unprotect clarity with its volumes");
      await asAdmin(world, cvo, async (client) => {
        const [policy] = await client.policies.list({ name: "epic_mirror" });
        await settled(client)(
          await client.policies.patch(policy?.uuid ?? "", { retention: [{ label: "daily", count: 7 }] }),
        );
      });
      await refused(
        world,
        "protect clarity",
        /epic_mirror is on cvo-eastus2 already \(6621060\).*it keeps 7 of "daily"/,
      );
    });
    test("a volume of that name, left of an earlier mirror", async () => {
      await say(world, "unprotect clarity");
      await refused(world, "protect clarity", /a volume of the name clarity_prd_dr \(dp, .* used\) already/);
    });
    test("an aggregate without room, or that is not there", async () => {
      await say(world, "unprotect clarity with its volumes");
      const roomy = await asAdmin(world, cvo, (client) => client.aggregates.list({}));
      expect(roomy.length).toBeGreaterThan(0);
      await no({ set: "clarity", aggregate: "aggr9" }, /There is no aggregate aggr9. There are aggr/);
    });
    test("a policy or schedule nobody made, a window without a limit, a zone that is none", async () => {
      await say(world, "unprotect clarity with its volumes");
      const offPeak = { from: "22:00", to: "06:00", timeZone: "America/New_York" };
      await no({ set: "clarity", offPeak }, /makes sense only with a limit/);
      await no(
        { set: "clarity", kbPerSecond: 51_200, offPeak: { ...offPeak, timeZone: "Mars" } },
        /Mars is no time zone/,
      );
      await no({ set: "clarity", kbPerSecond: 51_200, offPeak: { ...offPeak, to: "22:00" } }, /has no length/);
      await no({ set: "clarity", policy: "nobody" }, /no SnapMirror policy nobody on cvo-eastus2/);
      await no({ set: "clarity", schedule: "nobody" }, /no schedule nobody on cvo-eastus2/);
      await no({ set: "clarity", schedule: "a b; reboot" }, /schedule: should be a name/);
    });
  });
});

describe("a first transfer that takes days", () => {
  let world: TestWorld;
  let engine: TestEngine;
  let run: RunId;
  beforeEach(async () => {
    // 4.8 TiB at 20 MiB/s: two days and twenty hours.
    world = await startTestWorld({ transferBytesPerSecond: 20 * 2 ** 20 });
    engine = world.engine();
    await say(world, "unprotect clarity with its volumes");
  });
  afterEach(() => world.close());

  const start = async (request: Json): Promise<void> => {
    run = await engine.ask("protect", request);
    await engine.turn(run);
    world.clock.advance(2_000);
    await look();
  };
  /** A watcher looks, and what it wakes has its turn: as often as there is something to do. */
  const watcher = new Map<TestEngine, Watcher>();
  const look = async (): Promise<void> => {
    const eyes = watcher.get(engine) ?? new Watcher(engine.engine);
    watcher.set(engine, eyes);
    for (let i = 0; i < 12; i += 1) {
      const view = await engine.view(run);
      const waiting = view.steps.find((step) => step.phase === "waiting");
      if (!waiting?.watch) return;
      if (!(await engine.store.watches()).has(run))
        await engine.store.keepWatch(run, { step: waiting.planned.id, watch: waiting.watch, since: world.clock.now() });
      const before = engine.woken.length;
      world.clock.advance(6_000);
      await eyes.tick();
      if (engine.woken.length > before) await engine.turn(run);
    }
  };
  const transfers = async () => {
    const mirror = await mirrorNow(world, "clarity_prd_dr");
    return asAdmin(world, cvo, (client) => client.transfers.list(mirror?.uuid ?? ""));
  };
  const active = async () => (await transfers()).find((each) => each.state === "transferring");

  test("is watched without a worker, with bytes, rate and time left on the card, and goes on in another process", async () => {
    await start({ set: "clarity" });
    world.clock.advance(3_600_000);
    await look();
    const view = await engine.view(run);
    expect(view.status).toBe("waiting");
    expect(view.steps.at(-1)?.watch).toMatchObject({ kind: "baseline", mirrors: [{ runsWith: 0 }] });
    const progress = await engine.store.progress(run);
    expect(progress?.text).toMatch(
      /^\d+(\.\d+)? GiB of about \d\.\d+ TiB, 20\.0 MiB\/s, about 2 days \d+ h left at this rate$/,
    );
    const length = (await engine.store.read(run)).length;
    for (let hour = 0; hour < 5; hour += 1) {
      world.clock.advance(3_600_000);
      await look();
    }
    expect((await engine.store.read(run)).length).toBe(length);
    // Another process: the same store, nothing in memory.
    const other = world.engine();
    Object.assign(other, { store: engine.store });
    Object.assign(other.engine, { store: engine.store });
    engine = other;
    world.clock.advance(4 * 86_400_000);
    await look();
    expect((await engine.view(run)).outcome).toBe("succeeded");
  });

  test("off peak it has no limit: at each edge it is stopped with its checkpoint and begun again, and at no other time", async () => {
    // 14:00 UTC is 09:00 in New York.
    const offPeak = { from: "22:00", to: "06:00", timeZone: "America/New_York" };
    await start({ set: "clarity", kbPerSecond: 1024, offPeak });
    const day = await active();
    expect(day?.throttleKilobytesPerSecond).toBe(1024);
    world.clock.advance(6 * 3_600_000);
    await look();
    expect((await active())?.uuid).toBe(day?.uuid);
    world.clock.advance(8 * 3_600_000);
    await look();
    const night = await active();
    expect(night?.throttleKilobytesPerSecond).toBe(0);
    const stopped = (await transfers()).find((each) => each.uuid === day?.uuid);
    expect(stopped?.state).toBe("aborted");
    expect(night?.bytes).toBeGreaterThanOrEqual(stopped?.checkpointBytes ?? Infinity);
    expect((await engine.view(run)).steps.at(-1)).toMatchObject({ phase: "waiting", attempt: 1 });
    world.clock.advance(8 * 3_600_000);
    await look();
    expect((await active())?.throttleKilobytesPerSecond).toBe(1024);
    const aborts = world.fabric
      .calls(cvo)
      .filter((each) => each.method === "PATCH" && each.path.includes("/transfers/"));
    expect(aborts.map((each) => each.body)).toEqual([{ state: "aborted" }, { state: "aborted" }]);
  });

  test("a limit somebody sets meanwhile is taken up by the run itself, from the checkpoint", async () => {
    await start({ set: "clarity" });
    const before = await active();
    expect((await say(world, "throttle clarity to 2 MB/s")).outcome).toBe("succeeded");
    await look();
    const after = await active();
    expect(after?.throttleKilobytesPerSecond).toBe(2048);
    expect(after?.uuid).not.toBe(before?.uuid);
  });

  test("one that fails goes on from its checkpoint, three times; then a person is asked, and nothing is thrown away", async () => {
    await start({ set: "clarity" });
    const spoil = async (): Promise<void> => {
      world.clock.advance(3_600_000);
      const mirror = await mirrorNow(world, "clarity_prd_dr");
      await asAdmin(world, cvo, (client) => client.transfers.abort(mirror?.uuid ?? "", mirror?.transfer?.uuid ?? ""));
      await look();
    };
    await spoil();
    const second = await engine.view(run);
    expect(second.steps.at(-1)).toMatchObject({ phase: "waiting", attempt: 2 });
    expect((await active())?.bytes).toBeGreaterThan(60 * 2 ** 30);
    await spoil();
    await spoil();
    const doubted = await engine.view(run);
    expect(doubted.status).toBe("doubted");
    expect(JSON.stringify((await engine.store.read(run)).at(-1)?.event)).toMatch(/What has come over is kept/);
    expect(await mirrorNow(world, "clarity_prd_dr")).toMatchObject({ state: "uninitialized" });
    const step = doubted.steps.at(-1)?.planned.id ?? "";
    await engine.append(run, { type: "answered", step, answer: "didNot", reason: "the line was down" });
    await turn(engine.engine, run);
    world.clock.advance(2_000);
    expect((await active())?.bytes).toBeGreaterThan(120 * 2 ** 30);
  });

  test("cancelled meanwhile it is taken back at once: transfer, mirror and volume", async () => {
    const before = snap(world);
    await start({ set: "clarity" });
    world.clock.advance(3_600_000);
    await engine.append(run, { type: "cancelAsked" }, "U0REQUESTER");
    await engine.turn(run);
    expect((await engine.view(run)).outcome).toBe("undone");
    expect(snap(world)).toEqual(before);
  });

  test("the plan says how long it may take", async () => {
    engine = world.engine({
      demand: () => ({ places: [{ group: "S", label: "s", count: 1, forSteps: [], why: "" }], nobody: false }),
    });
    const offPeak = { from: "22:00", to: "06:00", timeZone: "America/New_York" };
    const view = await engine.drive(await engine.ask("protect", { set: "clarity", kbPerSecond: 51_200, offPeak }));
    expect(shown(view)).toMatch(
      /First transfer: 4\.8 TiB, at 50 MiB\/s about 27 h .*; without a limit from 22:00 to 06:00 \(America\/New_York\), 50 MiB\/s else\. Until it is through/,
    );
  });
});
