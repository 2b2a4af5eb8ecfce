import { isObj } from "./blockkit/report.js";
import { chosen, optionsOf, stateOf, textOf } from "./chosen.js";
import { readContent } from "./content.js";
import type { Deliveries, Outcome } from "./delivery.js";
import { hasContent, type Posts } from "./posts.js";
import type { Permissions, ResponseTicket } from "./triggers.js";
import { SlackError, type Message, type Obj, type View } from "./types.js";
import type { Views } from "./views.js";
import { listElements, messageObject, viewObject } from "./wire.js";
import type { Workspace } from "./workspace.js";

/** Which element, where: in a message (`channel`, `ts`) or in a view (`view_id`). */
export interface Aim {
  readonly user: string;
  readonly channel?: string;
  readonly ts?: string;
  readonly view_id?: string;
  readonly action_id?: string;
  readonly block_id?: string;
  /** The label: of a button, or of an option of a select or overflow menu. */
  readonly text?: string;
  /** What a select, picker or input is set to; for buttons it tells equal ones apart. */
  readonly value?: unknown;
  /** For views: what was typed so far. */
  readonly values?: Obj;
}

interface Found {
  readonly block: string;
  readonly element: Obj;
  readonly option?: Obj;
}

/** What people do to the app: commands, clicks, submissions; each asked of the app once, the answer honoured. */
export class Interactions {
  constructor(
    private readonly space: Workspace,
    private readonly posts: Posts,
    private readonly views: Views,
    private readonly deliveries: Deliveries,
    private readonly permissions: Permissions,
    private readonly options: { origin: () => string; commands: readonly string[]; messageTextMax: number },
  ) {}

  /** A slash command. Answers the acknowledgement's payload; throws `unknown_command`, `app_did_not_respond`. */
  async command(given: { channel: string; user: string; command: string; text: string }): Promise<Obj> {
    const { user, command, text } = given;
    const channel = this.space.getChannel(given.channel);
    const person = this.space.getUser(user);
    if (!channel.members.has(user)) throw new SlackError("not_in_channel");
    if (!this.options.commands.includes(command)) throw new SlackError("unknown_command");
    const { team, bot } = this.space.world;
    const about = { channel: channel.id, user };
    const outcome = await this.deliveries.ask("slash_commands", {
      token: "verification-token-not-used",
      team_id: person.team ?? team.id,
      team_domain: team.domain,
      channel_id: channel.id,
      channel_name: channel.kind === "im" ? "directmessage" : channel.name,
      user_id: user,
      user_name: person.name,
      command,
      text: text.trim(),
      api_app_id: bot.appId,
      is_enterprise_install: "false",
      response_url: this.responseUrl("commands", about),
      trigger_id: this.permissions.newTrigger(user),
    });
    if (!outcome.acked) {
      this.space.whisper(
        channel.id,
        user,
        `${command} failed with the error "dispatch_failed": the app did not respond.`,
      );
      throw new SlackError("app_did_not_respond");
    }
    this.showAnswer({ ...about }, outcome.payload);
    return outcome.payload;
  }

  /** The acknowledgement of a command may itself be a message. */
  private showAnswer(about: Pick<ResponseTicket, "channel" | "user">, payload: Obj): void {
    const content = readContent(payload, this.options.messageTextMax);
    if (hasContent(content)) this.posts.respond(about, payload, content);
  }

  private responseUrl(kind: string, about: Omit<ResponseTicket, "expires" | "left">): string {
    const { team } = this.space.world;
    return `${this.options.origin()}/response/${kind}/${team.id}/${this.permissions.newResponse(about)}`;
  }

  /** A click, or a choice in a select. Throws a SlackError saying why it could not be made, or `app_did_not_respond`. */
  async click(aim: Aim): Promise<void> {
    this.space.getUser(aim.user);
    const outcome = await this.deliveries.ask("interactive", this.clickPayload(aim));
    if (outcome.acked) return;
    if (aim.channel !== undefined && aim.ts !== undefined) {
      const message = this.space.findSeenBy(aim.channel, aim.ts, aim.user);
      this.space.whisper(
        aim.channel,
        aim.user,
        ":warning: The app did not respond to your click. Try again.",
        message?.thread_ts,
      );
    }
    throw new SlackError("app_did_not_respond");
  }

