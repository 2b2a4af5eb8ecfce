import { afterEach, describe, expect, test } from "@jest/globals";
import { createFabric, type Fabric, instant, type Knobs } from "../../sim/ontap/index.js";
import { clientCert, simCa } from "../../sim/kit/tls.js";
import { ManualClock } from "../../sim/kit/clock.js";
import { epic } from "../../sim/worlds/epic.js";
import type { Clock } from "../../src/core/clock.js";
import { Problem } from "../../src/core/problems.js";
import {
  type Accepted,
  createOntap,
  type OntapClient,
  type OntapLogin,
  type OntapReader,
} from "../../src/ontap/index.js";

const ARRAY = "ali-ontap-01";
const CVO = "cvo-eastus2";
const DR = "svm_epic_dr";
const TRN = "iqn.1994-05.com.redhat:epic-trn-01";
const TiB = 2 ** 40;
const START = Date.parse("2026-11-22T14:05:00Z");

/** One clock for both ends: what the client sleeps, the arrays live through. */
class SharedClock extends ManualClock implements Clock {
  async sleep(ms: number): Promise<void> {
    await new Promise((resolve) => setImmediate(resolve));
    this.advance(ms);
  }
}

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const each of open.splice(0).reverse()) await each.close();
});

interface Site {
  readonly fabric: Fabric;
  readonly clock: SharedClock;
  as(cluster: string, login?: OntapLogin): Promise<OntapClient>;
}

/** `requestTimeoutMs` of 5000 leaves no room for `return_timeout`: the array answers 202 at once and the job is followed. */
function site(knobs: Partial<Knobs> = {}, requestTimeoutMs = 30_000): Site {
  const clock = new SharedClock(START);
  const fabric = createFabric({ world: epic, clock, knobs: { ...instant, ...knobs } });
  const urls = new Map<string, string>();
  const urlOf = async (cluster: string): Promise<string> => {
    const known = urls.get(cluster);
    if (known !== undefined) return known;
    const server = await fabric.listen(cluster);
    open.push(server);
    urls.set(cluster, server.url);
    return server.url;
  };
  return {
    fabric,
    clock,
    as: async (cluster, login) => {
      const own = epic.clusters.find((each) => each.name === cluster)?.logins.find((each) => each.user === "sluice");
      const url = await urlOf(cluster);
      const ontap = createOntap({
        cluster,
        url,
        ca: (await simCa()).certPem,
        login: login ?? { user: own!.user, password: own!.password },
        clock,
        requestTimeoutMs,
      });
      open.push(ontap);
      return ontap;
    },
  };
}

async function problemOf(act: Promise<unknown>): Promise<Problem> {
  try {
    await act;
  } catch (error) {
    if (error instanceof Problem) return error;
    throw error;
  }
  throw new Error("it did not fail");
}

/** Follows an accepted write to its end; a failed job is thrown as its problem, as a step would have it. */
async function ended(ontap: OntapReader, starting: Promise<Accepted>): Promise<Accepted> {
  const accepted = await starting;
  if (accepted.done) return accepted;
  const job = await ontap.jobs.follow(accepted.jobUuid!, 600_000);
  if (job?.state === "failure") throw job.problem;
  expect(job?.state).toBe("success");
  return accepted;
}

const nightly = async (ontap: OntapReader, volumeUuid: string) => {
  const daily = await ontap.snapshots.list(volumeUuid, { label: "daily" });
  return daily.sort((a, b) => (a.createTime! < b.createTime! ? 1 : -1))[0]!;
};

