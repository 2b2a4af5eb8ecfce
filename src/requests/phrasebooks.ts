import type { Phrasebook } from "./vocabulary.js";

/**
 * The words of every runbook and question, one constant each, so that a runbook's own file can take its own over.
 * What is available is the app's to say: `phrasebooks(isAvailable)`.
 */
export type Words = Omit<Phrasebook, "available">;

const CLONE_REF = ["clone", "set", "purpose", "area", "host", "name"];
const REF = "[<clone>] [of <set>] [for <purpose>] [on <host>] [as <name>]";
/** Where a clone is spoken of that exists, "the clone on|from|of training" is said as well. */
const REF_INTRODUCERS = {
  host: ["", "on", "onto", "to", "at", "in", "for", "with", "from", "of", "off"],
  purpose: ["", "for", "to", "on", "in", "at", "with", "from", "of", "off"],
  name: ["", "as", "named", "called", "name", "of", "for"],
};

export const clone: Words = {
  name: "clone",
  says: [
    "clone <set> [for <purpose>] [on <host>] [from <point>] [with fresh data] [for <duration>] [until <until>] [as <name>] [only <volume>] [from <source>] [because <reason>]",
    // "a fresh copy" says either "a new copy" or "with fresh data": both patterns fit, and both are offered
    "fresh clone <set> [for <purpose>] [on <host>] [for <duration>] [until <until>] [as <name>] [from <source>]",
    "mount <set> for <purpose> [on <host>] [from <point>] [with fresh data] [for <duration>] [until <until>] [as <name>] [from <source>] [because <reason>]",
    "mount <set> on <host> [for <purpose>] [from <point>] [with fresh data] [for <duration>] [until <until>] [as <name>] [from <source>] [because <reason>]",
  ],
  summary: "makes a writable copy of a set from its mirror and mounts it on a host",
  effect: "change",
  fields: { duration: "lease", until: "leaseUntil", name: "as", source: null, reason: null, volume: "only" },
  oneOf: ["host", "purpose"],
  filler: [
    "and mount|attach|present|map|export|connect|show it|them?",
    "mounted|attached|presented|mapped|exported|available|visible|accessible",
    "and have|get|make it mounted|attached|available",
    "and put|place it",
    "it",
    "so that|so they|we|i|people|students can|could use|work|practise|practice|train it?|with?|on? it?",
    "and keep it",
    "keep it",
    "to work|play|practise|practice|test|use with|on",
    "to use",
    "with a lease",
    "lease",
    "to be mounted",
    "which is|should|will be mounted",
    "that is|should|will be mounted",
    "and|to get|have it",
    "to run|do",
    "from there",
    "with|including|containing all|its? the? data|luns|volumes",
    "by name",
    "i|we need it",
    "it is",
  ],
};

