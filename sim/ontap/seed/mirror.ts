import type { WorldMirror } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import { mirrorSnapshotName } from "../snapmirror/names.js";
import type { End, RelationshipState, VolumeState } from "../state.js";
import { volumeNamed } from "../storage/content.js";
import type { History } from "./nights.js";

const UPDATE_BYTES = 412 * 2 ** 20;
const UPDATE_MS = 21_000;

/** A healthy mirror whose last scheduled update has just gone well, with its own snapshot on both sides. */
export function seedMirror(fabric: FabricState, spec: WorldMirror, destination: VolumeState, history: History): void {
  const from = fabric.cluster(spec.source.cluster);
  const to = fabric.cluster(spec.destination.cluster);
  const source = volumeNamed(from, spec.source.svm, spec.source.volume);
  if (!source) throw new Error(`mirror source ${spec.source.volume} is not there`);
  const end = (cluster: string, volume: VolumeState): End => ({
    cluster,
    svmUuid: volume.svm.uuid,
    volumeUuid: volume.uuid,
    path: `${volume.svm.name}:${volume.name}`,
  });
  const { lastUpdateAt: at } = history;
  const name = mirrorSnapshotName(destination, at);
  const versionUuid = fabric.ids.uuid(`version/${name}`);
  for (const [cluster, volume] of [[from, source] as const, [to, destination] as const]) {
    volume.snapshots.push({
      uuid: fabric.ids.uuid(`${cluster.name}/${volume.name}/${name}`),
      name,
      versionUuid,
      createdAt: at,
      provenanceVolumeUuid: source.uuid,
      content: history.live,
    });
  }
  const endedAt = Math.min(fabric.now, at + UPDATE_MS);
  const relationship: RelationshipState = {
    uuid: fabric.ids.uuid(`mirror/${spec.destination.cluster}/${destination.name}`),
    source: end(from.name, source),
    destination: end(to.name, destination),
    restore: false,
    state: "snapmirrored",
    policy: spec.policy,
    schedule: spec.schedule,
    throttle: 0,
    healthy: true,
    unhealthy: [],
    exported: { versionUuid, name, createdAt: at },
    past: [
      {
        uuid: fabric.ids.uuid(`transfer/${name}`),
        type: "update",
        state: "success",
        bytes: UPDATE_BYTES,
        startedAt: at,
        endedAt,
        snapshot: name,
      },
    ],
    totalBytes: UPDATE_BYTES * 4800,
    totalMs: UPDATE_MS * 4800,
    visibleAt: 0,
    backoff: "high",
  };
  to.relationships.push(relationship);
  from.releases.push({
    relationshipUuid: relationship.uuid,
    source: relationship.source,
    destination: relationship.destination,
  });
}
