import { accepts, integer, text } from "../kernel/body.js";
import { ApiError, badValue, missing } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { ClusterState, IgroupState, MapState, NodeState } from "../state.js";
import { findLun, type LunPlace, lunPath } from "../storage/content.js";
import { allInitiators } from "./nesting.js";

const MAX_NUMBER = 4095;

const fields = fieldTable(
  "svm.{uuid,name} lun.{uuid,name,node.{uuid,name}} igroup.{uuid,name,os_type,protocol,initiators} logical_unit_number",
  "reporting_nodes.{uuid,name}",
);

export const lunMaps: Collection = {
  path: "/protocols/san/lun-maps",
  keys: ["lun.uuid", "igroup.uuid"],
  shown: ["lun.name", "igroup.name", "svm.uuid", "svm.name"],
  fields,
  list: (ctx) =>
    ctx.cluster.maps
      .filter((map) => sees(ctx, map.svm))
      .map((map) => ({ key: `${map.lunUuid}/${map.igroupUuid}`, view: () => view(ctx.cluster, map) })),
};

function view(cluster: ClusterState, map: MapState): Rec {
  const place = findLun(cluster, (each) => each.identity.uuid === map.lunUuid);
  const igroup = cluster.igroups.find((each) => each.uuid === map.igroupUuid);
  const aggregate = cluster.aggregates.find((each) => each.name === place?.volume.aggregate);
  const owner = cluster.nodes.find((each) => each.name === aggregate?.node);
  return {
    svm: ref(map.svm),
    lun: { uuid: map.lunUuid, name: place && lunPath(place), node: owner && ref(owner) },
    igroup: igroup && {
      ...ref(igroup),
      os_type: igroup.osType,
      protocol: igroup.protocol,
      initiators: allInitiators(cluster, igroup),
    },
    logical_unit_number: map.number,
    reporting_nodes: reportingNodes(cluster, map).map(ref),
  };
}

/** Selective LUN map: the owning node and its partner, and nodes that were added. */
function reportingNodes(cluster: ClusterState, map: MapState): NodeState[] {
  const place = findLun(cluster, (each) => each.identity.uuid === map.lunUuid);
  const home = cluster.aggregates.find((each) => each.name === place?.volume.aggregate)?.node;
  const owner = cluster.nodes.find((each) => each.name === home);
  const pair = [owner, ...cluster.nodes.filter((each) => each !== owner)].slice(0, 2);
  return cluster.nodes.filter((each) => pair.includes(each) || map.reporting?.includes(each.name));
}

function mapAt(ctx: Ctx): MapState {
  const { cluster, params } = ctx;
  const found = cluster.maps.find(
    (each) => each.lunUuid === params["lun.uuid"] && each.igroupUuid === params["igroup.uuid"] && sees(ctx, each.svm),
  );
  if (!found) throw new ApiError(5374922, "The specified LUN map does not exist.", 404, "igroup.uuid");
  return found;
}

export const reportingNodeRecords: Collection = {
  path: "/protocols/san/lun-maps/{lun.uuid}/{igroup.uuid}/reporting-nodes",
  keys: ["uuid"],
  fields: fieldTable("uuid name"),
  list: (ctx) => reportingNodes(ctx.cluster, mapAt(ctx)).map((each) => ({ key: each.uuid, view: () => ref(each) })),
};

/** After a LUN has moved: nodes that report it too. */
function addReporting(ctx: Ctx): Outcome {
  const { cluster, body } = ctx;
  const map = mapAt(ctx);
  const name = text(body, "name");
  const uuid = text(body, "uuid");
  const node = cluster.nodes.find((each) => (uuid === undefined ? each.name === name : each.uuid === uuid));
  if (!node) throw new ApiError(4, "entry doesn't exist", 404, "name");
  const reachable = cluster.lifs.some((lif) => lif.kind === "iscsi" && lif.svm === map.svm && lif.node === node.name);
  const fc = cluster.fcLifs.some((lif) => lif.svm === map.svm && lif.node === node.name);
  if (!reachable && !fc)
    throw new ApiError(5374573, `Node "${node.name}" has no SAN interface of the SVM.`, 400, "name");
  map.reporting = [...new Set([...(map.reporting ?? []), node.name])];
  const location = `/api/protocols/san/lun-maps/${map.lunUuid}/${map.igroupUuid}/reporting-nodes/${node.uuid}`;
  return { done: true, location, record: ref(node) };
}

function removeReporting(ctx: Ctx): Outcome {
  const map = mapAt(ctx);
  const node = ctx.cluster.nodes.find((each) => each.uuid === ctx.params["uuid"]);
  if (!node || !map.reporting?.includes(node.name)) throw new ApiError(4, "entry doesn't exist", 404, "uuid");
  map.reporting = map.reporting.filter((each) => each !== node.name);
  return { done: true };
}

