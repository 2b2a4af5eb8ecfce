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
