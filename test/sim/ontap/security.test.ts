import { describe, expect, test } from "@jest/globals";
import { instant, type Knobs } from "../../../sim/ontap/knobs.js";
import { codeOf, direct, type Direct, one, volume } from "./direct.js";
import { ALI, CVO, type Json } from "./support.js";

const EPIC = { name: "svm_epic" };
const DR = { name: "svm_epic_dr" };
const world = (knobs: Partial<Knobs> = {}): Direct => direct({ ...instant, ...knobs });
const VAULT = {
  svm: EPIC,
  name: "https://kv-one.vault.azure.net/",
  key_id: "https://kv-one.vault.azure.net/keys/k1",
  tenant_id: "tenant",
  client_id: "client",
  client_secret: "not a secret",
};
const NIGHT = "nightly.2026-11-22_0200";
const clone = (name: string): Json => ({
  name,
  svm: DR,
  clone: { is_flexclone: true, parent_volume: { name: "epic_prd_dr" }, parent_snapshot: { name: NIGHT } },
});

describe("Azure Key Vault", () => {
  test.each<[string, Json, number]>([
    ["a name that is no vault's", { name: "kv-one" }, 65537553],
    ["a key that is none", { key_id: "k1" }, 65537523],
    ["an empty secret", { client_secret: "" }, 65537540],
    ["a certificate that is none", { client_secret: undefined, client_certificate: "hello" }, 65537573],
    ["no login at all", { client_secret: undefined }, 65537567],
    ["both logins", { client_certificate: "MIIK" }, 262186],
    ["a field of a newer release", { skip_verification: true }, 262179],
    ["an SVM that is not there", { svm: { name: "nobody" } }, 2621462],
  ])("%s is refused", async (_why, body, code) => {
    expect(await codeOf(world(), ALI, "POST", "/security/azure-key-vaults", { ...VAULT, ...body })).toBe(code);
  });

  test("one per SVM; reachability comes only when named, and says inside what is wrong", async () => {
    const on = world();
    expect(await codeOf(on, ALI, "POST", "/security/azure-key-vaults", VAULT)).toBe(0);
    expect(await codeOf(on, ALI, "POST", "/security/azure-key-vaults", VAULT)).toBe(65537500);
    const plain = await one(on, ALI, "/security/azure-key-vaults?fields=*");
    expect(plain).toMatchObject({ key_id: VAULT.key_id, authentication_method: "client_secret", enabled: true });
    expect(plain).not.toHaveProperty("azure_reachability");
    expect(JSON.stringify(plain)).not.toContain(VAULT.client_secret);
    on.state.conditions.get(ALI)?.add("keyVaultDown");
    const named = await one(on, ALI, "/security/azure-key-vaults?fields=azure_reachability,state");
    expect(named.azure_reachability).toMatchObject({ reachable: false, code: "65537551" });
    expect(await one(on, ALI, "/security/key-stores?fields=*")).toMatchObject({ type: "akv", scope: "svm" });
  });

  test("out of reach: clones fail, after an hour volumes go offline, and come back only with the vault", async () => {
    const on = world();
    on.state.conditions.get(CVO)?.add("keyVaultDown");
    expect(await codeOf(on, CVO, "POST", "/storage/volumes", clone("c1"))).toBe(65537463);
    on.clock.advance(50 * 60_000);
    expect((await volume(on, CVO, "epic_prd_dr")).state).toBe("online");
    on.clock.advance(20 * 60_000);
    const { uuid, state } = await volume(on, CVO, "epic_prd_dr");
    expect(state).toBe("offline");
    const [lun] = await on.list(CVO, "/storage/luns?location.volume.name=epic_prd_dr&fields=status");
    expect(lun.status.container_state).toBe("volume_offline");
    const online = { state: "online" };
    expect(await codeOf(on, CVO, "PATCH", `/storage/volumes/${uuid}`, online)).toBe(65537463);
    on.state.conditions.get(CVO)?.clear();
    expect(await codeOf(on, CVO, "PATCH", `/storage/volumes/${uuid}`, online)).toBe(0);
  });

  test("not taken away while keys are in use; no clone during a rekey", async () => {
    const on = world({ encryptMs: 60_000 });
    const { uuid } = await one(on, CVO, "/security/azure-key-vaults");
    const path = `/security/azure-key-vaults/${uuid}`;
    expect(await codeOf(on, CVO, "DELETE", path)).toBe(65536817);
    expect(await codeOf(on, CVO, "POST", `${path}/rekey-external`, { key_id: "x" })).toBe(65537523);
    expect(await codeOf(on, CVO, "POST", `${path}/rekey-internal`)).toBe(0);
    expect(await codeOf(on, CVO, "POST", "/storage/volumes", clone("c1"))).toBe(65537529);
    on.clock.advance(61_000);
    expect(await codeOf(on, CVO, "POST", "/storage/volumes", clone("c1"))).toBe(0);
  });
});

