import { afterEach, beforeEach, expect, test } from "@jest/globals";
import { instant } from "../../../sim/ontap/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import { ALI, type Arrays, arrays, CVO, type Json } from "./support.js";

let on: Arrays;
beforeEach(async () => {
  on = await arrays(instant, {
    ...epic,
    peered: false,
    mirrors: [],
    clusters: epic.clusters.map((each) => ({ ...each, volumes: each.volumes.filter((v) => v.type === "rw") })),
  });
});
afterEach(() => on.close());

const offer = async (expiry = "PT1H"): Promise<Json> =>
  (
    await on.call(ALI, "POST", "/cluster/peers?return_records=true", {
      body: {
        authentication: { generate_passphrase: true, expiry_time: expiry },
        initial_allowed_svms: [{ name: "svm_epic" }],
      },
    })
  ).body.records[0];
const accept = (passphrase: string): Promise<Json> =>
  on.call(CVO, "POST", "/cluster/peers", {
    body: { remote: { ip_addresses: ["10.7.0.11", "10.7.0.12"] }, authentication: { passphrase } },
  });

test("clusters: an offer, its passphrase once, accepted; the anonymous uuid changes", async () => {
  expect((await on.get(ALI, "/cluster/peers")).num_records).toBe(0);
  const offered = await offer();
  expect((await on.get(ALI, `/cluster/peers/${offered.uuid}?fields=**`)).authentication.passphrase).toBeUndefined();
  expect((await accept("wrong-passphrase")).body.error.code).toBe("4653219");
  expect((await accept(offered.authentication.passphrase)).status).toBe(201);
  for (const [cluster, other] of [
    [ALI, CVO],
    [CVO, ALI],
  ] as const) {
    const [peer] = (await on.get(cluster, "/cluster/peers?fields=*")).records;
    expect(peer).toMatchObject({
      remote: { name: other },
      status: { state: "available" },
      authentication: { state: "ok" },
    });
    expect(peer.uuid).not.toBe(offered.uuid);
  }
  expect(JSON.stringify(on.fabric.calls(CVO))).not.toContain(offered.authentication.passphrase);
  expect((await accept(offered.authentication.passphrase)).body.error.code).toBe("4653075");
});

test("pending for some seconds, then available; one side deleted leaves the other unavailable", async () => {
  on.fabric.knobs({ peeringMs: [2000, 2000] });
  await accept((await offer()).authentication.passphrase);
  const [peer] = (await on.get(ALI, "/cluster/peers?fields=*")).records;
  expect([peer.status.state, peer.authentication.state]).toEqual(["pending", "pending"]);
  on.clock.advance(2000);
  const later = await on.get(ALI, `/cluster/peers/${peer.uuid}`);
  expect([later.status.state, later.authentication.state]).toEqual(["available", "ok"]);
  const [other] = (await on.get(CVO, "/cluster/peers")).records;
  expect((await on.call(CVO, "DELETE", `/cluster/peers/${other.uuid}`)).status).toBe(200);
  expect((await on.get(ALI, `/cluster/peers/${peer.uuid}`)).status.state).toBe("unavailable");
});

test.each([
  [{}, "400/4656077"],
  [{ authentication: { passphrase: "long-enough" } }, "400/4656069"],
  [{ remote: { ip_addresses: ["10.7.0.11"] }, ipspace: { name: "nope" } }, "400/4653365"],
  [{ remote: { ip_addresses: ["10.7.0.11"] }, authentication: { passphrase: "short" } }, "400/4653236"],
  [{ remote: { ip_addresses: ["10.8.0.21"] } }, "400/4656100"],
  [{ remote: { ip_addresses: ["10.7.0.11", "fd20::1"] } }, "400/4653708"],
  [{ remote: { ip_addresses: ["10.7.0.300"] } }, "400/4653368"],
  [{ remote: { ip_addresses: ["array.example"] } }, "400/8847365"],
  [{ remote: { ip_addresses: ["10.7.0.99"] }, authentication: { passphrase: "long-enough" } }, "400/4653215"],
  [{ name: "cvo-eastus2", authentication: { generate_passphrase: true } }, "400/4653058"],
  [{ authentication: { generate_passphrase: true, expiry_time: "P8D" } }, "400/4655058"],
])("a peering with %j", async (body, expected) => {
  const reply = await on.call(CVO, "POST", "/cluster/peers", { body });
  expect(`${reply.status}/${reply.body.error?.code}`).toBe(expected);
});

test("encryption must agree; without an intercluster LIF nothing can be offered", async () => {
  const { passphrase } = (await offer()).authentication;
  const body = {
    remote: { ip_addresses: ["10.7.0.11"] },
    authentication: { passphrase },
    encryption: { proposed: "none" },
  };
  expect((await on.call(CVO, "POST", "/cluster/peers", { body })).body.error.code).toBe("4653220");
  const { records } = await on.get(ALI, "/network/ip/interfaces?services=intercluster_core");
  for (const { uuid } of records)
    await on.call(ALI, "PATCH", `/network/ip/interfaces/${uuid}`, { body: { enabled: false } });
  expect((await accept(passphrase)).body.error.code).toBe("4653215");
  const generate = { authentication: { generate_passphrase: true } };
  expect((await on.call(ALI, "POST", "/cluster/peers", { body: generate })).body.error.code).toBe("4656095");
});

