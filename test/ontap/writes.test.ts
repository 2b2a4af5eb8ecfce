import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createOntap, type OntapClient } from "../../src/ontap/index.js";
import { JumpClock } from "../support/clock.js";
import { FarEnd } from "../support/far-end.js";

/** Each write as it goes over the wire, against the calls of the reference: verb, path, query, body. The newest release, so that nothing is gated. */
let far: FarEnd;
let ontap: OntapClient;
const release = { status: 200, body: { version: { generation: 9, major: 16, minor: 1 } } };
beforeAll(async () => {
  far = await FarEnd.listen([release]);
  const login = { user: "sluice", password: "p" };
  ontap = createOntap({ cluster: "c", url: far.url, insecure: true, login, clock: new JumpClock() });
  await ontap.cluster.version();
});
afterAll(async () => {
  await ontap.close();
  await far.close();
});
beforeEach(() => {
  far.arrived.length = 0;
  far.answer({
    status: 202,
    body: { job: { uuid: "j" }, records: [{ uuid: "u", authentication: { passphrase: "x" } }] },
  });
});

const peering = { ipspace: "ips", allowedSvms: ["s"], encryption: "tls_psk" as const };
const peeringBody = {
  ipspace: { name: "ips" },
  encryption: { proposed: "tls_psk" },
  initial_allowed_svms: [{ name: "s" }],
  peer_applications: ["snapmirror"],
};
const vault = {
  svm: "s",
  vault: "https://v/",
  keyId: "https://v/keys/k",
  tenantId: "t",
  clientId: "c",
  credential: { clientSecret: "hush" },
};
const group = "/application/consistency-groups";
const relationship = "/snapmirror/relationships/r";
const mavRequest = { operation: "volume delete", query: "-vserver s", comment: "c" };

