import { defineRunbook } from "./define.js";
import { observe } from "./protect/observe.js";
import { plan, steps } from "./protect/plan.js";
import { protectRequest, type ProtectRequest } from "./protect/request.js";

/** Sets up and fills the mirrors of a set, all members together (reference W1): schedule, policy, volumes, relationships, first transfer. */
export const protect = defineRunbook({
  name: "protect",
  version: 1,
  title: (asked: ProtectRequest) => `Protect ${asked.set} by a mirror`,
  request: protectRequest,
  steps,
  observe,
  plan,
  closing: (ended) => ({
    sentences: ended.some((step) => step.uses === "fillMirrors")
      ? [
          "The mirror is filled and follows its schedule.",
          "The first night to clone or restore from comes with the next one.",
        ]
      : [],
    choices: [],
  }),
  example: { say: "protect clarity", world: "epic", first: ["unprotect clarity with its volumes"] },
});
