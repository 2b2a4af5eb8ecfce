import { isObj } from "./blockkit/report.js";
import type { Channel, Message, Obj, View } from "./types.js";
import type { Workspace } from "./workspace.js";

/** Our state in the shapes Slack sends (the reference's section D5). */

export function userObject(space: Workspace, id: string): Obj {
  const { team, bot } = space.world;
  if (id === bot.userId || id === "USLACKBOT") {
    const name = id === bot.userId ? bot.name : "slackbot";
    return { id, team_id: team.id, name, real_name: name, is_bot: true, deleted: false, profile: { real_name: name } };
  }
  const user = space.getUser(id);
  const guest = user.guest === true;
  const stranger = user.team !== undefined && user.team !== team.id;
  const at = zoneOffset(user.tz, space.clock.now());
  return {
    id,
    team_id: user.team ?? team.id,
    name: user.name,
    real_name: user.realName,
    deleted: false,
    tz: user.tz,
    tz_label: user.tz,
    tz_offset: at,
    is_bot: false,
    is_app_user: false,
    is_admin: false,
    is_owner: false,
    is_restricted: guest,
    is_ultra_restricted: guest,
    is_email_confirmed: true,
    ...(stranger ? { is_stranger: true } : {}),
    profile: {
      real_name: user.realName,
      display_name: user.name,
      title: user.title,
      email: `${user.name}@${space.world.team.domain}.example`,
      team: user.team ?? team.id,
    },
  };
}

/** Seconds east of UTC in that zone at that moment. */
function zoneOffset(tz: string, now: number): number {
  const name = new Intl.DateTimeFormat("en-US", { timeZone: tz, timeZoneName: "longOffset" })
    .formatToParts(now)
    .find((part) => part.type === "timeZoneName")?.value;
  const match = /GMT([+-])(\d\d):(\d\d)/.exec(name ?? "");
  if (!match) return 0;
  return (match[1] === "-" ? -1 : 1) * (Number(match[2]) * 3600 + Number(match[3]) * 60);
}

export function channelObject(space: Workspace, channel: Channel): Obj {
  const { team, bot } = space.world;
  const im = channel.kind === "im";
  return {
    id: channel.id,
    ...(im ? { user: channel.user } : { name: channel.name, name_normalized: channel.name }),
    is_channel: !im,
    is_group: false,
    is_im: im,
    is_mpim: false,
    is_private: im,
    is_archived: channel.archived,
    is_general: channel.name === "general",
    is_member: channel.members.has(bot.userId),
    is_shared: channel.shared,
    is_ext_shared: channel.shared,
    is_org_shared: false,
    context_team_id: team.id,
    shared_team_ids: [team.id],
    num_members: channel.members.size,
  };
}

/** A message as history, events and interactions show it. */
export function messageObject(space: Workspace, message: Message): Obj {
  const { team } = space.world;
  const { state: _state, ephemeral_for: _only, channel: _channel, bot_id, app_id, ...rest } = message;
  const replies = message.thread_ts === message.ts || message.thread_ts === undefined ? repliesOf(space, message) : [];
  return {
    type: "message",
    team: space.findUser(message.user)?.team ?? team.id,
    ...rest,
    ...(bot_id === undefined
      ? {}
      : { bot_id, app_id, bot_profile: { id: bot_id, app_id, name: space.world.bot.name, team_id: team.id } }),
    ...(replies.length === 0
      ? {}
      : {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users: [...new Set(replies.map((each) => each.user))],
          latest_reply: replies[replies.length - 1]?.ts,
        }),
  };
}

/** Lasting replies in the message's thread, oldest first. */
export function repliesOf(space: Workspace, message: Message): Message[] {
  return space
    .list(message.channel)
    .filter((each) => each.thread_ts === message.ts && each.ts !== message.ts && each.ephemeral_for === undefined);
}

export function viewObject(space: Workspace, view: View): Obj {
  const { team, bot } = space.world;
  return {
    private_metadata: "",
    callback_id: "",
    external_id: "",
    clear_on_close: false,
    notify_on_close: false,
    ...view.view,
    id: view.id,
    team_id: team.id,
    type: view.type,
    state: { values: view.state },
    hash: view.hash,
    previous_view_id: view.previous,
    root_view_id: view.root,
    app_id: bot.appId,
    app_installed_team_id: team.id,
    bot_id: bot.botId,
  };
}

/** Blocks with the ids Slack makes up for those the app left out. */
export function withIds(blocks: readonly Obj[], newId: (prefix: string) => string): Obj[] {
  const element = (each: unknown): unknown => {
    if (!isObj(each) || each["type"] === undefined || each["action_id"] !== undefined) return each;
    const passive = ["image", "plain_text", "mrkdwn"].includes(String(each["type"]));
    return passive ? each : { ...each, action_id: newId("a") };
  };
  return blocks.map((block) => {
    const copy: Obj = { ...block };
    copy["block_id"] ??= newId("b");
    const type = String(block["type"]);
    if (["actions", "context_actions"].includes(type) && Array.isArray(block["elements"])) {
      copy["elements"] = block["elements"].map(element);
    }
    if (type === "carousel" && Array.isArray(block["elements"])) {
      copy["elements"] = withIds(block["elements"].filter(isObj), newId);
    }
    if (type === "card" && Array.isArray(block["actions"])) copy["actions"] = block["actions"].map(element);
    for (const key of ["accessory", "element"]) if (isObj(block[key])) copy[key] = element(block[key]);
    if (Array.isArray(block["child_blocks"]))
      copy["child_blocks"] = withIds(block["child_blocks"].filter(isObj), newId);
    return copy;
  });
}

/** Elements people can act on, with the id of the block they are in. */
export function listElements(blocks: readonly unknown[]): { block: string; element: Obj }[] {
  return blocks.filter(isObj).flatMap((block) => {
    const own = (value: unknown): { block: string; element: Obj }[] =>
      isObj(value) && value["action_id"] !== undefined ? [{ block: String(block["block_id"]), element: value }] : [];
    const many = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);
    return [
      ...own(block["accessory"]),
      ...own(block["element"]),
      ...(block["type"] === "carousel" ? listElements(many(block["elements"])) : many(block["elements"]).flatMap(own)),
      ...many(block["actions"]).flatMap(own),
      ...listElements(many(block["child_blocks"])),
    ];
  });
}
