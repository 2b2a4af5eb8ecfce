import { ArmError } from "../types.js";

/** What Resource Manager knows of a resource type. */
export interface Kind {
  /** As answers spell it. */
  readonly type: string;
  readonly versions: readonly string[];
  /** Kept under its parent and shown inside it, under this name. */
  readonly inParent?: string;
  /** Throws what the provider says to a body it does not take. */
  check?(body: Body): void;
}

export interface Body {
  readonly location?: string;
  readonly tags?: Readonly<Record<string, string>>;
  readonly properties?: Readonly<Record<string, unknown>>;
  readonly identity?: Readonly<Record<string, unknown>>;
  readonly sku?: Readonly<Record<string, unknown>>;
}

const NETWORK = ["2023-09-01", "2023-11-01", "2024-01-01", "2024-03-01", "2024-05-01", "2024-07-01", "2025-01-01"];
const VAULT = ["2022-07-01", "2023-02-01", "2023-07-01", "2024-11-01"];
const CIDR = /^(\d{1,3}\.){3}\d{1,3}\/(\d|[12]\d|3[0-2])$/;

const invalid = (code: string, message: string): ArmError => new ArmError(400, code, message);

function checkRoute({ properties = {} }: Body): void {
  const { addressPrefix, nextHopType, nextHopIpAddress } = properties;
  if (typeof addressPrefix !== "string" || !CIDR.test(addressPrefix))
    throw invalid("InvalidAddressPrefixFormat", `Address prefix ${String(addressPrefix)} has an invalid format.`);
  const types = ["VirtualNetworkGateway", "VnetLocal", "Internet", "VirtualAppliance", "None"];
  if (!types.includes(String(nextHopType)))
    throw invalid("InvalidRequestFormat", `Cannot parse the request: unknown nextHopType '${String(nextHopType)}'.`);
  if ((nextHopType === "VirtualAppliance") !== (nextHopIpAddress !== undefined))
    throw invalid(
      nextHopIpAddress === undefined ? "RouteNextHopIpAddressMissing" : "RouteCannotHaveNextHopIpAddress",
      `Route with next hop type ${String(nextHopType)} ${nextHopIpAddress === undefined ? "needs" : "cannot have"} a next hop IP address.`,
    );
}

function checkRule({ properties = {} }: Body): void {
  const { priority, direction, access, protocol } = properties;
  if (typeof priority !== "number" || priority < 100 || priority > 4096)
    throw invalid("SecurityRuleInvalidPriority", "Security rule has an invalid priority; 100 to 4096 are valid.");
  for (const [name, value, among] of [
    ["direction", direction, ["Inbound", "Outbound"]],
    ["access", access, ["Allow", "Deny"]],
    ["protocol", protocol, ["Tcp", "Udp", "Icmp", "Esp", "Ah", "*"]],
  ] as const)
    if (!(among as readonly unknown[]).includes(value))
      throw invalid("InvalidRequestFormat", `Cannot parse the request: '${String(value)}' is no ${name}.`);
}

function checkNic({ properties = {} }: Body): void {
  const all = (properties["ipConfigurations"] ?? []) as readonly {
    readonly properties?: {
      readonly subnet?: { readonly id?: string };
      readonly privateIPAllocationMethod?: string;
      readonly privateIPAddress?: string;
    };
  }[];
  if (all.length === 0)
    throw invalid("NetworkInterfaceMustHaveIpConfiguration", "A network interface has at least one IP configuration.");
  for (const { properties: of } of all) {
    if (of?.subnet?.id === undefined)
      throw invalid("SubnetNotProvided", "Subnet must be specified for the IP configuration.");
    if (of.privateIPAllocationMethod === "Static" && of.privateIPAddress === undefined)
      throw invalid("PrivateIPAddressNotProvided", "A static IP configuration needs a private IP address.");
  }
}

/** Types with the api-versions this simulator answers (Azure knows more; an unknown one is refused as there). */
export const KINDS: readonly Kind[] = [
  { type: "Microsoft.Network/virtualNetworks", versions: NETWORK },
  { type: "Microsoft.Network/virtualNetworks/subnets", versions: NETWORK, inParent: "subnets" },
  { type: "Microsoft.Network/networkSecurityGroups", versions: NETWORK },
  {
    type: "Microsoft.Network/networkSecurityGroups/securityRules",
    versions: NETWORK,
    inParent: "securityRules",
    check: checkRule,
  },
  { type: "Microsoft.Network/routeTables", versions: NETWORK },
  { type: "Microsoft.Network/routeTables/routes", versions: NETWORK, inParent: "routes", check: checkRoute },
  { type: "Microsoft.Network/networkInterfaces", versions: NETWORK, check: checkNic },
  { type: "Microsoft.KeyVault/vaults", versions: VAULT },
  { type: "Microsoft.KeyVault/vaults/keys", versions: VAULT },
  { type: "Microsoft.KeyVault/vaults/secrets", versions: VAULT },
  {
    type: "Microsoft.ManagedIdentity/userAssignedIdentities",
    versions: ["2018-11-30", "2023-01-31", "2024-11-30"],
  },
  { type: "Microsoft.Compute/virtualMachines", versions: ["2024-03-01", "2024-07-01", "2025-04-01", "2026-03-01"] },
  { type: "Microsoft.Compute/disks", versions: ["2024-03-02", "2025-01-02"] },
  { type: "Microsoft.Storage/storageAccounts", versions: ["2023-01-01", "2023-05-01", "2024-01-01"] },
];

export const VERSIONS: Readonly<Record<string, readonly string[]>> = {
  "Microsoft.Resources/resourceGroups": [
    "2021-04-01",
    "2022-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
  ],
  "Microsoft.Resources/deployments": [
    "2021-04-01",
    "2022-09-01",
    "2024-03-01",
    "2024-07-01",
    "2024-11-01",
    "2025-04-01",
  ],
  "Microsoft.Authorization/roleDefinitions": ["2022-04-01", "2022-05-01-preview"],
  "Microsoft.Authorization/roleAssignments": ["2022-04-01", "2020-10-01-preview"],
  "Microsoft.MarketplaceOrdering/offerTypes": ["2021-01-01"],
  "Microsoft.Compute/locations": ["2024-03-01", "2024-07-01", "2025-04-01", "2026-03-01"],
};

/** Throws Azure's answer to an api-version the type does not have. */
export function checkVersion(type: string, version: string, versions: readonly string[], location: string): void {
  if (versions.includes(version)) return;
  const [namespace, ...rest] = type.split("/");
  if (namespace === "Microsoft.Resources")
    throw new ArmError(
      400,
      "InvalidApiVersionParameter",
      `The api-version '${version}' is invalid. The supported versions are '${versions.join(",")}'.`,
    );
  throw new ArmError(
    400,
    "NoRegisteredProviderFound",
    `No registered resource provider found for location '${location}' and API version '${version}' for type '${rest.join("/")}'. The supported api-versions are '${versions.join(", ")}'. The supported locations are '${location}'.`,
  );
}
