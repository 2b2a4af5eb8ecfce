import { afterEach, describe, expect, test } from "@jest/globals";
import type { Knobs } from "../../sim/ontap/index.js";
import { ARRAY, CVO, DR, openSite, problemOf, type Site, type SiteOptions, SVM, worldOf } from "./support/site.js";

/** Where NetApp's documents leave more than one reading, the client is right under each. What the laws of runbooks take all at once stands here one by one. */
let site: Site | undefined;
afterEach(() => site?.close());
const open = async (knobs: Partial<Knobs>, more: SiteOptions = {}): Promise<Site> =>
  (site = await openSite({ knobs, ...more }));

describe("the array's own approval", () => {
  test.each<Knobs["mavStatus"]>([202, 400, 403, 500, "job"])(
    "is a no that names its request, told by %s",
    async (mavStatus) => {
      const { array, fabric } = await open({ mavStatus });
      const asynchronous = { method: "POST", path: "/snapshots", does: { kind: "approval" } } as const;
      const synchronous = { method: "POST", path: "/igroups", does: { kind: "approval" } } as const;
      const { uuid } = (await array.volumes.findByName(SVM, "epic_prd"))!;
      const acts = [
        [asynchronous, async () => array.jobs.settle(await array.snapshots.create(uuid, { name: "s1" }))],
        [synchronous, () => array.igroups.create({ svm: SVM, name: "ig", protocol: "iscsi", initiators: [] })],
      ] as const;
      for (const [fault, act] of acts) {
        fabric.fault(ARRAY, fault);
        const problem = await problemOf(act());
        expect([problem.kind, problem.code, problem.retryable]).toEqual(["rejected", "262325", false]);
        expect(await array.mav.findRequest(Number(problem.detail?.["mavRequest"]))).toMatchObject({ state: "pending" });
      }
      expect(await array.snapshots.findByName(uuid, "s1")).toBeUndefined();
      expect(await array.igroups.findByName(SVM, "ig")).toBeUndefined();
    },
  );
});

describe("rights", () => {
  test.each(["call", "job"] as const)("one that is missing is named, found out in the %s", async (rightsCheckedIn) => {
    const { client } = await open({ rightsCheckedIn });
    const cvo = client(CVO, { login: { user: "sluice", password: "sluice-cvo-1!" } });
    const making = async () =>
      cvo.jobs.settle(await cvo.keyManagers.createOnboard("a passphrase of more than thirty-two characters"));
    const problem = await problemOf(making());
    expect(problem).toMatchObject({ kind: "rejected", code: "6", retryable: false });
    expect(problem.detail?.["missingRight"]).toEqual({ api: "/api/security/key-managers", access: "read_create" });
    expect(problem.sentence).toContain("login sluice may not POST");
  });

  test("a login that may not see jobs learns from the object how its write ended", async () => {
    const { client } = await open({ svmLoginSeesJobs: false, jobMs: { volume: [3000, 3000], mirror: [0, 0] } });
    const array = client(ARRAY, { login: { user: "sluice", password: "sluice-array-1!" } });
    expect((await problemOf(array.jobs.listByUuid(["j"]))).code).toBe("6");
    const { uuid } = (await array.volumes.findByName(SVM, "epic_prd"))!;
    const accepted = await array.snapshots.create(uuid, { name: "s1" }, { returnTimeoutSeconds: 0 });
    expect(accepted.done).toBe(false);
    const look = async () => (await array.snapshots.findByName(uuid, "s1")) !== undefined;
    await array.jobs.settle(accepted, { look });
    expect(await look()).toBe(true);
    const second = await array.snapshots.create(uuid, { name: "s2" }, { returnTimeoutSeconds: 0 });
    expect(await problemOf(array.jobs.settle(second))).toMatchObject({ kind: "inDoubt", code: "unseen" });
  });
});

describe("what an older release does not know", () => {
  test.each([3, 4] as const)(
    "is absent, not an error, when its URL is answered with code %d",
    async (unknownUrlCode) => {
      const { array, cvo } = await open({ unknownUrlCode }, { world: worldOf("9.8", "cvo-ha") });
      expect(await array.mav.findSettings()).toBeUndefined();
      expect(await array.mav.listRules()).toEqual([]);
      expect(await array.mav.findRequest(1)).toBeUndefined();
      expect((await problemOf(cvo.consistencyGroups.list())).kind).toBe("rejected");
      const event = { computer: "bot", version: "1", id: 1, category: "clone", description: "made c1" };
      expect(await cvo.ems.logApplicationEvent(event)).toBe("unavailable");
    },
  );

  test("an application log where there is one shows what was done", async () => {
    const { cvo } = await open({ applicationLogs: "always" });
    const event = { computer: "epic-bot-01", version: "1", id: 7, category: "clone", description: "made c1" };
    expect(await cvo.ems.logApplicationEvent(event)).toBe("logged");
    const [seen] = await cvo.ems.listEvents({ names: ["app.log.*"] });
    expect(seen).toMatchObject({ name: "app.log.notice", severity: "notice" });
    expect(seen?.text).toContain("made c1");
  });

  test.each(["full", "paths"] as const)("a source shows of what it feeds: %s", async (listedDestinations) => {
    const { array } = await open({ listedDestinations });
    const [fed] = await array.relationships.listDestinations({ sourceSvm: SVM, sourceVolume: "epic_prd" });
    expect(fed?.destination).toMatchObject({ path: `${DR}:epic_prd_dr`, svm: DR, volume: "epic_prd_dr" });
    expect(fed?.destination.cluster).toBe(listedDestinations === "full" ? CVO : undefined);
  });
});

