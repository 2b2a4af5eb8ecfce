import { z } from "zod";
import { pauseNoteName } from "../../core/pause-note.js";
import type { Json } from "../../core/json.js";
import type { Effect } from "../../core/plan.js";
import type { Relationship } from "../../ontap/index.js";
import { defineStep, type Probe, type StepDef } from "../define.js";
import { changes, mirrorResource, reads } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob } from "./jobs.js";
import { mirrorName, mirrorTarget, volumeRefOf, type NamedVolume } from "./mirrorTarget.js";
import { isMoving } from "./updateMirror.js";

export { recallPause, type PauseNote } from "../../core/pause-note.js";

const pauseInput = z.object({ ...mirrorTarget, reason: z.string(), by: z.string(), at: z.string() });
type PauseInput = z.infer<typeof pauseInput>;
const nothing = z.object({}).strict();
type Nothing = z.infer<typeof nothing>;

const touched = (given: NamedVolume) => [changes(mirrorResource(volumeRefOf(given)))];

async function probeState(
  given: z.infer<z.ZodObject<typeof mirrorTarget>>,
  wanted: "paused" | "snapmirrored",
  on: ReadTools,
): Promise<Probe<Nothing>> {
  const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
  if (!relationship)
    return { found: "foreign", what: `The mirror ${given.volume} on ${given.cluster} is not what it was` };
  if (relationship.state === "broken_off" || relationship.state === "uninitialized")
    return { found: "foreign", what: `The mirror ${given.volume} is ${relationship.state}` };
  if (relationship.state !== wanted) return { found: "absent" };
  if (wanted === "paused" && isMoving(relationship)) return waiting(given, relationship);
  return { found: "done", output: {} };
}

const waiting = (given: { cluster: string }, relationship: Relationship): Probe<Nothing> => ({
  found: "running",
  watch: { kind: "relationship", cluster: given.cluster, uuid: relationship.uuid },
});

async function setState(
  given: z.infer<z.ZodObject<typeof mirrorTarget>>,
  state: "paused" | "snapmirrored",
  on: Tools,
): Promise<void> {
  await noteJob(
    on,
    await on.ontap(given.cluster).relationships.setState(given.relationship, state, { returnTimeoutSeconds: 15 }),
  );
}

/** The note of who paused it ends with the pause: whoever pauses it next, by whatever means, must not be taken for somebody else. */
export async function resumeNow(given: z.infer<z.ZodObject<typeof mirrorTarget>>, on: Tools): Promise<void> {
  await on.remember(pauseNoteName(given), "");
  await setState(given, "snapmirrored", on);
}

/** Stops the schedule and waits until no transfer runs. What the mirror holds stays; it only gets older. */
export const pauseMirror = defineStep<PauseInput, Nothing>({
  effect: "change",
  input: pauseInput,
  output: nothing,
  describe: (given) => `Pause ${mirrorName(given)} and wait until no transfer runs`,
  touches: touched,
  probe: (given, on) => probeState(given, "paused", on),
  run: async (given, on) => {
    const { by, at, reason } = given;
    await on.remember(pauseNoteName(given), JSON.stringify({ by, at, reason }));
    await setState(given, "paused", on);
  },
  undo: {
    describe: (given) => `${mirrorName(given)} is resumed`,
    run: (given, _past, on) => resumeNow(given, on),
  },
});

/** Paused as it was, with the note of who had paused it; `before` is what was read when the resuming began. */
export async function pauseAgain(
  given: z.infer<z.ZodObject<typeof mirrorTarget>>,
  before: Json | undefined,
  on: Tools,
): Promise<void> {
  const was = resumed.safeParse(before);
  if (was.success) await on.remember(pauseNoteName(given), was.data.paused);
  await setState(given, "paused", on);
}

/** What is read before a mirror is resumed: who had paused it. */
export const whoPaused = async (given: z.infer<z.ZodObject<typeof mirrorTarget>>, on: ReadTools): Promise<Json> => ({
  paused: (await on.recall(pauseNoteName(given))) ?? "",
});

const resumeInput = z.object({ ...mirrorTarget, losses: z.array(z.string()) });
type ResumeInput = z.infer<typeof resumeInput>;

/** Who had paused it, as it was written down before: put back where the resuming is taken back. */
const resumed = z.object({ paused: z.string() });

const resuming = (effect: Effect, undo: StepDef<ResumeInput, Nothing>["undo"]): StepDef<ResumeInput, Nothing> =>
  defineStep<ResumeInput, Nothing>({
    effect,
    input: resumeInput,
    output: nothing,
    describe: (given) => {
      const losses = Array.isArray(given.losses) ? given.losses.map(String) : [];
      return `Resume ${mirrorName(given)}${losses.length > 0 ? `; its next update takes from it ${losses.join(", ")}` : ""}`;
    },
    touches: touched,
    before: whoPaused,
    probe: (given, on) => probeState(given, "snapmirrored", on),
    run: resumeNow,
    undo,
  });

/** Lets the schedule go on. */
export const resumeMirror = resuming("change", {
  describe: (given) => `${mirrorName(given)} is paused again`,
  run: (given, past, on) => pauseAgain(given, past.before, on),
});
/** The same, where the next update will take snapshots from the mirror. */
export const resumeMirrorLosing = resuming("destroy", {
  impossible: "the next scheduled update rotates these snapshots out of the mirror",
});

const keptInput = z.object({
  ...mirrorTarget,
  /** Who paused it, when and why, as it was written down; null when nobody did. */
  pause: z.object({ by: z.string(), at: z.string(), reason: z.string() }).nullable(),
});

/** A mirror that somebody had paused on purpose: a plan that needs it quiet finds it so, and leaves it so. */
export const staysPaused = defineStep<z.infer<typeof keptInput>, Nothing>({
  effect: "read",
  input: keptInput,
  output: nothing,
  describe: (given) =>
    `See that ${mirrorName(given)} is still paused and no transfer runs; it stays paused, as somebody left it`,
  touches: (given) => touched(given).map(({ resource }) => reads(resource)),
  probe: async (given, on) => {
    const probe = await probeState(given, "paused", on);
    if (probe.found !== "absent") return probe;
    return { found: "absent", because: `Somebody has resumed ${mirrorName(given)} since this was planned.` };
  },
  run: async () => undefined,
  undo: { stays: "looking changes nothing" },
});

const afterInput = z.object({ ...mirrorTarget, baseSurvived: z.boolean() });
const afterOutput = z.object({ resumed: z.boolean() });

/** After a restore: the mirror goes on if it still has a snapshot in common with the source as its base; else it stays paused, safe as it is. */
export const resumeMirrorIfBase = defineStep<z.infer<typeof afterInput>, z.infer<typeof afterOutput>>({
  effect: "change",
  input: afterInput,
  output: afterOutput,
  describe: (given) =>
    `Resume ${mirrorName(given)} if its base snapshot is still on the source; else leave it paused, with everything it has`,
  touches: touched,
  probe: async (given, on) => {
    if (!given.baseSurvived) return { found: "done", output: { resumed: false } };
    const probe = await probeState(given, "snapmirrored", on);
    return probe.found === "done" ? { found: "done", output: { resumed: true } } : probe;
  },
  run: resumeNow,
  undo: { stays: "the mirror goes on by its schedule" },
});
