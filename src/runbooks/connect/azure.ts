import { Refusal } from "../../core/problems.js";
import type { Nic, RouteTable, SecurityGroup, SecurityRule } from "../../azure/index.js";
import { listed } from "../inventory.js";
import type { ReadTools } from "../tools.js";
import type { Side } from "./facts.js";
import { holds } from "../network/addresses.js";

const nothing = "Nothing was changed.";
/** What replication speaks (reference 2). */
const replicationPorts = [11104, 11105];

/**
 * What Azure says of the way between the two: an address no NIC has is dead, whatever the array says; a route table or a security group on
 * the way can close it. Throws a Refusal for what is closed for certain. Without an azure section nothing is looked at, and it says so.
 */
export async function azureBetween(sides: readonly [Side, Side], on: ReadTools): Promise<string[]> {
  const said: string[] = [];
  for (const side of sides) {
    if (side.cluster.profile === "onprem") continue;
    const other = sides.find((each) => each !== side) ?? side;
    if (on.inventory.azure === undefined) {
      said.push(
        `Not looked at: the configuration has no azure section, so ${side.cluster.name}'s network is taken on trust.`,
      );
      continue;
    }
    said.push(...(await lookAtCloud(side, other.addresses, on)));
  }
  return said;
}

async function lookAtCloud(side: Side, remote: readonly string[], on: ReadTools): Promise<string[]> {
  const { name } = side.cluster;
  const { networks } = on.azure();
  const nics = await networks.listNics();
  const nicOf = (address: string): Nic | undefined =>
    nics.find((nic) => nic.addresses.some((each) => each.address === address));
  const dead = side.addresses.filter((address) => !nicOf(address));
  if (dead.length > 0)
    throw new Refusal(
      `${listed(dead)} of ${name} ${dead.length === 1 ? "is" : "are"} on no network interface in Azure: nothing arrives there, although the array says up.`,
      { next: `Give the interface the private address of its NIC. ${nothing}` },
    );
  const said = new Set<string>([`${listed(side.addresses)} of ${name} are addresses Azure delivers.`]);
  for (const address of side.addresses) {
    const nic = nicOf(address);
    const at = nic?.addresses.find((each) => each.address === address);
    const subnet = at && at.subnet !== "" ? await networks.findSubnet(at.subnet) : undefined;
    const table = subnet?.routeTable === undefined ? undefined : await networks.findRouteTable(subnet.routeTable);
    if (table) said.add(checkRoutes(table, remote));
    const groups = [subnet?.securityGroup, nic?.securityGroup].filter((id) => id !== undefined);
    for (const id of new Set(groups)) {
      const group = await networks.findSecurityGroup(id);
      if (group) said.add(checkGroup(group, address, remote));
    }
  }
  return [...said];
}

function checkRoutes(table: RouteTable, remote: readonly string[]): string {
  for (const address of remote) {
    const [best] = table.routes
      .filter((route) => holds(route.prefix, address))
      .sort((a, b) => prefixLength(b.prefix) - prefixLength(a.prefix));
    if (best?.nextHop === "None")
      throw new Refusal(`The route ${best.name} in Azure's route table ${table.name} drops what goes to ${address}.`, {
        next: `Correct it there. ${nothing}`,
      });
    if (!best && table.ignoresGateway)
      throw new Refusal(
        `Azure's route table ${table.name} takes no routes from the gateway and has none to ${address}: the array is not reached.`,
        { next: `Add a route, or let gateway routes in. ${nothing}` },
      );
  }
  return `Route table ${table.name} has a way to ${listed(remote)}.`;
}

function checkGroup(group: SecurityGroup, local: string, remote: readonly string[]): string {
  const closed = (["Inbound", "Outbound"] as const).flatMap((direction) =>
    remote.flatMap((address) => {
      const [from, to] = direction === "Inbound" ? [address, local] : [local, address];
      return replicationPorts.flatMap((port) => {
        const rule = group.rules.find(
          (each) =>
            each.direction === direction &&
            speaks(each, "tcp") &&
            each.ports.some((ports) => covers(ports, port)) &&
            each.sources.some((prefix) => matches(prefix, from)) &&
            each.destinations.some((prefix) => matches(prefix, to)),
        );
        return rule?.access === "Deny" ? [{ rule, port }] : [];
      });
    }),
  );
  const [first] = closed;
  if (first)
    throw new Refusal(
      `The rule ${first.rule.name} of Azure's network security group ${group.name} closes TCP ${listed([...new Set(closed.map(({ port }) => String(port)))])} between ${local} and ${listed(remote)}.`,
      { next: `Allow TCP 11104, 11105 and ICMP both ways. ${nothing}` },
    );
  const pings = group.rules.find(
    (each) =>
      each.direction === "Inbound" &&
      speaks(each, "icmp") &&
      remote.some((address) => each.sources.some((prefix) => matches(prefix, address))),
  );
  const icmp = pings?.access === "Deny" ? `, but the rule ${pings.name} closes ICMP, which peering wants as well` : "";
  return `Security group ${group.name} lets TCP 11104 and 11105 through${icmp}.`;
}

const speaks = (rule: SecurityRule, protocol: string): boolean =>
  rule.protocol === "*" || rule.protocol.toLowerCase() === protocol;

function covers(ports: string, port: number): boolean {
  if (ports === "*") return true;
  const [low = "", high = low] = ports.split("-");
  return port >= Number(low) && port <= Number(high);
}

/** A prefix of a rule: `*`, an address, a network. Service tags are not resolved: VirtualNetwork is taken to hold both sides, others neither. */
const matches = (prefix: string, address: string): boolean =>
  prefix === "*" || prefix === "VirtualNetwork" || (/^\d/.test(prefix) && holds(prefix, address));

const prefixLength = (network: string): number => Number(network.split("/")[1] ?? "32");
