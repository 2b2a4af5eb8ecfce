import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import type { Json } from "../../src/core/json.js";
import { plainText } from "../../src/core/said.js";
import { createOntap, type OntapClient } from "../../src/ontap/index.js";
import { simCa } from "../../sim/kit/tls.js";
import type { Knobs } from "../../sim/ontap/index.js";
import { hospital } from "../../sim/worlds/hospital.js";
import type { World } from "../../sim/worlds/index.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const ali = "ali-ontap-01";
const cvo = "cvo-eastus2";
let world: TestWorld;
let engine: TestEngine;
const ask = async (request: Json, runbook = "delete-snapshot"): Promise<RunView> =>
  engine.drive(await engine.ask(runbook, request));
const says = (view: RunView): string => plainText(view.problem ?? "");
const warnings = (view: RunView): string =>
  [...(view.planned?.plan.warnings ?? []), ...(view.planned?.facts ?? []).map(({ text }) => text)]
    .map((each) => plainText(each))
    .join("\n");
async function asStorage<T>(cluster: string, work: (array: OntapClient) => Promise<T>): Promise<T> {
  const { url } = world.config.clusters.find((each) => each.name === cluster)!;
  const login = { user: "admin", password: "netapp1!" };
  const client = createOntap({ cluster, url, ca: (await simCa()).certPem, login, clock: world.clock });
  return work(client).finally(() => client.close());
}
const volume = async (array: OntapClient, name: string) => (await array.volumes.list({ name }))[0]!.uuid;
const named = (cluster: string, of: string, name: string) =>
  asStorage(cluster, async (array) => array.snapshots.findByName(await volume(array, of), name));
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
const worldOf = (knobs: Partial<Knobs> = {}, of?: World): void => {
  beforeAll(async () => {
    world = await startTestWorld(knobs, of);
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());
};
const night = "nightly.2026-11-22_0200";

describe("a snapshot is deleted", () => {
  worldOf();
  test("from its source alone; the mirror, whose policy keeps by counts, has it still", async () => {
    const view = await ask({ set: "prod", snapshot: night });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    expect(warnings(view)).toMatch(/one of the nightly snapshots of prod/);
    expect(warnings(view)).toMatch(/on cvo-eastus2: its policy keeps what it has/);
    expect(await named(ali, "epic_prd", night)).toBeUndefined();
    expect(await named(cvo, "epic_prd_dr", night)).toBeDefined();
    const again = await refusal({ set: "prod", snapshot: night });
    expect(says(again)).toMatch(/not on ali-ontap-01 any more, only on the mirror/);
    expect(again.choices).toEqual([{ label: "Delete it there", say: `remove the snapshot ${night} of prod on CVO` }]);
  });

  test("that is nowhere else: the plan says that it is gone for good", async () => {
    await ask({ set: "prod", label: "before-upgrade", unfrozen: true }, "snapshot");
    expect(warnings(await ask({ set: "prod", snapshot: "before-upgrade" }))).toMatch(/nowhere else.*gone for good/);
  });

  test("from a source whose mirror copies all: the plan says that the deletion follows", async () => {
    await asStorage(cvo, async (array) => {
      const [mirror] = await array.relationships.list({ destinationVolume: "epic_prd_dr" });
      await array.relationships.patch(mirror!.uuid, { policy: "MirrorAllSnapshots" });
    });
    expect(warnings(await ask({ set: "prod", snapshot: night }))).toMatch(
      /copies all snapshots of its source: its next update deletes the copy on cvo-eastus2 too/,
    );
  });

  test("is not, by a mirror that refuses: nothing is changed", async () => {
    const before = world.snapshot();
    const view = await ask({ set: "prod", snapshot: night, from: "cvo" });
    expect(warnings(view)).toMatch(/may refuse .*1638521/);
    expect(view.outcome).toBe("undone");
    expect(says(view)).toMatch(/read-write volumes|1638521|mirror/i);
    expect(world.snapshot()).toEqual(before);
  });

  test.each<[string, Json, RegExp]>([
    ["an unknown set", { set: "prdo", snapshot: night }, /no set called "prdo"/],
    [
      "a name that is not there",
      { set: "prod", snapshot: "nightly.2026-11-22_0201" },
      /no snapshot "nightly.2026-11-22_0201" on ali-ontap-01. The nearest: nightly\.2026-11-22_0200/,
    ],
    ["one of SnapMirror's", { set: "prod", snapshot: "snapmirror.abc" }, /SnapMirror's own/],
  ])("is refused for %s", async (_name, request, why) => {
    expect(says(await refusal(request))).toMatch(why);
  });

  test("is refused while a clone holds it, by name of the holder", async () => {
    expect((await ask({ set: "prod", purpose: "training" }, "clone")).outcome).toBe("succeeded");
    expect(says(await refusal({ set: "prod", snapshot: night, from: "cvo" }))).toMatch(
      /held by a clone made from it.*Give the clone back first/,
    );
  });

  test("is refused while it is locked, until when", async () => {
    await asStorage(ali, async (array) =>
      array.snapshots.create(await volume(array, "epic_prd"), { name: "kept", expiryTime: "2026-12-01T00:00:00Z" }),
    );
    expect(says(await refusal({ set: "prod", snapshot: "kept" }))).toMatch(
      /kept on ali-ontap-01 is locked until .*2026/,
    );
  });

  test("is left alone when somebody has begun to hold it since it was planned", async () => {
    await ask({ set: "prod", label: "before-upgrade", unfrozen: true }, "snapshot");
    let deciding = true;
    engine = world.engine({
      demand: () => ({
        places: deciding ? [{ group: "S", label: "s", count: 1, forSteps: [], why: "" }] : [],
        nobody: !deciding,
      }),
    });
    const run = await engine.ask("delete-snapshot", { set: "prod", snapshot: "before-upgrade" });
    const planned = await engine.drive(run);
    expect(planned.status).toBe("deciding");
    deciding = false;
    await asStorage(ali, (array) =>
      array.volumes.createClone({
        svm: "svm_epic",
        name: "somebodys",
        parentVolume: "epic_prd",
        parentSnapshot: "before-upgrade",
        comment: "",
      }),
    );
    await engine.append(run, {
      type: "settled",
      outcome: "granted",
      hash: planned.planned!.hash,
    });
    const view = await engine.drive(run);
    expect(says(view)).toMatch(/held by a clone made from it/);
    expect(await named(ali, "epic_prd", "before-upgrade")).toBeDefined();
  });
});

describe("where the array lets a vault's snapshots be deleted", () => {
  worldOf({ vaultSnapshotDelete: "allow" });
  test("it is deleted from the mirror, and the source keeps it", async () => {
    const view = await ask({ set: "prod", snapshot: night, from: "cvo" });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    expect(await named(cvo, "epic_prd_dr", night)).toBeUndefined();
    expect(await named(ali, "epic_prd", night)).toBeDefined();
  });
});

describe("of twelve volumes", () => {
  worldOf({}, hospital);
  const volumes = () => world.config.sets[0]!.members.map(({ source }) => source.volume);
  test("one of their consistency group goes by the group, from all at once", async () => {
    await ask({ set: "prod", label: "before-upgrade", unfrozen: true }, "snapshot");
    const view = await ask({ set: "prod", snapshot: "before-upgrade" });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    const deletes = world.fabric.calls(ali).filter((call) => call.method === "DELETE");
    expect(deletes.map((call) => call.path.split("?")[0])).toEqual([
      expect.stringMatching(/consistency-groups\/.*\/snapshots\//),
    ]);
    for (const each of volumes()) expect(await named(ali, each, "before-upgrade")).toBeUndefined();
  });
  test("one that is not the group's goes from each; what is missing on some is said", async () => {
    await asStorage(ali, async (array) => {
      for (const each of volumes().slice(0, 3))
        await array.snapshots.create(await volume(array, each), { name: "loose" });
    });
    const view = await ask({ set: "prod", snapshot: "loose" });
    expect(view.outcome).toBe("succeeded");
    expect(warnings(view)).toMatch(/on a part of prod only/);
    for (const each of volumes()) expect(await named(ali, each, "loose")).toBeUndefined();
  });
});
