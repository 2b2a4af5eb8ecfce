import { z } from "zod";
import type { About, ArmHttp } from "./http.js";

export interface Vnet {
  readonly id: string;
  readonly name: string;
  readonly location: string;
  readonly prefixes: readonly string[];
  readonly subnets: readonly Subnet[];
}

export interface Subnet {
  readonly id: string;
  readonly name: string;
  readonly prefixes: readonly string[];
  /** Id of the route table on it, of the security group on it. */
  readonly routeTable?: string;
  readonly securityGroup?: string;
  /** `Microsoft.KeyVault` and the like. */
  readonly serviceEndpoints: readonly string[];
  /** What a service took the subnet for itself; nothing else can be put there. */
  readonly delegations: readonly string[];
}

export interface Route {
  readonly name: string;
  readonly prefix: string;
  /** VirtualNetworkGateway, VnetLocal, Internet, VirtualAppliance, None. */
  readonly nextHop: string;
  readonly nextHopAddress?: string;
}

export interface RouteTable {
  readonly id: string;
  readonly name: string;
  readonly routes: readonly Route[];
  /** Routes learned over ExpressRoute or VPN are not taken. */
  readonly ignoresGateway: boolean;
}

export interface SecurityRule {
  readonly name: string;
  readonly priority: number;
  readonly direction: "Inbound" | "Outbound";
  readonly access: "Allow" | "Deny";
  /** Tcp, Udp, Icmp, `*`. */
  readonly protocol: string;
  readonly sources: readonly string[];
  readonly destinations: readonly string[];
  /** `11104`, `11104-11105`, `*`. */
  readonly ports: readonly string[];
}

export interface SecurityGroup {
  readonly id: string;
  readonly name: string;
  /** By priority, lowest number first. */
  readonly rules: readonly SecurityRule[];
}

export interface Nic {
  readonly id: string;
  readonly name: string;
  /** Private addresses and the subnets they lie in; the primary one first. */
  readonly addresses: readonly { readonly address: string; readonly subnet: string }[];
  /** Id of the machine it belongs to. */
  readonly machine?: string;
  readonly securityGroup?: string;
  readonly forwards: boolean;
}

export interface NetworksReader {
  findVnet(resourceGroup: string, name: string): Promise<Vnet | undefined>;
  /** By full ids, as subnets and NICs name them. */
  findSubnet(id: string): Promise<Subnet | undefined>;
  findRouteTable(id: string): Promise<RouteTable | undefined>;
  findSecurityGroup(id: string): Promise<SecurityGroup | undefined>;
  /** Every NIC of the subscription, or of one resource group (none when there is no such group). */
  listNics(resourceGroup?: string): Promise<readonly Nic[]>;
  /** The NIC that has this private address: an address no NIC has is dead, whatever the array says. */
  findNicByAddress(address: string): Promise<Nic | undefined>;
}

export interface NewNic {
  readonly location: string;
  /** Full id. */
  readonly subnet: string;
  readonly address: string;
  readonly tags: Readonly<Record<string, string>>;
}

export interface Networks extends NetworksReader {
  /** Creates the route, or replaces the one of that name. Returns once Azure has accepted. */
  putRoute(routeTable: string, route: Route): Promise<void>;
  removeRoute(routeTable: string, name: string): Promise<void>;
  putRule(securityGroup: string, rule: SecurityRule): Promise<void>;
  removeRule(securityGroup: string, name: string): Promise<void>;
  /** A network interface on no machine yet, with accelerated networking. `id`: its full id to be. */
  createNic(id: string, nic: NewNic): Promise<void>;
}

