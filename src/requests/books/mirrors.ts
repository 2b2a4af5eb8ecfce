import type { Words } from "./words.js";

const updateMirror: Words = {
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

const pauseMirror: Words = {
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

const resumeMirror: Words = {
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

const resyncMirror: Words = {
  name: "resync-mirror",
  says: ["resync mirror <mirror> [to <target>] [from <source>]", "resync <mirror> [to <target>] [from <source>]"],
  summary: "joins a broken mirror to its source again and discards what the copy has that the source has not",
  effect: "destroy",
  fields: { target: null, source: null },
};

const throttleMirror: Words = {
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

/** The daily handles of a set's mirror. */
export const MIRROR_BOOKS: readonly Words[] = [updateMirror, pauseMirror, resumeMirror, throttleMirror, resyncMirror];
