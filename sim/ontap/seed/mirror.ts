import type { WorldMirror } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import { mirrorSnapshotName } from "../snapmirror/names.js";
import type { VolumeState } from "../state.js";
import { volumeNamed } from "../storage/content.js";
import { seedHealthy } from "./healthy.js";
import type { History } from "./nights.js";

const UPDATE_BYTES = 412 * 2 ** 20;
const UPDATE_MS = 21_000;
/** Updates it has had before. */
const UPDATES = 4800;

/** A mirror of the world, whose last scheduled update has just gone well. */
export function seedMirror(fabric: FabricState, spec: WorldMirror, destination: VolumeState, history: History): void {
  const from = fabric.cluster(spec.source.cluster);
  const source = volumeNamed(from, spec.source.svm, spec.source.volume);
  if (!source) throw new Error(`mirror source ${spec.source.volume} is not there`);
  const { lastUpdateAt: at } = history;
  seedHealthy(fabric, {
    source: [from.name, source],
    destination: [spec.destination.cluster, destination],
    policy: spec.policy,
    schedule: spec.schedule,
    snapshot: { name: mirrorSnapshotName(destination, at), createdAt: at, content: history.live },
    last: { bytes: UPDATE_BYTES, endedAt: Math.min(fabric.now, at + UPDATE_MS) },
    total: { bytes: UPDATE_BYTES * UPDATES, ms: UPDATE_MS * UPDATES },
  });
}
