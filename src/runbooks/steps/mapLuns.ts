import { z } from "zod";
import { mapText, unmapByNameText } from "../byHand/luns.js";
import { defineStep, shown, type Probe } from "../define.js";
import type { Environment } from "../../core/resource.js";
import { changes, igroupResource, volumeResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  volume: z.string(),
  owner: z.string(),
  igroup: z.string(),
  host: z.string(),
  luns: z.array(z.object({ path: z.string(), number: z.number().int() })),
});
type Input = z.infer<typeof input>;
const output = z.object({
  maps: z.array(z.object({ path: z.string(), number: z.number(), lunUuid: z.string(), igroupUuid: z.string() })),
});
type Output = z.infer<typeof output>;

const names = (luns: unknown): string =>
  Array.isArray(luns)
    ? luns
        .map(
          (each: { path?: unknown; number?: unknown }) =>
            `${shown(each.path, "?").split("/").at(-1) ?? "?"} as ${shown(each.number, "?")}`,
        )
        .join(", ")
    : "its LUNs";

const mapping = (environment: Environment) =>
  defineStep<Input, Output>({
    effect: "change",
    input,
    output,
    describe: (given) => `Map LUNs ${names(given.luns)} of ${shown(given.volume, "?")} to ${shown(given.host, "?")}`,
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
    probe: probeMaps,
    run: async (given, on, { attempt }) => {
      // before the first attempt the probe has just found none
      const present = new Set(attempt > 1 ? (await mapsOf(given, on)).map((map) => map.path) : []);
      const { svm, igroup } = given;
      const missing = given.luns.filter((lun) => !present.has(lun.path));
      await allSettledOrThrow(
        missing.map((lun) =>
          on.ontap(given.cluster).lunMaps.create({ svm, igroup, lun: lun.path, number: lun.number }),
        ),
      );
    },
    writes: "luns",
    handOff: (given) => {
      const maps = (given.luns as Input["luns"]).map(({ path, number }) => ({
        svm: shown(given.svm, "?"),
        igroup: shown(given.igroup, "?"),
        lun: path,
        number,
      }));
      return { ...mapText(maps), back: unmapByNameText(maps) };
    },
    undo: {
      describe: () => "the LUNs are unmapped again",
      run: (given, _past, on) => unmapAll(given, on),
    },
  });

/** A clone's LUNs to one host, under numbers that are free over all igroups of its initiator. */
export const mapLuns = mapping("clone");
/** The same of a mirror that was broken off. */
export const mapMirrorLuns = mapping("dr");
/** The same of volumes that were just made, for a host that is not production, and for one that is. */
export const mapNewLuns = mapping("infrastructure");
export const mapProductionLuns = mapping("production");

async function probeMaps(given: Input, on: ReadTools): Promise<Probe<Output>> {
  const maps = await mapsOf(given, on);
  const elsewhere = maps.find((map) => given.luns.find((lun) => lun.path === map.path)?.number !== map.number);
  if (elsewhere)
    return { found: "foreign", what: `LUN ${elsewhere.path} is mapped as number ${elsewhere.number} already` };
  if (maps.length === 0) return { found: "absent" };
  if (maps.length < given.luns.length)
    return { found: "partial", why: `${maps.length} of ${given.luns.length} LUNs of ${given.volume} are mapped.` };
  return {
    found: "done",
    output: { maps: maps.map(({ path, number, lunUuid, igroupUuid }) => ({ path, number, lunUuid, igroupUuid })) },
  };
}

interface FoundMap {
  readonly path: string;
  readonly number: number;
  readonly lunUuid: string;
  readonly igroupUuid: string;
}

async function mapsOf(given: Pick<Input, "cluster" | "svm" | "igroup" | "luns">, on: ReadTools): Promise<FoundMap[]> {
  const paths = new Set(given.luns.map((lun) => lun.path));
  const maps = await on.ontap(given.cluster).lunMaps.list({ svm: given.svm, igroup: given.igroup });
  return maps
    .map(({ lun, igroup, number }) => ({
      path: lun.name ?? "",
      number,
      lunUuid: lun.uuid ?? "",
      igroupUuid: igroup.uuid ?? "",
    }))
    .filter((map) => paths.has(map.path));
}

export async function unmapAll(given: Pick<Input, "cluster" | "svm" | "igroup" | "luns">, on: Tools): Promise<void> {
  const maps = await mapsOf(given, on);
  await allSettledOrThrow(maps.map((map) => on.ontap(given.cluster).lunMaps.delete(map.lunUuid, map.igroupUuid)));
}

/** All of them run to their end before the first problem is thrown, so that nothing is still on its way when the probe looks. */
export async function allSettledOrThrow(work: readonly Promise<unknown>[]): Promise<void> {
  const failed = (await Promise.allSettled(work)).find((each) => each.status === "rejected");
  if (failed) throw failed.reason;
}