const version = "2024-05-01";
const ref = z.object({ id: z.string() }).nullish();
const words = z.array(z.string()).nullish();
const subnetShape = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    addressPrefix: z.string().nullish(),
    addressPrefixes: words,
    routeTable: ref,
    networkSecurityGroup: ref,
    serviceEndpoints: z.array(z.object({ service: z.string() })).nullish(),
    delegations: z.array(z.object({ properties: z.object({ serviceName: z.string() }) })).nullish(),
  }),
});
const vnetShape = z.object({
  id: z.string(),
  name: z.string(),
  location: z.string(),
  properties: z.object({
    addressSpace: z.object({ addressPrefixes: z.array(z.string()) }),
    subnets: z.array(subnetShape).nullish(),
  }),
});
const tableShape = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    disableBgpRoutePropagation: z.boolean().nullish(),
    routes: z
      .array(
        z.object({
          name: z.string(),
          properties: z.object({
            addressPrefix: z.string(),
            nextHopType: z.string(),
            nextHopIpAddress: z.string().nullish(),
          }),
        }),
      )
      .nullish(),
  }),
});
const ruleShape = z.object({
  name: z.string(),
  properties: z.object({
    priority: z.number(),
    direction: z.enum(["Inbound", "Outbound"]),
    access: z.enum(["Allow", "Deny"]),
    protocol: z.string(),
    sourceAddressPrefix: z.string().nullish(),
    sourceAddressPrefixes: words,
    destinationAddressPrefix: z.string().nullish(),
    destinationAddressPrefixes: words,
    destinationPortRange: z.string().nullish(),
    destinationPortRanges: words,
  }),
});
const groupShape = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({ securityRules: z.array(ruleShape).nullish() }),
});
const nicShape = z.object({
  id: z.string(),
  name: z.string(),
  properties: z.object({
    enableIPForwarding: z.boolean().nullish(),
    virtualMachine: ref,
    networkSecurityGroup: ref,
    ipConfigurations: z
      .array(
        z.object({
          properties: z.object({
            primary: z.boolean().nullish(),
            privateIPAddress: z.string().nullish(),
            subnet: ref,
          }),
        }),
      )
      .nullish(),
  }),
});

const one = (single: string | null | undefined, several: readonly string[] | null | undefined): readonly string[] =>
  several && several.length > 0 ? several : single ? [single] : [];
/** `{ key: id }` where there is one. */
const idAs = <K extends string>(key: K, value: z.infer<typeof ref>): { readonly [P in K]?: string } =>
  (value ? { [key]: value.id } : {}) as { readonly [P in K]?: string };

const subnetOf = ({ id, name, properties: of }: z.infer<typeof subnetShape>): Subnet => ({
  id,
  name,
  prefixes: one(of.addressPrefix, of.addressPrefixes),
  ...idAs("routeTable", of.routeTable),
  ...idAs("securityGroup", of.networkSecurityGroup),
  serviceEndpoints: (of.serviceEndpoints ?? []).map((each) => each.service),
  delegations: (of.delegations ?? []).map((each) => each.properties.serviceName),
});

const ruleOf = ({ name, properties: of }: z.infer<typeof ruleShape>): SecurityRule => ({
  name,
  priority: of.priority,
  direction: of.direction,
  access: of.access,
  protocol: of.protocol,
  sources: one(of.sourceAddressPrefix, of.sourceAddressPrefixes),
  destinations: one(of.destinationAddressPrefix, of.destinationAddressPrefixes),
  ports: one(of.destinationPortRange, of.destinationPortRanges),
});

const nicOf = ({ id, name, properties: of }: z.infer<typeof nicShape>): Nic => ({
  id,
  name,
  addresses: [...(of.ipConfigurations ?? [])]
    .sort((a, b) => Number(b.properties.primary ?? false) - Number(a.properties.primary ?? false))
    .flatMap(({ properties: { privateIPAddress, subnet } }) =>
      privateIPAddress ? [{ address: privateIPAddress, subnet: subnet?.id ?? "" }] : [],
    ),
  ...idAs("machine", of.virtualMachine),
  ...idAs("securityGroup", of.networkSecurityGroup),
  forwards: of.enableIPForwarding ?? false,
});

const last = (id: string): string => id.slice(id.lastIndexOf("/") + 1);
const about = (what: string): About => ({ what, version });

