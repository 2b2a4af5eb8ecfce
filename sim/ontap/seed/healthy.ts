import type { FabricState } from "../fabric.js";
import type { Content, End, RelationshipState, VolumeState } from "../state.js";

/** One end of a mirror that is seeded: the cluster's name and the volume. */
type Place = readonly [cluster: string, volume: VolumeState];

export interface HealthySpec {
  readonly source: Place;
  readonly destination: Place;
  readonly policy: string;
  readonly schedule: string | null;
  /** SnapMirror's own snapshot of the last update, with what it holds. */
  readonly snapshot: { readonly name: string; readonly createdAt: number; readonly content: Content };
  readonly last: { readonly bytes: number; readonly endedAt: number };
  readonly total: { readonly bytes: number; readonly ms: number };
}

/** A healthy mirror whose last update has gone well: its own snapshot on both sides, its record on the destination's cluster, and on the source's that it feeds it. */
export function seedHealthy(fabric: FabricState, spec: HealthySpec): void {
  const { source, destination, snapshot, last, total } = spec;
  const { name, createdAt } = snapshot;
  const versionUuid = fabric.ids.uuid(`version/${name}`);
  for (const [cluster, volume] of [source, destination]) {
    volume.snapshots.push({
      uuid: fabric.ids.uuid(`${cluster}/${volume.name}/${name}`),
      name,
      versionUuid,
      createdAt,
      provenanceVolumeUuid: source[1].uuid,
      content: snapshot.content,
    });
  }
  const relationship: RelationshipState = {
    uuid: fabric.ids.uuid(`mirror/${destination[0]}/${destination[1].name}`),
    source: endOf(source),
    destination: endOf(destination),
    restore: false,
    state: "snapmirrored",
    policy: spec.policy,
    schedule: spec.schedule,
    throttle: 0,
    healthy: true,
    unhealthy: [],
    exported: { versionUuid, name, createdAt },
    past: [
      {
        uuid: fabric.ids.uuid(`transfer/${name}`),
        type: "update",
        state: "success",
        bytes: last.bytes,
        startedAt: createdAt,
        endedAt: last.endedAt,
        snapshot: name,
      },
    ],
    totalBytes: total.bytes,
    totalMs: total.ms,
    visibleAt: 0,
    backoff: "high",
  };
  fabric.cluster(destination[0]).relationships.push(relationship);
  fabric.cluster(source[0]).releases.push({
    relationshipUuid: relationship.uuid,
    source: relationship.source,
    destination: relationship.destination,
  });
}

const endOf = ([cluster, volume]: Place): End => ({
  cluster,
  svmUuid: volume.svm.uuid,
  volumeUuid: volume.uuid,
  path: `${volume.svm.name}:${volume.name}`,
});
