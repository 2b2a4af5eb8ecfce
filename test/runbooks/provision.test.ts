import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import type { Json } from "../../src/core/json.js";
import { plainText } from "../../src/core/said.js";
import { hospital } from "../../sim/worlds/hospital.js";
import type { World } from "../../sim/worlds/index.js";
import type { TestEngine } from "../support/engine.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const cvo = "cvo-eastus2";
const ali = "ali-ontap-01";
const tst = "epic-tst-01";
const GiB = 2 ** 30;
const asked = { host: tst, count: 4, sizeBytes: 10 * GiB, mount: "/epic/app" };
let world: TestWorld;
let engine: TestEngine;
const ask = async (request: Json): Promise<RunView> => engine.drive(await engine.ask("provision", request));
const says = (view: RunView): string => plainText(view.problem ?? "");
const worldOf = (of?: World): void => {
  beforeAll(async () => {
    world = await startTestWorld({}, of);
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());
};
async function refusal(request: Json): Promise<RunView> {
  const before = world.snapshot();
  const view = await ask(request);
  expect({ outcome: view.outcome, steps: view.steps.length, says: says(view) }).toMatchObject({
    outcome: "refused",
    steps: 0,
    says: expect.stringMatching(/Nothing was changed\.$/),
  });
  expect(world.snapshot()).toEqual(before);
  // whatever a button says is read as a request
  for (const { say } of view.choices) expect(readSentence(world, say).runbook).toMatch(/^(provision|prepare-host)$/);
  return view;
}
const succeeded = (view: RunView): void =>
  expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
const mounts = (host: string) => world.hosts.state().hosts[host]?.mounts.map((each) => each.mountPoint);

describe("new storage", () => {
  worldOf();
  test("is four LUNs in four volumes over both aggregates, one consistency group, one file system", async () => {
    succeeded(await ask(asked));
    const array = world.clients.get(cvo)!;
    const made = (await array.volumes.list({ svm: "svm_epic_dr" })).filter((each) => each.name.startsWith("epic_app_"));
    expect(made.map((each) => [each.name, each.aggregate?.name, each.snapshotPolicy]).sort()).toEqual([
      ["epic_app_01", "aggr1", "none"],
      ["epic_app_02", "aggr2", "none"],
      ["epic_app_03", "aggr1", "none"],
      ["epic_app_04", "aggr2", "none"],
    ]);
    const luns = (await array.luns.list({ svm: "svm_epic_dr" })).filter((each) => each.name.includes("epic_app_"));
    expect(luns.map((each) => [each.sizeBytes, each.maps[0]?.igroup.name])).toEqual(
      Array.from({ length: 4 }, () => [10 * GiB, "ig_epic-tst-01"]),
    );
    expect((await array.consistencyGroups.findByName("svm_epic_dr", "cg_epic_app"))?.volumes).toHaveLength(4);
    expect(mounts(tst)).toContain("/epic/app");
    expect(await world.hosts.readFile(tst, "/etc/fstab")).toMatch(/^UUID=\S+ \/epic\/app xfs noatime,_netdev,nofail/m);
    expect(world.hosts.state().hosts[tst]?.vgs).toContainEqual(
      expect.objectContaining({ name: "vg_epic_app", active: true }),
    );
    expect(says(await refusal(asked))).toMatch(/volume epic_app_01 is on cvo-eastus2 already/);
    expect(says(await refusal({ ...asked, as: "other" }))).toMatch(/\/epic\/app on epic-tst-01 has .* mounted already/);
    // beside it, under another name and at another place
    succeeded(await ask({ ...asked, count: 1, mount: "/epic/data" }));
    expect(mounts(tst)).toEqual(expect.arrayContaining(["/epic/app", "/epic/data"]));
  });

  test("for a production host comes from its array over Fibre Channel, and the plan says who else will see it", async () => {
    const view = await ask({ host: "epic-prd-01", sizeBytes: 10 * GiB, mount: "/epic/app" });
    succeeded(view);
    expect(view.planned?.plan.warnings.join()).toMatch(/epic-prd-02 will see the LUNs too/);
    expect(view.steps.map(({ planned }) => planned.uses)).toEqual([
      "createVolumes",
      "createLuns",
      "hostIgroup",
      "mapProductionLuns",
      "buildFileSystem",
    ]);
    expect(view.steps.flatMap(({ planned }) => planned.on.map((each) => each.resource.environment))).toContain(
      "production",
    );
    expect(mounts("epic-prd-01")).toContain("/epic/app");
    expect((await world.clients.get(ali)!.volumes.list({ name: "epic_app_01" })).length).toBe(1);
  });

  test("is not made of a LUN that carries anything; all that was made is taken back", async () => {
    const before = world.snapshot();
    world.hosts.fault(tst, {
      kind: "command",
      command: "wipefs",
      exitCode: 0,
      stdout: "DEVICE OFFSET TYPE UUID LABEL\ndm-0 0x438 ext4 c0ffee \n",
    });
    const view = await ask(asked);
    expect(view.outcome).toBe("undone");
    expect(says(view)).toMatch(/is not empty \(dm-0 0x438 ext4 c0ffee\s*\), so nothing was written to it/);
    expect(world.snapshot()).toEqual(before);
  });

  test.each<[string, Json, RegExp, number]>([
    ["no size was said", { host: tst, count: 4, mount: "/epic/app" }, /How large shall each LUN be/, 3],
    ["no place was said", { host: tst, count: 4, sizeBytes: 500 * GiB }, /Where shall it be mounted on epic-tst-01/, 2],
    ["the host is unknown", { ...asked, host: "epic-tst-99" }, /no host called "epic-tst-99"/, 0],
    [
      "the place is kept for clones",
      { ...asked, mount: "/epic/tst/x" },
      /\/epic\/tst on epic-tst-01 is kept for something else/,
      0,
    ],
    [
      "the place is production's own",
      { ...asked, host: "epic-prd-01", mount: "/epic/prd" },
      /\/epic\/prd on epic-prd-01 is kept/,
      0,
    ],
    ["the place is none", { ...asked, mount: "/epic/../etc" }, /is no mount point I can use/, 0],
    ["it is too small", { ...asked, sizeBytes: 1024 }, /cannot be made/, 0],
    ["it is too many", { ...asked, count: 40 }, /16 at most/, 0],
  ])("is refused where %s", async (_name, request, why, buttons) => {
    const view = await refusal(request);
    expect(says(view)).toMatch(why);
    expect(view.choices).toHaveLength(buttons);
  });

  test("is refused where files are in the place", async () => {
    await world.hosts.run(tst, "mkdir -p /epic/app; touch /epic/app/x");
    expect(says(await refusal(asked))).toMatch(/\/epic\/app on epic-tst-01 is a directory with files in it/);
  });

  describe("where its SVM names no aggregate", () => {
    const namesNone = (): void =>
      world.fabric.fault(cvo, {
        method: "GET",
        path: "/svm/svms",
        times: 99,
        does: {
          kind: "reply",
          status: 200,
          body: { records: [{ uuid: "0a1b", name: "svm_epic_dr", state: "running" }], num_records: 1 },
        },
      });
    test("goes where its volumes are", async () => {
      namesNone();
      succeeded(await ask(asked));
      const all = await world.clients.get(cvo)!.volumes.list({ svm: "svm_epic_dr" });
      const of = (isOurs: boolean): string[] =>
        [
          ...new Set(
            all
              .filter(({ name }) => name.startsWith("epic_app_") === isOurs)
              .flatMap(({ aggregate }) => aggregate?.name ?? []),
          ),
        ].sort();
      expect(of(true).length).toBeGreaterThan(0);
      expect(of(false)).toEqual(expect.arrayContaining(of(true)));
    });
    test("and holds no volume either, is refused: nobody says where it may go", async () => {
      namesNone();
      world.fabric.fault(cvo, {
        method: "GET",
        path: "/storage/volumes",
        times: 99,
        does: { kind: "reply", status: 200, body: { records: [], num_records: 0 } },
      });
      const view = await ask(asked);
      expect({ outcome: view.outcome, steps: view.steps.length }).toEqual({ outcome: "refused", steps: 0 });
      expect(says(view)).toBe("The SVM does not say on which aggregates it may make volumes. Nothing was changed.");
      expect(world.fabric.calls(cvo).filter(({ method }) => method !== "GET")).toEqual([]);
    });
  });
});

describe("where mirrors live in two SVMs", () => {
  worldOf(hospital);
  test("it asks from which, and takes the one that is named", async () => {
    const view = await refusal(asked);
    expect(says(view)).toMatch(/From which SVM/);
    expect(view.choices.map((each) => each.label)).toEqual(["svm_epic_dr (prod)", "svm_clarity_dr (clarity)"]);
    succeeded(await ask({ ...asked, set: "clarity" }));
    expect(await world.clients.get(cvo)!.volumes.list({ svm: "svm_clarity_dr", name: "epic_app_01" })).toHaveLength(1);
  });
});