test("a peering is renamed, and authenticated anew with a passphrase of the other side", async () => {
  await accept((await offer()).authentication.passphrase);
  const [here] = (await on.get(CVO, "/cluster/peers")).records;
  const [there] = (await on.get(ALI, "/cluster/peers")).records;
  const patch = (cluster: string, uuid: string, body: unknown): Promise<Json> =>
    on.call(cluster, "PATCH", `/cluster/peers/${uuid}?return_records=true`, { body });
  expect((await patch(CVO, here.uuid, {})).body.error.code).toBe("262190");
  expect((await patch(CVO, here.uuid, { name: "array" })).status).toBe(200);
  expect((await on.get(CVO, `/cluster/peers/${here.uuid}`)).name).toBe("array");
  expect((await patch(CVO, here.uuid, { remote: { ip_addresses: ["10.7.0.99"] } })).body.error.code).toBe("4653215");
  const made = await patch(ALI, there.uuid, { authentication: { generate_passphrase: true } });
  expect((await on.get(ALI, `/cluster/peers/${there.uuid}`)).authentication.state).toBe("pending");
  const { passphrase } = made.body.records[0].authentication;
  expect((await patch(CVO, here.uuid, { authentication: { passphrase: "not-this-one" } })).body.error.code).toBe(
    "4653219",
  );
  expect((await patch(CVO, here.uuid, { authentication: { passphrase } })).status).toBe(200);
  expect((await on.get(ALI, `/cluster/peers/${there.uuid}`)).authentication.state).toBe("ok");
  expect(
    await on.get(ALI, "/cluster/peers?fields=authentication.passphrase", {}).catch((e: Error) => e.message),
  ).toMatch(/262249/);
});

test("an expired passphrase is refused", async () => {
  const offered = await offer("PT5M");
  on.clock.advance(6 * 60_000);
  expect((await accept(offered.authentication.passphrase)).body.error.code).toBe("4653219");
});

test("SVMs: at once with a permission, else accepted on the other side; then a mirror can be made", async () => {
  await accept((await offer()).authentication.passphrase);
  const body = {
    svm: { name: "svm_epic_dr" },
    peer: { svm: { name: "svm_epic" }, cluster: { name: ALI } },
    applications: ["snapmirror"],
  };
  expect(await on.done(CVO, "POST", "/svm/peers", body)).toMatchObject({ state: "success" });
  const state = async (cluster: string): Promise<Json> => (await on.get(cluster, "/svm/peers?fields=*")).records[0];
  expect([(await state(CVO)).state, (await state(ALI)).state]).toEqual(["peered", "peered"]);
  expect((await on.call(CVO, "POST", "/svm/peers", { body })).status).toBe(409);
  expect(
    (await on.call(CVO, "DELETE", `/cluster/peers/${(await on.get(CVO, "/cluster/peers")).records[0].uuid}`)).body.error
      .code,
  ).toBe("4653079");
  await on.done(CVO, "DELETE", `/svm/peers/${(await state(CVO)).uuid}`);
  expect(await state(ALI)).toBeUndefined();
  const back = { svm: { name: "svm_epic" }, peer: { svm: { name: "svm_epic_dr" }, cluster: { name: CVO } } };
  await on.done(ALI, "POST", "/svm/peers", back);
  expect([(await state(ALI)).state, (await state(CVO)).state]).toEqual(["initiated", "pending"]);
  await on.done(CVO, "PATCH", `/svm/peers/${(await state(CVO)).uuid}`, { state: "peered" });
  expect((await state(ALI)).state).toBe("peered");
  const mirror = {
    source: { path: "svm_epic:epic_prd" },
    destination: { path: "svm_epic_dr:new" },
    policy: { name: "epic_mirror" },
  };
  const made = await on.done(CVO, "POST", "/snapmirror/relationships", {
    ...mirror,
    create_destination: { enabled: true },
    state: "snapmirrored",
  });
  expect(made.state).toBe("success");
  expect(await on.mirror("svm_epic_dr:new")).toMatchObject({ state: "snapmirrored", last_transfer_type: "initialize" });
  expect(on.fabric.contentOf(CVO, "svm_epic_dr", "new")).toBe(on.fabric.contentOf(ALI, "svm_epic", "epic_prd"));
});

test("a consistency group's snapshot is in every member or in none", async () => {
  const volumes = ["epic_prd", "clarity_prd"].map((name) => ({ name, provisioning_options: { action: "add" } }));
  await on.done(ALI, "POST", "/application/consistency-groups", { name: "cg", svm: { name: "svm_epic" }, volumes });
  const [group] = (await on.get(ALI, "/application/consistency-groups")).records;
  const base = `/application/consistency-groups/${group.uuid}/snapshots`;
  expect(await on.done(ALI, "POST", base, { name: "both", snapmirror_label: "daily" })).toMatchObject({
    state: "success",
  });
  const [taken] = (await on.get(ALI, `${base}?fields=*`)).records;
  expect(taken).toMatchObject({ is_partial: false, snapshot_volumes: [{}, {}] });
  const clarity = await on.volume(ALI, "clarity_prd");
  await on.done(ALI, "POST", `/storage/volumes/${clarity.uuid}/snapshots`, { name: "half" });
  expect(await on.done(ALI, "POST", base, { name: "half" })).toMatchObject({ code: 53411921 });
  const prd = await on.volume(ALI, "epic_prd");
  expect((await on.get(ALI, `/storage/volumes/${prd.uuid}/snapshots?name=half`)).num_records).toBe(0);
});
