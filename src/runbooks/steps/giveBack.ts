import { z } from "zod";
import type { Environment } from "../../core/resource.js";
import { dropIgroupText, mapText, unmapText } from "../byHand/luns.js";
import { deleteCloneText } from "../byHand/volumes.js";
import { defineStep, shown } from "../define.js";
import { cloneNoteShape, readNote } from "../clones.js";
import { changes, igroupResource, volumeResource } from "../resources.js";
import { allSettledOrThrow } from "./mapLuns.js";
import { noteJob, whenMissing } from "./jobs.js";
import { volumeRefOf } from "./mirrorTarget.js";

const mapsInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  owner: z.string(),
  igroup: z.string(),
  host: z.string(),
  luns: z.array(z.object({ uuid: z.string(), path: z.string(), number: z.number().int(), igroupUuid: z.string() })),
});

const unmapping = (environment: Environment) =>
  defineStep<z.infer<typeof mapsInput>, Record<string, never>>({
    effect: "change",
    input: mapsInput,
    output: z.object({}).strict(),
    describe: (given) => `Unmap the LUNs of ${shown(given.volume, "?")} from ${shown(given.host, "?")}`,
    touches: (given) => [
      changes(
        volumeResource(
          { cluster: shown(given.cluster, "?"), svm: shown(given.svm, "?"), volume: shown(given.volume, "?") },
          environment,
          { owner: shown(given.owner, "") },
        ),
      ),
      changes(igroupResource(shown(given.cluster, "?"), shown(given.svm, "?"), shown(given.igroup, "?"))),
    ],
    probe: async (given, on) => {
      const uuids = new Set(given.luns.map((lun) => lun.uuid));
      const left = (await on.ontap(given.cluster).lunMaps.list({ svm: given.svm, igroup: given.igroup })).filter(
        (map) => uuids.has(map.lun.uuid ?? ""),
      );
      if (left.length === 0) return { found: "done", output: {} };
      return left.length === given.luns.length
        ? { found: "absent" }
        : { found: "partial", why: `${left.length} of ${given.luns.length} LUNs are still mapped.` };
    },
    run: async (given, on) => {
      await allSettledOrThrow(
        given.luns.map((lun) => gone(on.ontap(given.cluster).lunMaps.delete(lun.uuid, lun.igroupUuid))),
      );
    },
    writes: "luns",
    handOff: (given) => {
      const maps = mapsInput.shape.luns.parse(given.luns).map(({ path, ...lun }) => ({
        ...lun,
        svm: shown(given.svm, "?"),
        igroup: shown(given.igroup, "?"),
        lun: path,
      }));
      return { ...unmapText(maps), back: mapText(maps) };
    },
    undo: {
      describe: () => "the LUNs are mapped again under the same numbers",
      run: async (given, _past, on) => {
        const array = on.ontap(given.cluster);
        const there = new Set(
          (await array.lunMaps.list({ svm: given.svm, igroup: given.igroup })).map((map) => map.lun.uuid),
        );
        const { svm, igroup } = given;
        await allSettledOrThrow(
          given.luns
            .filter((lun) => !there.has(lun.uuid))
            .map((lun) => array.lunMaps.create({ svm, igroup, lun: lun.path, number: lun.number })),
        );
      },
    },
  });

/** Takes a clone's LUNs from a host, after the host has let go of them. */
export const unmapLuns = unmapping("clone");
/** The same of a mirror that was the productive copy. */
export const unmapMirrorLuns = unmapping("dr");

const goneCodes = new Set(["4", "5374922"]);
/** Deleting what is gone already is what was wanted. */
export async function gone(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!goneCodes.has((error as { code?: string }).code ?? "")) throw error;
  }
}

const igroupInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  igroup: z.string(),
  uuid: z.string(),
  initiators: z.array(z.string()),
  host: z.string(),
});

