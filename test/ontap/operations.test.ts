import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { createOntap, type OntapClient } from "../../src/ontap/index.js";
import { ARRAY, CVO, DR, openSite, problemOf, type Site, SVM } from "./support/site.js";

/** What neither the contract nor the others had a use for: at the end nothing of the client is untried. */
let site: Site;
let array: OntapClient;
let cvo: OntapClient;
beforeAll(async () => {
  // With five seconds there is no room for return_timeout, which would be waited for in real time: every job is one to follow.
  const client = { requestTimeoutMs: 5_000 };
  site = await openSite({ client, knobs: { jobControl: "allow", jobMs: { volume: [5000, 5000], mirror: [0, 0] } } });
  ({ array, cvo } = site);
});
afterAll(() => site.close());

test("the cluster and its SVMs: licences, name servers, schedules", async () => {
  expect(await cvo.cluster.listLicences()).toContain("flexclone");
  expect(await cvo.svms.listNameServers(DR)).toEqual(expect.arrayContaining([expect.stringMatching(/^\d+\.\d+/)]));
  expect((await cvo.schedules.list()).map(({ name }) => name)).toContain("epic_15min");
});

test("peers, by uuid and in lists", async () => {
  const peer = (await cvo.clusterPeers.findByRemote(ARRAY))!;
  expect(await cvo.clusterPeers.find(peer.uuid)).toEqual(peer);
  expect(await cvo.clusterPeers.find("00000000-0000-0000-0000-000000000000")).toBeUndefined();
  expect((await cvo.svmPeers.list({ svm: DR })).map(({ peer: { svm } }) => svm.name)).toEqual([SVM]);
  expect(await cvo.svmPeers.list({ svm: "nobody" })).toEqual([]);
});

test("the network in lists, and a port that leaves its broadcast domain", async () => {
  expect((await cvo.ipspaces.list()).map(({ name }) => name)).toContain("Default");
  expect((await cvo.broadcastDomains.list()).map(({ name }) => name)).toContain("Default");
  expect((await cvo.interfaces.list({ svm: DR })).every(({ svm }) => svm === DR)).toBe(true);
  expect(await cvo.routes.list({ ipspace: "no-such" })).toEqual([]);
  const [node] = await array.cluster.listNodes();
  const base = (await array.ports.list({ node: node!.name })).find(({ type }) => type === "physical")!;
  const domain = { name: "Default", ipspace: "Default" };
  await array.ports.createVlan({ node: node!.name, basePort: base.name, tag: 77, broadcastDomain: domain });
  const port = `${base.name}-77`;
  await array.ports.leaveBroadcastDomain(domain, [{ node: node!.name, port }]);
  const left = (await array.ports.list({ node: node!.name })).find(({ name }) => name === port);
  expect(left).toMatchObject({ broadcastDomain: undefined });
});

test("a job can be stopped, and goes on when it is let", async () => {
  const { uuid } = (await array.volumes.findByName(SVM, "epic_prd"))!;
  const { jobUuid } = await array.snapshots.create(uuid, { name: "later" }, { returnTimeoutSeconds: 0 });
  await array.jobs.pause(jobUuid!);
  site.clock.advance(60_000);
  expect(await array.jobs.find(jobUuid!)).toMatchObject({ state: "running" });
  expect(await array.snapshots.findByName(uuid, "later")).toBeUndefined();
  await array.jobs.resume(jobUuid!);
  await array.jobs.settle({ jobUuid: jobUuid! });
  expect(await array.snapshots.findByName(uuid, "later")).toBeDefined();
  expect((await problemOf(array.jobs.resume(jobUuid!))).code).toBe("458762");
  const second = await array.snapshots.create(uuid, { name: "never" }, { returnTimeoutSeconds: 0 });
  await array.jobs.cancel(second.jobUuid!);
  expect((await problemOf(array.jobs.settle(second))).kind).toBe("rejected");
  expect(await array.snapshots.findByName(uuid, "never")).toBeUndefined();
});

test("transfers, the last of them and by uuid", async () => {
  const [mirror] = await cvo.relationships.list({ destinationSvm: DR, destinationVolume: "epic_prd_dr" });
  const { transferUuid } = await cvo.transfers.start(mirror!.uuid);
  await cvo.relationships.follow(mirror!.uuid, (seen) => seen.transfer?.state === "success", 60_000);
  expect((await cvo.transfers.list(mirror!.uuid)).map(({ uuid }) => uuid)).toContain(transferUuid);
  expect(await cvo.transfers.find(mirror!.uuid, transferUuid!)).toMatchObject({ state: "success", error: undefined });
  expect(await cvo.transfers.find(mirror!.uuid, "00000000-0000-0000-0000-000000000000")).toBeUndefined();
});

