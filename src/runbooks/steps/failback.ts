import { z } from "zod";
import { createText, resyncText } from "../byHand/mirrors.js";
import { dropText } from "../byHand/snapshots.js";
import { splitText } from "../byHand/volumes.js";
import { wordsOf } from "../failback/words.js";
import { defineStep, shown, type Past, type Probe } from "../define.js";
import { changes, mirrorResource, reads, volumeResource } from "../resources.js";
import type { ReadTools } from "../tools.js";
import { volumeRefOf } from "./mirrorTarget.js";
import { allSettledOrThrow } from "./mapLuns.js";
import { reactivateHost } from "./hostsAside.js";
import { noteJob, whenLeft, whenMissing } from "./jobs.js";
import { isMoving } from "./updateMirror.js";

type Nothing = Record<string, never>;
const nothing = z.object({}).strict();
const at = { cluster: z.string(), svm: z.string(), volume: z.string() };
interface Named {
  readonly cluster: unknown;
  readonly svm: unknown;
  readonly volume: unknown;
}
const onHome = (given: Named) => [
  changes(mirrorResource(volumeRefOf(given))),
  changes(volumeResource(volumeRefOf(given), "production")),
];
const looking = { stays: "looking changes nothing" } as const;

const createInput = z.object({
  ...at,
  /** `<local alias of the copy's SVM>:<volume>` as the array writes it. */
  sourcePath: z.string(),
  sourceCluster: z.string(),
  policy: z.string(),
});
type CreateInput = z.infer<typeof createInput>;
const created = z.object({ uuid: z.string() });

const findReverse = async (given: z.infer<z.ZodObject<typeof at>>, on: ReadTools) =>
  (
    await on.ontap(given.cluster).relationships.list({ destinationSvm: given.svm, destinationVolume: given.volume })
  ).find((each) => !each.restore);

/** A mirror from the copy back to the array's own volume (reference W6, 2). Making it moves nothing; the policy is named, and there is no schedule. */
export const createReverse = defineStep<CreateInput, z.infer<typeof created>>({
  effect: "change",
  input: createInput,
  output: created,
  describe: (given) =>
    `Set up a mirror back from ${shown(given.sourcePath, "?")} to ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} with policy "${shown(given.policy, "?")}" and no schedule (nothing moves yet)`,
  touches: onHome,
  probe: async (given, on, past) => {
    const found = await findReverse(given, on);
    if (!found) return whenMissing(on, given.cluster, past.notes);
    if (past.attempt === 0 || found.source.path !== given.sourcePath)
      return {
        found: "foreign",
        what: `${given.volume} on ${given.cluster} is a mirror of ${found.source.path} already`,
      };
    return { found: "done", output: { uuid: found.uuid } };
  },
  run: async (given, on) => {
    const { sourcePath, sourceCluster, svm, volume, policy } = given;
    await noteJob(
      on,
      await on
        .ontap(given.cluster)
        .relationships.create({ sourcePath, sourceCluster, destinationPath: `${svm}:${volume}`, policy }),
    );
  },
  writes: "relationships",
  handOff: (given) =>
    createText(
      volumeRefOf(given),
      { path: shown(given.sourcePath, "?"), cluster: shown(given.sourceCluster, "?") },
      shown(given.policy, "?"),
    ),
  undo: {
    describe: () => "it is deleted again on both sides, and every snapshot stays",
    run: async (given, _past, on) => {
      const found = await findReverse(given, on);
      if (!found) return;
      const there = on.ontap(given.sourceCluster);
      const feeds = await there.relationships.listDestinations({ sourceVolume: wordsOf(given.sourcePath).volume });
      if (feeds.some(({ uuid }) => uuid === found.uuid))
        await noteJob(on, await there.relationships.delete(found.uuid, "sourceInfoOnly"));
      await noteJob(on, await on.ontap(given.cluster).relationships.delete(found.uuid, "destinationOnly"));
    },
  },
});

const resyncInput = z.object({
  ...at,
  relationship: z.string(),
  /** The newest snapshot both sides have. */
  common: z.string(),
  /** What the array loses by it, in words. */
  loses: z.string(),
});
type ResyncInput = z.infer<typeof resyncInput>;

/** Its job only triggers it: the relationship and the volume's type decide. */
async function probeReverse(given: ResyncInput, on: ReadTools, past: Past): Promise<Probe<Nothing>> {
  const array = on.ontap(given.cluster);
  const [relationship, [volume]] = await Promise.all([
    array.relationships.find(given.relationship),
    array.volumes.list({ svm: given.svm, name: given.volume }),
  ]);
  if (!relationship || !volume)
    return { found: "foreign", what: `The mirror back to ${given.volume} on ${given.cluster} is not what it was` };
  if (past.attempt === 0) return { found: "absent" };
  if (isMoving(relationship))
    return { found: "running", watch: { kind: "relationship", cluster: given.cluster, uuid: given.relationship } };
  const why = relationship.unhealthyReasons.map(({ message }) => message).join(" ");
  if (relationship.state === "snapmirrored" && volume.type === "dp")
    return relationship.healthy === false
      ? { found: "unclear", why: `${given.volume} follows the copy, but is not healthy. ${why}` }
      : { found: "done", output: {} };
  const job = await whenMissing(on, given.cluster, past.notes);
  if (job.found === "running") return job;
  if (volume.type === "dp")
    return {
      found: "partial",
      why: `The resync of ${given.volume} stopped under way: it is back at ${given.common} and does not follow yet. ${why}`,
      again: true,
    };
  if (job.because !== undefined) return job;
  return relationship.transfer?.state === "failed"
    ? { found: "absent", because: `The resync of ${given.volume} could not begin. ${why}` }
    : { found: "absent" };
}

