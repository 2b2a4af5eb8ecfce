import { z } from "zod";
import { pointShape } from "../points.js";

export const failoverRequest = z.strictObject({
  set: z.string(),
  host: z.string().optional(),
  point: pointShape.optional(),
  /** The source is taken for dead: nothing at all is asked of it. */
  unplanned: z.literal(true).optional(),
  /** Only if the source can be asked: its application is stopped and everything is sent first. */
  planned: z.literal(true).optional(),
});
export type FailoverRequest = z.infer<typeof failoverRequest>;
