import { REF_INTRODUCERS, type Words } from "./words.js";

const status: Words = {
  name: "status",
  says: ["status [of <set>] [of <run>] [act] [of <purpose>] [on <host>] [my] [from <source>]"],
  summary: "tells how a run stands",
  effect: "read",
  fields: { act: null, my: null, source: null },
};

const health: Words = {
  name: "health",
  says: ["health [of <set>] [health] [all of them] [to <target>] [from <source>]"],
  summary: "tells how far behind the mirrors are and what could be restored now",
  effect: "read",
  fields: { target: null, source: null, health: null, "all of them": null },
};

const explain: Words = {
  name: "explain",
  says: ["explain <runbook> [of <set>] [on <host>] [for <purpose>] [from <source>] [from <point>] [the clone]"],
  summary: "tells what a runbook does, what can be lost, and who must say yes",
  effect: "read",
  fields: { source: null, "the clone": null },
};

const clones: Words = {
  name: "clones",
  says: ["clones [my] [of <set>] [on <host>] [for <purpose>] [clones] [the clone] [all of them]"],
  summary: "lists clones, where they are, whose they are and when their leases end",
  effect: "read",
  fields: { my: "mine", clones: null, "all of them": null, "the clone": null },
  introducers: REF_INTRODUCERS,
};

const runs: Words = {
  name: "runs",
  says: ["runs [all of them] [my] [runs]"],
  summary: "lists what runs and what ran",
  effect: "read",
  fields: { "all of them": "all", my: "mine", runs: null },
};

const approvals: Words = {
  name: "approvals",
  says: ["approvals [my] [all of them] [approvals]"],
  summary: "lists what waits for whose yes",
  effect: "read",
  fields: { my: null, "all of them": null, approvals: null },
};

const help: Words = {
  name: "help",
  says: ["help [with <runbook>] [of <set>] [for <purpose>] [from <source>] [from <point>] [on <host>] [the clone]"],
  summary: "tells what can be asked for, and how",
  effect: "read",
  fields: { runbook: "topic", set: null, purpose: null, source: null, point: null, host: null, "the clone": null },
};

/** Questions: nothing is changed by them. */
export const QUESTION_BOOKS: readonly Words[] = [status, health, explain, clones, runs, approvals, help];
