import { isoDuration, isoTime } from "../kernel/query.js";
import type { Rec } from "../kernel/records.js";
import type { Ctx } from "../kernel/route.js";
import { ref } from "../kernel/scope.js";
import type { End, RelationshipState, ReleaseState } from "../state.js";
import { findPolicy } from "./lookup.js";
import { scheduleName } from "./schedule.js";
import { movedBytes } from "./transfers.js";

/** Paths are written with local aliases: the SVM's current name here, or the peer's alias. */
export function endView(ctx: Ctx, end: End): Rec {
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

export function relationshipView(ctx: Ctx, relationship: RelationshipState): Rec {
  const { cluster, now, fabric } = ctx;
  const policy = findPolicy(cluster, relationship.destination.svmUuid, relationship.policy);
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
    last_transfer_network_compression_ratio: last && policy?.compression ? "1:1" : undefined,
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
export function releaseView(ctx: Ctx, release: ReleaseState): Rec {
  const { source, destination } = release;
  if (ctx.fabric.knobs.listedDestinations === "paths")
    return {
      uuid: release.relationshipUuid,
      source: { path: source.path },
      destination: { path: destination.path },
    };
  return {
    uuid: release.relationshipUuid,
    source: endView(ctx, source),
    destination: endView(ctx, destination),
    group_type: "none",
  };
}