  private clickPayload(aim: Aim): Obj {
    if (aim.view_id !== undefined) {
      const view = this.getView(aim.view_id, aim.user);
      if (aim.values) this.views.enter(view, aim.values);
      const found = find(view.view["blocks"] as Obj[], aim);
      const state = this.remember(view.state, found, aim);
      const container = { type: "view", view_id: view.id };
      return {
        ...this.base("block_actions", aim.user),
        container,
        view: viewObject(this.space, view),
        state: { values: view.state },
        actions: [this.action(found, state)],
      };
    }
    const message = this.getMessage(aim);
    const found = find(message.blocks ?? [], aim);
    const state = this.remember(message.state, found, aim);
    const channel = this.space.getChannel(message.channel);
    const ephemeral = message.ephemeral_for !== undefined;
    const thread = message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts };
    const about = { channel: channel.id, user: aim.user, ts: message.ts };
    return {
      ...this.base("block_actions", aim.user),
      container: {
        type: "message",
        message_ts: message.ts,
        channel_id: channel.id,
        is_ephemeral: ephemeral,
        ...thread,
      },
      channel: { id: channel.id, name: channel.kind === "im" ? "directmessage" : channel.name },
      ...(ephemeral ? {} : { message: messageObject(this.space, message) }),
      state: { values: stateOf(message.blocks ?? [], message.state) },
      response_url: this.responseUrl("actions", {
        ...about,
        ...(message.thread_ts === undefined ? {} : { threadTs: message.thread_ts }),
      }),
      actions: [this.action(found, state)],
    };
  }

  /** Sets the element to the aim's value, where it is one that keeps a value. */
  private remember(state: View["state"], found: Found, aim: Aim): Obj {
    const type = String(found.element["type"]);
    if (/button$/.test(type) || type === "feedback_buttons") return {};
    const value = found.option ?? aim.value ?? state[found.block]?.[String(found.element["action_id"])];
    const set = chosen(found.element, value);
    if (type !== "overflow") {
      (state[found.block] ??= {})[String(found.element["action_id"])] = set;
    }
    return set;
  }

  private action(found: Found, state: Obj): Obj {
    const { element, block } = found;
    const { action_id, type, text, value, style, placeholder, url } = element;
    const micros = this.space.nextTs();
    const own = { text, value, style, placeholder, url };
    const given = Object.fromEntries(Object.entries(own).filter(([, each]) => each !== undefined));
    return { action_id, block_id: block, type, ...given, ...state, action_ts: micros };
  }

  private getMessage(aim: Aim): Message {
    const channel = this.space.findChannel(aim.channel ?? "");
    if (!channel) throw new SlackError("channel_not_found");
    if (!channel.members.has(aim.user)) throw new SlackError("not_in_channel");
    const message = this.space.findSeenBy(channel.id, aim.ts ?? "", aim.user);
    if (!message) throw new SlackError("message_not_found");
    return message;
  }

  private getView(id: string, user: string): View {
    const view = this.views.find(id);
    if (!view || view.user !== user) throw new SlackError("view_not_found");
    return view;
  }

  private base(type: string, user: string): Obj {
    const { team, bot } = this.space.world;
    const person = this.space.getUser(user);
    const teamId = person.team ?? team.id;
    return {
      type,
      user: { id: user, username: person.name, name: person.name, team_id: teamId },
      api_app_id: bot.appId,
      token: "verification-token-not-used",
      trigger_id: this.permissions.newTrigger(user),
      team: { id: team.id, domain: team.domain },
      enterprise: null,
      is_enterprise_install: false,
    };
  }

  /** Submits a modal. Answers errors by block id, Slack's own or the app's; undefined when it went through. */
  async submit(viewId: string, user: string, values: Obj): Promise<{ [block: string]: string } | undefined> {
    const view = this.getView(viewId, user);
    this.views.enter(view, values);
    const complaints = this.views.complaints(view);
    if (Object.keys(complaints).length > 0) return complaints;
    const payload = { ...this.base("view_submission", user), view: viewObject(this.space, view), response_urls: [] };
    const outcome = await this.deliveries.ask("interactive", payload);
    if (!outcome.acked) throw new SlackError("app_did_not_respond");
    return this.applySubmission(view, outcome.payload);
  }

  private applySubmission(view: View, payload: Obj): { [block: string]: string } | undefined {
    switch (payload["response_action"]) {
      case "errors":
        return payload["errors"] as { [block: string]: string };
      case "update":
        this.views.update(view, payload["view"]);
        return undefined;
      case "push":
        this.views.push(view.user, payload["view"]);
        return undefined;
      case "clear":
        this.views.clear(view.user);
        return undefined;
      default:
        this.views.close(view);
        return undefined;
    }
  }

  /** Closes a modal (`all`: the whole stack); the app hears of those that asked with `notify_on_close`. */
  close(viewId: string, user: string, all: boolean): Promise<Outcome> | undefined {
    const view = this.getView(viewId, user);
    if (all) this.views.clear(user);
    else this.views.close(view);
    if (view.view["notify_on_close"] !== true) return undefined;
    const payload = { ...this.base("view_closed", user), view: viewObject(this.space, view), is_cleared: all };
    return this.deliveries.ask("interactive", payload);
  }

  /** Asks the app for an external select's options. */
  async suggest(aim: Aim): Promise<Obj[]> {
    const typed = typeof aim.value === "string" ? aim.value : "";
    const { value: _typed, text: _label, ...where } = aim;
    const inView = aim.view_id === undefined ? undefined : this.getView(aim.view_id, aim.user);
    const message = inView ? undefined : this.getMessage(aim);
    const found = find(((inView?.view["blocks"] ?? message?.blocks) as Obj[] | undefined) ?? [], where);
    const outcome = await this.deliveries.ask("interactive", {
      ...this.base("block_suggestion", aim.user),
      container: inView
        ? { type: "view", view_id: inView.id }
        : {
            type: "message",
            message_ts: message?.ts,
            channel_id: message?.channel,
            is_ephemeral: message?.ephemeral_for !== undefined,
          },
      action_id: found.element["action_id"],
      block_id: found.block,
      value: typed,
      ...(inView ? { view: viewObject(this.space, inView) } : {}),
      ...(message ? { message: messageObject(this.space, message), channel: { id: message.channel } } : {}),
    });
    if (!outcome.acked) throw new SlackError("app_did_not_respond");
    return optionsOf(outcome.payload).slice(0, 100);
  }
}

