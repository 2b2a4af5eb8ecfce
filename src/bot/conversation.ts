import type { Logger } from "pino";
import { isFullMember } from "../approvals/index.js";
import type { ReplyTo } from "../core/announcer.js";
import type { Json } from "../core/json.js";
import type { RunView } from "../core/fold.js";
import type { Person } from "../core/resource.js";
import type { Understood } from "../requests/index.js";
import { sayTo, sentence } from "./renderer.js";
import { actions, sayButtons, sections, type Drawing } from "./blocks.js";
import { WhoUnknown, type Identity, type Seen } from "./identity.js";
import { withoutSecrets } from "./logging.js";
import { questions, type BotOptions, type Once } from "./options.js";
import type { Poster } from "./poster.js";
import { escaped } from "./text.js";

/** One sentence of one person, however it came in. */
export interface Heard {
  readonly text: string;
  readonly user: string;
  readonly channel: string;
  /** Root of the thread it belongs to; empty: it has none, and a request gets a thread of its own. */
  readonly thread: string;
  /** The same message, command or click gives the same id, whoever delivers it and how often. Without colons: queue ids are built from it. */
  readonly eventId: string;
  /** Mention, direct message, slash command, button: always answered. Otherwise what is no request is passed over in silence. */
  readonly addressed: boolean;
  /** Answers are for this person's eyes only. */
  readonly ephemeral: boolean;
  /** The last resort for an answer where the conversation is closed to us: the interaction's own address. */
  readonly respond?: (text: string) => Promise<unknown>;
}

interface Needs {
  readonly options: BotOptions;
  readonly identity: Identity;
  readonly poster: Poster;
  readonly once: Once;
  readonly log: Logger;
}

/** Reads sentences and takes them to the desk. Never silent towards somebody who spoke to the bot. */
export class Conversation {
  private reading = Promise.resolve();

  constructor(private readonly needs: Needs) {}

  /** Reads a few sentences of each kind for nobody: the first of a process would take a hundred times as long as the next. */
  async warm(): Promise<void> {
    const person = { team: this.needs.options.config.team, user: "sluice" };
    for (const text of warming)
      for (const addressed of [true, false])
        await this.understand(text, person, this.needs.options.timeZone, addressed);
  }

  /** True when it became a request or a question. */
  async hear(heard: Heard): Promise<boolean> {
    const { once } = this.needs;
    const key = `heard-${heard.eventId}`;
    if (!(await once.claim(key))) return false;
    try {
      const taken = await this.take(heard);
      if (taken === "refused") await once.release(key);
      return taken === "taken";
    } catch (error) {
      await once.release(key);
      await this.apologise(heard, error);
      return false;
    }
  }

  /** A sentence to one person, wherever it can reach them. */
  async tell(to: Pick<Heard, "channel" | "user" | "thread" | "respond">, text: string): Promise<void> {
    const place: ReplyTo = {
      channel: to.channel,
      user: to.user,
      ephemeral: true,
      ...(to.thread === "" ? {} : { thread: to.thread }),
    };
    try {
      if (to.channel === "")
        await this.needs.poster.post({ channel: await this.needs.poster.directTo(to.user) }, sentence(text));
      else await sayTo(this.needs.poster, place, [sentence(text)]);
    } catch (error) {
      if (!to.respond) throw error;
      await to.respond(escaped(text, 2900));
    }
  }

  /** What a person is told when we stumbled. The log has the rest. */
  async apologise(to: Pick<Heard, "channel" | "user" | "thread" | "respond">, error: unknown): Promise<void> {
    const { log } = this.needs;
    const reference = Math.floor(this.needs.options.clock.now()).toString(36);
    if (!(error instanceof WhoUnknown)) {
      log.error(
        { reference, reason: withoutSecrets(error instanceof Error ? (error.stack ?? error.message) : String(error)) },
        "a listener failed",
      );
    }
    const says =
      error instanceof WhoUnknown
        ? error.message
        : `I stumbled over that (reference ${reference}). The request's card shows whether it was taken; if it shows nothing, please say it once more.`;
    await this.tell(to, says).catch((again: unknown) =>
      log.error({ reference, reason: withoutSecrets(String(again)) }, "nor could the person be told"),
    );
  }

