import { z } from "zod";
import { pointShape } from "../points.js";

export const cloneRequest = z.strictObject({
  set: z.string(),
  host: z.string().optional(),
  purpose: z.string().optional(),
  point: pointShape.optional(),
  fresh: z.literal(true).optional(),
  /** How long, from the mount. */
  lease: z.iso.duration().optional(),
  leaseUntil: z.iso.datetime({ offset: true }).optional(),
  /** A second clone on a host takes a name. */
  as: z
    .string()
    .regex(/^[a-z][a-z0-9-]{0,19}$/i, "a clone's name is a letter and up to 19 letters, digits and dashes")
    .optional(),
  only: z.string().optional(),
});
export type CloneRequest = z.infer<typeof cloneRequest>;
