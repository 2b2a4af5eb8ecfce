import { WebClient } from "@slack/web-api";
import { Redis } from "ioredis";
import { pino } from "pino";
import { manifest } from "../bot/index.js";
import { systemClock } from "../core/clock.js";
import {
  clusterCheck,
  configCheck,
  hostCheck,
  keyVaultCheck,
  mirrorPairsCheck,
  redisCheck,
  rightsCheck,
  slackCheck,
  vmCheck,
  type Check,
  type SlackLook,
} from "../doctor/index.js";
import { createFarEnds } from "../farEnds.js";
import { inspect } from "../host/index.js";
import { leaseCheck } from "../jobs/guard.js";
import { redisFor } from "./redis.js";
import type { Settings } from "./settings.js";

/** The doctor's checks over the real far ends, and what closes them. */
export async function doctorChecks({
  config,
  secrets,
}: Settings): Promise<{ checks: readonly Check[]; close(): Promise<void> }> {
  const farEnds = createFarEnds({
    config,
    secrets,
    clock: systemClock,
    log: pino({ level: "silent" }),
    beforeWrite: leaseCheck,
  });
  const found = await redisFor(config, () => undefined);
  const redis = new Redis(found.url, { maxRetriesPerRequest: 1, retryStrategy: () => null });
  redis.on("error", () => undefined);
  const slack = slackLook(secrets.open(config.slack.botToken), config.slack.apiUrl);
  const scopes = manifest({ command: config.slack.command }).oauth_config?.scopes?.bot ?? [];
  const azure = config.azure ? farEnds.azure() : undefined;
  return {
    checks: [
      configCheck(config),
      redisCheck(redis as unknown as Parameters<typeof redisCheck>[0]),
      slackCheck(config, scopes, slack),
      ...config.clusters.map((cluster) => clusterCheck(cluster, config, farEnds.ontap(cluster.name))),
      ...config.clusters.map((cluster) => rightsCheck(cluster, farEnds.ontap(cluster.name).rights)),
      ...config.clusters
        .filter((cluster) => cluster.profile !== "onprem")
        .map((cluster) => keyVaultCheck(cluster, farEnds.ontap(cluster.name), azure?.vaults, () => systemClock.now())),
      mirrorPairsCheck(config, (cluster) => farEnds.ontap(cluster)),
      ...(azure
        ? config.hosts.filter((host) => host.reach.kind === "runCommand").map((host) => vmCheck(host, azure))
        : []),
      ...config.hosts.map((host) => hostCheck(host, { inspect: () => inspect.ask(farEnds.host(host.name), {}) })),
    ],
    close: async () => {
      redis.disconnect();
      await found.stop();
      await farEnds.close();
    },
  };
}

function slackLook(token: string, apiUrl: string | undefined): SlackLook {
  const client = new WebClient(token, {
    retryConfig: { retries: 0 },
    timeout: 10_000,
    ...(apiUrl === undefined ? {} : { slackApiUrl: apiUrl }),
  });
  return {
    whoAmI: async () => {
      const me = await client.auth.test();
      return { team: me.team_id ?? "", user: me.user_id ?? "", scopes: me.response_metadata?.scopes ?? [] };
    },
    findChannel: async (id) => {
      const { channel } = await client.conversations.info({ channel: id }).catch(() => ({ channel: undefined }));
      return channel ? { member: channel.is_member ?? false, shared: channel.is_ext_shared ?? false } : undefined;
    },
    groupSize: async (id) => (await client.usergroups.users.list({ usergroup: id })).users?.length ?? 0,
  };
}
