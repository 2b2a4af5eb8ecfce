import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { BluexpConfig } from "../../src/config/types.js";
import { plainText } from "../../src/core/said.js";
import { bare } from "../../sim/worlds/bare.js";
import type { ArmResource } from "../../sim/kit/cloud.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const VNET = "/resourceGroups/rg-network-eastus2/providers/Microsoft.Network/virtualNetworks/vnet-epic";
let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld({}, bare);
});
beforeEach(() => world.reset());
afterAll(() => world.close());

interface Asked {
  readonly says: string;
  readonly choices: readonly string[];
}

/** What it says, and that nothing was written anywhere. */
async function refused(sentence: string, inventory: Partial<TestWorld["config"]> = {}): Promise<Asked> {
  const engine = world.engine({ inventory: { ...world.config, ...inventory } });
  const { runbook, request } = readSentence(world, sentence);
  const before = world.farEnds.flatMap((end) => end.writes()).length;
  const view = await engine.drive(await engine.ask(runbook, request));
  expect(view.outcome).toBe("refused");
  const says = plainText(view.problem ?? "");
  expect(says).toContain("Nothing was changed.");
  expect(world.farEnds.flatMap((end) => end.writes())).toHaveLength(before);
  return { says, choices: (view.choices ?? []).map(({ say }) => say) };
}
const edit = (ends: string, properties: object, more: Partial<ArmResource> = {}): void => {
  const found = world.cloud.cloud.list().find(({ id }) => id.endsWith(ends));
  if (!found) throw new Error(`nothing ends with ${ends}`);
  world.cloud.cloud.put({ ...found, ...more, properties: { ...found.properties, ...properties } });
};
const bluexp = (change: Partial<BluexpConfig>) => ({ bluexp: { ...world.config.bluexp!, ...change } });
const noTerms = (plan: string): void => {
  (world.cloud.cloud as unknown as { terms: Set<string> }).terms.delete(`netapp/${plan}`);
};

describe("deploy-connector: each check that fails has its text", () => {
  const cases: [string, () => void, RegExp, RegExp][] = [
    [
      "marketplace terms nobody accepted",
      () => noTerms("netapp-oncommand-cloud-manager/occm-byol"),
      /Nobody has accepted the marketplace terms of netapp-oncommand-cloud-manager/,
      /az vm image terms accept --subscription \S+ --publisher netapp --offer netapp-oncommand-cloud-manager --plan occm-byol/,
    ],
    [
      "an account the login does not see",
      () => world.console.fault({ path: "^/tenancy", times: 9, does: { kind: "reply", status: 200, body: [] } }),
      /The login to BlueXP does not see the account account-RiverSide/,
      /Identity and access: add the service account/,
    ],
    [
      "a subscription that is disabled",
      () =>
        world.cloud.fault({
          path: `/subscriptions/${bare.azure.subscription}\\?`,
          times: 9,
          does: { kind: "reply", status: 200, body: { state: "Disabled" } },
        }),
      /The Azure subscription \S+ is Disabled/,
      /az account show --subscription/,
    ],
    [
      "a network that is not there",
      () => world.cloud.cloud.remove(`/subscriptions/${bare.azure.subscription}${VNET}`),
      /There is no virtual network vnet-epic in the resource group rg-network-eastus2/,
      /az network vnet create --resource-group rg-network-eastus2 --name vnet-epic/,
    ],
    [
      "a network in another region",
      () => edit(VNET, {}, { location: "westus" }),
      /vnet-epic is in westus, not in eastus2/,
      /Name another region or network/,
    ],
    [
      "a subnet that is delegated",
      () => edit(`${VNET}/subnets/snet-connector`, { delegations: [{ properties: { serviceName: "Microsoft.Sql" } }] }),
      /snet-connector is delegated to Microsoft.Sql/,
      /Name another subnet/,
    ],
    [
      "quota of the region",
      () =>
        world.cloud.setKnobs({
          quota: { standardDSv3Family: { used: 0, limit: 100 }, cores: { used: 349, limit: 350 } },
        }),
      /8 vCPUs of cores are needed in eastus2, and 349 of 350 are used/,
      /az quota update --resource-name cores .* value=357/,
    ],
    [
      "a family that has no quota at all",
      () => world.cloud.setKnobs({ quota: { cores: { used: 0, limit: 350 } } }),
      /standardDSv3Family are needed in eastus2, and there is none at all/,
      /az quota update --resource-name standardDSv3Family/,
    ],
    [
      "rights of its own",
      () => world.cloud.setKnobs({ denied: ["Microsoft.Compute/virtualMachines/write"] }),
      /Sluice's identity may not do this in Azure: Microsoft.Compute\/virtualMachines\/write/,
      /az role assignment create --assignee IDENTITY --role "Sluice deployments"/,
    ],
    [
      "quota that cannot be looked at is missing too",
      () => world.cloud.setKnobs({ denied: ["Microsoft.Compute/locations/usages/read"] }),
      /authorization|may not|not allowed/i,
      /Nothing was changed/,
    ],
  ];
  test.each(cases)("%s", async (_what, spoil, what, text) => {
    spoil();
    const { says } = await refused("deploy connector");
    expect(says).toMatch(what);
    expect(says).toMatch(text);
    expect(says).toContain("one thing has to be seen to first");
  });

  test("nothing is said of it in the configuration", async () => {
    const { deploy: _, ...rest } = world.config.bluexp!;
    expect((await refused("deploy connector", { bluexp: rest })).says).toContain(
      "The configuration does not say where a Connector is to be deployed.",
    );
  });
});

