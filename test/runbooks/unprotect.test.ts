import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { problemOf, refused, say, shown } from "../support/asking.js";
import { given } from "../support/given.js";
import { ali, asAdmin, cvo, mirrorNow, settled, startSlowUpdate } from "../support/mirrors.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const namesOf = (world: TestWorld, cluster: string, name: string): Promise<readonly string[]> =>
  asAdmin(world, cluster, async (client) => {
    const [volume] = await client.volumes.list({ name });
    return volume ? (await client.snapshots.list(volume.uuid)).map((each) => each.name) : [];
  });
const deletions = (world: TestWorld) =>
  [ali, cvo].flatMap((cluster) =>
    world.fabric
      .calls(cluster)
      .filter((call) => call.method === "DELETE" && call.path.includes("/snapmirror/relationships/"))
      .map((call) => `${cluster} ${call.path.replace(/^.*\?/, "").replace(/&?return_timeout=\d+&?/, "")}`),
  );

describe("unprotect", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  test("keeps the copies and every common snapshot unless told otherwise, and never deletes in the array's default way", async () => {
    const before = [await namesOf(world, ali, "epic_prd"), await namesOf(world, cvo, "epic_prd_dr")];
    const view = await say(world, "unprotect prod");
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    expect(view.planned?.plan.warnings.join()).toMatch(
      /copies of prod stay.*protecting prod again does not take them up/,
    );
    expect([await namesOf(world, ali, "epic_prd"), await namesOf(world, cvo, "epic_prd_dr")]).toEqual(before);
    expect(before[0]?.some((each) => each.startsWith("snapmirror."))).toBe(true);
    expect(deletions(world)).toEqual([`${ali} source_info_only=true`, `${cvo} destination_only=true`]);
    expect(await mirrorNow(world)).toBeUndefined();
    await refused(world, "unprotect prod", /prod is not protected/);
  });

  test("with its volumes: the copies go into the recovery queue, SnapMirror's own snapshots leave the source, nobody else's", async () => {
    const before = await namesOf(world, ali, "clarity_prd");
    const view = await say(world, "unprotect clarity with its volumes");
    expect(view.outcome).toBe("succeeded");
    expect(shown(view)).toMatch(/Will be lost: clarity_prd_dr on cvo-eastus2: .* and 30 snapshots/);
    expect(await namesOf(world, ali, "clarity_prd")).toEqual(before.filter((each) => !each.startsWith("snapmirror.")));
    const queue = await asAdmin(world, cvo, (client) => client.volumes.listRecoveryQueue("svm_epic_dr"));
    expect(queue.map((each) => each.volume)).toEqual([expect.stringMatching(/^clarity_prd_dr_\d+$/)]);
    expect(deletions(world)).toEqual([`${ali} source_only=true`, `${cvo} destination_only=true`]);
  });

  test("a clone on a copy stops the deletion of the volumes: named, with a button, and one that keeps them", async () => {
    await say(world, "clone prod for training");
    expect(
      await refused(world, "unprotect prod with its volumes", /524615.*the clone "training" on epic-trn-01/),
    ).toEqual(["release the training clone on epic-trn-01", "unprotect prod"]);
    expect((await say(world, "unprotect prod")).outcome).toBe("succeeded");
  });

  test("so does a safety copy of a restore", async () => {
    expect((await say(world, "restore prod from CVO")).outcome).toBe("succeeded");
    expect(
      await refused(world, "unprotect prod with its volumes", /the safety copy sluice_safety_epic_prd_\w+, kept until/),
    ).toEqual(["unprotect prod"]);
  });

  test("a mirror that is failed over is not taken apart", async () => {
    await given(world, { given: "the mirror of prod is broken off" });
    await asAdmin(world, cvo, async (client) => {
      await client.igroups.create({ svm: "svm_epic_dr", name: "ig_dr", protocol: "iscsi", initiators: [] });
      await client.lunMaps.create({ svm: "svm_epic_dr", igroup: "ig_dr", lun: "/vol/epic_prd_dr/data00", number: 0 });
    });
    for (const sentence of ["unprotect prod", "unprotect prod with its volumes"])
      expect(await refused(world, sentence, /epic_prd_dr on cvo-eastus2 is in use.*failed over/)).toEqual([
        "failback prod",
      ]);
  });

  test("and the peering: what another set still uses stays and is named; the last one takes it along, the peering by hand", async () => {
    const first = await say(world, "unprotect prod with its volumes and the peering");
    expect(first.outcome).toBe("succeeded");
    expect(shown(first)).toMatch(/Stays, in use: policy epic_mirror \(svm_epic_dr:clarity_prd_dr\)/);
    expect(shown(first)).toMatch(/Stays, in use: SVM peering with svm_epic \(svm_epic_dr:clarity_prd_dr\)/);
    const engine = world.engine();
    const held = await say(world, "unprotect clarity and the peering", engine);
    const step = held.steps.find((each) => each.phase === "held");
    expect(step?.planned.by).not.toBe("sluice");
    expect(JSON.stringify(step?.held?.detail)).toContain(
      "vserver peer delete -vserver svm_epic_dr -peer-vserver svm_epic",
    );
    await asAdmin(world, cvo, async (client) => {
      expect((await client.policies.list({ name: "epic_mirror" })).length).toBe(0);
      expect((await client.schedules.list({ name: "epic_15min" })).length).toBe(0);
      const [peer] = await client.svmPeers.list({ svm: "svm_epic_dr" });
      await settled(client)(await client.svmPeers.delete(peer?.uuid ?? ""));
    });
    await engine.append(held.id, { type: "triedAgain", step: step?.planned.id ?? "" });
    expect((await engine.drive(held.id)).outcome).toBe("succeeded");
  });

  test("where the array's login may not release, a person does, with the exact text", async () => {
    const inventory = {
      ...world.config,
      clusters: world.config.clusters.map((each) =>
        each.name === ali ? { ...each, handOff: [...each.handOff, "relationships" as const] } : each,
      ),
    };
    const engine = world.engine({ inventory });
    const held = await say(world, "unprotect prod", engine);
    const step = held.steps.find((each) => each.phase === "held");
    expect(step?.planned.uses).toBe("releaseSource");
    const text = JSON.stringify(step?.held?.detail);
    expect(text).toContain(
      "snapmirror release -source-path svm_epic:epic_prd -destination-path svm_epic_dr:epic_prd_dr -relationship-info-only true",
    );
    expect(text).toContain("source_info_only=true");
    await asAdmin(world, ali, async (client) => {
      const [fed] = await client.relationships.listDestinations({ sourceVolume: "epic_prd" });
      await settled(client)(await client.relationships.delete(fed?.uuid ?? "", "sourceInfoOnly"));
    });
    await engine.append(held.id, { type: "triedAgain", step: step?.planned.id ?? "" });
    const done = await engine.drive(held.id);
    expect({ outcome: done.outcome, problem: problemOf(done) }).toEqual({ outcome: "succeeded", problem: "" });
  });
});

test("a transfer that runs is stopped with its checkpoint, never hard", async () => {
  const world = await startTestWorld({ transferBytesPerSecond: 2 ** 18 });
  await startSlowUpdate(world);
  const view = await say(world, "unprotect prod");
  expect(view.outcome).toBe("succeeded");
  expect(shown(view)).toContain("epic_prd_dr moves: a transfer runs and is stopped");
  const states = world.fabric
    .calls(cvo)
    .filter((call) => call.method === "PATCH" && call.path.includes("/transfers/"))
    .map((call) => call.body);
  expect(states).toEqual([{ state: "aborted" }]);
  await world.close();
});
