import { REF_INTRODUCERS, type Words } from "./words.js";

const CLONE_REF = ["clone", "set", "purpose", "area", "host", "name"];
const REF = "[<clone>] [of <set>] [for <purpose>] [on <host>] [as <name>]";

const clone: Words = {
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

const refreshClone: Words = {
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

const releaseClone: Words = {
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

const extendLease: Words = {
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

const rewindClone: Words = {
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

/** Copies people work on. */
export const CLONE_BOOKS: readonly Words[] = [clone, refreshClone, releaseClone, extendLease, rewindClone];
