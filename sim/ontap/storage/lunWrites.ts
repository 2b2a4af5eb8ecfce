import { accepts, flag, has, isNull, needText, size, text } from "../kernel/body.js";
import { ApiError, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { flagOf } from "../kernel/read.js";
import { isRec, type Rec } from "../kernel/records.js";
import type { Ctx, Outcome, Write } from "../kernel/route.js";
import { ref, svmIn } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import type { SvmState, VolumeState } from "../state.js";
import { findLun, type LunPlace, lunPath, lunUuid, setContent, volumeNamed, written } from "./content.js";
import { lunFields, readOnly, visibleLuns } from "./luns.js";
import { overlaid } from "./settings.js";

function lunAt(ctx: Ctx): LunPlace {
  const place = visibleLuns(ctx).find((each) => each.identity.uuid === ctx.params["uuid"]);
  if (!place) throw notFound();
  return place;
}

interface Wanted {
  readonly volume: string;
  readonly name: string;
}

/** `/vol/VOLUME/LUN`, or the two parts by themselves. */
function pathIn({ body }: Ctx): Wanted {
  const path = text(body, "name");
  const parts = /^\/vol\/([^/]+)\/(.+)$/.exec(path ?? "");
  const volume = parts?.[1] ?? text(body, "location.volume.name");
  const name = parts?.[2] ?? text(body, "location.logical_unit") ?? path;
  if (volume === undefined || name === undefined) throw missing("name");
  return { volume, name };
}

/** The LUN a new one is copied from: in the same volume as a clone of the file, in another as a copy. */
function sourceIn(ctx: Ctx, svm: SvmState): LunPlace | undefined {
  const { body, cluster } = ctx;
  const kind = ["clone", "copy"].find((each) => has(body, `${each}.source`) || has(body, `${each}.source.name`));
  if (kind === undefined) return undefined;
  const name = text(body, `${kind}.source.name`);
  const uuid = text(body, `${kind}.source.uuid`);
  const found = findLun(
    cluster,
    (each) =>
      each.volume.svm === svm &&
      (name === undefined || lunPath(each) === name) &&
      (uuid === undefined || each.identity.uuid === uuid),
  );
  if (!found) throw new ApiError(5374875, `LUN "${name ?? uuid ?? ""}" does not exist.`, 400, `${kind}.source`);
  return found;
}

/** A volume LUNs can be made in: read-write and online. */
function writable({ cluster }: Ctx, svm: SvmState, name: string): VolumeState {
  const volume = volumeNamed(cluster, svm.name, name);
  if (!volume) throw new ApiError(917927, `Volume "${name}" does not exist on SVM "${svm.name}".`);
  if (volume.type !== "rw") throw new ApiError(5374125, `Volume "${name}" is not a read-write volume.`);
  if (volume.state !== "online") throw new ApiError(5374866, `Volume "${name}" is offline.`);
  return volume;
}

function refuseTaken(volume: VolumeState, name: string): void {
  if (volume.content.luns.some((file) => file.name === name))
    throw new ApiError(5374928, `LUN "/vol/${volume.name}/${name}" already exists.`);
}

function create(ctx: Ctx): Outcome {
  const { body, fabric, cluster } = ctx;
  const svm = svmIn(ctx);
  const wanted = pathIn(ctx);
  const source = sourceIn(ctx, svm);
  const bytes = size(body, "space.size") ?? source?.file.sizeBytes;
  if (bytes === undefined) throw missing("space.size");
  const osType = source?.file.osType ?? needText(body, "os_type");
  const inode = fabric.ids.next("inode");
  const home = volumeNamed(cluster, svm.name, wanted.volume);
  const uuid = home && lunUuid(fabric, cluster, home, inode);
  const comment = text(body, "comment") ?? "";
  const run = (): void => {
    const volume = writable(ctx, svm, wanted.volume);
    refuseTaken(volume, wanted.name);
    const file = { inode, name: wanted.name, sizeBytes: bytes, osType, disk: source?.file.disk ?? null };
    setContent(fabric, cluster, volume, written(fabric, volume, [...volume.content.luns, file]));
    const identity = volume.identities.get(inode);
    if (identity) Object.assign(identity, { comment, settings: lunSettings(body) });
  };
  return {
    location: `/api/storage/luns/${uuid ?? ""}`,
    record: { uuid, name: `/vol/${wanted.volume}/${wanted.name}`, svm: ref(svm) },
    job: { kind: "volume", svm, run },
  };
}

function lunSettings(body: Rec, before?: Readonly<Record<string, unknown>>): Rec {
  const { space, qos_policy, auto_delete } = body;
  const kept = isRec(space) ? Object.fromEntries(Object.entries(space).filter(([key]) => key !== "size")) : {};
  return overlaid((before ?? {}) as Rec, {
    ...(Object.keys(kept).length > 0 ? { space: kept } : {}),
    ...(qos_policy === undefined ? {} : { qos_policy }),
    ...(auto_delete === undefined ? {} : { auto_delete }),
  });
}

/** Rename, or move to another volume of the SVM: uuid, serial and maps go along. */
function rename(ctx: Ctx, place: LunPlace): (() => void) | undefined {
  const { body, fabric, cluster } = ctx;
  if (!["name", "location.volume.name", "location.logical_unit"].some((field) => has(body, field))) return undefined;
  const { volume, file, identity } = place;
  const wanted = pathIn({
    ...ctx,
    body: { location: { volume: { name: volume.name }, logical_unit: file.name }, ...body },
  });
  if (wanted.volume === volume.name && wanted.name === file.name) return undefined;
  const target = writable(ctx, volume.svm, wanted.volume);
  refuseTaken(target, wanted.name);
  return () => {
    const now = volume.content.luns.find((each) => each.inode === file.inode) ?? file;
    const rest = volume.content.luns.filter((each) => each !== now);
    if (target === volume) {
      setContent(fabric, cluster, volume, { ...volume.content, luns: [...rest, { ...now, name: wanted.name }] });
      return;
    }
    const inode = fabric.ids.next("inode");
    volume.identities.delete(file.inode);
    target.identities.set(inode, identity);
    setContent(fabric, cluster, volume, written(fabric, volume, rest));
    const moved = { ...now, inode, name: wanted.name };
    setContent(fabric, cluster, target, written(fabric, target, [...target.content.luns, moved]));
  };
}

function setOsType({ fabric, cluster }: Ctx, place: LunPlace, osType: string): void {
  const { volume, file } = place;
  const luns = volume.content.luns.map((each) => (each.inode === file.inode ? { ...each, osType } : each));
  setContent(fabric, cluster, volume, { ...volume.content, luns });
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
  const move = rename(ctx, place);
  if ((move || bytes !== undefined) && readOnly(place))
    throw new ApiError(5374125, `Volume "${place.volume.name}" is not a read-write volume.`, 400);
  if (bytes !== undefined) {
    const luns = place.volume.content.luns.map((file) => (file === place.file ? { ...file, sizeBytes: bytes } : file));
    setContent(fabric, cluster, place.volume, { ...place.volume.content, luns });
  }
  const osType = text(body, "os_type");
  if (osType !== undefined) setOsType(ctx, place, osType);
  if (enabled !== undefined) place.identity.enabled = enabled;
  const comment = text(body, "comment");
  if (comment !== undefined || isNull(body, "comment")) place.identity.comment = comment ?? "";
  place.identity.settings = lunSettings(body, place.identity.settings);
  move?.();
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

const KEPT = "space.{guarantee.requested,scsi_thin_provisioning_support_enabled} qos_policy.{name,uuid} auto_delete";

export const lunWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/storage/luns",
    reply: "async",
    body: accepts(
      `name svm.{name,uuid} os_type comment enabled space.size location.{logical_unit,volume.{name,uuid}} ${KEPT}`,
      "clone.source.{name,uuid} copy.source.{name,uuid}",
    ),
    readable: lunFields,
    errors: [917927, 5374125, 5374866, 5374875, 5374928],
    run: create,
  },
  {
    method: "PATCH",
    path: "/storage/luns/{uuid}",
    reply: "sync",
    body: accepts(`name enabled comment os_type space.size location.{logical_unit,volume.{name,uuid}} ${KEPT}`),
    readable: lunFields,
    errors: [5374866, 5374053, 5374125, 5374928, 917927],
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
