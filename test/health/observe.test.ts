import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { healthAnswer, judgeHealth, observeHealth, type HealthTools } from "../../src/health/index.js";
import { secretLife } from "../../src/questions/index.js";
import { underLease } from "../../src/jobs/guard.js";
import { expectGolden, shownText } from "../support/answers.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const HOUR = 3_600_000;
const zone = "America/New_York";
let world: TestWorld;
let engine: TestEngine;
beforeAll(async () => {
  world = await startTestWorld();
});
beforeEach(() => {
  world.clock.advance(Date.parse("2026-11-22T14:07:00Z") - world.clock.now());
  world.reset();
  engine = world.engine();
});
afterAll(() => world.close());

const tools = (): HealthTools => ({
  inventory: world.config,
  ontap: (cluster) => world.clients.get(cluster)!.reader,
  recall: (name) => engine.store.note(name),
  secretLife: (keyVault) => secretLife(() => world.azure, keyVault),
});
const cvo = () => world.clients.get("cvo-eastus2")!;
const kinds = async (): Promise<string[]> =>
  judgeHealth(await observeHealth(tools()), world.clock.now(), zone).map(
    ({ kind, set, severity }) => `${severity} ${kind} ${set ?? ""}`,
  );
async function golden(name: string): Promise<void> {
  const view = await observeHealth(tools());
  const now = world.clock.now();
  expectGolden(name, healthAnswer(judgeHealth(view, now, zone), view, { timeZone: zone, now }));
}
/** Somebody at the array's own command line. */
async function byHand(work: () => Promise<unknown>): Promise<void> {
  const lease = (await engine.store.takeLease("by-hand" as never, 60_000))!;
  await underLease(engine.store, lease, 60_000, async () => void (await work()));
  await engine.store.dropLease(lease);
}
const mirror = async (volume = "epic_prd_dr") => (await cvo().relationships.list({ destinationVolume: volume }))[0]!;

describe("the health of the simulated arrays", () => {
  test("all well is one line, before what could be restored of every set", async () => {
    expect(await kinds()).toEqual([]);
    await golden("health-all-well");
  });

  test("few calls: one list of mirrors, of policies and of SVM peers, one of volumes a side, one of snapshots a volume, and the key vault with its health", async () => {
    world.fabric.reset();
    await observeHealth(tools());
    const calls = ["ali-ontap-01", "cvo-eastus2"].flatMap((cluster) => world.fabric.calls(cluster));
    expect(calls.every(({ method }) => method === "GET")).toBe(true);
    expect(calls.filter(({ path }) => !path.includes("/api/cluster"))).toHaveLength(1 + 1 + 1 + 2 + 4 + 2);
  });

  test("a week later, with nights and updates going on, all is well again", async () => {
    world.clock.advance(7 * 24 * HOUR);
    expect(await kinds()).toEqual([]);
  });

  test("paused by Sluice: who, when and why; past the target it is bad", async () => {
    await engine.drive(await engine.ask("pause-mirror", { set: "prod", reason: "array upgrade" }, "U0STORAGE"));
    expect(await kinds()).toEqual(["warning paused prod"]);
    world.clock.advance(3 * HOUR);
    expect(await kinds()).toEqual(["bad paused prod"]);
    await golden("health-paused");
  });

  test("paused by somebody else after our own pause was over: nobody is blamed wrongly", async () => {
    await engine.drive(await engine.ask("pause-mirror", { set: "prod", reason: "array upgrade" }, "U0STORAGE"));
    await byHand(async () => cvo().relationships.setState((await mirror()).uuid, "snapmirrored"));
    world.clock.advance(2 * HOUR);
    await byHand(async () => cvo().relationships.setState((await mirror()).uuid, "paused"));
    const [finding] = judgeHealth(await observeHealth(tools()), world.clock.now(), zone);
    expect(shownText(finding?.says ?? "")).toContain("may be somebody else's");
  });

  test("the way to the source is down: unhealthy, with the array's reason, and late nights with it", async () => {
    world.fabric.fault("cvo-eastus2", { condition: "peerDown" });
    world.clock.advance(16 * HOUR);
    expect(await kinds()).toEqual([
      "bad peerDown ",
      "bad unhealthy prod",
      "bad unhealthy clarity",
      "bad nightMissing clarity",
      "bad nightMissing prod",
    ]);
    await golden("health-peer-down");
  });

  test("broken off", async () => {
    await byHand(async () => cvo().relationships.setState((await mirror()).uuid, "broken_off"));
    world.clock.advance(2 * HOUR);
    expect(await kinds()).toEqual(["bad brokenOff prod"]);
  });

  test("CVO does not answer: said as such, nothing is called well, and the array is still judged", async () => {
    world.fabric.fault("cvo-eastus2", { condition: "unreachable" });
    expect(await kinds()).toEqual(["bad unreachable "]);
    await golden("health-unreachable");
  });

  test("the array does not answer: the mirrors are judged, its nights are not called missing", async () => {
    world.fabric.fault("ali-ontap-01", { condition: "loginRefused" });
    expect(await kinds()).toEqual(["bad unreachable "]);
    await golden("health-array-login-refused");
  });

  test("snapshots of one volume cannot be read: that set is not called well, the other is judged", async () => {
    const clarity = (await cvo().volumes.findByName("svm_epic_dr", "clarity_prd_dr"))!;
    world.fabric.fault("cvo-eastus2", {
      path: `${clarity.uuid}/snapshots`,
      times: 99,
      does: { kind: "error", code: 2, message: "An internal error occurred", status: 500 },
    });
    const view = await observeHealth(tools());
    const now = world.clock.now();
    expect(judgeHealth(view, now).map(({ kind }) => kind)).toEqual(["unreachable"]);
    const answer = healthAnswer(judgeHealth(view, now), view, { timeZone: zone, now });
    const table = answer.parts.find((part) => part.kind === "table");
    expect(table?.rows.map((row) => [row[0], row.at(-1)])).toEqual([
      ["prod", "well"],
      ["clarity", "not seen"],
    ]);
  });

  test("no scheduled night runs for three days", async () => {
    const still = await startTestWorld({ nightlies: false });
    try {
      still.clock.advance(3 * 24 * HOUR);
      const view = await observeHealth({
        ...tools(),
        inventory: still.config,
        ontap: (cluster) => still.clients.get(cluster)!.reader,
      });
      const says = judgeHealth(view, still.clock.now()).map((each) => each.says);
      expect(says).toEqual([
        "clarity: the nights of Mon 23 Nov, Tue 24 Nov and Wed 25 Nov are missing on ali-ontap-01 and cvo-eastus2.",
        "prod: the nights of Mon 23 Nov, Tue 24 Nov and Wed 25 Nov are missing on ali-ontap-01 and cvo-eastus2.",
      ]);
    } finally {
      await still.close();
    }
  });
});
