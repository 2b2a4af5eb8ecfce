import type { ArmResource } from "../../kit/cloud.js";
import type { World } from "../../worlds/types.js";

const MANAGED: Readonly<Record<string, string>> = {
  Owner: "8e3af657-a8ff-443c-a75c-2fe8c4bcb635",
  Contributor: "b24988ac-6180-42a0-ab88-20f7382dd24c",
  Reader: "acdd72a7-3385-48ef-bd42-f606fba81ae7",
  "Network Contributor": "4d97b98b-1d4f-4787-a291-c67834d212e7",
  "Key Vault Secrets User": "4633458b-17de-408a-b874-0445c86b69e6",
  "Key Vault Crypto User": "12338af0-0e69-4776-bea7-57ae8d297424",
};

/** The service principal ONTAP signs in to the vault as, and its right there. */
const NVE_PRINCIPAL = "c0ffee00-0000-4000-8000-00000000a4e1";
const NVE_ASSIGNMENT = "c0ffee00-0000-4000-8000-00000000a551";

/** Where a world's network lies, when it says nothing else. */
export const NETWORK_GROUP = "rg-network-eastus2";
export const VNET = "vnet-epic";

/** What stands in the subscription when the world starts: groups, the network, a vault, Azure's own roles and Sluice's. */
export function seedResources(world: World): ArmResource[] {
  const at = `/subscriptions/${world.azure.subscription}`;
  const { location } = world.azure;
  const network = `${at}/resourceGroups/${NETWORK_GROUP}/providers/Microsoft.Network`;
  const vnet = `${network}/virtualNetworks/${VNET}`;
  const vault = `${at}/resourceGroups/${NETWORK_GROUP}/providers/Microsoft.KeyVault/vaults/kv-epic`;
  const group = (name: string): ArmResource => ({
    id: `${at}/resourceGroups/${name}`,
    name,
    type: "Microsoft.Resources/resourceGroups",
    location,
    tags: {},
    properties: { provisioningState: "Succeeded" },
  });
  const of = (id: string, type: string, properties: Record<string, unknown>): ArmResource => ({
    id,
    name: id.slice(id.lastIndexOf("/") + 1),
    type,
    ...(type.split("/").length > 2 ? {} : { location, tags: {} }),
    properties: { provisioningState: "Succeeded", ...properties },
  });
  const subnet = (name: string, addressPrefix: string, more: Record<string, unknown> = {}): ArmResource =>
    of(`${vnet}/subnets/${name}`, "Microsoft.Network/virtualNetworks/subnets", {
      addressPrefix,
      privateEndpointNetworkPolicies: "Disabled",
      ...more,
    });
  const rule = (name: string, priority: number, protocol: string, ports: readonly string[]): ArmResource =>
    of(
      `${network}/networkSecurityGroups/nsg-cvo/securityRules/${name}`,
      "Microsoft.Network/networkSecurityGroups/securityRules",
      {
        protocol,
        sourcePortRange: "*",
        sourceAddressPrefixes: ["10.7.0.0/16", "10.8.0.0/16"],
        destinationAddressPrefix: "*",
        ...(ports.length === 1 ? { destinationPortRange: ports[0] } : { destinationPortRanges: ports }),
        access: "Allow",
        priority,
        direction: "Inbound",
      },
    );
  const groups = new Set([
    ...world.hosts.flatMap((host) => host.resourceGroup ?? []),
    ...world.clusters.filter((each) => each.platform !== "onprem").map((each) => `rg-${each.name}`),
    NETWORK_GROUP,
  ]);
  return [
    ...[...groups].map(group),
    of(vnet, "Microsoft.Network/virtualNetworks", { addressSpace: { addressPrefixes: ["10.8.0.0/16"] } }),
    subnet("snet-cvo", "10.8.0.0/22", {
      routeTable: { id: `${network}/routeTables/rt-cvo` },
      networkSecurityGroup: { id: `${network}/networkSecurityGroups/nsg-cvo` },
      serviceEndpoints: ["Microsoft.KeyVault", "Microsoft.AzureActiveDirectory", "Microsoft.Storage"].map(
        (service) => ({ service, locations: ["*"], provisioningState: "Succeeded" }),
      ),
    }),
    subnet("snet-hosts", "10.8.4.0/24"),
    subnet("snet-replication", "10.8.8.0/24"),
    subnet("snet-connector", "10.8.6.0/28"),
    of(`${network}/routeTables/rt-cvo`, "Microsoft.Network/routeTables", { disableBgpRoutePropagation: false }),
    of(`${network}/routeTables/rt-cvo/routes/to-array`, "Microsoft.Network/routeTables/routes", {
      addressPrefix: "10.7.0.0/16",
      nextHopType: "VirtualNetworkGateway",
    }),
    of(`${network}/networkSecurityGroups/nsg-cvo`, "Microsoft.Network/networkSecurityGroups", {}),
    rule("allow-intercluster", 100, "Tcp", ["11104", "11105"]),
    rule("allow-icmp", 110, "Icmp", ["*"]),
    rule("allow-iscsi", 120, "Tcp", ["3260"]),
    rule("allow-https", 130, "Tcp", ["443"]),
    of(vault, "Microsoft.KeyVault/vaults", {
      tenantId: world.azure.tenant,
      sku: { family: "A", name: "standard" },
      vaultUri: "https://kv-epic.vault.azure.net/",
      enableSoftDelete: true,
      softDeleteRetentionInDays: 90,
      enablePurgeProtection: true,
      enableRbacAuthorization: true,
      enabledForDiskEncryption: true,
      publicNetworkAccess: "Enabled",
      accessPolicies: [],
      networkAcls: { bypass: "AzureServices", defaultAction: "Allow", ipRules: [], virtualNetworkRules: [] },
    }),
    of(`${vault}/keys/cvo-key`, "Microsoft.KeyVault/vaults/keys", {
      attributes: { enabled: true, created: 1_700_000_000, updated: 1_700_000_000 },
      kty: "RSA",
      keySize: 2048,
      keyOps: ["wrapKey", "unwrapKey", "encrypt", "decrypt", "sign", "verify"],
      keyUri: "https://kv-epic.vault.azure.net/keys/cvo-key",
      keyUriWithVersion: "https://kv-epic.vault.azure.net/keys/cvo-key/0123456789abcdef0123456789abcdef",
    }),
    // what ONTAP signs in to the vault with; the value is in no answer of Resource Manager
    of(`${vault}/secrets/sluice-nve`, "Microsoft.KeyVault/vaults/secrets", {
      attributes: { enabled: true, created: 1_700_000_000, updated: 1_700_000_000, exp: 1_819_700_000 },
      secretUri: "https://kv-epic.vault.azure.net/secrets/sluice-nve",
    }),
    of(
      `${vault}/providers/Microsoft.Authorization/roleAssignments/${NVE_ASSIGNMENT}`,
      "Microsoft.Authorization/roleAssignments",
      {
        roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${MANAGED["Key Vault Crypto User"]}`,
        principalId: NVE_PRINCIPAL,
        principalType: "ServicePrincipal",
        scope: vault,
      },
    ),
    ...Object.entries(MANAGED).map(([roleName, guid]): ArmResource => ({
      id: `/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
      name: guid,
      type: "Microsoft.Authorization/roleDefinitions",
      properties: {
        roleName,
        type: "BuiltInRole",
        description: roleName,
        assignableScopes: ["/"],
        permissions: [{ actions: roleName === "Reader" ? ["*/read"] : ["*"], notActions: [] }],
      },
    })),
  ];
}
