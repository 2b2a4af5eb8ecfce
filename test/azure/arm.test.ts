import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAzure, coresOf, type Azure } from "../../src/azure/index.js";
import { underLease } from "../../src/jobs/guard.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const network = "rg-network-eastus2";
let world: TestWorld;
let azure: Azure;
let subscription: string;
let net: string;
beforeAll(async () => {
  world = await startTestWorld();
  // no lease here: what asks for one is tested by itself
  azure = createAzure({ ...world.azureOptions, beforeWrite: () => Promise.resolve() });
  subscription = `/subscriptions/${azure.subscriptionId}`;
  net = `${subscription}/resourceGroups/${network}/providers/Microsoft.Network`;
});
afterAll(() => world.close());
beforeEach(() => {
  world.reset();
  world.cloud.setKnobs({ denied: [], networkMs: 0, readsPerMinute: 0 });
});

const template = (size = "Standard_D8s_v3"): object => ({
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: { name: { type: "string" }, customData: { type: "secureString" } },
  resources: [
    {
      type: "Microsoft.Compute/virtualMachines",
      apiVersion: "2024-07-01",
      name: "[parameters('name')]",
      location: "[resourceGroup().location]",
      identity: { type: "SystemAssigned" },
      plan: { publisher: "netapp", product: "netapp-oncommand-cloud-manager", name: "occm-byol" },
      properties: {
        hardwareProfile: { vmSize: size },
        osProfile: { customData: "[base64(parameters('customData'))]" },
      },
    },
    {
      type: "Microsoft.Authorization/roleAssignments",
      apiVersion: "2022-04-01",
      name: "[guid(resourceGroup().id, parameters('name'))]",
      dependsOn: ["[resourceId('Microsoft.Compute/virtualMachines', parameters('name'))]"],
      properties: {
        roleDefinitionId:
          "[subscriptionResourceId('Microsoft.Authorization/roleDefinitions', 'b24988ac-6180-42a0-ab88-20f7382dd24c')]",
        principalId:
          "[reference(resourceId('Microsoft.Compute/virtualMachines', parameters('name')), '2024-07-01', 'Full').identity.principalId]",
      },
    },
  ],
  outputs: { vm: { type: "string", value: "[resourceId('Microsoft.Compute/virtualMachines', parameters('name'))]" } },
});

