import { z } from "zod";
import { channelId, isRecord, origin, secretRef } from "./words.js";

export const slackSchema = z
  .strictObject({
    mode: z.enum(["socket", "http"]).default("socket"),
    team: z.string().regex(/^[TE][A-Z0-9]{2,}$/, "should be the workspace's id (T0…)"),
    channels: z.strictObject({ listen: z.array(channelId).default([]), health: channelId }),
    botToken: secretRef,
    appToken: secretRef.optional(),
    signingSecret: secretRef.optional(),
    apiUrl: origin.optional(),
    command: z
      .string()
      .regex(/^\/[a-z0-9_-]{1,31}$/, "should be a slash command, such as /sluice")
      .default("/sluice"),
  })
  .refine((slack) => slack.mode !== "socket" || slack.appToken !== undefined, {
    path: ["appToken"],
    error: "is missing: Socket Mode needs an app-level token (xapp-…)",
    when: ({ value }) => isRecord(value) && value["mode"] !== "http",
  })
  .refine((slack) => slack.mode !== "http" || slack.signingSecret !== undefined, {
    path: ["signingSecret"],
    error: "is missing: HTTP mode checks every request against it",
    when: ({ value }) => isRecord(value) && value["mode"] === "http",
  });