/** Virtual networks and what lies in them (learn.microsoft.com/rest/api/virtualnetwork). */
export function networks(http: ArmHttp): Networks {
  const subscription = `/subscriptions/${http.subscription}`;
  const listNics = async (resourceGroup?: string): Promise<readonly Nic[]> => {
    const path = `${subscription}${resourceGroup === undefined ? "" : `/resourceGroups/${resourceGroup}`}/providers/Microsoft.Network/networkInterfaces`;
    if (resourceGroup === undefined)
      return (await http.list(path, about("the network interfaces"), nicShape)).map(nicOf);
    const page = z.object({ value: z.array(nicShape) });
    const found = await http.find(path, about(`the network interfaces in ${resourceGroup}`), page);
    return (found?.value ?? []).map(nicOf);
  };
  return {
    findVnet: async (resourceGroup, name) => {
      const path = `${subscription}/resourceGroups/${resourceGroup}/providers/Microsoft.Network/virtualNetworks/${name}`;
      const found = await http.find(path, about(`the virtual network ${name}`), vnetShape);
      if (!found) return undefined;
      const { id, location, properties } = found;
      return {
        id,
        name: found.name,
        location,
        prefixes: properties.addressSpace.addressPrefixes,
        subnets: (properties.subnets ?? []).map(subnetOf),
      };
    },
    findSubnet: async (id) => {
      const found = await http.find(id, about(`the subnet ${last(id)}`), subnetShape);
      return found && subnetOf(found);
    },
    findRouteTable: async (id) => {
      const found = await http.find(id, about(`the route table ${last(id)}`), tableShape);
      if (!found) return undefined;
      const routes = (found.properties.routes ?? []).map(({ name, properties: of }): Route => ({
        name,
        prefix: of.addressPrefix,
        nextHop: of.nextHopType,
        ...(of.nextHopIpAddress ? { nextHopAddress: of.nextHopIpAddress } : {}),
      }));
      return {
        id: found.id,
        name: found.name,
        routes,
        ignoresGateway: found.properties.disableBgpRoutePropagation ?? false,
      };
    },
    findSecurityGroup: async (id) => {
      const found = await http.find(id, about(`the network security group ${last(id)}`), groupShape);
      if (!found) return undefined;
      const rules = (found.properties.securityRules ?? []).map(ruleOf).sort((a, b) => a.priority - b.priority);
      return { id: found.id, name: found.name, rules };
    },
    listNics,
    findNicByAddress: async (address) =>
      (await listNics()).find((nic) => nic.addresses.some((each) => each.address === address)),
    putRoute: (table, { name, prefix, nextHop, nextHopAddress }) =>
      http.put(`${table}/routes/${name}`, about(`the route ${name} in ${last(table)}`), {
        properties: {
          addressPrefix: prefix,
          nextHopType: nextHop,
          ...(nextHopAddress === undefined ? {} : { nextHopIpAddress: nextHopAddress }),
        },
      }),
    removeRoute: (table, name) => http.remove(`${table}/routes/${name}`, about(`the route ${name} in ${last(table)}`)),
    putRule: (group, rule) =>
      http.put(`${group}/securityRules/${rule.name}`, about(`the rule ${rule.name} in ${last(group)}`), {
        properties: {
          priority: rule.priority,
          direction: rule.direction,
          access: rule.access,
          protocol: rule.protocol,
          sourcePortRange: "*",
          ...severalOr("sourceAddressPrefix", "sourceAddressPrefixes", rule.sources),
          ...severalOr("destinationAddressPrefix", "destinationAddressPrefixes", rule.destinations),
          ...severalOr("destinationPortRange", "destinationPortRanges", rule.ports),
        },
      }),
    createNic: (id, { location, subnet, address, tags }) =>
      http.put(id, about(`the network interface ${last(id)}`), {
        location,
        tags,
        properties: {
          enableAcceleratedNetworking: true,
          ipConfigurations: [
            {
              name: "ipconfig1",
              properties: {
                primary: true,
                privateIPAllocationMethod: "Static",
                privateIPAddress: address,
                subnet: { id: subnet },
              },
            },
          ],
        },
      }),
    removeRule: (group, name) =>
      http.remove(`${group}/securityRules/${name}`, about(`the rule ${name} in ${last(group)}`)),
  };
}

const severalOr = (single: string, several: string, values: readonly string[]): Record<string, unknown> =>
  values.length === 1 ? { [single]: values[0] } : { [several]: values };
