import { z } from "zod";
import { iqn, isRecord, mountPoint, positive, secretRef, sha256Fingerprint, text, word, wwpn } from "./words.js";

const purpose = z.strictObject({
  name: word,
  aliases: z.array(text).default([]),
  set: word.optional(),
  mountPoint,
  drillMountPoint: mountPoint.optional(),
  afterMount: text.optional(),
});

export const hostSchema = z
  .strictObject({
    name: word,
    aliases: z.array(text).default([]),
    reach: z.discriminatedUnion("kind", [
      z.strictObject({ kind: z.literal("runCommand"), resourceGroup: word, vm: word }),
      z.strictObject({
        kind: z.literal("ssh"),
        address: text,
        port: positive.max(65535).default(22),
        user: word,
        sudo: z.boolean().default(false),
        hostKey: sha256Fingerprint,
        key: secretRef,
      }),
    ]),
    iqn: iqn.optional(),
    wwpns: z.array(wwpn).default([]),
    environment: z.enum(["production", "infrastructure"]),
    clearedForPatientData: z.boolean().default(false),
    purposes: z.array(purpose).default([]),
    hooks: z
      .strictObject({
        stop: text.optional(),
        start: text.optional(),
        ends: z
          .array(z.string().regex(/^[A-Za-z0-9_.+-]{1,32}$/, "should be a command's name, such as irisdb"))
          .default([]),
      })
      .prefault({}),
  })
  .refine((host) => host.environment !== "production" || host.purposes.length === 0, {
    path: ["purposes"],
    error: "a production host takes no clones, so it can have no purpose",
    when: ({ value }) => isRecord(value) && Array.isArray(value["purposes"]),
  })
  .refine((host) => host.purposes.length === 0 || host.iqn !== undefined || host.wwpns.length > 0, {
    path: ["iqn"],
    error: "is missing: a host with a purpose is given LUNs, so it needs an iqn or wwpns",
    when: ({ value }) => isRecord(value) && Array.isArray(value["purposes"]),
  });
