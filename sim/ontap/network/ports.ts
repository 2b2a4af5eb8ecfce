import { accepts, flag, has, integer, isNull, text, word } from "../kernel/body.js";
import { ApiError, badValue, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import type { BroadcastDomainState, ClusterState, PortState } from "../state.js";

const fields = fieldTable(
  "uuid name type state enabled mtu speed mac_address node.{uuid,name} broadcast_domain.{uuid,name,ipspace.name} reachability",
  "vlan.{tag,base_port.{uuid,name,node.name}}",
);

export const ports: Collection = {
  path: "/network/ethernet/ports",
  keys: ["uuid"],
  shown: ["name", "node.name"],
  clusterOnly: true,
  fields,
  list: ({ cluster }) => cluster.ports.map((port) => ({ key: port.uuid, view: () => view(cluster, port) })),
};

const domainOf = (cluster: ClusterState, port: PortState): BroadcastDomainState | undefined =>
  cluster.broadcastDomains.find(
    (each) => each.name === port.broadcastDomain?.name && each.ipspace === port.broadcastDomain.ipspace,
  );

function view(cluster: ClusterState, port: PortState): Rec {
  const domain = domainOf(cluster, port);
  const enabled = port.enabled !== false;
  const base = cluster.ports.find((each) => each.node === port.node && each.name === port.vlan?.basePort);
  return {
    uuid: port.uuid,
    name: port.name,
    type: port.type,
    state: enabled ? "up" : "down",
    enabled,
    mtu: domain?.mtu ?? 1500,
    speed: 10_000,
    node: { uuid: cluster.nodes.find((each) => each.name === port.node)?.uuid, name: port.node },
    broadcast_domain: domain && { uuid: domain.uuid, name: domain.name, ipspace: { name: domain.ipspace } },
    reachability: domain ? "ok" : "not_repairable",
    vlan: port.vlan && {
      tag: port.vlan.tag,
      base_port: { uuid: base?.uuid, name: port.vlan.basePort, node: { name: port.node } },
    },
  };
}

/** The broadcast domain a body names: by uuid, or by name and IPspace. */
function wantedDomain(cluster: ClusterState, body: Rec): BroadcastDomainState {
  const uuid = text(body, "broadcast_domain.uuid");
  const name = text(body, "broadcast_domain.name");
  const ipspace = text(body, "broadcast_domain.ipspace.name");
  const fits = (each: BroadcastDomainState): boolean =>
    (name === undefined || each.name === name) && (ipspace === undefined || each.ipspace === ipspace);
  const refused = (code: number): ApiError =>
    new ApiError(code, "The broadcast domain's uuid, name and IPspace do not fit together.", 400, "broadcast_domain");
  if (uuid !== undefined) {
    const found = cluster.broadcastDomains.find((each) => each.uuid === uuid);
    if (!found || !fits(found)) throw refused(1967087);
    return found;
  }
  if (name === undefined || ipspace === undefined) throw refused(1967089);
  const found = cluster.broadcastDomains.find(fits);
  if (!found) throw refused(1967088);
  return found;
}

const carries = (cluster: ClusterState, port: PortState): boolean =>
  cluster.lifs.some((lif) => [lif, lif.home].some((place) => place?.node === port.node && place.port === port.name));

function checkFree(cluster: ClusterState, port: PortState): void {
  if (carries(cluster, port))
    throw new ApiError(1377608, `Port "${port.name}" is the home port or current port of an interface.`, 409);
}

function portAt({ cluster, params }: Ctx): PortState {
  const found = cluster.ports.find((each) => each.uuid === params["uuid"]);
  if (!found) throw notFound();
  return found;
}

/** Puts the port into a broadcast domain, of another IPspace too, or turns it on and off. Taking it out of any is not in REST. */
function change(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const port = portAt(ctx);
  const enabled = flag(body, "enabled");
  if (!has(body, "broadcast_domain") && enabled === undefined) throw nothingToChange();
  if (isNull(body, "broadcast_domain")) throw badValue("broadcast_domain", null);
  const domain = has(body, "broadcast_domain") ? wantedDomain(cluster, body) : undefined;
  if (domain && domain !== domainOf(cluster, port)) {
    if (domain.ipspace !== port.broadcastDomain?.ipspace) checkFree(cluster, port);
    port.broadcastDomain = { name: domain.name, ipspace: domain.ipspace };
  }
  port.enabled = enabled ?? port.enabled;
  return { done: true };
}

const MAX_TAG = 4094;

/** A VLAN over a port of the node. */
function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const type = word(body, "type", ["vlan", "lag", "physical"]);
  if (type === undefined) throw missing("type");
  if (type !== "vlan") throw badValue("type", type);
  const node =
    text(body, "node.name") ??
    cluster.nodes.find((each) => each.uuid === text(body, "node.uuid"))?.name ??
    text(body, "vlan.base_port.node.name");
  if (node === undefined) throw missing("node.name");
  const uuid = text(body, "vlan.base_port.uuid");
  const name = text(body, "vlan.base_port.name");
  const tag = integer(body, "vlan.tag");
  if (tag === undefined) throw missing("vlan.tag");
  if (uuid === undefined && name === undefined) throw missing("vlan.base_port.name");
  if (tag < 1 || tag > MAX_TAG) throw badValue("vlan.tag", tag);
  const base = cluster.ports.find(
    (each) => each.node === node && each.type === "physical" && (each.uuid === uuid || each.name === name),
  );
  if (!base) throw badValue("vlan.base_port.name", name ?? uuid);
  const full = `${base.name}-${tag}`;
  if (cluster.ports.some((each) => each.node === node && each.name === full))
    throw new ApiError(1, `Port "${full}" exists already on node "${node}".`, 409);
  const domain = has(body, "broadcast_domain") ? wantedDomain(cluster, body) : undefined;
  const made: PortState = {
    uuid: fabric.ids.next("port"),
    name: full,
    node,
    type: "vlan",
    vlan: { basePort: base.name, tag },
    broadcastDomain: domain && { name: domain.name, ipspace: domain.ipspace },
  };
  cluster.ports.push(made);
  return { done: true, location: `/api/network/ethernet/ports/${made.uuid}`, record: view(cluster, made) };
}

/** Only what POST made. */
function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const port = portAt(ctx);
  if (port.type !== "vlan") throw new ApiError(3, "A physical port cannot be deleted.", 405);
  checkFree(cluster, port);
  cluster.ports = cluster.ports.filter((each) => each !== port);
  return { done: true };
}

const collection = "/network/ethernet/ports";
const path = `${collection}/{uuid}`;
const mismatch = [1967087, 1967088, 1967089];

export const portWrites: readonly Write[] = [
  {
    method: "POST",
    path: collection,
    reply: "sync",
    clusterOnly: true,
    body: accepts(
      "type node.{name,uuid} enabled vlan.{tag,base_port.{name,uuid,node.{name,uuid}}} broadcast_domain.{name,uuid,ipspace.{name,uuid}}",
    ),
    readable: fields,
    errors: [1, ...mismatch],
    run: create,
  },
  {
    method: "PATCH",
    path,
    reply: "sync",
    clusterOnly: true,
    body: accepts("enabled broadcast_domain.{name,uuid,ipspace.{name,uuid}}"),
    readable: fields,
    errors: [1377608, ...mismatch],
    run: change,
  },
  { method: "DELETE", path, reply: "sync", clusterOnly: true, errors: [3, 1377608], run: remove },
];