  private async take(heard: Heard): Promise<"taken" | "told" | "refused" | "ignored"> {
    const { options, identity } = this.needs;
    const zone = (await identity.timeZoneOf(heard.user)) ?? options.timeZone;
    const person = { team: options.config.team, user: heard.user };
    const text = heard.text.trim() === "" && heard.addressed ? "help" : await this.inContext(heard);
    const understood = await this.understand(text, person, zone, heard.addressed);
    if (understood.kind === "ignore") return "ignored";
    const seen = await identity.look(heard.user, heard.channel);
    if (understood.kind === "reply") return await this.reply(heard, seen, understood.text, understood.choices ?? []);
    if (seen.botIsHere === false) {
      await this.tell(
        heard,
        `I am not in this conversation, so nobody could follow the request here. Invite me first (/invite), or write to me directly. Nothing was started.`,
      );
      return "refused";
    }
    const { runbook, request } = understood;
    if (questions.has(runbook))
      return await this.ask(heard, seen, { name: runbook, request, asker: seen.person, timeZone: zone });
    return await this.bring(heard, seen, zone, runbook, request);
  }

  /** A request that was put together in a form, not in words: it goes the same way. True when it was taken. */
  async demand(heard: Heard, runbook: string, request: Readonly<Record<string, Json>>): Promise<boolean> {
    const { options, identity, once } = this.needs;
    if (!(await once.claim(`heard-${heard.eventId}`))) return false;
    const zone = (await identity.timeZoneOf(heard.user)) ?? options.timeZone;
    const seen = await identity.look(heard.user, heard.channel === "" ? undefined : heard.channel);
    return (await this.bring(heard, seen, zone, runbook, request)) === "taken";
  }

  private async bring(
    heard: Heard,
    seen: Seen,
    timeZone: string,
    runbook: string,
    request: Readonly<Record<string, Json>>,
  ): Promise<"taken" | "refused"> {
    const { options } = this.needs;
    const from = { team: options.config.team, channel: heard.channel, ts: heard.thread, eventId: heard.eventId };
    const asked = await options.desk.ask({
      from,
      visitor: visitorOf(seen),
      text: heard.text.slice(0, 2000),
      runbook,
      request,
      timeZone,
    });
    if (!("refused" in asked)) return "taken";
    await this.tell(heard, withUnread(asked.refused, seen));
    return "refused";
  }

  /**
   * Most sentences are understood without knowing what somebody owns. Only what is about clones looks that up, and never to decide
   * whether to be silent: a listened channel's chatter must not reach the arrays. A failed look-up leaves the sentence as it stands.
   */
  private async understand(text: string, person: Person, timeZone: string, addressed: boolean): Promise<Understood> {
    const { options, log } = this.needs;
    const vocabulary = await options.vocabulary(person);
    const context = { now: new Date(options.clock.now()), asker: { timeZone }, vocabulary, addressed };
    await this.turn();
    const first = options.understand(text, context);
    if (first.kind === "ignore" || !options.clonesOf || person.user === "sluice" || !aboutClones.test(text))
      return first;
    const clones = await options.clonesOf(person).catch((error: unknown) => {
      log.warn({ reason: withoutSecrets(String(error)) }, "a person's clones could not be looked up");
      return undefined;
    });
    return clones ? options.understand(text, { ...context, asker: { timeZone, clones } }) : first;
  }

  /** Reading takes the process for some milliseconds. One sentence a turn of its loop: in between, what comes from Slack is acknowledged. */
  private turn(): Promise<void> {
    this.reading = this.reading.then(() => new Promise((resolve) => setImmediate(resolve)));
    return this.reading;
  }

