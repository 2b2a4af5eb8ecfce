import { accepts, has, isNull, needText, text, time } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import { findPolicy } from "../snapmirror/lookup.js";
import { isMirrorSnapshot } from "../snapmirror/names.js";
import type { SnapshotState, VolumeState } from "../state.js";
import { deltaBytes } from "./content.js";
import { volumeAt } from "./lookup.js";
import { addSnapshot, checkLabel, deleteSnapshot, isBase, ownersOf, refuseHeldSnapshot } from "./snapshots.js";

const fields = fieldTable(
  "uuid name create_time comment state svm.{uuid,name} volume.{uuid,name} snapmirror_label expiry_time owners",
  "size version_uuid provenance_volume.uuid logical_size snaplock_expiry_time snaplock.{expired,expiry_time}",
  "reclaimable_space! delta.{size_consumed,time_elapsed}!",
);

export const snapshots: Collection = {
  path: "/storage/volumes/{volume.uuid}/snapshots",
  keys: ["uuid"],
  fields,
  list: (ctx) => {
    const volume = volumeAt(ctx, "volume.uuid");
    return volume.snapshots.map((each) => ({
      key: orderKey(volume, each),
      view: (wants) => view(ctx, volume, each, wants),
    }));
  },
  find: (ctx, uuid) => {
    const volume = volumeAt(ctx, "volume.uuid");
    const found = volume.snapshots.find((each) => each.uuid === uuid);
    return found && { key: uuid, view: (wants) => view(ctx, volume, found, wants) };
  },
};

/** ONTAP lists snapshots oldest first. */
const orderKey = (volume: VolumeState, snapshot: SnapshotState): string =>
  `${String(snapshot.createdAt).padStart(16, "0")}/${String(volume.snapshots.indexOf(snapshot)).padStart(5, "0")}`;

function view(ctx: Ctx, volume: VolumeState, snapshot: SnapshotState, wants: (field: string) => boolean): Rec {
  const owners = wants("owners") ? ownersOf(ctx.fabric, ctx.cluster, volume, snapshot) : [];
  const delta =
    wants("size") || wants("delta") || wants("reclaimable_space")
      ? deltaBytes(snapshot.content, volume.content, volume)
      : 0;
  const locked = snapshot.snaplockExpiresAt;
  return {
    uuid: snapshot.uuid,
    name: snapshot.name,
    create_time: isoTime(snapshot.createdAt),
    comment: snapshot.comment,
    state: "valid",
    svm: ref(volume.svm),
    volume: ref(volume),
    snapmirror_label: snapshot.label,
    expiry_time: snapshot.expiresAt === undefined ? undefined : isoTime(snapshot.expiresAt),
    owners: owners.length > 0 ? owners : undefined,
    size: delta,
    logical_size: Math.round(volume.sizeBytes * 0.6),
    version_uuid: snapshot.versionUuid,
    provenance_volume: { uuid: snapshot.provenanceVolumeUuid },
    snaplock_expiry_time: locked === undefined ? undefined : isoTime(locked),
    snaplock: locked === undefined ? undefined : { expired: locked <= ctx.now, expiry_time: isoTime(locked) },
    reclaimable_space: delta,
    delta: {
      size_consumed: delta,
      time_elapsed: `PT${Math.max(0, Math.floor((ctx.now - snapshot.createdAt) / 1000))}S`,
    },
  };
}

