import type { Call, CallLog } from "./calls.js";
import type { Events } from "./events.js";
import type { Faults } from "./faults.js";
import type { Aim, Interactions } from "./interactions.js";
import type { Posts } from "./posts.js";
import type { SocketMode } from "./socket.js";
import { SlackError, type Fault, type Obj } from "./types.js";
import { viewObject } from "./wire.js";
import type { Workspace } from "./workspace.js";

export type ControlAnswer = { ok: true } & Obj;
export type ControlResult = ControlAnswer | { ok: false; error: string; [more: string]: unknown };

export interface ShownMessage {
  readonly ts: string;
  readonly thread_ts?: string;
  readonly user: string;
  readonly text: string;
  readonly blocks: readonly Obj[];
  readonly ephemeral_for?: string;
  readonly [more: string]: unknown;
}

/** What scripts, tests and the page may do in a person's place. Everything answers `{ok}`; nothing here throws for what a person did wrong. */
export class Control {
  constructor(
    private readonly parts: {
      space: Workspace;
      posts: Posts;
      events: Events;
      interactions: Interactions;
      faults: Faults;
      socket: SocketMode;
      log: CallLog;
      resetAll: () => void;
    },
  ) {}

  /** A person writes. Answers at once, without waiting for the app. */
  message(given: { channel: string; user: string; text: string; thread_ts?: string }): Promise<ControlResult> {
    return said(() => {
      const { ts, channel } = this.parts.posts.byPerson(
        this.channelId(given.channel),
        given.user,
        given.text,
        given.thread_ts,
      );
      return Promise.resolve({ ts, channel });
    });
  }

  /** A person uses a slash command; answers after the app's acknowledgement, with what it said in it. */
  command(given: { channel: string; user: string; command: string; text: string }): Promise<ControlResult> {
    return said(async () => {
      const channel = this.channelId(given.channel);
      const ack = await this.parts.interactions.command({ ...given, channel, text: given.text ?? "" });
      return Object.keys(ack).length === 0 ? {} : { ack };
    });
  }

  /** A person clicks or chooses; answers after the app's acknowledgement. */
  click(aim: Aim): Promise<ControlResult> {
    return said(async () => {
      if (aim.view_id === undefined && aim.action_id === undefined && aim.text === undefined) {
        throw new SlackError("no_such_button");
      }
      await this.parts.interactions.click(aim);
      return {};
    });
  }

  /** A person submits a modal. `errors` by block id, Slack's own or the app's. */
  submit(given: { view_id: string; user: string; values?: Obj }): Promise<ControlResult> {
    return said(async () => {
      const errors = await this.parts.interactions.submit(given.view_id, given.user, given.values ?? {});
      if (errors) throw new SlackError("view_has_errors", { errors });
      return {};
    });
  }

  /** A person closes a modal; `all`: every one of the stack. */
  closeView(given: { view_id: string; user: string; all?: boolean }): Promise<ControlResult> {
    return said(async () => {
      await this.parts.interactions.close(given.view_id, given.user, given.all === true);
      return {};
    });
  }

  /** What an external select offers for the typed `value`. */
  options(aim: Aim): Promise<ControlResult> {
    return said(async () => ({ options: await this.parts.interactions.suggest(aim) }));
  }

  /** Oldest first, thread replies included; ephemeral ones only for the user they were meant for, when one is given. */
  messages(query: { channel?: string; thread_ts?: string; user?: string }): ShownMessage[] {
    const { space } = this.parts;
    const channels = query.channel === undefined ? [...space.channels.keys()] : [this.channelId(query.channel)];
    const all = channels.flatMap((each) => space.list(each));
    return all
      .filter(
        (each) => query.thread_ts === undefined || each.ts === query.thread_ts || each.thread_ts === query.thread_ts,
      )
      .filter(
        (each) => each.ephemeral_for === undefined || query.user === undefined || each.ephemeral_for === query.user,
      )
      .sort((a, b) => Number(a.ts) - Number(b.ts))
      .map((each) => ({ ...each, blocks: each.blocks ?? [] }));
  }

  /** Open modals, bottom first. */
  views(query: { user?: string }): Obj[] {
    const { space } = this.parts;
    return [...space.views.values()]
      .filter((each) => query.user === undefined || each.user === query.user)
      .map((each) => ({ ...viewObject(space, each), user: each.user }));
  }

  /** Opens the Home tab as a person does; waits until the app published it (at most 2 s). Null if it never did. */
  async openHome(user: string): Promise<Obj | null> {
    const { space, events } = this.parts;
    space.getUser(user);
    await new Promise<void>((resolve) => {
      const done = (): void => {
        stop();
        clearTimeout(timer);
        resolve();
      };
      const stop = space.watch((event) => {
        if (event.type === "home" && event.user === user) done();
      });
      const timer = setTimeout(done, 2_000);
      const heard = events.homeOpened(user, "home");
      if (heard) void heard.then((outcome) => outcome.acked || done());
      else done();
    });
    return this.home(user);
  }

  /** The Home tab as it is, without opening it. */
  home(user: string): Obj | null {
    const home = this.parts.space.homes.get(user);
    return home ? viewObject(this.parts.space, home) : null;
  }

  faults(fault: Fault): void {
    const { disconnect } = fault;
    if (disconnect !== undefined && disconnect !== false) {
      this.parts.socket.disconnect(disconnect === true ? "refresh_requested" : disconnect);
      return;
    }
    this.parts.faults.arm(fault);
  }

  /** Who is in a user group, from now on. */
  group(given: { id: string; users: readonly string[] }): void {
    const group = this.parts.space.groups.get(given.id);
    if (!group) throw new SlackError("no_such_subteam");
    const before = group.users;
    group.users = [...given.users];
    this.parts.events.groupChanged(given.id, before);
    this.parts.space.tell({ type: "people" });
  }

  /** Shares a channel with another workspace (Slack Connect), or stops sharing it; members come and go with `members`. */
  channel(given: { channel: string; shared?: boolean; members?: readonly string[] }): void {
    const channel = this.parts.space.getChannel(this.channelId(given.channel));
    if (given.shared !== undefined && given.shared !== channel.shared) {
      channel.shared = given.shared;
      this.parts.events.sharedChanged(channel);
    }
    if (given.members) {
      const before = channel.members;
      channel.members = new Set(given.members);
      for (const each of channel.members) if (!before.has(each)) this.parts.events.membership(channel, each, true);
      for (const each of before) if (!channel.members.has(each)) this.parts.events.membership(channel, each, false);
    }
    this.parts.space.tell({ type: "people" });
  }

  log(): readonly Call[] {
    return this.parts.log.list();
  }

  reset(): void {
    this.parts.resetAll();
  }

  private channelId(idOrName: string): string {
    const channel = this.parts.space.findChannel(idOrName ?? "");
    if (!channel) throw new SlackError("channel_not_found");
    return channel.id;
  }
}

/** Turns what a person did wrong into `{ok:false,error}`. */
async function said(act: () => Promise<Obj>): Promise<ControlResult> {
  try {
    return { ok: true, ...(await act()) };
  } catch (error) {
    if (error instanceof SlackError) return { ok: false, error: error.code, ...error.more };
    throw error;
  }
}
