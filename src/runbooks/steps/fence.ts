import { z } from "zod";
import { takenMapShape, type TakenMap } from "../../core/failover-note.js";
import type { Environment } from "../../core/resource.js";
import { mapText, unmapText } from "../byHand/luns.js";
import { defineStep, shown, type Probe } from "../define.js";
import { changes, igroupResource, volumeResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { gone } from "./giveBack.js";
import { allSettledOrThrow } from "./mapLuns.js";

const input = z.object({
  set: z.string(),
  environment: z.enum(["production", "dr", "clone", "infrastructure"]),
  maps: z.array(takenMapShape).min(1),
});
type Input = z.infer<typeof input>;
type Nothing = Record<string, never>;

const mapsOf = (given: { maps: unknown }): readonly TakenMap[] => given.maps as readonly TakenMap[];
const volumeName = ({ lun }: TakenMap): string => lun.split("/")[2] ?? lun;
const distinct = (all: readonly string[]): string[] => [...new Set(all)];
const named = (maps: readonly TakenMap[]): string =>
  `${maps.length} LUN${maps.length === 1 ? "" : "s"} of ${distinct(maps.map(volumeName)).join(", ")}`;
const igroups = (maps: readonly TakenMap[]): string => distinct(maps.map(({ igroup }) => igroup)).join(", ");
const clusters = (maps: readonly TakenMap[]): string => distinct(maps.map(({ cluster }) => cluster)).join(", ");

function touches(given: { environment: unknown; maps: unknown }) {
  const all = mapsOf(given);
  const volumes = new Map(
    all.map((map) => {
      const resource = volumeResource(
        { cluster: map.cluster, svm: map.svm, volume: volumeName(map) },
        shown(given.environment, "production") as Environment,
      );
      return [resource.id, resource] as const;
    }),
  );
  const groups = new Map(
    all.map((map) => {
      const resource = igroupResource(map.cluster, map.svm, map.igroup);
      return [resource.id, resource] as const;
    }),
  );
  return [...volumes.values(), ...groups.values()].map(changes);
}

/** Which of these maps are there now. */
async function present(maps: readonly TakenMap[], on: ReadTools): Promise<readonly TakenMap[]> {
  const places = new Map(maps.map(({ cluster, svm }) => [`${cluster}/${svm}`, { cluster, svm }]));
  const found = await Promise.all(
    [...places.values()].map(async ({ cluster, svm }) =>
      (await on.ontap(cluster).lunMaps.list({ svm })).map(
        (map) => `${cluster}/${map.lun.uuid ?? ""}/${map.igroup.uuid ?? ""}`,
      ),
    ),
  );
  const there = new Set(found.flat());
  return maps.filter((map) => there.has(`${map.cluster}/${map.uuid}/${map.igroupUuid}`));
}

const unmap = async (maps: readonly TakenMap[], on: Tools): Promise<void> =>
  allSettledOrThrow(
    (await present(maps, on)).map((map) => gone(on.ontap(map.cluster).lunMaps.delete(map.uuid, map.igroupUuid))),
  );

async function remap(maps: readonly TakenMap[], on: Tools): Promise<void> {
  const there = new Set(await present(maps, on));
  await allSettledOrThrow(
    maps
      .filter((map) => !there.has(map))
      .map(({ cluster, svm, igroup, lun, number }) => on.ontap(cluster).lunMaps.create({ svm, igroup, lun, number })),
  );
}

/** Takes production's LUNs from every host, so that nothing can be written to the old copy once the new one is in use. */
export const fenceSource = defineStep<Input, Nothing>({
  effect: "change",
  input,
  output: z.object({}).strict(),
  describe: (given) =>
    `Fence the source: take ${named(mapsOf(given))} on ${clusters(mapsOf(given))} from igroup ${igroups(mapsOf(given))}, so that no host can write to the old copy`,
  touches,
  probe: async (given, on): Promise<Probe<Nothing>> => {
    const left = await present(given.maps, on);
    if (left.length === 0) return { found: "done", output: {} };
    return left.length === given.maps.length
      ? { found: "absent" }
      : { found: "partial", why: `${left.length} of ${given.maps.length} LUNs are still mapped.` };
  },
  run: (given, on) => unmap(given.maps, on),
  writes: "luns",
  handOff: (given) => ({ ...unmapText(mapsOf(given)), back: mapText(mapsOf(given)) }),
  undo: {
    describe: () => "the LUNs are mapped again under the same numbers",
    run: (given, _past, on) => remap(given.maps, on),
  },
});

/** Gives them back, each under the number it had. A LUN that is not the one that was taken is refused. */
export const unfenceSource = defineStep<Input, Nothing>({
  effect: "change",
  input,
  output: z.object({}).strict(),
  describe: (given) =>
    `Give the hosts their LUNs back: map ${named(mapsOf(given))} on ${clusters(mapsOf(given))} to igroup ${igroups(mapsOf(given))} under the numbers they had`,
  touches,
  probe: async (given, on): Promise<Probe<Nothing>> => {
    const there = await present(given.maps, on);
    if (there.length === given.maps.length) return { found: "done", output: {} };
    return there.length === 0
      ? { found: "absent" }
      : { found: "partial", why: `${there.length} of ${given.maps.length} LUNs are mapped.` };
  },
  run: (given, on) => remap(given.maps, on),
  writes: "luns",
  handOff: (given) => ({ ...mapText(mapsOf(given)), back: unmapText(mapsOf(given)) }),
  undo: {
    describe: () => "the LUNs are taken from the hosts again",
    run: (given, _past, on) => unmap(given.maps, on),
  },
});
