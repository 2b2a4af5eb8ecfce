import type { FabricState } from "../fabric.js";
import type { Content, VolumeState } from "../state.js";
import { seedHealthy } from "./healthy.js";

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
    const at = fabric.now - 420_000;
    seedHealthy(fabric, {
      source: [from.name, source],
      destination: [to.name, destination],
      policy: fabric.world.policies[0]?.name ?? "Asynchronous",
      schedule: bulk.schedule ?? null,
      snapshot: { name: `snapmirror.bulk_${destination.msid}`, createdAt: at, content },
      last: { bytes: 2 ** 20, endedAt: at + 1000 },
      total: { bytes: 2 ** 30, ms: 60_000 },
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