describe("looking", () => {
  test("the destination: cluster, volumes, snapshots, LUNs, mirrors, portals", async () => {
    const ontap: OntapReader = (await site().as(CVO)).reader;
    expect(await ontap.cluster.version()).toMatchObject({ short: "9.16.1", assumed: false });
    expect(await ontap.cluster.name()).toBe(CVO);

    const volume = await ontap.volumes.findByName(DR, "epic_prd_dr");
    expect(volume).toMatchObject({
      type: "dp",
      state: "online",
      sizeBytes: 12 * TiB,
      encrypted: true,
      clone: undefined,
      comment: "",
    });
    expect(volume?.aggregate?.name).toBe("aggr1");
    expect(await ontap.volumes.get(volume!.uuid)).toEqual(volume);

    const newest = await nightly(ontap, volume!.uuid);
    expect(newest).toMatchObject({
      name: "nightly.2026-11-22_0200",
      label: "daily",
      createTime: "2026-11-22T02:00:00.000Z",
    });
    expect(newest.versionUuid).toMatch(/^[0-9a-f-]{36}$/);
    expect(await ontap.snapshots.findByName(volume!.uuid, newest.name)).toEqual(newest);

    const luns = await ontap.luns.listByVolume(DR, "epic_prd_dr");
    expect(luns.map((each) => each.logicalUnit)).toEqual(["data00", "data01", "data02", "data03"]);
    expect(luns[0]).toMatchObject({ sizeBytes: 3 * TiB, mapped: false, maps: [] });
    expect(luns[0]?.wwid).toMatch(/^3600a0980[0-9a-f]{24}$/);
    expect(await ontap.luns.list({ serial: luns[0]!.serial })).toEqual([luns[0]]);

    const [mirror] = await ontap.relationships.list({ destinationSvm: DR, destinationVolume: "epic_prd_dr" });
    expect(mirror).toMatchObject({
      state: "snapmirrored",
      healthy: true,
      unhealthyReasons: [],
      restore: false,
      source: { volume: "epic_prd" },
      destination: { svm: DR, volume: "epic_prd_dr", path: `${DR}:epic_prd_dr` },
      policy: { name: "epic_mirror" },
      schedule: "epic_15min",
    });
    expect(mirror!.lagMs).toBeGreaterThan(0);
    expect(mirror!.lagMs).toBeLessThan(3_600_000);
    expect(mirror!.exportedSnapshot).toMatch(/^snapmirror\./);
    const alias = await ontap.svmPeers.findByAlias(DR, mirror!.source.svm);
    expect(alias).toMatchObject({ state: "peered", peer: { svm: { name: "svm_epic" }, cluster: { name: ARRAY } } });
    expect((await ontap.svmPeers.findByPeer(DR, "svm_epic", ARRAY))?.uuid).toBe(alias!.uuid);
    expect(await ontap.relationships.watch([mirror!.uuid, "gone"])).toEqual([mirror]);

    expect(await ontap.iscsi.findService(DR)).toMatchObject({
      enabled: true,
      targetIqn: expect.stringMatching(/^iqn\.1992-08\.com\.netapp:sn\./),
    });
    expect((await ontap.interfaces.iscsi(DR)).map((portal) => `${portal.address}:${portal.port}`)).toEqual([
      "10.8.1.21:3260",
      "10.8.1.22:3260",
    ]);
    expect((await ontap.aggregates.list()).map((each) => each.name).sort()).toEqual(["aggr1", "aggr2"]);
    expect((await ontap.clusterPeers.list())[0]).toMatchObject({ remoteName: ARRAY, availability: "available" });
    expect((await ontap.schedules.findByName("epic_15min"))?.cron?.minutes).toEqual([0, 15, 30, 45]);
    expect((await ontap.policies.list({ name: "epic_mirror" }))[0]?.retention).toEqual([
      { label: "daily", count: 30 },
      { label: "sluice-safety", count: 5 },
    ]);
    expect(await ontap.mav.listRequests()).toEqual([]);
  });

  test("the source, with a login of one SVM: what it may not is named, what it feeds is seen", async () => {
    const ontap = await site().as(ARRAY);
    const volume = await ontap.volumes.findByName("svm_epic", "epic_prd");
    expect(volume).toMatchObject({ type: "rw", encrypted: false });
    const fed = await ontap.relationships.listDestinations({ sourceSvm: "svm_epic", sourceVolume: "epic_prd" });
    expect(fed.map((each) => each.destination.path)).toEqual([`${DR}:epic_prd_dr`]);
    expect(await ontap.relationships.list()).toEqual([]);
    const [group] = await ontap.igroups.list({ svm: "svm_epic", initiator: "10:00:00:10:9b:5a:01:01" });
    expect(group).toMatchObject({ name: "ig_epicprd", protocol: "fcp" });
    const maps = await ontap.lunMaps.list({ igroup: "ig_epicprd", volume: "epic_prd" });
    expect(maps.map((map) => map.number).sort()).toEqual([0, 1, 2, 3]);

    const refused = await problemOf(ontap.aggregates.list());
    expect([refused.kind, refused.code]).toEqual(["rejected", "6"]);
    expect(refused.sentence).toContain("/api/storage/aggregates");
  });

  test("a login that may not read /cluster works all the same, on an assumed release", async () => {
    const ontap = await site({ svmLoginSeesCluster: false }).as(ARRAY);
    expect(await ontap.cluster.version()).toMatchObject({ short: "9.10.1", assumed: true });
    const volume = await ontap.volumes.findByName("svm_epic", "epic_prd");
    await ended(ontap, ontap.snapshots.create(volume!.uuid, { name: "s1", label: "daily" }));
    expect((await ontap.snapshots.findByName(volume!.uuid, "s1"))?.label).toBe("daily");
  });

  test("finds nothing as nothing", async () => {
    const ontap = await site().as(CVO);
    const nowhere = "00000000-0000-0000-0000-000000000000";
    expect(await ontap.volumes.find(nowhere)).toBeUndefined();
    expect(await ontap.volumes.findByName(DR, "epic_prd")).toBeUndefined();
    expect((await problemOf(ontap.volumes.get(nowhere))).code).toBe("4");
    expect(await ontap.relationships.find(nowhere)).toBeUndefined();
    expect(await ontap.jobs.find(nowhere)).toBeUndefined();
    expect(await ontap.lunMaps.find(nowhere, nowhere)).toBeUndefined();
  });

  test("pages of any size give the same list, with no record twice", async () => {
    const whole = await site().as(CVO);
    const small = await site({ pageCap: 3 }).as(CVO);
    const volume = await whole.volumes.findByName(DR, "epic_prd_dr");
    const names = async (ontap: OntapClient) => (await ontap.snapshots.list(volume!.uuid)).map((each) => each.name);
    expect((await names(whole)).length).toBeGreaterThan(25);
    expect(await names(small)).toEqual(await names(whole));
  });
});

