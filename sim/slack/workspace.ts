import { randomBytes } from "node:crypto";
import type { SimClock } from "../kit/clock.js";
import type { WorldSlack } from "../worlds/types.js";
import type { Channel, Group, Message, Obj, PageEvent, View } from "./types.js";
import { SlackError } from "./types.js";

/** Everything the workspace remembers: channels, messages, views, groups. No rules of the wire here. */
export class Workspace {
  readonly channels = new Map<string, Channel>();
  readonly messages = new Map<string, Message[]>();
  readonly groups = new Map<string, Group>();
  readonly views = new Map<string, View>();
  /** Home tabs by user. */
  readonly homes = new Map<string, View>();
  readonly files = new Map<string, Obj>();
  private lastMicros = 0;
  private readonly watchers = new Set<(event: PageEvent) => void>();

  constructor(
    readonly world: WorldSlack,
    readonly clock: SimClock,
    private readonly sharedChannels: readonly string[],
  ) {
    this.reset();
  }

  /** Back to the world's beginning; ids and timestamps go on. */
  reset(): void {
    for (const map of [this.channels, this.messages, this.groups, this.views, this.homes, this.files]) map.clear();
    const everybody = [...this.world.users.map((each) => each.id), this.world.bot.userId];
    for (const { id, name } of this.world.channels) {
      const shared = this.sharedChannels.includes(id);
      this.channels.set(id, { id, name, kind: "channel", members: new Set(everybody), shared, archived: false });
    }
    for (const each of this.world.groups) this.groups.set(each.id, { ...each, users: [...each.users] });
    for (const each of this.world.users) this.directMessage(each.id);
    this.tell({ type: "reset" });
  }

  /** Calls `watcher` on every change people could see; returns the way to stop. */
  watch(watcher: (event: PageEvent) => void): () => void {
    this.watchers.add(watcher);
    return () => this.watchers.delete(watcher);
  }

  tell(event: PageEvent): void {
    for (const each of this.watchers) each(event);
  }

  /** A message timestamp: seconds and six digits, strictly increasing, as Slack uses for ids. */
  nextTs(): string {
    this.lastMicros = Math.max(this.lastMicros + 1, Math.floor(this.clock.now() * 1000));
    return `${Math.floor(this.lastMicros / 1e6)}.${String(this.lastMicros % 1e6).padStart(6, "0")}`;
  }

  /** `V0` + random: an id nobody can guess or derive. */
  newId(prefix: string): string {
    return `${prefix}0${randomBytes(5).toString("hex").toUpperCase()}`;
  }

  findUser(id: string) {
    return this.world.users.find((each) => each.id === id);
  }

  /** The person, or a SlackError `user_not_found`. */
  getUser(id: string) {
    const user = this.findUser(id);
    if (!user) throw new SlackError("user_not_found");
    return user;
  }

  /** A channel by id, or (for people's scripts) by name with or without `#`. */
  findChannel(idOrName: string): Channel | undefined {
    const name = idOrName.replace(/^#/, "");
    return this.channels.get(idOrName) ?? [...this.channels.values()].find((each) => each.name === name);
  }

  getChannel(id: string): Channel {
    const channel = this.channels.get(id);
    if (!channel) throw new SlackError("channel_not_found");
    return channel;
  }

  /** The direct-message channel between that person and the bot; the id follows from the person's. */
  directMessage(userId: string): Channel {
    const id = `D${userId.slice(1)}`;
    const known = this.channels.get(id);
    if (known) return known;
    const members = new Set([userId, this.world.bot.userId]);
    const channel: Channel = { id, name: id, kind: "im", members, user: userId, shared: false, archived: false };
    this.channels.set(id, channel);
    return channel;
  }

  list(channel: string): Message[] {
    let list = this.messages.get(channel);
    if (!list) this.messages.set(channel, (list = []));
    return list;
  }

  /** A message people keep (not an ephemeral one). */
  findMessage(channel: string, ts: string): Message | undefined {
    return this.list(channel).find((each) => each.ts === ts && each.ephemeral_for === undefined);
  }

  /** As one person sees it: theirs alone among the ephemeral ones. */
  findSeenBy(channel: string, ts: string, user: string): Message | undefined {
    return this.list(channel).find((each) => each.ts === ts && (each.ephemeral_for ?? user) === user);
  }

  add(message: Message): Message {
    this.list(message.channel).push(message);
    this.tell({ type: "message", message });
    return message;
  }

  changed(message: Message): void {
    this.tell({ type: "message", message });
  }

  remove(message: Message): void {
    const list = this.list(message.channel);
    const at = list.indexOf(message);
    if (at >= 0) list.splice(at, 1);
    const only = message.ephemeral_for === undefined ? {} : { ephemeral_for: message.ephemeral_for };
    this.tell({ type: "deleted", channel: message.channel, ts: message.ts, ...only });
  }

  /** What Slack itself says to one person, as it does when an app does not answer. */
  whisper(channel: string, user: string, text: string, threadTs?: string): Message {
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    return this.add({ ts: this.nextTs(), channel, user: "USLACKBOT", text, ephemeral_for: user, state: {}, ...thread });
  }

  /** Open modals of one person, bottom first. */
  stack(user: string): View[] {
    return [...this.views.values()].filter((each) => each.user === user);
  }
}
