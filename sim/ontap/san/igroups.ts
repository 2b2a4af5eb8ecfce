import { accepts, flag, has, isNull, list, needText, text, word } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { flagOf } from "../kernel/read.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Entry, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import type { ClusterState, IgroupState } from "../state.js";
import { allInitiators, nest, nestedIn, parentsOf, sameInitiator } from "./nesting.js";
import { findLun, lunPath } from "../storage/content.js";

const OS_TYPES = [
  "aix",
  "hpux",
  "hyper_v",
  "linux",
  "netware",
  "openvms",
  "solaris",
  "vmware",
  "windows",
  "xen",
] as const;

const fields = fieldTable(
  "uuid name svm.{uuid,name} os_type protocol delete_on_unmap comment initiators.{name,comment} supports_igroups igroups.{uuid,name} parent_igroups.{uuid,name} portset.{uuid,name} target.{product_id,vendor_id}!",
  "lun_maps.{logical_unit_number,lun.{uuid,name,node.{uuid,name}}}! connectivity_tracking.connection_state",
);

export const igroups: Collection = {
  path: "/protocols/san/igroups",
  keys: ["uuid"],
  fields,
  list: (ctx) => visible(ctx).map((igroup) => entry(ctx, igroup)),
};

const visible = (ctx: Ctx): IgroupState[] => ctx.cluster.igroups.filter((igroup) => sees(ctx, igroup.svm));
const entry = (ctx: Ctx, igroup: IgroupState): Entry => ({ key: igroup.uuid, view: () => view(ctx.cluster, igroup) });

const noneOr = <T>(all: readonly T[]): readonly T[] | undefined => (all.length > 0 ? all : undefined);

function view(cluster: ClusterState, igroup: IgroupState): Rec {
  const maps = cluster.maps.filter((map) => map.igroupUuid === igroup.uuid);
  return {
    uuid: igroup.uuid,
    name: igroup.name,
    svm: ref(igroup.svm),
    os_type: igroup.osType,
    protocol: igroup.protocol,
    delete_on_unmap: igroup.deleteOnUnmap,
    comment: igroup.comment || undefined,
    supports_igroups: igroup.initiators.length === 0,
    igroups: noneOr(nestedIn(cluster, igroup).map(ref)),
    parent_igroups: noneOr(parentsOf(cluster, igroup).map(ref)),
    initiators:
      igroup.initiators.length > 0
        ? igroup.initiators.map(({ name, comment }) => ({ name, comment: comment || undefined }))
        : undefined,
    lun_maps: maps.map((map) => {
      const place = findLun(cluster, (each) => each.identity.uuid === map.lunUuid);
      return { logical_unit_number: map.number, lun: { uuid: map.lunUuid, name: place && lunPath(place) } };
    }),
    connectivity_tracking: { connection_state: connection(cluster, igroup, maps.length) },
  };
}

/** Sessions on every node, some, none: reference 8.3. Fibre Channel initiators are taken to be logged in. */
function connection(cluster: ClusterState, igroup: IgroupState, maps: number): string {
  const all = allInitiators(cluster, igroup);
  if (all.length === 0) return "no_initiators";
  if (maps === 0) return "no_lun_maps";
  if (igroup.protocol === "fcp") return "full";
  const portals = cluster.lifs.filter((lif) => lif.kind === "iscsi" && lif.svm === igroup.svm && lif.enabled);
  const names = all.map((name) => name.toLowerCase());
  const reached = portals.filter((lif) =>
    cluster.sessions.some(
      (session) => session.address === lif.address && names.includes(session.initiator.toLowerCase()),
    ),
  );
  return reached.length === 0 ? "none" : reached.length === portals.length ? "full" : "partial";
}

export function igroupAt(ctx: Ctx, param: string): IgroupState {
  const found = visible(ctx).find((each) => each.uuid === ctx.params[param]);
  if (!found) throw notFound(param);
  return found;
}

/** iqn.…, eui.…, or a WWPN as the protocol wants; an iSCSI name is stored as the knob says, a WWPN in lower case. */
function checkedInitiator({ fabric }: Ctx, igroup: Pick<IgroupState, "protocol">, name: string): string {
  const lower = name.toLowerCase();
  const iscsi = /^iqn\.\d{4}-\d\d\.[^\s:]+(:\S+)?$/.test(lower) || /^eui\.[0-9a-f]{16}$/.test(lower);
  const fc = /^([0-9a-f]{2}:){7}[0-9a-f]{2}$/.test(lower) || /^[0-9a-f]{16}$/.test(lower);
  if (lower.startsWith("iqn.") && !iscsi)
    throw new ApiError(5373969, `"${name}" is no valid iSCSI initiator name.`, 400, "initiators.name");
  const fits = igroup.protocol === "iscsi" ? iscsi : igroup.protocol === "fcp" ? fc : iscsi || fc;
  if (!fits)
    throw new ApiError(
      5373971,
      `Initiator "${name}" does not suit protocol ${igroup.protocol}.`,
      400,
      "initiators.name",
    );
  if (iscsi && fabric.knobs.initiatorCase === "kept") return name;
  return fc && !lower.includes(":") ? (lower.match(/../g) ?? []).join(":") : lower;
}

