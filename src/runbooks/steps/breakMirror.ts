import { z } from "zod";
import { pauseNoteName } from "../../core/pause-note.js";
import type { Effect } from "../../core/plan.js";
import type { Environment } from "../../core/resource.js";
import { Rejected } from "../../core/problems.js";
import { breakText, holdText } from "../byHand/mirrors.js";
import { snapshotPolicyText } from "../byHand/volumes.js";
import { defineStep, shown, type Past, type Probe, type StepDef } from "../define.js";
import { changes, mirrorResource, volumeResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";
import { mirrorName, mirrorTarget, volumeRefOf } from "./mirrorTarget.js";
import { isMoving } from "./updateMirror.js";

type Target = z.infer<z.ZodObject<typeof mirrorTarget>>;
type Nothing = Record<string, never>;

const holdInput = z.object({ ...mirrorTarget, reason: z.string(), by: z.string(), at: z.string() });

/** Aborts what the mirror is transferring now; one that has ended meanwhile is no matter. */
async function abortTransfer(given: Target, on: Tools): Promise<void> {
  const array = on.ontap(given.cluster);
  const uuid = (await array.relationships.find(given.relationship))?.transfer?.uuid;
  if (uuid !== undefined) await array.transfers.abort(given.relationship, uuid);
}

/**
 * Stops a mirror for good: no scheduled update any more, and a transfer that is under way is aborted, because one whose source is dead never ends
 * (reference W5, steps 2 and 3). Asks only the mirror's own cluster.
 */
export const holdMirror = defineStep<z.infer<typeof holdInput>, Nothing>({
  effect: "change",
  input: holdInput,
  output: z.object({}).strict(),
  describe: (given) => `Stop ${mirrorName(given)}: no more updates, and one that is under way is aborted`,
  touches: (given) => [changes(mirrorResource(volumeRefOf(given)))],
  probe: async (given, on, past) => {
    const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
    if (!relationship) return { found: "foreign", what: `${capital(mirrorName(given))} is not what it was` };
    if (relationship.state === "broken_off" || relationship.state === "uninitialized")
      return { found: "foreign", what: `${capital(mirrorName(given))} is ${relationship.state}` };
    if (relationship.state === "paused" && !isMoving(relationship)) return { found: "done", output: {} };
    return whenMissing(on, given.cluster, past.notes);
  },
  run: async (given, on) => {
    const { by, at, reason } = given;
    await on.remember(pauseNoteName(given), JSON.stringify({ by, at, reason }));
    await abortTransfer(given, on);
    await noteJob(
      on,
      await on.ontap(given.cluster).relationships.setState(given.relationship, "paused", { returnTimeoutSeconds: 15 }),
    );
    await abortTransfer(given, on);
  },
  writes: "relationships",
  handOff: (given) => holdText(volumeRefOf(given)),
  undo: {
    describe: (given) => `${mirrorName(given)} goes on by its schedule`,
    run: async (given, _past, on) =>
      noteJob(
        on,
        await on
          .ontap(given.cluster)
          .relationships.setState(given.relationship, "snapmirrored", { returnTimeoutSeconds: 15 }),
      ),
  },
});

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const breakInput = z.object({
  ...mirrorTarget,
  volumeUuid: z.string(),
  /** The snapshot the volume is to show, by the identity its copies share; null: the newest state the mirror has. */
  to: z.object({ snapshot: z.string(), versionUuid: z.string() }).nullable(),
  /** What of the mirror is newer than that and goes, in words; empty when nothing is. */
  loses: z.string(),
});
type BreakInput = z.infer<typeof breakInput>;
const breakOutput = z.object({
  /** What the volume shows, and when that was taken (ISO-8601). */
  snapshot: z.string(),
  taken: z.string(),
});
type BreakOutput = z.infer<typeof breakOutput>;
const picture = z.object({ exported: z.string().nullable() });

async function probeBroken(given: BreakInput, on: ReadTools, past: Past): Promise<Probe<BreakOutput>> {
  const array = on.ontap(given.cluster);
  const relationship = await array.relationships.find(given.relationship);
  if (!relationship) return { found: "foreign", what: `${capital(mirrorName(given))} is not what it was` };
  const watch = { kind: "relationship", cluster: given.cluster, uuid: given.relationship } as const;
  if (relationship.state !== "broken_off")
    return isMoving(relationship) && past.attempt > 0
      ? { found: "running", watch }
      : whenMissing(on, given.cluster, past.notes);
  if (past.attempt === 0)
    return { found: "foreign", what: `${capital(mirrorName(given))} was broken off by somebody else` };
  const volume = await array.volumes.find(given.volumeUuid);
  if (volume?.type !== "rw" || volume.state !== "online")
    return isMoving(relationship)
      ? { found: "running", watch }
      : { found: "unclear", why: `${given.volume} is ${volume?.state ?? "missing"} (${volume?.type ?? "?"}).` };
  const name = given.to?.snapshot ?? picture.safeParse(past.before).data?.exported ?? relationship.exportedSnapshot;
  const snapshot = name == null ? undefined : await array.snapshots.findByName(given.volumeUuid, name);
  if (snapshot?.createTime === undefined)
    return { found: "unclear", why: `${given.volume} is writable, but the snapshot it should show cannot be seen.` };
  return { found: "done", output: { snapshot: snapshot.name, taken: snapshot.createTime } };
}

async function breakOff(given: BreakInput, on: Tools, attempt: number): Promise<void> {
  const array = on.ontap(given.cluster);
  if (attempt > 1) await abortTransfer(given, on);
  if (given.to) {
    const found = await array.snapshots.findByName(given.volumeUuid, given.to.snapshot);
    if (found?.versionUuid !== given.to.versionUuid)
      throw new Rejected(`${given.volume} does not hold the snapshot ${given.to.snapshot} of this plan any more`, {
        from: "Sluice",
      });
  }
  const state = array.relationships.setState(
    given.relationship,
    "broken_off",
    given.to ? { restoreToSnapshot: given.to.snapshot } : {},
  );
  await noteJob(on, await state);
}

const breaking = (
  environment: Environment,
  effect: Effect | ((given: { readonly loses: unknown }) => Effect),
  undo: StepDef<BreakInput, BreakOutput>["undo"],
): StepDef<BreakInput, BreakOutput> =>
  defineStep<BreakInput, BreakOutput>({
    effect,
    input: breakInput,
    output: breakOutput,
    describe: (given) => {
      const to = (given.to as { snapshot?: unknown } | null)?.snapshot;
      const loses = shown(given.loses, "");
      return `Break off ${mirrorName(given)} at ${to === undefined ? "its newest state" : shown(to, "the final snapshot")}: its volume becomes writable${loses === "" ? "" : `, and ${loses}`}`;
    },
    touches: (given) => [
      changes(mirrorResource(volumeRefOf(given))),
      changes(volumeResource(volumeRefOf(given), environment)),
    ],
    before: async (given, on) => ({
      exported: (await on.ontap(given.cluster).relationships.find(given.relationship))?.exportedSnapshot ?? null,
    }),
    probe: probeBroken,
    run: (given, on, { attempt }) => breakOff(given, on, attempt),
    writes: "relationships",
    handOff: (given) => {
      const to = (given.to as { snapshot?: unknown } | null)?.snapshot;
      return breakText(volumeRefOf(given), to === undefined ? undefined : shown(to, "?"), "describe" in undo);
    },
    undo,
  });

/** Starts a resync unless one runs already. */
export async function resyncAgain(given: Target, on: Tools): Promise<void> {
  const { relationships } = on.ontap(given.cluster);
  const now = await relationships.find(given.relationship);
  if (now && isMoving(now)) return;
  await noteJob(on, await relationships.setState(given.relationship, "snapmirrored"));
}

/** With its source alive: until somebody has written to it, a resync makes the mirror what it was. */
export const breakMirror = breaking("dr", "change", {
  describe: (given) =>
    `${mirrorName(given)} is resynchronised from its source; nothing has been written to it by then but by this plan`,
  run: (given, _past, on) => resyncAgain(given, on),
});

/** With its source dead: nothing can make it a mirror again before that is back. */
export const breakMirrorForGood = breaking("dr", ({ loses }) => (loses === "" ? "change" : "destroy"), {
  impossible:
    "a mirror whose source does not answer cannot be made one again; once the source is back a failback keeps what is written from here on",
});

/** The array's own volume, which followed the copy for a while, is production again. Nobody has its LUNs yet, so it can be taken back. */
export const breakReverse = breaking("production", "change", {
  describe: (given) => `${shown(given.volume, "?")} follows the copy again; no host has had it meanwhile`,
  run: (given, _past, on) => resyncAgain(given, on),
});

const readInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  volumeUuid: z.string(),
  /** Paths of the LUNs it must have. */
  luns: z.array(z.string()),
});
const readOutput = z.object({
  /** Sorted by path. */
  luns: z.array(z.object({ path: z.string(), uuid: z.string(), serial: z.string(), wwid: z.string() })),
});