function checkName(name: string | undefined): void {
  if (name !== undefined && !/^[^\s/*?]{1,255}$/.test(name))
    throw new ApiError(1638518, `"${name}" is no valid snapshot name.`, 400, "name");
}

function create(ctx: Ctx): Outcome {
  const { body, fabric, cluster } = ctx;
  const volume = volumeAt(ctx, "volume.uuid");
  const name = needText(body, "name");
  if (isMirrorSnapshot({ name })) throw new ApiError(1638477, `The prefix of "${name}" is reserved.`, 400, "name");
  checkName(name);
  if (volume.type !== "rw")
    throw new ApiError(
      1638461,
      `Snapshots can only be created on read-write volumes; "${volume.name}" is not one.`,
      400,
    );
  const given = {
    name,
    label: checkLabel(text(body, "snapmirror_label")),
    comment: text(body, "comment"),
    expiresAt: time(body, "expiry_time"),
    snaplockExpiresAt: time(body, "snaplock_expiry_time") ?? time(body, "snaplock.expiry_time"),
  };
  if (given.snaplockExpiresAt !== undefined && !volume.snapshotLocking) {
    throw new ApiError(
      1638618,
      `Snapshot locking is not enabled on volume "${volume.name}".`,
      400,
      "snaplock_expiry_time",
    );
  }
  // The uuid is known before the job ends, as reference 1.6 says of asynchronous POSTs; the object is not there yet.
  const uuid = fabric.ids.next("snapshot");
  return {
    location: `/api/storage/volumes/${volume.uuid}/snapshots/${uuid}`,
    record: { uuid, name, volume: ref(volume) },
    job: {
      kind: "volume",
      svm: volume.svm,
      run: () => {
        if (!cluster.volumes.includes(volume)) throw notFound();
        addSnapshot(fabric, volume, { ...given, uuid });
      },
    },
  };
}

function snapshotAt(ctx: Ctx): { volume: VolumeState; snapshot: SnapshotState } {
  const volume = volumeAt(ctx, "volume.uuid");
  const snapshot = volume.snapshots.find((each) => each.uuid === ctx.params["uuid"]);
  if (!snapshot) throw notFound();
  return { volume, snapshot };
}

/** A lock can be given where the volume has locking, and made longer; never shorter. */
function refuseLockChange(volume: VolumeState, snapshot: SnapshotState, until: number | undefined): void {
  if (until === undefined) return;
  if (!volume.snapshotLocking) {
    const message = `Snapshot locking is not enabled on volume "${volume.name}".`;
    throw new ApiError(1638618, message, 400, "snaplock_expiry_time");
  }
  if (until < (snapshot.snaplockExpiresAt ?? 0))
    throw new ApiError(
      1638554,
      "The expiry time of a locked snapshot can only be extended.",
      400,
      "snaplock_expiry_time",
    );
}

function change(ctx: Ctx): Outcome {
  const { body } = ctx;
  const { volume, snapshot } = snapshotAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const name = text(body, "name");
  checkName(name);
  if (name !== undefined && volume.type !== "rw")
    throw new ApiError(1638522, "Snapshots can only be renamed on read-write volumes.", 400, "name");
  const label = checkLabel(text(body, "snapmirror_label"));
  const expiresAt = time(body, "expiry_time");
  const lockedUntil = time(body, "snaplock_expiry_time") ?? time(body, "snaplock.expiry_time");
  refuseLockChange(volume, snapshot, lockedUntil);
  return {
    job: {
      kind: "volume",
      svm: volume.svm,
      run: () => {
        if (!volume.snapshots.includes(snapshot)) throw new ApiError(1638600, "The snapshot does not exist.");
        if (name !== undefined && isBase(ctx.fabric, ctx.cluster, volume, snapshot)) {
          throw new ApiError(1638476, `Snapshot "${snapshot.name}" is a reference snapshot.`);
        }
        if (name !== undefined && name !== snapshot.name && volume.snapshots.some((each) => each.name === name))
          throw new ApiError(525059, `Snapshot "${name}" already exists on volume "${volume.name}".`, 409);
        if (name !== undefined) snapshot.name = name;
        if (lockedUntil !== undefined) snapshot.snaplockExpiresAt = lockedUntil;
        if (has(body, "comment")) snapshot.comment = isNull(body, "comment") ? undefined : text(body, "comment");
        if (has(body, "snapmirror_label")) snapshot.label = isNull(body, "snapmirror_label") ? undefined : label;
        if (has(body, "expiry_time")) snapshot.expiresAt = expiresAt;
      },
    },
  };
}

/** Vault destinations: NetApp's texts differ, a knob has both (reference 9). */
function mayDeleteOnVault({ fabric, cluster }: Ctx, volume: VolumeState): boolean {
  if (fabric.knobs.vaultSnapshotDelete === "refuse") return false;
  const mirror = cluster.relationships.find((each) => each.destination.volumeUuid === volume.uuid);
  const policy = mirror && findPolicy(cluster, volume.svm.uuid, mirror.policy);
  return (policy?.retention.length ?? 0) > 0;
}

function remove(ctx: Ctx): Outcome {
  const { fabric, cluster } = ctx;
  const { volume, snapshot } = snapshotAt(ctx);
  if (volume.type !== "rw" && !mayDeleteOnVault(ctx, volume))
    throw new ApiError(
      1638521,
      `Snapshots can only be deleted on read-write volumes; "${volume.name}" is not one.`,
      400,
    );
  requireApproval(
    ctx,
    "volume snapshot delete",
    `-vserver ${volume.svm.name} -volume ${volume.name} -snapshot ${snapshot.name}`,
  );
  return {
    job: {
      kind: "volume",
      svm: volume.svm,
      run: () => {
        if (!volume.snapshots.includes(snapshot)) throw new ApiError(1638600, "The snapshot does not exist.");
        refuseHeldSnapshot(fabric, cluster, volume, snapshot);
        deleteSnapshot(fabric, cluster, volume, snapshot, "call");
      },
    },
  };
}

export const snapshotWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/storage/volumes/{volume.uuid}/snapshots",
    reply: "async",
    body: accepts(
      "name comment svm.{name,uuid} volume.{name,uuid} snapmirror_label expiry_time snaplock_expiry_time snaplock.expiry_time",
    ),
    readable: fields,
    errors: [525059, 525062, 1638461, 1638477, 1638518, 1638523, 1638618, 524479],
    run: create,
  },
  {
    method: "PATCH",
    path: "/storage/volumes/{volume.uuid}/snapshots/{uuid}",
    reply: "async",
    body: accepts("name comment snapmirror_label expiry_time"),
    readable: fields,
    errors: [525059, 1638522, 1638476, 1638518, 1638523, 1638554, 1638600, 1638618],
    run: change,
  },
  {
    method: "DELETE",
    path: "/storage/volumes/{volume.uuid}/snapshots/{uuid}",
    reply: "async",
    errors: [1638521, 1638543, 1638555, 1638600, 262325],
    run: remove,
  },
];
