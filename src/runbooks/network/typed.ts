import type { HandOff, Typed } from "../define.js";
import { cliWord, filter, typed, type RestCall } from "../handOff.js";
import type { NetworkItem } from "./items.js";

interface Lines {
  readonly cli: readonly string[];
  readonly rest: readonly RestCall[];
}

const collections = {
  ipspace: "/api/network/ipspaces",
  broadcastDomain: "/api/network/ethernet/broadcast-domains",
  port: "/api/network/ethernet/ports",
  interface: "/api/network/ip/interfaces",
  route: "/api/network/ip/routes",
} as const;

/** Looks the uuid up, then deletes by it. */
const lookAndDelete = (collection: string, where: Readonly<Record<string, string>>): RestCall[] => [
  { method: "GET", path: `${collection}${filter({ ...where, fields: "uuid" })}` },
  { method: "DELETE", path: `${collection}/{uuid}` },
];

/** Cluster-scoped things belong to the cluster's own SVM, or to the system SVM of their IPspace, which has its name. */
const ownerOf = (cluster: string, ipspace: string): string => cliWord(ipspace === "Default" ? cluster : ipspace);

const inDomain = (verb: "add-ports" | "remove-ports", domain: { name: string; ipspace: string }, at: string): string =>
  `network port broadcast-domain ${verb} -ipspace ${cliWord(domain.ipspace)} -broadcast-domain ${cliWord(domain.name)} -ports ${cliWord(at)}`;

/** How a person makes it. */
function making(cluster: string, item: NetworkItem): Lines {
  switch (item.kind) {
    case "ipspace":
      return {
        cli: [`network ipspace create -ipspace ${cliWord(item.name)}`],
        rest: [{ method: "POST", path: collections.ipspace, body: { name: item.name } }],
      };
    case "broadcastDomain":
      return {
        cli: [
          `network port broadcast-domain create -ipspace ${cliWord(item.ipspace)} -broadcast-domain ${cliWord(item.name)} -mtu ${item.mtu}`,
        ],
        rest: [
          {
            method: "POST",
            path: collections.broadcastDomain,
            body: { name: item.name, ipspace: { name: item.ipspace }, mtu: item.mtu },
          },
        ],
      };
    case "vlan":
      return {
        cli: [
          `network port vlan create -node ${cliWord(item.node)} -vlan-name ${cliWord(`${item.port}-${item.tag}`)}`,
          inDomain("add-ports", item.domain, `${item.node}:${item.port}-${item.tag}`),
        ],
        rest: [
          {
            method: "POST",
            path: collections.port,
            body: {
              type: "vlan",
              node: { name: item.node },
              vlan: { base_port: { name: item.port, node: { name: item.node } }, tag: item.tag },
              broadcast_domain: { name: item.domain.name, ipspace: { name: item.domain.ipspace } },
            },
          },
        ],
      };
    case "port":
      return {
        cli: [
          ...(item.from ? [inDomain("remove-ports", item.from, `${item.node}:${item.port}`)] : []),
          inDomain("add-ports", item.domain, `${item.node}:${item.port}`),
        ],
        rest: putPort(item.node, item.port, item.domain),
      };
    case "interface":
      return {
        cli: [
          `network interface create -vserver ${ownerOf(cluster, item.ipspace)} -lif ${cliWord(item.name)} -service-policy default-intercluster -home-node ${cliWord(item.node)} -home-port ${cliWord(item.port)} -address ${item.address} -netmask-length ${item.prefix}`,
        ],
        rest: [
          {
            method: "POST",
            path: collections.interface,
            body: {
              name: item.name,
              scope: "cluster",
              ipspace: { name: item.ipspace },
              ip: { address: item.address, netmask: String(item.prefix) },
              service_policy: { name: "default-intercluster" },
              location: { home_port: { name: item.port, node: { name: item.node } } },
            },
          },
        ],
      };
    case "route":
      return {
        cli: [
          `network route create -vserver ${ownerOf(cluster, item.ipspace)} -destination ${item.address}/${item.prefix} -gateway ${item.gateway}`,
        ],
        rest: [
          {
            method: "POST",
            path: collections.route,
            body: {
              ipspace: { name: item.ipspace },
              destination: { address: item.address, netmask: String(item.prefix) },
              gateway: item.gateway,
            },
          },
        ],
      };
  }
}

