import { randomUUID } from "node:crypto";
import type { Deliveries, Outcome } from "./delivery.js";
import type { Channel, Message, Obj } from "./types.js";
import { messageObject, viewObject } from "./wire.js";
import type { Workspace } from "./workspace.js";

/** Event types as an app subscribes to them. */
export const allEvents = [
  "message.channels",
  "message.im",
  "app_mention",
  "app_home_opened",
  "member_joined_channel",
  "member_left_channel",
  "channel_shared",
  "channel_unshared",
  "subteam_updated",
  "subteam_members_changed",
  "reaction_added",
] as const;

/** Turns what happens in the workspace into Events API deliveries. */
export class Events {
  constructor(
    private readonly space: Workspace,
    private readonly deliveries: Deliveries,
    private readonly subscribed: readonly string[],
  ) {}

  /** Wraps and delivers an event if the app is subscribed to it. */
  emit(subscription: string, event: Obj, channel?: Channel): Promise<Outcome> | undefined {
    if (!this.subscribed.includes(subscription)) return undefined;
    const { team, bot } = this.space.world;
    return this.deliveries.event({
      token: "verification-token-not-used",
      team_id: team.id,
      context_team_id: team.id,
      context_enterprise_id: null,
      api_app_id: bot.appId,
      event,
      type: "event_callback",
      event_id: this.space.newId("Ev"),
      event_time: Math.floor(this.space.clock.now() / 1000),
      authorizations: [
        { enterprise_id: null, team_id: team.id, user_id: bot.userId, is_bot: true, is_enterprise_install: false },
      ],
      is_ext_shared_channel: channel?.shared ?? false,
      event_context: `4-${randomUUID()}`,
    });
  }

  /** A new message, by a person or by the bot: `message`, and `app_mention` too when it names the bot in a channel. */
  posted(message: Message): void {
    const channel = this.space.getChannel(message.channel);
    if (!channel.members.has(this.space.world.bot.userId)) return;
    const event = { ...this.base(message, channel), ...messageObject(this.space, message) };
    void this.emit(channel.kind === "im" ? "message.im" : "message.channels", event, channel);
    const mentions = message.text.includes(`<@${this.space.world.bot.userId}>`);
    if (!mentions || channel.kind === "im" || message.user === this.space.world.bot.userId) return;
    const { channel_type: _kind, ...mention } = event as Obj;
    void this.emit("app_mention", { ...mention, type: "app_mention" }, channel);
  }

  /** An edit: `message_changed`, which apps get for their own messages too. */
  edited(message: Message, before: Obj): void {
    this.hidden(message, "message_changed", {
      message: messageObject(this.space, message),
      previous_message: before,
    });
  }

  deleted(message: Message): void {
    this.hidden(message, "message_deleted", {
      deleted_ts: message.ts,
      previous_message: messageObject(this.space, message),
    });
  }

  private hidden(message: Message, subtype: string, more: Obj): void {
    const channel = this.space.getChannel(message.channel);
    const ts = this.space.nextTs();
    const event = { type: "message", subtype, hidden: true, ...more, ...this.base(message, channel), ts, event_ts: ts };
    void this.emit(channel.kind === "im" ? "message.im" : "message.channels", event, channel);
  }

  private base(message: Message, channel: Channel): Obj {
    return {
      channel: channel.id,
      channel_type: channel.kind === "im" ? "im" : "channel",
      event_ts: message.ts,
    };
  }

  /** Someone looks at the app's Home or Messages tab. */
  homeOpened(user: string, tab: "home" | "messages"): Promise<Outcome> | undefined {
    const home = this.space.homes.get(user);
    return this.emit("app_home_opened", {
      type: "app_home_opened",
      user,
      channel: this.space.directMessage(user).id,
      tab,
      event_ts: this.space.nextTs(),
      ...(home && tab === "home" ? { view: viewObject(this.space, home) } : {}),
    });
  }

  groupChanged(id: string, before: readonly string[]): void {
    const group = this.space.groups.get(id);
    if (!group) return;
    const { team } = this.space.world;
    const at = Math.floor(this.space.clock.now() / 1000);
    const added = group.users.filter((each) => !before.includes(each));
    const removed = before.filter((each) => !group.users.includes(each));
    void this.emit("subteam_members_changed", {
      type: "subteam_members_changed",
      subteam_id: id,
      team_id: team.id,
      date_previous_update: at,
      date_update: at,
      added_users: added,
      added_users_count: String(added.length),
      removed_users: removed,
      removed_users_count: String(removed.length),
      event_ts: this.space.nextTs(),
    });
    void this.emit("subteam_updated", {
      type: "subteam_updated",
      subteam: { id, team_id: team.id, handle: group.handle, name: group.handle, users: group.users },
      event_ts: this.space.nextTs(),
    });
  }

  sharedChanged(channel: Channel): void {
    const type = channel.shared ? "channel_shared" : "channel_unshared";
    const event = { type, channel: channel.id, connected_team_id: "T0VENDOR", event_ts: this.space.nextTs() };
    void this.emit(type, event, channel);
  }

  membership(channel: Channel, user: string, joined: boolean): void {
    const type = joined ? "member_joined_channel" : "member_left_channel";
    const { team } = this.space.world;
    const event = { type, user, channel: channel.id, channel_type: "C", team: team.id, event_ts: this.space.nextTs() };
    void this.emit(type, event, channel);
  }
}
