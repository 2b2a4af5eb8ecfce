import { findString, getString, isTrue } from "../args.js";
import { readContent } from "../content.js";
import { hasContent } from "../posts.js";
import { SlackError, type Channel, type Obj } from "../types.js";
import { messageObject } from "../wire.js";
import { memberChannel, ownMessage, type ApiContext, type Method } from "./context.js";

const updateTextMax = 4_000;
const scheduleDaysMax = 120;

/** The thread an app names: it must be a string and a message that starts a thread, else `invalid_thread_ts` or `thread_not_found`. */
function threadOf(args: Obj, channel: Channel, context: ApiContext): string | undefined {
  const given = args["thread_ts"];
  if (given === undefined || given === null || given === "") return undefined;
  if (typeof given !== "string") throw new SlackError("invalid_thread_ts");
  const parent = context.space.findMessage(channel.id, given);
  if (!parent) throw new SlackError("thread_not_found");
  if (parent.thread_ts !== undefined && parent.thread_ts !== parent.ts) throw new SlackError("cannot_reply_to_message");
  return given;
}

const postMessage: Method = (args, context) => {
  const channel = memberChannel(args, context);
  const content = readContent(args, context.messageTextMax);
  if (!hasContent(content)) throw new SlackError("no_text");
  const threadTs = threadOf(args, channel, context);
  const message = context.posts.byBot(channel.id, content, {
    ...(threadTs === undefined ? {} : { threadTs }),
    broadcast: isTrue(args["reply_broadcast"]),
  });
  return { channel: channel.id, ts: message.ts, message: messageObject(context.space, message) };
};

const update: Method = (args, context) => {
  const message = ownMessage(args, context, "cant_update_message");
  const content = readContent(args, context.messageTextMax);
  if ((content.text?.length ?? 0) > updateTextMax) throw new SlackError("msg_too_long");
  if (!hasContent(content) && content.metadata === undefined) throw new SlackError("no_text");
  context.posts.edit(message, content);
  return {
    channel: message.channel,
    ts: message.ts,
    text: message.text,
    message: messageObject(context.space, message),
  };
};

const remove: Method = (args, context) => {
  const message = ownMessage(args, context, "cant_delete_message");
  context.posts.delete(message);
  return { channel: message.channel, ts: message.ts };
};

const postEphemeral: Method = (args, context) => {
  const channel = memberChannel(args, context);
  const user = getString(args, "user");
  if (!channel.members.has(user)) throw new SlackError("user_not_in_channel");
  const content = readContent(args, context.messageTextMax);
  if (!hasContent(content)) throw new SlackError("no_text");
  const threadTs = threadOf(args, channel, context);
  const more = { ephemeralFor: user, ...(threadTs === undefined ? {} : { threadTs }) };
  return { message_ts: context.posts.byBot(channel.id, content, more).ts };
};

const getPermalink: Method = (args, context) => {
  const channel = context.space.getChannel(findString(args, "channel") ?? "");
  const message = context.space.findMessage(channel.id, findString(args, "message_ts") ?? "");
  if (!message) throw new SlackError("message_not_found");
  const place = `${context.origin()}/archives/${channel.id}/p${message.ts.replace(".", "")}`;
  const thread = message.thread_ts === undefined ? "" : `?thread_ts=${message.thread_ts}&cid=${channel.id}`;
  return { channel: channel.id, permalink: place + thread };
};

/** Checks and remembers the request; the simulator holds no timers, so nothing is posted when the time comes. */
const scheduleMessage: Method = (args, context) => {
  const channel = memberChannel(args, context);
  const content = readContent(args, context.messageTextMax);
  if (!hasContent(content)) throw new SlackError("no_text");
  const at = Number(args["post_at"]);
  const now = context.space.clock.now() / 1000;
  if (!Number.isInteger(at)) throw new SlackError("invalid_time");
  if (at <= now) throw new SlackError("time_in_past");
  if (at > now + scheduleDaysMax * 86_400) throw new SlackError("time_too_far");
  return { channel: channel.id, scheduled_message_id: context.space.newId("Q"), post_at: at, message: { ...content } };
};

export const chatMethods: { readonly [name: string]: Method } = {
  "chat.postMessage": postMessage,
  "chat.update": update,
  "chat.delete": remove,
  "chat.postEphemeral": postEphemeral,
  "chat.getPermalink": getPermalink,
  "chat.scheduleMessage": scheduleMessage,
};
