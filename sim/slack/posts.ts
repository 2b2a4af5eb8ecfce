import { randomUUID } from "node:crypto";
import { isObj } from "./blockkit/report.js";
import type { Events } from "./events.js";
import type { ResponseTicket } from "./triggers.js";
import { SlackError, type Message, type Obj } from "./types.js";
import { messageObject, withIds } from "./wire.js";
import type { Workspace } from "./workspace.js";

/** What an app may say in a message, already checked against the limits. */
export interface Content {
  readonly text?: string;
  readonly blocks?: readonly Obj[];
  readonly attachments?: readonly Obj[];
  readonly metadata?: Obj;
}

/** Writes, edits and deletes messages, and tells the app's event subscription about it. */
export class Posts {
  constructor(
    readonly space: Workspace,
    private readonly events: Events,
  ) {}

  /** A message by the bot. */
  byBot(
    channel: string,
    content: Content,
    more: { threadTs?: string; ephemeralFor?: string; broadcast?: boolean } = {},
  ) {
    const { bot } = this.space.world;
    const message: Message = {
      ts: this.space.nextTs(),
      channel,
      user: bot.userId,
      bot_id: bot.botId,
      app_id: bot.appId,
      text: content.text ?? "",
      state: {},
      ...(more.threadTs === undefined ? {} : { thread_ts: more.threadTs }),
      ...(more.ephemeralFor === undefined ? {} : { ephemeral_for: more.ephemeralFor }),
      ...(more.broadcast === true ? { reply_broadcast: true } : {}),
    };
    this.fill(message, content);
    this.space.add(message);
    if (message.ephemeral_for === undefined) this.events.posted(message);
    return message;
  }

  /** A message a person types. `@sluice` and `<@U…>` both mention the bot. Throws `channel_not_found`, `user_not_found`, `thread_not_found`. */
  byPerson(channelId: string, userId: string, typed: string, threadTs?: string): Message {
    const channel = this.space.getChannel(channelId);
    this.space.getUser(userId);
    if (!channel.members.has(userId)) throw new SlackError("not_in_channel");
    if (threadTs !== undefined && !this.space.findMessage(channelId, threadTs))
      throw new SlackError("thread_not_found");
    if (typed.trim() === "") throw new SlackError("no_text");
    const text = this.escape(typed);
    const message = this.space.add({
      ts: this.space.nextTs(),
      channel: channelId,
      user: userId,
      text,
      client_msg_id: randomUUID(),
      blocks: [richText(text)],
      state: {},
      ...(threadTs === undefined ? {} : { thread_ts: threadTs }),
    });
    this.events.posted(message);
    return message;
  }

  /** As Slack sends what people type: three characters escaped, mentions as ids. */
  private escape(typed: string): string {
    const { bot, users } = this.space.world;
    const kept: string[] = [];
    const keep = (token: string): string => `\u0000${kept.push(token) - 1}\u0000`;
    let text = typed.replace(/<(?:[@#!][^<>\s]+|https?:[^<>\s]+)>/g, keep);
    for (const each of [{ id: bot.userId, name: bot.name }, ...users]) {
      text = text.replace(
        new RegExp(`(^|[^\\w@])@${each.name}(?![\\w-])`, "gi"),
        (_all, lead: string) => lead + keep(`<@${each.id}>`),
      );
    }
    text = text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");
    return text.replace(/\u0000(\d+)\u0000/g, (_all, index: string) => kept[Number(index)] ?? "");
  }

  /** Replaces content. Text without blocks removes the blocks; neither keeps both; attachments stay unless given. */
  edit(message: Message, content: Content): void {
    const before = messageObject(this.space, message);
    if (content.text !== undefined || content.blocks !== undefined) {
      message.text = content.text ?? message.text;
      if (content.blocks === undefined || content.blocks.length === 0) delete message.blocks;
    }
    this.fill(message, content);
    if (content.blocks === undefined) message.edited = { user: message.user, ts: this.space.nextTs() };
    this.space.changed(message);
    if (message.ephemeral_for === undefined) this.events.edited(message, before);
  }

  private fill(message: Message, content: Content): void {
    if (content.blocks && content.blocks.length > 0) {
      message.blocks = withIds(content.blocks, (prefix) => this.space.newId(prefix));
    }
    if (content.attachments) message.attachments = [...content.attachments];
    if (content.metadata) message.metadata = content.metadata;
  }

  delete(message: Message): void {
    this.space.remove(message);
    if (message.ephemeral_for === undefined) this.events.deleted(message);
  }

  /** What a `response_url` (or the answer to a command) may do: post, replace or delete. */
  respond(ticket: Pick<ResponseTicket, "channel" | "user" | "ts" | "threadTs">, body: Obj, content: Content): void {
    const original =
      ticket.ts === undefined ? undefined : this.space.findSeenBy(ticket.channel, ticket.ts, ticket.user);
    if (body["delete_original"] === true) {
      if (original) this.delete(original);
      return;
    }
    if (body["replace_original"] === true && original) return this.edit(original, content);
    const thread = typeof body["thread_ts"] === "string" ? body["thread_ts"] : ticket.threadTs;
    const inChannel = body["response_type"] === "in_channel";
    this.byBot(ticket.channel, content, {
      ...(thread === undefined ? {} : { threadTs: thread }),
      ...(inChannel ? {} : { ephemeralFor: ticket.user }),
    });
  }
}

/** The rich_text block Slack derives from what a person typed. */
function richText(text: string): Obj {
  const elements = text.split(/(<[@#!][^>]+>)/).flatMap((part): Obj[] => {
    const mention = /^<([@#])([^>|]+)/.exec(part);
    if (mention?.[1] === "@") return [{ type: "user", user_id: mention[2] }];
    if (mention?.[1] === "#") return [{ type: "channel", channel_id: mention[2] }];
    const plain = part.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");
    return plain === "" ? [] : [{ type: "text", text: plain }];
  });
  return { type: "rich_text", block_id: "typed", elements: [{ type: "rich_text_section", elements }] };
}

/** Is there anything to show? */
export function hasContent(content: Content): boolean {
  return (
    (content.text ?? "") !== "" ||
    (content.blocks?.length ?? 0) > 0 ||
    (content.attachments?.filter(isObj).length ?? 0) > 0
  );
}