function refuseCollisions(ctx: Ctx, igroup: IgroupState, name: string): void {
  const others = ctx.cluster.igroups.filter(
    (each) =>
      each !== igroup && each.svm === igroup.svm && each.initiators.some((one) => sameInitiator(one.name, name)),
  );
  const odd = others.find((each) => each.osType !== igroup.osType);
  if (odd) throw new ApiError(5374732, `Initiator "${name}" is in igroup "${odd.name}" with another os_type.`, 400);
  const numbers = ctx.cluster.maps.filter((map) => map.igroupUuid === igroup.uuid);
  for (const other of others) {
    for (const map of ctx.cluster.maps.filter((each) => each.igroupUuid === other.uuid)) {
      const mine = numbers.find((each) => each.number === map.number || each.lunUuid === map.lunUuid);
      if (mine?.lunUuid === map.lunUuid) throw new ApiError(1254193, `Initiator "${name}" would see a LUN twice.`, 400);
      if (mine)
        throw new ApiError(
          1254324,
          `LUN number ${map.number} of initiator "${name}" is taken by igroup "${other.name}".`,
          400,
        );
    }
  }
}

export function addInitiator(ctx: Ctx, igroup: IgroupState, given: Rec): void {
  const name = checkedInitiator(ctx, igroup, needText(given, "name"));
  if (nestedIn(ctx.cluster, igroup).length > 0)
    throw new ApiError(262186, `Igroup "${igroup.name}" holds igroups: it takes no initiators.`, 400, "initiators");
  if (igroup.initiators.some((each) => sameInitiator(each.name, name))) {
    throw new ApiError(5374035, `Initiator "${name}" is already in igroup "${igroup.name}".`, 409, "name");
  }
  refuseCollisions(ctx, igroup, name);
  igroup.initiators.push({ name, comment: text(given, "comment") ?? "" });
}

function create(ctx: Ctx): Outcome {
  const { body, cluster, fabric } = ctx;
  const svm = svmIn(ctx);
  const name = needText(body, "name");
  if (!/^[A-Za-z0-9_.:-]{1,96}$/.test(name))
    throw new ApiError(5373958, `"${name}" is no valid igroup name.`, 400, "name");
  if (cluster.igroups.some((each) => each.svm === svm && each.name === name)) {
    throw new ApiError(5374023, `Igroup "${name}" already exists on SVM "${svm.name}".`, 409, "name");
  }
  const igroup: IgroupState = {
    uuid: fabric.ids.next("igroup"),
    name,
    svm,
    protocol: word(body, "protocol", ["iscsi", "fcp", "mixed"]) ?? "mixed",
    osType: word({ os_type: needText(body, "os_type") }, "os_type", OS_TYPES) ?? "linux",
    comment: text(body, "comment") ?? "",
    deleteOnUnmap: flag(body, "delete_on_unmap") ?? false,
    initiators: [],
  };
  for (const each of list(body, "initiators") ?? []) addInitiator(ctx, igroup, each);
  for (const each of list(body, "igroups") ?? []) nest(ctx, igroup, each);
  cluster.igroups.push(igroup);
  return { done: true, location: `/api/protocols/san/igroups/${igroup.uuid}`, record: view(cluster, igroup) };
}

function change(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const igroup = igroupAt(ctx, "uuid");
  if (Object.keys(body).length === 0) throw nothingToChange();
  const name = text(body, "name");
  if (
    name !== undefined &&
    name !== igroup.name &&
    cluster.igroups.some((each) => each.svm === igroup.svm && each.name === name)
  ) {
    throw new ApiError(5374023, `Igroup "${name}" already exists on SVM "${igroup.svm.name}".`, 409, "name");
  }
  igroup.name = name ?? igroup.name;
  igroup.osType = word(body, "os_type", OS_TYPES) ?? igroup.osType;
  igroup.deleteOnUnmap = flag(body, "delete_on_unmap") ?? igroup.deleteOnUnmap;
  if (has(body, "comment")) igroup.comment = isNull(body, "comment") ? "" : (text(body, "comment") ?? "");
  return { done: true };
}

export const isMapped = (cluster: ClusterState, igroup: IgroupState): boolean =>
  cluster.maps.some((map) => map.igroupUuid === igroup.uuid);

function remove(ctx: Ctx): Outcome {
  const { cluster, fabric } = ctx;
  const igroup = igroupAt(ctx, "uuid");
  if (isMapped(cluster, igroup)) {
    if (!flagOf(ctx.query, "allow_delete_while_mapped", false)) throw mapped(igroup);
    for (const map of cluster.maps.filter((each) => each.igroupUuid === igroup.uuid)) {
      fabric.effect(cluster.name, "lun unmapped", `${map.lunUuid} -> ${igroup.name}`);
    }
    cluster.maps = cluster.maps.filter((map) => map.igroupUuid !== igroup.uuid);
  }
  for (const each of parentsOf(cluster, igroup)) each.nested = each.nested?.filter((uuid) => uuid !== igroup.uuid);
  cluster.igroups = cluster.igroups.filter((each) => each !== igroup);
  fabric.effect(cluster.name, "igroup deleted", `${igroup.svm.name}:${igroup.name}`);
  return { done: true };
}

export const mapped = (igroup: IgroupState): ApiError =>
  new ApiError(1254213, `Igroup "${igroup.name}" has mapped LUNs.`, 400);

export const igroupWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/protocols/san/igroups",
    reply: "sync",
    body: accepts(
      "name svm.{name,uuid} os_type protocol comment delete_on_unmap initiators.{name,comment} igroups.{name,uuid}",
    ),
    readable: fields,
    errors: [5374023, 5373958, 5373969, 5373971, 5374732, 5374734, 5374852],
    run: create,
  },
  {
    method: "PATCH",
    path: "/protocols/san/igroups/{uuid}",
    reply: "sync",
    body: accepts("name os_type comment delete_on_unmap"),
    readable: fields,
    errors: [5374023],
    run: change,
  },
  {
    method: "DELETE",
    path: "/protocols/san/igroups/{uuid}",
    reply: "sync",
    flags: ["allow_delete_while_mapped"],
    errors: [1254213],
    run: remove,
  },
];
