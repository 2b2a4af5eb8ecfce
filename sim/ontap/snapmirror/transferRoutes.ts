import { accepts, flag, integer, list, needText, text } from "../kernel/body.js";
import { ApiError, badValue, missing, notFound } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoDuration, isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Entry, Outcome, Write } from "../kernel/route.js";
import type { ActiveTransfer, PastTransfer, RelationshipState, TransferType } from "../state.js";
import { relationshipAt } from "./lookup.js";
import { endTransfer, movedBytes, startTransfer } from "./transfers.js";

const fields = fieldTable(
  "uuid state bytes_transferred checkpoint_size snapshot relationship.{uuid,restore,destination.path} end_time total_duration",
  "error_info.{code,message} throttle last_updated_time network_compression_ratio",
);

/** Active ones, and (by knob) those that ended within a day; `queued` is shown on the relationship only. Reference 6.6. */
export const transfers: Collection = {
  path: "/snapmirror/relationships/{relationship.uuid}/transfers",
  keys: ["uuid"],
  fields,
  list: (ctx) => {
    const relationship = relationshipAt(ctx, "relationship.uuid");
    const { transfer } = relationship;
    const past = ctx.fabric.knobs.listedTransfers === "ended" ? relationship.past : [];
    const active = transfer?.phase === "transferring" ? [activeEntry(ctx, relationship, transfer)] : [];
    return [...active, ...past.map((each) => pastEntry(relationship, each))];
  },
};

const relationView = (relationship: RelationshipState): Rec => ({
  uuid: relationship.uuid,
  restore: relationship.restore,
  destination: { path: relationship.destination.path },
});

function activeEntry({ fabric, now }: Ctx, relationship: RelationshipState, transfer: ActiveTransfer): Entry {
  return {
    key: transfer.uuid,
    view: () => ({
      uuid: transfer.uuid,
      state: "transferring",
      bytes_transferred: movedBytes(fabric, transfer),
      checkpoint_size: movedBytes(fabric, transfer),
      snapshot: transfer.cargo.at(-1)?.name,
      relationship: relationView(relationship),
      total_duration: isoDuration(now - transfer.queuedAt),
      throttle: transfer.throttle,
      last_updated_time: isoTime(now),
    }),
  };
}

function pastEntry(relationship: RelationshipState, past: PastTransfer): Entry {
  return {
    key: past.uuid,
    view: () => ({
      uuid: past.uuid,
      state: past.state,
      bytes_transferred: past.bytes,
      snapshot: past.snapshot,
      relationship: relationView(relationship),
      end_time: isoTime(past.endedAt),
      total_duration: isoDuration(past.endedAt - past.startedAt),
      error_info: past.error && { code: past.error.code, message: past.error.message },
      throttle: past.throttle,
      checkpoint_size: past.checkpointBytes,
      last_updated_time: isoTime(past.endedAt),
    }),
  };
}

const CODE: Readonly<Record<TransferType, number>> = {
  initialize: 13303812,
  update: 13303844,
  resync: 13303810,
  restore: 13303845,
};

function start(ctx: Ctx): Outcome {
  const { body, fabric } = ctx;
  const relationship = relationshipAt(ctx, "relationship.uuid");
  const type = typeFor(relationship);
  if (relationship.transfer)
    throw new ApiError(CODE[type], `The ${type} failed. Reason:Another transfer is in progress`, 400);
  const files = filesIn(body);
  if (files?.length === 0) throw new ApiError(13303846, "The list of files is empty.", 400, "files");
  refuseState(ctx, relationship, type);
  const wish = { scheduled: false, sourceSnapshot: text(body, "source_snapshot"), throttle: throttleIn(body), files };
  const transfer = startTransfer(fabric, relationship, type, wish);
  const location = `/api/snapmirror/relationships/${relationship.uuid}/transfers/${transfer.uuid}`;
  return { done: true, location, record: { uuid: transfer.uuid, state: "queued" } };
}

function throttleIn(body: Rec): number | undefined {
  const throttle = integer(body, "throttle");
  if (throttle !== undefined && throttle < 0) throw badValue("throttle", throttle);
  return throttle;
}

const MAX_FILES = 8;

/** At most eight, restore only; without a destination path a file goes back to where it was. */
function filesIn(body: Rec): NonNullable<ActiveTransfer["files"]> | undefined {
  const files = list(body, "files")?.map((each) => {
    const source = needText(each, "source_path");
    return { source, destination: text(each, "destination_path") ?? source };
  });
  if (files && files.length > MAX_FILES) throw badValue("files", files.length);
  return files;
}

function typeFor(relationship: RelationshipState): TransferType {
  if (relationship.restore) return "restore";
  return relationship.state === "uninitialized" ? "initialize" : "update";
}

/** Refused at once; what goes wrong later shows on the relationship. */
function refuseState(ctx: Ctx, relationship: RelationshipState, type: TransferType): void {
  const { body, fabric } = ctx;
  const paused = relationship.state === "paused" && fabric.knobs.updateWhilePaused === "allow";
  if (type === "update" && relationship.state !== "snapmirrored" && !paused) {
    throw new ApiError(13303844, `The update failed. Reason:The relationship is ${relationship.state}`, 400);
  }
  if (type !== "restore" && (flag(body, "storage_efficiency_enabled") !== undefined || list(body, "files"))) {
    throw new ApiError(13303847, "files and storage_efficiency_enabled are for restore only.", 400);
  }
  const target = fabric.volumeOf(relationship.destination);
  if (type === "initialize" && target?.type !== "dp") {
    throw new ApiError(
      6619546,
      `Destination volume "${relationship.destination.path}" is not a data protection volume.`,
      400,
    );
  }
  if (!fabric.connected(relationship.source.cluster, relationship.destination.cluster)) {
    throw new ApiError(CODE[type], `The ${type} failed. Reason:The peer cluster is not reachable`, 400);
  }
}

/** `aborted` keeps the restart checkpoint, `hard_aborted` drops it. */
function abort(ctx: Ctx): Outcome {
  const relationship = relationshipAt(ctx, "relationship.uuid");
  const given = text(ctx.body, "state");
  if (given === undefined) throw missing("state");
  const state = (["aborted", "hard_aborted"] as const).find((each) => each === given.toLowerCase());
  if (!state) throw new ApiError(13303849, `A transfer cannot be set to state "${given}".`, 400, "state");
  const { transfer } = relationship;
  if (!transfer || transfer.uuid !== ctx.params["uuid"]) throw notFound();
  endTransfer(ctx.fabric, relationship, transfer, state, new ApiError(6620046, "Transfer aborted."));
  return { done: true };
}

export const transferWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/snapmirror/relationships/{relationship.uuid}/transfers",
    reply: "sync",
    body: accepts("source_snapshot throttle storage_efficiency_enabled files.{source_path,destination_path}"),
    readable: fields,
    errors: [13303812, 13303844, 13303845, 13303846, 13303847, 6619546],
    run: start,
  },
  {
    method: "PATCH",
    path: "/snapmirror/relationships/{relationship.uuid}/transfers/{uuid}",
    reply: "sync",
    body: accepts("state"),
    readable: fields,
    errors: [4, 13303849],
    run: abort,
  },
];
