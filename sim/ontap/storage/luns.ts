import { accepts, flag, isNull, needText, size, text } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import { flagOf } from "../kernel/read.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, sees, svmIn } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import { findLun, type LunPlace, lunPath, lunPlaces, lunUuid, setContent, volumeNamed, written } from "./content.js";

const fields = fieldTable(
  "qos_policy.{uuid,name} auto_delete space.{scsi_thin_provisioning_support_enabled,guarantee.requested} consistency_group.{uuid,name}",
  "uuid name svm.{uuid,name} enabled os_type class comment create_time serial_number serial_number_hex",
  "location.{logical_unit,node.{uuid,name},volume.{uuid,name}} space.{size,used,guarantee.{requested,reserved}}",
  "status.{container_state,state,read_only} status.mapped! attributes.{name,value}!",
  "lun_maps.{igroup.{uuid,name},logical_unit_number}!",
);

export const luns: Collection = {
  path: "/storage/luns",
  keys: ["uuid"],
  fields,
  list: (ctx) => visible(ctx).map((place) => ({ key: lunPath(place), view: () => view(ctx, place) })),
  find: (ctx, uuid) => {
    const place = visible(ctx).find((each) => each.identity.uuid === uuid);
    return place && { key: uuid, view: () => view(ctx, place) };
  },
};

const visible = (ctx: Ctx): LunPlace[] => [...lunPlaces(ctx.cluster)].filter((place) => sees(ctx, place.volume.svm));

/** Refuses writes: in a dp volume, or under restore. */
export const readOnly = ({ volume }: LunPlace): boolean => volume.type === "dp" || volume.restoring !== undefined;

function view(ctx: Ctx, place: LunPlace): Rec {
  const { volume, file, identity } = place;
  const { cluster } = ctx;
  const maps = cluster.maps.filter((map) => map.lunUuid === identity.uuid);
  const aggregate = cluster.aggregates.find((each) => each.name === volume.aggregate);
  const node = cluster.nodes.find((each) => each.name === aggregate?.node);
  const online = volume.state === "online";
  return {
    uuid: identity.uuid,
    name: lunPath(place),
    svm: ref(volume.svm),
    enabled: identity.enabled,
    os_type: file.osType,
    class: "regular",
    comment: identity.comment || undefined,
    create_time: isoTime(identity.createdAt),
    serial_number: identity.serial,
    serial_number_hex: Buffer.from(identity.serial, "latin1").toString("hex"),
    location: { logical_unit: file.name, node: node && ref(node), volume: ref(volume) },
    space: { size: file.sizeBytes, used: 0, guarantee: { requested: false, reserved: false } },
    status: {
      container_state: online ? "online" : "volume_offline",
      state: online && identity.enabled ? "online" : "offline",
      read_only: readOnly(place),
      mapped: maps.length > 0,
    },
    attributes: [],
    lun_maps: maps.map((map) => {
      const igroup = cluster.igroups.find((each) => each.uuid === map.igroupUuid);
      return { igroup: igroup && ref(igroup), logical_unit_number: map.number };
    }),
  };
}

function lunAt(ctx: Ctx): LunPlace {
  const place = visible(ctx).find((each) => each.identity.uuid === ctx.params["uuid"]);
  if (!place) throw notFound();
  return place;
}

