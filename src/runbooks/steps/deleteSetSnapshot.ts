import { z } from "zod";
import { Refusal } from "../../core/problems.js";
import type { Snapshot } from "../../ontap/index.js";
import { deleteSetText } from "../byHand/snapshots.js";
import { defineStep, shown } from "../define.js";
import { listed } from "../inventory.js";
import type { ReadTools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";
import { environment, namedVolumes, setTouches, volumesInWords } from "./takeSetSnapshot.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  environment,
  volumes: namedVolumes,
  snapshot: z.string(),
  /** One on each volume, by uuid. */
  snapshots: z.array(z.object({ volumeUuid: z.string(), uuid: z.string(), versionUuid: z.string().nullable() })).min(1),
  /** The consistency group's snapshot they are parts of: deleted by it, all go or none. */
  group: z.object({ uuid: z.string(), name: z.string(), snapshotUuid: z.string() }).nullable(),
});
type Input = z.infer<typeof input>;

const look = (given: Input, on: ReadTools): Promise<readonly (Snapshot | undefined)[]> =>
  Promise.all(given.snapshots.map(({ volumeUuid, uuid }) => on.ontap(given.cluster).snapshots.find(volumeUuid, uuid)));

/** Deletes one snapshot of a set from one side, on all its volumes. */
export const deleteSetSnapshot = defineStep<Input, Record<string, never>>({
  effect: "destroy",
  input,
  output: z.object({}).strict(),
  describe: (given) =>
    `Delete snapshot ${shown(given.snapshot, "?")} of ${volumesInWords(given)} on ${shown(given.cluster, "?")}`,
  touches: setTouches,
  /** Whoever has begun to hold it since it was planned keeps it. */
  before: async (given, on) => {
    const found = await look(given, on);
    const held = [...new Set(found.flatMap((each) => each?.owners ?? []))];
    if (held.length > 0)
      throw new Refusal(`Snapshot ${given.snapshot} is held by ${listed(held)} now, so it was left alone.`);
    const other = found.find((each, i) => each && (each.versionUuid ?? null) !== given.snapshots[i]?.versionUuid);
    if (other) throw new Refusal(`Snapshot ${given.snapshot} is not the one of this plan any more.`);
    return null;
  },
  probe: async (given, on, past) => {
    const left = (await look(given, on)).filter((each) => each !== undefined).length;
    if (left === 0) return { found: "done", output: {} };
    const work = await whenMissing(on, given.cluster, past.notes);
    if (work.found === "running" || left === given.snapshots.length) return work;
    const why = `Snapshot ${given.snapshot} is still on ${left} of ${given.snapshots.length} volumes.`;
    return { found: "partial", why, again: true };
  },
  run: async (given, on) => {
    const array = on.ontap(given.cluster);
    const { group } = given;
    if (group) return noteJob(on, await array.consistencyGroups.deleteSnapshot(group.uuid, group.snapshotUuid));
    const there = (await look(given, on)).filter((each) => each !== undefined);
    const accepted = await Promise.allSettled(there.map((each) => array.snapshots.delete(each.volumeUuid, each.uuid)));
    for (const each of accepted) if (each.status === "fulfilled") await noteJob(on, each.value);
    const failed = accepted.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  },
  writes: "snapshots",
  handOff: (given) => {
    const { volumes, snapshots, group } = given as Input;
    const parts = snapshots.map(({ volumeUuid, uuid }) => ({
      volume: volumes.find((each) => each.uuid === volumeUuid)?.name ?? "?",
      volumeUuid,
      uuid,
    }));
    return deleteSetText(shown(given.svm, "?"), shown(given.snapshot, "?"), parts, group);
  },
  undo: { impossible: "the state it held cannot be restored from here any more" },
});
