import { z } from "zod";

export const failbackRequest = z.strictObject({
  set: z.string(),
  startApplication: z.literal(true).optional(),
  /** The second half: what Sluice itself asks for when the array has caught up. */
  switch: z.literal(true).optional(),
});
export type FailbackRequest = z.infer<typeof failbackRequest>;
