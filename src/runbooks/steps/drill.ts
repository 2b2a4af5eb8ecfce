import { z } from "zod";
import { check } from "../../host/index.js";
import { readNote } from "../clones.js";
import { defineStep, shown } from "../define.js";
import { changes, hostResource, mirrorResource, reads } from "../resources.js";
import { detachClone } from "./attachClone.js";
import { deleteClone, dropIgroup, unmapLuns } from "./giveBack.js";
import { mirrorTarget } from "./mirrorTarget.js";
import { hostOf, hostShape, probeHost, runOnHost } from "./onHost.js";

const mirror = z.object(mirrorTarget);
type Mirror = z.infer<typeof mirror>;
const mirrorsOf = (given: { mirrors: unknown }): readonly Mirror[] => given.mirrors as readonly Mirror[];
const reading = (given: { mirrors: unknown }) => mirrorsOf(given).map((each) => reads(mirrorResource(each)));
const looking = { stays: "looking changes nothing" } as const;

const startInput = z.object({ mirrors: z.array(mirror) });
const startOutput = z.object({ states: z.array(z.string()) });

/** The clock of a drill starts here. */
export const startDrill = defineStep<z.infer<typeof startInput>, z.infer<typeof startOutput>>({
  effect: "read",
  input: startInput,
  output: startOutput,
  describe: () => "Start the clock, and note how the mirrors stand",
  touches: reading,
  probe: async (given, on) => {
    const states = await Promise.all(
      given.mirrors.map(
        async ({ cluster, relationship }) =>
          (await on.ontap(cluster).relationships.find(relationship))?.state ?? "gone",
      ),
    );
    return { found: "done", output: { states } };
  },
  run: async () => undefined,
  undo: looking,
});

const checkInput = z.object({ host: hostShape, name: z.string(), check: check.input });

/** One configured command on the drill's host. How it ends is a finding of the drill, not a failure of the run. */
export const runCheck = defineStep<z.infer<typeof checkInput>, z.infer<typeof check.output>>({
  effect: "change",
  input: checkInput,
  output: check.output,
  describe: (given) => {
    const { command, limitSeconds } = given.check as { command?: unknown; limitSeconds?: unknown };
    return `Check "${shown(given.name, "?")}" on ${hostOf(given.host).name}: ${shown(command, "?")} (at most ${shown(limitSeconds, "?")} s)`;
  },
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(check, given.host.name, given.check, on, past),
  run: (given, on) => runOnHost(check, given.host.name, given.check, on),
  undo: { stays: "a check leaves nothing behind" },
});

/** What the drill made goes again, whatever the run comes to: going back to having it is nobody's wish. */
const ownAgain = { stays: "it was only this drill's own" } as const;
export const detachDrill = defineStep({ ...detachClone, undo: ownAgain });
export const unmapDrill = defineStep({ ...unmapLuns, undo: ownAgain });
export const dropDrillIgroup = defineStep({
  ...dropIgroup,
  describe: (given) =>
    `Remove igroup ${shown(given.igroup, "?")} from ${shown(given.cluster, "?")}, which the drill made`,
  undo: ownAgain,
});
export const dropDrill = defineStep({
  ...deleteClone,
  effect: "change",
  describe: (given) =>
    `Delete volume ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}, which only the drill used`,
  undo: ownAgain,
});

const measureInput = z.object({
  set: z.string(),
  run: z.string(),
  cluster: z.string(),
  svm: z.string(),
  mirrors: z.array(mirror),
  states: z.array(z.string()),
  point: z.object({ name: z.string(), taken: z.string() }),
  host: z.string(),
  mounts: z.array(z.string()),
  /** Ends of steps, ISO-8601. */
  started: z.string(),
  mounted: z.string(),
  checks: z.array(z.object({ name: z.string(), isolation: z.boolean(), exit: z.number(), output: z.string() })),
});
const measureOutput = z.object({
  /** From the start to the last mount. */
  toMountedMs: z.number(),
  /** Of the data, when it was mounted. */
  ageMs: z.number(),
  checks: measureInput.shape.checks,
  mirrorsRan: z.boolean(),
  set: z.string(),
  point: z.string(),
  host: z.string(),
  mounts: z.array(z.string()),
});

/** Reads that nothing of the drill is left and the mirrors stand as they stood, and adds up what was measured. */
export const measureDrill = defineStep<z.infer<typeof measureInput>, z.infer<typeof measureOutput>>({
  effect: "read",
  input: measureInput,
  output: measureOutput,
  describe: (given) => `See that nothing of the drill is left on ${shown(given.cluster, "?")}, and report`,
  touches: reading,
  probe: async (given, on) => {
    const { cluster, svm, set, host, mounts, checks } = given;
    const array = on.ontap(cluster);
    const left = (await array.volumes.list({ svm, isFlexclone: true })).filter(
      (volume) => readNote(volume.comment)?.run === given.run,
    );
    if (left.length > 0)
      return { found: "absent", because: `Volumes of the drill are left: ${left.map(({ name }) => name).join(", ")}.` };
    const now = await Promise.all(
      given.mirrors.map(async ({ relationship }) => (await array.relationships.find(relationship))?.state ?? "gone"),
    );
    return {
      found: "done",
      output: {
        toMountedMs: Date.parse(given.mounted) - Date.parse(given.started),
        ageMs: Date.parse(given.mounted) - Date.parse(given.point.taken),
        checks,
        mirrorsRan: now.every((state, i) => state === given.states[i]),
        set,
        point: given.point.name,
        host,
        mounts,
      },
    };
  },
  run: async () => undefined,
  undo: looking,
});
