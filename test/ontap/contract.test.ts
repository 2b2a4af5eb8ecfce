import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { type Accepted, FEATURES, isAlreadyThere, isAtLeast, type OntapClient } from "../../src/ontap/index.js";
import { ARRAY, CVO, DR, openSite, problemOf, type Site, SVM, worldOf } from "./support/site.js";

/**
 * What the client promises, on every release and platform it meets. Pages are tiny and jobs take their time, so that every list is paged and every
 * asynchronous call is followed.
 */
const releases = ["9.8", "9.11.1", "9.14.1", "9.16.1"] as const;
const platforms = ["onprem", "cvo-single", "cvo-ha"] as const;
const combinations = releases.flatMap((release) => platforms.map((platform) => ({ release, platform })));
const GiB = 2 ** 30;

describe.each(combinations)("ONTAP $release, $platform", ({ release, platform }) => {
  const [generation = 0, major = 0, minor = 0] = release.split(".").map(Number);
  const has = (since: string): boolean => isAtLeast({ generation, major, minor }, since);
  let site: Site;
  let array: OntapClient;
  let cvo: OntapClient;
  beforeAll(async () => {
    const knobs = { pageCap: 3, jobMs: { volume: [200, 900], mirror: [500, 2000] }, visibilityMs: [0, 2000] } as const;
    // With five seconds there is no room for return_timeout: every job is one to follow.
    site = await openSite({ world: worldOf(release, platform), knobs, client: { requestTimeoutMs: 5_000 } });
    ({ array, cvo } = site);
  });
  afterAll(() => site.close());

  const done = (ontap: OntapClient, accepted: Promise<Accepted>) => accepted.then((each) => ontap.jobs.settle(each));
  /** Goes through where the release has it; else is refused before anything is sent. */
  async function gated(since: string, ontap: OntapClient, act: () => Promise<Accepted>): Promise<boolean> {
    if (has(since)) {
      await done(ontap, act());
      return true;
    }
    const sent = site.fabric.calls(ontap.name).length;
    expect(await problemOf(act())).toMatchObject({ kind: "rejected", code: "release", detail: { needs: since } });
    expect(
      site.fabric
        .calls(ontap.name)
        .slice(sent)
        .filter((call) => call.method !== "GET"),
    ).toEqual([]);
    return false;
  }
  const volumeOf = async (ontap: OntapClient, svm: string, name: string) =>
    (await ontap.volumes.findByName(svm, name))!;

  test("says which release and platform it is, once, and what it lacks", async () => {
    const calls = site.fabric.calls(CVO).length;
    const version = await cvo.cluster.version();
    expect(version).toMatchObject({ generation, major, minor, assumed: false });
    expect(await cvo.cluster.version()).toBe(version);
    expect(await cvo.cluster.findPlatform()).toBe(platform);
    expect(await cvo.cluster.findPlatform()).toBe(platform);
    expect(site.fabric.calls(CVO).length - calls).toBeLessThanOrEqual(3);
    const all = Object.keys(FEATURES) as (keyof typeof FEATURES)[];
    const lacking = await cvo.cluster.listLacking(all);
    expect(lacking.map(({ feature }) => feature)).toEqual(all.filter((each) => !has(FEATURES[each].since)));
    for (const { says, needs } of lacking) expect(says).toContain(needs);
    expect(await cvo.cluster.name()).toBe(CVO);
  });

  test("lists everything over tiny pages, and finds nothing as nothing", async () => {
    expect((await cvo.svms.findByName(DR))?.state).toBe("running");
    expect((await cvo.aggregates.list()).length).toBeGreaterThan(0);
    expect((await cvo.interfaces.iscsi(DR)).length).toBeGreaterThan(0);
    expect((await cvo.interfaces.listIntercluster()).length).toBeGreaterThan(0);
    expect((await cvo.ports.list()).length).toBeGreaterThan(0);
    const volume = await volumeOf(cvo, DR, "epic_prd_dr");
    const snapshots = await cvo.snapshots.list(volume.uuid);
    expect(snapshots.length).toBeGreaterThan(20);
    expect(new Set(snapshots.map(({ uuid }) => uuid)).size).toBe(snapshots.length);
    expect(snapshots.some(({ versionUuid }) => versionUuid !== undefined)).toBe(has("9.11"));
    expect(await cvo.volumes.findByName(DR, 'no "such" | volume*')).toBeUndefined();
    expect(await cvo.relationships.find("00000000-0000-0000-0000-000000000000")).toBeUndefined();
    expect((await problemOf(cvo.volumes.get("00000000-0000-0000-0000-000000000000"))).code).toBe("4");
  });

  test("networking: IPspace, broadcast domain, VLAN, interface, route, and back", async () => {
    const ipspace = await array.ipspaces.create("ips_repl");
    expect(isAlreadyThere(await problemOf(array.ipspaces.create("ips_repl")))).toBe(true);
    const domain = await array.broadcastDomains.create({ name: "bd_repl", ipspace: "ips_repl", mtu: 1500 });
    const [node] = await array.cluster.listNodes();
    const base = (await array.ports.list({ node: node!.name })).find((port) => port.type === "physical")!;
    const bd = { name: "bd_repl", ipspace: "ips_repl" };
    const vlan = await array.ports.createVlan({ node: node!.name, basePort: base.name, tag: 100, broadcastDomain: bd });
    const lif = await array.interfaces.create({
      name: "ic_repl_01",
      of: { ipspace: "ips_repl" },
      address: "10.9.0.11",
      netmask: "255.255.255.0",
      servicePolicy: "default-intercluster",
      home: { node: node!.name, port: `${base.name}-100` },
    });
    const route = {
      of: { ipspace: "ips_repl" },
      destination: { address: "10.10.0.0", netmask: "16" },
      gateway: "10.9.0.1",
    };
    const made = await array.routes.create(route);
    expect(isAlreadyThere(await problemOf(array.routes.create(route)))).toBe(true);
    const [seen] = await array.interfaces.listIntercluster("ips_repl");
    expect(seen).toMatchObject({ name: "ic_repl_01", address: "10.9.0.11", netmask: "24", state: "up" });
    expect((await problemOf(array.ipspaces.delete(ipspace.uuid!))).kind).toBe("rejected");
    await array.routes.delete(made.uuid!);
    await array.interfaces.delete(lif.uuid!);
    await array.ports.delete(vlan.uuid!);
    await array.broadcastDomains.delete(domain.uuid!);
    await array.ipspaces.delete(ipspace.uuid!);
    expect(await array.ipspaces.findByName("ips_repl")).toBeUndefined();
  });

  test("peers, permissions, schedules", async () => {
    expect(await cvo.clusterPeers.findByRemote(ARRAY)).toMatchObject({
      availability: "available",
      authentication: "ok",
    });
    const peer = await cvo.svmPeers.findByPeer(DR, SVM, ARRAY);
    expect(peer).toMatchObject({ state: "peered", applications: ["snapmirror"] });
    for (const { clusterPeer, svm } of await cvo.peerPermissions.list())
      await cvo.peerPermissions.delete(clusterPeer.uuid!, svm.uuid ?? "*").catch(() => undefined);
    await cvo.peerPermissions.create({ clusterPeer: ARRAY, svm: DR }).catch((problem: unknown) => {
      expect(isAlreadyThere(problem)).toBe(true);
    });
    const { uuid } = await cvo.schedules.create({ name: "every_20", cron: { minutes: [0, 20, 40] } });
    expect((await cvo.schedules.findByName("every_20"))?.cron?.minutes).toEqual([0, 20, 40]);
    expect(isAlreadyThere(await problemOf(cvo.schedules.create({ name: "every_20", cron: { minutes: [1] } })))).toBe(
      true,
    );
    await cvo.schedules.delete(uuid!);
    expect(await cvo.schedules.findByName("every_20")).toBeUndefined();
  });

  test("mirror policies, each content from its release on", async () => {
    const retention = [{ label: "hourly", count: 48 }];
    const labelled = { svm: DR, name: "vault", copies: "labelled", retention, createsSnapshotOnSource: true } as const;
    await done(cvo, cvo.policies.create(labelled));
    const vault = await cvo.policies.findFor(DR, "vault");
    expect(vault).toMatchObject({ svm: DR, retention: [{ label: "hourly", count: 48 }] });
    await done(cvo, cvo.policies.patch(vault!.uuid, { retention: [...retention, { label: "daily", count: 7 }] }));
    expect((await cvo.policies.get(vault!.uuid)).retention).toHaveLength(2);
    await gated("9.10", cvo, () => cvo.policies.create({ svm: DR, name: "all", copies: "all" }));
    await gated("9.11", cvo, () => cvo.policies.create({ svm: DR, name: "latest", copies: "latest" }));
    await done(cvo, cvo.policies.delete(vault!.uuid));
    expect(await cvo.policies.findFor(DR, "vault")).toBeUndefined();
  });

  test("a volume with LUNs and snapshots, changed, put back and deleted", async () => {
    await done(
      array,
      array.volumes.create({ svm: SVM, name: "v1", type: "rw", sizeBytes: 20 * GiB, aggregate: "aggr1_01a" }),
    );
    const { uuid } = await volumeOf(array, SVM, "v1");
    await done(array, array.luns.create({ svm: SVM, name: "/vol/v1/lun0", sizeBytes: GiB }));
    const [lun] = await array.luns.listByVolume(SVM, "v1");
    await done(array, array.luns.setSize(lun!.uuid, 2 * GiB));
    expect((await array.luns.get(lun!.uuid)).sizeBytes).toBe(2 * GiB);
    await done(array, array.snapshots.create(uuid, { name: "s1", label: "daily", comment: "one" }));
    const snapshot = (await array.snapshots.findByName(uuid, "s1"))!;
    await done(array, array.snapshots.patch(uuid, snapshot.uuid, { comment: "two" }));
    expect((await array.snapshots.get(uuid, snapshot.uuid)).comment).toBe("two");
    const second = array.snapshots.create(uuid, { name: "s1" });
    expect(isAlreadyThere(await problemOf(done(array, second)))).toBe(true);
    await done(array, array.volumes.restoreTo(uuid, "s1"));
    await done(array, array.volumes.setSize(uuid, 30 * GiB));
    await done(array, array.volumes.setComment(uuid, "sluice"));
    await gated("9.13", array, () => array.volumes.setTags(uuid, ["sluice:test"]));
    expect(await array.volumes.get(uuid)).toMatchObject({ sizeBytes: 30 * GiB, comment: "sluice" });
    await done(array, array.luns.delete(lun!.uuid));
    await done(array, array.snapshots.delete(uuid, snapshot.uuid));
    await done(array, array.volumes.delete(uuid, { force: true }));
    expect(await array.volumes.find(uuid)).toBeUndefined();
  });

  test("a snapshot policy of an SVM's own, at work on a volume", async () => {
    const copies = [{ schedule: "hourly", count: 2, prefix: "local", label: "local" }];
    const { uuid } = await cvo.snapshotPolicies.create({ svm: DR, name: "dr_local", copies });
    const again = cvo.snapshotPolicies.create({ svm: DR, name: "dr_local", copies });
    expect((await problemOf(again)).kind).toBe("rejected");
    expect(await cvo.snapshotPolicies.findFor(DR, "dr_local")).toMatchObject({ uuid, svm: DR, enabled: true, copies });
    expect((await cvo.snapshotPolicies.findFor(DR, "none"))?.svm).toBeUndefined();
    const aggregate = (await cvo.aggregates.list())[0]!.name;
    await done(cvo, cvo.volumes.create({ svm: DR, name: "sp1", type: "rw", sizeBytes: 20 * GiB, aggregate }));
    const volume = await volumeOf(cvo, DR, "sp1");
    await done(cvo, cvo.volumes.setSnapshotPolicy(volume.uuid, "dr_local"));
    expect((await cvo.volumes.get(volume.uuid)).snapshotPolicy).toBe("dr_local");
    expect((await problemOf(cvo.snapshotPolicies.delete(uuid!))).kind).toBe("rejected");
    await site.clock.sleep(4 * 3_600_000);
    const taken = await cvo.snapshots.list(volume.uuid, { label: "local" });
    expect(taken).toHaveLength(2);
    for (const { name } of taken) expect(name).toMatch(/^local\.\d{4}-\d\d-\d\d_\d\d05$/);
    const mirror = await volumeOf(cvo, DR, "epic_prd_dr");
    expect((await problemOf(done(cvo, cvo.volumes.setSnapshotPolicy(mirror.uuid, "dr_local")))).code).toBe("917617");
    await done(cvo, cvo.volumes.delete(volume.uuid, { force: true }));
    await cvo.snapshotPolicies.delete(uuid!);
  });

  test("a mirror from nothing: made, filled, paused, broken, resynchronised, released", async () => {
    const alias = (await cvo.svmPeers.findByPeer(DR, SVM, ARRAY))!.name;
    const aggregate = (await cvo.aggregates.list())[0]!.name;
    await done(
      array,
      array.volumes.create({ svm: SVM, name: "m1", type: "rw", sizeBytes: 20 * GiB, aggregate: "aggr1_01b" }),
    );
    await done(cvo, cvo.volumes.create({ svm: DR, name: "m1_dr", type: "dp", sizeBytes: 20 * GiB, aggregate }));
    const paths = { sourcePath: `${alias}:m1`, destinationPath: `${DR}:m1_dr`, policy: "epic_mirror" };
    const scheduled = { ...paths, schedule: "epic_15min" };
    if (!(await gated("9.11", cvo, () => cvo.relationships.create(scheduled))))
      await done(cvo, cvo.relationships.create(paths));
    expect(isAlreadyThere(await problemOf(done(cvo, cvo.relationships.create(paths))))).toBe(true);
    // What was made may take seconds to be seen.
    await site.clock.sleep(5_000);
    const [made] = await cvo.relationships.list({ destinationSvm: DR, destinationVolume: "m1_dr" });
    const uuid = made!.uuid;
    expect(made).toMatchObject({ state: "uninitialized", lagMs: undefined });
    const until = (state: string) =>
      cvo.relationships.follow(
        uuid,
        (seen) => seen.state === state && seen.transfer?.state !== "transferring",
        600_000,
      );

    await cvo.transfers.start(uuid);
    expect(await until("snapmirrored")).toMatchObject({ state: "snapmirrored", healthy: true });
    await done(cvo, cvo.relationships.setState(uuid, "paused"));
    expect((await until("paused"))?.state).toBe("paused");
    await done(cvo, cvo.relationships.setState(uuid, "snapmirrored"));
    await until("snapmirrored");
    await gated("9.11", cvo, () => cvo.relationships.patch(uuid, { throttleKilobytesPerSecond: 1024 }));
    await done(cvo, cvo.relationships.setState(uuid, "broken_off"));
    expect((await until("broken_off"))?.state).toBe("broken_off");
    expect((await volumeOf(cvo, DR, "m1_dr")).type).toBe("rw");
    await done(cvo, cvo.relationships.setState(uuid, "snapmirrored"));
    expect((await until("snapmirrored"))?.state).toBe("snapmirrored");
    expect((await array.relationships.listDestinations({ sourceVolume: "m1" })).map((each) => each.uuid)).toEqual([
      uuid,
    ]);
    await done(cvo, cvo.relationships.delete(uuid, "destinationOnly"));
    expect(await cvo.relationships.find(uuid)).toBeUndefined();
    await done(array, array.relationships.delete(uuid, "sourceInfoOnly"));
    expect(await array.relationships.listDestinations({ sourceVolume: "m1" })).toEqual([]);
  });

  test("a clone of a mirror's snapshot, shown to a host and taken back", async () => {
    const parent = await volumeOf(cvo, DR, "epic_prd_dr");
    const night = (await cvo.snapshots.list(parent.uuid, { label: "daily" })).at(-1)!;
    const clone = { svm: DR, name: "c1", parentVolume: "epic_prd_dr", parentSnapshot: night.name, comment: "sluice" };
    await done(cvo, cvo.volumes.createClone(clone));
    expect(isAlreadyThere(await problemOf(done(cvo, cvo.volumes.createClone(clone))))).toBe(true);
    const volume = await volumeOf(cvo, DR, "c1");
    expect(volume.clone?.parentSnapshot.name).toBe(night.name);
    const { uuid: group } = await cvo.igroups.create({
      svm: DR,
      name: "ig_c1",
      protocol: "iscsi",
      initiators: ["iqn.1994-05.com.redhat:c1"],
    });
    const luns = await cvo.luns.listByVolume(DR, "c1");
    for (const lun of luns) await cvo.lunMaps.create({ svm: DR, igroup: "ig_c1", lun: lun.name });
    expect((await cvo.lunMaps.list({ igroup: "ig_c1" })).map(({ number }) => number).sort()).toEqual([0, 1, 2, 3]);
    expect((await cvo.iscsi.findService(DR))?.enabled).toBe(true);
    for (const lun of luns) await cvo.lunMaps.delete(lun.uuid, group!);
    await cvo.igroups.delete(group!);
    await done(cvo, cvo.volumes.delete(volume.uuid, { force: true }));
    expect((await cvo.snapshots.get(parent.uuid, night.uuid)).owners).not.toContain("volume_clone");
  });

  test("a consistency group, its snapshot in one phase and in two", async () => {
    const group = { svm: SVM, name: "cg_epic", volumes: ["epic_prd", "clarity_prd"] };
    if (!(await gated("9.10", array, () => array.consistencyGroups.create(group)))) {
      expect((await problemOf(array.consistencyGroups.list())).code).toBe("3");
      return;
    }
    const { uuid } = (await array.consistencyGroups.findByName(SVM, "cg_epic"))!;
    await done(array, array.consistencyGroups.createSnapshot(uuid, { name: "one" }));
    const started = await array.consistencyGroups.startSnapshot(uuid, { name: "two", holdSeconds: 30 });
    await array.jobs.settle(started);
    const pending =
      started.records[0]?.uuid ?? (await array.consistencyGroups.listSnapshots(uuid, { name: "two" }))[0]!.uuid;
    await done(array, array.consistencyGroups.commitSnapshot(uuid, pending));
    const made = await array.consistencyGroups.listSnapshots(uuid);
    // In the order of their uuids, which is none.
    expect(made.map(({ name, partial }) => [name, partial]).sort()).toEqual([
      ["one", false],
      ["two", false],
    ]);
    const clarity = await volumeOf(array, SVM, "clarity_prd");
    expect(await array.snapshots.findByName(clarity.uuid, "two")).toBeDefined();
    await done(array, array.consistencyGroups.delete(uuid));
  });

  test("key managers: the cluster's own on the array, an Azure Key Vault for an SVM", async () => {
    const vault = {
      svm: SVM,
      vault: "https://kv-one.vault.azure.net/",
      keyId: "https://kv-one.vault.azure.net/keys/k1",
      tenantId: "tenant",
      clientId: "client",
    };
    const secret = { clientSecret: "a-secret-of-one" };
    await done(array, array.azureKeyVaults.create({ ...vault, credential: secret }));
    const again = await problemOf(done(array, array.azureKeyVaults.create({ ...vault, credential: secret })));
    expect(again).toMatchObject({ kind: "rejected", code: "65537500" });
    expect(again.sentence).not.toContain(secret.clientSecret);
    const made = (await array.azureKeyVaults.findBySvm(SVM))!;
    const { credential: _, ...shown } = { ...vault, credential: secret };
    expect(made).toMatchObject({ ...shown, authentication: has("9.10") ? "client_secret" : undefined });
    await done(array, array.azureKeyVaults.setCredential(made.uuid, { clientSecret: "another-secret" }));
    const certificate = { clientCertificate: "MIIKhello" };
    await gated("9.10", array, () => array.azureKeyVaults.setCredential(made.uuid, certificate));
    await done(array, array.azureKeyVaults.rekeyExternal(made.uuid, `${vault.keyId}2`));
    await done(array, array.azureKeyVaults.rekeyInternal(made.uuid));
    await done(array, array.azureKeyVaults.restore(made.uuid));
    expect(await array.azureKeyVaults.getHealth(made.uuid)).toMatchObject({
      keyId: `${vault.keyId}2`,
      reachable: true,
      problems: [],
    });
    const badKey = array.azureKeyVaults.rekeyExternal(made.uuid, "no-key");
    expect((await problemOf(done(array, badKey))).code).toBe("65537523");
    if (has("9.10")) {
      expect(await array.keyManagers.listStores({ svm: SVM })).toMatchObject([
        { type: "akv", svm: SVM, enabled: true },
      ]);
    } else expect((await problemOf(array.keyManagers.listStores())).code).toBe("3");
    await done(array, array.azureKeyVaults.delete(made.uuid));
    expect(await array.azureKeyVaults.findBySvm(SVM)).toBeUndefined();

    const passphrase = "a passphrase of more than thirty-two characters";
    await done(array, array.keyManagers.createOnboard(passphrase));
    expect((await problemOf(done(array, array.keyManagers.createOnboard(passphrase)))).code).toBe("65537500");
    const [onboard] = await array.keyManagers.list();
    expect(onboard).toMatchObject({ kind: "onboard", svm: undefined, servers: [] });
    await done(array, array.keyManagers.delete(onboard!.uuid));
    expect(await array.keyManagers.list()).toEqual([]);
  });

  test("keys in use are not taken away, and a vault out of reach says so inside", async () => {
    if (platform === "onprem") {
      const [onboard] = await cvo.keyManagers.list();
      expect((await problemOf(done(cvo, cvo.keyManagers.delete(onboard!.uuid)))).code).toBe("65536867");
      return;
    }
    const { uuid } = (await cvo.azureKeyVaults.findBySvm(DR))!;
    const vault = { vault: "https://kv.vault.azure.net/", keyId: "https://kv.vault.azure.net/keys/k", tenantId: "t" };
    const second = { svm: DR, ...vault, clientId: "c", credential: { clientSecret: "s3cret" } };
    // The endpoint is there from 9.8 on, Cloud Volumes ONTAP takes it from 9.10.1.
    const refused = await problemOf(done(cvo, cvo.azureKeyVaults.create(second)));
    expect(refused.code).toBe(has("9.10.1") ? "65537500" : "65537526");
    expect((await problemOf(done(cvo, cvo.azureKeyVaults.delete(uuid)))).code).toBe("65536817");
    site.fault(CVO, { condition: "keyVaultDown" });
    expect(await cvo.azureKeyVaults.getHealth(uuid)).toMatchObject({
      reachable: false,
      problems: [{ code: "65537551" }, { code: "65537551" }],
    });
    site.fabric.clearFaults();
    expect((await cvo.azureKeyVaults.getHealth(uuid)).problems).toEqual([]);
  });

  test("multi-admin verification is where the array has it, and nothing where not", async () => {
    // The source array is on premises in every combination; it has the feature from 9.11.1 on.
    expect(await array.mav.listRequests()).toEqual([]);
    expect(await cvo.mav.listRequests()).toEqual([]);
    const asked = await problemOf(array.mav.createRequest({ operation: "volume delete" }));
    // Off, or without a rule for it: there is nothing to ask for.
    expect(has("9.11") ? ["262309", "262328"] : ["release"]).toContain(asked.code);
  });

  test("many jobs and mirrors are followed with one query a tick", async () => {
    const { uuid } = await volumeOf(array, SVM, "epic_prd");
    const names = Array.from({ length: 8 }, (_, i) => `many_${i}`);
    const accepted = await Promise.all(names.map((name) => array.snapshots.create(uuid, { name })));
    const before = site.fabric.calls(ARRAY).length;
    await Promise.all(accepted.map((each) => array.jobs.settle(each)));
    const looks = site.fabric
      .calls(ARRAY)
      .slice(before)
      .filter((call) => call.path.startsWith("/api/cluster/jobs"));
    expect(looks.every((call) => !/jobs\/[0-9a-f]/.test(call.path))).toBe(true);
    // Three jobs to a page, so a query may be three calls; one by one it would be eight at least per tick.
    const ticks = looks.filter((call) => !call.path.includes("start."));
    expect(ticks.length).toBeLessThanOrEqual(4);
    expect((await array.snapshots.list(uuid, { names })).length).toBe(8);
  });

  test("never writes to what a query matches", () => {
    const writes = [ARRAY, CVO].flatMap((name) => site.fabric.calls(name)).filter(({ method }) => method !== "GET");
    expect(writes.length).toBeGreaterThan(40);
    const parameters = new Set(writes.flatMap(({ path }) => [...new URLSearchParams(path.split("?")[1] ?? "").keys()]));
    const flags =
      /^(return_timeout|return_records|force|action|action_timeout|destination_only|source_info_only|\w+_mapped)$/;
    expect([...parameters].filter((name) => !flags.test(name))).toEqual([]);
    // PATCH and DELETE name one object, by a uuid or another key at the end of the path; only a POST goes to a collection.
    const collections = writes.filter(
      ({ method, path }) => method !== "POST" && !/[0-9a-f-]{36}$/.test(path.split("?")[0] ?? ""),
    );
    expect(collections.map(({ method, path }) => `${method} ${path}`)).toEqual([]);
  });

  test("the array's own log", async () => {
    const event = { computer: "epic-bot-01", version: "1", id: 1, category: "clone", description: "made c1" };
    expect(["logged", "unavailable"]).toContain(await cvo.ems.logApplicationEvent(event));
    const since = "2026-11-01T00:00:00Z";
    for (const { name } of await cvo.ems.listEvents({ since, names: ["app.log.*"] }))
      expect(name).toMatch(/^app\.log\./);
  });
});
