import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useRedis } from "../support/redis.js";
import { openScene, textOf, type Scene } from "./app.js";

const redis = useRedis();

/** Somebody asks; storage says yes where a yes is asked for; the card is read when it is done. */
async function carryOut(scene: Scene, sentence: string): Promise<string> {
  const asked = await scene.say(sentence);
  const first = await scene.card(asked, /Done in|Approve|Nothing was changed/);
  if (/Done in/.test(textOf(first))) return textOf(first);
  expect({ sentence, text: textOf(first) }).toEqual({
    sentence,
    text: expect.not.stringMatching(/Nothing was changed/),
  });
  await scene.press(first, "U0STORAGE", { action: "run:approve" });
  return textOf(await scene.card(asked, /Done in/));
}

describe("from nothing to a mounted clone, by asking", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis, { name: "bare" });
  });
  afterAll(() => scene.close());
  const names = async (cluster: string, path: string, key = "name"): Promise<unknown[]> =>
    (await scene.ontap(cluster, path)).records.map((each) => each[key]);

  test("in the order of the document, each step seen at the far ends", async () => {
    const missing = await scene.say("deploy cvo");
    expect(textOf(await scene.card(missing, /Nothing was changed/))).toContain("There is no BlueXP Connector yet");

    await carryOut(scene, "deploy the connector");
    const { cloud } = scene.world.azure;
    const machine = cloud.list("Microsoft.Compute/virtualMachines").find((each) => each.name === "connector-eastus2");
    expect(machine?.id).toContain("/resourceGroups/rg-connector-eastus2/");
    const assigned = cloud.list("Microsoft.Authorization/roleAssignments");
    expect(assigned.map((each) => each.properties["principalId"])).toContain(machine?.identity?.["principalId"]);
    expect(scene.world.bluexp.snapshot()).toMatchObject({ connectors: ["connector-eastus2"], environments: [] });

    expect(await carryOut(scene, "deploy cvo")).toContain("Its management address is 10.8.0.5");
    expect(scene.world.bluexp.snapshot()).toMatchObject({
      environments: [{ name: "cvo-eastus2", ha: true, status: "ON" }],
    });
    expect(await names("cvo-eastus2", "/svm/svms")).toContain("svm_epic_dr");
    expect(cloud.list("Microsoft.Resources/resourceGroups").map((each) => each.name)).toContain("rg-cvo-eastus2");

    await carryOut(scene, "connect the clusters");
    for (const cluster of ["ali-ontap-01", "cvo-eastus2"])
      expect((await scene.ontap(cluster, "/cluster/peers?fields=status")).records).toMatchObject([
        { status: { state: "available" } },
      ]);

    await carryOut(scene, "peer the svms");
    expect(await names("cvo-eastus2", "/svm/peers?fields=state", "state")).toEqual(["peered"]);

    const open = await scene.say("protect prod");
    expect(textOf(await scene.card(open, /Nothing was changed/))).toContain("Encrypt svm_epic_dr");
    // the security team gives the SVM its key manager
    await scene.post("cvo-eastus2", "/security/azure-key-vaults?return_timeout=15", {
      svm: { name: "svm_epic_dr" },
      name: "https://kv-epic.vault.azure.net/",
      key_id: "https://kv-epic.vault.azure.net/keys/cvo-key",
      tenant_id: scene.world.world.azure.tenant,
      client_id: scene.world.world.azure.clientId,
      client_secret: scene.world.world.azure.clientSecret,
    });
    await carryOut(scene, "protect prod");
    const [mirror] = (await scene.ontap("cvo-eastus2", "/snapmirror/relationships?fields=state,healthy")).records;
    expect(mirror).toMatchObject({ state: "snapmirrored", healthy: true });

    await carryOut(scene, "prepare epic-trn-01 for iscsi");
    expect(await carryOut(scene, "clone prod for training with fresh data")).toContain(
      "Mounted at /epic/trn on epic-trn-01.",
    );
    const [mount] = (await scene.hosts())["epic-trn-01"]?.mounts ?? [];
    expect(mount?.mountPoint).toBe("/epic/trn");
    const kept = scene.world.fabric.contentOf("ali-ontap-01", "svm_epic", "epic_prd");
    expect([kept, mount?.content].every((each) => typeof each === "string")).toBe(true);
    const logs = JSON.stringify([scene.world.bluexp.calls(), scene.world.azure.calls()]);
    expect(logs).not.toMatch(/netapp1!|sluice-bluexp-secret|sluice-azure-secret/);
  });
});
