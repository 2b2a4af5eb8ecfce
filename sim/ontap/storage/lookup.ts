import { ApiError, notFound } from "../kernel/errors.js";
import type { Ctx } from "../kernel/route.js";
import { sees } from "../kernel/scope.js";
import type { ClusterState, VolumeState } from "../state.js";

export const visibleVolumes = (ctx: Ctx): VolumeState[] =>
  ctx.cluster.volumes.filter((volume) => sees(ctx, volume.svm));

/** The volume a path names, if the call may see it. */
export function volumeAt(ctx: Ctx, param = "uuid"): VolumeState {
  const found = visibleVolumes(ctx).find((volume) => volume.uuid === ctx.params[param]);
  if (!found) throw notFound(param);
  return found;
}

export const keyVaultDown = (): ApiError =>
  new ApiError(65537463, "The volume encryption keys cannot be accessed: the key vault is not reachable.", 500);

/** No key manager: the node has nothing to encrypt with. */
export const noKeys = (svm: string): ApiError =>
  new ApiError(918162, `Volumes of SVM "${svm}" cannot be encrypted: no key manager is configured.`, 400, "encryption");

export const nextMsid = (cluster: ClusterState): number =>
  Math.max(
    2_147_484_600,
    ...cluster.volumes.map((each) => each.msid),
    ...cluster.queue.map((each) => each.volume.msid),
  ) + 1;
