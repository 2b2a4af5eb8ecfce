import { z } from "zod";
import { defineRunbook, type AnyRunbook, type EndedStep } from "./define.js";
import { observe } from "./restore/observe.js";
import { plan, steps } from "./restore/plan.js";
import { restoreRequest, type RestoreRequest } from "./restore/request.js";

/**
 * Overwrites a set's production volumes from the mirror. The order is the safety: pin the snapshot, quiet the hosts, take and hold a
 * safety copy, pause, restore, read back, resume, mount, let the pin go.
 */
export const restore = defineRunbook({
  name: "restore",
  version: 1,
  title: (asked: RestoreRequest) => `Restore ${asked.set} from its mirror`,
  request: restoreRequest,
  steps,
  observe,
  plan,
  closing,
  example: { say: "restore prod from CVO", world: "epic" },
});

const restoredShape = z.object({ volume: z.string(), snapshot: z.string() });
const safetyShape = z.object({ note: z.object({ until: z.string() }), volume: z.string(), cluster: z.string() });
const readBackShape = z.object({ baseSurvived: z.boolean() });
const pinShape = z.object({ note: z.object({ set: z.string() }) });
const pausedShape = z.object({ volume: z.string() });

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const of = (uses: string): readonly EndedStep[] => ended.filter((step) => step.uses === uses);
  const restored = of("restoreVolume").flatMap((step) => restoredShape.safeParse(step.input).data ?? []);
  const safety = of("holdSafetyCopy").flatMap((step) => safetyShape.safeParse(step.input).data ?? []);
  const based = of("readBack").every((step) => readBackShape.safeParse(step.output).data?.baseSurvived === true);
  const paused = of("staysPaused").flatMap((step) => pausedShape.safeParse(step.input).data ?? []);
  const sets = [...new Set(of("pinSnapshot").flatMap((step) => pinShape.safeParse(step.input).data?.note.set ?? []))];
  return {
    sentences: [
      ...restored.map(({ volume, snapshot }) => `${volume} is as it was at ${snapshot}.`),
      ...safety.map(
        ({ volume, cluster, note }) =>
          `What was there before is held by ${volume} on ${cluster} until ${note.until}: "undo this restore" brings it back.`,
      ),
      ...(based && of("resumeMirrorIfBase").length > 0 ? ["The mirror goes on."] : []),
      ...(based ? paused.map(({ volume }) => `The mirror ${volume} stays paused, as it was before.`) : []),
      ...(based
        ? []
        : [
            "The mirror lost its base by the restore and stays paused, with everything it has: it needs a resync, which discards on it what production no longer has.",
          ]),
    ],
    // The set's name stands in what pins and holds its snapshots.
    choices: based
      ? []
      : sets.map((set) => ({ label: `Resync the mirror of ${set}`, say: `resync the ${set} mirror` })),
  };
}