describe("encrypted volumes", () => {
  test("need a key manager, take time, and get a new key", async () => {
    const on = world({ encryptMs: 60_000 });
    const path = `/storage/volumes/${(await volume(on, ALI, "epic_prd")).uuid}`;
    const encrypt = { encryption: { enabled: true } };
    const fresh = { name: "e1", svm: EPIC, size: "1GB", ...encrypt };
    expect(await codeOf(on, ALI, "PATCH", path, encrypt)).toBe(918162);
    expect(await codeOf(on, ALI, "POST", "/storage/volumes", fresh)).toBe(918162);
    const onboard = { onboard: { passphrase: "a passphrase of more than thirty-two characters" } };
    expect(await codeOf(on, ALI, "POST", "/security/key-managers", { onboard: { passphrase: "short" } })).toBe(262245);
    expect(await codeOf(on, ALI, "POST", "/security/key-managers", onboard)).toBe(0);
    expect(await codeOf(on, ALI, "PATCH", path, { encryption: { rekey: true } })).toBe(196608022);
    expect(await codeOf(on, ALI, "PATCH", path, encrypt)).toBe(0);
    expect((await volume(on, ALI, "epic_prd")).encryption.state).toBe("encrypting");
    expect(await codeOf(on, ALI, "PATCH", path, encrypt)).toBe(196608208);
    on.clock.advance(61_000);
    const before = (await volume(on, ALI, "epic_prd")).encryption;
    expect(before).toMatchObject({ enabled: true, state: "encrypted", type: "volume" });
    expect(await codeOf(on, ALI, "PATCH", path, { encryption: { rekey: true } })).toBe(0);
    on.clock.advance(61_000);
    expect((await volume(on, ALI, "epic_prd")).encryption.key_id).not.toBe(before.key_id);
    const { uuid } = await one(on, ALI, "/security/key-managers");
    expect(await codeOf(on, ALI, "DELETE", `/security/key-managers/${uuid}`)).toBe(65536867);
  });
});

