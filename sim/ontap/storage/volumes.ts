import { accepts } from "../kernel/body.js";
import { flagOf } from "../kernel/read.js";
import type { Collection, Ctx, Entry, Outcome, Write } from "../kernel/route.js";
import { requireApproval } from "../security/mav.js";
import type { VolumeState } from "../state.js";
import { volumeNamed, where, written } from "./content.js";
import { deleteVolume } from "./delete.js";
import { visibleVolumes, volumeAt } from "./lookup.js";
import { SETTABLE } from "./settings.js";
import { changeVolume } from "./volumeChange.js";
import { createVolume } from "./volumeCreate.js";
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
  const fenced = ctx.cluster.groups.some(
    (each) => each.fence && each.fence.until > ctx.fabric.now && each.volumeUuids.includes(volume.uuid),
  );
  if (volume.type !== "rw" || volume.state !== "online" || fenced)
    throw new Error(`${where(volume)} takes no writes now`);
  volume.content = written(ctx.fabric, volume);
  return volume.content.id;
}

const createBody = accepts(
  `name svm.{name,uuid} aggregates.{name,uuid} type state size space.size style guarantee.type snapshot_policy.{name,uuid} comment _tags`,
  `nas.path encryption.enabled autosize.{mode,maximum,minimum,grow_threshold,shrink_threshold} snapshot_locking_enabled language snaplock.type ${SETTABLE} ${CLONE}`,
);

export const volumeWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/storage/volumes",
    reply: "async",
    body: createBody,
    readable: volumeFields,
    errors: [
      917526, 13107405, 917536, 917508, 524597, 524819, 917886, 917887, 787140, 524601, 918236, 918243, 918244, 918247,
      917775, 918162, 65537463, 65537529, 524597, 524819, 1520442, 2621462, 262325,
    ],
    run: createVolume,
  },
  {
    method: "PATCH",
    path: "/storage/volumes/{uuid}",
    reply: "async",
    body: accepts(
      "name size space.size state comment guarantee.type nas.path _tags snapshot_policy.{name,uuid} encryption.{enabled,rekey} clone.split_initiated",
      `autosize.{mode,maximum,minimum,grow_threshold,shrink_threshold} snapshot_locking_enabled restore_to.snapshot.{name,uuid} ${SETTABLE}`,
    ),
    readable: volumeFields,
    flags: ["validate_only", "sizing_method", "restore_to.snapshot.name", "restore_to.snapshot.uuid"],
    errors: [
      917508, 917526, 917617, 918162, 918248, 918251, 918636, 524511, 1638480, 9437885, 9437886, 65537463, 196608022,
      196608207, 196608208, 262325,
    ],
    run: changeVolume,
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