test.each(["lower", "kept"] as const)("an initiator is one, however it is spelt: stored %s", async (initiatorCase) => {
  const { cvo } = await open({ initiatorCase });
  const initiator = "iqn.1994-05.com.redhat:EPICtrn01";
  const { uuid } = await cvo.igroups.create({ svm: DR, name: "ig", protocol: "iscsi", initiators: [initiator] });
  const stored = initiatorCase === "kept" ? initiator : initiator.toLowerCase();
  expect((await cvo.igroups.get(uuid!)).initiators).toEqual([stored]);
  expect((await problemOf(cvo.igroups.addInitiator(uuid!, initiator.toUpperCase().replace("IQN", "iqn")))).code).toBe(
    "5374035",
  );
  await cvo.igroups.removeInitiator(uuid!, initiator.toLowerCase());
  expect((await cvo.igroups.get(uuid!)).initiators).toEqual([]);
});

test.each(["accept", "refuse"] as const)(
  "a clone's snapshot policy, given with it: %s",
  async (cloneSnapshotPolicy) => {
    const { cvo } = await open({ cloneSnapshotPolicy });
    const parent = (await cvo.volumes.findByName(DR, "epic_prd_dr"))!;
    const [night] = await cvo.snapshots.list(parent.uuid, { label: "daily" });
    const clone = { svm: DR, name: "c1", parentVolume: parent.name, parentSnapshot: night!.name, comment: "x" };
    const at = (): ReturnType<typeof cvo.volumes.findByName> => cvo.volumes.findByName(DR, "c1");
    if (cloneSnapshotPolicy === "accept") await cvo.jobs.settle(await cvo.volumes.createClone(clone));
    else {
      expect(await problemOf(cvo.volumes.createClone(clone))).toMatchObject({ kind: "rejected", code: "918247" });
      await cvo.jobs.settle(await cvo.volumes.createClone({ ...clone, snapshotPolicy: null }));
      expect((await at())?.snapshotPolicy).toBe("default");
      await cvo.jobs.settle(await cvo.volumes.setSnapshotPolicy((await at())!.uuid, "none"));
    }
    expect((await at())?.snapshotPolicy).toBe("none");
  },
);

test.each(["online", "offline"] as const)("the LUNs of a fresh clone: %s", async (clonedLuns) => {
  const { cvo } = await open({ clonedLuns });
  const parent = (await cvo.volumes.findByName(DR, "epic_prd_dr"))!;
  const [night] = await cvo.snapshots.list(parent.uuid, { label: "daily" });
  const clone = { svm: DR, name: "c1", parentVolume: parent.name, parentSnapshot: night!.name, comment: "x" };
  await cvo.jobs.settle(await cvo.volumes.createClone(clone));
  const states = async (): Promise<unknown[]> => (await cvo.luns.listByVolume(DR, "c1")).map(({ state }) => state);
  expect(await states()).toEqual(Array(4).fill(clonedLuns));
  for (const { uuid } of await cvo.luns.listByVolume(DR, "c1")) await cvo.luns.setEnabled(uuid, true);
  expect(await states()).toEqual(Array(4).fill("online"));
});

test.each([400, 500] as const)("a feature's own no is a no under status %d", async (featureErrorStatus) => {
  const { array } = await open({ featureErrorStatus });
  const { uuid } = (await array.volumes.findByName(SVM, "epic_prd"))!;
  const [luns] = await array.luns.listByVolume(SVM, "epic_prd");
  expect(await problemOf(array.luns.delete(luns!.uuid))).toMatchObject({ kind: "rejected", code: "1254197" });
  const restoring = array.volumes.restoreTo(uuid, "no-such-snapshot");
  expect((await problemOf(restoring.then((each) => array.jobs.settle(each)))).kind).toBe("rejected");
});

describe("an array that takes only so many calls at a time", () => {
  const many = Array.from({ length: 40 });
  const refusals = ({ fabric }: Site): number => fabric.calls(CVO).filter(({ status }) => status === 429).length;

  test("is never asked for more than eight", async () => {
    const at = await open({ maxInFlight: 8, callMs: 5 });
    await Promise.all(many.map(() => at.cvo.svms.list()));
    expect(at.fabric.calls(CVO).length).toBe(many.length);
    expect(refusals(at)).toBe(0);
  });

  test("is waited for as it says, by reads on their own and by writes that are told to", async () => {
    const at = await open({ maxInFlight: 0, retryAfterS: 7 });
    const began = at.clock.now();
    const { igroups } = at.cvo;
    const make = () => igroups.create({ svm: DR, name: "ig", protocol: "iscsi", initiators: [] });
    expect(await problemOf(make())).toMatchObject({
      kind: "rejected",
      code: "262160",
      retryable: true,
      retryAfterMs: 7000,
    });
    expect(at.clock.now()).toBe(began);
    const free = (): void => at.fabric.knobs({ maxInFlight: 8 });
    const sleeping = [at.cvo.svms.list(), at.cvo.patiently(60_000, make)];
    while (refusals(at) < 3) await new Promise((resolve) => setImmediate(resolve));
    free();
    await Promise.all(sleeping);
    expect(at.clock.now() - began).toBeGreaterThanOrEqual(7_000);
    expect(await igroups.findByName(DR, "ig")).toBeDefined();
  });
});
