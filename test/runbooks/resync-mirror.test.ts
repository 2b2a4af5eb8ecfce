import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { restore } from "../../src/runbooks/restore.js";
import { refused, say, shown } from "../support/asking.js";
import { given } from "../support/given.js";
import { ali, asAdmin, cvo, mirrorNow, settled, startSlowUpdate } from "../support/mirrors.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const broken = { given: "the mirror of prod is broken off" };
const dr = (client: { volumes: { list(f: object): Promise<readonly { uuid: string }[]> } }) =>
  client.volumes.list({ name: "epic_prd_dr" });

describe("resync-mirror", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  const snapshotsOf = (name: string, cluster = cvo) =>
    asAdmin(world, cluster, async (client) => {
      const [volume] = await client.volumes.list({ name });
      return client.snapshots.list(volume?.uuid ?? "");
    });
  const clone = (name: string, parentSnapshot: string, comment = "") =>
    asAdmin(world, cvo, async (client) =>
      settled(client)(
        await client.volumes.createClone({
          svm: "svm_epic_dr",
          name,
          parentVolume: "epic_prd_dr",
          parentSnapshot,
          comment,
        }),
      ),
    );

  test("says by name and time what it discards, and discards exactly that; the mirror follows again", async () => {
    const mirrored = world.fabric.contentOf(cvo, "svm_epic_dr", "epic_prd_dr");
    const before = (await snapshotsOf("epic_prd_dr")).map((each) => each.name);
    await given(world, broken);
    const view = await say(world, "resync the prod mirror");
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    expect(shown(view)).toMatch(
      /Will be lost: on epic_prd_dr: .*the snapshots dr-only \(Sun 22 Nov 2026 \d\d:\d\d EST\)/,
    );
    expect(view.steps.map(({ planned }) => planned.effect)).toEqual(["destroy"]);
    const after = (await snapshotsOf("epic_prd_dr")).map((each) => each.name);
    expect(after.filter((each) => !each.startsWith("snapmirror."))).toEqual(
      before.filter((each) => !each.startsWith("snapmirror.")),
    );
    expect(await mirrorNow(world)).toMatchObject({ state: "snapmirrored", healthy: true, lastTransferType: "resync" });
    expect(world.fabric.contentOf(cvo, "svm_epic_dr", "epic_prd_dr")).toBe(mirrored);
  });

  test("a clone of an older snapshot stays; the resync is told not to be quick, which would be refused", async () => {
    const night = (await snapshotsOf("epic_prd_dr")).find((each) => each.name.startsWith("nightly."))?.name ?? "";
    await clone("kept", night);
    await given(world, broken);
    const view = await say(world, "resync the prod mirror");
    expect(view.outcome).toBe("succeeded");
    expect(shown(view)).toContain("Clones: kept live on older snapshots");
    const asked = world.fabric.calls(cvo).filter((each) => JSON.stringify(each.body ?? "").includes("quick_resync"));
    expect(asked.map((each) => each.body)).toEqual([{ state: "snapmirrored", quick_resync: false }]);
  });

  test("a clone of a newer snapshot blocks it: refused by name, with a button that releases a person's", async () => {
    await given(world, broken);
    await clone("by_hand", "dr-only");
    expect(
      await refused(world, "resync prod", /removes snapshots that are in use: by_hand, a clone of dr-only/),
    ).toEqual([]);
    const note = {
      sluice: 1,
      run: "rother",
      kind: "clone",
      set: "prod",
      name: "training",
      owner: "T0RIVERSIDE/U0REQUESTER",
      snapshot: "dr-only",
      host: "epic-trn-01",
    };
    await asAdmin(world, cvo, async (client) => {
      const [volume] = await client.volumes.list({ name: "by_hand" });
      await settled(client)(await client.volumes.setComment(volume?.uuid ?? "", JSON.stringify(note)));
    });
    expect(await refused(world, "resync prod", /the clone "training" of dr-only on epic-trn-01/)).toEqual([
      "release the training clone on epic-trn-01",
    ]);
  });

  test("no snapshot in common: refused, a baseline is needed", async () => {
    await given(world, broken);
    const mirror = await mirrorNow(world);
    await asAdmin(world, ali, async (client) => {
      await settled(client)(await client.relationships.delete(mirror?.uuid ?? "", "sourceOnly"));
      const [volume] = await client.volumes.list({ name: "epic_prd" });
      for (const each of await client.snapshots.list(volume?.uuid ?? ""))
        await settled(client)(await client.snapshots.delete(volume?.uuid ?? "", each.uuid));
    });
    expect(await refused(world, "resync prod", /no snapshot in common.*needs a baseline/)).toEqual([
      "unprotect prod with its volumes",
    ]);
  });

  test("a mirror that follows, and one that is only paused, need none", async () => {
    expect(await refused(world, "resync prod", /There is nothing to resync/)).toEqual(["update the prod mirror"]);
    await say(world, "pause the prod mirror");
    expect(await refused(world, "resync prod", /only paused/)).toEqual(["resume the prod mirror"]);
  });

  test("LUNs of the broken mirror that a host sees are live data: refused, failback brings them home", async () => {
    await given(world, broken);
    await asAdmin(world, cvo, async (client) => {
      const { uuid } = await client.igroups.create({
        svm: "svm_epic_dr",
        name: "ig_dr",
        protocol: "iscsi",
        initiators: ["iqn.1994-05.com.redhat:epic-dr-01"],
      });
      expect(uuid).toBeDefined();
      await client.lunMaps.create({ svm: "svm_epic_dr", igroup: "ig_dr", lun: "/vol/epic_prd_dr/data00", number: 0 });
    });
    expect(await refused(world, "resync prod", /is in use: its LUNs are mapped \(ig_dr\)/)).toEqual(["failback prod"]);
  });

  test("a mirror that never had its first transfer is for protect", async () => {
    await asAdmin(world, cvo, async (client) => {
      const mirror = await mirrorNow(world);
      await settled(client)(await client.relationships.delete(mirror?.uuid ?? "", "destinationOnly"));
      const [volume] = await dr(client);
      await settled(client)(await client.volumes.delete(volume?.uuid ?? "", { force: true }));
      await settled(client)(
        await client.volumes.create({
          svm: "svm_epic_dr",
          name: "epic_prd_dr",
          type: "dp",
          sizeBytes: 12 * 2 ** 40,
          aggregate: "aggr2",
        }),
      );
      await settled(client)(
        await client.relationships.create({
          sourcePath: "svm_epic:epic_prd",
          destinationPath: "svm_epic_dr:epic_prd_dr",
          policy: "epic_mirror",
        }),
      );
    });
    expect(await refused(world, "resync prod", /never had its first transfer/)).toEqual(["protect prod"]);
  });
});