describe("what stands", () => {
  test("groups, and what lies in them", async () => {
    expect(await azure.groups.find("RG-CVO-eastus2")).toMatchObject({ name: "rg-cvo-eastus2", location: "eastus2" });
    expect(await azure.groups.find("rg-nothing")).toBeUndefined();
    expect(await azure.groups.resources("rg-nothing")).toEqual([]);
    const inside = await azure.groups.resources(network);
    expect(inside.map((each) => each.type)).toContain("Microsoft.Network/routeTables");
    expect((await azure.groups.list()).map((each) => each.name)).toContain("rg-epic-dr");
    expect(await azure.subscription.state()).toBe("Enabled");
  });

  test("the network: subnets with their route table, security group and service endpoints", async () => {
    const vnet = await azure.networks.findVnet(network, "vnet-epic");
    expect(vnet?.prefixes).toEqual(["10.8.0.0/16"]);
    const subnet = await azure.networks.findSubnet(`${net}/virtualNetworks/vnet-epic/subnets/snet-cvo`);
    expect(vnet?.subnets).toContainEqual(subnet);
    expect(subnet?.serviceEndpoints).toContain("Microsoft.KeyVault");
    const table = await azure.networks.findRouteTable(subnet?.routeTable ?? "");
    expect(table?.routes).toEqual([{ name: "to-array", prefix: "10.7.0.0/16", nextHop: "VirtualNetworkGateway" }]);
    const rules = (await azure.networks.findSecurityGroup(subnet?.securityGroup ?? ""))?.rules;
    expect(rules?.map((each) => each.ports)).toContainEqual(["11104", "11105"]);
    expect(await azure.networks.findVnet("rg-nothing", "vnet-epic")).toBeUndefined();
  });

  test("the addresses of the array's LIFs are those of its NICs, and one attached later is seen", async () => {
    for (const address of ["10.8.0.21", "10.8.0.22", "10.8.1.21"])
      expect((await azure.networks.findNicByAddress(address))?.machine).toMatch(/virtualMachines\/cvo-eastus2-0[12]$/);
    expect(await azure.networks.findNicByAddress("10.8.3.9")).toBeUndefined();
    world.fabric.attachNic("cvo-eastus2", { node: "cvo-eastus2-01", port: "e0e", address: "10.8.3.9" });
    const nic = await azure.networks.findNicByAddress("10.8.3.9");
    expect(nic).toMatchObject({ name: "cvo-eastus2-01-nic-e0e", addresses: [{ address: "10.8.3.9" }] });
    expect((await azure.networks.listNics("rg-cvo-eastus2")).length).toBeGreaterThan(2);
  });

  test("a vault, its key and when its secret expires; never a value", async () => {
    const vault = await azure.vaults.find("https://kv-epic.vault.azure.net/");
    if (!vault) throw new Error("no vault");
    expect(vault).toMatchObject({ name: "kv-epic", softDelete: true, purgeProtection: true, rbac: true });
    expect(await azure.vaults.findKey(vault, "cvo-key")).toMatchObject({ type: "RSA", bits: 2048, enabled: true });
    expect(await azure.vaults.findKey(vault, "none")).toBeUndefined();
    expect(await azure.vaults.findSecret(vault, "sluice-nve")).toMatchObject({ expires: "2027-08-31T08:13:20.000Z" });
  });

  test("quota, terms, and what Sluice itself may do", async () => {
    const usages = await azure.subscription.usages("eastus2");
    expect(usages).toContainEqual({ name: coresOf("Standard_E8ds_v5")?.family, used: 80, limit: 200 });
    await expect(azure.subscription.usages("atlantis")).rejects.toMatchObject({ code: "NoRegisteredProviderFound" });
    const plan = { publisher: "netapp", offer: "netapp-oncommand-cloud-manager", plan: "occm-byol" };
    expect(await azure.subscription.termsAccepted(plan)).toBe(true);
    expect(await azure.subscription.termsAccepted({ ...plan, plan: "other" })).toBe(false);
    const write = "Microsoft.Resources/subscriptions/resourceGroups/write";
    expect(await azure.roles.may(subscription, write)).toBe(true);
    world.cloud.setKnobs({ denied: [write] });
    expect(await azure.roles.may(subscription, write)).toBe(false);
    await expect(azure.groups.create("rg-new", "eastus2", {})).rejects.toMatchObject({
      kind: "rejected",
      code: "AuthorizationFailed",
    });
  });
});