export const refreshClone: Words = {
  name: "refresh-clone",
  says: [
    `refresh the clone ${REF} [from <point>] [with fresh data] [from <source>]`,
    "refresh <area> [of <set>] [from <point>] [with fresh data] [from <source>]",
    "refresh <host> [of <set>] [from <point>] [with fresh data] [from <source>]",
    "refresh <name> [on <host>] [of <set>] [from <point>] [with fresh data] [from <source>]",
    "refresh <clone> [from <point>] [with fresh data] [from <source>]",
  ],
  summary: "replaces what a clone holds by a newer state of its set; what was written to the clone is lost",
  effect: "destroy",
  fields: { name: "as", source: null },
  introducers: REF_INTRODUCERS,
  oneOf: CLONE_REF,
};
export const releaseClone: Words = {
  name: "release-clone",
  says: [
    `release the clone ${REF}`,
    `remove the clone ${REF}`,
    "release <host>",
    "release <area>",
    "release <name> [on <host>] [for <purpose>]",
    "release <clone>",
  ],
  summary: "unmounts a clone and deletes it",
  effect: "destroy",
  filler: [
    "it is not|no|longer longer? needed|required|used any? more|longer|anymore?",
    "the class|course|training|test|session|testing is|was over|finished|done|through now?",
    "you can|may now?",
    "now",
  ],
  fields: { name: "as" },
  introducers: REF_INTRODUCERS,
  oneOf: CLONE_REF,
};
export const extendLease: Words = {
  name: "extend-lease",
  says: [
    `extend the clone ${REF} [by <duration>] [until <until>] [longer] [lease] [because <reason>]`,
    `extend lease ${REF} [by <duration>] [until <until>] [longer] [because <reason>]`,
    "extend <area> [of <set>] [by <duration>] [until <until>] [longer] [lease] [because <reason>]",
    "extend <host> [of <set>] [by <duration>] [until <until>] [longer] [lease] [because <reason>]",
    "extend <name> [by <duration>] [until <until>] [longer] [lease]",
    "extend <clone> [by <duration>] [until <until>] [longer] [lease]",
    `need that clone ${REF} until <until> [longer] [because <reason>]`,
    `need the clone ${REF} longer [by <duration>] [until <until>] [because <reason>]`,
    "need <host> longer [by <duration>] [until <until>]",
  ],
  summary: "lets a clone live longer",
  effect: "change",
  fields: { duration: "by", name: "as", reason: null },
  introducers: {
    ...REF_INTRODUCERS,
    duration: [
      "",
      "for",
      "by",
      "for another",
      "another",
      "for the next",
      "with",
      "for up to",
      "by another",
      "to",
      "of",
      "about",
      "for about",
      "for at least",
      "and",
    ],
    until: ["until", "till", "til", "through", "to", "by", "up to", "up until", "until the end of", "thru"],
  },
  oneOf: CLONE_REF,
};
export const rewindClone: Words = {
  name: "rewind-clone",
  says: [
    `rewind the clone ${REF} [to <point>] [to the start]`,
    "rewind <area> [of <set>] [to <point>] [to the start]",
    "rewind <host> [of <set>] [to <point>] [to the start]",
    "rewind <name> [on <host>] [to <point>] [to the start]",
    "rewind <clone> [to <point>] [to the start]",
  ],
  summary: "puts a clone back to an earlier state of itself; what was written since is lost",
  effect: "destroy",
  fields: { name: "as", "to the start": null },
  introducers: REF_INTRODUCERS,
  oneOf: CLONE_REF,
};

