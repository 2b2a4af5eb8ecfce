import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { recallFailover } from "../../src/core/failover-note.js";
import type { RunView } from "../../src/core/fold.js";
import type { RunId } from "../../src/core/ids.js";
import { plainText } from "../../src/core/said.js";
import { underLease } from "../../src/jobs/guard.js";
import { withProfile } from "../../sim/ontap/index.js";
import { epic } from "../../sim/worlds/epic.js";
import { hospital } from "../../sim/worlds/hospital.js";
import type { World } from "../../sim/worlds/index.js";
import { asking } from "../support/asking.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
let engine: TestEngine;

const { say, done } = asking(() => ({ world, engine }));
const factsOf = (view: RunView): string =>
  [
    ...(view.planned?.facts ?? []).map(({ label, text }) => `${label}: ${plainText(text)}`),
    ...(view.planned?.plan.warnings ?? []),
  ].join("\n");
const used = (view: RunView): string[] => view.steps.map(({ planned }) => planned.uses);
const mountsOn = (host: string): Record<string, string | null> =>
  Object.fromEntries((world.hosts.state().hosts[host]?.mounts ?? []).map((each) => [each.mountPoint, each.content]));
const remembered = (set = "prod") => recallFailover({ recall: (name) => engine.store.note(name) }, set);
const cvo = () => world.clients.get("cvo-eastus2")!;
const ali = () => world.clients.get("ali-ontap-01")!;
/** Somebody works on an array without Sluice. */
async function byHand(work: () => Promise<unknown>): Promise<void> {
  const lease = await engine.store.takeLease("rhand" as RunId, 60_000);
  await underLease(engine.store, lease!, 60_000, async () => void (await work()));
}
const kill = (): void => world.fabric.fault("ali-ontap-01", { condition: "unreachable" });
const callsToSource = (): number => world.fabric.calls("ali-ontap-01").length;