describe("what is changed", () => {
  test("a group comes and goes, with everything in it", async () => {
    await azure.groups.create("rg-new", "eastus2", { "sluice-run": "r1" });
    expect((await azure.groups.find("rg-new"))?.tags).toEqual({ "sluice-run": "r1" });
    await expect(azure.groups.create("rg-new", "westus3", {})).rejects.toMatchObject({
      code: "InvalidResourceGroupLocation",
    });
    await azure.groups.remove("rg-new");
    expect((await azure.groups.find("rg-new"))?.state).toBe("Deleting");
    await expect(azure.groups.create("rg-new", "eastus2", {})).rejects.toMatchObject({ retryable: true });
    world.clock.advance(61_000);
    expect(await azure.groups.find("rg-new")).toBeUndefined();
    await azure.groups.remove("rg-new");
  });

  test("routes and rules are put and removed; what Azure refuses is said", async () => {
    const table = `${net}/routeTables/rt-cvo`;
    await azure.networks.putRoute(table, {
      name: "to-other",
      prefix: "10.9.0.0/16",
      nextHop: "VirtualAppliance",
      nextHopAddress: "10.8.9.4",
    });
    expect((await azure.networks.findRouteTable(table))?.routes).toHaveLength(2);
    await azure.networks.removeRoute(table, "to-other");
    await azure.networks.removeRoute(table, "to-other");
    expect((await azure.networks.findRouteTable(table))?.routes).toHaveLength(1);
    await expect(
      azure.networks.putRoute(table, { name: "bad", prefix: "10.9.0.0", nextHop: "None" }),
    ).rejects.toMatchObject({ kind: "rejected", code: "InvalidAddressPrefixFormat" });
    const group = `${net}/networkSecurityGroups/nsg-cvo`;
    const rule = {
      name: "allow-more",
      priority: 200,
      direction: "Inbound",
      access: "Allow",
      protocol: "Tcp",
      sources: ["10.7.0.0/16"],
      destinations: ["*"],
      ports: ["11104", "11105"],
    } as const;
    await azure.networks.putRule(group, rule);
    expect((await azure.networks.findSecurityGroup(group))?.rules).toContainEqual(rule);
    await azure.networks.removeRule(group, rule.name);
    await expect(azure.networks.putRule(`${net}/networkSecurityGroups/none`, rule)).rejects.toMatchObject({
      code: "ResourceNotFound",
    });
  });

  test("a network interface is made for a machine that has not got it yet, seen by its address, and taken away", async () => {
    const id = `/subscriptions/${world.azureOptions.subscription}/resourceGroups/rg-cvo-eastus2/providers/Microsoft.Network/networkInterfaces/cvo-eastus2-01-nic-e0e`;
    const subnet = `${net}/virtualNetworks/vnet-epic/subnets/snet-replication`;
    const tags = { "sluice-run": "r1" };
    await azure.networks.createNic(id, { location: "eastus2", subnet, address: "10.8.8.21", tags });
    const nic = await azure.networks.findNicByAddress("10.8.8.21");
    expect(nic).toMatchObject({ id, addresses: [{ address: "10.8.8.21", subnet }] });
    expect(nic?.machine).toBeUndefined();
    expect((await azure.resources.find(id))?.tags).toEqual(tags);
    world.fabric.attachNic("cvo-eastus2", { node: "cvo-eastus2-01", port: "e0e", address: "10.8.8.21" });
    const attached = (await azure.networks.listNics()).filter((each) => each.id === id);
    expect(attached).toHaveLength(1);
    expect(attached[0]?.machine).toMatch(/virtualMachines\/cvo-eastus2-01$/);
    expect((await azure.resources.find(id))?.tags).toEqual(tags);
  });

  test("two writes to one network resource get in each other's way", async () => {
    world.cloud.setKnobs({ networkMs: 5_000 });
    const table = `${net}/routeTables/rt-cvo`;
    const route = { name: "to-other", prefix: "10.9.0.0/16", nextHop: "None" };
    await azure.networks.putRoute(table, route);
    await expect(azure.networks.putRoute(table, route)).rejects.toMatchObject({ kind: "notSent", retryAfterMs: 1000 });
    world.clock.advance(5_000);
    await azure.networks.putRoute(table, route);
  });

  test("a role is defined once, assigned once, and cannot go while somebody has it", async () => {
    const guid = "0a0b0c0d-0000-4000-8000-000000000001";
    const role = { roleName: "Connector of test", description: "", actions: ["Microsoft.Compute/*"] };
    await azure.roles.define(subscription, guid, role);
    await azure.roles.define(subscription, guid, role);
    const found = await azure.roles.findDefinition(subscription, role.roleName);
    expect(found).toMatchObject({ name: guid, custom: true, actions: role.actions });
    await expect(azure.roles.define(subscription, guid.replace("01", "02"), role)).rejects.toMatchObject({
      code: "RoleDefinitionWithSameNameExists",
    });
    const assignment = "0a0b0c0d-0000-4000-8000-0000000000a1";
    await expect(azure.roles.assign(subscription, assignment, found?.id ?? "", guid)).rejects.toMatchObject({
      code: "PrincipalNotFound",
    });
    const me = world.azureOptions.clientId;
    await azure.roles.assign(subscription, assignment, found?.id ?? "", me);
    await expect(
      azure.roles.assign(subscription, assignment.replace("a1", "a2"), found?.id ?? "", me),
    ).rejects.toMatchObject({ code: "RoleAssignmentExists" });
    expect(await azure.roles.listAssignments(subscription, me)).toMatchObject([{ name: assignment }]);
    await expect(azure.roles.removeDefinition(subscription, guid)).rejects.toMatchObject({
      code: "RoleDefinitionHasAssignments",
    });
    await azure.roles.removeAssignment(subscription, assignment);
    await azure.roles.removeDefinition(subscription, guid);
    expect(await azure.roles.findDefinition(subscription, role.roleName)).toBeUndefined();
  });

  test("a deployment makes what its template says, and what is secure in it is in no answer and no log", async () => {
    const parameters = { name: "connector-1", customData: '{"clientSecret":"not-to-be-seen"}' };
    await azure.deployments.start("rg-epic-dr", "d1", template(), parameters);
    expect((await azure.deployments.find("rg-epic-dr", "d1"))?.state).toBe("Running");
    await expect(azure.deployments.start("rg-epic-dr", "d1", template(), parameters)).rejects.toMatchObject({
      code: "DeploymentActive",
    });
    world.clock.advance(121_000);
    const done = await azure.deployments.find("rg-epic-dr", "d1");
    expect(done?.state).toBe("Succeeded");
    const vm = await azure.resources.find(String(done?.outputs["vm"]));
    expect(vm?.principal).toMatch(/^[0-9a-f-]{36}$/);
    expect(await azure.roles.listAssignments(subscription, vm?.principal ?? "")).toHaveLength(1);
    expect(JSON.stringify([world.cloud.calls(), done])).not.toMatch(/not-to-be-seen/);
    await azure.resources.remove(vm?.id ?? "");
    expect(await azure.resources.find(vm?.id ?? "")).toBeUndefined();
  });

  test("a deployment is refused before it begins: quota, terms, a template that asks for what is not given", async () => {
    const parameters = { name: "connector-1", customData: "{}" };
    await expect(
      azure.deployments.start("rg-epic-dr", "d2", template("Standard_D128s_v3"), parameters),
    ).rejects.toMatchObject({ kind: "rejected", code: "QuotaExceeded" });
    await expect(azure.deployments.start("rg-epic-dr", "d2", template(), { name: "c" })).rejects.toMatchObject({
      code: "InvalidTemplate",
    });
    expect(await azure.deployments.find("rg-epic-dr", "d2")).toBeUndefined();
    world.cloud.setKnobs({ deploymentFails: "The zone has no room." });
    await azure.deployments.start("rg-epic-dr", "d3", template(), parameters);
    world.clock.advance(121_000);
    expect(await azure.deployments.find("rg-epic-dr", "d3")).toMatchObject({
      state: "Failed",
      problem: "The zone has no room.",
    });
    world.cloud.setKnobs({ deploymentFails: undefined });
  });
});

