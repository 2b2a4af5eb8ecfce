import type { NetworkInterface, OntapReader, Port, Route } from "../../ontap/index.js";
import type { NetworkItem } from "./items.js";

/** Is it there? `wrong`: something of that name or address is, and is not what was asked for. */
export type Seen =
  { readonly is: "right" } | { readonly is: "absent" } | { readonly is: "wrong"; readonly what: string };

const right: Seen = { is: "right" };
const absent: Seen = { is: "absent" };
const wrong = (what: string): Seen => ({ is: "wrong", what });

/** Looks for one thing of a cluster's network. Throws Rejected "6" where the login may not look. */
export async function lookFor(item: NetworkItem, on: OntapReader): Promise<Seen> {
  switch (item.kind) {
    case "ipspace":
      return (await on.ipspaces.findByName(item.name)) ? right : absent;
    case "broadcastDomain": {
      const [found] = await on.broadcastDomains.list({ name: item.name, ipspace: item.ipspace });
      if (!found) return absent;
      return found.mtu === item.mtu
        ? right
        : wrong(`Broadcast domain ${item.name} has an MTU of ${found.mtu ?? "unknown size"}, not ${item.mtu}`);
    }
    case "vlan":
      return lookForVlan(item, await portNamed(on, item.node, `${item.port}-${item.tag}`));
    case "port":
      return lookForPort(item, await portNamed(on, item.node, item.port));
    case "interface":
      return lookForInterface(item, await on.interfaces.list({ ipspace: item.ipspace }));
    case "route":
      return lookForRoute(item, await on.routes.list({ ipspace: item.ipspace }));
  }
}

export const portNamed = async (on: OntapReader, node: string, name: string): Promise<Port | undefined> =>
  (await on.ports.list({ node, name }))[0];

type Of<K extends NetworkItem["kind"]> = Extract<NetworkItem, { kind: K }>;

const lies = (port: Port, domain: { readonly name: string; readonly ipspace: string }): boolean =>
  port.broadcastDomain?.name === domain.name && port.broadcastDomain.ipspace === domain.ipspace;

const where = ({ broadcastDomain }: Port): string =>
  broadcastDomain
    ? `in broadcast domain ${broadcastDomain.name} of IPspace ${broadcastDomain.ipspace ?? "unknown"}`
    : "in no broadcast domain";

function lookForVlan(item: Of<"vlan">, port: Port | undefined): Seen {
  if (!port) return absent;
  if (port.type !== "vlan") return wrong(`Port ${port.name} of ${item.node} is no VLAN`);
  return lies(port, item.domain) ? right : wrong(`VLAN ${port.name} of ${item.node} is there, ${where(port)}`);
}

function lookForPort(item: Of<"port">, port: Port | undefined): Seen {
  if (!port) return wrong(`There is no port ${item.port} on ${item.node}`);
  if (lies(port, item.domain)) return right;
  const from = port.broadcastDomain;
  // Somebody has put it elsewhere since the plan was made.
  if (item.from && from && (from.name !== item.from.name || from.ipspace !== item.from.ipspace))
    return wrong(`Port ${item.port} of ${item.node} is ${where(port)}`);
  return absent;
}

function lookForInterface(item: Of<"interface">, all: readonly NetworkInterface[]): Seen {
  const here = all.find((each) => each.address === item.address);
  const named = all.find((each) => each.name === item.name && each.svm === undefined);
  if (!here) return named ? wrong(`Interface ${item.name} is there with the address ${named.address}`) : absent;
  const what = `${item.address} is the address of interface ${here.name}`;
  if (!here.services.includes("intercluster_core")) return wrong(`${what}, which is no intercluster interface`);
  if (here.node !== item.node) return wrong(`${what}, which is on ${here.node ?? "no node"}, not on ${item.node}`);
  return here.enabled && here.state === "up" ? right : wrong(`${what}, which is down`);
}

/** `255.255.255.0` and `24` are the same; the array says which it likes. */
const prefixOf = (netmask: string): number =>
  netmask.includes(".")
    ? netmask
        .split(".")
        .map((part) => Number(part).toString(2).replaceAll("0", "").length)
        .reduce((sum, bits) => sum + bits, 0)
    : Number(netmask);

function lookForRoute(item: Of<"route">, all: readonly Route[]): Seen {
  const there = all.filter(
    ({ svm, destination }) =>
      svm === undefined && destination?.address === item.address && prefixOf(destination.netmask) === item.prefix,
  );
  if (there.some((each) => each.gateway === item.gateway)) return right;
  const [other] = there;
  return other
    ? wrong(`The route to ${item.address}/${item.prefix} goes by ${other.gateway}, not ${item.gateway}`)
    : absent;
}