export const updateMirror: Words = {
  name: "update-mirror",
  says: [
    "update mirror <mirror> [to <target>] [from <source>]",
    "update it <mirror>",
    "replicate <mirror> [to <target>]",
    "send <mirror> to <target>",
    "back up <mirror> [to <target>]",
  ],
  summary: "brings a set's mirror up to date now",
  effect: "change",
  fields: { target: null, source: null },
  filler: ["now", "manually"],
};
export const pauseMirror: Words = {
  name: "pause-mirror",
  says: [
    "pause mirror <mirror> [until <until>] [for <ending>] [to <target>] [because <reason>]",
    "pause it <mirror> [until <until>] [for <ending>] [to <target>] [because <reason>]",
  ],
  summary: "stops the scheduled updates of a mirror; the copy gets older until it is resumed",
  effect: "change",
  fields: { target: null, ending: "until" },
  introducers: {
    reason: [
      "because of",
      "because",
      "due to",
      "reason",
      "as we",
      "since we",
      "since",
      "while",
      "during",
      "for",
      "owing to",
    ],
  },
};
export const resumeMirror: Words = {
  name: "resume-mirror",
  says: [
    "resume mirror <mirror> [to <target>] [because <reason>]",
    "resume it <mirror> [to <target>] [because <reason>]",
    "start mirror <mirror> [to <target>]",
  ],
  summary: "lets a paused mirror run again",
  effect: "change",
  fields: { target: null, reason: "reason" },
};
export const resyncMirror: Words = {
  name: "resync-mirror",
  says: ["resync mirror <mirror> [to <target>] [from <source>]", "resync <mirror> [to <target>] [from <source>]"],
  summary: "joins a broken mirror to its source again and discards what the copy has that the source has not",
  effect: "destroy",
  fields: { target: null, source: null },
};
export const throttleMirror: Words = {
  name: "throttle-mirror",
  says: [
    "throttle mirror <set> to <rate> [now]",
    "throttle <set> to <rate> [now]",
    "unthrottle mirror <set> [now]",
    "unthrottle <set> [now]",
  ],
  summary: "limits how fast a mirror transfers from its next transfer on, or from now",
  effect: "change",
  fields: { rate: "kbPerSecond", unthrottle: "kbPerSecond", now: "now" },
};
export const restore: Words = {
  name: "restore",
  says: [
    "restore <set> [from <point>] [from <source>] [and start the application]",
    "undo restore [of <set>]",
    "undo it <set>",
  ],
  summary: "overwrites a set's production volumes with an earlier state held by the mirror; everything newer is lost",
  effect: "destroy",
  orElse: "clone",
};
export const failover: Words = {
  name: "failover",
  says: ["failover <set> [to <target>] [to <host>] [from <point>] [unplanned] [planned]", "break mirror <set>"],
  summary: "makes the mirror of a set the productive copy and mounts it on the failover host",
  effect: "destroy",
  fields: { target: null, unplanned: "unplanned", planned: "planned" },
};
export const fence: Words = {
  name: "fence",
  says: ["fence <set>"],
  summary: "takes the LUNs of a failed-over set from production's hosts, so that nothing writes to the old copy",
  effect: "destroy",
};
export const failback: Words = {
  name: "failback",
  says: ["failback <set> [from <source>] [to <home>] [and start the application]"],
  summary: "moves a failed-over set back to its array",
  effect: "destroy",
  fields: { source: null, home: null },
};
export const drDrill: Words = {
  name: "dr-drill",
  says: ["dr drill <set> [on <host>] [from <point>] [to <target>] [from <source>]"],
  summary:
    "mounts a clone of the mirror on the failover host, runs the checks, measures and cleans up; the mirror keeps running",
  effect: "change",
  fields: { target: null, source: null },
};
export const protect: Words = {
  name: "protect",
  says: ["protect <set> [to <target>]", "mirror it <set> to <target>", "start mirror <set> [to <target>]"],
  summary: "sets up and fills a mirror of a set",
  effect: "change",
  fields: { target: null },
};
export const unprotect: Words = {
  name: "unprotect",
  says: ["unprotect <set> [to <target>] [with its volumes] [and the peering]", "break mirror <set>"],
  summary: "takes a set's mirror apart; with its volumes, the copies are deleted too",
  effect: "destroy",
  fields: { target: null, "with its volumes": "volumes", "and the peering": "peering" },
};
export const snapshot: Words = {
  name: "snapshot",
  says: ["snapshot <set> [as <label>] [without freezing]", "back up <set>", "adopt snapshots [of <set>]"],
  summary: "takes one consistent snapshot of a set, with a label; or adopts those of other tools",
  effect: "change",
  fields: { "without freezing": "unfrozen", "adopt snapshots": "adopt" },
};
export const deleteSnapshot: Words = {
  name: "delete-snapshot",
  says: ["remove the snapshot <snapshot> of <set> [on <source>]"],
  summary: "deletes one snapshot of a set",
  effect: "destroy",
};
export const provision: Words = {
  name: "provision",
  says: [
    "provision [<count>] storage [<size>] [for <set>] on <host> [at <path>] [as <name>]",
    "provision <size> [of storage] [for <set>] on <host> [at <path>] [as <name>]",
  ],
  summary: "makes new volumes and LUNs, maps them to a host and mounts them",
  effect: "change",
  fields: { size: "sizeBytes", name: "as", "of storage": null, path: "mount" },
  filler: ["each", "apiece", "and mount it|them", "mounted"],
};
export const connectClusters: Words = {
  name: "connect-clusters",
  says: ["connect clusters [<clusters>]", "connect <clusters>", "cluster peering [<clusters>]"],
  summary: "joins the array and CVO: intercluster addresses, routes, peering",
  effect: "change",
};
export const peerSvms: Words = {
  name: "peer-svms",
  says: ["connect svms [<svms>] [on <clusters>]", "connect <svms>", "svm peering [<svms>]"],
  summary: "lets the SVMs of both clusters mirror to each other",
  effect: "change",
  fields: { clusters: null },
};
export const encryptSvm: Words = {
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
export const deployConnector: Words = {
  name: "deploy-connector",
  says: ["deploy connector [in <cloud>]"],
  summary: "deploys the BlueXP Connector",
  effect: "change",
  fields: { cloud: null },
};
export const deployCvo: Words = {
  name: "deploy-cvo",
  says: ["deploy cvo [<cluster>] [in <cloud>]"],
  summary: "deploys Cloud Volumes ONTAP",
  effect: "change",
  fields: { cloud: null },
};
export const startCvo: Words = {
  name: "start-cvo",
  says: ["start cvo [<cluster>]", "start <cluster>"],
  summary: "starts CVO and resumes its mirrors",
  effect: "change",
};
export const stopCvo: Words = {
  name: "stop-cvo",
  says: ["stop cvo [<cluster>]", "stop <cluster>"],
  summary: "pauses the mirrors and stops CVO",
  effect: "change",
  strict: true,
};
export const prepareHost: Words = {
  name: "prepare-host",
  says: ["prepare <host> [for iscsi]"],
  summary: "makes a host ready for LUNs: packages, initiator, multipath, LVM, igroup",
  effect: "change",
  fields: { "for iscsi": null },
};

export const status: Words = {
  name: "status",
  says: ["status [of <set>] [of <run>] [act] [of <purpose>] [on <host>] [my] [from <source>]"],
  summary: "tells how a run stands",
  effect: "read",
  fields: { act: null, my: null, source: null },
};
export const health: Words = {
  name: "health",
  says: ["health [of <set>] [health] [all of them] [to <target>] [from <source>]"],
  summary: "tells how far behind the mirrors are and what could be restored now",
  effect: "read",
  fields: { target: null, source: null, health: null, "all of them": null },
};
export const explain: Words = {
  name: "explain",
  says: ["explain <runbook> [of <set>] [on <host>] [for <purpose>] [from <source>] [from <point>] [the clone]"],
  summary: "tells what a runbook does, what can be lost, and who must say yes",
  effect: "read",
  fields: { source: null, "the clone": null },
};
export const clones: Words = {
  name: "clones",
  says: ["clones [my] [of <set>] [on <host>] [for <purpose>] [clones] [the clone] [all of them]"],
  summary: "lists clones, where they are, whose they are and when their leases end",
  effect: "read",
  fields: { my: "mine", clones: null, "all of them": null, "the clone": null },
  introducers: REF_INTRODUCERS,
};
export const runs: Words = {
  name: "runs",
  says: ["runs [all of them] [my] [runs]"],
  summary: "lists what runs and what ran",
  effect: "read",
  fields: { "all of them": "all", my: "mine", runs: null },
};
export const approvals: Words = {
  name: "approvals",
  says: ["approvals [my] [all of them] [approvals]"],
  summary: "lists what waits for whose yes",
  effect: "read",
  fields: { my: null, "all of them": null, approvals: null },
};
export const help: Words = {
  name: "help",
  says: ["help [with <runbook>] [of <set>] [for <purpose>] [from <source>] [from <point>] [on <host>] [the clone]"],
  summary: "tells what can be asked for, and how",
  effect: "read",
  fields: { runbook: "topic", set: null, purpose: null, source: null, point: null, host: null, "the clone": null },
};

const ALL: readonly Words[] = [
  clone,
  refreshClone,
  releaseClone,
  extendLease,
  rewindClone,
  updateMirror,
  pauseMirror,
  resumeMirror,
  throttleMirror,
  resyncMirror,
  restore,
  failover,
  fence,
  failback,
  drDrill,
  protect,
  unprotect,
  snapshot,
  deleteSnapshot,
  provision,
  connectClusters,
  peerSvms,
  encryptSvm,
  deployConnector,
  deployCvo,
  startCvo,
  stopCvo,
  prepareHost,
  status,
  health,
  explain,
  clones,
  runs,
  approvals,
  help,
];

/** Every phrasebook; `isAvailable` says which names are built and switched on. */
export const phrasebooks = (isAvailable: (name: string) => boolean): Phrasebook[] =>
  ALL.map((each) => ({ ...each, available: isAvailable(each.name) }));
