import type { Words } from "./words.js";

const provision: Words = {
  name: "provision",
  says: [
    "provision [<count>] storage [<size>] [for <set>] on <host> [at <path>] [as <name>]",
    "provision <size> [of storage] [for <set>] on <host> [at <path>] [as <name>]",
  ],
  summary: "makes new volumes and LUNs, maps them to a host and mounts them",
  effect: "change",
  fields: { size: "sizeBytes", name: "as", "of storage": null, path: "mount" },
  filler: [
    "each",
    "apiece",
    "and? mount it|them?",
    "mounted",
    "new? lun|luns|volume|volumes|disk|disks",
    "and? lvm|lv? striped|striping|stripe over|across|on? all|the|them? luns|disks|volumes?",
    "and? striped|stripe over|across? all|the|them? luns|disks|volumes?",
    "with|in|as a|one? striped? volume group|vg|logical|lv volume?",
    "with|as|and|in? an? lvm|xfs file|filesystem? system?",
    "and? formatted|format it|them? with|as|in? xfs",
  ],
};

const connectClusters: Words = {
  name: "connect-clusters",
  says: ["connect clusters [<clusters>]", "connect <clusters>", "cluster peering [<clusters>]"],
  summary: "joins the array and CVO: intercluster addresses, routes, peering",
  effect: "change",
};

const peerSvms: Words = {
  name: "peer-svms",
  says: ["connect svms [<svms>] [on <clusters>]", "connect <svms>", "svm peering [<svms>]"],
  summary: "lets the SVMs of both clusters mirror to each other",
  effect: "change",
  fields: { clusters: null },
};

const encryptSvm: Words = {
  name: "encrypt-svm",
  says: [
    "encrypt svms [<svm>] [on <cluster>] [with key vault]",
    "encrypt <svm> [on <cluster>] [with key vault]",
    "rotate the secret [svms] [<svm>] [on <cluster>]",
  ],
  summary: "gives an SVM of CVO an Azure Key Vault as its key manager, or the vault's new secret",
  effect: "change",
  fields: { "with key vault": null, "rotate the secret": "rotate" },
};

const deployConnector: Words = {
  name: "deploy-connector",
  says: ["deploy connector [in <cloud>]"],
  summary: "deploys the BlueXP Connector",
  effect: "change",
  fields: { cloud: null },
};

const deployCvo: Words = {
  name: "deploy-cvo",
  says: [
    "deploy cvo [<cluster>] [in <cloud>] [as ha] [as single node]",
    "deploy <system> [in <cloud>] [as ha] [as single node]",
  ],
  summary: "deploys Cloud Volumes ONTAP",
  effect: "change",
  fields: { cloud: null, system: "cluster", "as ha": "ha", "as single node": "single" },
};

const startCvo: Words = {
  name: "start-cvo",
  says: ["start cvo [<cluster>]", "start <cluster>"],
  summary: "starts CVO and resumes its mirrors",
  effect: "change",
};

const attachNic: Words = {
  name: "attach-nic",
  says: ["attach the replication nic [of cvo] [<cluster>]"],
  summary: "attaches network interfaces for replication to CVO, one stopped node at a time",
  effect: "change",
  strict: true,
  fields: { "of cvo": null },
};
const stopCvo: Words = {
  name: "stop-cvo",
  says: ["stop cvo [<cluster>]", "stop <cluster>"],
  summary: "pauses the mirrors and stops CVO",
  effect: "change",
  strict: true,
};

const prepareHost: Words = {
  name: "prepare-host",
  says: ["prepare <host> [for iscsi]"],
  summary: "makes a host ready for LUNs: packages, initiator, multipath, LVM, igroup",
  effect: "change",
  fields: { "for iscsi": null },
};

/** Clusters, machines and storage. */
export const SYSTEM_BOOKS: readonly Words[] = [
  provision,
  connectClusters,
  peerSvms,
  encryptSvm,
  deployConnector,
  deployCvo,
  startCvo,
  stopCvo,
  attachNic,
  prepareHost,
];
