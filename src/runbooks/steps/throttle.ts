import { z } from "zod";
import type { Json } from "../../core/json.js";
import type { Resource } from "../../core/resource.js";
import { showThrottle } from "../../core/units.js";
import { defineStep, shown, type Past } from "../define.js";
import { changes, mirrorResource } from "../resources.js";
import type { Tools } from "../tools.js";
import { noteJob } from "./jobs.js";
import { isTakenBack, mirrorTarget, noteTakenBack, volumeRefOf, type NamedVolume } from "./mirrorTarget.js";
import { isMoving } from "./updateMirror.js";

const nothing = z.object({}).strict();

/** A limit is a thing of its own to lock: it may be changed while a run waits for the very mirror, and moves nothing. */
const throttleResource = (given: NamedVolume): Resource => {
  const mirror = mirrorResource(volumeRefOf(given));
  return { ...mirror, kind: "throttle", id: `${mirror.id}/throttle`, name: `throttle of ${mirror.name}` };
};

const limit = (value: unknown): string => (typeof value === "number" ? showThrottle(value) : "?");
const wasOf = (past: Past): number => {
  const before = past.before as { throttle?: Json } | null | undefined;
  return typeof before?.throttle === "number" ? before.throttle : 0;
};

const ownInput = z.object({ ...mirrorTarget, kbPerSecond: z.number().int() });

/** The mirror's own throttle (ONTAP 9.11). It holds for transfers that begin later. */
export const setThrottle = defineStep<z.infer<typeof ownInput>, Record<string, never>>({
  effect: "change",
  input: ownInput,
  output: nothing,
  describe: (given) =>
    `Limit the mirror ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} to ${limit(given.kbPerSecond)}, from its next transfer on`.replace(
      "Limit the mirror",
      given.kbPerSecond === 0 ? "Take the limit off the mirror" : "Limit the mirror",
    ),
  touches: (given) => [changes(throttleResource(given))],
  before: async (given, on) => ({
    throttle: (await on.ontap(given.cluster).relationships.get(given.relationship)).throttleKilobytesPerSecond ?? 0,
  }),
  probe: async (given, on) => {
    const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
    if (!relationship)
      return { found: "foreign", what: `The mirror ${given.volume} on ${given.cluster} is not what it was` };
    return (relationship.throttleKilobytesPerSecond ?? 0) === given.kbPerSecond
      ? { found: "done", output: {} }
      : { found: "absent" };
  },
  run: async (given, on) => set(given, given.kbPerSecond, on),
  undo: {
    describe: () => "the limit is what it was before",
    run: async (given, past, on) => set(given, wasOf(past), on),
  },
});

async function set(
  given: { readonly cluster: string; readonly relationship: string },
  throttleKilobytesPerSecond: number,
  on: Tools,
): Promise<void> {
  await noteJob(
    on,
    await on.ontap(given.cluster).relationships.patch(given.relationship, { throttleKilobytesPerSecond }),
  );
}

const policyInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  policy: z.string(),
  uuid: z.string(),
  kbPerSecond: z.number().int(),
  /** Every mirror that follows it. */
  mirrors: z.array(z.string()),
});

const policyResource = (given: { cluster: unknown; policy: unknown }): Resource => ({
  kind: "mirrorPolicy",
  id: `${shown(given.cluster, "?")}/snapmirror-policy/${shown(given.policy, "?")}`,
  name: `policy ${shown(given.policy, "?")} on ${shown(given.cluster, "?")}`,
  environment: "dr",
  labels: {},
});

/** Before ONTAP 9.11 only a policy has a throttle, and all its mirrors follow. */
export const setPolicyThrottle = defineStep<z.infer<typeof policyInput>, Record<string, never>>({
  effect: "change",
  input: policyInput,
  output: nothing,
  describe: (given) =>
    `Set the limit of the policy ${shown(given.policy, "?")} on ${shown(given.cluster, "?")} to ${limit(given.kbPerSecond)}, for every mirror that follows it: ${(given.mirrors as readonly string[]).join(", ")}`,
  touches: (given) => [changes(policyResource(given))],
  before: async (given, on) => ({
    throttle: (await on.ontap(given.cluster).policies.get(given.uuid)).throttleKilobytesPerSecond ?? 0,
  }),
  probe: async (given, on) => {
    const policy = (await on.ontap(given.cluster).policies.list({ name: given.policy })).find(
      (each) => each.uuid === given.uuid,
    );
    if (!policy) return { found: "foreign", what: `The policy ${given.policy} on ${given.cluster} is not what it was` };
    return (policy.throttleKilobytesPerSecond ?? 0) === given.kbPerSecond
      ? { found: "done", output: {} }
      : { found: "absent" };
  },
  run: async (given, on) => setPolicy(given, given.kbPerSecond, on),
  undo: {
    describe: (given) => `the limit of the policy ${shown(given.policy, "?")} is what it was before`,
    run: async (given, past, on) => setPolicy(given, wasOf(past), on),
  },
});

