import { accepts, flag, has, isNull, size, text, texts, word } from "../kernel/body.js";
import { ApiError, badValue, missing, notFound, nothingToChange } from "../kernel/errors.js";
import { flagOf } from "../kernel/read.js";
import type { Collection, Ctx, Entry, Outcome, Write } from "../kernel/route.js";
import { ref, svmIn } from "../kernel/scope.js";
import { requireApproval } from "../security/mav.js";
import type { VolumeState } from "../state.js";
import { freeBytes } from "./aggregates.js";
import { cloneVolume } from "./clones.js";
import { volumeNamed, where, written } from "./content.js";
import { deleteVolume } from "./delete.js";
import { keyVaultDown, nextMsid, visibleVolumes, volumeAt } from "./lookup.js";
import { revertVolume } from "./revert.js";
import { CLONE, volumeFields, volumeView } from "./volumeView.js";

export const volumes: Collection = {
  path: "/storage/volumes",
  keys: ["uuid"],
  fields: volumeFields,
  flags: ["is_constituent"],
  list: (ctx) => visibleVolumes(ctx).map((volume) => entry(ctx, volume)),
  find: (ctx, uuid) => {
    const volume = visibleVolumes(ctx).find((each) => each.uuid === uuid);
    return volume && entry(ctx, volume);
  },
};

const entry = (ctx: Ctx, volume: VolumeState): Entry => ({ key: volume.uuid, view: () => volumeView(ctx, volume) });

const MAX_NAME = 203;

function checkName(name: string | undefined): string {
  if (name === undefined || name === "") throw missing("name");
  if (name.length > MAX_NAME)
    throw new ApiError(917886, `Volume name "${name}" is longer than ${MAX_NAME} characters.`, 400, "name");
  if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name)) {
    throw new ApiError(
      917887,
      `Volume name "${name}" is invalid: it must start with a letter or "_" and hold only letters, digits and "_".`,
      400,
      "name",
    );
  }
  return name;
}

function create(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const svm = svmIn(ctx);
  const name = checkName(text(body, "name"));
  const key = `${svm.uuid}/${name}`;
  if (cluster.creating.has(key))
    throw new ApiError(13107405, `Another volume named "${name}" is being created.`, 400, "name");
  const uuid = ctx.fabric.ids.next("volume");
  const make = flag(body, "clone.is_flexclone") ? cloneVolume(ctx, svm, name, uuid) : plainVolume(ctx, name, uuid);
  cluster.creating.add(key);
  return {
    location: `/api/storage/volumes/${uuid}`,
    record: { uuid, name, svm: ref(svm) },
    job: {
      kind: "volume",
      svm,
      run: () => {
        if (volumeNamed(cluster, svm.name, name)) {
          throw new ApiError(917526, `Volume name "${name}" is already in use on SVM "${svm.name}".`, 400, "name");
        }
        cluster.volumes.push(make());
      },
      abandon: () => cluster.creating.delete(key),
    },
  };
}

function plainVolume(ctx: Ctx, name: string, uuid: string): () => VolumeState {
  const { body, cluster, fabric } = ctx;
  const svm = svmIn(ctx);
  const bytes = size(body, "size") ?? 20 * 2 ** 20;
  const type = word(body, "type", ["rw", "dp"]) ?? "rw";
  const wanted = text(body, "aggregates.name") ?? text(body, "aggregates.uuid");
  const aggregate = cluster.aggregates.find(
    (each) => wanted === undefined || each.name === wanted || each.uuid === wanted,
  );
  if (!aggregate) throw new ApiError(787140, `Aggregate "${wanted ?? ""}" does not exist.`, 400, "aggregates.name");
  const encrypted = flag(body, "encryption.enabled") ?? cluster.spec.platform !== "onprem";
  const guarantee = word(body, "guarantee.type", ["none", "volume"]) ?? "volume";
  const given = {
    policy: text(body, "snapshot_policy.name"),
    comment: text(body, "comment"),
    tags: texts(body, "_tags"),
  };
  const state = word(body, "state", ["online", "offline", "restricted"]) ?? "online";
  const locking = flag(body, "snapshot_locking_enabled") ?? false;
  return () => {
    if (
      fabric.is(cluster.name, "destinationFull") ||
      (guarantee === "volume" && freeBytes(cluster, aggregate) < bytes)
    ) {
      throw new ApiError(917508, `Aggregate "${aggregate.name}" has not enough space for volume "${name}".`);
    }
    if (encrypted && fabric.is(cluster.name, "keyVaultDown")) throw keyVaultDown();
    return {
      uuid,
      name,
      svm,
      type,
      state,
      sizeBytes: bytes,
      aggregate: aggregate.name,
      encrypted,
      guarantee,
      snapshotPolicy: given.policy ?? (type === "rw" ? "default" : "none"),
      comment: given.comment ?? "",
      tags: given.tags ?? [],
      language: "c.utf_8",
      createdAt: fabric.now,
      msid: nextMsid(cluster),
      junctionPath: text(body, "nas.path"),
      snapshotLocking: locking,
      initialized: type === "rw",
      content: { id: fabric.ids.content(`${uuid}/empty`), writtenAt: fabric.now, luns: [] },
      snapshots: [],
      identities: new Map(),
    };
  };
}

