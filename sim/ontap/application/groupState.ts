import { ApiError, notFound } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";
import { list, needText, text } from "../kernel/body.js";
import type { Ctx } from "../kernel/route.js";
import { sees } from "../kernel/scope.js";
import type { ClusterState, ConsistencyGroupState, SvmState, VolumeState } from "../state.js";

export const visibleGroups = (ctx: Ctx): ConsistencyGroupState[] =>
  ctx.cluster.groups.filter((each) => sees(ctx, each.svm));

export const members = (cluster: ClusterState, group: ConsistencyGroupState): VolumeState[] =>
  cluster.volumes.filter((each) => group.volumeUuids.includes(each.uuid));

export function groupAt(ctx: Ctx, param: string): ConsistencyGroupState {
  const found = visibleGroups(ctx).find((each) => each.uuid === ctx.params[param]);
  if (!found) throw notFound(param);
  return found;
}

export const isReplicated = (cluster: ClusterState, group: ConsistencyGroupState): boolean =>
  members(cluster, group).some((volume) => cluster.releases.some((each) => each.source.volumeUuid === volume.uuid));

/** The members a body adds (`action: "add"`): existing volumes of the SVM that are in no group. New ones cannot be made here. */
export function addedVolumes(cluster: ClusterState, svm: SvmState, body: Rec): readonly VolumeState[] {
  return (list(body, "volumes") ?? []).map((each) => {
    const action = text(each, "provisioning_options.action") ?? "create";
    if (action !== "add") {
      const message = `Action "${action}" is not supported: volumes can be added only.`;
      throw new ApiError(262285, message, 400, "volumes.provisioning_options.action");
    }
    const uuid = text(each, "uuid");
    const name = uuid === undefined ? needText(each, "name") : text(each, "name");
    const volume = cluster.volumes.find(
      (one) =>
        one.svm === svm && (uuid === undefined || one.uuid === uuid) && (name === undefined || one.name === name),
    );
    if (!volume) throw new ApiError(53411842, `Volume "${name ?? uuid ?? ""}" does not exist.`, 400, "volumes.name");
    refuseMember(cluster, volume);
    return volume;
  });
}

/** A volume is in one group only, and none of those that can lock snapshots: reference 13. */
export function refuseMember(cluster: ClusterState, volume: VolumeState): void {
  if (cluster.groups.some((group) => group.volumeUuids.includes(volume.uuid)))
    throw new ApiError(53411865, `Volume "${volume.name}" is in another consistency group.`, 400, "volumes.name");
  if (volume.snapshotLocking)
    throw new ApiError(53411959, `Volume "${volume.name}" has snapshot locking enabled.`, 400, "volumes.name");
}
