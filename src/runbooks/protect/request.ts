import { z } from "zod";

/** A name as ONTAP takes it for policies, schedules and aggregates. */
const name = z
  .string()
  .regex(/^[A-Za-z0-9_][\w.-]{0,99}$/, "should be a name of letters, digits, dots, dashes and underscores");
const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, "should be a time of day such as 22:00");

/** What is not said is as the configuration has it. */
export const protectRequest = z.strictObject({
  set: z.string(),
  /** A policy that is there already, or the configured one. */
  policy: name.optional(),
  schedule: name.optional(),
  /** KB/s of 1024 bytes; 0 is no limit. */
  kbPerSecond: z.number().int().min(0).max(4_294_967_295).optional(),
  /** The first transfer has no limit then; "none": not even where the configuration has such a window. */
  offPeak: z
    .union([z.strictObject({ from: timeOfDay, to: timeOfDay, timeZone: z.string() }), z.literal("none")])
    .optional(),
  aggregate: name.optional(),
  tiering: z.enum(["none", "snapshot_only", "auto", "all"]).optional(),
});
export type ProtectRequest = z.infer<typeof protectRequest>;
