import { z } from "zod";
import { pointShape } from "../points.js";

export const drillRequest = z.strictObject({
  set: z.string(),
  host: z.string().optional(),
  point: pointShape.optional(),
});
export type DrillRequest = z.infer<typeof drillRequest>;
