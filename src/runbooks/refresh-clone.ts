import { z } from "zod";
import { closing } from "./clone.js";
import { defineRunbook, type Planner } from "./define.js";
import { pointShape } from "./points.js";
import { observe, type ReplaceFacts } from "./replace/observe.js";
import { plan, steps } from "./replace/plan.js";
import type { ReadTools } from "./tools.js";
import { whichClone } from "./whichClone.js";

const request = z.strictObject({ ...whichClone, point: pointShape.optional(), fresh: z.literal(true).optional() });
type Request = z.infer<typeof request>;

/** Replaces a clone by one of a newer point of its set: same name, owner, host, mount points and lease. Open files hold the old one, and are named. */
export const refreshClone = defineRunbook({
  name: "refresh-clone",
  version: 1,
  title: (asked: Request) =>
    `Refresh the ${asked.clone ?? asked.as ?? asked.purpose ?? ""} clone`.replace(/ {2,}/g, " "),
  request,
  steps,
  observe: ({ point, fresh, ...which }: Request, on: ReadTools) =>
    observe({ which, data: { point, fresh }, verb: "refresh" }, on),
  plan: (_asked: Request, facts: ReplaceFacts, p: Planner<typeof steps>) => plan(facts, p),
  closing,
  example: { say: "refresh the training clone", world: "epic", first: ["clone prod volume for training"] },
});
