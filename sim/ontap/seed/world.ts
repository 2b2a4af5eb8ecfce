import type { WorldVolume } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import type { ClusterState, VolumeState } from "../state.js";
import { ensureIdentities, volumeNamed } from "../storage/content.js";
import { seedBulk } from "./bulk.js";
import { seedCluster } from "./cluster.js";
import { seedMirror } from "./mirror.js";
import { type History, historyOf } from "./nights.js";
import { seedPeers } from "./peers.js";

/** Builds every array of the world at `fabric.now`. */
export function seedWorld(fabric: FabricState): void {
  for (const spec of fabric.world.clusters) fabric.clusters.set(spec.name, seedCluster(fabric, spec));
  const mirrored = new Map<string, History>();
  for (const spec of fabric.world.clusters) {
    for (const volume of spec.volumes.filter((each) => each.type === "rw")) {
      const history = historyOf(fabric, volume);
      mirrored.set(`${spec.name}/${volume.svm}/${volume.name}`, history);
      addVolume(fabric, fabric.cluster(spec.name), volume, history);
    }
  }
  for (const mirror of fabric.world.mirrors) {
    const { cluster, svm, volume } = mirror.source;
    const history = mirrored.get(`${cluster}/${svm}/${volume}`);
    const target = fabric.cluster(mirror.destination.cluster);
    const spec = target.spec.volumes.find((each) => each.name === mirror.destination.volume);
    if (!history || !spec) throw new Error(`mirror of ${volume}: volume missing in the world`);
    const destination = addVolume(fabric, target, spec, history);
    seedMirror(fabric, mirror, destination, history);
  }
  for (const spec of fabric.world.clusters) seedIgroups(fabric, fabric.cluster(spec.name));
  for (const spec of fabric.world.clusters) seedGroups(fabric, fabric.cluster(spec.name));
  if (fabric.world.peered) seedPeers(fabric);
  if (fabric.bulk) seedBulk(fabric, fabric.bulk);
}

function addVolume(fabric: FabricState, cluster: ClusterState, spec: WorldVolume, history: History): VolumeState {
  const svm = cluster.svms.find((each) => each.name === spec.svm);
  if (!svm) throw new Error(`${cluster.name} has no SVM ${spec.svm}`);
  const volume: VolumeState = {
    uuid: fabric.ids.uuid(`${cluster.name}/volume/${spec.name}`),
    name: spec.name,
    svm,
    type: spec.type,
    state: "online",
    sizeBytes: spec.sizeBytes,
    aggregate: spec.aggregate,
    encrypted: spec.encrypted,
    guarantee: "none",
    snapshotPolicy: "none",
    comment: "",
    tags: [],
    language: "c.utf_8",
    createdAt: fabric.now - 380 * 86_400_000,
    msid: 2_147_484_600 + cluster.volumes.length + 1,
    snapshotLocking: false,
    initialized: true,
    content: history.live,
    snapshots: [],
    identities: new Map(),
  };
  const nights = spec.type === "rw" ? history.nights.slice(-history.keptOnSource) : history.nights;
  volume.snapshots = nights.map((night) => ({
    uuid: fabric.ids.uuid(`${cluster.name}/${spec.name}/${night.name}`),
    ...night,
    provenanceVolumeUuid: history.sourceUuid(fabric),
  }));
  cluster.volumes.push(volume);
  ensureIdentities(fabric, cluster, volume);
  return volume;
}

function seedGroups(fabric: FabricState, cluster: ClusterState): void {
  for (const { name, svm: svmName, volumes } of cluster.spec.groups ?? []) {
    const svm = cluster.svms.find((each) => each.name === svmName);
    const members = volumes.map((each) => volumeNamed(cluster, svmName, each));
    if (!svm || members.includes(undefined)) throw new Error(`group ${name}: SVM or volume missing in the world`);
    const uuid = fabric.ids.uuid(`${cluster.name}/group/${name}`);
    cluster.groups.push({ uuid, name, svm, volumeUuids: members.flatMap((each) => each?.uuid ?? []), snapshots: [] });
  }
}

function seedIgroups(fabric: FabricState, cluster: ClusterState): void {
  for (const spec of cluster.spec.igroups) {
    const svm = cluster.svms.find((each) => each.name === spec.svm);
    if (!svm) throw new Error(`${cluster.name} has no SVM ${spec.svm}`);
    const igroup = {
      uuid: fabric.ids.uuid(`${cluster.name}/igroup/${spec.name}`),
      name: spec.name,
      svm,
      protocol: spec.protocol,
      osType: "linux",
      comment: "",
      deleteOnUnmap: false,
      initiators: spec.initiators.map((name) => ({ name, comment: "" })),
    };
    cluster.igroups.push(igroup);
    for (const map of spec.maps) {
      const [, , volumeName = "", lunName = ""] = map.lun.split("/");
      const volume = volumeNamed(cluster, svm.name, volumeName);
      const file = volume?.content.luns.find((each) => each.name === lunName);
      const identity = file && volume?.identities.get(file.inode);
      if (!identity) throw new Error(`igroup ${spec.name} maps ${map.lun}, which is not there`);
      cluster.maps.push({ svm, lunUuid: identity.uuid, igroupUuid: igroup.uuid, number: map.number });
    }
  }
}
