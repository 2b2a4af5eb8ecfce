import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import { atLeast } from "../kernel/releases.js";
import type { RelationshipState, SnapshotState, VolumeState } from "../state.js";
import { clonesOf, setContent, where } from "../storage/content.js";
import { deleteSnapshot, isLocked } from "../storage/snapshots.js";
import { newestCommon } from "./names.js";
import { endTransfer, startTransfer } from "./transfers.js";

export interface Wanted {
  readonly state: string;
  readonly restoreTo?: string | undefined;
  /** Break in spite of a running transfer or what else stands in the way. */
  readonly force: boolean;
  /** Resync: newer snapshots of the destination stay. */
  readonly preserve?: boolean | undefined;
  readonly quickResync?: boolean | undefined;
}

const refusal = (code: number, to: string, reason: string): ApiError =>
  new ApiError(code, `Transition to ${to} state failed. Reason:${reason}`);
const inProgress = (code: number, to: string): ApiError => refusal(code, to, "Another transfer is in progress");

const nothing = (): void => undefined;

/**
 * What the job of PATCH `state` does: reference 6.5. Checks, and gives what to do then. Its success only means that the transition was
 * triggered.
 */
export function transition(fabric: FabricState, relationship: RelationshipState, wanted: Wanted): () => void {
  const { state } = relationship;
  switch (wanted.state) {
    case "paused":
      return pause(relationship);
    case "broken_off":
      return breakOff(fabric, relationship, wanted);
    case "snapmirrored":
      if (state === "paused") return () => (relationship.state = "snapmirrored");
      if (state === "snapmirrored") return nothing;
      return synchronize(fabric, relationship, wanted);
    default:
      throw new ApiError(13303817, `Unknown state "${wanted.state}".`);
  }
}

/** Scheduling stops; a transfer that runs may run to its end. */
function pause(relationship: RelationshipState): () => void {
  if (relationship.state === "paused") return nothing;
  if (relationship.state === "broken_off") throw refusal(13303809, "paused", "The relationship is broken off");
  if (relationship.state === "uninitialized") throw refusal(13303809, "paused", "The relationship is not initialized");
  return () => (relationship.state = "paused");
}

function breakOff(fabric: FabricState, relationship: RelationshipState, wanted: Wanted): () => void {
  if (relationship.state === "broken_off") return nothing;
  if (relationship.state === "uninitialized") throw refusal(13303808, "broken_off", "volume not initialized");
  if (relationship.transfer && !wanted.force) throw inProgress(13303808, "broken_off");
  const volume = fabric.volumeOf(relationship.destination);
  if (!volume) throw refusal(13303808, "broken_off", "Destination volume not found");
  const wish = wanted.restoreTo;
  const snapshot = wish === undefined ? undefined : volume.snapshots.find((each) => each.name === wish);
  if (wish !== undefined && !snapshot) throw refusal(13303808, "broken_off", `Snapshot "${wish}" not found`);
  const newer = snapshot ? newerOf(volume, snapshot) : [];
  refuseHeld(fabric, relationship, volume, newer);
  return () => {
    const { transfer } = relationship;
    if (transfer) endTransfer(fabric, relationship, transfer, "aborted", new ApiError(6620046, "Transfer aborted."));
    const cluster = fabric.cluster(relationship.destination.cluster);
    volume.type = "rw";
    for (const each of newer) deleteSnapshot(fabric, cluster, volume, each, "call");
    if (snapshot) setContent(fabric, cluster, volume, snapshot.content);
    relationship.state = "broken_off";
    relationship.checkpoint = undefined;
    fabric.effect(cluster.name, "mirror broken", relationship.destination.path);
  };
}

const newerOf = (volume: VolumeState, than: SnapshotState): SnapshotState[] =>
  volume.snapshots.filter((each) => each.createdAt > than.createdAt && each !== than);

/** Going back to a snapshot takes the newer ones: those with clones, and locked ones, stand in the way. */
function refuseHeld(
  fabric: FabricState,
  relationship: RelationshipState,
  volume: VolumeState,
  newer: readonly SnapshotState[],
): void {
  const cluster = fabric.cluster(relationship.destination.cluster);
  for (const each of newer) {
    if (clonesOf(cluster, volume, each).length > 0)
      throw refusal(13303808, "broken_off", `Newer snapshot "${each.name}" of "${where(volume)}" has clones`);
    if (isLocked(each, fabric.now)) throw new ApiError(9437886, `Newer snapshot "${each.name}" is locked.`);
  }
}

/** From 9.13.1 a resync is quick unless it says otherwise; before it is only when it says so: reference 7.3. */
function isQuick(fabric: FabricState, relationship: RelationshipState, { quickResync }: Wanted): boolean {
  if (quickResync !== undefined || fabric.knobs.quickResync === "never") return quickResync ?? false;
  return atLeast(fabric.cluster(relationship.destination.cluster).spec.release, "9.13.1");
}

/** From uninitialized: a baseline onto a dp volume. From broken_off, or onto a rw volume: resync. */
function synchronize(fabric: FabricState, relationship: RelationshipState, wanted: Wanted): () => void {
  const volume = fabric.volumeOf(relationship.destination);
  const source = fabric.volumeOf(relationship.source);
  const fresh = relationship.state === "uninitialized" && volume?.type === "dp";
  if (relationship.transfer) throw inProgress(fresh ? 13303812 : 13303810, "snapmirrored");
  if (fresh) return () => void startTransfer(fabric, relationship, "initialize", { scheduled: false });
  if (!fabric.connected(relationship.source.cluster, relationship.destination.cluster)) {
    throw refusal(13303810, "snapmirrored", "Peer cluster is not reachable");
  }
  const none = fabric.is(relationship.destination.cluster, "noCommonSnapshot");
  if (!volume || !source || none || !newestCommon(volume, source))
    throw refusal(13303810, "snapmirrored", "No common snapshot found");
  if (
    isQuick(fabric, relationship, wanted) &&
    clonesOf(fabric.cluster(relationship.destination.cluster), volume).length > 0
  ) {
    throw refusal(13303810, "snapmirrored", "Quick resync is not possible: the destination volume has clones");
  }
  const wish = { scheduled: false, preserve: wanted.preserve };
  return () => void startTransfer(fabric, relationship, "resync", wish);
}
