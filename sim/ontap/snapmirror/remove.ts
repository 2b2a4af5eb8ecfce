import type { FabricState } from "../fabric.js";
import { ApiError, notFound } from "../kernel/errors.js";
import { flagOf } from "../kernel/read.js";
import type { Ctx, Outcome } from "../kernel/route.js";
import type { ClusterState, RelationshipState, ReleaseState } from "../state.js";
import { clonesOf } from "../storage/content.js";
import { deleteSnapshot } from "../storage/snapshots.js";
import { mirrorPrefix } from "./names.js";
import { claim, relationshipAt } from "./lookup.js";
import { forgetRelease, releaseTarget } from "./restore.js";

const FLAGS = ["destination_only", "source_only", "source_info_only"] as const;
type Flavour = (typeof FLAGS)[number] | "both";

/** DELETE /snapmirror/relationships/{uuid}: the four flavours of reference 6.8. */
export function deleteRelationship(ctx: Ctx): Outcome {
  const { fabric, cluster, query } = ctx;
  const given = FLAGS.filter((each) => flagOf(query, each, false));
  if (given.length > 1) throw new ApiError(13304082, `${given.join(" and ")} exclude each other.`, 400);
  const flavour: Flavour = given[0] ?? "both";
  const released = cluster.releases.find((each) => each.relationshipUuid === ctx.params["uuid"]);
  const onSource = flavour === "source_only" || (flavour === "source_info_only" && released !== undefined);
  if (onSource) {
    if (!released) throw notFound();
    return { job: { kind: "mirror", run: () => release(fabric, cluster, released, flavour === "source_only") } };
  }
  const relationship = relationshipAt(ctx);
  if (relationship.restore && given.length > 0)
    throw new ApiError(13303855, "No flags may be given for a restore relationship.", 400);
  const svm = cluster.svms.find((each) => each.uuid === relationship.destination.svmUuid);
  const abandon = claim(ctx, relationship);
  return { job: { kind: "mirror", svm, run: () => remove(fabric, cluster, relationship, flavour), abandon } };
}

function remove(fabric: FabricState, cluster: ClusterState, relationship: RelationshipState, flavour: Flavour): void {
  if (!cluster.relationships.includes(relationship)) throw notFound();
  if (relationship.restore && relationship.transfer) {
    throw new ApiError(13303854, "Cleanup of the restore relationship failed: a transfer is running.");
  }
  relationship.transfer = undefined;
  cluster.relationships = cluster.relationships.filter((each) => each !== relationship);
  fabric.effect(cluster.name, "relationship deleted", relationship.destination.path);
  if (relationship.restore) {
    releaseTarget(fabric, relationship);
    forgetRelease(fabric, relationship);
    return;
  }
  if (flavour === "destination_only") return;
  if (!fabric.connected(relationship.source.cluster, cluster.name)) {
    throw new ApiError(
      13303822,
      "The relationship was deleted, but releasing its source failed: the peer cluster is not reachable.",
    );
  }
  if (flavour === "both") dropMirrorSnapshots(fabric, relationship);
  forgetRelease(fabric, relationship);
}

/** Without flags SnapMirror's own snapshots go from both sides: no incremental resync from them any more. */
function dropMirrorSnapshots(
  fabric: FabricState,
  relationship: Pick<RelationshipState, "source" | "destination">,
): void {
  const destination = fabric.volumeOf(relationship.destination);
  if (!destination) return;
  for (const end of [relationship.source, relationship.destination]) dropOwn(fabric, end, mirrorPrefix(destination));
}

function dropOwn(fabric: FabricState, end: RelationshipState["source"], prefix: string): void {
  const volume = fabric.volumeOf(end);
  if (!volume) return;
  const cluster = fabric.cluster(end.cluster);
  for (const each of volume.snapshots.filter((one) => one.name.startsWith(prefix))) {
    if (clonesOf(cluster, volume, each).length === 0) deleteSnapshot(fabric, cluster, volume, each, "array");
  }
}

/** Release on the source: its record goes, and with `source_only` its base snapshots. */
function release(fabric: FabricState, cluster: ClusterState, released: ReleaseState, snapshotsToo: boolean): void {
  if (!cluster.releases.includes(released)) throw notFound();
  cluster.releases = cluster.releases.filter((each) => each !== released);
  fabric.effect(cluster.name, "relationship deleted", `${released.source.path} (release)`);
  const destination = fabric.volumeOf(released.destination);
  if (snapshotsToo && destination) dropOwn(fabric, released.source, mirrorPrefix(destination));
}
