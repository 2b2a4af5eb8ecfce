import { accepts, text } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import type { ClusterState, IpspaceState } from "../state.js";

const fields = fieldTable("uuid name");

export const ipspaces: Collection = {
  path: "/network/ipspaces",
  keys: ["uuid"],
  clusterOnly: true,
  fields,
  list: ({ cluster }) => cluster.ipspaces.map((each) => ({ key: each.uuid, view: () => ref(each) })),
};

const MAX_NAME = 255;
const MAX_IPSPACES = 512;
const RESERVED = /^(all|cluster|local|localhost)$/i;

function checkName(cluster: ClusterState, name: string | undefined): string {
  if (name === undefined) throw missing("name");
  const refused = (code: number, why: string, status = 400): ApiError =>
    new ApiError(code, `IPspace name "${name}" ${why}.`, status, "name");
  if (name === "") throw refused(9240587, "is empty");
  if (name.length > MAX_NAME) throw refused(9240588, "is too long");
  if (!/^[A-Za-z0-9_.-]+$/.test(name)) throw refused(9240589, "holds a character that is not allowed");
  if (RESERVED.test(name)) throw refused(9240590, "is reserved by the system");
  if (cluster.ipspaces.some((each) => each.name === name)) throw refused(1377261, "exists already", 409);
  const taken = [cluster, ...cluster.nodes, ...cluster.svms].some((each) => each.name === name);
  if (taken) throw refused(9240591, "is in use by a node, an SVM or the cluster");
  if (cluster.svmPeers.some((each) => each.name === name)) throw refused(1966586, "is the name of a peered SVM");
  return name;
}

function create({ body, cluster, fabric }: Ctx): Outcome {
  const name = checkName(cluster, text(body, "name"));
  if (cluster.ipspaces.length >= MAX_IPSPACES)
    throw new ApiError(53281576, "The maximum number of IPspaces has been reached.", 400);
  const made = { uuid: fabric.ids.next("ipspace"), name };
  cluster.ipspaces.push(made);
  return { done: true, location: `/api/network/ipspaces/${made.uuid}`, record: ref(made) };
}

function ipspaceAt({ cluster, params }: Ctx): IpspaceState {
  const found = cluster.ipspaces.find((each) => each.uuid === params["uuid"]);
  if (!found) throw notFound();
  return found;
}

function rename(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const ipspace = ipspaceAt(ctx);
  const given = text(body, "name");
  if (given === undefined) throw nothingToChange();
  if (given === ipspace.name) return { done: true };
  const name = checkName(cluster, given);
  for (const each of [...cluster.broadcastDomains, ...cluster.lifs, ...cluster.routes])
    if (each.ipspace === ipspace.name) each.ipspace = name;
  for (const { broadcastDomain } of cluster.ports)
    if (broadcastDomain?.ipspace === ipspace.name) broadcastDomain.ipspace = name;
  for (const peer of cluster.peers) if (peer.ipspace === ipspace.name) peer.ipspace = name;
  ipspace.name = name;
  return { done: true };
}

/** It must hold no broadcast domain, port, LIF or SVM. */
function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const { name } = ipspaceAt(ctx);
  const holds = (thing: { readonly ipspace: string }): boolean => thing.ipspace === name;
  if (cluster.broadcastDomains.some(holds) || cluster.ports.some((each) => each.broadcastDomain?.ipspace === name))
    throw new ApiError(1966333, `IPspace "${name}" still has broadcast domains or ports.`, 409);
  if (name === "Default" || cluster.lifs.some(holds) || cluster.peers.some(holds))
    throw new ApiError(1969180, `IPspace "${name}" is still in use by an SVM, an interface or a peering.`, 409);
  cluster.routes = cluster.routes.filter((each) => !holds(each));
  cluster.ipspaces = cluster.ipspaces.filter((each) => each.name !== name);
  return { done: true };
}

const path = "/network/ipspaces/{uuid}";
const naming = [1377261, 1966586, 9240587, 9240588, 9240589, 9240590, 9240591];

export const ipspaceWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/network/ipspaces",
    reply: "sync",
    clusterOnly: true,
    body: accepts("name"),
    readable: fields,
    errors: [...naming, 53281576],
    run: create,
  },
  {
    method: "PATCH",
    path,
    reply: "sync",
    clusterOnly: true,
    body: accepts("name"),
    readable: fields,
    errors: naming,
    run: rename,
  },
  { method: "DELETE", path, reply: "sync", clusterOnly: true, errors: [1966333, 1969180], run: remove },
];
