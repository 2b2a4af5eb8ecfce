import { z } from "zod";

export const unprotectRequest = z.strictObject({
  set: z.string(),
  /** The mirror's volumes are deleted too. */
  volumes: z.literal(true).optional(),
  /** SVM peering, policy and schedule too, where nothing else uses them. */
  peering: z.literal(true).optional(),
});
export type UnprotectRequest = z.infer<typeof unprotectRequest>;
