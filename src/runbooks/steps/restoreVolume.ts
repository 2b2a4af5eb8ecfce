import { z } from "zod";
import type { Relationship } from "../../ontap/index.js";
import { defineStep, shown, type Probe } from "../define.js";
import { changes, mirrorResource, reads, volumeResource } from "../resources.js";
import type { ReadTools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";
import { isMoving } from "./updateMirror.js";

const target = {
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  environment: z.enum(["production", "dr", "clone", "infrastructure"]),
};
type Target = z.infer<z.ZodObject<typeof target>>;

interface Named {
  readonly cluster: unknown;
  readonly svm: unknown;
  readonly volume: unknown;
  readonly environment: unknown;
}
const volumeOf = (given: Named) =>
  volumeResource(
    { cluster: shown(given.cluster, "?"), svm: shown(given.svm, "?"), volume: shown(given.volume, "?") },
    shown(given.environment, "production") as Target["environment"],
  );

const createInput = z.object({ ...target, sourcePath: z.string(), sourceCluster: z.string() });
const created = z.object({ uuid: z.string() });

const findRestore = async (given: Target, on: ReadTools): Promise<Relationship | undefined> =>
  (
    await on.ontap(given.cluster).relationships.list({ destinationSvm: given.svm, destinationVolume: given.volume })
  ).find((each) => each.restore);

/** The transient relationship a restore runs over. Making it moves nothing; one that we found there is somebody else's restore. */
export const restoreRelationship = defineStep<z.infer<typeof createInput>, z.infer<typeof created>>({
  effect: "change",
  input: createInput,
  output: created,
  describe: (given) =>
    `Set up the restore of ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} from ${shown(given.sourcePath, "the mirror")} (nothing moves yet)`,
  touches: (given) => [changes(volumeOf(given))],
  probe: async (given, on, past): Promise<Probe<z.infer<typeof created>>> => {
    const found = await findRestore(given, on);
    if (!found) return whenMissing(on, given.cluster, past.notes);
    if (past.attempt === 0)
      return { found: "foreign", what: `A restore of ${given.volume} on ${given.cluster} is set up already` };
    return { found: "done", output: { uuid: found.uuid } };
  },
  run: async (given, on) => {
    const { sourcePath, sourceCluster, svm, volume } = given;
    await noteJob(
      on,
      await on
        .ontap(given.cluster)
        .relationships.createRestore({ sourcePath, sourceCluster, destinationPath: `${svm}:${volume}` }),
    );
  },
  undo: {
    describe: () => "the restore is called off before anything moves",
    run: async (given, _past, on) => {
      const found = await findRestore(given, on);
      if (found)
        await noteJob(on, await on.ontap(given.cluster).relationships.delete(found.uuid, "restoreRelationship"));
    },
  },
});

const moveInput = z.object({
  ...target,
  relationship: z.string(),
  snapshot: z.string(),
  mirror: z.object({ cluster: z.string(), svm: z.string(), volume: z.string() }),
  /** What is lost by it, in words. */
  loses: z.string(),
});
const nothing = z.object({}).strict();

async function probeRestore(
  given: z.infer<typeof moveInput>,
  on: ReadTools,
  attempt: number,
): Promise<Probe<Record<string, never>>> {
  const array = on.ontap(given.cluster);
  const relationship = await array.relationships.find(given.relationship);
  if (!relationship) {
    if (attempt === 0) return { found: "unclear", why: `The restore that was set up for ${given.volume} is gone.` };
    const [volume] = await array.volumes.list({ svm: given.svm, name: given.volume });
    // A restore relationship deletes itself when, and only when, its restore has succeeded.
    if (volume?.type === "rw" && volume.state === "online") return { found: "done", output: {} };
    return {
      found: "unclear",
      why: `${given.volume} is ${volume?.state ?? "missing"} and ${volume?.type ?? "of no type"} after the restore.`,
    };
  }
  if (isMoving(relationship))
    return { found: "running", watch: { kind: "relationship", cluster: given.cluster, uuid: given.relationship } };
  const state = relationship.transfer?.state;
  if (state === "failed" || state === "aborted" || state === "hard_aborted") {
    const why = relationship.unhealthyReasons.map((reason) => reason.message).join(" ");
    return {
      found: "partial",
      why: `The restore of ${given.volume} ${state === "failed" ? "failed" : "was aborted"} under way. ${why} The volume is read-only until it is finished.`,
      again: true,
    };
  }
  return { found: "absent" };
}

/** Overwrites the volume with the snapshot. From here on there is no way back but the safety copy. */
export const restoreVolume = defineStep<z.infer<typeof moveInput>, Record<string, never>>({
  effect: "destroy",
  input: moveInput,
  output: nothing,
  describe: (given) =>
    `Overwrite ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} with ${shown(given.snapshot, "the snapshot")} from the mirror: ${shown(given.loses, "")}`,
  touches: (given) => {
    const mirror = given.mirror as { cluster: string; svm: string; volume: string };
    return [changes(volumeOf(given)), reads(mirrorResource(mirror))];
  },
  probe: (given, on, past) => probeRestore(given, on, past.attempt),
  run: async (given, on) => {
    await on.ontap(given.cluster).transfers.start(given.relationship, { sourceSnapshot: given.snapshot });
  },
  undo: {
    impossible:
      'what is newer than the snapshot is overwritten; where the plan takes a safety copy, "undo this restore" brings that back, as a plan of its own',
  },
});

const lun = z.object({ path: z.string(), serial: z.string(), sizeBytes: z.number() });
const readInput = z.object({
  ...target,
  luns: z.array(lun),
  mirror: z.object({ cluster: z.string(), volumeUuid: z.string(), relationship: z.string() }),
});
const readOutput = z.object({
  /** Is the mirror's exported snapshot still on the source? */
  baseSurvived: z.boolean(),
  lunsGone: z.array(z.string()),
  snapshotsLeft: z.number(),
});

/** Reads back what the restore left: LUNs with their serials and sizes, snapshots, and whether the mirror still has its base. */
export const readBack = defineStep<z.infer<typeof readInput>, z.infer<typeof readOutput>>({
  effect: "read",
  input: readInput,
  output: readOutput,
  describe: (given) => `Read ${shown(given.volume, "?")} back: LUNs, serials, sizes, snapshots`,
  touches: (given) => [reads(volumeOf(given))],
  probe: async (given, on) => {
    const array = on.ontap(given.cluster);
    const [volume] = await array.volumes.list({ svm: given.svm, name: given.volume });
    if (volume?.type !== "rw" || volume.state !== "online")
      return {
        found: "absent",
        because: `${given.volume} is ${volume?.state ?? "missing"} (${volume?.type ?? "?"}) after the restore.`,
      };
    const [now, snapshots, relationship, onMirror] = await Promise.all([
      array.luns.listByVolume(given.svm, given.volume),
      array.snapshots.list(volume.uuid),
      on.ontap(given.mirror.cluster).relationships.find(given.mirror.relationship),
      on.ontap(given.mirror.cluster).snapshots.list(given.mirror.volumeUuid),
    ]);
    const changed = given.luns.find((was) =>
      now.some((each) => each.name === was.path && (each.serial !== was.serial || each.sizeBytes !== was.sizeBytes)),
    );
    if (changed) return { found: "absent", because: `LUN ${changed.path} came back with another serial or size.` };
    const base = onMirror.find((each) => each.name === relationship?.exportedSnapshot);
    const baseSurvived = base !== undefined && snapshots.some((each) => each.versionUuid === base.versionUuid);
    const lunsGone = given.luns.filter((was) => !now.some((each) => each.name === was.path)).map((was) => was.path);
    return { found: "done", output: { baseSurvived, lunsGone, snapshotsLeft: snapshots.length } };
  },
  run: async () => undefined,
  undo: { stays: "looking changes nothing" },
});
