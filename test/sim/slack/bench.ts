import { App, type AppOptions, HTTPReceiver, LogLevel } from "@slack/bolt";
import { createSlack, type SlackOptions, type SlackSim } from "../../../sim/slack/index.js";
import { epic } from "../../../sim/worlds/epic.js";

/** A simulator that listens, and the way to take everything down again. */
export interface Bench {
  slack: SlackSim;
  url: string;
  /** A Bolt app in Socket Mode against the simulator, started; `register` adds its listeners. */
  app(register: (app: App) => void, more?: AppOptions): Promise<App>;
  /** The same by signed HTTP. */
  httpApp(register: (app: App) => void): Promise<App>;
  /** A Web API call with the bot's token, as JSON. */
  call(method: string, args?: object, token?: string): Promise<{ ok: boolean; error?: string; [key: string]: unknown }>;
  close(): Promise<void>;
}

const quiet = { retryConfig: { retries: 0 }, timeout: 5_000 };

export async function openBench(options: Partial<SlackOptions> = {}): Promise<Bench> {
  const slack = createSlack({ world: epic, ...options });
  const { url, close } = await slack.listen();
  const apps: App[] = [];
  const base = () => ({
    token: slack.tokens.bot,
    deferInitialization: true,
    convoStore: false as const,
    logLevel: LogLevel.ERROR,
    clientOptions: { slackApiUrl: `${url}/api/`, ...quiet },
  });
  const begin = async (app: App, register: (app: App) => void): Promise<App> => {
    register(app);
    await app.init();
    await app.start();
    apps.push(app);
    return app;
  };
  return {
    slack,
    url,
    app: (register, more = {}) =>
      begin(
        new App({ ...base(), ...(more.receiver ? {} : { socketMode: true, appToken: slack.tokens.app }), ...more }),
        register,
      ),
    httpApp: async (register) => {
      const receiver = new HTTPReceiver({
        signingSecret: slack.tokens.signingSecret,
        port: 0,
        logLevel: LogLevel.ERROR,
      });
      const app = new App({ ...base(), receiver });
      register(app);
      await app.init();
      const server = await receiver.start(0);
      apps.push(app);
      const address = server.address();
      if (address === null || typeof address === "string") throw new Error("no port");
      slack.deliverTo({ url: `http://127.0.0.1:${address.port}/slack/events` });
      return app;
    },
    call: async (method, args = {}, token = slack.tokens.bot) => {
      const response = await fetch(`${url}/api/${method}`, {
        method: "POST",
        headers: { "content-type": "application/json", authorization: `Bearer ${token}` },
        body: JSON.stringify(args),
      });
      return (await response.json()) as { ok: boolean };
    },
    close: async () => {
      await Promise.all(apps.map((each) => each.stop()));
      // stop() resolves before the socket is closed; a simulator gone earlier would make the client reconnect for ever.
      if (apps.length > 0) await until(() => slack.connections() === 0, "the apps' sockets closed");
      await close();
    },
  };
}

/** Waits until `look` gives something truthy; fails after five seconds. */
export async function until<T>(look: () => T | undefined | false, what = "the expected state"): Promise<T> {
  const deadline = Date.now() + 5_000;
  for (;;) {
    const seen = look();
    if (seen !== undefined && seen !== false) return seen;
    if (Date.now() > deadline) throw new Error(`never saw ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