/** The array's volume goes back to the newest common snapshot and takes what the copy has: what it alone had is gone (reference W6, 3). */
export const reverseResync = defineStep<ResyncInput, Nothing>({
  effect: "destroy",
  input: resyncInput,
  output: nothing,
  describe: (given) =>
    `Overwrite ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} with the copy: it goes back to ${shown(given.common, "the newest common snapshot")} and follows the copy from there; ${shown(given.loses, "")}`,
  touches: onHome,
  probe: probeReverse,
  run: async (given, on) => {
    await noteJob(on, await on.ontap(given.cluster).relationships.setState(given.relationship, "snapmirrored"));
  },
  writes: "relationships",
  handOff: (given) => resyncText(volumeRefOf(given)),
  undo: { impossible: "what the array's volume had beyond the common snapshot is gone for good" },
});

const homeInput = z.object({
  ...at,
  volumeUuid: z.string(),
  luns: z.array(z.object({ path: z.string(), serial: z.string() })),
});

/** The array's LUNs must be the ones production's hosts knew: by serial, not by name. */
export const verifyHome = defineStep<z.infer<typeof homeInput>, Nothing>({
  effect: "read",
  input: homeInput,
  output: nothing,
  describe: (given) =>
    `See that ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} is writable and its LUNs have the serials they had`,
  touches: (given) => [reads(volumeResource(volumeRefOf(given), "production"))],
  probe: async (given, on) => {
    const array = on.ontap(given.cluster);
    const [volume, luns] = await Promise.all([
      array.volumes.find(given.volumeUuid),
      array.luns.listByVolume(given.svm, given.volume),
    ]);
    if (volume?.type !== "rw" || volume.state !== "online")
      return { found: "absent", because: `${given.volume} is ${volume?.state ?? "missing"} (${volume?.type ?? "?"}).` };
    const other = given.luns.find((was) => luns.find(({ name }) => name === was.path)?.serial !== was.serial);
    return other
      ? { found: "absent", because: `LUN ${other.path} is not there with the serial its hosts know.` }
      : { found: "done", output: {} };
  },
  run: async () => undefined,
  undo: looking,
});

/** From here production may write at home: nothing behind it may be taken back. */
export const resumeProduction = defineStep({
  ...reactivateHost,
  undo: {
    impossible: "from here production may write to the array again; the copy is intact until it is resynchronised",
  },
});

const leftInput = z.object({
  ...at,
  volumeUuid: z.string(),
  environment: z.enum(["production", "dr"]),
  /** `snapmirror.<svm>_<volume>.`: whose they were. */
  prefix: z.string(),
});

const leftOf = async (given: z.infer<typeof leftInput>, on: ReadTools) =>
  (await on.ontap(given.cluster).snapshots.list(given.volumeUuid)).filter(
    ({ name, owners }) => name.startsWith(given.prefix) && owners.length === 0,
  );

/** Snapshots SnapMirror made for the way back and nobody holds any more. */
export const dropLeftovers = defineStep<z.infer<typeof leftInput>, Nothing>({
  effect: "change",
  input: leftInput,
  output: nothing,
  describe: (given) =>
    `Remove what SnapMirror left of the way back on ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} (${shown(given.prefix, "?")}…)`,
  touches: (given) => [changes(volumeResource(volumeRefOf(given), given.environment === "dr" ? "dr" : "production"))],
  probe: async (given, on, past) =>
    (await leftOf(given, on)).length === 0 ? { found: "done", output: {} } : whenLeft(on, given.cluster, past.notes),
  run: async (given, on) => {
    const left = await leftOf(given, on);
    await allSettledOrThrow(
      left.map(async ({ uuid }) => noteJob(on, await on.ontap(given.cluster).snapshots.delete(given.volumeUuid, uuid))),
    );
  },
  writes: "snapshots",
  handOff: (given) => dropText(volumeRefOf(given), shown(given.volumeUuid, "?"), shown(given.prefix, "?")),
  undo: { stays: "they were SnapMirror's own, of a mirror that is gone" },
});

const splitInput = z.object({ ...at, uuid: z.string(), sizeBytes: z.number() });

/** The copy of what was never sent lets go of its volume: the resync removes the snapshot it lives on. */
export const splitTail = defineStep<z.infer<typeof splitInput>, Nothing>({
  effect: "change",
  input: splitInput,
  output: nothing,
  describe: (given) =>
    `Split ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} off, so that it is a volume of its own and outlives the resync`,
  touches: (given) => [changes(volumeResource(volumeRefOf(given), "clone"))],
  probe: async (given, on, past) => {
    const volume = await on.ontap(given.cluster).volumes.find(given.uuid);
    if (!volume) return { found: "foreign", what: `The volume ${given.volume} on ${given.cluster} is not what it was` };
    if (!volume.clone) return { found: "done", output: {} };
    if (past.attempt === 0) return { found: "absent" };
    const job = await whenMissing(on, given.cluster, past.notes);
    if (job.found === "running" || job.because !== undefined) return job;
    // its job only began it: looked at again with every round of the watcher
    return past.notes.length > 0
      ? { found: "running", watch: { kind: "timer", at: on.run.askedAt } }
      : { found: "absent" };
  },
  run: async (given, on) => {
    const accepted = await on.ontap(given.cluster).volumes.startSplit(given.uuid);
    await on.note({ split: true });
    await noteJob(on, accepted);
  },
  writes: "volumes",
  handOff: (given) => splitText(volumeRefOf(given)),
  undo: { stays: "it goes with its volume" },
});