test("what was deleted without force waits in the recovery queue", async () => {
  const parent = (await cvo.volumes.findByName(DR, "epic_prd_dr"))!;
  const [night] = await cvo.snapshots.list(parent.uuid, { label: "daily" });
  const clone = { svm: DR, name: "q1", parentVolume: parent.name, parentSnapshot: night!.name, comment: "x" };
  await cvo.jobs.settle(await cvo.volumes.createClone(clone));
  const { uuid } = (await cvo.volumes.findByName(DR, "q1"))!;
  await cvo.jobs.settle(await cvo.volumes.delete(uuid, { force: false }));
  expect(await cvo.volumes.find(uuid)).toBeUndefined();
  expect((await cvo.volumes.listRecoveryQueue(DR)).map(({ volume }) => volume)).toEqual([
    expect.stringMatching(/^q1_\d+$/),
  ]);
});

test("LUNs, igroups and sessions that are not there are nothing", async () => {
  const nobody = "00000000-0000-0000-0000-000000000000";
  expect(await cvo.luns.find(nobody)).toBeUndefined();
  expect(await cvo.igroups.find(nobody)).toBeUndefined();
  expect(await cvo.iscsi.sessions({ svm: DR, initiator: "iqn.1994-05.com.redhat:nobody" })).toEqual([]);
  const [lun] = await cvo.luns.listByVolume(DR, "epic_prd_dr");
  expect(await cvo.luns.find(lun!.uuid)).toEqual(lun);
});

test("a consistency group is found by uuid, and its snapshot deleted on every volume", async () => {
  const { consistencyGroups: groups } = array;
  await array.jobs.settle(await groups.create({ svm: SVM, name: "cg", volumes: ["epic_prd", "clarity_prd"] }));
  const group = (await array.consistencyGroups.findByName(SVM, "cg"))!;
  expect(await array.consistencyGroups.find(group.uuid)).toEqual(group);
  await array.jobs.settle(await groups.createSnapshot(group.uuid, { name: "one" }));
  const [taken] = await groups.listSnapshots(group.uuid);
  await array.jobs.settle(await array.consistencyGroups.deleteSnapshot(group.uuid, taken!.uuid));
  for (const { uuid } of group.volumes) expect(await array.snapshots.findByName(uuid!, "one")).toBeUndefined();
});

test("key vaults, rights, the catalogue of events", async () => {
  expect((await cvo.azureKeyVaults.list()).map(({ svm }) => svm)).toEqual([DR]);
  expect((await cvo.snapshotPolicies.list()).map(({ name }) => name)).toContain("none");
  const restricted = site.client(CVO, { login: { user: "sluice", password: "sluice-cvo-1!" } });
  expect([
    await cvo.rights.mayRead("/security/accounts"),
    await restricted.rights.mayRead("/security/accounts"),
  ]).toEqual([true, false]);
  expect(await restricted.rights.listOwn("sluice")).toBeUndefined();
  expect((await cvo.rights.listOwn("sluice"))?.map(({ path }) => path)).toContain("/api/snapmirror");
  expect(await cvo.ems.findMessage("snapmirror.dst.snapDelErr")).toMatchObject({ name: "snapmirror.dst.snapDelErr" });
  expect(await cvo.ems.findMessage("no.such.event")).toBeUndefined();
});

test("a request for the array's own approval can be taken back", async () => {
  site.fabric.fault(ARRAY, { method: "POST", path: "/igroups", does: { kind: "approval" } });
  const asked = await problemOf(array.igroups.create({ svm: SVM, name: "ig", protocol: "iscsi", initiators: [] }));
  const index = Number(asked.detail?.["mavRequest"]);
  expect(await array.mav.findRequest(index)).toMatchObject({ state: "pending" });
  await array.mav.deleteRequest(index);
  expect(await array.mav.findRequest(index)).toBeUndefined();
});

test("there is no operation that no test of the client calls", async () => {
  const tests = readdirSync("test/ontap", { encoding: "utf8" })
    .filter((file) => file.endsWith(".ts"))
    .map((file) => readFileSync(join("test/ontap", file), "utf8"))
    .join("\n");
  const client = createOntap({ cluster: "c", url: "https://127.0.0.1:1", login: { user: "u", password: "p" } });
  const operations = Object.entries(client).flatMap(([family, value]) =>
    typeof value === "object" && family !== "reader"
      ? Object.keys(value as object).map((name) => `${family}.${name}`)
      : [],
  );
  await client.close();
  expect(operations.length).toBeGreaterThan(130);
  const called = (operation: string): boolean =>
    new RegExp(`\\b${operation.replace(".", "\\s*\\.\\s*")}\\b`).test(tests);
  expect(operations.filter((operation) => !called(operation))).toEqual([]);
});
