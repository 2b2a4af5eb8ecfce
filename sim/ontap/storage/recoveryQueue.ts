import { accepts, needText } from "../kernel/body.js";
import { ApiError, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoTime } from "../kernel/query.js";
import type { Collection, Ctx, Outcome, Write } from "../kernel/route.js";
import { sees } from "../kernel/scope.js";
import type { QueuedVolume } from "../state.js";
import { clonesOf, volumeNamed } from "./content.js";

const visible = (ctx: Ctx): QueuedVolume[] => ctx.cluster.queue.filter((each) => sees(ctx, each.volume.svm));

/** Deleted volumes that wait: only the command line's way in shows them (reference 1.1 and 7.4). */
export const recoveryQueue: Collection = {
  path: "/private/cli/volume/recovery-queue",
  keys: ["vserver", "volume"],
  noInstance: true,
  fields: fieldTable("vserver volume deletion_request_time retention_hours"),
  list: (ctx) => {
    if (ctx.query.get("fields") === "*")
      throw new ApiError(262220, "Wildcard fields=* is not allowed for CLI-based REST APIs.", 400, "fields");
    return visible(ctx).map((each) => ({
      key: `${each.volume.svm.name}/${each.name}`,
      view: () => ({
        vserver: each.volume.svm.name,
        volume: each.name,
        deletion_request_time: isoTime(each.until - ctx.fabric.knobs.recoveryQueueMs),
        retention_hours: Math.round(ctx.fabric.knobs.recoveryQueueMs / 3_600_000),
      }),
    }));
  },
};

function queuedIn(ctx: Ctx): QueuedVolume {
  const svm = needText(ctx.body, "vserver");
  const name = needText(ctx.body, "volume");
  const found = visible(ctx).find((each) => each.volume.svm.name === svm && each.name === name);
  if (!found) throw notFound("volume");
  return found;
}

function purge(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const queued = queuedIn(ctx);
  if (clonesOf(cluster, queued.volume).length > 0)
    throw new ApiError(524615, `Volume "${queued.name}" has one or more clones.`, 400);
  cluster.queue = cluster.queue.filter((each) => each !== queued);
  return { done: true };
}

/** Back under its own name, with what it held. */
function recover(ctx: Ctx): Outcome {
  const { cluster } = ctx;
  const queued = queuedIn(ctx);
  const { volume } = queued;
  if (volumeNamed(cluster, volume.svm.name, volume.name))
    throw new ApiError(917526, `Volume name "${volume.name}" is already in use on SVM "${volume.svm.name}".`, 409);
  cluster.queue = cluster.queue.filter((each) => each !== queued);
  cluster.volumes.push(volume);
  return { done: true };
}

const body = accepts("vserver volume");
export const recoveryQueueWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/private/cli/volume/recovery-queue/purge",
    reply: "sync",
    body,
    errors: [524615],
    run: purge,
  },
  {
    method: "POST",
    path: "/private/cli/volume/recovery-queue/recover",
    reply: "sync",
    body,
    errors: [917526],
    run: recover,
  },
];