describe("one volume", () => {
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("with its array there: everything written until the application stopped is on the host that takes over, and nobody can write to the old copy", async () => {
    const last = world.fabric.write("ali-ontap-01", "svm_epic", "epic_prd");
    const view = await done("fail over prod");
    expect(mountsOn("epic-dr-01")).toEqual({ "/epic/prd": last });
    expect(mountsOn("epic-prd-01")).not.toHaveProperty("/epic/prd");
    expect(mountsOn("epic-prd-01")).toHaveProperty("/clarity");
    expect(world.hosts.state().hosts["epic-dr-01"]?.vgs).toMatchObject([{ name: "vg_epicprd", tags: [] }]);
    const maps = await ali().lunMaps.list({ svm: "svm_epic" });
    expect(maps.map((map) => map.lun.name).filter((lun) => lun?.startsWith("/vol/epic_prd/"))).toEqual([]);
    expect(maps.length).toBeGreaterThan(0);
    const [volume] = await cvo().volumes.list({ svm: "svm_epic_dr", name: "epic_prd_dr" });
    expect(volume).toMatchObject({ type: "rw", snapshotPolicy: "default" });
    const serials = async (at: ReturnType<typeof cvo>, svm: string, name: string) =>
      (await at.luns.listByVolume(svm, name)).map(({ serial }) => serial);
    const old = new Set(await serials(ali(), "svm_epic", "epic_prd"));
    expect((await serials(cvo(), "svm_epic_dr", "epic_prd_dr")).filter((serial) => old.has(serial))).toEqual([]);
    expect(factsOf(view)).toContain("Kind: planned: ali-ontap-01 is there");
    expect(factsOf(view)).toMatch(/IRIS mirror .* ECP clients, interfaces/);
    expect(await remembered()).toMatchObject({
      run: view.id,
      host: "epic-dr-01",
      planned: true,
      fenced: { maps: Array.from({ length: 4 }, (_, number) => expect.objectContaining({ number })) as unknown },
    });
  });

  test.each([
    ["its array is dead", "fail over prod", kill],
    ["the request says so, though it is not", "fail over prod, the array is down", () => undefined],
  ])("without its array, because %s: not one call to it", async (_why, sentence, before) => {
    const mirrored = world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    world.fabric.write("ali-ontap-01", "svm_epic", "epic_prd");
    before();
    const calls = callsToSource();
    const view = await done(sentence);
    expect(callsToSource()).toBe(calls);
    expect(mountsOn("epic-dr-01")).toEqual({ "/epic/prd": mirrored });
    expect(factsOf(view)).toMatch(/Data: the newest state the mirror holds, taken .* old when asked/);
    expect(factsOf(view)).toMatch(/Will be missing: what was written to prod since .*target 1 h/);
    expect(factsOf(view)).toContain("UNFENCED");
    expect(await remembered()).toMatchObject({ planned: false, fenced: null });
  });

  test("an array whose peer says it is there but which does not answer is failed over without it", async () => {
    world.fabric.fault("ali-ontap-01", { when: "before", times: 10_000, does: { kind: "reset" } });
    const view = await done("fail over prod");
    expect(used(view)).toContain("breakMirrorForGood");
    expect(factsOf(view)).toContain("Kind: unplanned");
  });

  test("planned in so many words, it is refused without its array, and the other way is a button", async () => {
    kill();
    const view = await say("planned failover of prod");
    expect(plainText(view.problem!)).toBe(
      "A planned failover of prod stops its application and sends everything first, but cvo-eastus2 cannot reach ali-ontap-01. Nothing was changed.",
    );
    expect(view.choices).toEqual([{ label: "Without the array", say: "failover prod unplanned" }]);
  });

  test("at an older point, when that is asked for: what is newer on the mirror goes, which is destroying", async () => {
    kill();
    const night = world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr", "nightly.2026-11-21_0200");
    const view = await done("failover prod from nightly.2026-11-21_0200 unplanned");
    expect(mountsOn("epic-dr-01")).toEqual({ "/epic/prd": night });
    expect(view.steps.find(({ planned }) => planned.uses === "breakMirrorForGood")?.planned.effect).toBe("destroy");
  });

  test("a host that does not answer loses its LUNs all the same", async () => {
    await world.hosts.setPower("epic-prd-02", "off");
    const view = await done("fail over prod");
    expect(used(view).filter((uses) => uses === "quiesceHost")).toHaveLength(1);
    expect(factsOf(view)).toContain("epic-prd-02 does not answer");
    expect((await remembered())?.fenced?.hosts.map(({ name }) => name)).toEqual(["epic-prd-01"]);
  });

  test("when the host cannot mount it, all of it is taken back: the mirror copies on and production runs again", async () => {
    const before = world.snapshot();
    await world.hosts.writeFile("epic-dr-01", "/epic/prd/left.txt", "somebody's");
    const view = await say("fail over prod");
    expect(view.outcome).toBe("undone");
    expect(plainText(view.problem!)).toContain("/epic/prd is a directory with files in it");
    const [mirror] = await cvo().relationships.list({ destinationVolume: "epic_prd_dr" });
    expect(mirror).toMatchObject({ state: "snapmirrored", healthy: true });
    expect(mountsOn("epic-prd-01")).toHaveProperty("/epic/prd");
    expect(await remembered()).toBeUndefined();
    expect((world.snapshot() as { hosts: unknown }).hosts).not.toBe(before);
  });

  describe("is refused", () => {
    test("where no host is set up for it", async () => {
      const view = await say("fail over clarity");
      expect(plainText(view.problem!)).toBe(
        'No host is set up to take clarity over: the configuration gives none the purpose "failover" for it. Nothing was changed.',
      );
    });
    test("twice: it says since when and where it runs, and offers the way back", async () => {
      await done("fail over prod");
      const view = await say("fail over prod");
      expect(plainText(view.problem!)).toMatch(/^prod is failed over already: since .* it runs on epic-dr-01\./);
      expect(view.choices).toEqual([{ label: "Fail back", say: "failback prod" }]);
    });
    test("where somebody broke the mirror by hand", async () => {
      const [mirror] = await cvo().relationships.list({ destinationVolume: "epic_prd_dr" });
      await byHand(() => cvo().relationships.setState(mirror!.uuid, "broken_off"));
      world.clock.advance(1_000);
      const view = await say("fail over prod");
      expect(plainText(view.problem!)).toMatch(/epic_prd_dr is broken off already, and not by a failover of mine/);
    });
    test("while a clone is mounted where it has to go", async () => {
      await done("clone prod for failover");
      const view = await say("fail over prod");
      expect(plainText(view.problem!)).toContain('/epic/prd on epic-dr-01 is taken by the clone "failover" of prod');
      expect(view.choices).toEqual([{ label: "Give it back", say: "release the failover clone on epic-dr-01" }]);
    });
    test("at a point behind which a clone holds a newer snapshot: the clone is named and can be released", async () => {
      await done("clone prod for training");
      kill();
      const view = await say("failover prod from nightly.2026-11-20_0200 unplanned");
      expect(plainText(view.problem!)).toContain("epic_prd_training lives on snapshots of epic_prd_dr that are newer");
      expect(view.choices).toEqual([{ label: "Release training", say: "release the training clone on epic-trn-01" }]);
    });
    test("planned, while the mirror is paused", async () => {
      await done("pause the prod mirror");
      const view = await say("fail over prod");
      expect(view.choices).toEqual([{ label: "Resume it", say: "resume the prod mirror" }]);
    });
  });
});

