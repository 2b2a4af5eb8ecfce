import { z } from "zod";
import type { VolumeRef } from "../../config/types.js";
import { defineStep, shown, type Probe } from "../define.js";
import { cloneNoteShape, readNote, writeNote } from "../clones.js";
import { changes, reads, volumeResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  parent: z.string(),
  snapshot: z.string(),
  volume: z.string(),
  note: cloneNoteShape,
});
type Input = z.infer<typeof input>;

const output = z.object({
  uuid: z.string(),
  /** Sorted by name. */
  luns: z.array(
    z.object({
      uuid: z.string(),
      path: z.string(),
      name: z.string(),
      serial: z.string(),
      wwid: z.string(),
      sizeBytes: z.number(),
    }),
  ),
});
type Output = z.infer<typeof output>;

const at = (given: { cluster: unknown; svm: unknown }, volume: unknown): VolumeRef => ({
  cluster: shown(given.cluster, "?"),
  svm: shown(given.svm, "?"),
  volume: shown(volume, "?"),
});

/** A FlexClone of a mirror's snapshot. Its comment says whose it is; a volume of that name without it is somebody else's. */
export const createClone = defineStep<Input, Output>({
  effect: "change",
  input,
  output,
  describe: (given) =>
    `Clone ${shown(given.parent, "the mirror")} at ${shown(given.snapshot, "the snapshot of this run")} as volume ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}`,
  touches: (given) => [
    changes(
      volumeResource(at(given, given.volume), "clone", {
        owner: "note" in given && "owner" in given.note ? shown(given.note.owner, "") : "",
      }),
    ),
    reads(volumeResource(at(given, given.parent), "dr")),
  ],
  probe: (given, on, past) => probeClone(given, on, past.notes),
  run: async (given, on) => {
    const { cluster, svm, parent, snapshot, volume, note } = given;
    const accepted = await on.ontap(cluster).volumes.createClone({
      svm,
      name: volume,
      parentVolume: parent,
      parentSnapshot: snapshot,
      comment: writeNote(note),
    });
    await noteJob(on, accepted);
  },
  undo: {
    describe: (given) => `volume ${shown(given.volume, "?")} is deleted again`,
    run: (given, _past, on) => deleteOwn(given, on),
  },
});

async function probeClone(
  given: Input,
  on: ReadTools,
  notes: Parameters<typeof whenMissing>[2],
): Promise<Probe<Output>> {
  const { cluster, svm, volume } = given;
  const array = on.ontap(cluster);
  const [found] = await array.volumes.list({ svm, name: volume });
  if (!found) return whenMissing(on, cluster, notes);
  const note = readNote(found.comment);
  if (note?.run !== given.note.run || note.kind !== given.note.kind) {
    return { found: "foreign", what: `A volume ${volume} is on ${cluster} already` };
  }
  if (found.state !== "online")
    return { found: "unclear", why: `The clone ${volume} is ${found.state ?? "in an unknown state"}.` };
  const luns = (await array.luns.listByVolume(svm, volume))
    .map(({ uuid, name, logicalUnit, serial, wwid, sizeBytes }) => ({
      uuid,
      path: name,
      name: logicalUnit,
      serial,
      wwid,
      sizeBytes: sizeBytes ?? 0,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
  return { found: "done", output: { uuid: found.uuid, luns } };
}

/** Deletes the clone for good, if it is this run's. The recovery queue would go on holding the mirror's snapshot. */
export async function deleteOwn(given: Pick<Input, "cluster" | "svm" | "volume" | "note">, on: Tools): Promise<void> {
  const { cluster, svm, volume } = given;
  const array = on.ontap(cluster);
  const [found] = await array.volumes.list({ svm, name: volume });
  if (!found || readNote(found.comment)?.run !== given.note.run) return;
  await array.volumes.delete(found.uuid, { force: true });
}