describe("when it goes wrong", () => {
  test("a limit on reads is a wait, a cut write is in doubt, a cut read was merely not made", async () => {
    const quick = createAzure({ ...world.azureOptions, beforeWrite: () => Promise.resolve() });
    world.cloud.fault({ path: "resourcegroups", times: 1, does: { kind: "reply", status: 429, body: {} } });
    await expect(quick.groups.find("rg-epic-dr")).rejects.toMatchObject({ kind: "notSent", retryAfterMs: 60_000 });
    world.cloud.fault({ method: "PUT", when: "after", does: { kind: "reset" } });
    await expect(quick.groups.create("rg-lost", "eastus2", {})).rejects.toMatchObject({ kind: "inDoubt" });
    expect(await quick.groups.find("rg-lost")).toBeDefined();
    expect(world.cloud.calls().filter((call) => call.method === "PUT")).toHaveLength(1);
    world.cloud.fault({ method: "PUT", does: { kind: "reply", status: 500, body: {} } });
    await expect(quick.groups.create("rg-lost", "eastus2", {})).rejects.toMatchObject({ kind: "inDoubt" });
  });

  test("an api-version Azure does not have, and a subscription that is not ours, are no missing things", async () => {
    const elsewhere = createAzure({ ...world.azureOptions, subscription: "00000000-0000-4000-8000-000000000000" });
    await expect(elsewhere.groups.find("rg-epic-dr")).rejects.toMatchObject({ code: "SubscriptionNotFound" });
    expect(await elsewhere.subscription.state()).toBeUndefined();
  });

  test("no write without a lease", async () => {
    const puts = (): number => world.cloud.calls().filter((call) => call.method === "PUT").length;
    await expect(world.azure.groups.create("rg-x", "eastus2", {})).rejects.toThrow("outside any run");
    expect(puts()).toBe(0);
    const lost = { renewLease: () => Promise.resolve(false) } as unknown as Parameters<typeof underLease>[0];
    await expect(
      underLease(lost, { run: "r" } as never, 1000, () => world.azure.groups.create("rg-x", "eastus2", {})),
    ).rejects.toMatchObject({ name: "LeaseLost" });
    expect(puts()).toBe(0);
  });
});
