import { findString, getString } from "../args.js";
import type { Faults } from "../faults.js";
import type { Events } from "../events.js";
import type { Posts } from "../posts.js";
import type { SocketMode } from "../socket.js";
import type { Permissions } from "../triggers.js";
import { SlackError, type Channel, type Message, type Obj } from "../types.js";
import type { Views } from "../views.js";
import type { Workspace } from "../workspace.js";

/** What API methods work on. */
export interface ApiContext {
  readonly space: Workspace;
  readonly posts: Posts;
  readonly views: Views;
  readonly events: Events;
  readonly socket: SocketMode;
  readonly permissions: Permissions;
  readonly faults: Faults;
  readonly origin: () => string;
  readonly messageTextMax: number;
}

/** A method's answer without `ok`; business errors are thrown as SlackError. */
export type Method = (args: Obj, context: ApiContext) => Obj;

/** The channel the bot wants to write to or read: it has to be a member. A user id means the direct message with them. */
export function memberChannel(args: Obj, context: ApiContext): Channel {
  const { space } = context;
  const id = findString(args, "channel") ?? "";
  if (id === "") throw new SlackError("channel_not_found");
  const channel = /^[UW]/.test(id) && space.findUser(id) ? space.directMessage(id) : space.getChannel(id);
  if (!channel.members.has(space.world.bot.userId)) throw new SlackError("not_in_channel");
  if (channel.archived) throw new SlackError("is_archived");
  return channel;
}

/** The bot's own message, or `message_not_found`; `foreign` is the error for somebody else's. */
export function ownMessage(args: Obj, context: ApiContext, foreign: string): Message {
  const channel = memberChannel(args, context);
  const message = context.space.findMessage(channel.id, getString(args, "ts"));
  if (!message) throw new SlackError("message_not_found");
  if (message.bot_id !== context.space.world.bot.botId) throw new SlackError(foreign);
  return message;
}