async function setPolicy(
  given: { readonly cluster: string; readonly uuid: string },
  throttleKilobytesPerSecond: number,
  on: Tools,
): Promise<void> {
  await noteJob(on, await on.ontap(given.cluster).policies.patch(given.uuid, { throttleKilobytesPerSecond }));
}

const restartInput = z.object({
  ...mirrorTarget,
  kbPerSecond: z.number().int(),
  /** What held before, for the way back. */
  was: z.number().int(),
  /** Is the limit said with the transfer too? Releases before 9.9 do not understand it there. */
  said: z.boolean(),
});
type RestartInput = z.infer<typeof restartInput>;

const beganWith = (past: Past): string | undefined => {
  const before = past.before as { transfer?: Json } | null | undefined;
  return typeof before?.transfer === "string" ? before.transfer : undefined;
};

/**
 * A transfer that runs keeps the limit it began with; this one is stopped with its checkpoint (`aborted`, never `hard_aborted`, which would drop it) and begun again
 * from there. Where none runs there is nothing to do. Reference 6.6.
 */
export const restartTransfer = defineStep<RestartInput, Record<string, never>>({
  effect: "change",
  input: restartInput,
  output: nothing,
  describe: (given) =>
    `If the mirror ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} moves data: stop that transfer, keeping its checkpoint, and go on from there with ${limit(given.kbPerSecond)}`,
  touches: (given) => [changes(mirrorResource(volumeRefOf(given)))],
  before: async (given, on) => {
    const relationship = await on.ontap(given.cluster).relationships.get(given.relationship);
    return { transfer: isMoving(relationship) ? (relationship.transfer?.uuid ?? null) : null };
  },
  probe: async (given, on, past) => {
    const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
    if (!relationship)
      return { found: "foreign", what: `The mirror ${given.volume} on ${given.cluster} is not what it was` };
    const { transfer } = relationship;
    if (isTakenBack(past)) return { found: "absent" };
    if (past.attempt === 0) return isMoving(relationship) ? { found: "absent" } : { found: "done", output: {} };
    if (isMoving(relationship))
      return transfer?.uuid === beganWith(past) ? { found: "absent" } : { found: "done", output: {} };
    // Stopped, and not begun again: the other half is still to be done.
    return transfer?.state === "aborted" ? { found: "absent" } : { found: "done", output: {} };
  },
  run: async (given, on, past) => again(given, beganWith(past), given.said ? given.kbPerSecond : undefined, on),
  undo: {
    describe: () => "the transfer goes on from its checkpoint with the limit it had",
    run: async (given, past, on) => {
      const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
      const mine = isMoving(relationship ?? {}) ? relationship?.transfer?.uuid : undefined;
      if (mine !== beganWith(past)) await again(given, mine, given.said ? given.was : undefined, on);
      await noteTakenBack(on);
    },
  },
});

/** Stops `running` if it still runs, and begins what it was again; by a resynchronisation where it was one. */
async function again(
  given: RestartInput,
  running: string | undefined,
  throttleKilobytesPerSecond: number | undefined,
  on: Tools,
): Promise<void> {
  const array = on.ontap(given.cluster);
  if (running !== undefined) await array.transfers.abort(given.relationship, running);
  const relationship = await array.relationships.get(given.relationship);
  if (isMoving(relationship) || relationship.transfer?.state !== "aborted") return;
  if (relationship.state === "broken_off")
    return noteJob(on, await array.relationships.setState(given.relationship, "snapmirrored"));
  await array.transfers.start(
    given.relationship,
    throttleKilobytesPerSecond === undefined ? {} : { throttleKilobytesPerSecond },
  );
}
