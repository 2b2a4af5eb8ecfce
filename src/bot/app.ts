import { App, LogLevel } from "@slack/bolt";
import type { AddressInfo } from "node:net";
import type { Renderer } from "../core/announcer.js";
import { createRenderer } from "./renderer.js";
import { closingOf } from "./cards/closing.js";
import { clientOptions, createClients } from "./clients.js";
import { Conversation } from "./conversation.js";
import { Drawer } from "./drawer.js";
import { createIdentity } from "./identity.js";
import { listenToClicks, type ClickNeeds } from "./listeners/clicks.js";
import { listenToCommands } from "./listeners/commands.js";
import { listenToHome } from "./listeners/home.js";
import { listenToMessages } from "./listeners/messages.js";
import { listenToViews } from "./listeners/views.js";
import { slackLogger, withoutSecrets } from "./logging.js";
import { memoryExclusive, memoryOnce } from "./once.js";
import type { BotOptions } from "./options.js";
import { createPoster } from "./poster.js";
import { Sockets } from "./sockets.js";
import { createWebhook, replayGuard } from "./webhook.js";

export interface Bot {
  /**
   * Checks the token and begins to listen. Rejects when Slack refuses a token or cannot be reached; nothing is left open then.
   * In HTTP mode resolves with the address Slack's requests are to be brought to.
   */
  start(): Promise<{ readonly address?: AddressInfo }>;
  /** Takes nothing new, ends what was begun (listeners, cards under way), closes. Safe to call twice. */
  stop(): Promise<void>;
  /** Slack's deliveries can reach us now: for /healthz. */
  ready(): boolean;
  readonly renderer: Renderer;
}

/** How long a stop waits for listeners and cards. */
const drainMs = 10_000;

/** The Slack side: listens, takes people's sentences and clicks to the desk, draws what the engine announces. */
export function createBot(options: BotOptions): Bot {
  const { config, tokens, clock, log } = options;
  const stopping = new AbortController();
  const once = options.once ?? memoryOnce(clock);
  const api = { log, ...(config.apiUrl === undefined ? {} : { apiUrl: config.apiUrl }) };
  const clients = createClients({ token: tokens.bot, ...api });
  const poster = createPoster({ client: clients.posting, clock, log, stopping: stopping.signal });
  const identity = createIdentity({
    client: clients.lookUp,
    team: config.team,
    groups: options.groups,
    clock,
    log,
  });
  const drawer = new Drawer({
    desk: options.desk,
    poster,
    exclusive: options.exclusive ?? memoryExclusive(),
    options: { closing: closingOf, ...options },
    decidingChannel: config.channels.listen[0],
    clock,
    log,
    everyMs: options.drawEveryMs ?? 1_000,
    stopping: stopping.signal,
  });
  const receiver = receiverOf(options);
  const app = new App({
    token: tokens.bot,
    receiver,
    deferInitialization: true,
    convoStore: false,
    logger: slackLogger(log),
    logLevel: LogLevel.INFO,
    clientOptions: clientOptions(api),
  });
  const busy = countInFlight(app);
  if (receiver instanceof Sockets === false) app.use(replayGuard({ clock, once, log }));
  const conversation = new Conversation({ options, identity, poster, once, log });
  const needs: ClickNeeds = {
    options,
    conversation,
    identity,
    drawer,
    poster,
    interactive: clients.interactive,
    clock,
    log,
  };
  listenToMessages(app, { conversation, listen: config.channels.listen });
  listenToCommands(app, { conversation });
  listenToClicks(app, needs);
  listenToViews(app, needs);
  listenToHome(app, needs);
  app.error((error) => {
    log.error({ reason: withoutSecrets(error.message) }, "a delivery from Slack failed");
    return Promise.resolve();
  });

  let running = false;
  return {
    renderer: createRenderer({ drawer, poster, once, identity }),
    ready: () => running && (receiver instanceof Sockets ? receiver.connected() : true),
    async start() {
      await app.init();
      await conversation.warm();
      if (receiver instanceof Sockets) {
        await receiver.start();
        running = true;
        return {};
      }
      const server = await receiver.start({ host: options.http?.host ?? "127.0.0.1", port: options.http?.port ?? 0 });
      running = true;
      return { address: server.address() as AddressInfo };
    },
    async stop() {
      if (stopping.signal.aborted) return;
      if (running) await receiver.stop();
      running = false;
      const late = new AbortController();
      const deadline = clock.sleep(drainMs, late.signal).catch(() => undefined);
      await Promise.race([busy.idle(), deadline]);
      stopping.abort(new Error("the bot is stopping"));
      await Promise.race([drawer.settled(), deadline]);
      late.abort(new Error("drained"));
    },
  };
}

function receiverOf({ config, tokens, connections, clock, log }: BotOptions) {
  if (config.mode === "http") {
    if (!tokens.signingSecret) throw new Error("HTTP mode needs the app's signing secret: slack.signingSecret");
    return createWebhook({ signingSecret: tokens.signingSecret, log });
  }
  if (!tokens.app) throw new Error("Socket Mode needs the app-level token (xapp-…): slack.appToken");
  return new Sockets({
    appToken: tokens.app,
    connections: connections ?? 2,
    clock,
    log,
    ...(config.apiUrl === undefined ? {} : { apiUrl: config.apiUrl }),
  });
}

/** Bolt's stop waits for no listener; this does. */
function countInFlight(app: App): { idle(): Promise<void> } {
  let count = 0;
  let waiting: (() => void)[] = [];
  app.use(async ({ next }) => {
    count += 1;
    try {
      await next();
    } finally {
      count -= 1;
      if (count === 0) {
        for (const each of waiting) each();
        waiting = [];
      }
    }
  });
  return { idle: () => (count === 0 ? Promise.resolve() : new Promise((resolve) => waiting.push(resolve))) };
}