  private async ask(
    heard: Heard,
    seen: Seen,
    question: Parameters<BotOptions["desk"]["question"]>[0],
  ): Promise<"taken" | "refused"> {
    const to: ReplyTo = {
      channel: heard.channel,
      user: heard.user,
      ephemeral: heard.ephemeral,
      ...(heard.thread === "" ? {} : { thread: heard.thread }),
    };
    const reply = await this.needs.options.desk.question(question, to, visitorOf(seen), heard.eventId);
    if (reply.ok) return "taken";
    await this.tell(heard, withUnread(reply.sentence, seen));
    return "refused";
  }

  /** A sentence back: an ask-back, "did you mean". It names sets and hosts, so only members of this workspace get it. */
  private async reply(
    heard: Heard,
    seen: Seen,
    text: string,
    choices: readonly { label: string; say: string }[],
  ): Promise<"told" | "refused"> {
    const member = isFullMember(seen);
    if (!member.ok) {
      await this.tell(heard, member.says);
      return "refused";
    }
    const to: ReplyTo = {
      channel: heard.channel,
      user: heard.user,
      ephemeral: heard.ephemeral,
      ...(heard.thread === "" ? {} : { thread: heard.thread }),
    };
    await sayTo(this.needs.poster, to, [replyDrawing(text, choices)]);
    return "told";
  }

  /** "undo this restore", said in a run's thread, means that run's set. Anything else is left as it was typed. */
  private async inContext(heard: Heard): Promise<string> {
    if (heard.thread === "" || !/\bundo\s+(this|that|the|it)\b/i.test(heard.text)) return heard.text;
    const run = await this.runInThread(heard.channel, heard.thread);
    const set = run?.asked.runbook === "restore" ? (run.asked.request as { set?: unknown } | null)?.set : undefined;
    return typeof set === "string" && !heard.text.toLowerCase().includes(set.toLowerCase())
      ? `undo restore of ${set}`
      : heard.text;
  }

  private async runInThread(channel: string, thread: string): Promise<RunView | undefined> {
    const { desk } = this.needs.options;
    for (const view of await desk.recent(100)) {
      if (view.asked.from.channel === channel && view.asked.from.ts === thread && view.asked.runbook === "restore")
        return view;
      const card = view.asked.runbook === "restore" ? await desk.card(view.id) : undefined;
      if (card?.channel === channel && card.thread === thread) return view;
    }
    return undefined;
  }
}

/** Together they lead through all of the reading: names, times, amounts, a slip of the finger, chatter. */
const warming = [
  "clone prod for training from last night for 3 days",
  "restore prod to friday 3pm because of the upgrade",
  "is prod healthy?",
  "colne prod for trainign",
  "has anybody seen the report of 7 o'clock?",
  "lunch at one?",
];

const aboutClones = /\b(my|mine|clones?|release|extend|refresh|rewind|done with|get rid)\b/i;

function replyDrawing(text: string, choices: readonly { label: string; say: string }[]): Drawing {
  const words = escaped(text, 8000);
  const buttons = sayButtons(choices);
  return {
    text: words.slice(0, 2900),
    blocks: [...sections(words.split("\n")), ...(buttons.length > 0 ? [actions("choose", buttons)] : [])],
  };
}

/** What the desk may know of a visitor: no more than its own shape. */
export const visitorOf = (seen: Seen): Omit<Seen, "unreadGroups" | "timeZone" | "botIsHere"> => {
  const { person, groups, guest, bot, stranger, deleted, sharedChannel } = seen;
  return { person, groups, guest, bot, stranger, deleted, sharedChannel };
};

/** A no that may only be one because Slack would not say who is in a group. */
export const withUnread = (text: string, seen: Seen): string =>
  seen.unreadGroups.length === 0
    ? text
    : `${text} (Slack would not tell me just now who is in ${seen.unreadGroups.join(", ")}; if you are, try again in a moment.)`;
