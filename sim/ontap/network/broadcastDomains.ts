import { accepts, integer, needText, text } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import type { BroadcastDomainState, ClusterState, PortState } from "../state.js";

const fields = fieldTable("uuid name mtu ipspace.{uuid,name} ports.{uuid,name,node.name}");

export const broadcastDomains: Collection = {
  path: "/network/ethernet/broadcast-domains",
  keys: ["uuid"],
  clusterOnly: true,
  fields,
  list: ({ cluster }) =>
    cluster.broadcastDomains.map((domain) => ({ key: domain.uuid, view: () => view(cluster, domain) })),
};

export const portsOf = (cluster: ClusterState, domain: BroadcastDomainState): readonly PortState[] =>
  cluster.ports.filter(
    ({ broadcastDomain }) => broadcastDomain?.name === domain.name && broadcastDomain.ipspace === domain.ipspace,
  );

function view(cluster: ClusterState, domain: BroadcastDomainState): Rec {
  const ports = portsOf(cluster, domain).map((port) => ({ ...ref(port), node: { name: port.node } }));
  return {
    ...ref(domain),
    mtu: domain.mtu,
    ipspace: { uuid: cluster.ipspaces.find((each) => each.name === domain.ipspace)?.uuid, name: domain.ipspace },
    ports: ports.length > 0 ? ports : undefined,
  };
}

const MIN_MTU = 68;
const MAX_MTU = 9000;
const RESERVED = /^(cluster|all)$/i;

function checkMtu(mtu: number | undefined): number | undefined {
  if (mtu !== undefined && (mtu < MIN_MTU || mtu > MAX_MTU))
    throw new ApiError(1966460, `MTU ${mtu} is not in the range ${MIN_MTU} to ${MAX_MTU}.`, 400, "mtu");
  return mtu;
}

function checkName(cluster: ClusterState, name: string, ipspace: string): string {
  if (RESERVED.test(name))
    throw new ApiError(53281982, `The broadcast domain name "${name}" is reserved by the system.`, 400, "name");
  if (cluster.broadcastDomains.some((each) => each.name === name && each.ipspace === ipspace))
    throw new ApiError(1, `Broadcast domain "${name}" exists already in IPspace "${ipspace}".`, 409, "name");
  return name;
}

/** `ports` is read only here, unlike in the CLI: ports are put in by PATCHing them (reference 2). */
function create({ body, cluster, fabric }: Ctx): Outcome {
  const wanted = needText(body, "name");
  const ipspace =
    text(body, "ipspace.name") ??
    cluster.ipspaces.find((each) => each.uuid === text(body, "ipspace.uuid"))?.name ??
    (text(body, "ipspace.uuid") === undefined ? "Default" : "");
  if (!cluster.ipspaces.some((each) => each.name === ipspace))
    throw new ApiError(1377267, `IPspace "${ipspace}" does not exist.`, 400, "ipspace");
  const name = checkName(cluster, wanted, ipspace);
  const mtu = checkMtu(integer(body, "mtu"));
  if (mtu === undefined) throw missing("mtu");
  const made: BroadcastDomainState = { uuid: fabric.ids.next("broadcast-domain"), name, ipspace, mtu };
  cluster.broadcastDomains.push(made);
  return {
    done: true,
    location: `/api/network/ethernet/broadcast-domains/${made.uuid}`,
    record: view(cluster, made),
  };
}

function domainAt({ cluster, params }: Ctx): BroadcastDomainState {
  const found = cluster.broadcastDomains.find((each) => each.uuid === params["uuid"]);
  if (!found) throw notFound();
  return found;
}

function change(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const domain = domainAt(ctx);
  const mtu = checkMtu(integer(body, "mtu"));
  const given = text(body, "name");
  if (mtu === undefined && given === undefined) throw nothingToChange();
  if (given !== undefined && given !== domain.name) {
    const name = checkName(cluster, given, domain.ipspace);
    for (const port of portsOf(cluster, domain)) port.broadcastDomain = { name, ipspace: domain.ipspace };
    domain.name = name;
  }
  domain.mtu = mtu ?? domain.mtu;
  return { done: true };
}

function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const domain = domainAt(ctx);
  if (portsOf(cluster, domain).length > 0)
    throw new ApiError(1967103, `Broadcast domain "${domain.name}" still has ports.`, 409);
  cluster.broadcastDomains = cluster.broadcastDomains.filter((each) => each !== domain);
  return { done: true };
}

const collection = "/network/ethernet/broadcast-domains";
const path = `${collection}/{uuid}`;

export const broadcastDomainWrites: readonly Write[] = [
  {
    method: "POST",
    path: collection,
    reply: "sync",
    clusterOnly: true,
    body: accepts("name mtu ipspace.{name,uuid}"),
    readable: fields,
    errors: [1, 1377267, 1966460, 53281982],
    run: create,
  },
  {
    method: "PATCH",
    path,
    reply: "sync",
    clusterOnly: true,
    body: accepts("name mtu"),
    readable: fields,
    errors: [1, 1966460, 53281982],
    run: change,
  },
  { method: "DELETE", path, reply: "sync", clusterOnly: true, errors: [1967103], run: remove },
];
