import { z } from "zod";
import { cron, mountPoint, positive, text, volumeRef, word, zone } from "./words.js";

const layout = z.strictObject({
  volumeGroups: z
    .array(
      z.strictObject({
        name: word,
        volumes: z.array(word).min(1).optional(),
        logicalVolumes: z
          .array(z.strictObject({ name: word, mountPoint, fileSystem: z.enum(["xfs", "ext4"]).default("xfs") }))
          .min(1),
      }),
    )
    .min(1),
});

const howFrozen = {
  host: word.optional(),
  resumeAfterSeconds: positive.min(20).max(590).default(120),
};
/** IRIS itself suspends updates after ten minutes: a freeze ends before that. */
const freeze = z.discriminatedUnion("kind", [
  z.strictObject({
    kind: z.literal("iris"),
    instance: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/, "should be the name of an IRIS instance, such as EPICPRD"),
    user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/, "should be the account that owns the instance, such as irisusr"),
    ...howFrozen,
  }),
  z.strictObject({
    kind: z.literal("command"),
    freeze: text,
    thaw: text,
    check: text.optional(),
    ...howFrozen,
  }),
  z.strictObject({ kind: z.literal("xfs_freeze"), ...howFrozen }),
]);

export const setSchema = z.strictObject({
  name: word,
  aliases: z.array(text).default([]),
  environment: z.enum(["production", "dr", "clone", "infrastructure"]),
  members: z.array(z.strictObject({ source: volumeRef, mirror: volumeRef })).min(1, "names no volume"),
  layout,
  productionHosts: z.array(word).default([]),
  rpoTargetMinutes: positive,
  nightly: z.strictObject({
    pattern: text,
    label: word,
    cron,
    timeZone: zone.default("UTC"),
    graceMinutes: positive.default(60),
  }),
  freeze: freeze.optional(),
  adopt: z.array(z.strictObject({ pattern: text, label: word })).optional(),
  failover: z.strictObject({ snapshotPolicy: text.default("default") }).prefault({}),
  drill: z
    .strictObject({
      checks: z
        .array(
          z.strictObject({
            name: text,
            command: z
              .string()
              .max(1000)
              .regex(/^[ -~]+$/, "should be one line of a shell"),
            limitSeconds: positive.max(900).default(60),
            isolation: z.boolean().default(false),
          }),
        )
        .max(20)
        .default([]),
    })
    .prefault({}),
});
