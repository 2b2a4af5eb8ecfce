import { z } from "zod";
import type { Relationship } from "../../ontap/index.js";
import { defineStep, shown, type Past, type Probe } from "../define.js";
import { changes, mirrorResource, volumeResource } from "../resources.js";
import type { ReadTools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";
import { mirrorTarget, volumeRefOf, type NamedVolume } from "./mirrorTarget.js";
import { isMoving } from "./updateMirror.js";

const nothing = z.object({}).strict();
type Nothing = z.infer<typeof nothing>;

const touched = (given: NamedVolume) => [
  changes(mirrorResource(volumeRefOf(given))),
  changes(volumeResource(volumeRefOf(given), "dr")),
];

const breakInput = z.object(mirrorTarget);

/** A mirror whose base is lost takes no update; only one that is broken off can be resynchronised (reference W7). Nothing is lost by it. */
export const breakMirror = defineStep<z.infer<typeof breakInput>, Nothing>({
  effect: "change",
  input: breakInput,
  output: nothing,
  describe: (given) =>
    `Break off the mirror ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}, which has lost its base; it keeps everything it has`,
  touches: touched,
  probe: async (given, on, past) => {
    const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
    if (!relationship)
      return { found: "foreign", what: `The mirror ${given.volume} on ${given.cluster} is not what it was` };
    if (relationship.state === "broken_off") return { found: "done", output: {} };
    return whenMissing(on, given.cluster, past.notes);
  },
  run: async (given, on) => {
    await noteJob(on, await on.ontap(given.cluster).relationships.setState(given.relationship, "broken_off"));
  },
  undo: { impossible: "without its base only the resync makes it a mirror again; until then it stays as it is" },
});

const resyncInput = z.object({
  ...mirrorTarget,
  /** The newest snapshot both sides have: where the mirror goes back to. */
  common: z.object({ name: z.string(), versionUuid: z.string() }),
  /** What is gone from the mirror after it, in words. */
  discards: z.array(z.string()),
  /** Clones live on the volume: a quick resync would be refused (reference 7.3). */
  clones: z.boolean(),
});
type ResyncInput = z.infer<typeof resyncInput>;

const why = (relationship: Relationship): string =>
  relationship.unhealthyReasons.map((reason) => reason.message).join(" ");
const failed = (relationship: Relationship): boolean =>
  ["failed", "aborted", "hard_aborted"].includes(relationship.transfer?.state ?? "");

/** Its job only triggers it: the transfer decides, and the volume's type says whether the mirror has gone back already. */
async function probeResync(given: ResyncInput, on: ReadTools, past: Past): Promise<Probe<Nothing>> {
  const array = on.ontap(given.cluster);
  const [relationship, [volume]] = await Promise.all([
    array.relationships.find(given.relationship),
    array.volumes.list({ svm: given.svm, name: given.volume }),
  ]);
  if (!relationship || !volume)
    return { found: "foreign", what: `The mirror ${given.volume} on ${given.cluster} is not what it was` };
  if (past.attempt === 0 && relationship.state === "broken_off" && !isMoving(relationship)) return { found: "absent" };
  if (isMoving(relationship))
    return { found: "running", watch: { kind: "relationship", cluster: given.cluster, uuid: given.relationship } };
  if (relationship.state === "snapmirrored") {
    if (relationship.healthy !== false) return { found: "done", output: {} };
    return {
      found: "unclear",
      why: `The mirror ${given.volume} follows again, but is not healthy. ${why(relationship)}`,
    };
  }
  if (relationship.state !== "broken_off")
    return { found: "unclear", why: `The mirror ${given.volume} is ${relationship.state ?? "in no state"}.` };
  const job = await whenMissing(on, given.cluster, past.notes);
  if (job.found === "running") return job;
  // A dp volume has gone back to the common snapshot already: trying again only finishes it.
  if (volume.type === "dp")
    return {
      found: "partial",
      why: `The resync of ${given.volume} stopped under way: it is back at ${given.common.name}, and does not follow yet. ${why(relationship)}`,
      again: true,
    };
  if (job.because !== undefined) return job;
  return failed(relationship) && relationship.transfer?.type === "resync"
    ? { found: "absent", because: `The resync of ${given.volume} could not begin. ${why(relationship)}` }
    : { found: "absent" };
}

/** Joins a broken mirror to its source again: it goes back to the newest common snapshot, and what it has beyond is gone. Reference 6.5. */
export const resyncMirror = defineStep<ResyncInput, Nothing>({
  effect: "destroy",
  input: resyncInput,
  output: nothing,
  describe: (given) => {
    const discards = Array.isArray(given.discards) ? given.discards.map(String) : [];
    const { name } = given.common as { name?: unknown };
    return `Resync the mirror ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}: it goes back to ${shown(name, "the newest common snapshot")} and follows its source again. Discarded there: ${discards.join("; ")}`;
  },
  touches: touched,
  probe: probeResync,
  run: async (given, on) => {
    const array = on.ontap(given.cluster);
    const slow = given.clones && (await array.cluster.listLacking(["quickResync"])).length === 0;
    await noteJob(
      on,
      await array.relationships.setState(given.relationship, "snapmirrored", slow ? { quickResync: false } : {}),
    );
  },
  undo: { impossible: "what the mirror had beyond the common snapshot is gone for good" },
});