type Row = [call: string, act: () => Promise<unknown>, body?: unknown];
const rows: Row[] = [
  ["PATCH /cluster/jobs/j?action=cancel", () => ontap.jobs.cancel("j")],
  [
    "POST /cluster/schedules?return_records=true",
    () => ontap.schedules.create({ name: "n", cron: { minutes: [5] } }),
    { name: "n", cron: { minutes: [5] } },
  ],
  ["DELETE /cluster/schedules/u", () => ontap.schedules.delete("u")],
  [
    "POST /cluster/peers?return_records=true",
    () => ontap.clusterPeers.offer({ ...peering, expiresIn: "PT2H" }),
    { authentication: { generate_passphrase: true, expiry_time: "PT2H" }, ...peeringBody },
  ],
  [
    "POST /cluster/peers?return_records=true",
    () => ontap.clusterPeers.accept({ ...peering, addresses: ["10.0.0.1"], passphrase: "hush" }),
    { remote: { ip_addresses: ["10.0.0.1"] }, authentication: { passphrase: "hush" }, ...peeringBody },
  ],
  ["DELETE /cluster/peers/u", () => ontap.clusterPeers.delete("u")],
  [
    "POST /svm/peers?return_records=true&return_timeout=15",
    () => ontap.svmPeers.create({ svm: "a", peerSvm: "b", peerCluster: "c", alias: "b_c" }),
    {
      svm: { name: "a" },
      peer: { svm: { name: "b" }, cluster: { name: "c" } },
      name: "b_c",
      applications: ["snapmirror"],
    },
  ],
  ["PATCH /svm/peers/u?return_timeout=15", () => ontap.svmPeers.accept("u"), { state: "peered" }],
  [
    "PATCH /svm/peers/u?return_timeout=15",
    () => ontap.svmPeers.setApplications("u", ["snapmirror", "flexcache"]),
    { applications: ["snapmirror", "flexcache"] },
  ],
  ["DELETE /svm/peers/u?force=true&return_timeout=15", () => ontap.svmPeers.delete("u", { force: true })],
  [
    "POST /svm/peer-permissions",
    () => ontap.peerPermissions.create({ clusterPeer: "c", svm: "*" }),
    { cluster_peer: { name: "c" }, svm: { name: "*" }, applications: ["snapmirror"] },
  ],
  ["DELETE /svm/peer-permissions/c/s", () => ontap.peerPermissions.delete("c", "s")],
  [
    "POST /network/ethernet/ports?return_records=true",
    () => ontap.ports.createVlan({ node: "n1", basePort: "e0e", tag: 100 }),
    { type: "vlan", node: { name: "n1" }, vlan: { base_port: { name: "e0e", node: { name: "n1" } }, tag: 100 } },
  ],
  [
    "PATCH /network/ethernet/ports/u",
    () => ontap.ports.setBroadcastDomain("u", { name: "b", ipspace: "i" }),
    { broadcast_domain: { name: "b", ipspace: { name: "i" } } },
  ],
  ["PATCH /network/ip/interfaces/u", () => ontap.interfaces.setEnabled("u", false), { enabled: false }],
  [
    "POST /network/ip/routes?return_records=true",
    () => ontap.routes.create({ of: { svm: "s" }, gateway: "10.0.0.1", metric: 30 }),
    { svm: { name: "s" }, gateway: "10.0.0.1", metric: 30 },
  ],
  [
    "POST /snapmirror/relationships?return_records=true&return_timeout=0",
    () =>
      ontap.relationships.create({
        sourcePath: "a:v",
        destinationPath: "b:v",
        policy: "p",
        makeDestination: { initialize: true },
      }),
    {
      source: { path: "a:v" },
      destination: { path: "b:v" },
      policy: { name: "p" },
      create_destination: { enabled: true },
      state: "snapmirrored",
    },
  ],
  [
    `PATCH ${relationship}?return_timeout=15`,
    () => ontap.relationships.patch("r", { policy: "p", schedule: null, throttleKilobytesPerSecond: 0 }),
    { policy: { name: "p" }, transfer_schedule: null, throttle: 0 },
  ],
  [
    `PATCH ${relationship}?return_timeout=0`,
    () => ontap.relationships.reverse("r", { newSource: "b:v", newDestination: "a:v" }),
    { source: { path: "b:v" }, destination: { path: "a:v" }, state: "snapmirrored" },
  ],
  [
    `PATCH ${relationship}?force=true&return_timeout=0`,
    () => ontap.relationships.setState("r", "broken_off", { force: true, restoreToSnapshot: "s" }),
    { state: "broken_off", restore_to_snapshot: "s" },
  ],
  [`DELETE ${relationship}?source_only=true&return_timeout=0`, () => ontap.relationships.delete("r", "sourceOnly")],
  [
    `DELETE ${relationship}?source_info_only=true&return_timeout=0`,
    () => ontap.relationships.delete("r", "sourceInfoOnly"),
  ],
  [`DELETE ${relationship}?return_timeout=0`, () => ontap.relationships.delete("r", "withCommonSnapshots")],
  [
    `POST ${relationship}/transfers?return_records=true`,
    () => ontap.transfers.start("r", { sourceSnapshot: "s", files: [{ source: "/a", destination: "/b" }] }),
    { source_snapshot: "s", files: [{ source_path: "/a", destination_path: "/b" }] },
  ],
  [
    `PATCH ${relationship}/transfers/t`,
    () => ontap.transfers.abort("r", "t", { hard: true }),
    { state: "hard_aborted" },
  ],
  [
    "POST /storage/volumes?return_records=true&return_timeout=15",
    () => ontap.volumes.create({ svm: "s", name: "v", type: "dp", sizeBytes: 1024, aggregate: "a", encrypted: true }),
    {
      name: "v",
      svm: { name: "s" },
      type: "dp",
      size: 1024,
      aggregates: [{ name: "a" }],
      guarantee: { type: "none" },
      snapshot_policy: { name: "none" },
      encryption: { enabled: true },
    },
  ],
  [
    "PATCH /storage/volumes/v?return_timeout=15",
    () => ontap.volumes.startSplit("v"),
    { clone: { split_initiated: true } },
  ],
  ["PATCH /storage/volumes/v?return_timeout=15", () => ontap.volumes.encrypt("v"), { encryption: { enabled: true } }],
  ["PATCH /storage/volumes/v?return_timeout=15", () => ontap.volumes.setState("v", "offline"), { state: "offline" }],
  [
    "PATCH /storage/volumes/v?return_timeout=0",
    () => ontap.volumes.restoreTo("v", "s"),
    { restore_to: { snapshot: { name: "s" } } },
  ],
  [
    "POST /storage/volumes/v/snapshots?return_records=true&return_timeout=15",
    () => ontap.snapshots.create("v", { name: "s", lockedUntil: "2026-12-01T00:00:00Z" }),
    { name: "s", snaplock_expiry_time: "2026-12-01T00:00:00Z" },
  ],
  [
    "PATCH /storage/volumes/v/snapshots/s?return_timeout=15",
    () => ontap.snapshots.patch("v", "s", { name: "t" }),
    { name: "t" },
  ],
  [
    "DELETE /protocols/san/igroups/g/initiators/iqn.1994-05.com.redhat%3Aa%2Fb",
    () => ontap.igroups.removeInitiator("g", "iqn.1994-05.com.redhat:a/b"),
  ],
  ["DELETE /protocols/san/lun-maps/l/g", () => ontap.lunMaps.delete("l", "g")],
  ["POST /protocols/san/iscsi/services", () => ontap.iscsi.createService("s"), { svm: { name: "s" }, enabled: true }],
  ["PATCH /protocols/san/iscsi/services/u", () => ontap.iscsi.setServiceEnabled("u", true), { enabled: true }],
  [
    `POST ${group}?return_records=true&return_timeout=15`,
    () => ontap.consistencyGroups.clone({ svm: "s", name: "t", parent: "g", snapshot: "n", volumePrefix: "t1_" }),
    {
      svm: { name: "s" },
      name: "t",
      clone: { parent_consistency_group: { name: "g" }, parent_snapshot: { name: "n" }, volume: { prefix: "t1_" } },
    },
  ],
  [
    `POST ${group}/g/snapshots?action=start&action_timeout=20&return_records=true&return_timeout=15`,
    () => ontap.consistencyGroups.startSnapshot("g", { name: "n", holdSeconds: 20 }),
    { name: "n", consistency_type: "crash" },
  ],
  [
    `PATCH ${group}/g/snapshots/n?action=commit&return_timeout=15`,
    () => ontap.consistencyGroups.commitSnapshot("g", "n"),
  ],
  [
    `PATCH ${group}/g?return_timeout=15`,
    () => ontap.consistencyGroups.addVolumes("g", ["v"]),
    { volumes: [{ name: "v", provisioning_options: { action: "add" } }] },
  ],
  [
    `PATCH ${group}/g?return_timeout=0`,
    () => ontap.consistencyGroups.restoreTo("g", "n"),
    { restore_to: { snapshot: { name: "n" } } },
  ],
  [
    "POST /security/azure-key-vaults?return_records=true&return_timeout=15",
    () => ontap.azureKeyVaults.create(vault),
    {
      svm: { name: "s" },
      name: "https://v/",
      key_id: "https://v/keys/k",
      tenant_id: "t",
      client_id: "c",
      client_secret: "hush",
    },
  ],
  [
    "PATCH /security/azure-key-vaults/u?return_timeout=15",
    () => ontap.azureKeyVaults.setCredential("u", { clientCertificate: "MII" }),
    { client_certificate: "MII" },
  ],
  [
    "POST /security/azure-key-vaults/u/rekey-external?return_timeout=15",
    () => ontap.azureKeyVaults.rekeyExternal("u", "https://v/keys/k2"),
    { key_id: "https://v/keys/k2" },
  ],
  [
    "POST /security/azure-key-vaults/u/rekey-internal?return_timeout=15",
    () => ontap.azureKeyVaults.rekeyInternal("u"),
    {},
  ],
  ["POST /security/azure-key-vaults/u/restore?return_timeout=15", () => ontap.azureKeyVaults.restore("u"), {}],
  [
    "POST /security/key-managers?return_records=true&return_timeout=15",
    () => ontap.keyManagers.createOnboard("a long passphrase"),
    { onboard: { passphrase: "a long passphrase" } },
  ],
  [
    "POST /security/multi-admin-verify/requests?return_records=true",
    () => ontap.mav.createRequest({ ...mavRequest, executeOnApproval: true }),
    { ...mavRequest, execute_on_approval: true },
  ],
  ["PATCH /security/multi-admin-verify/requests/7", () => ontap.mav.vote(7, "vetoed"), { state: "vetoed" }],
  [
    "POST /support/autosupport/messages",
    () => ontap.ems.sendAutosupport("failover"),
    { message: "failover", type: "all" },
  ],
];

