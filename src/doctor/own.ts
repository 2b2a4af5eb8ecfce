import type { Config } from "../config/types.js";
import { checkRedis, type Askable } from "../jobs/redis/index.js";
import { fail, ok, warn, type Check, type Finding } from "./check.js";

/** What the configuration allows that a person should know about. It was valid, or nobody would be here. */
export function configCheck(config: Config): Check {
  const name = "config";
  return {
    name,
    run: () => {
      const findings: Finding[] = [];
      if (config.mode === "read-only")
        findings.push(warn(name, "mode is read-only: plans are shown and every write is refused."));
      if (config.slack.apiUrl !== undefined)
        findings.push(
          warn(name, "slack.apiUrl points somewhere else than Slack.", "Only a simulator is meant to be there."),
        );
      for (const set of config.sets.filter(
        (each) => each.environment === "production" && each.productionHosts.length === 0,
      )) {
        findings.push(
          warn(
            name,
            `the set ${set.name} names no production hosts: a restore cannot see who has it mounted.`,
            "Add productionHosts.",
          ),
        );
      }
      const volumes = config.sets.reduce((sum, set) => sum + set.members.length, 0);
      return Promise.resolve([
        ok(
          name,
          `${config.clusters.length} clusters, ${config.sets.length} sets with ${volumes} volumes, ${config.hosts.length} hosts.`,
        ),
        ...findings,
      ]);
    },
  };
}

/** Durable, and nothing thrown away. */
export function redisCheck(redis: Askable): Check {
  const name = "redis";
  return {
    name,
    run: async () => {
      const { version, refusals, warnings } = await checkRedis(redis);
      const findings = [
        ...refusals.map(({ says, fix }) => fail(name, says, fix)),
        ...warnings.map(({ says, fix }) => warn(name, says, fix)),
      ];
      return findings.length > 0
        ? findings
        : [ok(name, `version ${version}; every write is on disk before it is answered, and nothing is evicted.`)];
    },
  };
}

/** As much of Slack as is looked through. */
export interface SlackLook {
  /** auth.test; scopes as the answer's header lists them. */
  whoAmI(): Promise<{ readonly team: string; readonly user: string; readonly scopes: readonly string[] }>;
  /** conversations.info; undefined where the app cannot see it. */
  findChannel(id: string): Promise<{ readonly member: boolean; readonly shared: boolean } | undefined>;
  /** usergroups.users.list: how many full members could give a yes. */
  groupSize(id: string): Promise<number>;
}

/** The token, its scopes, the channels, and whether every approver group has enough people in it. */
export function slackCheck(
  config: Pick<Config, "slack" | "digest" | "policy">,
  scopes: readonly string[],
  look: SlackLook,
): Check {
  const name = "slack";
  return {
    name,
    run: async () => {
      const me = await look.whoAmI();
      const findings: Finding[] = [];
      if (me.team !== config.slack.team)
        findings.push(
          fail(
            name,
            `the token is of workspace ${me.team}, and the configuration says ${config.slack.team}.`,
            "Correct slack.team, or use the other token.",
          ),
        );
      const lacking = scopes.filter((scope) => !me.scopes.includes(scope));
      if (lacking.length > 0)
        findings.push(
          fail(
            name,
            `the app lacks the scopes ${lacking.join(", ")}.`,
            "Add them (npx sluice manifest prints them all) and install the app again.",
          ),
        );
      const channels = [
        ...new Set([...config.slack.channels.listen, config.slack.channels.health, config.digest.channel]),
      ];
      for (const id of channels) findings.push(...(await channelOf(name, id, look)));
      for (const [group, { id }] of Object.entries(config.policy.groups))
        findings.push(...(await groupOf(name, group, id, config.policy, look)));
      return findings.length > 0
        ? findings
        : [
            ok(
              name,
              `signed in as ${me.user} in ${me.team}; scopes, ${channels.length} channels and approver groups are there.`,
            ),
          ];
    },
  };
}

async function channelOf(name: string, id: string, look: SlackLook): Promise<Finding[]> {
  const channel = await look.findChannel(id);
  if (!channel)
    return [
      fail(name, `there is no channel ${id}, or the app cannot see it.`, "Correct slack.channels, or invite the app."),
    ];
  if (!channel.member) return [fail(name, `the app is not in channel ${id}.`, "Invite it there.")];
  return channel.shared
    ? [
        warn(
          name,
          `channel ${id} is shared with another organisation: requests there are refused.`,
          "Use a channel of your own.",
        ),
      ]
    : [];
}

async function groupOf(
  name: string,
  group: string,
  id: string,
  policy: Config["policy"],
  look: SlackLook,
): Promise<Finding[]> {
  const most = Math.max(0, ...policy.rules.map((rule) => (rule.needs === "nobody" ? 0 : (rule.needs[group] ?? 0))));
  const size = await look.groupSize(id);
  if (size < most)
    return [
      fail(
        name,
        `${group} has ${size} members, and ${most} of them have to say yes: nothing that asks for them can ever be approved.`,
        "Add people to the group.",
      ),
    ];
  return most > 0 && size === most
    ? [
        warn(
          name,
          `${group} has no one to spare: when one of them asks, nobody is left to approve.`,
          "Add people to the group.",
        ),
      ]
    : [];
}
