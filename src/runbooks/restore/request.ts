import { z } from "zod";
import { pointShape } from "../points.js";

export const restoreRequest = z.strictObject({
  set: z.string(),
  point: pointShape.optional(),
  from: z.string().optional(),
  startApplication: z.literal(true).optional(),
});
export type RestoreRequest = z.infer<typeof restoreRequest>;
