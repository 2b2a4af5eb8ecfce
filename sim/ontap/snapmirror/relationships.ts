import { accepts, has, integer, isNull, text, word } from "../kernel/body.js";
import { ApiError, notFound, nothingToChange } from "../kernel/errors.js";
import { fieldTable } from "../kernel/fields.js";
import { isoDuration, isoTime } from "../kernel/query.js";
import { flagOf } from "../kernel/read.js";
import type { Rec } from "../kernel/records.js";
import type { Collection, Ctx, Entry, Outcome, Write } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import type { End, RelationshipState, ReleaseState } from "../state.js";
import { createRelationship } from "./create.js";
import { checkSchedule, inScope, relationshipAt, visibleRelationships } from "./lookup.js";
import { deleteRelationship } from "./remove.js";
import { scheduleName } from "./schedule.js";
import { movedBytes } from "./transfers.js";
import { transition } from "./transitions.js";

const fields = fieldTable(
  "uuid source.{path,svm.{uuid,name},cluster.{uuid,name}} destination.{path,svm.{uuid,name},cluster.{uuid,name}}",
  "state healthy unhealthy_reason.{code,message} unhealthy_reason.arguments lag_time exported_snapshot restore",
  "policy.{uuid,name,type} group_type identity_preservation throttle transfer_schedule.{uuid,name} backoff_level",
  "transfer.{state,uuid,bytes_transferred} transfer.{end_time,total_duration} transfer.{type,last_updated_time}",
  "last_transfer_type total_transfer_bytes total_transfer_duration last_transfer_network_compression_ratio",
  "source.consistency_group_volumes.name! destination.consistency_group_volumes.name!",
);

export const relationships: Collection = {
  path: "/snapmirror/relationships",
  keys: ["uuid"],
  shown: ["source.path", "destination.path"],
  fields,
  flags: ["list_destinations_only"],
  list: (ctx) =>
    flagOf(ctx.query, "list_destinations_only", false)
      ? ctx.cluster.releases
          .filter((each) => inScope(ctx, each.source))
          .map((each) => ({ key: each.relationshipUuid, view: () => releaseView(ctx, each) }))
      : visibleRelationships(ctx).map((each) => entry(ctx, each)),
};

const entry = (ctx: Ctx, relationship: RelationshipState): Entry => ({
  key: relationship.uuid,
  view: () => view(ctx, relationship),
});

/** Paths are written with local aliases: the SVM's current name here, or the peer's alias. */
function endView(ctx: Ctx, end: End): Rec {
  const { cluster, fabric } = ctx;
  const local = end.cluster === cluster.name;
  const svm = fabric.cluster(end.cluster).svms.find((each) => each.uuid === end.svmUuid);
  const volume = fabric.volumeOf(end);
  const alias = local
    ? svm?.name
    : (cluster.svmPeers.find((each) => each.remoteSvmUuid === end.svmUuid)?.name ?? svm?.name);
  const path = volume ? `${alias ?? ""}:${volume.name}` : end.path;
  const home = fabric.cluster(end.cluster);
  return {
    path,
    svm: { uuid: end.svmUuid, name: alias },
    cluster: local ? undefined : { uuid: home.uuid, name: home.name },
  };
}

function view(ctx: Ctx, relationship: RelationshipState): Rec {
  const { cluster, now, fabric } = ctx;
  const policy = cluster.policies.find((each) => each.name === relationship.policy);
  const name = scheduleName(fabric, cluster.name, relationship);
  const schedule = cluster.schedules.find((each) => each.name === name);
  const { exported } = relationship;
  const last = relationship.past.at(-1);
  return {
    uuid: relationship.uuid,
    source: endView(ctx, relationship.source),
    destination: endView(ctx, relationship.destination),
    state: relationship.state,
    healthy: relationship.healthy,
    unhealthy_reason:
      relationship.unhealthy.length > 0
        ? relationship.unhealthy.map(({ code, message }) => ({ code: String(code), message, arguments: [] }))
        : undefined,
    lag_time: exported ? isoDuration(now - exported.createdAt) : undefined,
    exported_snapshot: exported?.name,
    restore: relationship.restore,
    policy: policy && { ...ref(policy), type: policy.type },
    group_type: "none",
    throttle: relationship.restore ? undefined : relationship.throttle,
    transfer_schedule: schedule && ref(schedule),
    backoff_level: relationship.backoff,
    transfer: transferView(ctx, relationship),
    last_transfer_type: last?.type,
    total_transfer_bytes: relationship.totalBytes,
    total_transfer_duration: isoDuration(relationship.totalMs),
  };
}

function transferView({ now, fabric }: Ctx, relationship: RelationshipState): Rec | undefined {
  const active = relationship.transfer;
  if (active) {
    return {
      uuid: active.uuid,
      state: active.phase,
      bytes_transferred: movedBytes(fabric, active),
      type: active.type,
      total_duration: isoDuration(now - active.queuedAt),
      last_updated_time: isoTime(now),
    };
  }
  const last = relationship.past.at(-1);
  if (!last) return undefined;
  return {
    state: last.state,
    bytes_transferred: last.bytes,
    type: last.type,
    total_duration: isoDuration(last.endedAt - last.startedAt),
    end_time: isoTime(last.endedAt),
    last_updated_time: isoTime(last.endedAt),
  };
}