describe("multi-admin verification", () => {
  const MAV = "/security/multi-admin-verify";
  const group = { name: "g", approvers: ["admin", "second", "third"], email: ["g@example.org"] };

  async function enabled(rule: Json): Promise<Direct> {
    const on = world();
    expect(await codeOf(on, ALI, "POST", `${MAV}/approval-groups`, group)).toBe(0);
    expect(await codeOf(on, ALI, "POST", `${MAV}/rules`, rule)).toBe(0);
    const config = { enabled: true, required_approvers: 1, approval_groups: ["g"], approval_expiry: "PT10M" };
    expect(await codeOf(on, ALI, "PATCH", MAV, config)).toBe(0);
    return on;
  }

  test.each<[string, string, string, Json, number]>([
    ["too short an expiry", "PATCH", MAV, { approval_expiry: "PT1M" }, 262313],
    ["no group", "PATCH", MAV, { enabled: true }, 262311],
    ["an unknown group", "PATCH", MAV, { approval_groups: ["nobody"] }, 262312],
    ["nobody to approve", "PATCH", MAV, { required_approvers: 0 }, 262314],
    ["an operation that cannot be protected", "POST", `${MAV}/rules`, { operation: "volume show" }, 262308],
    ["one of a newer release", "POST", `${MAV}/rules`, { operation: "consistency-group delete" }, 262308],
    ["a group without people", "POST", `${MAV}/approval-groups`, { name: "g", approvers: [] }, 262315],
    ["a request while it is off", "POST", `${MAV}/requests`, { operation: "volume delete" }, 262309],
  ])("%s is refused", async (_why, method, path, body, code) => {
    expect(await codeOf(world(), ALI, method, path, body)).toBe(code);
  });

  test("is not there on a CVO", async () => {
    expect(await codeOf(world(), CVO, "PATCH", MAV, { enabled: true })).toBe(262309);
  });

  test("a rule's query says which objects it covers", async () => {
    const on = await enabled({ operation: "volume delete", query: "-vserver svm_epic -volume epic*" });
    await codeOf(on, ALI, "POST", "/storage/volumes", { name: "other", svm: EPIC, size: "1GB" });
    const epicUuid = (await volume(on, ALI, "epic_prd")).uuid;
    const otherUuid = (await volume(on, ALI, "other")).uuid;
    expect(await codeOf(on, ALI, "DELETE", `/storage/volumes/${epicUuid}`)).toBe(262325);
    expect(await codeOf(on, ALI, "DELETE", `/storage/volumes/${otherUuid}`)).toBe(0);
    const [request] = await on.list(ALI, `${MAV}/requests?fields=*`);
    expect(request).toMatchObject({
      operation: "volume delete",
      query: "-vserver svm_epic -volume epic_prd",
      state: "pending",
      required_approvers: 1,
      potential_approvers: ["second", "third"],
      user_requested: "admin",
    });
    expect(await codeOf(on, ALI, "PATCH", `${MAV}/requests/${request.index}`, { state: "approved" })).toBe(262337);
    on.clock.advance(11 * 60_000);
    expect((await one(on, ALI, `${MAV}/requests?fields=state`)).state).toBe("expired");
  });

  test("once it is on, changing it needs approval itself, and its own rules stay", async () => {
    const on = await enabled({ operation: "volume delete" });
    expect(await codeOf(on, ALI, "PATCH", MAV, { enabled: false })).toBe(262325);
    expect(await codeOf(on, ALI, "POST", `${MAV}/rules`, { operation: "lun delete" })).toBe(262325);
    const own = await on.list(ALI, `${MAV}/rules?system_defined=true&fields=*`);
    expect(own.length).toBeGreaterThan(5);
    const name = encodeURIComponent(own[0].operation);
    expect(await codeOf(on, ALI, "DELETE", `${MAV}/rules/${own[0].owner.uuid}/${name}`)).toBe(262327);
  });

  test("without automatic requests one has to be made first", async () => {
    const on = await enabled({ operation: "volume delete", auto_request_create: false });
    const { uuid } = await volume(on, ALI, "epic_prd");
    expect(await codeOf(on, ALI, "DELETE", `/storage/volumes/${uuid}`)).toBe(262325);
    expect(await on.list(ALI, `${MAV}/requests`)).toEqual([]);
    const query = "-vserver svm_epic -volume epic_prd";
    expect(await codeOf(on, ALI, "POST", `${MAV}/requests`, { operation: "lun delete", query })).toBe(262328);
    expect(await codeOf(on, ALI, "POST", `${MAV}/requests`, { operation: "volume delete", query })).toBe(0);
    expect(await on.list(ALI, `${MAV}/requests`)).toHaveLength(1);
  });
});