function change(ctx: Ctx): Outcome {
  const { body, cluster } = ctx;
  const volume = volumeAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  const snapshot = text(body, "restore_to.snapshot.name") ?? text(body, "restore_to.snapshot.uuid");
  if (snapshot !== undefined) {
    if (Object.keys(body).length > 1)
      throw new ApiError(918251, "No other field may be changed together with restore_to.", 400);
    requireApproval(
      ctx,
      "volume snapshot restore",
      `-vserver ${volume.svm.name} -volume ${volume.name} -snapshot ${snapshot}`,
    );
    return { job: { kind: "volume", svm: volume.svm, run: () => revertVolume(ctx.fabric, cluster, volume, snapshot) } };
  }
  if (has(body, "clone.split_initiated")) return split(ctx, volume);
  return { job: { kind: "volume", svm: volume.svm, run: attributes(ctx, volume) } };
}

function attributes(ctx: Ctx, volume: VolumeState): () => void {
  const { body, cluster } = ctx;
  const name = has(body, "name") ? checkName(text(body, "name")) : undefined;
  const bytes = size(body, "size");
  const state = word(body, "state", ["online", "offline", "restricted"]);
  const comment = isNull(body, "comment") ? "" : text(body, "comment");
  const tags = isNull(body, "_tags") ? [] : texts(body, "_tags");
  const policy = text(body, "snapshot_policy.name");
  const guarantee = word(body, "guarantee.type", ["none", "volume"]);
  const encrypted = flag(body, "encryption.enabled");
  if (encrypted === false && volume.encrypted) throw badValue("encryption.enabled", false);
  if (policy !== undefined && volume.type === "dp") {
    throw new ApiError(
      917617,
      "The snapshot policy of a data protection volume cannot be changed.",
      400,
      "snapshot_policy.name",
    );
  }
  return () => {
    if (!cluster.volumes.includes(volume)) throw notFound();
    if (name !== undefined && name !== volume.name && volumeNamed(cluster, volume.svm.name, name)) {
      throw new ApiError(917526, `Volume name "${name}" is already in use on SVM "${volume.svm.name}".`);
    }
    if (name !== undefined) volume.name = name;
    if (bytes !== undefined) volume.sizeBytes = bytes;
    if (state !== undefined) volume.state = state;
    if (comment !== undefined) volume.comment = comment;
    if (tags !== undefined) volume.tags = tags;
    if (policy !== undefined) volume.snapshotPolicy = policy;
    if (guarantee !== undefined) volume.guarantee = guarantee;
    if (has(body, "nas.path")) volume.junctionPath = text(body, "nas.path") || undefined;
    if (encrypted) volume.encrypted = true;
  };
}

function split(ctx: Ctx, volume: VolumeState): Outcome {
  const { fabric, cluster, body } = ctx;
  if (Object.keys(body).length > 1)
    throw new ApiError(918248, "No other field may be changed together with clone.split_initiated.", 400);
  if (!volume.clone || flag(body, "clone.split_initiated") !== true)
    throw badValue("clone.split_initiated", body["clone"]);
  return {
    job: {
      kind: "volume",
      svm: volume.svm,
      run: () => {
        const { clone } = volume;
        if (!clone || !cluster.volumes.includes(volume)) throw notFound();
        clone.splitStartedAt = fabric.now;
        clone.splitEndsAt = fabric.now + fabric.knobs.splitMs;
        fabric.at(clone.splitEndsAt, () => {
          if (cluster.volumes.includes(volume)) volume.clone = undefined;
        });
      },
    },
  };
}

function remove(ctx: Ctx): Outcome {
  const volume = volumeAt(ctx);
  const force = flagOf(ctx.query, "force", false);
  requireApproval(ctx, "volume delete", `-vserver ${volume.svm.name} -volume ${volume.name}`);
  return { job: { kind: "volume", svm: volume.svm, run: () => deleteVolume(ctx.fabric, ctx.cluster, volume, force) } };
}

/** An application on a host writes to the volume: for tests and the demo. */
export function applicationWrite(ctx: Pick<Ctx, "fabric" | "cluster">, svm: string, name: string): string {
  const volume = volumeNamed(ctx.cluster, svm, name);
  if (!volume) throw new Error(`no volume ${svm}:${name}`);
  if (volume.type !== "rw" || volume.state !== "online") throw new Error(`${where(volume)} takes no writes now`);
  volume.content = written(ctx.fabric, volume);
  return volume.content.id;
}

const createBody = accepts(
  `name svm.{name,uuid} aggregates.{name,uuid} type state size style guarantee.type snapshot_policy.{name,uuid} comment _tags nas`,
  `encryption.enabled space.snapshot.reserve_percent snapshot_locking_enabled tiering qos language ${CLONE}`,
);

export const volumeWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/storage/volumes",
    reply: "async",
    body: createBody,
    readable: volumeFields,
    errors: [
      917526, 13107405, 917536, 917508, 917886, 917887, 787140, 524601, 918236, 918243, 918244, 918247, 917775,
      65537463, 1520442, 2621462,
    ],
    run: create,
  },
  {
    method: "PATCH",
    path: "/storage/volumes/{uuid}",
    reply: "async",
    body: accepts(
      "name size state comment guarantee.type nas.path _tags snapshot_policy.{name,uuid} encryption.enabled clone.split_initiated restore_to.snapshot.{name,uuid}",
    ),
    readable: volumeFields,
    flags: ["validate_only", "restore_to.snapshot.name", "restore_to.snapshot.uuid"],
    errors: [917526, 917617, 918248, 918251, 524511, 1638480, 9437885, 9437886, 262325],
    run: change,
  },
  {
    method: "DELETE",
    path: "/storage/volumes/{uuid}",
    reply: "async",
    flags: ["force"],
    errors: [524615, 524486, 18436, 262325],
    run: remove,
  },
];