/** The one element an aim means. Throws `no_such_button`, or `ambiguous_button` when it fits several. */
function find(blocks: readonly Obj[], aim: Partial<Aim>): Found {
  const all = listElements(blocks).filter(({ block, element }) => {
    if (aim.block_id !== undefined && aim.block_id !== block) return false;
    return aim.action_id === undefined || aim.action_id === element["action_id"];
  });
  const byText = aim.text === undefined ? all : all.flatMap((each) => labelled(each, aim.text ?? ""));
  const byValue = byText.filter(
    ({ element }) => element["type"] !== "button" || aim.value === undefined || element["value"] === aim.value,
  );
  const [first, second] = byValue;
  if (!first) throw new SlackError("no_such_button");
  if (
    second &&
    second.block + String(second.element["action_id"]) !== first.block + String(first.element["action_id"])
  ) {
    throw new SlackError("ambiguous_button", {
      candidates: byValue.map(({ block, element }) => ({ block_id: block, action_id: element["action_id"] })),
    });
  }
  return first;
}

function labelled(each: Found, wanted: string): Found[] {
  if (sameLabel(textOf(each.element["text"]), wanted)) return [each];
  const option = optionsOf(each.element).find((one) => sameLabel(textOf(one["text"]), wanted));
  return option && isObj(option) ? [{ ...each, option }] : [];
}

/** Labels are compared as people read them: case, emoji codes and space aside. */
function sameLabel(label: string, wanted: string): boolean {
  const plain = (text: string): string =>
    text
      .replace(/:[\w+-]+:/g, " ")
      .replace(/[^\p{L}\p{N}]+/gu, " ")
      .trim()
      .toLowerCase();
  if (label === "") return false;
  return label === wanted || (plain(label) !== "" && plain(label) === plain(wanted));
}