describe("on the wire", () => {
  test.each(rows.map(([call, act, body]) => ({ call, act, body })))("$call", async ({ call, act, body }) => {
    await act();
    const [arrived, ...more] = far.arrived;
    expect(more).toEqual([]);
    expect(`${arrived!.method} ${arrived!.url.replace(/^\/api/, "")}`).toBe(call);
    expect(arrived!.body === "" ? undefined : JSON.parse(arrived!.body)).toEqual(body);
    // A DELETE or a PATCH without anything to say carries no body (262198).
    if (body === undefined) expect(arrived!.body).toBe("");
  });
});

test("what is secret in a call does not come back in its error", async () => {
  far.answer({ status: 400, body: { error: { code: "65537540", message: 'the secret "hush" was refused' } } });
  for (const act of [
    () => ontap.azureKeyVaults.create(vault),
    () => ontap.clusterPeers.accept({ ...peering, addresses: [], passphrase: "hush" }),
  ]) {
    const problem = (await act().catch((error: unknown) => error)) as Error;
    expect(problem.message).toContain("was refused");
    expect(JSON.stringify({ ...problem, message: problem.message, stack: problem.stack })).not.toContain("hush");
  }
});

describe("reads of what no simulator has yet", () => {
  const page = (...records: unknown[]) => far.answer({ status: 200, body: { records, num_records: records.length } });

  test("an Azure Key Vault's health, for which its expensive fields are named", async () => {
    const azure = { reachable: false, code: "65537551", message: "no route" };
    far.answer({
      status: 200,
      body: {
        uuid: "u",
        name: "https://v/",
        svm: { name: "s" },
        azure_reachability: azure,
        ekmip_reachability: [{ reachable: true }],
        state: { available: true },
      },
    });
    expect(await ontap.azureKeyVaults.getHealth("u")).toMatchObject({
      reachable: false,
      problems: [{ code: "65537551", message: "no route" }],
    });
    expect(far.arrived[0]?.url).toContain("azure_reachability,ekmip_reachability,state");
    page({ uuid: "u", name: "https://v/" });
    expect(await ontap.azureKeyVaults.findBySvm("s")).toMatchObject({
      vault: "https://v/",
      reachable: undefined,
      problems: [],
    });
    expect(far.arrived[1]?.url).not.toContain("reachability");
  });

  test("events are asked for by time and by several patterns", async () => {
    page({
      index: 1,
      message: { name: "LUN.offline", severity: "error" },
      log_message: "x",
      parameters: [{ name: "a", value: "b" }],
    });
    const filter = { since: "2026-03-01T08:00:00Z", names: ["snapmirror*", "LUN.*"], severities: ["error", "alert"] };
    expect(await ontap.ems.listEvents(filter)).toMatchObject([
      { name: "LUN.offline", text: "x", parameters: { a: "b" } },
    ]);
    const asked = decodeURIComponent(far.arrived[0]?.url ?? "");
    expect(asked).toContain("time=>=2026-03-01T08:00:00Z&message.name=snapmirror*|LUN.*&message.severity=error|alert&");
  });

  test("rules and settings of multi-admin verification, and nothing where there is no such thing", async () => {
    page({ operation: "volume delete", query: "-vserver s", required_approvers: 2, auto_request_create: true });
    expect(await ontap.mav.listRules()).toEqual([
      { operation: "volume delete", query: "-vserver s", requiredApprovers: 2, requestsByItself: true },
    ]);
    far.answer({ status: 404, body: { error: { code: "3", message: "API not found" } } });
    expect([await ontap.mav.listRules(), await ontap.mav.listGroups(), await ontap.mav.findSettings()]).toEqual([
      [],
      [],
      undefined,
    ]);
  });
});
