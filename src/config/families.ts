/** What can be written on a cluster, by who may do it: a login may do all of a family or none of it. */
export const writeFamilies = [
  /** IPspaces, broadcast domains, ports, VLANs, interfaces, routes. */
  "network",
  "clusterPeers",
  /** SVM peerings and the permissions for them. */
  "svmPeers",
  "schedules",
  /** SnapMirror policies. */
  "policies",
  /** SnapMirror relationships and their transfers. */
  "relationships",
  "keyManagers",
  "volumes",
  "snapshots",
  "consistencyGroups",
  "luns",
  /** Initiator groups and LUN maps. */
  "igroups",
] as const;
export type WriteFamily = (typeof writeFamilies)[number];
