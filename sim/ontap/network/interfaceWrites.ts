import { accepts, flag, has, text, word } from "../kernel/body.js";
import { ApiError, badValue, missing, notFound, nothingToChange } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { ClusterState, LifState, SvmState } from "../state.js";
import { address, prefixLength } from "./address.js";
import { lifFields, lifView } from "./interfaces.js";
import { wantedPort } from "./place.js";
import { servicePolicies, type ServicePolicy } from "./policies.js";

/** Intercluster LIFs of one node and IPspace; NetApp gives the error, not the number. */
const MAX_INTERCLUSTER = 8;

interface Owner {
  readonly svm: SvmState | undefined;
  readonly ipspace: string;
}

/** Whose LIF it is to be: an SVM's, in its IPspace, or the cluster's, in the one named. */
function ownerIn(ctx: Ctx): Owner {
  const { body, cluster } = ctx;
  const scope = word(body, "scope", ["cluster", "svm"]) ?? (has(body, "svm") || ctx.scope ? "svm" : "cluster");
  const named = text(body, "ipspace.name") ?? text(body, "ipspace.uuid");
  const ipspace = cluster.ipspaces.find((each) => each.name === named || each.uuid === named);
  if (named !== undefined && !ipspace)
    throw new ApiError(1377267, `IPspace "${named}" does not exist.`, 400, "ipspace");
  if (scope === "svm") return { svm: svmIn(ctx), ipspace: "Default" };
  if (has(body, "svm")) throw new ApiError(1967402, "An SVM must not be given with the scope cluster.", 400, "svm");
  if (!ipspace) throw new ApiError(1967128, "An interface of the cluster needs its IPspace.", 400, "ipspace");
  return { svm: undefined, ipspace: ipspace.name };
}

function wantedPolicy(ctx: Pick<Ctx, "body">, svm: SvmState | undefined): ServicePolicy | undefined {
  const name = text(ctx.body, "service_policy.name");
  if (name === undefined) return undefined;
  const found = servicePolicies(svm).find((each) => each.name === name);
  if (!found) throw new ApiError(53281065, `Service policy "${name}" does not exist.`, 400, "service_policy.name");
  return found;
}

function checkName(cluster: ClusterState, name: string, owner: Owner): void {
  if (name === "") throw badValue("name", name);
  if (cluster.lifs.some((lif) => lif.name === name && lif.svm === owner.svm && lif.ipspace === owner.ipspace))
    throw new ApiError(1966140, `An interface named "${name}" exists already.`, 409, "name");
}

function checkAddress(cluster: ClusterState, ip: string, ipspace: string): void {
  if (cluster.lifs.some((lif) => lif.address === ip && lif.ipspace === ipspace))
    throw new ApiError(1376963, `The address ${ip} is used by another interface.`, 409, "ip.address");
}

function checkCount(cluster: ClusterState, node: string, ipspace: string): void {
  const there = cluster.lifs.filter(
    (lif) => lif.kind === "intercluster" && lif.node === node && lif.ipspace === ipspace,
  );
  if (there.length >= MAX_INTERCLUSTER)
    throw new ApiError(53281086, `Node "${node}" has the maximum number of intercluster interfaces.`, 400);
}

function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const name = text(body, "name");
  if (name === undefined) throw missing("name");
  const owner = ownerIn(ctx);
  const ip = address(body, "ip.address");
  if (ip === undefined) throw missing("ip.address");
  const netmask = prefixLength(body, "ip.netmask");
  if (netmask === undefined) throw missing("ip.netmask");
  checkName(cluster, name, owner);
  checkAddress(cluster, ip, owner.ipspace);
  const standard = owner.svm ? "default-data-files" : "default-management";
  const policy = wantedPolicy(ctx, owner.svm) ?? servicePolicies(owner.svm).find((each) => each.name === standard);
  const port = wantedPort(cluster, body, owner.ipspace, "home");
  if (!port || !policy)
    throw new ApiError(1967111, "One of home_node, home_port and broadcast_domain is needed.", 400, "location");
  if (policy.kind === "intercluster") checkCount(cluster, port.node, owner.ipspace);
  const made: LifState = {
    uuid: fabric.ids.next("lif"),
    name,
    address: ip,
    netmask,
    node: port.node,
    port: port.name,
    ipspace: owner.ipspace,
    kind: policy.kind,
    servicePolicy: policy.name,
    svm: owner.svm,
    enabled: flag(body, "enabled") ?? true,
    up: true,
  };
  cluster.lifs.push(made);
  return {
    done: true,
    location: `/api/network/ip/interfaces/${made.uuid}`,
    record: { uuid: made.uuid, name, ...(owner.svm ? { svm: ref(owner.svm) } : {}), ip: lifView(ctx, made)["ip"] },
  };
}

