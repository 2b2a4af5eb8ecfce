import { z } from "zod";
import type { Accepted, Volume } from "../../ontap/index.js";
import { createText as createLunsText } from "../byHand/luns.js";
import { createText, groupText } from "../byHand/volumes.js";
import { defineStep, shown, type Probe } from "../define.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";
import { environment, setTouches, volumesInWords } from "./takeSetSnapshot.js";

const place = { cluster: z.string(), svm: z.string(), environment };

/** Notes the jobs of several calls, then throws the first that failed: nothing is on its way when the probe looks. */
async function noteAll(calls: readonly Promise<Accepted>[], on: Tools): Promise<void> {
  const ended = await Promise.allSettled(calls);
  for (const each of ended) if (each.status === "fulfilled") await noteJob(on, each.value);
  const failed = ended.find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}

const volumesInput = z.object({
  ...place,
  volumes: z.array(z.object({ name: z.string(), aggregate: z.string(), sizeBytes: z.number().int() })).min(1),
  /** Holds the run's tag: that is how one of ours is known. */
  comment: z.string(),
});
type VolumesInput = z.infer<typeof volumesInput>;
const volumesOutput = z.object({ uuids: z.array(z.string()) });

const listOf = async (given: VolumesInput, on: ReadTools): Promise<readonly (Volume | undefined)[]> => {
  const all = await on.ontap(given.cluster).volumes.list({ svm: given.svm });
  return given.volumes.map(({ name }) => all.find((each) => each.name === name));
};

/** New thin volumes for LUNs: no snapshot policy, no space kept for snapshots. */
export const createVolumes = defineStep<VolumesInput, z.infer<typeof volumesOutput>>({
  effect: "change",
  input: volumesInput,
  output: volumesOutput,
  describe: (given) =>
    `Make ${volumesInWords(given)} in ${shown(given.svm, "?")} on ${shown(given.cluster, "?")}, thin`,
  touches: setTouches,
  probe: async (given, on, past): Promise<Probe<z.infer<typeof volumesOutput>>> => {
    const found = await listOf(given, on);
    const there = found.filter((each) => each !== undefined);
    const foreign = there.find((each) => each.comment !== given.comment);
    if (foreign) return { found: "foreign", what: `A volume ${foreign.name} is on ${given.cluster} already` };
    if (there.length === found.length) return { found: "done", output: { uuids: there.map((each) => each.uuid) } };
    const work = await whenMissing(on, given.cluster, past.notes);
    if (there.length === 0 || work.found === "running") return work;
    return { found: "partial", why: `${there.length} of ${found.length} volumes are there.` };
  },
  run: async (given, on) => {
    const found = await listOf(given, on);
    const { svm, comment } = given;
    await noteAll(
      given.volumes
        .filter((_, i) => found[i] === undefined)
        .map(({ name, aggregate, sizeBytes }) =>
          on
            .ontap(given.cluster)
            .volumes.create({ svm, name, type: "rw", sizeBytes, aggregate, comment, snapshotReservePercent: 0 }),
        ),
      on,
    );
  },
  writes: "volumes",
  handOff: (given) =>
    createText(shown(given.svm, "?"), given.volumes as VolumesInput["volumes"], shown(given.comment, "?")),
  undo: {
    describe: (given) => `${volumesInWords(given)} and whatever is in them are deleted again`,
    run: async (given, _past, on) => {
      const ours = (await listOf(given, on)).filter((each) => each?.comment === given.comment);
      await noteAll(
        ours.map((each) => on.ontap(given.cluster).volumes.delete(each?.uuid ?? "", { force: true })),
        on,
      );
    },
  },
});

const lunsInput = z.object({
  ...place,
  volumes: z.array(z.object({ name: z.string() })).min(1),
  /** One in each volume, under this name. */
  lun: z.string(),
  sizeBytes: z.number().int(),
});
type LunsInput = z.infer<typeof lunsInput>;
const lunsOutput = z.object({ luns: z.array(z.object({ path: z.string(), uuid: z.string(), wwid: z.string() })) });

