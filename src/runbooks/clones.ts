import { clonesAmong, readNote, type CloneOf } from "../core/clone-notes.js";
import { mirrorPlaces } from "./inventory.js";
import type { ReadTools } from "./tools.js";
import type { Volume } from "../ontap/index.js";

export {
  clonesAmong,
  cloneNoteShape,
  ownerOf,
  ownerText,
  readNote,
  writeNote,
  type CloneNote,
} from "../core/clone-notes.js";

/** A clone as people know it: the volumes that one run made. */
export type Clone = CloneOf<Volume>;

/** Where a clone's file systems are mounted: each of its volumes says so of its own. */
export const mountsOf = (clone: Clone): readonly string[] => [
  ...new Set(clone.volumes.flatMap((volume) => readNote(volume.comment)?.mount ?? [])),
];

/** Every clone of ours, read from the arrays: one call per SVM that holds mirrors. */
export async function listClones(on: Pick<ReadTools, "inventory" | "ontap">): Promise<readonly Clone[]> {
  const found = await Promise.all(
    mirrorPlaces(on.inventory).map(async ({ cluster, svm }) =>
      clonesAmong(cluster, svm, await on.ontap(cluster).volumes.list({ svm, isFlexclone: true })),
    ),
  );
  return found.flat();
}
