import type { Words } from "./words.js";

const restore: Words = {
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

const snapshot: Words = {
  name: "snapshot",
  says: ["snapshot <set> [as <label>] [without freezing]", "back up <set>", "adopt snapshots [of <set>]"],
  summary: "takes one consistent snapshot of a set, with a label; or adopts those of other tools",
  effect: "change",
  fields: { "without freezing": "unfrozen", "adopt snapshots": "adopt" },
};

const deleteSnapshot: Words = {
  name: "delete-snapshot",
  says: ["remove the snapshot <snapshot> of <set> [on <source>]"],
  summary: "deletes one snapshot of a set",
  effect: "destroy",
};

const failover: Words = {
  name: "failover",
  says: ["failover <set> [to <target>] [to <host>] [from <point>] [unplanned] [planned]", "break mirror <set>"],
  summary: "makes the mirror of a set the productive copy and mounts it on the failover host",
  effect: "destroy",
  fields: { target: null, unplanned: "unplanned", planned: "planned" },
};

const fence: Words = {
  name: "fence",
  says: ["fence <set>"],
  summary: "takes the LUNs of a failed-over set from production's hosts, so that nothing writes to the old copy",
  effect: "destroy",
};

const failback: Words = {
  name: "failback",
  says: ["failback <set> [from <source>] [to <home>] [and start the application]"],
  summary: "moves a failed-over set back to its array",
  effect: "destroy",
  fields: { source: null, home: null },
};

const drDrill: Words = {
  name: "dr-drill",
  says: ["dr drill <set> [on <host>] [from <point>] [to <target>] [from <source>]"],
  summary:
    "mounts a clone of the mirror on the failover host, runs the checks, measures and cleans up; the mirror keeps running",
  effect: "change",
  fields: { target: null, source: null },
};

const protect: Words = {
  name: "protect",
  says: [
    "protect <set> [to <target>] [at <rate>]",
    "mirror it <set> to <target> [at <rate>]",
    "start mirror <set> [to <target>] [at <rate>]",
  ],
  summary: "sets up and fills a mirror of a set",
  effect: "change",
  fields: { target: null, rate: "kbPerSecond" },
  introducers: {
    rate: [
      "at",
      "with",
      "with a limit|throttle|maximum|cap of",
      "with at most",
      "at most",
      "at no more than",
      "limited|throttled|capped to|at",
      "limit|throttle it to|at",
      "and limit|throttle|cap it to|at",
      "using at most",
    ],
  },
};
const unprotect: Words = {
  name: "unprotect",
  says: ["unprotect <set> [to <target>] [with its volumes] [and the peering]", "break mirror <set>"],
  summary: "takes a set's mirror apart; with its volumes, the copies are deleted too",
  effect: "destroy",
  fields: { target: null, "with its volumes": "volumes", "and the peering": "peering" },
};
/** A set: how it is protected, its states, where it runs. */
export const SET_BOOKS: readonly Words[] = [
  restore,
  failover,
  fence,
  failback,
  drDrill,
  protect,
  unprotect,
  snapshot,
  deleteSnapshot,
];
