import { z } from "zod";
import type { Effect } from "../../core/plan.js";
import type { Relationship } from "../../ontap/index.js";
import { updateText } from "../byHand/mirrors.js";
import { defineStep, shown, type Past, type Probe, type StepDef } from "../define.js";
import { changes, mirrorResource } from "../resources.js";
import type { ReadTools } from "../tools.js";
import { hasMoved, pictureOf } from "./mirrorPicture.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  relationship: z.string(),
  /** Snapshots the mirror loses by it, each as a sentence part. */
  losses: z.array(z.string()),
  /** A snapshot the update must have brought: a transfer that was under way already may not have it. */
  brings: z.object({ snapshot: z.string(), volumeUuid: z.string() }).optional(),
});
type Input = z.infer<typeof input>;
const output = z.object({ exportedSnapshot: z.string(), endTime: z.string() });
type Output = z.infer<typeof output>;

export const isMoving = (relationship: Pick<Partial<Relationship>, "transfer">): boolean =>
  relationship.transfer?.state === "queued" || relationship.transfer?.state === "transferring";

/**
 * How one update is followed (reference 6.6): a transfer must have ended since the picture before it, because "success" of the transfer before is
 * visible until the new one is queued.
 */
async function probeUpdate(given: Input, on: ReadTools, past: Past): Promise<Probe<Output>> {
  const { before, attempt } = past;
  const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
  if (!relationship)
    return { found: "foreign", what: `The mirror ${given.volume} on ${given.cluster} is not what it was` };
  if (attempt === 0) return { found: "absent" };
  if (isMoving(relationship))
    return { found: "running", watch: { kind: "relationship", cluster: given.cluster, uuid: given.relationship } };
  if (!(await hasMoved(given, before, relationship, on))) return { found: "absent" };
  const { state } = relationship.transfer ?? {};
  if (state === "failed" || state === "aborted" || state === "hard_aborted") {
    const why = relationship.unhealthyReasons.map((reason) => reason.message).join(" ");
    return {
      found: "absent",
      because:
        `The transfer to ${given.volume} ${state === "failed" ? "failed" : "was aborted"}. ${why} The mirror keeps what it had.`.replace(
          / {2,}/g,
          " ",
        ),
    };
  }
  if (
    given.brings &&
    !(await on.ontap(given.cluster).snapshots.findByName(given.brings.volumeUuid, given.brings.snapshot))
  )
    return { found: "absent" };
  return {
    found: "done",
    output: { exportedSnapshot: relationship.exportedSnapshot ?? "", endTime: relationship.transfer?.endTime ?? "" },
  };
}

const updating = (effect: Effect, undo: StepDef<Input, Output>["undo"]): StepDef<Input, Output> =>
  defineStep<Input, Output>({
    effect,
    input,
    output,
    describe: (given) => {
      const losses = Array.isArray(given.losses) ? given.losses.map(String) : [];
      const what = `Update the mirror ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}`;
      return losses.length > 0 ? `${what}; it loses ${losses.join(", ")}` : what;
    },
    touches: (given) => [
      changes(
        mirrorResource({
          cluster: shown(given.cluster, "?"),
          svm: shown(given.svm, "?"),
          volume: shown(given.volume, "?"),
        }),
      ),
    ],
    before: pictureOf,
    probe: probeUpdate,
    run: async (given, on) => {
      const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
      // A scheduled transfer that runs already brings the same; a second one would be refused (13303844).
      if (relationship && isMoving(relationship)) return;
      await on.ontap(given.cluster).transfers.start(given.relationship);
    },
    writes: "relationships",
    handOff: (given) => updateText({ svm: shown(given.svm, "?"), volume: shown(given.volume, "?") }),
    undo,
  });

/** An update that takes no snapshot from the mirror. */
export const updateMirror = updating("change", { stays: "the mirror is newer than it was, and has everything it had" });
/** An update by which the mirror loses snapshots. */
export const updateMirrorLosing = updating("destroy", {
  impossible: "the snapshots that rotate out of the mirror are gone",
});