/** Reads what the volume is now: writable, with every LUN, and what their hosts will know them by (never the source's serials). */
export const readProductive = defineStep<z.infer<typeof readInput>, z.infer<typeof readOutput>>({
  effect: "read",
  input: readInput,
  output: readOutput,
  describe: (given) => `See that ${shown(given.volume, "?")} is writable and read its LUNs and their serials`,
  touches: (given) => [{ resource: volumeResource(volumeRefOf(given), "dr"), as: "reads" }],
  probe: async (given, on) => {
    const array = on.ontap(given.cluster);
    const [volume, luns] = await Promise.all([
      array.volumes.find(given.volumeUuid),
      array.luns.listByVolume(given.svm, given.volume),
    ]);
    if (volume?.type !== "rw" || volume.state !== "online")
      return { found: "absent", because: `${given.volume} is not writable.` };
    const missing = given.luns.filter((path) => !luns.some((lun) => lun.name === path));
    if (missing.length > 0)
      return { found: "absent", because: `${given.volume} lacks LUNs it had before: ${missing.join(", ")}.` };
    const wanted = luns.filter((lun) => given.luns.includes(lun.name));
    return {
      found: "done",
      output: { luns: wanted.map(({ name, uuid, serial, wwid }) => ({ path: name, uuid, serial, wwid })) },
    };
  },
  run: async () => undefined,
  undo: { stays: "looking changes nothing" },
});

const policyInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  volumeUuid: z.string(),
  policy: z.string(),
  /** The one it has: what a person who took this over gives it back. */
  was: z.string(),
  why: z.string(),
});

/** Snapshots on a schedule of the volume's own: a mirror's volume has none, a productive one needs them. */
export const setSnapshotPolicy = defineStep<z.infer<typeof policyInput>, Nothing>({
  effect: "change",
  input: policyInput,
  output: z.object({}).strict(),
  describe: (given) =>
    `Give ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} the snapshot policy "${shown(given.policy, "?")}": ${shown(given.why, "")}`,
  touches: (given) => [changes(volumeResource(volumeRefOf(given), "dr"))],
  before: async (given, on) => (await on.ontap(given.cluster).volumes.find(given.volumeUuid))?.snapshotPolicy ?? null,
  probe: async (given, on, past) => {
    const volume = await on.ontap(given.cluster).volumes.find(given.volumeUuid);
    if (volume?.snapshotPolicy === given.policy) return { found: "done", output: {} };
    return whenMissing(on, given.cluster, past.notes);
  },
  run: async (given, on) =>
    noteJob(on, await on.ontap(given.cluster).volumes.setSnapshotPolicy(given.volumeUuid, given.policy)),
  writes: "volumes",
  handOff: (given) =>
    snapshotPolicyText(
      volumeRefOf(given),
      shown(given.volumeUuid, "?"),
      shown(given.policy, "?"),
      shown(given.was, "?"),
    ),
  undo: {
    describe: (given) => `${shown(given.volume, "?")} has the snapshot policy it had before`,
    run: async (given, past, on) => {
      if (typeof past.before !== "string") return;
      await noteJob(on, await on.ontap(given.cluster).volumes.setSnapshotPolicy(given.volumeUuid, past.before));
    },
  },
});