describe("a clone's whole life", () => {
  test.each<[string, Partial<Knobs>, number]>([
    ["on an array that takes no time", {}, 30_000],
    ["on one that takes its time", { jobMs: { volume: [20_000, 40_000], mirror: [5000, 10_000] } }, 5000],
  ])("leaves nothing behind, %s", async (_name, knobs, requestTimeoutMs) => {
    const { fabric, as } = site(knobs, requestTimeoutMs);
    const ontap = await as(CVO);
    const before = fabric.snapshot();
    const parent = await ontap.volumes.findByName(DR, "epic_prd_dr");
    const point = await nightly(ontap, parent!.uuid);

    const wanted = {
      svm: DR,
      name: "epic_trn",
      parentVolume: parent!.name,
      parentSnapshot: point.name,
      comment: "sluice run=1",
    };
    await ended(ontap, ontap.volumes.createClone(wanted));
    const clone = await ontap.volumes.findByName(DR, "epic_trn");
    expect(clone).toMatchObject({ type: "rw", state: "online", comment: "sluice run=1", snapshotPolicy: "none" });
    expect(clone?.clone).toMatchObject({ parentVolume: { uuid: parent!.uuid }, parentSnapshot: { name: point.name } });
    expect(await ontap.volumes.list({ parentVolumeUuid: parent!.uuid })).toEqual([clone]);
    expect((await ontap.snapshots.get(parent!.uuid, point.uuid)).owners.join()).toContain("volume_clone");
    expect((await problemOf(ended(ontap, ontap.volumes.createClone(wanted)))).code).toBe("917526");

    const luns = await ontap.luns.listByVolume(DR, "epic_trn");
    expect(luns.map((each) => [each.state, each.enabled, each.mapped])).toEqual(Array(4).fill(["online", true, false]));
    await ended(ontap, ontap.luns.setEnabled(luns[0]!.uuid, false));
    expect((await ontap.luns.get(luns[0]!.uuid)).enabled).toBe(false);
    await ended(ontap, ontap.luns.setEnabled(luns[0]!.uuid, true));

    const group = await ontap.igroups.create({ svm: DR, name: "ig_epic-trn-01", protocol: "iscsi", initiators: [TRN] });
    expect(group.uuid).toBe((await ontap.igroups.findByName(DR, "ig_epic-trn-01"))?.uuid);
    expect(
      (await problemOf(ontap.igroups.create({ svm: DR, name: "ig_epic-trn-01", protocol: "iscsi", initiators: [] })))
        .code,
    ).toBe("5374023");
    await ontap.igroups.addInitiator(group.uuid!, "iqn.1994-05.com.redhat:second");
    expect((await ontap.igroups.list({ initiator: "iqn.1994-05.com.redhat:second" })).map((each) => each.uuid)).toEqual(
      [group.uuid],
    );
    await ontap.igroups.removeInitiator(group.uuid!, "iqn.1994-05.com.redhat:second");
    expect((await ontap.igroups.get(group.uuid!)).initiators).toEqual([TRN]);

    for (const [i, lun] of luns.entries()) {
      const made = await ontap.lunMaps.create({ svm: DR, lun: lun.name, igroup: "ig_epic-trn-01", number: 10 + i });
      expect(made.number).toBe(10 + i);
    }
    const again = await problemOf(ontap.lunMaps.create({ svm: DR, lun: luns[0]!.name, igroup: "ig_epic-trn-01" }));
    expect([again.kind, again.code]).toEqual(["rejected", "1254207"]);
    const maps = await ontap.lunMaps.list({ igroup: "ig_epic-trn-01" });
    expect(maps.map((map) => map.number).sort()).toEqual([10, 11, 12, 13]);
    expect((await ontap.luns.get(luns[0]!.uuid)).maps).toMatchObject([
      { igroup: { name: "ig_epic-trn-01" }, number: 10 },
    ]);
    expect((await problemOf(ontap.igroups.delete(group.uuid!))).code).toBe("1254213");

    for (const map of maps) await ontap.lunMaps.delete(map.lun.uuid!, map.igroup.uuid!);
    await ontap.igroups.delete(group.uuid!);
    await ended(ontap, ontap.volumes.setComment(clone!.uuid, "sluice run=1 released"));
    expect((await ontap.volumes.get(clone!.uuid)).comment).toBe("sluice run=1 released");
    await ended(ontap, ontap.volumes.delete(clone!.uuid, { force: true }));
    expect(await ontap.volumes.find(clone!.uuid)).toBeUndefined();
    expect((await ontap.snapshots.get(parent!.uuid, point.uuid)).owners.join()).not.toContain("volume_clone");
    expect(fabric.snapshot()).toEqual(before);
  });

  test("a mirror refuses snapshots of its own", async () => {
    const ontap = await site().as(CVO);
    const parent = await ontap.volumes.findByName(DR, "epic_prd_dr");
    const refused = await problemOf(ended(ontap, ontap.snapshots.create(parent!.uuid, { name: "mine" })));
    expect([refused.kind, refused.code]).toEqual(["rejected", "1638461"]);
  });
});