/** The host's igroup goes with its last LUN, if it is one that Sluice named. */
export const dropIgroup = defineStep<z.infer<typeof igroupInput>, Record<string, never>>({
  effect: "change",
  input: igroupInput,
  output: z.object({}).strict(),
  describe: (given) =>
    `Remove igroup ${shown(given.igroup, "?")} from ${shown(given.cluster, "?")}: this was its last clone`,
  touches: (given) => [
    changes(igroupResource(shown(given.cluster, "?"), shown(given.svm, "?"), shown(given.igroup, "?"))),
  ],
  probe: async (given, on) =>
    (await on.ontap(given.cluster).igroups.findByName(given.svm, given.igroup))
      ? { found: "absent" }
      : { found: "done", output: {} },
  run: (given, on) => on.ontap(given.cluster).igroups.delete(given.uuid),
  writes: "igroups",
  handOff: (given) =>
    dropIgroupText(
      shown(given.svm, "?"),
      shown(given.igroup, "?"),
      shown(given.uuid, "?"),
      igroupInput.shape.initiators.parse(given.initiators),
    ),
  undo: {
    describe: (given) => `igroup ${shown(given.igroup, "?")} is made again`,
    run: async (given, _past, on) => {
      const { svm, igroup, initiators } = given;
      const array = on.ontap(given.cluster);
      if (!(await array.igroups.findByName(svm, igroup)))
        await array.igroups.create({ svm, name: igroup, protocol: "iscsi", initiators });
    },
  },
});

const deleteInput = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  uuid: z.string(),
  note: cloneNoteShape,
});

const deleteProbe = async (
  given: z.infer<typeof deleteInput>,
  on: Parameters<(typeof dropIgroup)["probe"]>[1],
  notes: Parameters<typeof whenMissing>[2],
) => {
  const found = await on.ontap(given.cluster).volumes.find(given.uuid);
  if (!found) return { found: "done", output: {} } as const;
  if (readNote(found.comment)?.run !== given.note.run)
    return { found: "foreign", what: `The volume ${found.name} is not the clone of this plan any more` } as const;
  return whenMissing(on, given.cluster, notes);
};

const deletedVolume = (given: { cluster: unknown; svm: unknown; volume: unknown; note: unknown }) =>
  changes(
    volumeResource(
      { cluster: shown(given.cluster, "?"), svm: shown(given.svm, "?"), volume: shown(given.volume, "?") },
      "clone",
      {
        owner: shown((given.note as { owner?: unknown }).owner, ""),
      },
    ),
  );

/** Deletes a person's clone for good. */
export const deleteClone = defineStep<z.infer<typeof deleteInput>, Record<string, never>>({
  effect: "destroy",
  input: deleteInput,
  output: z.object({}).strict(),
  describe: (given) =>
    `Delete volume ${shown(given.volume, "?")} on ${shown(given.cluster, "?")} with everything written to the clone`,
  touches: (given) => [deletedVolume(given)],
  probe: (given, on, past) => deleteProbe(given, on, past.notes),
  run: async (given, on) => noteJob(on, await on.ontap(given.cluster).volumes.delete(given.uuid, { force: true })),
  writes: "volumes",
  handOff: (given) => deleteCloneText(volumeRefOf(given), shown(given.uuid, "?")),
  undo: { impossible: "what was written to the clone is gone for good; the mirror it came from is untouched" },
});

/** Lets a snapshot go that a run of ours held by an unmapped clone. Nobody ever wrote to it. */
export const dropPin = defineStep<z.infer<typeof deleteInput>, Record<string, never>>({
  effect: "change",
  input: deleteInput,
  output: z.object({}).strict(),
  describe: (given) =>
    `Let the pinned snapshot go: delete ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}, which nobody ever wrote to`,
  touches: (given) => [deletedVolume(given)],
  probe: (given, on, past) => deleteProbe(given, on, past.notes),
  run: async (given, on) => noteJob(on, await on.ontap(given.cluster).volumes.delete(given.uuid, { force: true })),
  writes: "volumes",
  handOff: (given) => deleteCloneText(volumeRefOf(given), shown(given.uuid, "?")),
  undo: { stays: "the pin was only this run's own" },
});