function lifAt(ctx: Ctx): LifState {
  const found = ctx.cluster.lifs.find((each) => each.uuid === ctx.params["uuid"] && sees(ctx, each.svm));
  if (!found) throw notFound();
  return found;
}

function change(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const lif = lifAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const name = text(body, "name") ?? lif.name;
  if (name !== lif.name) checkName(cluster, name, { svm: lif.svm, ipspace: lif.ipspace });
  const ip = address(body, "ip.address") ?? lif.address;
  if (ip !== lif.address) checkAddress(cluster, ip, lif.ipspace);
  const netmask = prefixLength(body, "ip.netmask") ?? lif.netmask;
  const policy = wantedPolicy(ctx, lif.svm);
  const enabled = flag(body, "enabled") ?? lif.enabled;
  const move = moved(cluster, body, lif);
  Object.assign(lif, { name, address: ip, netmask, enabled, ...move });
  if (policy) Object.assign(lif, { servicePolicy: policy.name, kind: policy.kind });
  if (!enabled) cluster.sessions = cluster.sessions.filter((each) => each.address !== lif.address);
  return { done: true };
}

/** Another home, another place, or back home. Nothing keeps a LIF on its node on CVO; it is only dead elsewhere (reference 0). */
function moved(cluster: ClusterState, body: Rec, lif: LifState): Pick<LifState, "node" | "port" | "home"> {
  const oldHome = lif.home ?? { node: lif.node, port: lif.port };
  const newHome = wantedPort(cluster, body, lif.ipspace, "home");
  const home = newHome ? { node: newHome.node, port: newHome.name } : oldHome;
  const to = wantedPort(cluster, body, lif.ipspace, "now");
  if (flag(body, "location.is_home")) return { ...home, home };
  return to ? { node: to.node, port: to.name, home } : { node: lif.node, port: lif.port, home };
}

function remove(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const lif = lifAt(ctx);
  cluster.lifs = cluster.lifs.filter((each) => each !== lif);
  cluster.sessions = cluster.sessions.filter((each) => each.address !== lif.address);
  return { done: true };
}

const PLACES =
  "location.{home_port.{name,uuid,node.{name,uuid}},home_node.{name,uuid},broadcast_domain.{name,uuid},auto_revert,failover}";
const path = "/network/ip/interfaces/{uuid}";
const place = [1966373, 1967111, 1967136, 1967153, 1967154];

export const interfaceWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/network/ip/interfaces",
    reply: "sync",
    body: accepts(
      "name scope svm.{name,uuid} ipspace.{name,uuid} ip.{address,netmask,family} service_policy.{name,uuid} enabled vip",
      PLACES,
    ),
    readable: lifFields,
    errors: [1376963, 1377267, 1966140, 1967128, 1967402, 53281065, 53281086, 2621462, ...place],
    run: create,
  },
  {
    method: "PATCH",
    path,
    reply: "sync",
    body: accepts(
      "name ip.{address,netmask} service_policy.{name,uuid} enabled",
      PLACES,
      "location.{port.{name,uuid,node.{name,uuid}},node.{name,uuid},is_home}",
    ),
    readable: lifFields,
    errors: [1376963, 1966140, 53281065, ...place],
    run: change,
  },
  { method: "DELETE", path, reply: "sync", errors: [4], run: remove },
];
