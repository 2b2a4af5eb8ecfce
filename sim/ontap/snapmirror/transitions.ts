import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import type { RelationshipState } from "../state.js";
import { clonesOf, setContent } from "../storage/content.js";
import { deleteSnapshot } from "../storage/snapshots.js";
import { newestCommon } from "./names.js";
import { startTransfer } from "./transfers.js";

export interface Wanted {
  readonly state: string;
  readonly restoreTo?: string | undefined;
  readonly force: boolean;
}

const inProgress = (code: number, to: string): ApiError =>
  new ApiError(code, `Transition to ${to} state failed. Reason:Another transfer is in progress`);

/** What the job of PATCH `state` does: reference 6.5. Its success only means that the transition was triggered. */
export function transition(fabric: FabricState, relationship: RelationshipState, wanted: Wanted): void {
  const { state } = relationship;
  switch (wanted.state) {
    case "paused":
      return pause(relationship);
    case "broken_off":
      return breakOff(fabric, relationship, wanted);
    case "snapmirrored":
      if (state === "paused") {
        relationship.state = "snapmirrored";
        return;
      }
      if (state === "snapmirrored") return;
      return synchronize(fabric, relationship);
    default:
      throw new ApiError(13303817, `Unknown state "${wanted.state}".`);
  }
}

/** Scheduling stops; a transfer that runs may run to its end. */
function pause(relationship: RelationshipState): void {
  if (relationship.state === "paused") return;
  if (relationship.state === "broken_off")
    throw new ApiError(13303809, "Transition to paused state failed. Reason:The relationship is broken off");
  if (relationship.state === "uninitialized")
    throw new ApiError(13303809, "Transition to paused state failed. Reason:The relationship is not initialized");
  relationship.state = "paused";
}

function breakOff(fabric: FabricState, relationship: RelationshipState, wanted: Wanted): void {
  if (relationship.state === "broken_off") return;
  if (relationship.state === "uninitialized")
    throw new ApiError(13303808, "Transition to broken_off state failed. Reason:volume not initialized");
  if (relationship.transfer) throw inProgress(13303808, "broken_off");
  const cluster = fabric.cluster(relationship.destination.cluster);
  const volume = fabric.volumeOf(relationship.destination);
  if (!volume)
    throw new ApiError(13303808, "Transition to broken_off state failed. Reason:Destination volume not found");
  const wish = wanted.restoreTo;
  const snapshot = wish === undefined ? undefined : volume.snapshots.find((each) => each.name === wish);
  if (wish !== undefined && !snapshot)
    throw new ApiError(13303808, `Transition to broken_off state failed. Reason:Snapshot "${wish}" not found`);
  volume.type = "rw";
  if (snapshot) {
    const newer = volume.snapshots.filter(
      (each) => each.createdAt > snapshot.createdAt && clonesOf(cluster, volume, each).length === 0,
    );
    for (const each of newer) deleteSnapshot(fabric, cluster, volume, each, "call");
    setContent(fabric, cluster, volume, snapshot.content);
  }
  relationship.state = "broken_off";
  fabric.effect(cluster.name, "mirror broken", relationship.destination.path);
}

/** From uninitialized: a baseline onto a dp volume. From broken_off, or onto a rw volume: resync. */
function synchronize(fabric: FabricState, relationship: RelationshipState): void {
  const volume = fabric.volumeOf(relationship.destination);
  const source = fabric.volumeOf(relationship.source);
  const fresh = relationship.state === "uninitialized" && volume?.type === "dp";
  if (relationship.transfer) throw inProgress(fresh ? 13303812 : 13303810, "snapmirrored");
  if (fresh) {
    startTransfer(fabric, relationship, "initialize", { scheduled: false });
    return;
  }
  if (!fabric.connected(relationship.source.cluster, relationship.destination.cluster)) {
    throw new ApiError(13303810, "Transition to snapmirrored state failed. Reason:Peer cluster is not reachable");
  }
  const none = fabric.is(relationship.destination.cluster, "noCommonSnapshot");
  if (!volume || !source || none || !newestCommon(volume, source)) {
    throw new ApiError(13303810, "Transition to snapmirrored state failed. Reason:No common snapshot found");
  }
  startTransfer(fabric, relationship, "resync", { scheduled: false });
}
