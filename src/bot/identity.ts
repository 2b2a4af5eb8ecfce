import type { WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../core/clock.js";
import type { Visitor } from "../jobs/desk.js";
import { withoutSecrets } from "./logging.js";
import { codeOf } from "./slack-errors.js";

/** Slack did not say who somebody is: nothing is decided in their name. */
export class WhoUnknown extends Error {
  constructor() {
    super("Slack did not tell me who you are just now, so nothing was done. Please try once more in a moment.");
    this.name = "WhoUnknown";
  }
}

/** A visitor, with what could not be looked up. */
export interface Seen extends Visitor {
  /** Group ids whose members Slack would not tell: the person counts as being in none of them. */
  readonly unreadGroups: readonly string[];
  /** IANA zone of the person's profile. */
  readonly timeZone?: string;
  /** The bot is in the conversation; undefined where Slack does not say (direct messages). */
  readonly botIsHere: boolean | undefined;
}

export interface Identity {
  /**
   * Who that is now, asked of Slack at this moment. Throws WhoUnknown when the person or the conversation cannot be looked up.
   * @param channel the conversation; absent: none (Home tab)
   */
  look(user: string, channel?: string): Promise<Seen>;
  /** For reading dates in sentences; remembered for ten minutes. Undefined when Slack does not answer. */
  timeZoneOf(user: string): Promise<string | undefined>;
  /** To speak of somebody without calling them; remembered as long. Anybody can choose a name, so nothing is decided by it. */
  nameOf(user: string): Promise<string | undefined>;
}

interface Needs {
  /** One that rejects when it is limited: who cannot be looked up now is nobody, and waits for nobody. */
  readonly client: WebClient;
  readonly team: string;
  /** Ids of all groups the policy names. */
  readonly groups: readonly string[];
  readonly clock: Clock;
  readonly log: Logger;
}

const rememberedMs = 10 * 60_000;

interface SlackUser {
  readonly team_id?: string;
  readonly deleted?: boolean;
  readonly is_bot?: boolean;
  readonly is_restricted?: boolean;
  readonly is_ultra_restricted?: boolean;
  readonly is_stranger?: boolean;
  readonly is_email_confirmed?: boolean;
  readonly tz?: string;
  readonly real_name?: string;
  readonly name?: string;
}

export function createIdentity(needs: Needs): Identity {
  const { client, team, clock, log } = needs;
  const members = new Map<string, Promise<ReadonlySet<string>>>();
  const known = new Map<string, { at: number; info: SlackUser }>();

  async function userOf(user: string): Promise<SlackUser> {
    const answer = (await client.users.info({ user })) as { user?: SlackUser };
    if (!answer.user) throw new WhoUnknown();
    known.set(user, { at: clock.now(), info: answer.user });
    return answer.user;
  }

  /** What was asked of Slack lately, for what decides nothing. */
  async function remembered(user: string): Promise<SlackUser | undefined> {
    const last = known.get(user);
    if (last && clock.now() - last.at < rememberedMs) return last.info;
    return userOf(user).catch(() => undefined);
  }

  /** Asked anew for every click; only look-ups that are under way at the same moment share an answer. */
  function membersOf(group: string): Promise<ReadonlySet<string>> {
    const underWay = members.get(group);
    if (underWay) return underWay;
    const users = client.usergroups.users
      .list({ usergroup: group })
      .then((answer) => new Set(answer.users ?? []))
      .finally(() => members.delete(group));
    members.set(group, users);
    return users;
  }

  async function groupsOf(user: string): Promise<{ groups: string[]; unread: string[] }> {
    const found = await Promise.allSettled(needs.groups.map(membersOf));
    const unread = needs.groups.filter((_, i) => found[i]?.status === "rejected");
    if (unread.length > 0)
      log.warn({ groups: unread }, "members of approver groups could not be read; nobody counts as being in them");
    const groups = needs.groups.filter((_, i) => {
      const each = found[i];
      return each?.status === "fulfilled" && each.value.has(user);
    });
    return { groups, unread };
  }

  async function placeOf(channel: string | undefined): Promise<{ shared: boolean; here: boolean | undefined }> {
    // A direct message with the bot is never shared; one with a person of another workspace makes that person a stranger.
    if (channel === undefined || channel === "" || channel.startsWith("D")) return { shared: false, here: undefined };
    try {
      const { channel: info } = (await client.conversations.info({ channel })) as {
        channel?: { is_ext_shared?: boolean; is_pending_ext_shared?: boolean; is_member?: boolean };
      };
      return { shared: info?.is_ext_shared === true || info?.is_pending_ext_shared === true, here: info?.is_member };
    } catch (error) {
      // A private channel the bot is not in does not exist for it; a slash command may still come from there. Fail closed: as if shared.
      if (codeOf(error) === "channel_not_found") return { shared: true, here: false };
      throw error;
    }
  }

  return {
    async look(user, channel) {
      try {
        const [info, { groups, unread }, place] = await Promise.all([userOf(user), groupsOf(user), placeOf(channel)]);
        const stranger = info.is_stranger === true || (info.team_id ?? team) !== team;
        return {
          person: { team: info.team_id ?? team, user },
          groups,
          guest: info.is_restricted === true || info.is_ultra_restricted === true || info.is_email_confirmed === false,
          bot: info.is_bot === true,
          stranger,
          deleted: info.deleted === true,
          sharedChannel: place.shared,
          unreadGroups: unread,
          botIsHere: place.here,
          ...(info.tz === undefined ? {} : { timeZone: info.tz }),
        };
      } catch (error) {
        if (error instanceof WhoUnknown) throw error;
        log.warn({ reason: withoutSecrets(String(error)) }, "who stands at the desk could not be looked up");
        throw new WhoUnknown();
      }
    },
    timeZoneOf: async (user) => (await remembered(user))?.tz,
    async nameOf(user) {
      const info = await remembered(user);
      return info?.real_name || info?.name || undefined;
    },
  };
}