function create(ctx: Ctx): Outcome {
  const { body, fabric, cluster } = ctx;
  const svm = svmIn(ctx);
  const path = text(body, "name");
  const parts = /^\/vol\/([^/]+)\/(.+)$/.exec(path ?? "");
  const volumeName = parts?.[1] ?? text(body, "location.volume.name");
  const name = parts?.[2] ?? path ?? text(body, "location.logical_unit");
  if (volumeName === undefined || name === undefined) throw missing("name");
  const bytes = size(body, "space.size");
  if (bytes === undefined) throw missing("space.size");
  const osType = needText(body, "os_type");
  const inode = fabric.ids.next("inode");
  const home = volumeNamed(cluster, svm.name, volumeName);
  const uuid = home && lunUuid(fabric, cluster, home, inode);
  return {
    location: `/api/storage/luns/${uuid ?? ""}`,
    record: { uuid, name: `/vol/${volumeName}/${name}`, svm: ref(svm) },
    job: {
      kind: "volume",
      svm,
      run: () => {
        const volume = volumeNamed(cluster, svm.name, volumeName);
        if (!volume) throw new ApiError(917927, `Volume "${volumeName}" does not exist on SVM "${svm.name}".`);
        if (volume.type !== "rw") throw new ApiError(5374125, `Volume "${volumeName}" is not a read-write volume.`);
        if (volume.state !== "online") throw new ApiError(5374866, `Volume "${volumeName}" is offline.`);
        if (volume.content.luns.some((file) => file.name === name))
          throw new ApiError(5374928, `LUN "/vol/${volumeName}/${name}" already exists.`);
        const file = { inode, name, sizeBytes: bytes, osType, disk: null };
        setContent(fabric, cluster, volume, written(fabric, volume, [...volume.content.luns, file]));
      },
    },
  };
}

function change(ctx: Ctx): Outcome {
  const { body, fabric, cluster } = ctx;
  const place = lunAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const enabled = flag(body, "enabled");
  const bytes = size(body, "space.size");
  if (enabled !== undefined && place.volume.state !== "online")
    throw new ApiError(5374866, `Volume "${place.volume.name}" is offline.`, 400);
  if (place.volume.restoring !== undefined)
    throw new ApiError(5374053, `LUN "${lunPath(place)}" is being restored.`, 400);
  if (bytes !== undefined) {
    if (readOnly(place)) throw new ApiError(5374125, `Volume "${place.volume.name}" is not a read-write volume.`, 400);
    const luns = place.volume.content.luns.map((file) => (file === place.file ? { ...file, sizeBytes: bytes } : file));
    setContent(fabric, cluster, place.volume, { ...place.volume.content, luns });
  }
  if (enabled !== undefined) place.identity.enabled = enabled;
  const comment = text(body, "comment");
  if (comment !== undefined || isNull(body, "comment")) place.identity.comment = comment ?? "";
  return { done: true };
}

function remove(ctx: Ctx): Outcome {
  const { fabric, cluster } = ctx;
  const place = lunAt(ctx);
  const { volume, file, identity } = place;
  if (readOnly(place)) throw new ApiError(5374125, `Volume "${volume.name}" is not a read-write volume.`, 400);
  requireApproval(ctx, "lun delete", `-vserver ${volume.svm.name} -path ${lunPath(place)}`);
  const mapped = findLun(
    cluster,
    (each) => each.identity === identity && cluster.maps.some((map) => map.lunUuid === identity.uuid),
  );
  if (mapped && !flagOf(ctx.query, "allow_delete_while_mapped", false)) {
    throw new ApiError(1254197, `LUN "${lunPath(place)}" is mapped.`, 400);
  }
  const rest = volume.content.luns.filter((each) => each !== file);
  setContent(fabric, cluster, volume, written(fabric, volume, rest));
  fabric.effect(cluster.name, "lun deleted", `${volume.svm.name}:${lunPath(place)}`);
  return { done: true };
}

export const lunWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/storage/luns",
    reply: "async",
    body: accepts(
      "name svm.{name,uuid} os_type comment space.{size,guarantee.requested} location.{logical_unit,volume.{name,uuid}}",
    ),
    readable: fields,
    errors: [917927, 5374125, 5374866, 5374928],
    run: create,
  },
  {
    method: "PATCH",
    path: "/storage/luns/{uuid}",
    reply: "sync",
    body: accepts("enabled comment space.size"),
    readable: fields,
    errors: [5374866, 5374053, 5374125],
    run: change,
  },
  {
    method: "DELETE",
    path: "/storage/luns/{uuid}",
    reply: "sync",
    flags: ["allow_delete_while_mapped", "allow_delete_while_in_use"],
    errors: [1254197, 5374125, 262325],
    run: remove,
  },
];