/** What a source shows of those it feeds: the paths, little else (reference 6.1). */
function releaseView(ctx: Ctx, release: ReleaseState): Rec {
  return {
    uuid: release.relationshipUuid,
    source: endView(ctx, release.source),
    destination: endView(ctx, release.destination),
    group_type: "none",
  };
}

const STATES = ["snapmirrored", "paused", "broken_off"] as const;

function change(ctx: Ctx): Outcome {
  const { body, fabric, cluster } = ctx;
  const relationship = relationshipAt(ctx);
  if (Object.keys(body).length === 0) throw nothingToChange();
  if (relationship.restore) throw new ApiError(13303851, "A restore relationship cannot be modified.", 400);
  if (has(body, "source") || has(body, "destination")) {
    throw new ApiError(
      13304120,
      "The source and destination paths are not those of the relationship reversed.",
      400,
      "source.path",
    );
  }
  const state = checkedState(body);
  const change = attributes(ctx, relationship);
  const svm = cluster.svms.find((each) => each.uuid === relationship.destination.svmUuid);
  return {
    job: {
      kind: "mirror",
      svm,
      run: () => {
        if (!cluster.relationships.includes(relationship)) throw notFound();
        change();
        if (state === undefined) return;
        transition(fabric, relationship, {
          state,
          restoreTo: text(body, "restore_to_snapshot"),
          force: flagOf(ctx.query, "force", false),
        });
      },
    },
  };
}

function checkedState(body: Rec): string | undefined {
  const given = text(body, "state");
  if (given !== undefined && !STATES.some((each) => each === given.toLowerCase())) {
    throw new ApiError(13303817, `Unknown value "${given}" for state.`, 400, "state");
  }
  const state = given?.toLowerCase();
  if (has(body, "restore_to_snapshot") && state !== "broken_off") {
    throw new ApiError(
      state === undefined ? 13303837 : 13303835,
      "restore_to_snapshot is for state broken_off only.",
      400,
    );
  }
  if ((has(body, "preserve") || has(body, "quick_resync")) && state !== "snapmirrored") {
    throw new ApiError(
      state === undefined ? 13303837 : 13303836,
      "preserve and quick_resync are for state snapmirrored only.",
      400,
    );
  }
  return state;
}

function attributes(ctx: Ctx, relationship: RelationshipState): () => void {
  const { body, cluster } = ctx;
  const policy =
    text(body, "policy.name") ?? cluster.policies.find((each) => each.uuid === text(body, "policy.uuid"))?.name;
  if (policy !== undefined && !cluster.policies.some((each) => each.name === policy)) {
    throw new ApiError(13303821, `SnapMirror policy "${policy}" does not exist.`, 400, "policy.name");
  }
  const schedule =
    text(body, "transfer_schedule.name") ??
    cluster.schedules.find((each) => each.uuid === text(body, "transfer_schedule.uuid"))?.name;
  checkSchedule(ctx, schedule);
  const throttle = integer(body, "throttle");
  const backoff = word(body, "backoff_level", ["high", "medium", "none"]);
  const cleared =
    isNull(body, "transfer_schedule") ||
    isNull(body, "transfer_schedule.name") ||
    text(body, "transfer_schedule.name") === "";
  return () => {
    if (policy !== undefined) relationship.policy = policy;
    if (cleared) relationship.schedule = null;
    else if (schedule !== undefined) relationship.schedule = schedule;
    if (throttle !== undefined) relationship.throttle = throttle;
    if (backoff !== undefined) relationship.backoff = backoff;
  };
}

export const relationshipWrites: readonly Write[] = [
  {
    method: "POST",
    path: "/snapmirror/relationships",
    reply: "async",
    body: accepts(
      "source.{path,cluster.{name,uuid},svm.{name,uuid}} destination.{path,cluster.{name,uuid},svm.{name,uuid}} policy.{name,uuid} restore state",
      "throttle transfer_schedule.{name,uuid} backoff_level identity_preservation",
      "create_destination.{enabled,size,snapshot_locking_enabled,tiering.{supported,policy},storage_service.{enabled,name,enforce_performance}}",
    ),
    readable: fields,
    errors: [
      6619637, 6619441, 6619699, 6619714, 13303821, 13303841, 13303852, 13303868, 13303869, 13303873, 13303877,
      13303886,
    ],
    run: createRelationship,
  },
  {
    method: "PATCH",
    path: "/snapmirror/relationships/{uuid}",
    reply: "async",
    flags: ["force", "validate_only", "failback", "failover", "force_failover"],
    body: accepts(
      "state restore_to_snapshot preserve quick_resync recover_after_break policy.{name,uuid} throttle transfer_schedule.{name,uuid}",
      "backoff_level source.{path,cluster.{name,uuid}} destination.{path,cluster.{name,uuid}}",
    ),
    readable: fields,
    errors: [
      13303808, 13303809, 13303810, 13303812, 13303817, 13303821, 13303835, 13303836, 13303837, 13303851, 13304120,
      6619699, 6619714,
    ],
    run: change,
  },
  {
    method: "DELETE",
    path: "/snapmirror/relationships/{uuid}",
    reply: "async",
    flags: ["destination_only", "source_only", "source_info_only"],
    errors: [4, 13303822, 13303854, 13303855, 13304082],
    run: deleteRelationship,
  },
];
