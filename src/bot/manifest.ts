import type { AppsManifestCreateArguments } from "@slack/web-api";
import { webhookPath } from "./webhook.js";

/** As Slack's `apps.manifest.create` takes it. */
export type Manifest = AppsManifestCreateArguments["manifest"];

export interface ManifestOptions {
  /** "/sluice" */
  readonly command: string;
  /** HTTP mode: the https origin Slack reaches the bot at. Absent: Socket Mode. */
  readonly httpUrl?: string;
}

/** What each right is for; doctor compares what the token has with this list. */
export const botScopes = {
  "app_mentions:read": "hear mentions",
  "channels:history": "read plain messages in the public channels Sluice listens to",
  "channels:read": "see whether a channel is shared with another organisation, at the moment of a click",
  "chat:write": "post and update cards",
  commands: "the slash command",
  "groups:history": "the same for private channels Sluice was invited to and listens to",
  "groups:read": "the same look at private channels",
  "im:history": "requests by direct message",
  "im:write": "reminders by direct message",
  "usergroups:read": "who is in an approver group, at the moment of a click",
  "users:read": "who is a guest, a bot, deactivated or of another workspace; whose time zone a date is in",
} as const;

/** `message.*` of channels is needed because plain sentences are read there; what is no request is dropped and never stored. */
const botEvents = ["app_home_opened", "app_mention", "message.channels", "message.groups", "message.im"] as const;

/** The Slack app, to be pasted at api.slack.com → Create an app → From a manifest. The app-level token (connections:write) is made there. */
export function manifest(options: ManifestOptions): Manifest {
  const url = options.httpUrl === undefined ? undefined : new URL(webhookPath, options.httpUrl).href;
  const at = url === undefined ? {} : { request_url: url };
  return {
    _metadata: { major_version: 1, minor_version: 1 },
    display_information: {
      name: "Sluice",
      description:
        "Clones, mirrors and restores: asked for in a sentence, approved on a plan, done exactly as planned.",
      background_color: "#12324a",
    },
    features: {
      app_home: { home_tab_enabled: true, messages_tab_enabled: true, messages_tab_read_only_enabled: false },
      bot_user: { display_name: "sluice", always_online: true },
      slash_commands: [
        {
          command: options.command,
          description: "Ask Sluice: clone, restore, health, runs, help …",
          usage_hint: "clone prod volume for training",
          should_escape: true,
          ...(url === undefined ? {} : { url }),
        },
      ],
    },
    oauth_config: { scopes: { bot: Object.keys(botScopes) as (keyof typeof botScopes)[] } },
    settings: {
      event_subscriptions: { ...at, bot_events: [...botEvents] },
      interactivity: { is_enabled: true, ...at },
      org_deploy_enabled: false,
      socket_mode_enabled: url === undefined,
      token_rotation_enabled: false,
    },
  };
}
