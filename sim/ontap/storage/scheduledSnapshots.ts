import { matchesMinute } from "../cluster/cron.js";
import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import { durationMs } from "../kernel/query.js";
import type { ClusterState, SnapshotPolicyState, VolumeState } from "../state.js";
import { policyOf } from "./snapshotPolicies.js";
import { addSnapshot, deleteSnapshot, isLocked, ownersOf } from "./snapshots.js";

type Copy = SnapshotPolicyState["copies"][number];

/**
 * Snapshot policies at the top of this minute (reference 9): every online rw volume with an enabled policy gets `PREFIX.YYYY-MM-DD_HHMM` for each schedule that is due, and
 * the oldest of that prefix beyond its count go, but for those somebody holds. A dp volume keeps its policy's name and takes no snapshots; broken, it begins to.
 */
export function takeScheduledSnapshots(fabric: FabricState, cluster: ClusterState): void {
  for (const policy of cluster.snapshotPolicies.filter((each) => each.enabled)) {
    const due = policy.copies.filter((copy) => isDue(fabric, cluster, copy));
    if (due.length === 0) continue;
    const its = cluster.volumes.filter(
      (each) => each.type === "rw" && each.state === "online" && policyOf(cluster, each) === policy,
    );
    for (const volume of its) for (const copy of due) takeAndRotate(fabric, cluster, volume, copy);
  }
}

function isDue(fabric: FabricState, cluster: ClusterState, copy: Copy): boolean {
  const schedule = cluster.schedules.find((each) => each.name === copy.schedule);
  if (schedule?.cron) return matchesMinute(schedule.cron, fabric.now);
  return schedule?.intervalMs !== undefined && fabric.now % schedule.intervalMs === 0;
}

function takeAndRotate(fabric: FabricState, cluster: ClusterState, volume: VolumeState, copy: Copy): void {
  const prefix = copy.prefix ?? copy.schedule;
  const name = `${prefix}.${new Date(fabric.now).toISOString().slice(0, 16).replace("T", "_").replace(":", "")}`;
  // Two of its schedules, or the site's own script, may come to one name.
  if (volume.snapshots.some((each) => each.name === name)) return;
  const keptMs = volume.snapshotLocking && copy.period !== undefined ? durationMs(copy.period) : undefined;
  try {
    const until = keptMs === undefined ? {} : { snaplockExpiresAt: fabric.now + keptMs };
    addSnapshot(fabric, volume, { name, label: copy.label, ...until });
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    fabric.ems(cluster, "wafl.snap.create.failed", "error", `${name} on ${volume.name}: ${error.message}`);
    return;
  }
  const ours = volume.snapshots.filter((each) => isByPolicy(each.name, prefix));
  for (const old of ours.slice(0, Math.max(0, ours.length - copy.count))) {
    if (ownersOf(fabric, cluster, volume, old).length > 0 || isLocked(old, fabric.now)) continue;
    deleteSnapshot(fabric, cluster, volume, old, "array");
  }
}

const isByPolicy = (name: string, prefix: string): boolean =>
  name.startsWith(`${prefix}.`) && /^\d{4}-\d\d-\d\d_\d{4}$/.test(name.slice(prefix.length + 1));
