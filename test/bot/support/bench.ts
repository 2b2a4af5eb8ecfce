import { Writable } from "node:stream";
import { pino } from "pino";
import { createSlack, type ShownMessage, type SlackKnobs, type SlackSim } from "../../../sim/slack/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import { createBot, type Bot, type BotOptions } from "../../../src/bot/index.js";
import { systemClock } from "../../../src/core/clock.js";
import type { Context, Understood, Vocabulary } from "../../../src/requests/index.js";
import { FakeDesk } from "./desk.js";
import { team } from "./runs.js";

export const nothingKnown: Vocabulary = { runbooks: [], sets: [], hosts: [], purposes: [], clusters: [] };

/** Enough of a language to drive the bot: what it hears is what a test checks, not how it is understood. */
export function understand(text: string, { addressed }: Context): Understood {
  if (/^clone prod/.test(text))
    return { kind: "request", runbook: "clone", request: { set: "prod", purpose: "training" } };
  if (/^(undo )?restore (of )?(prod|clarity)/.test(text))
    return {
      kind: "request",
      runbook: "restore",
      request: { set: /prod|clarity/.exec(text)![0], undo: text.startsWith("undo") },
    };
  if (/^(health|help|runs|my clones)$/.test(text))
    return { kind: "request", runbook: text === "my clones" ? "clones" : text, request: {} };
  if (text === "restore") {
    return {
      kind: "reply",
      text: "Which set shall be restored?",
      choices: [
        { label: "prod", say: "restore prod" },
        { label: "clarity", say: "restore clarity" },
      ],
    };
  }
  return addressed ? { kind: "reply", text: "I did not understand that." } : { kind: "ignore" };
}

export interface Bench {
  readonly slack: SlackSim;
  readonly url: string;
  readonly desk: FakeDesk;
  readonly bot: Bot;
  readonly logged: () => string;
  /** Another bot process on the same workspace and the same desk; with this one stopped it is a restart. */
  another(options?: Partial<BotOptions>): Promise<Bot>;
  /** What the bots of this bench are made from. */
  optionsOf(more?: Partial<BotOptions>): BotOptions;
  messages(channel?: string): ShownMessage[];
  calls(
    method: string,
  ): { readonly body: Record<string, unknown>; readonly status: number | string; readonly at: string }[];
  close(): Promise<void>;
}

export async function openBench(
  given: { knobs?: SlackKnobs; options?: Partial<BotOptions>; http?: boolean } = {},
): Promise<Bench> {
  const slack = createSlack({ world: epic, knobs: given.knobs ?? {} });
  const { url, close } = await slack.listen();
  const desk = new FakeDesk();
  const lines: string[] = [];
  const sink = new Writable({ write: (chunk: Buffer, _encoding, done) => (lines.push(chunk.toString()), done()) });
  const log = pino({ level: "debug" }, sink);
  const bots: Bot[] = [];
  const optionsOf = (more: Partial<BotOptions> = {}): BotOptions => ({
    config: {
      mode: given.http ? "http" : "socket",
      team,
      channels: { listen: ["C0STORAGE"], health: "C0HEALTH" },
      apiUrl: `${url}/api/`,
      command: "/sluice",
    },
    tokens: { bot: slack.tokens.bot, app: slack.tokens.app, signingSecret: slack.tokens.signingSecret },
    desk,
    understand,
    vocabulary: () => nothingKnown,
    titleOf: (runbook, request) => `${runbook} ${(request as { set?: string }).set ?? ""}`,
    groups: ["S0STORAGE", "S0EPIC"],
    cardExpiresMinutes: 60,
    timeZone: "UTC",
    clock: systemClock,
    log,
    connections: 1,
    drawEveryMs: 0,
    ...given.options,
    ...more,
  });
  const another = async (more: Partial<BotOptions> = {}): Promise<Bot> => {
    const bot = createBot(optionsOf(more));
    bots.push(bot);
    desk.announcer = bot.renderer;
    const { address } = await bot.start();
    if (address) slack.deliverTo({ url: `http://127.0.0.1:${address.port}/slack/events` });
    return bot;
  };
  const bot = await another();
  return {
    slack,
    url,
    desk,
    bot,
    another,
    optionsOf,
    logged: () => lines.join(""),
    messages: (channel) => slack.control.messages(channel === undefined ? {} : { channel }),
    calls: (method) => slack.log().filter((each) => each.kind === "api" && each.method === method) as never,
    async close() {
      for (const each of bots) await each.stop();
      await close();
    },
  };
}

/** Waits for a state, not for a time; what it waits for in vain is in the error. */
export async function until<T>(what: string, look: () => T | undefined | false | null, withinMs = 8_000): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const found = look();
    if (found) return found;
    if (Date.now() > end) throw new Error(`waited in vain for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
