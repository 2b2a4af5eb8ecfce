import { findString, getString, isTrue, pageOf } from "../args.js";
import { SlackError, type Message, type Obj } from "../types.js";
import { channelObject, messageObject, repliesOf, userObject } from "../wire.js";
import { memberChannel, type ApiContext, type Method } from "./context.js";

/** Lasting messages between `oldest` and `latest` (both exclusive unless `inclusive`). */
function within(messages: readonly Message[], args: Obj): Message[] {
  const inclusive = isTrue(args["inclusive"]);
  const oldest = Number(findString(args, "oldest") ?? 0);
  const latest = Number(findString(args, "latest") ?? Number.MAX_SAFE_INTEGER);
  return messages.filter((each) => {
    const ts = Number(each.ts);
    return inclusive ? ts >= oldest && ts <= latest : ts > oldest && ts < latest;
  });
}

const show = (context: ApiContext, args: Obj, list: readonly Message[]): Obj[] =>
  list.map((each) => {
    const { metadata, ...rest } = messageObject(context.space, each);
    return isTrue(args["include_all_metadata"]) && metadata !== undefined ? { ...rest, metadata } : rest;
  });

const history: Method = (args, context) => {
  const channel = memberChannel(args, context);
  const own = context.space.list(channel.id).filter((each) => each.ephemeral_for === undefined);
  const top = own.filter((each) => each.thread_ts === undefined || each.thread_ts === each.ts || each.reply_broadcast);
  const { page, more } = pageOf(within(top, args).reverse(), args);
  const next = (more["response_metadata"] as Obj)["next_cursor"] !== "";
  return { messages: show(context, args, page), has_more: next, pin_count: 0, ...more };
};

const replies: Method = (args, context) => {
  const channel = memberChannel(args, context);
  const parent = context.space.findMessage(channel.id, getString(args, "ts"));
  if (!parent) throw new SlackError("thread_not_found");
  const { page, more } = pageOf([parent, ...within(repliesOf(context.space, parent), args)], args);
  const next = (more["response_metadata"] as Obj)["next_cursor"] !== "";
  return { messages: show(context, args, page), has_more: next, ...more };
};

const open: Method = (args, context) => {
  const users = (findString(args, "users") ?? "").split(",").filter((each) => each !== "");
  const [user] = users;
  if (user === undefined) throw new SlackError("users_list_not_supplied");
  if (users.length > 1) throw new SlackError("method_not_supported_for_channel_type");
  const person = context.space.getUser(user);
  if (person.team !== undefined && person.team !== context.space.world.team.id)
    throw new SlackError("user_not_visible");
  const channel = context.space.directMessage(user);
  return { channel: isTrue(args["return_im"]) ? channelObject(context.space, channel) : { id: channel.id } };
};

const list: Method = (args, context) => {
  const types = (findString(args, "types") ?? "public_channel").split(",");
  const all = [...context.space.channels.values()].filter((each) =>
    types.includes(each.kind === "im" ? "im" : "public_channel"),
  );
  const { page, more } = pageOf(all, args);
  return { channels: page.map((each) => channelObject(context.space, each)), ...more };
};

const usersInfo: Method = (args, context) => {
  const id = getString(args, "user");
  return { user: userObject(context.space, id) };
};

const usersList: Method = (args, context) => {
  const { bot, users } = context.space.world;
  const { page, more } = pageOf([...users.map((each) => each.id), bot.userId], args);
  return { members: page.map((id) => userObject(context.space, id)), cache_ts: 0, ...more };
};

const groupObject = (context: ApiContext, id: string, withUsers: boolean): Obj => {
  const group = context.space.groups.get(id);
  if (!group) throw new SlackError("no_such_subteam");
  return {
    id,
    team_id: context.space.world.team.id,
    is_usergroup: true,
    name: group.handle,
    handle: group.handle,
    is_external: false,
    date_delete: 0,
    user_count: String(group.users.length),
    ...(withUsers ? { users: group.users } : {}),
  };
};

export const conversationMethods: { readonly [name: string]: Method } = {
  "conversations.info": (args, { space }) => ({
    channel: channelObject(space, space.getChannel(findString(args, "channel") ?? "")),
  }),
  "conversations.open": open,
  "conversations.members": (args, context) => {
    const { page, more } = pageOf([...context.space.getChannel(findString(args, "channel") ?? "").members], args);
    return { members: page, ...more };
  },
  "conversations.join": (args, context) => {
    const channel = context.space.getChannel(findString(args, "channel") ?? "");
    channel.members.add(context.space.world.bot.userId);
    return { channel: channelObject(context.space, channel) };
  },
  "conversations.history": history,
  "conversations.replies": replies,
  "conversations.list": list,
  "users.info": usersInfo,
  "users.list": usersList,
  "users.conversations": list,
  "usergroups.list": (args, context) => ({
    usergroups: [...context.space.groups.keys()].map((id) => groupObject(context, id, isTrue(args["include_users"]))),
  }),
  "usergroups.users.list": (args, context) => {
    const group = context.space.groups.get(getString(args, "usergroup"));
    if (!group) throw new SlackError("no_such_subteam");
    return { users: group.users };
  },
};
