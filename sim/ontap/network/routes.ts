import { accepts, has, integer, text } from "../kernel/body.js";
import { ApiError, missing, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, svmIn } from "../kernel/scope.js";
import type { ClusterState, RouteState } from "../state.js";
import { address, family, prefixLength } from "./address.js";

const fields = fieldTable(
  "uuid gateway metric scope destination.{address,netmask,family} ipspace.{uuid,name} svm.{uuid,name} interfaces.{uuid,name,ip.address}",
);

export const ipRoutes: Collection = {
  path: "/network/ip/routes",
  keys: ["uuid"],
  clusterOnly: true,
  shown: ["destination"],
  fields,
  list: ({ cluster }) => cluster.routes.map((route) => ({ key: route.uuid, view: () => view(cluster, route) })),
};

function view(cluster: ClusterState, route: RouteState): Rec {
  const ipspace = cluster.ipspaces.find((each) => each.name === route.ipspace);
  const used = cluster.lifs.filter((lif) => lif.svm === route.svm && lif.ipspace === route.ipspace);
  return {
    uuid: route.uuid,
    gateway: route.gateway,
    metric: route.metric,
    scope: route.svm ? "svm" : "cluster",
    destination: { ...route.destination, family: family(route.destination.address) },
    ipspace: ipspace && ref(ipspace),
    svm: route.svm && ref(route.svm),
    interfaces: used.map((lif) => ({ ...ref(lif), ip: { address: lif.address } })),
  };
}

const DEFAULT_METRIC = 20;

/** With `svm` a route of that SVM, with `ipspace` one of the cluster. Without a destination it is the default route. No PATCH exists. */
function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const svm = has(body, "svm") ? svmIn(ctx) : undefined;
  const named = text(body, "ipspace.name") ?? text(body, "ipspace.uuid");
  if (!svm && named === undefined) throw missing("svm.name");
  const ipspace = cluster.ipspaces.find((each) => each.name === (named ?? "Default") || each.uuid === named);
  if (!ipspace) throw new ApiError(1377267, `IPspace "${named ?? ""}" does not exist.`, 400, "ipspace");
  const gateway = address(body, "gateway");
  if (gateway === undefined) throw missing("gateway");
  const zero = family(gateway) === "ipv6" ? "::" : "0.0.0.0";
  const destination = {
    address: address(body, "destination.address") ?? zero,
    netmask: prefixLength(body, "destination.netmask") ?? "0",
  };
  if (family(destination.address) !== family(gateway))
    throw new ApiError(1966265, "The destination and the gateway are of different address families.", 400, "gateway");
  if (cluster.lifs.some((lif) => lif.address === gateway))
    throw new ApiError(1966505, `The gateway ${gateway} is the address of an interface.`, 400, "gateway");
  const twin = cluster.routes.some(
    (each) =>
      each.svm === svm &&
      each.ipspace === ipspace.name &&
      each.gateway === gateway &&
      each.destination.address === destination.address &&
      each.destination.netmask === destination.netmask,
  );
  if (twin) throw new ApiError(1966345, `The route to ${destination.address} by ${gateway} exists already.`, 409);
  const made: RouteState = {
    uuid: fabric.ids.next("route"),
    destination,
    gateway,
    metric: integer(body, "metric") ?? DEFAULT_METRIC,
    ipspace: ipspace.name,
    svm,
  };
  cluster.routes.push(made);
  return { done: true, location: `/api/network/ip/routes/${made.uuid}`, record: view(cluster, made) };
}

function remove({ cluster, params }: Ctx): Outcome {
  const found = cluster.routes.find((each) => each.uuid === params["uuid"]);
  if (!found) throw notFound();
  cluster.routes = cluster.routes.filter((each) => each !== found);
  return { done: true };
}

export const routeWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/network/ip/routes",
    reply: "sync",
    clusterOnly: true,
    body: accepts("destination.{address,netmask,family} gateway metric svm.{name,uuid} ipspace.{name,uuid}"),
    readable: fields,
    errors: [1377267, 1966265, 1966345, 1966505, 2621462],
    run: create,
  },
  { method: "DELETE", path: "/network/ip/routes/{uuid}", reply: "sync", clusterOnly: true, errors: [4], run: remove },
];