/** The LUNs of these volumes. Whatever is in them is ours: the volumes are this run's. */
async function lunsOf(given: LunsInput, on: ReadTools) {
  const all = await on.ontap(given.cluster).luns.list({ svm: given.svm });
  return given.volumes.map((volume) => all.find((each) => each.name === `/vol/${volume.name}/${given.lun}`));
}

/** One LUN in each new volume, thin, giving back what the host frees. */
export const createLuns = defineStep<LunsInput, z.infer<typeof lunsOutput>>({
  effect: "change",
  input: lunsInput,
  output: lunsOutput,
  describe: (given) => `Make LUN ${shown(given.lun, "?")} in ${volumesInWords(given)}, thin, space allocation on`,
  touches: setTouches,
  probe: async (given, on, past): Promise<Probe<z.infer<typeof lunsOutput>>> => {
    const found = await lunsOf(given, on);
    const there = found.filter((each) => each !== undefined);
    if (there.length === found.length)
      return { found: "done", output: { luns: there.map(({ name, uuid, wwid }) => ({ path: name, uuid, wwid })) } };
    const work = await whenMissing(on, given.cluster, past.notes);
    if (there.length === 0 || work.found === "running") return work;
    return { found: "partial", why: `${there.length} of ${found.length} LUNs are there.` };
  },
  run: async (given, on) => {
    const found = await lunsOf(given, on);
    const { svm, lun, sizeBytes } = given;
    await noteAll(
      given.volumes
        .filter((_, i) => found[i] === undefined)
        .map(({ name }) =>
          on.ontap(given.cluster).luns.create({ svm, name: `/vol/${name}/${lun}`, sizeBytes, spaceAllocation: true }),
        ),
      on,
    );
  },
  writes: "luns",
  handOff: (given) =>
    createLunsText(
      shown(given.svm, "?"),
      (given.volumes as LunsInput["volumes"]).map(({ name }) => `/vol/${name}/${shown(given.lun, "?")}`),
      given.sizeBytes as number,
    ),
  undo: {
    describe: () => "the LUNs are deleted again",
    run: async (given, _past, on) => {
      const found = (await lunsOf(given, on)).filter((each) => each !== undefined);
      await noteAll(
        found.map((each) => on.ontap(given.cluster).luns.delete(each.uuid)),
        on,
      );
    },
  },
});

const groupInput = z.object({ ...place, volumes: z.array(z.object({ name: z.string() })).min(1), group: z.string() });
type GroupInput = z.infer<typeof groupInput>;
const nothing = z.object({}).strict();

/** The new volumes as one consistency group, so that they are snapshotted at one instant. */
export const createGroup = defineStep<GroupInput, Record<string, never>>({
  effect: "change",
  input: groupInput,
  output: nothing,
  describe: (given) => `Make consistency group ${shown(given.group, "?")} of ${volumesInWords(given)}`,
  touches: setTouches,
  probe: async (given, on, past) => {
    const found = await on.ontap(given.cluster).consistencyGroups.findByName(given.svm, given.group);
    if (!found) return whenMissing(on, given.cluster, past.notes);
    // a group carries no tag; its volumes do
    const ours = new Set(given.volumes.map((each) => each.name));
    const isOurs = found.volumes.length === ours.size && found.volumes.every((each) => ours.has(each.name ?? ""));
    return isOurs
      ? { found: "done", output: {} }
      : { found: "foreign", what: `A consistency group ${given.group} is on ${given.cluster} already` };
  },
  run: async (given, on) => {
    const { svm, group: name } = given;
    const volumes = given.volumes.map((each) => each.name);
    await noteJob(on, await on.ontap(given.cluster).consistencyGroups.create({ svm, name, volumes }));
  },
  writes: "consistencyGroups",
  handOff: (given) =>
    groupText(
      shown(given.svm, "?"),
      shown(given.group, "?"),
      (given.volumes as GroupInput["volumes"]).map(({ name }) => name),
    ),
  undo: {
    describe: (given) => `consistency group ${shown(given.group, "?")} is removed again; its volumes are not`,
    run: async (given, _past, on) => {
      const groups = on.ontap(given.cluster).consistencyGroups;
      const found = await groups.findByName(given.svm, given.group);
      if (found) await noteJob(on, await groups.delete(found.uuid));
    },
  },
});