describe("snapshots on the source", () => {
  test("are made with their label, changed and deleted", async () => {
    const { fabric, as } = site();
    const ontap = await as(ARRAY);
    const before = fabric.snapshot();
    const volume = await ontap.volumes.findByName("svm_epic", "epic_prd");
    await ended(
      ontap,
      ontap.snapshots.create(volume!.uuid, { name: "fresh", label: "daily", comment: "sluice run=2" }),
    );
    const made = await ontap.snapshots.findByName(volume!.uuid, "fresh");
    expect(made).toMatchObject({ label: "daily", comment: "sluice run=2" });
    await ended(ontap, ontap.snapshots.patch(volume!.uuid, made!.uuid, { label: "sluice-safety", comment: "kept" }));
    expect(await ontap.snapshots.get(volume!.uuid, made!.uuid)).toMatchObject({
      label: "sluice-safety",
      comment: "kept",
    });
    expect((await problemOf(ended(ontap, ontap.snapshots.create(volume!.uuid, { name: "fresh" })))).code).toBe(
      "525059",
    );
    await ended(ontap, ontap.snapshots.delete(volume!.uuid, made!.uuid));
    expect(await ontap.snapshots.find(volume!.uuid, made!.uuid)).toBeUndefined();
    expect(fabric.snapshot()).toEqual(before);
  });
});