describe("deploy-cvo: each check that fails has its text", () => {
  beforeEach(async () => {
    const engine = world.engine();
    const { runbook, request } = readSentence(world, "deploy connector");
    expect((await engine.drive(await engine.ask(runbook, request))).outcome).toBe("succeeded");
    const note = await engine.store.note("bluexp:connector");
    connector = bluexp({ connector: note ?? "" });
  });
  let connector: Partial<TestWorld["config"]>;

  const cases: [string, () => void, RegExp, RegExp][] = [
    [
      "marketplace terms nobody accepted",
      () => noTerms("netapp-ontap-cloud/ontap_cloud_byol_ha"),
      /Nobody has accepted the marketplace terms of netapp-ontap-cloud/,
      /az vm image terms accept --subscription \S+ --publisher netapp --offer netapp-ontap-cloud --plan ontap_cloud_byol_ha/,
    ],
    [
      "quota for both nodes",
      () =>
        world.cloud.setKnobs({
          quota: { standardEDSv5Family: { used: 190, limit: 200 }, cores: { used: 0, limit: 350 } },
        }),
      /16 vCPUs of standardEDSv5Family are needed in eastus2, and 190 of 200 are used/,
      /az quota update --resource-name standardEDSv5Family .* value=206/,
    ],
    [
      "a subnet that is not there",
      () => world.cloud.cloud.remove(`/subscriptions/${bare.azure.subscription}${VNET}/subnets/snet-cvo`),
      /vnet-epic has no subnet snet-cvo/,
      /az network vnet subnet create/,
    ],
    [
      "a vault that is not enabled for disks",
      () => edit("/vaults/kv-epic", { enabledForDiskEncryption: false }),
      /kv-epic is not enabled for disk encryption/,
      /az keyvault update --name kv-epic --enabled-for-disk-encryption true/,
    ],
    [
      "a vault in another region",
      () => edit("/vaults/kv-epic", {}, { location: "westus" }),
      /kv-epic is in westus, not in eastus2/,
      /keys of their own region only/,
    ],
    [
      "a vault that is not there",
      () =>
        world.cloud.cloud.remove(
          world.cloud.cloud.list("Microsoft.KeyVault/vaults").find(({ name }) => name === "kv-epic")?.id ?? "",
        ),
      /There is no key vault kv-epic/,
      /Name another one/,
    ],
    [
      "a key that is disabled",
      () => edit("/vaults/kv-epic/keys/cvo-key", { attributes: { enabled: false } }),
      /kv-epic has no enabled RSA key cvo-key/,
      /az keyvault key create --vault-name kv-epic --name cvo-key --kty RSA --size 2048/,
    ],
  ];
  test.each(cases)("%s", async (_what, spoil, what, text) => {
    spoil();
    const { says } = await refused("deploy cvo", connector);
    expect(says).toMatch(what);
    expect(says).toMatch(text);
  });

  test("several workspaces are named, and one is to be chosen; one that is not there is refused", async () => {
    const two = [
      { workspacePublicId: "workspace-One", workspaceName: "One" },
      { workspacePublicId: "workspace-Two", workspaceName: "Two" },
    ].map((each) => ({ ...each, publicId: each.workspacePublicId, name: each.workspaceName }));
    world.console.fault({ path: "/occm/api/tenants", times: 9, does: { kind: "reply", status: 200, body: two } });
    const { workspace: _, ...unnamed } = connector.bluexp!;
    const { says } = await refused("deploy cvo", { bluexp: unnamed });
    expect(says).toContain("The account has several workspaces: workspace-One (One), workspace-Two (Two).");
    expect(says).toContain("Name one as bluexp.workspace.");
    const named = { bluexp: { ...connector.bluexp!, workspace: "workspace-None" } };
    expect((await refused("deploy cvo", named)).says).toContain("The account has no workspace workspace-None");
  });

  test("a resource group that is there already: a system gets one of its own", async () => {
    const group = `/subscriptions/${bare.azure.subscription}/resourceGroups/rg-cvo-eastus2`;
    world.cloud.cloud.put({
      id: group,
      name: "rg-cvo-eastus2",
      type: "Microsoft.Resources/resourceGroups",
      location: "eastus2",
      properties: { provisioningState: "Succeeded" },
    });
    expect((await refused("deploy cvo", connector)).says).toContain(
      "The resource group rg-cvo-eastus2 is there already, and a system gets one of its own",
    );
  });

  test("a Connector that does not report", async () => {
    const gone = bluexp({ connector: "aConnectorThatIsNotThere0000000" });
    expect((await refused("deploy cvo", gone)).says).toMatch(/does not report to BlueXP|Connector/);
  });

  test("a cluster nobody says how to deploy, and one that is an array", async () => {
    const clusters = world.config.clusters.map(({ deploy: _, ...each }) => each);
    expect((await refused("deploy cvo", { ...connector, clusters })).says).toContain(
      "The configuration does not say how cvo-eastus2 is to be deployed.",
    );
  });

  test("a second Connector of the same name while the first runs", async () => {
    expect((await refused("deploy connector", connector)).says).toMatch(
      /There is a Connector called \S+ already, and it runs/,
    );
  });
});
