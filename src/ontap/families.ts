import type { Clock } from "../core/clock.js";
import { consistencyGroupReads, consistencyGroupWrites } from "./application/consistency-groups.js";
import { clusterReads } from "./cluster/cluster.js";
import { jobReads, jobWrites } from "./cluster/jobs.js";
import { clusterPeerReads, clusterPeerWrites } from "./cluster/peers.js";
import { scheduleReads, scheduleWrites } from "./cluster/schedules.js";
import { broadcastDomainReads, broadcastDomainWrites } from "./network/broadcast-domains.js";
import { interfaceReads, interfaceWrites } from "./network/interfaces.js";
import { ipspaceReads, ipspaceWrites } from "./network/ipspaces.js";
import { portReads, portWrites } from "./network/ports.js";
import { routeReads, routeWrites } from "./network/routes.js";
import { igroupReads, igroupWrites } from "./san/igroups.js";
import { iscsiReads, iscsiWrites } from "./san/iscsi.js";
import { lunMapReads, lunMapWrites } from "./san/lun-maps.js";
import { lunReads, lunWrites } from "./san/luns.js";
import { azureKeyVaultReads, azureKeyVaultWrites, type OpenSecret } from "./security/azure-key-vaults.js";
import { keyManagerReads, keyManagerWrites } from "./security/key-managers.js";
import { mavReads, mavWrites } from "./security/mav.js";
import { rightsReads } from "./security/rights.js";
import { policyReads, policyWrites } from "./snapmirror/policies.js";
import { relationshipWrites } from "./snapmirror/relationship-writes.js";
import { type Relationship, relationshipReads } from "./snapmirror/relationships.js";
import { transferReads, transferWrites } from "./snapmirror/transfers.js";
import { aggregateReads } from "./storage/aggregates.js";
import { snapshotPolicyReads, snapshotPolicyWrites } from "./storage/snapshot-policies.js";
import { snapshotReads, snapshotWrites } from "./storage/snapshots.js";
import { volumeReads } from "./storage/volumes.js";
import { volumeWrites } from "./storage/volume-writes.js";
import { emsReads, emsWrites } from "./support/ems.js";
import { svmPeerReads, svmPeerWrites } from "./svm/peers.js";
import { peerPermissionReads, peerPermissionWrites } from "./svm/permissions.js";
import { svmReads } from "./svm/svms.js";
import { ClusterWatcher, type Settling } from "./watch.js";
import type { Accepted, HttpReads, HttpWrites } from "./wire/calls.js";
import type { Login } from "./wire/errors.js";

/** Every family's reads over one wire, with one watcher for all that anybody follows. */
export function readsOf(http: HttpReads, clock: Clock, login: Login) {
  const jobs = jobReads(http, login);
  const relationships = relationshipReads(http);
  const watcher = new ClusterWatcher(
    { cluster: http.cluster, jobs: jobs.listByUuid, relationships: relationships.watch },
    clock,
  );
  return {
    cluster: clusterReads(http),
    jobs: { ...jobs, ...jobFollowing(watcher) },
    schedules: scheduleReads(http),
    clusterPeers: clusterPeerReads(http),
    svms: svmReads(http),
    svmPeers: svmPeerReads(http),
    peerPermissions: peerPermissionReads(http),
    ipspaces: ipspaceReads(http),
    ports: portReads(http),
    broadcastDomains: broadcastDomainReads(http),
    interfaces: interfaceReads(http),
    routes: routeReads(http),
    aggregates: aggregateReads(http),
    volumes: volumeReads(http),
    snapshots: snapshotReads(http),
    snapshotPolicies: snapshotPolicyReads(http),
    consistencyGroups: consistencyGroupReads(http),
    policies: policyReads(http),
    relationships: { ...relationships, ...relationshipFollowing(watcher) },
    transfers: transferReads(http),
    luns: lunReads(http),
    igroups: igroupReads(http),
    lunMaps: lunMapReads(http),
    iscsi: iscsiReads(http),
    keyManagers: keyManagerReads(http),
    azureKeyVaults: azureKeyVaultReads(http),
    mav: mavReads(http),
    rights: rightsReads(http),
    ems: emsReads(http),
  };
}

function jobFollowing(watcher: ClusterWatcher) {
  return {
    /**
     * Follows a job with growing pauses (1 s, then up to 2 s) for at most `timeoutMs`. Answers what it last saw: still running when the time is up,
     * undefined when the record has gone. Any number may be followed at once: one collection query per tick looks for all.
     */
    follow: (uuid: string, timeoutMs: number, signal?: AbortSignal) => watcher.followJob(uuid, { timeoutMs, signal }),

    /**
     * Brings an accepted write to its end: resolves when it has succeeded, throws the job's own problem when it has failed, InDoubt when nobody knows. `keep` is given the
     * job's uuid before anything is waited for: after a restart, `settle({ jobUuid })`. `look` reads the object when the job's record has gone (300 s after its end).
     */
    settle: (accepted: Pick<Accepted, "jobUuid"> & Partial<Accepted>, how: Settling = {}): Promise<void> =>
      watcher.settle({ done: false, records: [], ...accepted }, how),
  };
}

function relationshipFollowing(watcher: ClusterWatcher) {
  return {
    /**
     * Follows a relationship until `isOver` says so, for at most `timeoutMs`: what it last saw, undefined when it is gone (which is how a restore relationship succeeds).
     * A job's success only means triggered; this is how the outcome is awaited. Any number at once: one collection query per tick.
     */
    follow: (
      uuid: string,
      isOver: (seen: Relationship) => boolean,
      timeoutMs: number,
      signal?: AbortSignal,
    ): Promise<Relationship | undefined> => watcher.followRelationship(uuid, isOver, { timeoutMs, signal }),
  };
}

/** Every family's writes. */
export function writesOf(http: HttpWrites, openSecret: OpenSecret) {
  return {
    jobs: jobWrites(http),
    schedules: scheduleWrites(http),
    clusterPeers: clusterPeerWrites(http),
    svmPeers: svmPeerWrites(http),
    peerPermissions: peerPermissionWrites(http),
    ipspaces: ipspaceWrites(http),
    ports: portWrites(http),
    broadcastDomains: broadcastDomainWrites(http),
    interfaces: interfaceWrites(http),
    routes: routeWrites(http),
    volumes: volumeWrites(http),
    snapshots: snapshotWrites(http),
    snapshotPolicies: snapshotPolicyWrites(http),
    consistencyGroups: consistencyGroupWrites(http),
    policies: policyWrites(http),
    relationships: relationshipWrites(http),
    transfers: transferWrites(http),
    luns: lunWrites(http),
    igroups: igroupWrites(http),
    lunMaps: lunMapWrites(http),
    iscsi: iscsiWrites(http),
    keyManagers: keyManagerWrites(http),
    azureKeyVaults: azureKeyVaultWrites(http, openSecret),
    mav: mavWrites(http),
    ems: emsWrites(http),
  };
}

export type Reads = ReturnType<typeof readsOf>;
export type Writes = ReturnType<typeof writesOf>;