describe("a mirror", () => {
  const mirrorOf = async (ontap: OntapReader) =>
    (await ontap.relationships.list({ destinationSvm: DR, destinationVolume: "epic_prd_dr" }))[0]!;

  test("pauses, resumes, and takes a fresh snapshot over", async () => {
    const { as, clock } = site({ queuedMs: 500, transferBytesPerSecond: 2 ** 30 });
    const [cvo, array] = [await as(CVO), await as(ARRAY)];
    const { uuid } = await mirrorOf(cvo);
    await ended(cvo, cvo.relationships.setState(uuid, "paused"));
    expect((await cvo.relationships.get(uuid)).state).toBe("paused");
    await ended(cvo, cvo.relationships.setState(uuid, "snapmirrored"));
    expect((await cvo.relationships.get(uuid)).state).toBe("snapmirrored");

    const volume = await array.volumes.findByName("svm_epic", "epic_prd");
    await ended(array, array.snapshots.create(volume!.uuid, { name: "fresh", label: "daily" }));
    const made = await array.snapshots.findByName(volume!.uuid, "fresh");
    const { transferUuid } = await cvo.transfers.start(uuid);
    const busy = await cvo.relationships.get(uuid);
    expect(busy.transfer?.state).toMatch(/queued|transferring/);
    if (transferUuid !== undefined) expect(busy.transfer?.uuid ?? transferUuid).toBe(transferUuid);
    expect((await problemOf(cvo.transfers.start(uuid))).kind).toBe("rejected");

    clock.advance(3_600_000);
    const after = await cvo.relationships.get(uuid);
    expect(after.transfer).toMatchObject({ state: "success" });
    const destination = await cvo.volumes.findByName(DR, "epic_prd_dr");
    expect(await cvo.snapshots.list(destination!.uuid, { versionUuid: made!.versionUuid! })).toMatchObject([
      { name: "fresh" },
    ]);
  });

  test("breaks and comes back", async () => {
    const { as, clock } = site();
    const cvo = await as(CVO);
    const { uuid } = await mirrorOf(cvo);
    await ended(cvo, cvo.relationships.setState(uuid, "broken_off"));
    expect((await cvo.relationships.get(uuid)).state).toBe("broken_off");
    expect((await cvo.volumes.findByName(DR, "epic_prd_dr"))?.type).toBe("rw");
    await ended(cvo, cvo.relationships.setState(uuid, "snapmirrored"));
    clock.advance(60_000);
    expect(await cvo.relationships.get(uuid)).toMatchObject({ state: "snapmirrored" });
    expect((await cvo.volumes.findByName(DR, "epic_prd_dr"))?.type).toBe("dp");
  });

  test.each<Knobs["restoreNewerSnapshots"]>(["keep", "drop"])(
    "gives a night back through a restore relationship that deletes itself (newer snapshots: %s)",
    async (restoreNewerSnapshots) => {
      const { as, clock, fabric } = site({ restoreNewerSnapshots, transferBytesPerSecond: 2 ** 34 });
      const [cvo, array] = [await as(CVO), await as(ARRAY)];
      const mirror = await mirrorOf(cvo);
      const destination = await cvo.volumes.findByName(DR, "epic_prd_dr");
      const point = await nightly(cvo, destination!.uuid);
      fabric.write(ARRAY, "svm_epic", "epic_prd");
      await ended(cvo, cvo.relationships.setState(mirror.uuid, "paused"));

      const peer = await array.svmPeers.findByPeer("svm_epic", DR);
      const paths = { sourcePath: `${peer!.name}:epic_prd_dr`, destinationPath: "svm_epic:epic_prd" };
      await ended(array, array.relationships.createRestore(paths));
      const [restore] = await array.relationships.list({ restore: true });
      expect(restore).toMatchObject({ restore: true, destination: { path: "svm_epic:epic_prd" } });
      await array.transfers.start(restore!.uuid, { sourceSnapshot: point.name });
      expect((await array.volumes.findByName("svm_epic", "epic_prd"))?.type).toBe("dp");
      clock.advance(3_600_000);
      expect(await array.relationships.find(restore!.uuid)).toBeUndefined();
      expect(await array.volumes.findByName("svm_epic", "epic_prd")).toMatchObject({ type: "rw", state: "online" });
      expect(fabric.contentOf(ARRAY, "svm_epic", "epic_prd")).toBe(
        fabric.contentOf(CVO, DR, "epic_prd_dr", point.name),
      );
      await ended(cvo, cvo.relationships.setState(mirror.uuid, "snapmirrored"));
    },
  );

  test("keeps its common snapshots when a restore relationship is asked to go, and the restore goes", async () => {
    const { as } = site();
    const [cvo, array] = [await as(CVO), await as(ARRAY)];
    const { uuid } = await mirrorOf(cvo);
    expect((await problemOf(cvo.relationships.delete(uuid, "restoreRelationship"))).code).toBe("notRestore");
    const peer = await array.svmPeers.findByPeer("svm_epic", DR);
    await ended(
      array,
      array.relationships.createRestore({
        sourcePath: `${peer!.name}:epic_prd_dr`,
        destinationPath: "svm_epic:epic_prd",
      }),
    );
    const [restore] = await array.relationships.list({ restore: true });
    await ended(array, array.relationships.delete(restore!.uuid, "restoreRelationship"));
    expect(await array.relationships.find(restore!.uuid)).toBeUndefined();
    expect(await cvo.relationships.find(uuid)).toBeDefined();
  });
});