function lunOf(ctx: Ctx): LunPlace {
  const name = text(ctx.body, "lun.name");
  const uuid = text(ctx.body, "lun.uuid");
  if (name === undefined && uuid === undefined) throw missing("lun.name");
  if (name !== undefined && /\/\.snapshot\//.test(name))
    throw new ApiError(5374238, `LUN "${name}" is inside a snapshot.`, 400, "lun.name");
  const svm = svmIn(ctx);
  const place = findLun(
    ctx.cluster,
    (each) =>
      each.volume.svm === svm &&
      (uuid === undefined || each.identity.uuid === uuid) &&
      (name === undefined || lunPath(each) === name),
  );
  if (!place)
    throw new ApiError(1254201, `LUN "${name ?? uuid ?? ""}" does not exist on SVM "${svm.name}".`, 400, "lun");
  return place;
}

function igroupOf(ctx: Ctx): IgroupState {
  const name = text(ctx.body, "igroup.name");
  const uuid = text(ctx.body, "igroup.uuid");
  if (name === undefined && uuid === undefined) throw missing("igroup.name");
  const svm = svmIn(ctx);
  const found = ctx.cluster.igroups.find(
    (each) =>
      each.svm === svm && (uuid === undefined || each.uuid === uuid) && (name === undefined || each.name === name),
  );
  if (!found)
    throw new ApiError(5374878, `Igroup "${name ?? uuid ?? ""}" does not exist on SVM "${svm.name}".`, 400, "igroup");
  return found;
}

/** Igroups of the SVM that share an initiator with this one, itself included: LUN numbers are the initiator's. */
function kin(cluster: ClusterState, igroup: IgroupState): IgroupState[] {
  const lower = (each: IgroupState): string[] => allInitiators(cluster, each).map((name) => name.toLowerCase());
  const names = new Set(lower(igroup));
  return cluster.igroups.filter(
    (each) => each === igroup || (each.svm === igroup.svm && lower(each).some((name) => names.has(name))),
  );
}

function create(ctx: Ctx): Outcome {
  const { cluster, body } = ctx;
  const place = lunOf(ctx);
  const igroup = igroupOf(ctx);
  if (place.volume.restoring !== undefined)
    throw new ApiError(5374053, `LUN "${lunPath(place)}" is being restored.`, 400);
  if (cluster.maps.some((map) => map.lunUuid === place.identity.uuid && map.igroupUuid === igroup.uuid)) {
    throw new ApiError(1254207, "LUN already mapped to this group", 400, "lun");
  }
  const family = new Set(kin(cluster, igroup).map((each) => each.uuid));
  const theirs = cluster.maps.filter((map) => family.has(map.igroupUuid));
  if (theirs.some((map) => map.lunUuid === place.identity.uuid))
    throw new ApiError(1254193, "An initiator would see the LUN twice.", 400);
  const asked = integer(body, "logical_unit_number");
  if (asked !== undefined && (asked < 0 || asked > MAX_NUMBER)) throw badValue("logical_unit_number", asked);
  const taken = new Set(theirs.map((map) => map.number));
  if (asked !== undefined && taken.has(asked)) {
    throw new ApiError(
      1254208,
      `LUN number ${asked} is already in use for an initiator of igroup "${igroup.name}".`,
      400,
      "logical_unit_number",
    );
  }
  let number = asked ?? 0;
  while (taken.has(number)) number += 1;
  const map: MapState = { svm: place.volume.svm, lunUuid: place.identity.uuid, igroupUuid: igroup.uuid, number };
  cluster.maps.push(map);
  const { svm, lun, igroup: shown, logical_unit_number } = view(cluster, map);
  return {
    done: true,
    location: `/api/protocols/san/lun-maps/${map.lunUuid}/${map.igroupUuid}`,
    record: { svm, lun, igroup: shown, logical_unit_number },
  };
}

function remove(ctx: Ctx): Outcome {
  const { cluster, fabric, params } = ctx;
  const lunUuid = params["lun.uuid"] ?? "";
  const place = findLun(cluster, (each) => each.identity.uuid === lunUuid && sees(ctx, each.volume.svm));
  if (!place) throw new ApiError(5374875, "The specified LUN does not exist.", 404, "lun.uuid");
  const igroup = cluster.igroups.find((each) => each.uuid === params["igroup.uuid"] && sees(ctx, each.svm));
  if (!igroup) throw new ApiError(5374878, "The specified igroup does not exist.", 404, "igroup.uuid");
  const map = cluster.maps.find((each) => each.lunUuid === lunUuid && each.igroupUuid === igroup.uuid);
  if (!map) throw new ApiError(5374922, "The specified LUN map does not exist.", 404, "igroup.uuid");
  cluster.maps = cluster.maps.filter((each) => each !== map);
  fabric.effect(cluster.name, "lun unmapped", `${igroup.svm.name}:${lunPath(place)} -> ${igroup.name}`);
  if (igroup.deleteOnUnmap && !cluster.maps.some((each) => each.igroupUuid === igroup.uuid)) {
    cluster.igroups = cluster.igroups.filter((each) => each !== igroup);
  }
  return { done: true };
}

export const mapWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/protocols/san/lun-maps",
    reply: "sync",
    body: accepts("svm.{name,uuid} lun.{name,uuid} igroup.{name,uuid} logical_unit_number"),
    readable: fields,
    errors: [1254207, 1254193, 1254201, 1254208, 5374878, 5374053, 5374238],
    run: create,
  },
  {
    method: "DELETE",
    path: "/protocols/san/lun-maps/{lun.uuid}/{igroup.uuid}",
    reply: "sync",
    errors: [5374875, 5374878, 5374922],
    run: remove,
  },
  {
    method: "POST",
    path: "/protocols/san/lun-maps/{lun.uuid}/{igroup.uuid}/reporting-nodes",
    reply: "sync",
    body: accepts("name uuid"),
    errors: [4, 5374573, 5374922],
    run: addReporting,
  },
  {
    method: "DELETE",
    path: "/protocols/san/lun-maps/{lun.uuid}/{igroup.uuid}/reporting-nodes/{uuid}",
    reply: "sync",
    errors: [4, 5374922],
    run: removeReporting,
  },
];
