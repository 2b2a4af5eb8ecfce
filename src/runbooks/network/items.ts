import { z } from "zod";
import type { ClusterConfig, InterclusterConfig } from "../../config/types.js";

const domain = z.object({ name: z.string(), ipspace: z.string() });

/** One thing of a cluster's network that replication needs (reference 2). Names and addresses are known when planning: nothing of it is a Ref. */
export const networkItem = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ipspace"), name: z.string() }),
  z.object({ kind: z.literal("broadcastDomain"), name: z.string(), ipspace: z.string(), mtu: z.number() }),
  z.object({ kind: z.literal("vlan"), node: z.string(), port: z.string(), tag: z.number(), domain }),
  z.object({
    kind: z.literal("port"),
    node: z.string(),
    port: z.string(),
    domain,
    /** The broadcast domain it is taken from; absent: none, or nobody could look. */
    from: domain.optional(),
  }),
  z.object({
    kind: z.literal("interface"),
    name: z.string(),
    ipspace: z.string(),
    node: z.string(),
    port: z.string(),
    address: z.string(),
    prefix: z.number(),
  }),
  z.object({
    kind: z.literal("route"),
    ipspace: z.string(),
    address: z.string(),
    prefix: z.number(),
    gateway: z.string(),
  }),
]);
export type NetworkItem = z.infer<typeof networkItem>;

const defaultName = "Default";

/** The port an interface is on: the VLAN over it, where there is one. */
export const portName = (port: string, vlan: number | undefined): string =>
  vlan === undefined ? port : `${port}-${vlan}`;

/** What the file says of a cluster's replication network, in the order it is made in. Of CVO only routes, unless it has interfaces of its own there. */
export function wantedNetwork({ intercluster }: Pick<ClusterConfig, "intercluster">): NetworkItem[] {
  if (!intercluster) return [];
  const { ipspace, broadcastDomain, mtu, vlan, interfaces } = intercluster;
  const domain = { name: broadcastDomain, ipspace };
  const own = broadcastDomain !== defaultName;
  return [
    ...(ipspace === defaultName ? [] : [{ kind: "ipspace" as const, name: ipspace }]),
    ...(own ? [{ kind: "broadcastDomain" as const, name: broadcastDomain, ipspace, mtu }] : []),
    ...interfaces.map(({ node, port }) =>
      vlan === undefined
        ? { kind: "port" as const, node, port, domain }
        : { kind: "vlan" as const, node, port, tag: vlan, domain },
    ),
    ...interfaces.map((each) => ({
      kind: "interface" as const,
      name: each.name,
      ipspace,
      node: each.node,
      port: portName(each.port, vlan),
      address: each.address,
      prefix: each.prefix,
    })),
    ...routesOf(intercluster),
  ];
}

function routesOf({ ipspace, gateway, remoteNetworks }: InterclusterConfig): NetworkItem[] {
  if (gateway === undefined) return [];
  return remoteNetworks.map((each) => {
    const [address = "", prefix = "32"] = each.split("/");
    return { kind: "route", ipspace, address, prefix: Number(prefix), gateway };
  });
}

/** "IPspace ips_repl": what it is called in sentences. */
export function nameOf(item: NetworkItem): string {
  switch (item.kind) {
    case "ipspace":
      return `IPspace ${item.name}`;
    case "broadcastDomain":
      return `broadcast domain ${item.name} (MTU ${item.mtu}) in IPspace ${item.ipspace}`;
    case "vlan":
      return `VLAN ${item.port}-${item.tag} on ${item.node}`;
    case "port":
      return `port ${item.port} of ${item.node}`;
    case "interface":
      return `intercluster interface ${item.name} (${item.address}/${item.prefix}) on ${item.node}, port ${item.port}`;
    case "route":
      return `route to ${item.address}/${item.prefix} by ${item.gateway}`;
  }
}
