import { z } from "zod";
import { connectorDeployment } from "./deployments.js";
import { slackSchema } from "./slack.js";
import {
  channelId,
  cron,
  duration,
  guid,
  httpsOrigin,
  pem,
  positive,
  secretRef,
  text,
  timeOfDay,
  word,
  zone,
} from "./words.js";

/** Sections that are one thing each; lists (clusters, sets, hosts) and the policy are checked entry by entry elsewhere. */
export const sectionSchemas = {
  mode: z.enum(["read-write", "read-only"]).default("read-write"),
  timeZone: zone.default("UTC"),
  purposes: z
    .strictObject({
      volumeGroupPrefix: z
        .string()
        .regex(/^[a-z][a-z0-9_]*$/)
        .default("vg_"),
    })
    .prefault({}),
  protection: z
    .strictObject({
      policy: z
        .strictObject({
          name: word.default("sluice_mirror"),
          retention: z
            .array(
              z.strictObject({
                label: z.string().regex(/^\S{1,31}$/, "should be a label of at most 31 characters"),
                count: positive.max(1019),
              }),
            )
            .min(1)
            .default([
              { label: "daily", count: 30 },
              { label: "sluice-safety", count: 5 },
            ]),
          compression: z.boolean().default(false),
        })
        .prefault({}),
      schedule: z
        .strictObject({
          name: word.default("sluice_15min"),
          minutes: z.array(z.number().int().min(0).max(59)).min(1).default([0, 15, 30, 45]),
          hours: z.array(z.number().int().min(0).max(23)).min(1).optional(),
        })
        .prefault({}),
      kbPerSecond: z.number().int().min(0).default(0),
      offPeak: z.strictObject({ from: timeOfDay, to: timeOfDay, timeZone: zone }).optional(),
      encrypted: z.boolean().default(true),
      tiering: z.enum(["none", "snapshot_only", "auto", "all"]).default("none"),
    })
    .prefault({}),
  leases: z
    .strictObject({
      default: duration.default("P7D"),
      max: duration.default("P30D"),
      safetyCopy: duration.default("P14D"),
    })
    .prefault({}),
  azure: z
    .strictObject({
      tenantId: guid,
      subscription: guid,
      credential: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("clientSecret"), clientId: guid, secret: secretRef }),
        z.strictObject({ kind: z.literal("managedIdentity"), clientId: guid.optional() }),
        z.strictObject({ kind: z.literal("default") }),
      ]),
      endpoint: httpsOrigin.optional(),
      authorityHost: httpsOrigin.optional(),
      ca: pem.optional(),
    })
    .optional(),
  bluexp: z
    .strictObject({
      account: z.string().regex(/^account-\w+$/, "should be the account's id, such as account-AbCd1234"),
      workspace: z
        .string()
        .regex(/^workspace-\w+$/, "should be the workspace's id, such as workspace-AbCd1234")
        .optional(),
      login: z.discriminatedUnion("kind", [
        z.strictObject({ kind: z.literal("serviceAccount"), clientId: text, secret: secretRef }),
        z.strictObject({ kind: z.literal("refreshToken"), token: secretRef }),
      ]),
      connector: z
        .string()
        .regex(/^\w{8,64}$/, "should be the Connector's client id")
        .refine((id) => !id.endsWith("clients"), 'should be the id without "clients" behind it')
        .optional(),
      deploy: connectorDeployment.optional(),
      url: httpsOrigin.optional(),
      tokenUrl: httpsOrigin.optional(),
      ca: pem.optional(),
    })
    .optional(),
  slack: slackSchema,
  redis: z
    .strictObject({
      url: z
        .string()
        .regex(/^(rediss?|unix):\/\//, "should be redis://HOST:PORT or rediss://HOST:PORT")
        .refine(
          (url) => !/\/\/[^/@]*:[^/@]+@/.test(url),
          "carries a password: give such a URL by the environment, as REDIS_URL",
        )
        .optional(),
      prefix: word.default("sluice"),
    })
    .prefault({}),
  digest: z
    .strictObject({ cron, timeZone: zone.optional(), channel: channelId.optional() })
    .prefault({ cron: "0 7 * * *" }),
  http: z
    .strictObject({ host: text.default("127.0.0.1"), port: z.number().int().min(0).max(65535).default(8701) })
    .prefault({}),
  limits: z
    .strictObject({
      concurrentRuns: positive.max(100).default(8),
      openRequestsPerPerson: positive.max(100).default(10),
    })
    .prefault({}),
  secrets: z.record(word, secretRef).default({}),
} as const;