describe("what can go wrong on the way", () => {
  const act = async (ontap: OntapClient): Promise<unknown> => {
    const volume = await ontap.volumes.findByName("svm_epic", "epic_prd");
    return ended(ontap, ontap.snapshots.create(volume!.uuid, { name: "s1" }));
  };
  const POST = { method: "POST", path: "/snapshots" };

  test.each<[string, Parameters<Fabric["fault"]>[1], Problem["kind"], string | undefined, boolean]>([
    ["cut before the effect", { ...POST, does: { kind: "reset" } }, "inDoubt", undefined, false],
    ["cut after the effect", { ...POST, when: "after", does: { kind: "reset" } }, "inDoubt", undefined, true],
    [
      "502 after the effect",
      { ...POST, when: "after", does: { kind: "reply", status: 502, body: "<html>" } },
      "inDoubt",
      "http 502",
      true,
    ],
    [
      "RPC timeout after the effect",
      { ...POST, when: "after", does: { kind: "error", code: 65541, status: 500 } },
      "inDoubt",
      "65541",
      true,
    ],
    ["too many requests", { ...POST, does: { kind: "error", code: 262160, status: 429 } }, "rejected", "262160", false],
    ["busy", { ...POST, does: { kind: "error", code: 524486 } }, "rejected", "524486", false],
    ["its job fails", { ...POST, does: { kind: "jobFailure", code: 1638618 } }, "rejected", "1638618", false],
    ["its job fails for want of a right", { ...POST, does: { kind: "jobFailure", code: 6 } }, "rejected", "6", false],
    ["approval wanted", { ...POST, does: { kind: "approval" } }, "rejected", "262325", false],
    ["array unreachable", { condition: "unreachable" }, "notSent", undefined, false],
    ["login refused", { condition: "loginRefused" }, "rejected", "6691623", false],
  ])("%s", async (_name, rule, kind, code, happened) => {
    const { fabric, as } = site();
    const ontap = await as(ARRAY);
    fabric.fault(ARRAY, rule);
    const problem = await problemOf(act(ontap));
    expect(problem.kind).toBe(kind);
    if (code !== undefined) expect(problem.code).toBe(code);
    if (code === "262325") expect(problem.detail?.["mavRequest"]).toBeGreaterThan(0);
    fabric.clearFaults();
    const volume = await ontap.volumes.findByName("svm_epic", "epic_prd");
    expect((await ontap.snapshots.findByName(volume!.uuid, "s1")) !== undefined).toBe(happened);
    expect(fabric.calls(ARRAY).filter((call) => call.method === "POST").length).toBeLessThanOrEqual(1);
  });

  test.each<Knobs["mavStatus"]>([400, 403, 500, "job"])(
    "the array's own approval is seen as such, told by %s, and its request can be read",
    async (mavStatus) => {
      const { fabric, as } = site({ mavStatus });
      const ontap = await as(ARRAY);
      fabric.fault(ARRAY, { ...POST, does: { kind: "approval" } });
      const problem = await problemOf(act(ontap));
      expect([problem.kind, problem.code]).toEqual(["rejected", "262325"]);
      const admin = await as(ARRAY, { user: "admin", password: "netapp1!" });
      const request = await admin.mav.findRequest(Number(problem.detail?.["mavRequest"]));
      expect(request).toMatchObject({ state: "pending", requestedBy: "sluice" });
    },
  );

  test("a read lives through a cut line and a busy moment", async () => {
    const { fabric, as } = site();
    const ontap = await as(CVO);
    fabric.fault(CVO, { path: "/storage/volumes", does: { kind: "reset" } });
    fabric.fault(CVO, { path: "/storage/volumes", does: { kind: "error", code: 262160, status: 429 } });
    expect(await ontap.volumes.list({ type: "dp" })).toHaveLength(2);
  });

  test("a job whose record has gone is undefined, not failed", async () => {
    const { as, clock } = site({ jobMs: { volume: [1000, 1000], mirror: [1000, 1000] } });
    const ontap = await as(ARRAY);
    const volume = await ontap.volumes.findByName("svm_epic", "epic_prd");
    const accepted = await ontap.snapshots.create(volume!.uuid, { name: "s1" }, { returnTimeoutSeconds: 0 });
    expect(accepted.done).toBe(false);
    expect(await ontap.jobs.listByUuid([accepted.jobUuid!])).toMatchObject([{ state: "running" }]);
    clock.advance(2000);
    expect(await ontap.jobs.find(accepted.jobUuid!)).toMatchObject({ state: "success" });
    clock.advance(400_000);
    expect(await ontap.jobs.find(accepted.jobUuid!)).toBeUndefined();
    expect(await ontap.jobs.listByUuid([accepted.jobUuid!])).toEqual([]);
  });
});

describe("logging in", () => {
  test("with a certificate whose name is the user", async () => {
    const { cert, key } = await clientCert("sluice");
    const ontap = await site().as(CVO, { cert, key });
    expect(await ontap.cluster.name()).toBe(CVO);
  });

  test("with a wrong password is refused in so many words, and the password is not repeated", async () => {
    const ontap = await site().as(CVO, { user: "sluice", password: "not-this-one" });
    const problem = await problemOf(ontap.volumes.list());
    expect([problem.kind, problem.retryable]).toEqual(["rejected", false]);
    expect(problem.sentence).toContain("login sluice was refused");
    expect(JSON.stringify([problem.sentence, problem.detail])).not.toContain("not-this-one");
  });
});

test("the array's own log takes what Sluice did", async () => {
  const ontap = await site().as(CVO);
  const event = { computer: "bot", version: "0.1.0", id: 1, category: "clone", description: "run 1 began" };
  expect(["logged", "unavailable"]).toContain(await ontap.ems.logApplicationEvent(event));
});
