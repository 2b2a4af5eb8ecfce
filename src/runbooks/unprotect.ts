import { defineRunbook } from "./define.js";
import { observe } from "./unprotect/observe.js";
import { plan, steps } from "./unprotect/plan.js";
import { unprotectRequest, type UnprotectRequest } from "./unprotect/request.js";

/**
 * Takes a set's mirror apart, in the order in which nothing is lost by accident (reference W9): stop, delete on the destination only, release on the source keeping
 * the common snapshots, then what was asked for besides: the copies, and what only they used.
 */
export const unprotect = defineRunbook({
  name: "unprotect",
  version: 1,
  title: (asked: UnprotectRequest) =>
    `Take the mirror of ${asked.set} apart${asked.volumes ? " and delete its copies" : ""}`,
  request: unprotectRequest,
  steps,
  observe,
  plan,
  example: { say: "unprotect clarity with its volumes", world: "epic" },
});
