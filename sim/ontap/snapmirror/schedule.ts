import { matchesMinute } from "../cluster/cron.js";
import type { FabricState } from "../fabric.js";
import { ApiError } from "../kernel/errors.js";
import { lastNight, nightComment, nightName } from "../seed/nights.js";
import { watchKeyVaults } from "../security/watch.js";
import type { ClusterState, Cron, RelationshipState } from "../state.js";
import { volumeNamed, written } from "../storage/content.js";
import { takeScheduledSnapshots } from "../storage/scheduledSnapshots.js";
import { addSnapshot, deleteSnapshot, isLocked, ownersOf } from "../storage/snapshots.js";
import { findPolicy } from "./lookup.js";
import { startTransfer } from "./transfers.js";

const NIGHTS_KEPT = 7;

/** Everything that happens by the clock at the top of this minute: the site's nightly snapshots, those of snapshot policies, then scheduled updates. */
export function tickMinute(fabric: FabricState): void {
  watchKeyVaults(fabric);
  if (fabric.knobs.nightlies && lastNight(fabric.now) === fabric.now) takeNightlies(fabric);
  for (const cluster of fabric.clusters.values()) {
    takeScheduledSnapshots(fabric, cluster);
    for (const relationship of cluster.relationships) {
      const cron = cronOf(fabric, cluster.name, relationship);
      if (cron && matchesMinute(cron, fabric.now)) scheduledUpdate(fabric, relationship);
      createByRules(fabric, cluster, relationship);
    }
  }
}

/** The schedule in force: the relationship's own, else its policy's. */
export function scheduleName(
  fabric: FabricState,
  cluster: string,
  relationship: RelationshipState,
): string | undefined {
  if (relationship.restore || relationship.schedule === null) return undefined;
  return (
    relationship.schedule ??
    findPolicy(fabric.cluster(cluster), relationship.destination.svmUuid, relationship.policy)?.schedule
  );
}

function cronOf(fabric: FabricState, cluster: string, relationship: RelationshipState): Cron | undefined {
  const name = scheduleName(fabric, cluster, relationship);
  return fabric.cluster(cluster).schedules.find((each) => each.name === name)?.cron;
}

/** Overlapping ticks are skipped; a paused or broken mirror is left alone: reference 6.6. */
function scheduledUpdate(fabric: FabricState, relationship: RelationshipState): void {
  if (relationship.state !== "snapmirrored" || relationship.transfer) return;
  const source = fabric.volumeOf(relationship.source);
  if (source?.type === "rw" && fabric.knobs.applicationWrites === "everyTick") source.content = written(fabric, source);
  startTransfer(fabric, relationship, "update", { scheduled: true });
}

/** Rules with a schedule make snapshots on the destination itself, of what it holds: reference 5.2. */
function createByRules(fabric: FabricState, cluster: ClusterState, relationship: RelationshipState): void {
  if (relationship.state !== "snapmirrored") return;
  const rules = findPolicy(cluster, relationship.destination.svmUuid, relationship.policy)?.retention ?? [];
  for (const rule of rules) {
    const cron = cluster.schedules.find((each) => each.name === rule.creationSchedule)?.cron;
    const volume = fabric.volumeOf(relationship.destination);
    if (!cron || !volume || !matchesMinute(cron, fabric.now)) continue;
    const stamp = new Date(fabric.now).toISOString().slice(0, 16).replace("T", "_").replace(":", "");
    const name = `${rule.prefix ?? rule.label}.${stamp}`;
    if (volume.snapshots.some((each) => each.name === name)) continue;
    volume.snapshots.push({
      uuid: fabric.ids.next("snapshot"),
      name,
      versionUuid: fabric.ids.next("version"),
      createdAt: fabric.now,
      label: rule.label,
      provenanceVolumeUuid: volume.uuid,
      content: volume.content,
    });
  }
}

/** What the site's own script does at 02:00: a new nightly on every seeded source, the eighth oldest goes. */
function takeNightlies(fabric: FabricState): void {
  for (const { source } of fabric.world.mirrors) {
    const cluster = fabric.cluster(source.cluster);
    const volume = volumeNamed(cluster, source.svm, source.volume);
    if (!volume || volume.type !== "rw" || volume.state !== "online") continue;
    const name = nightName(fabric.now);
    try {
      addSnapshot(fabric, volume, { name, label: "daily", comment: nightComment(volume.name, false) });
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      fabric.ems(cluster, "wafl.snap.create.failed", "error", `${name} on ${volume.name}: ${error.message}`);
    }
    const nights = volume.snapshots.filter((each) => each.name.startsWith("nightly."));
    for (const old of nights.slice(0, -NIGHTS_KEPT)) {
      if (ownersOf(fabric, cluster, volume, old).length > 0 || isLocked(old, fabric.now)) continue;
      deleteSnapshot(fabric, cluster, volume, old, "array");
    }
  }
}