const putPort = (node: string, port: string, domain: { name: string; ipspace: string }): RestCall[] => [
  { method: "GET", path: `${collections.port}${filter({ "node.name": node, name: port, fields: "uuid" })}` },
  {
    method: "PATCH",
    path: `${collections.port}/{uuid}`,
    body: { broadcast_domain: { name: domain.name, ipspace: { name: domain.ipspace } } },
  },
];

/** How a person takes it away again. */
function takingAway(cluster: string, item: NetworkItem): Lines {
  switch (item.kind) {
    case "ipspace":
      return {
        cli: [`network ipspace delete -ipspace ${cliWord(item.name)}`],
        rest: lookAndDelete(collections.ipspace, { name: item.name }),
      };
    case "broadcastDomain":
      return {
        cli: [
          `network port broadcast-domain delete -ipspace ${cliWord(item.ipspace)} -broadcast-domain ${cliWord(item.name)}`,
        ],
        rest: lookAndDelete(collections.broadcastDomain, { name: item.name, "ipspace.name": item.ipspace }),
      };
    case "vlan":
      return {
        cli: [
          inDomain("remove-ports", item.domain, `${item.node}:${item.port}-${item.tag}`),
          `network port vlan delete -node ${cliWord(item.node)} -vlan-name ${cliWord(`${item.port}-${item.tag}`)}`,
        ],
        rest: lookAndDelete(collections.port, { "node.name": item.node, name: `${item.port}-${item.tag}` }),
      };
    case "port":
      return {
        cli: [
          inDomain("remove-ports", item.domain, `${item.node}:${item.port}`),
          ...(item.from ? [inDomain("add-ports", item.from, `${item.node}:${item.port}`)] : []),
        ],
        rest: item.from ? putPort(item.node, item.port, item.from) : [leaving(item)],
      };
    case "interface":
      return {
        cli: [`network interface delete -vserver ${ownerOf(cluster, item.ipspace)} -lif ${cliWord(item.name)}`],
        rest: lookAndDelete(collections.interface, { name: item.name, "ipspace.name": item.ipspace }),
      };
    case "route":
      return {
        cli: [
          `network route delete -vserver ${ownerOf(cluster, item.ipspace)} -destination ${item.address}/${item.prefix} -gateway ${item.gateway}`,
        ],
        rest: lookAndDelete(collections.route, {
          "ipspace.name": item.ipspace,
          "destination.address": item.address,
          gateway: item.gateway,
        }),
      };
  }
}

/** Out of any broadcast domain is in no REST call of its own (reference 2): ONTAP's command line over REST. */
const leaving = (item: Extract<NetworkItem, { kind: "port" }>): RestCall => ({
  method: "PATCH",
  path: `/api/private/cli/network/port/broadcast-domain/remove-ports${filter({ ipspace: item.domain.ipspace, "broadcast-domain": item.domain.name })}`,
  body: { ports: [`${item.node}:${item.port}`] },
});

const together = (lines: readonly Lines[]): Typed =>
  typed(
    lines.flatMap((each) => each.cli),
    lines.flatMap((each) => each.rest),
  );

/** The text for one or for all of a cluster's network, and for taking it away again, last one first. */
export const networkText = (cluster: string, items: readonly NetworkItem[]): HandOff => ({
  note: `On ${cluster}, as its administrator; what is there already as it stands here is left out:`,
  ...together(items.map((item) => making(cluster, item))),
  back: together([...items].reverse().map((item) => takingAway(cluster, item))),
});
