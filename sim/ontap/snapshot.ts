import type { FabricState } from "./fabric.js";
import { isMirrorSnapshot } from "./snapmirror/names.js";
import type { ClusterState, LunFile, SnapshotState, VolumeState } from "./state.js";
import { findLun, lunPath } from "./storage/content.js";
import { ownersOf } from "./storage/snapshots.js";

export interface ComparableOptions {
  /** Names of SnapMirror's own snapshots, which change with every scheduled update, are left out unless asked for. */
  readonly mirrorSnapshots?: boolean;
}

/**
 * Everything that makes two worlds differ: objects, their attributes, contents, who holds and who sees what. Left out: logs, jobs,
 * transfers' figures, times of day, approval requests, whether a mirror was last updated while its source was mounted, and (unless asked for) the
 * rotation of SnapMirror's own snapshots.
 */
export function comparable(fabric: FabricState, options: ComparableOptions = {}): Record<string, unknown> {
  return Object.fromEntries(
    [...fabric.clusters].map(([name, cluster]) => [name, clusterView(fabric, cluster, options)]),
  );
}

const byName = <T extends { readonly name: string; readonly uuid: string }>(all: readonly T[]): T[] =>
  [...all].sort((a, b) => (a.name + a.uuid < b.name + b.uuid ? -1 : 1));

function clusterView(fabric: FabricState, cluster: ClusterState, options: ComparableOptions): Record<string, unknown> {
  return {
    volumes: byName(cluster.volumes).map((volume) => volumeView(fabric, cluster, volume, options)),
    recoveryQueue: cluster.queue.map((each) => ({ name: each.name, uuid: each.volume.uuid })),
    igroups: byName(cluster.igroups).map((igroup) => ({
      uuid: igroup.uuid,
      name: igroup.name,
      svm: igroup.svm.name,
      protocol: igroup.protocol,
      osType: igroup.osType,
      comment: igroup.comment,
      initiators: igroup.initiators.map((each) => each.name).sort(),
    })),
    maps: cluster.maps.map((map) => mapView(cluster, map)).sort(),
    services: cluster.svms.map((svm) => ({ svm: svm.name, iscsi: svm.iscsi?.enabled, fcp: svm.fcp?.enabled })),
    lifs: byName(cluster.lifs).map((lif) => ({
      uuid: lif.uuid,
      name: lif.name,
      address: lif.address,
      enabled: lif.enabled,
    })),
    network: {
      ipspaces: byName(cluster.ipspaces),
      broadcastDomains: byName(cluster.broadcastDomains),
      ports: byName(cluster.ports).map((port) => ({
        uuid: port.uuid,
        name: port.name,
        node: port.node,
        in: port.broadcastDomain,
      })),
      routes: cluster.routes.map((route) => ({ uuid: route.uuid, to: route.destination, gateway: route.gateway })),
    },
    peers: byName(cluster.peers).map((each) => ({ uuid: each.uuid, name: each.name, remote: each.remote })),
    svmPeers: byName(cluster.svmPeers).map((each) => ({
      uuid: each.uuid,
      name: each.name,
      svm: each.svm.name,
      state: each.state,
    })),
    schedules: byName(cluster.schedules).map((each) => ({ uuid: each.uuid, name: each.name, cron: each.cron })),
    keyVaults: byName(cluster.security.vaults).map(({ secret: _, ...each }) => ({ ...each, svm: each.svm.name })),
    snapshotPolicies: byName(cluster.snapshotPolicies).map((each) => ({ ...each, svm: each.svm?.name })),
    policies: byName(cluster.policies).map((each) => ({ ...each, svm: each.svm?.name })),
    relationships: [...cluster.relationships]
      .sort((a, b) => (a.uuid < b.uuid ? -1 : 1))
      .map((each) => ({
        uuid: each.uuid,
        source: each.source.path,
        destination: each.destination.path,
        restore: each.restore,
        state: each.state,
        policy: each.policy,
        schedule: each.schedule,
        throttle: each.throttle,
        healthy: each.healthy,
      })),
    releases: cluster.releases.map((each) => ({
      uuid: each.relationshipUuid,
      source: each.source.path,
      destination: each.destination.path,
    })),
    groups: byName(cluster.groups).map((each) => ({
      uuid: each.uuid,
      name: each.name,
      volumes: [...each.volumeUuids].sort(),
    })),
  };
}

function volumeView(
  fabric: FabricState,
  cluster: ClusterState,
  volume: VolumeState,
  options: ComparableOptions,
): Record<string, unknown> {
  const shown = volume.snapshots.filter((each) => options.mirrorSnapshots === true || !isMirrorSnapshot(each));
  return {
    uuid: volume.uuid,
    name: volume.name,
    svm: volume.svm.name,
    type: volume.type,
    state: volume.state,
    sizeBytes: volume.sizeBytes,
    aggregate: volume.aggregate,
    encrypted: volume.encrypted,
    guarantee: volume.guarantee,
    snapshotPolicy: volume.snapshotPolicy,
    comment: volume.comment,
    tags: [...volume.tags],
    content: volume.content.id,
    initialized: volume.initialized,
    restoring: volume.restoring !== undefined,
    clone: volume.clone && { parent: volume.clone.parentVolumeUuid, snapshot: volume.clone.parentSnapshotName },
    luns: volume.content.luns.map((file) => {
      const identity = volume.identities.get(file.inode);
      return {
        uuid: identity?.uuid,
        path: lunPath({ volume, file }),
        serial: identity?.serial,
        enabled: identity?.enabled,
        sizeBytes: file.sizeBytes,
        disk: volume.type === "dp" ? withoutLog(file.disk) : file.disk,
      };
    }),
    snapshots: shown.map((each) => snapshotView(fabric, cluster, volume, each)),
  };
}

/** Its file system without the log: a scheduled update brings that of the moment. */
function withoutLog(disk: LunFile["disk"]): unknown {
  const { fs, ...rest } = (disk ?? {}) as { fs?: object };
  if (!fs) return disk;
  const { dirty: _, ...kept } = fs as { dirty?: boolean };
  return { ...rest, fs: kept };
}

function snapshotView(
  fabric: FabricState,
  cluster: ClusterState,
  volume: VolumeState,
  snapshot: SnapshotState,
): Record<string, unknown> {
  return {
    uuid: snapshot.uuid,
    name: snapshot.name,
    version: snapshot.versionUuid,
    label: snapshot.label,
    comment: snapshot.comment,
    content: snapshot.content.id,
    owners: ownersOf(fabric, cluster, volume, snapshot),
  };
}

function mapView(cluster: ClusterState, map: ClusterState["maps"][number]): string {
  const place = findLun(cluster, (each) => each.identity.uuid === map.lunUuid);
  const igroup = cluster.igroups.find((each) => each.uuid === map.igroupUuid);
  return `${map.svm.name}:${place ? lunPath(place) : map.lunUuid} -> ${igroup?.name ?? map.igroupUuid} as ${map.number}`;
}
