import { groups, groupWrites } from "../application/groups.js";
import { groupSnapshots, groupSnapshotWrites } from "../application/groupSnapshots.js";
import { cliWrites } from "../cli/ports.js";
import { accounts, roles } from "../cluster/accounts.js";
import { clusterRecord, clusterWrites, jobs, nodes } from "../cluster/cluster.js";
import { licences } from "../cluster/licences.js";
import { clusterPeers, clusterPeerWrites } from "../cluster/peers.js";
import { schedules, scheduleWrites } from "../cluster/schedules.js";
import type { Family } from "../kernel/route.js";
import { broadcastDomains, broadcastDomainWrites } from "../network/broadcastDomains.js";
import { fcInterfaces } from "../network/fc.js";
import { ipInterfaces } from "../network/interfaces.js";
import { interfaceWrites } from "../network/interfaceWrites.js";
import { ipspaces, ipspaceWrites } from "../network/ipspaces.js";
import { servicePolicyRecords } from "../network/policies.js";
import { ports, portWrites } from "../network/ports.js";
import { ipRoutes, routeWrites } from "../network/routes.js";
import { credentialWrites, iscsiCredentials } from "../san/credentials.js";
import { igroups, igroupWrites } from "../san/igroups.js";
import { initiators, initiatorWrites, nestedIgroups } from "../san/initiators.js";
import { lunMaps, mapWrites, reportingNodeRecords } from "../san/maps.js";
import { fcpServices, iscsiServices, iscsiSessions, serviceWrites } from "../san/services.js";
import { securityFamily } from "../security/family.js";
import { policies, policyWrites } from "../snapmirror/policies.js";
import { relationships, relationshipWrites } from "../snapmirror/relationships.js";
import { transfers, transferWrites } from "../snapmirror/transferRoutes.js";
import { aggregates } from "../storage/aggregates.js";
import { luns } from "../storage/luns.js";
import { lunWrites } from "../storage/lunWrites.js";
import { recoveryQueue, recoveryQueueWrites } from "../storage/recoveryQueue.js";
import { snapshotPolicies, snapshotPolicyWrites } from "../storage/snapshotPolicies.js";
import { snapshots, snapshotWrites } from "../storage/snapshotRoutes.js";
import { volumes, volumeWrites } from "../storage/volumes.js";
import { auditMessages, auditSettings, auditWrites } from "../support/audit.js";
import { autosupportMessages, autosupportWrites } from "../support/autosupport.js";
import { emsMessages } from "../support/catalogue.js";
import { destinationWrites, emsDestinations } from "../support/destinations.js";
import { emsEvents, emsWrites } from "../support/ems.js";
import { peerPermissions, svmPeers, svmPeerWrites } from "../svm/peers.js";
import { dns, dnsWrites } from "../svm/dns.js";
import { svms, svmWrites } from "../svm/svms.js";

/** Every route the simulator answers: what is not here is 404 or 405. The coverage table in docs is printed from it. */
export const families: readonly Family[] = [
  {
    name: "cluster",
    collections: [clusterRecord, nodes, licences, jobs, clusterPeers, schedules, accounts, roles],
    writes: [...clusterWrites, ...clusterPeerWrites, ...scheduleWrites],
  },
  {
    name: "svm",
    collections: [svms, dns, svmPeers, peerPermissions],
    writes: [...svmWrites, ...dnsWrites, ...svmPeerWrites],
  },
  {
    name: "network",
    collections: [ipInterfaces, fcInterfaces, servicePolicyRecords, ipspaces, broadcastDomains, ports, ipRoutes],
    writes: [...ipspaceWrites, ...broadcastDomainWrites, ...portWrites, ...interfaceWrites, ...routeWrites],
  },
  {
    name: "storage",
    collections: [volumes, snapshots, snapshotPolicies, luns, aggregates, recoveryQueue],
    writes: [...volumeWrites, ...snapshotWrites, ...snapshotPolicyWrites, ...lunWrites, ...recoveryQueueWrites],
  },
  {
    name: "san",
    collections: [
      igroups,
      initiators,
      nestedIgroups,
      lunMaps,
      reportingNodeRecords,
      iscsiServices,
      iscsiSessions,
      iscsiCredentials,
      fcpServices,
    ],
    writes: [...igroupWrites, ...initiatorWrites, ...mapWrites, ...serviceWrites, ...credentialWrites],
  },
  {
    name: "snapmirror",
    collections: [relationships, transfers, policies],
    writes: [...relationshipWrites, ...transferWrites, ...policyWrites],
  },
  { name: "private cli", collections: [], writes: cliWrites },
  { name: "application", collections: [groups, groupSnapshots], writes: [...groupWrites, ...groupSnapshotWrites] },
  securityFamily,
  {
    name: "support",
    collections: [emsEvents, emsMessages, emsDestinations, autosupportMessages, auditSettings, auditMessages],
    writes: [...emsWrites, ...destinationWrites, ...autosupportWrites, ...auditWrites],
  },
];
