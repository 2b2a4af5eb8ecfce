import { z } from "zod";
import { recallPause } from "../../core/pause-note.js";
import { Problem } from "../../core/problems.js";
import { defineStep, shown, type Probe } from "../define.js";
import { getSet } from "../inventory.js";
import { viewMirrors } from "../mirrors.js";
import { changes, mirrorResource } from "../resources.js";
import { pauseAgain, resumeNow, whoPaused } from "../steps/mirrorState.js";
import type { ReadTools } from "../tools.js";
import { lossesOf } from "../update-mirror.js";

const input = z.object({
  cluster: z.string(),
  set: z.string(),
  svm: z.string(),
  volume: z.string(),
  relationship: z.string(),
  /** When the stop was asked for that paused it. */
  stoppedAt: z.string(),
});
type Input = z.infer<typeof input>;
const output = z.object({ resumed: z.boolean(), why: z.string() });
type Output = z.infer<typeof output>;

const left = (why: string): Probe<Output> => ({ found: "done", output: { resumed: false, why } });

/** Why it must not simply go on; undefined when it may. */
async function whyNot(given: Input, attempt: number, on: ReadTools): Promise<string | undefined> {
  // our own attempt forgets who had paused it, just before it resumes
  if (attempt === 0 && (await recallPause(on, given))?.at !== given.stoppedAt)
    return "somebody has paused it since, or for another reason";
  try {
    const { members } = await viewMirrors(getSet(on.inventory, given.set), on);
    const member = members.find(({ mirror }) => mirror.volume === given.volume && mirror.svm === given.svm);
    if (!member) return "it is not in its set any more";
    const losses = await lossesOf(member, on);
    if (losses.length > 0)
      return `its next update would take ${losses.length} of its snapshots from it, and that is asked for by itself`;
  } catch (thrown) {
    if (!(thrown instanceof Problem)) throw thrown;
    return `what it would lose cannot be seen (${thrown.message})`;
  }
  return undefined;
}

/** Lets a mirror go on that the stop had paused, where nothing is lost by it; else it stays paused, safe as it is, and that is said. */
export const resumeStopped = defineStep<Input, Output>({
  effect: "change",
  input,
  output,
  describe: ({ volume, cluster }) =>
    `Resume the mirror ${shown(volume, "?")} on ${shown(cluster, "?")}, if nothing is lost by it; else leave it paused`,
  touches: ({ cluster, svm, volume }) => [
    changes(mirrorResource({ cluster: shown(cluster, "?"), svm: shown(svm, "?"), volume: shown(volume, "?") })),
  ],
  before: whoPaused,
  probe: async (given, on, past): Promise<Probe<Output>> => {
    const found = await on.ontap(given.cluster).relationships.find(given.relationship);
    if (!found) return { found: "foreign", what: `The mirror ${given.volume} on ${given.cluster} is not what it was` };
    if (found.state === "snapmirrored") return { found: "done", output: { resumed: true, why: "" } };
    if (found.state !== "paused") return left(`it is ${found.state ?? "in an unknown state"}`);
    const why = await whyNot(given, past.attempt, on);
    return why === undefined ? { found: "absent" } : left(why);
  },
  run: (given, on) => resumeNow(given, on),
  undo: {
    describe: ({ volume }) => `the mirror ${shown(volume, "?")} is paused again`,
    run: (given, past, on) => pauseAgain(given, past.before, on),
  },
});