describe("twelve volumes", () => {
  beforeAll(async () => {
    world = await startTestWorld({ vaultSnapshotDelete: "allow" }, hospital);
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("with the array dead: all at one moment, though each mirror has a newer state of its own, and no call to the array", async () => {
    const night = (part: string): string | undefined =>
      world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", `epic_prd_${part}_dr`, "nightly.2026-11-22_0200");
    for (const part of ["db01", "jrn02"]) world.fabric.write("ali-ontap-01", "svm_epic", `epic_prd_${part}`);
    world.clock.advance(16 * 60_000);
    kill();
    const calls = callsToSource();
    const view = await done("fail over prod");
    expect(callsToSource()).toBe(calls);
    expect(mountsOn("epic-dr-01")).toEqual({
      "/epic/prd/db": night("db01"),
      "/epic/prd/jrn": night("jrn01"),
      "/epic/prd/app": night("app01"),
    });
    const parts = world.config.sets[0]!.members.map(({ source }) => source.volume.replace("epic_prd_", ""));
    expect(parts).toHaveLength(12);
    for (const part of parts)
      expect([part, world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", `epic_prd_${part}_dr`)]).toEqual([
        part,
        night(part),
      ]);
    expect(factsOf(view)).toContain("together only nightly.2026-11-22_0200 is one");
  });

  test("with no snapshot that all of them hold, it is refused", async () => {
    const [volume] = await cvo().volumes.list({ svm: "svm_epic_dr", name: "epic_prd_db05_dr" });
    expect(volume).toBeDefined();
    const snapshots = await cvo().snapshots.list(volume!.uuid);
    await byHand(async () => {
      for (const each of snapshots.filter(({ name }) => !name.startsWith("snapmirror.")))
        await cvo().snapshots.delete(volume!.uuid, each.uuid);
    });
    kill();
    const view = await say("fail over prod");
    expect(plainText(view.problem!)).toContain("No snapshot of prod is complete on all 12 of its mirrors");
  });
});

describe("where snapshots have no identity of their own: releases before 9.11", () => {
  const old = (of: World): World =>
    of.clusters.reduce((before, { name }) => withProfile(before, { cluster: name, release: "9.10.1" }), of);
  const start = async (of: World): Promise<void> => {
    world = await startTestWorld({}, old(of));
    engine = world.engine();
    const [volume] = await cvo().volumes.list({ svm: "svm_epic_dr" });
    const snapshots = await cvo().snapshots.list(volume!.uuid);
    expect(snapshots.filter(({ versionUuid }) => versionUuid !== undefined)).toEqual([]);
  };
  afterEach(() => world.close());
  const refused = async (sentence: string): Promise<string> => {
    const before = world.snapshot();
    const view = await say(sentence);
    expect({ outcome: view.outcome, steps: view.steps.length }).toEqual({ outcome: "refused", steps: 0 });
    expect(world.snapshot()).toEqual(before);
    return plainText(view.problem!);
  };

  test("one volume whose array is dead is broken off at its newest state, which needs none", async () => {
    await start(epic);
    kill();
    const newest = world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    const view = await done("fail over prod");
    expect(mountsOn("epic-dr-01")).toEqual({ "/epic/prd": newest });
    expect(used(view)).not.toContain("findOnMirror");
  });

  test("planned, it is refused before production is stopped: the final state could not be found on the mirror", async () => {
    await start(epic);
    expect(await refused("fail over prod")).toBe(
      "A planned failover of prod finds its final state on the mirror by the snapshot's identity, and on ali-ontap-01 snapshots have none (ONTAP 9.11 or later has). " +
        "Upgrade it, or stop the application and update the mirror first, and then fail over without the array. Nothing was changed.",
    );
    expect(mountsOn("epic-prd-01")).toHaveProperty("/epic/prd");
    expect((await say("fail over prod")).choices).toEqual([
      { label: "Without the array", say: "failover prod unplanned" },
    ]);
    await done("failover prod unplanned");
  });

  test("one volume is not taken back to a named point: by a name alone it might be another one", async () => {
    await start(epic);
    kill();
    expect(await refused("failover prod from nightly.2026-11-21_0200 unplanned")).toBe(
      "The mirror's release cannot tell its snapshots apart by identity, so prod cannot be broken off at nightly.2026-11-21_0200 safely. Nothing was changed.",
    );
  });

  test("twelve volumes are not failed over to a moment that only a name holds together", async () => {
    await start(hospital);
    kill();
    expect(await refused("fail over prod")).toMatch(
      /^The mirror's release cannot tell its snapshots apart by identity, so prod cannot be broken off at \S+ safely\. Nothing was changed\.$/,
    );
  });
});
