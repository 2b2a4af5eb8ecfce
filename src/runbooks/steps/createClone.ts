import { z } from "zod";
import type { VolumeRef } from "../../config/types.js";
import { type Lun, Rejected } from "../../ontap/index.js";
import { cloneText } from "../byHand/volumes.js";
import { defineStep, shown, type Past, type Probe } from "../define.js";
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
  /** LUNs of the parent: the clone is whole when it shows as many. Absent where nobody needs them. */
  lunCount: z.number().int().optional(),
});
type Input = z.infer<typeof input>;

/** A field that is not taken when a clone is made. */
const NOT_WITH_A_CLONE = "918247";
/** A clone takes seconds, however large it is. */
const CLONE_MS = 60_000;

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
  probe: probeClone,
  run: async (given, on, { attempt }) => {
    const { cluster, svm, parent, snapshot, volume, note } = given;
    const array = on.ontap(cluster);
    if (attempt > 1 && (await finish(given, on))) return;
    const clone = { svm, name: volume, parentVolume: parent, parentSnapshot: snapshot, comment: writeNote(note) };
    try {
      await noteJob(on, await array.volumes.createClone(clone));
    } catch (problem) {
      if (!(problem instanceof Rejected) || problem.code !== NOT_WITH_A_CLONE) throw problem;
      // Some arrays may give a clone its snapshot policy only afterwards (reference 7.2): then it is waited for here.
      const accepted = await array.volumes.createClone({ ...clone, snapshotPolicy: null });
      await noteJob(on, accepted);
      const isThere = async (): Promise<boolean> => (await array.volumes.findByName(svm, volume)) !== undefined;
      await array.jobs.settle(accepted, { timeoutMs: CLONE_MS, look: isThere });
      await finish(given, on);
    }
  },
  writes: "volumes",
  handOff: (given) => {
    const { svm, volume, parent, snapshot, note } = given as Input;
    return cloneText({ svm, volume }, { parent: shown(parent, "?"), snapshot: shown(snapshot, "?") }, writeNote(note));
  },
  undo: {
    describe: (given) => `volume ${shown(given.volume, "?")} is deleted again`,
    run: (given, _past, on) => deleteOwn(given, on),
  },
});

async function probeClone(given: Input, on: ReadTools, { notes, attempt }: Past): Promise<Probe<Output>> {
  const { cluster, svm, volume, lunCount } = given;
  const array = on.ontap(cluster);
  // once it has been begun its LUNs are most likely there too
  const early = attempt > 0 && lunCount !== undefined ? array.luns.listByVolume(svm, volume) : undefined;
  const [[found], seen] = await Promise.all([array.volumes.list({ svm, name: volume }), early]);
  if (!found) return whenMissing(on, cluster, notes);
  const note = readNote(found.comment);
  if (note?.run !== given.note.run || note.kind !== given.note.kind) {
    return { found: "foreign", what: `A volume ${volume} is on ${cluster} already` };
  }
  if (found.state !== "online")
    return { found: "unclear", why: `The clone ${volume} is ${found.state ?? "in an unknown state"}.` };
  if (found.snapshotPolicy !== undefined && found.snapshotPolicy !== "none" && attempt > 0)
    return {
      found: "partial",
      why: `The clone ${volume} still takes snapshots by the policy ${found.snapshotPolicy}.`,
    };
  const luns = seen?.length === lunCount && seen ? seen : await array.luns.listByVolume(svm, volume);
  if (luns.length < (lunCount ?? 0)) {
    const missing = await whenMissing(on, cluster, notes);
    const why = `The clone ${volume} shows ${luns.length} of ${lunCount} LUNs.`;
    return missing.found === "running" ? missing : { found: "unclear", why };
  }
  if (lunCount !== undefined && luns.some(isOffline))
    return { found: "absent", goesOn: `LUNs of the clone ${volume} came up offline.` };
  return { found: "done", output: { uuid: found.uuid, luns: outputOf(luns) } };
}

/** Documented to come up online; where one does not, it is brought there (reference 8.1). */
const isOffline = ({ state, containerState }: Lun): boolean => state === "offline" && containerState === "online";

/** The clone of this run, if it is there, takes no snapshots of its own, and its LUNs are online. Answers whether it is there. */
async function finish(given: Input, on: Tools): Promise<boolean> {
  const { cluster, svm, volume, note } = given;
  const array = on.ontap(cluster);
  const found = await array.volumes.findByName(svm, volume);
  if (!found || readNote(found.comment)?.run !== note.run) return false;
  await bringOnline(given, on);
  if (found.snapshotPolicy === "none") return true;
  const accepted = await array.volumes.setSnapshotPolicy(found.uuid, "none");
  await noteJob(on, accepted);
  const isSo = async (): Promise<boolean> => (await array.volumes.find(found.uuid))?.snapshotPolicy === "none";
  await array.jobs.settle(accepted, { timeoutMs: CLONE_MS, look: isSo });
  return true;
}

async function bringOnline({ cluster, svm, volume, lunCount }: Input, on: Tools): Promise<void> {
  if (lunCount === undefined) return;
  const { luns, jobs } = on.ontap(cluster);
  for (const { uuid } of (await luns.listByVolume(svm, volume)).filter(isOffline)) {
    const isOn = async (): Promise<boolean> => (await luns.find(uuid))?.state === "online";
    await jobs.settle(await luns.setEnabled(uuid, true), { timeoutMs: CLONE_MS, look: isOn });
  }
}

/** Sorted by path. */
const outputOf = (luns: readonly Lun[]): Output["luns"] =>
  luns
    .map(({ uuid, name, logicalUnit, serial, wwid, sizeBytes }) => ({
      uuid,
      path: name,
      name: logicalUnit,
      serial,
      wwid,
      sizeBytes: sizeBytes ?? 0,
    }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));

/** Deletes the clone for good, if it is this run's. The recovery queue would go on holding the mirror's snapshot. */
export async function deleteOwn(given: Pick<Input, "cluster" | "svm" | "volume" | "note">, on: Tools): Promise<void> {
  const { cluster, svm, volume } = given;
  const array = on.ontap(cluster);
  const [found] = await array.volumes.list({ svm, name: volume });
  if (!found || readNote(found.comment)?.run !== given.note.run) return;
  await array.volumes.delete(found.uuid, { force: true });
}
