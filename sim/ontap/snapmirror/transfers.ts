import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import type {
  ActiveTransfer,
  Checkpoint,
  PastTransfer,
  RelationshipState,
  TransferType,
  VolumeState,
} from "../state.js";
import { carryOver, keepRetention, prepare, revertForTransfer, rotate } from "./cargo.js";
import { findPolicy } from "./lookup.js";
import { finishRestore, prepareRestore } from "./restore.js";

const DAY_MS = 86_400_000;

export interface TransferWish {
  readonly scheduled: boolean;
  readonly sourceSnapshot?: string | undefined;
  readonly throttle?: number | undefined;
  readonly files?: ActiveTransfer["files"];
  readonly preserve?: boolean | undefined;
}

/** The throttle in force for what begins now: the call's, else the relationship's, else the policy's. */
function throttleOf(fabric: FabricState, relationship: RelationshipState, wish: TransferWish): number {
  if (wish.throttle !== undefined) return wish.throttle;
  const { cluster, svmUuid } = relationship.destination;
  return relationship.throttle || (findPolicy(fabric.cluster(cluster), svmUuid, relationship.policy)?.throttle ?? 0);
}

/** Queues a transfer; it begins, runs and ends by the clock. */
export function startTransfer(
  fabric: FabricState,
  relationship: RelationshipState,
  type: TransferType,
  wish: TransferWish,
): ActiveTransfer {
  const begins = fabric.now + fabric.knobs.queuedMs;
  const transfer: ActiveTransfer = {
    uuid: fabric.ids.next("transfer"),
    type,
    phase: "queued",
    queuedAt: fabric.now,
    beginsAt: begins,
    endsAt: begins,
    bytes: 0,
    throttle: throttleOf(fabric, relationship, wish),
    files: wish.files,
    preserve: wish.preserve,
    sourceSnapshot: wish.sourceSnapshot,
    scheduled: wish.scheduled,
    cargo: [],
  };
  relationship.transfer = transfer;
  fabric.at(begins, () => begin(fabric, relationship, transfer));
  return transfer;
}

export interface Ends {
  readonly source: VolumeState;
  readonly destination: VolumeState;
}

/** Both volumes, readable and able to talk; an ApiError says what is wrong. */
function ends(fabric: FabricState, relationship: RelationshipState): Ends {
  const { source: from, destination: to } = relationship;
  if (!fabric.connected(from.cluster, to.cluster)) {
    throw new ApiError(6621444, `Failed to reach the peer cluster "${from.cluster}". Check the health of the peer.`);
  }
  const destination = fabric.volumeOf(to);
  if (!destination || destination.state !== "online")
    throw new ApiError(6619637, `Destination volume "${to.path}" is offline or gone.`);
  const source = fabric.volumeOf(from);
  if (!source || source.state !== "online" || fabric.is(from.cluster, "sourceOffline")) {
    throw new ApiError(6621445, `Source volume "${from.path}" is offline or gone.`);
  }
  if (fabric.is(to.cluster, "destinationFull"))
    throw new ApiError(6620077, `Destination volume "${to.path}" is full: no space left on its aggregate.`);
  return { source, destination };
}

function begin(fabric: FabricState, relationship: RelationshipState, transfer: ActiveTransfer): void {
  if (relationship.transfer !== transfer) return;
  try {
    const both = ends(fabric, relationship);
    transfer.phase = "transferring";
    if (transfer.type === "restore") prepareRestore(fabric, relationship, transfer, both);
    else {
      if (transfer.type === "resync") revertForTransfer(fabric, relationship, both, transfer.preserve ?? false);
      prepare(fabric, relationship, transfer, both);
    }
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    endTransfer(fabric, relationship, transfer, "failed", error);
    return;
  }
  transfer.endsAt = fabric.now + transferMs(fabric, transfer);
  fabric.at(transfer.endsAt, () => complete(fabric, relationship, transfer));
}

function transferMs(fabric: FabricState, transfer: ActiveTransfer): number {
  const limit = transfer.throttle > 0 ? transfer.throttle * 1024 : Infinity;
  const rate = Math.min(limit, fabric.knobs.transferBytesPerSecond);
  return rate === Infinity ? 0 : Math.ceil(((transfer.bytes - (transfer.resumedBytes ?? 0)) / rate) * 1000);
}

function complete(fabric: FabricState, relationship: RelationshipState, transfer: ActiveTransfer): void {
  if (relationship.transfer !== transfer) return;
  try {
    const both = ends(fabric, relationship);
    if (transfer.type === "restore") finishRestore(fabric, relationship, transfer, both);
    else {
      const carried = carryOver(fabric, relationship, transfer, both);
      // An update that was under way when the mirror was paused leaves it paused.
      if (transfer.type !== "update") relationship.state = "snapmirrored";
      relationship.exported = carried;
      rotate(fabric, relationship, both);
      keepRetention(fabric, relationship, both);
    }
    endTransfer(fabric, relationship, transfer, "success");
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    endTransfer(fabric, relationship, transfer, "failed", error);
  }
}

/** Closes the transfer; a failure makes the relationship unhealthy until the next success. */
export function endTransfer(
  fabric: FabricState,
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  state: PastTransfer["state"],
  error?: ApiError,
): void {
  relationship.transfer = undefined;
  const bytes = state === "success" ? transfer.bytes : movedBytes(fabric, transfer);
  relationship.checkpoint = checkpointOf(relationship, transfer, state, bytes);
  relationship.past = relationship.past.filter((each) => each.endedAt > fabric.now - DAY_MS);
  relationship.past.push({
    uuid: transfer.uuid,
    type: transfer.type,
    state,
    bytes,
    startedAt: transfer.queuedAt,
    endedAt: fabric.now,
    snapshot: transfer.cargo.at(-1)?.name,
    error: error && { code: error.code, message: error.message },
    throttle: transfer.throttle,
    checkpointBytes: relationship.checkpoint?.bytes,
  });
  relationship.healthy = state === "success";
  relationship.unhealthy = error ? [{ code: error.code, message: error.message }] : [];
  if (state === "success") {
    relationship.totalBytes += transfer.bytes;
    relationship.totalMs += fabric.now - transfer.queuedAt;
  } else {
    const cluster = fabric.cluster(relationship.destination.cluster);
    const name = transfer.type === "initialize" ? "smc.snapmir.init.fail" : "smc.snapmir.upd.fail";
    fabric.ems(cluster, name, "error", `${relationship.destination.path}: ${error?.message ?? state}`);
  }
}

/** `aborted` and failures keep what went over, `hard_aborted` drops it: reference 6.6. One aborted in the queue leaves the old one. */
function checkpointOf(
  relationship: RelationshipState,
  transfer: ActiveTransfer,
  state: PastTransfer["state"],
  bytes: number,
): Checkpoint | undefined {
  if (state === "success" || state === "hard_aborted") return undefined;
  if (transfer.phase === "queued" || transfer.cargo.length === 0) return relationship.checkpoint;
  return { type: transfer.type, versions: transfer.cargo.map((each) => each.versionUuid), bytes };
}

/** Bytes of an active transfer that have gone over by now. */
export function movedBytes(fabric: FabricState, transfer: ActiveTransfer): number {
  if (transfer.phase === "queued") return 0;
  const begun = transfer.beginsAt;
  if (transfer.endsAt <= begun) return transfer.bytes;
  const part = Math.min(1, Math.max(0, (fabric.now - begun) / (transfer.endsAt - begun)));
  const before = transfer.resumedBytes ?? 0;
  return before + Math.floor((transfer.bytes - before) * part);
}
