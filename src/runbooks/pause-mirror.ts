import { z } from "zod";
import { ownerText } from "../core/clone-notes.js";
import { showDuration } from "../core/units.js";
import { defineRunbook, type Planner } from "./define.js";
import { refuseBroken } from "./mirrors.js";
import { pauseMirror as pause } from "./steps/mirrorState.js";
import type { ReadTools, RunFacts } from "./tools.js";
import { setsTitle, viewSets, whichSets, type SetMirrors } from "./whichSets.js";

const request = z.strictObject({
  ...whichSets,
  reason: z.string().max(200).optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
type Request = z.infer<typeof request>;
const steps = { pauseMirror: pause };

interface Facts {
  readonly sets: readonly SetMirrors[];
  readonly run: RunFacts;
}

/** Stops the schedule of a set's mirrors. Nothing is lost by it; the copy only gets older. */
export const pauseMirror = defineRunbook({
  name: "pause-mirror",
  version: 1,
  title: (asked: Request) => `Pause ${setsTitle(asked)}`,
  request,
  steps,
  observe: async (asked: Request, on: ReadTools): Promise<Facts> => {
    const sets = await viewSets(asked, on);
    for (const { set, members } of sets) refuseBroken(set, members);
    return { sets, run: on.run };
  },
  plan,
  example: { say: "pause the prod mirror", world: "epic" },
});

function plan(asked: Request, { sets, run }: Facts, p: Planner<typeof steps>): void {
  for (const { set, members } of sets) {
    p.show(
      set.name,
      `its recovery point gets older from now on; the target is ${showDuration(set.rpoTargetMinutes * 60_000)}`,
      "warning",
    );
    for (const { mirror, relationship } of members) {
      const reason = asked.reason ?? "no reason given";
      p.step.pauseMirror({
        ...mirror,
        relationship: relationship.uuid,
        reason,
        by: ownerText(run.asker),
        at: run.askedAt,
      });
    }
  }
}
