import { z } from "zod";

export const snapshotRequest = z.strictObject({
  set: z.string(),
  /** A SnapMirror label the mirror's policy knows ("daily"); any other word is the snapshot's name. */
  label: z.string().optional(),
  /** Do not freeze the application, although it could be. */
  unfrozen: z.literal(true).optional(),
  /** Take none: give those of other tools the label by which the mirror takes them along. */
  adopt: z.literal(true).optional(),
});
export type SnapshotRequest = z.infer<typeof snapshotRequest>;
