import type { FabricState } from "../fabric.js";
import type { Content, End, RelationshipState, VolumeState } from "../state.js";

/** Many small mirrors besides the world's own: for benches. */
export interface Bulk {
  readonly relationships: number;
  /** Name of their schedule; default none, so that nothing moves while they are looked at. */
  readonly schedule?: string;
}

const SIZE = 2 ** 30;

/**
 * Seeds that many mirrors from the world's first cluster to its last, `bulk_00001` to `bulk_00001_dr`, each healthy with one exported
 * snapshot. The SVMs are the first of each; without volumes' worth of detail 10,000 of them take well under a second.
 */
export function seedBulk(fabric: FabricState, bulk: Bulk): void {
  const all = [...fabric.clusters.values()];
  const from = all[0];
  const to = all.at(-1);
  if (!from || !to || from === to) throw new Error("many mirrors need two clusters");
  const content: Content = { id: fabric.ids.content("bulk"), writtenAt: fabric.now, luns: [] };
  for (let i = 1; i <= bulk.relationships; i++) {
    const name = `bulk_${String(i).padStart(5, "0")}`;
    const source = addVolume(fabric, from.name, name, "rw", content);
    const destination = addVolume(fabric, to.name, `${name}_dr`, "dp", content);
    const relationship = mirror(fabric, bulk, [from.name, source], [to.name, destination]);
    to.relationships.push(relationship);
    from.releases.push({
      relationshipUuid: relationship.uuid,
      source: relationship.source,
      destination: relationship.destination,
    });
  }
}

function addVolume(
  fabric: FabricState,
  clusterName: string,
  name: string,
  type: "rw" | "dp",
  content: Content,
): VolumeState {
  const cluster = fabric.cluster(clusterName);
  const svm = cluster.svms[0];
  const aggregate = cluster.aggregates[0];
  if (!svm || !aggregate) throw new Error(`${clusterName} has no SVM or no aggregate`);
  const volume: VolumeState = {
    uuid: fabric.ids.uuid(`${clusterName}/volume/${name}`),
    name,
    svm,
    type,
    state: "online",
    sizeBytes: SIZE,
    aggregate: aggregate.name,
    encrypted: false,
    guarantee: "none",
    snapshotPolicy: "none",
    comment: "",
    tags: [],
    language: "c.utf_8",
    createdAt: fabric.now,
    msid: 2_147_500_000 + cluster.volumes.length,
    snapshotLocking: false,
    initialized: true,
    content,
    snapshots: [],
    identities: new Map(),
  };
  cluster.volumes.push(volume);
  return volume;
}

function mirror(
  fabric: FabricState,
  bulk: Bulk,
  source: readonly [string, VolumeState],
  destination: readonly [string, VolumeState],
): RelationshipState {
  const at = fabric.now - 420_000;
  const name = `snapmirror.bulk_${destination[1].msid}`;
  const versionUuid = fabric.ids.uuid(`version/${name}`);
  for (const [cluster, volume] of [source, destination]) {
    volume.snapshots.push({
      uuid: fabric.ids.uuid(`${cluster}/${volume.name}/${name}`),
      name,
      versionUuid,
      createdAt: at,
      provenanceVolumeUuid: source[1].uuid,
      content: volume.content,
    });
  }
  return {
    uuid: fabric.ids.uuid(`mirror/${destination[0]}/${destination[1].name}`),
    source: endOf(source),
    destination: endOf(destination),
    restore: false,
    state: "snapmirrored",
    policy: fabric.world.policies[0]?.name ?? "Asynchronous",
    schedule: bulk.schedule ?? null,
    throttle: 0,
    healthy: true,
    unhealthy: [],
    exported: { versionUuid, name, createdAt: at },
    past: [
      {
        uuid: fabric.ids.uuid(`transfer/${name}`),
        type: "update",
        state: "success",
        bytes: 2 ** 20,
        startedAt: at,
        endedAt: at + 1000,
        snapshot: name,
      },
    ],
    totalBytes: 2 ** 30,
    totalMs: 60_000,
    visibleAt: 0,
    backoff: "high",
  };
}

const endOf = ([cluster, volume]: readonly [string, VolumeState]): End => ({
  cluster,
  svmUuid: volume.svm.uuid,
  volumeUuid: volume.uuid,
  path: `${volume.svm.name}:${volume.name}`,
});
