import { z } from "zod";
import { Refusal } from "../core/problems.js";
import { closing } from "./clone.js";
import { defineRunbook, type Planner } from "./define.js";
import { pointShape } from "./points.js";
import { findClone } from "./release-clone.js";
import { observe as observeReplaced, type ReplaceFacts } from "./replace/observe.js";
import { plan, steps } from "./replace/plan.js";
import type { ReadTools } from "./tools.js";
import { whichClone } from "./whichClone.js";

const request = z.strictObject({ ...whichClone, point: pointShape.optional() });
type Request = z.infer<typeof request>;

/**
 * Puts a clone back to its start: a new one of the snapshot it was made from takes its place. The snapshot is certainly there, for the clone holds it,
 * and until the last step the old one can be had back; restoring the volume in place would need a snapshot of each clone at its mount, and
 * would leave no way back.
 */
export const rewindClone = defineRunbook({
  name: "rewind-clone",
  version: 1,
  title: (asked: Request) =>
    `Rewind the ${asked.clone ?? asked.as ?? asked.purpose ?? ""} clone to its start`.replace(/ {2,}/g, " "),
  request,
  steps,
  observe,
  plan: (_asked: Request, facts: ReplaceFacts, p: Planner<typeof steps>) => plan(facts, p),
  closing,
  example: { say: "rewind the training clone", world: "epic", first: ["clone prod volume for training"] },
});

async function observe({ point, ...which }: Request, on: ReadTools): Promise<ReplaceFacts> {
  if (point === undefined) return observeReplaced({ which, data: "start", verb: "rewind" }, on);
  const { note } = await findClone(which, on, "rewind");
  const clone = `the ${note.name} clone${note.host === undefined ? "" : ` on ${note.host}`}`;
  throw new Refusal(
    `A clone keeps no snapshots of its own, so ${clone} goes back to its start (${note.snapshot}) or not at all.`,
    {
      next: "Nothing was changed.",
      detail: {
        choices: [
          { label: "To its start", say: `rewind ${clone}` },
          { label: "Refresh it", say: `refresh ${clone}` },
        ],
      },
    },
  );
}