test("while a transfer runs a resync is refused", async () => {
  const world = await startTestWorld({ transferBytesPerSecond: 2 ** 18 });
  await startSlowUpdate(world);
  await refused(world, "resync prod", /A transfer of the mirror epic_prd_dr runs.*13303844/);
  await world.close();
});

test("a resync that takes its time is followed by watching, without a worker", async () => {
  const world = await startTestWorld({ transferBytesPerSecond: 2 ** 20 });
  await given(world, broken);
  const engine = world.engine();
  const run = await engine.ask("resync-mirror", { set: "prod" });
  await engine.turn(run);
  expect((await engine.view(run)).steps[0]).toMatchObject({ phase: "waiting", watch: { kind: "relationship" } });
  expect((await engine.drive(run)).outcome).toBe("succeeded");
  expect(await mirrorNow(world)).toMatchObject({ state: "snapmirrored", healthy: true });
  await world.close();
});

test("after a restore that took the mirror's base: its button leads here, and when the safety copy is gone the mirror is joined again", async () => {
  const world = await startTestWorld({ restoreNewerSnapshots: "drop" });
  const engine = world.engine();
  const restored = await say(world, "restore prod from 2026-11-18", engine);
  expect(restored.outcome).toBe("succeeded");
  const ended = restored.steps.map(({ planned, output }) => ({
    uses: planned.uses,
    input: planned.input,
    output: output ?? null,
  }));
  const closing = restore.closing!(ended);
  expect(closing.sentences.join(" ")).toContain("it needs a resync");
  expect(closing.choices).toEqual([{ label: "Resync the mirror of prod", say: "resync the prod mirror" }]);
  expect(
    await refused(
      world,
      closing.choices[0]!.say,
      /the safety copy sluice_safety_epic_prd_.* of sluice-safety.*, kept until/,
    ),
  ).toEqual([]);
  await asAdmin(world, cvo, async (client) => {
    const all = await client.volumes.list({ isFlexclone: true });
    for (const each of all) await settled(client)(await client.volumes.delete(each.uuid, { force: true }));
  });
  const view = await say(world, closing.choices[0]!.say, engine);
  expect(view.problem).toBeUndefined();
  expect(view.outcome).toBe("succeeded");
  expect(view.steps.map((step) => step.planned.uses)).toEqual(["breakMirror", "resyncMirror"]);
  expect(shown(view)).toMatch(/epic_prd_dr goes back to: nightly\.2026-11-18_0200/);
  expect(await mirrorNow(world)).toMatchObject({ state: "snapmirrored", healthy: true });
  await world.close();
});
