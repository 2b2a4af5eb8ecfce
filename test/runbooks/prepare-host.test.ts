import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import type { Json } from "../../src/core/json.js";
import { plainText } from "../../src/core/said.js";
import { epic } from "../../sim/worlds/epic.js";
import { hospital } from "../../sim/worlds/hospital.js";
import type { World } from "../../sim/worlds/index.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const tst = "epic-tst-01";
let world: TestWorld;
let engine: TestEngine;
const ask = async (request: Json, runbook = "prepare-host"): Promise<RunView> =>
  engine.drive(await engine.ask(runbook, request));
const says = (view: RunView): string => plainText(view.problem ?? "");
async function refusal(request: Json): Promise<RunView> {
  const before = world.snapshot();
  const view = await ask(request);
  expect({ outcome: view.outcome, steps: view.steps.length, says: says(view) }).toMatchObject({
    outcome: "refused",
    steps: 0,
    says: expect.stringMatching(/Nothing was changed\.$/),
  });
  expect(world.snapshot()).toEqual(before);
  return view;
}
const worldOf = (of: World): void => {
  beforeAll(async () => {
    world = await startTestWorld({}, of);
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());
};
const sessions = (host: string) =>
  world.hosts
    .state()
    .hosts[host]?.sessions.map((each) => each.portal)
    .sort();

describe("a host is prepared", () => {
  worldOf(epic);
  test("as the plan says; then it is ready, a clone goes onto it, and asking again changes nothing", async () => {
    const view = await ask({ host: tst });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    expect(view.steps.map(({ planned }) => planned.uses)).toEqual(["ensureIgroup", "prepareHost"]);
    expect(view.steps[1]?.planned.says).toMatch(/sign in at 10\.8\.1\.21 and 10\.8\.1\.22/);
    expect(sessions(tst)).toEqual(["10.8.1.21:3260", "10.8.1.22:3260"]);
    expect(says(await refusal({ host: tst }))).toMatch(/epic-tst-01 is ready/);
    expect((await ask({ set: "prod", purpose: "testing" }, "clone")).outcome).toBe("succeeded");
  });

  test("a portal that has no session any more is all that is done again", async () => {
    await ask({ host: tst });
    await world.hosts.run(tst, "iscsiadm -m node -p 10.8.1.22:3260 --logout");
    const view = await ask({ host: tst });
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.map(({ planned }) => planned.says)).toEqual(["On epic-tst-01: sign in at 10.8.1.22"]);
  });

  test.each<[string, Json, RegExp]>([
    ["an unknown host", { host: "epic-tst-99" }, /no host called "epic-tst-99"/],
    ["a production host", { host: "epic-prd-01" }, /epic-prd-01 is a production host/],
  ])("is refused for %s", async (_name, request, why) => {
    expect(says(await refusal(request))).toMatch(why);
  });

  test("one that cannot be asked is named, and does not hold it up", async () => {
    world.hosts.fault("epic-dr-01", { kind: "unreachable" });
    const view = await ask({ host: tst });
    expect(view.outcome).toBe("succeeded");
    expect(view.planned?.facts.map(({ text }) => plainText(text)).join("\n")).toMatch(/epic-dr-01 could not be asked/);
  });

  test("is refused where multipath serves other storage", async () => {
    world.hosts.fault(tst, {
      kind: "command",
      command: "multipath",
      args: "-ll",
      exitCode: 0,
      stdout: "3600508b400105e210000900000490000 dm-5 HP,HSV210\n",
    });
    expect(says(await refusal({ host: tst }))).toMatch(/other storage on epic-tst-01 too .*HP,HSV210/);
  });

  test("is refused where somebody's file stands in the place of ours", async () => {
    await world.hosts.run(tst, "mkdir -p /etc/multipath/conf.d; echo mine > /etc/multipath/conf.d/sluice.conf");
    expect(says(await refusal({ host: tst }))).toMatch(/not one Sluice wrote/);
  });
});

describe("where two machines were made from one image", () => {
  const iqnOf = (host: string): string => epic.hosts.find((each) => each.name === host)!.iqn;
  worldOf({
    ...epic,
    hosts: epic.hosts.map((each) => (each.name === "epic-bkp-01" ? { ...each, iqn: iqnOf(tst) } : each)),
  });
  test("neither is prepared before they have names of their own", async () => {
    expect(says(await refusal({ host: tst }))).toMatch(/epic-bkp-01 signs in as .*epic-tst-01 too/);
    expect(says(await refusal({ host: "epic-bkp-01" }))).toMatch(
      /epic-tst-01 signs in as|epic-bkp-01 signs in as .*and the configuration says/,
    );
  });
});

describe("where mirrors live in two SVMs", () => {
  worldOf(hospital);
  test("it gets an igroup in each, and signs in at all their portals", async () => {
    const view = await ask({ host: tst });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    expect(view.steps.map(({ planned }) => planned.uses)).toEqual(["ensureIgroup", "ensureIgroup", "prepareHost"]);
    expect(sessions(tst)).toHaveLength(4);
  });
});
