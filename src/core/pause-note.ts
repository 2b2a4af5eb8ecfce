import { z } from "zod";
import { ownerOf } from "./clone-notes.js";

/** A mirror by its destination. */
export interface MirrorName {
  readonly cluster: string;
  readonly svm: string;
  readonly volume: string;
}

/** Where it is remembered who paused a mirror: the array has no place for it. */
export const pauseNoteName = (mirror: MirrorName): string => `paused:${mirror.cluster}/${mirror.svm}/${mirror.volume}`;

/** As it is kept: `by` is "TEAM/USER", as in the notes of clones. */
export const pauseNoteShape = z.object({
  by: z.string().transform((owner) => ownerOf({ owner })),
  at: z.string(),
  reason: z.string(),
});
/** Who paused it, when it was asked for (ISO-8601), and why. */
export type PauseNote = z.infer<typeof pauseNoteShape>;

/** Who paused a mirror last, when and why; undefined when nobody of ours did, or it has been resumed since. */
export async function recallPause(
  on: { recall(name: string): Promise<string | undefined> },
  mirror: MirrorName,
): Promise<PauseNote | undefined> {
  const text = await on.recall(pauseNoteName(mirror));
  if (!text) return undefined;
  try {
    return pauseNoteShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
