import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import { plainText } from "../../src/core/said.js";
import { withProfile } from "../../sim/ontap/index.js";
import { epic } from "../../sim/worlds/epic.js";
import { asAdmin, cvo, mirrorNow, startSlowUpdate } from "../support/mirrors.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const say = async (world: TestWorld, sentence: string): Promise<RunView> => {
  const engine = world.engine();
  const { runbook, request } = readSentence(world, sentence);
  return engine.drive(await engine.ask(runbook, request));
};
const shown = (view: RunView): string =>
  (view.planned?.facts ?? []).map(({ label, text }) => `${label}: ${plainText(text)}`).join("\n");
const transfersOf = async (world: TestWorld) => {
  const mirror = await mirrorNow(world);
  return asAdmin(world, cvo, (client) => client.transfers.list(mirror?.uuid ?? ""));
};

describe("throttle-mirror while a transfer runs", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld({ transferBytesPerSecond: 2 ** 20 });
  });
  beforeEach(async () => {
    world.reset();
    await startSlowUpdate(world);
  });
  afterAll(() => world.close());

  test("it keeps the limit it began with; the plan says so and offers the other way", async () => {
    const before = await mirrorNow(world);
    const view = await say(world, "throttle prod mirror to 256 KB/s");
    expect(view.outcome).toBe("succeeded");
    expect(shown(view)).toMatch(/a transfer runs .*keeps the limit it began with; the new one holds from the next/);
    const offered = view.planned?.facts.flatMap((fact) => fact.choices ?? []) ?? [];
    expect(offered.map((each) => readSentence(world, each.say).request)).toEqual([
      { set: "prod", kbPerSecond: 256, now: true },
    ]);
    const after = await mirrorNow(world);
    expect(after).toMatchObject({ throttleKilobytesPerSecond: 256, transfer: { uuid: before?.transfer?.uuid } });
    expect((await transfersOf(world)).find((each) => each.state === "transferring")).toMatchObject({
      throttleKilobytesPerSecond: 0,
    });
  });

  test("now: it is aborted with its checkpoint, and goes on from there with the limit", async () => {
    const before = await mirrorNow(world);
    const view = await say(world, "throttle prod mirror to 256 KB/s now");
    expect(view.outcome).toBe("succeeded");
    world.clock.advance(2_000);
    const after = await mirrorNow(world);
    expect(after?.transfer).toMatchObject({ state: "transferring", type: "update" });
    expect(after?.transfer?.uuid).not.toBe(before?.transfer?.uuid);
    const all = await transfersOf(world);
    const old = all.find((each) => each.uuid === before?.transfer?.uuid);
    expect(old?.state).toBe("aborted");
    expect(old?.checkpointBytes).toBeGreaterThan(0);
    expect(after?.transfer?.bytes).toBeGreaterThanOrEqual(old?.checkpointBytes ?? Infinity);
    expect(all.find((each) => each.state === "transferring")?.throttleKilobytesPerSecond).toBe(256);
    expect(world.fabric.calls(cvo).filter((call) => JSON.stringify(call.body ?? "").includes("hard_aborted"))).toEqual(
      [],
    );
  });

  test("the transfer has ended before the yes: nothing is stopped", async () => {
    const engine = world.engine();
    world.clock.advance(12 * 3_600_000);
    const { runbook, request } = readSentence(world, "throttle prod to 1 MB/s now");
    const view = await engine.drive(await engine.ask(runbook, request));
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.find((step) => step.planned.uses === "restartTransfer")?.how).toBe("already");
  });
});

describe("throttle-mirror", () => {
  let world: TestWorld;
  afterEach(() => world.close());

  test("unthrottle takes it off; what another run set comes back when the second member cannot be limited", async () => {
    world = await startTestWorld();
    expect((await say(world, "throttle prod mirror to 50 MB/s")).outcome).toBe("succeeded");
    expect(await mirrorNow(world)).toMatchObject({ throttleKilobytesPerSecond: 51_200 });
    const view = await say(world, "unthrottle prod");
    expect(view.outcome).toBe("succeeded");
    expect(shown(view)).toContain("epic_prd_dr now: 50 MiB/s");
    expect(await mirrorNow(world)).toMatchObject({ throttleKilobytesPerSecond: 0 });
    const again = await say(world, "unthrottle prod");
    expect(again.steps.map((step) => step.how)).toEqual(["already"]);
  });

  test("before 9.11 only the policy has a limit: the plan names every mirror it touches, and it is set there", async () => {
    world = await startTestWorld({}, withProfile(epic, { cluster: cvo, release: "9.10.1" }));
    const view = await say(world, "throttle prod mirror to 50 MB/s");
    expect(view.outcome).toBe("succeeded");
    expect(view.planned?.plan.warnings.join("\n")).toMatch(
      /9\.11 or later has.*policy epic_mirror.*every mirror that follows it: svm_epic_dr:clarity_prd_dr and svm_epic_dr:epic_prd_dr/,
    );
    const policies = await asAdmin(world, cvo, (client) => client.policies.list({ name: "epic_mirror" }));
    expect(policies.map((each) => each.throttleKilobytesPerSecond)).toEqual([51_200]);
  });

  test.each([
    ["throttle prodd to 5 MB/s", /set called "prodd"/],
    ["throttle prod to 9000000 MB/s", /kbPerSecond/],
  ])("%s is refused in a sentence", async (_sentence, why) => {
    world = await startTestWorld();
    const engine = world.engine();
    const set = /prodd/.test(_sentence) ? "prodd" : "prod";
    const kbPerSecond = set === "prod" ? 9_000_000 * 1024 : 5120;
    const view = await engine.drive(await engine.ask("throttle-mirror", { set, kbPerSecond }));
    expect(view.outcome).toBe("refused");
    expect(plainText(view.problem ?? "")).toMatch(why);
    expect(plainText(view.problem ?? "")).toMatch(/Nothing was changed\.$/);
  });
});
