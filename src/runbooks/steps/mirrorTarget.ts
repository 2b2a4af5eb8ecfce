import { z } from "zod";
import type { Json } from "../../core/json.js";
import { shown, type Past } from "../define.js";
import type { Tools } from "../tools.js";

/** The mirror a step acts on: the place of its destination, and the relationship's uuid on that cluster. */
export const mirrorTarget = { cluster: z.string(), svm: z.string(), volume: z.string(), relationship: z.string() };

/** What a step is shown of a volume before references are filled in. */
export interface NamedVolume {
  readonly cluster: unknown;
  readonly svm: unknown;
  readonly volume: unknown;
}
export const volumeRefOf = (given: NamedVolume): { cluster: string; svm: string; volume: string } => ({
  cluster: shown(given.cluster, "?"),
  svm: shown(given.svm, "?"),
  volume: shown(given.volume, "?"),
});
export const mirrorName = (given: NamedVolume): string =>
  `the mirror ${shown(given.volume, "?")} on ${shown(given.cluster, "?")}`;

const takenBack = { takenBack: true } as const;
/** An undo that the world does not show (a state that may be there of itself) leaves this word, and the probe asks for it. */
export const noteTakenBack = (on: Tools): Promise<void> => on.note(takenBack);
export const isTakenBack = ({ notes }: Past): boolean =>
  notes.some((note: Json) => typeof note === "object" && note !== null && "takenBack" in note);
