import { setTimeout as pause } from "node:timers/promises";
import { pino } from "pino";
import { Agent, fetch as request } from "undici";
import { simCa } from "../../sim/kit/tls.js";
import { handsOn, textOf, type Control, type Hands, type Shown } from "../../sim/slack/hands.js";
import { startWorld, type StartedWorld, type WorldOptions } from "../../sim/worlds/start.js";
import { buildApp, createLog, type App, type AppOptions } from "../../src/app.js";
import { loadConfig } from "../../src/config/load.js";
import { resolveSecrets } from "../../src/config/secrets.js";
import type { Config } from "../../src/config/types.js";
import { wallClock } from "../../sim/kit/clock.js";
import { fastClock } from "../support/clock.js";
import { callsIn } from "../support/person.js";
import type { TestRedis } from "../support/redis.js";

export interface SceneOptions {
  /** "epic" unless said. */
  readonly name?: string;
  readonly ontap?: WorldOptions["ontap"];
  readonly azure?: WorldOptions["azure"];
  readonly bluexp?: WorldOptions["bluexp"];
  readonly hosts?: WorldOptions["hosts"];
  readonly timings?: AppOptions["timings"];
  /** False: the Slack side only; workers are other processes. */
  readonly worker?: boolean;
  /** Time goes so many times as fast, for the product and all its far ends but Slack. Workers in other processes have the wall's time: 1 there. */
  readonly pace?: number;
  readonly overrides?: Readonly<Record<string, string | number>>;
  readonly secrets?: Readonly<Record<string, string>>;
  /** Hears every line of the product's log, at its most talkative. */
  readonly heard?: (line: string) => void;
}

/** The whole product in this process on a whole world, driven through Slack's control calls and looked at from the far ends. */
export interface Scene extends Hands {
  readonly world: StartedWorld;
  readonly config: Config;
  readonly app: App;
  /** Waits for a message of the bot in a thread that reads so. */
  reply(ts: string, reads: RegExp, user?: string, channel?: string): Promise<Shown>;
  /** The one card of the run asked for in this thread, once it reads so. */
  card(ts: string, reads: RegExp): Promise<Shown>;
  readonly control: Control;
  /** An array's REST API as the administrator who looks in from outside. */
  ontap<T = { records: Record<string, unknown>[] }>(cluster: string, path: string): Promise<T>;
  /** The administrator changes something on an array. */
  patch(cluster: string, path: string, body: object): Promise<unknown>;
  /** The administrator makes something on an array. */
  post(cluster: string, path: string, body: object): Promise<unknown>;
  /** The administrator types what a card says: each call of a hand-off's text. */
  type(cluster: string, text: string, passphrase?: string): Promise<void>;
  /** A control call of an array's simulator. */
  arrayControl(cluster: string, name: string, body: object): Promise<{ ok?: boolean }>;
  /** The simulator's own call log of a cluster or of Azure. */
  calls(origin: string): Promise<{ method: string; path: string; body: unknown; status: number }[]>;
  hosts(): Promise<
    Record<string, { mounts: { mountPoint: string; content?: string }[]; sessions: unknown[]; vgs: unknown[] }>
  >;
  /** Newest nightly of a volume, as the array lists it. */
  nightly(cluster: string, volume: string): Promise<string>;
  close(): Promise<void>;
}

/** A limit only: going home with twelve volumes takes the most, over a minute on an idle machine. */
const patienceMs = 240_000;

/** Polls until `look` gives something; says what it saw last when it never does. */
export async function until<T>(
  look: () => Promise<T | undefined> | T | undefined,
  what: string,
  saw: () => string = () => "",
): Promise<T> {
  const deadline = Date.now() + patienceMs;
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    if (Date.now() > deadline) throw new Error(`never saw ${what}. ${saw()}`);
    await pause(40);
  }
}

let scenes = 0;

const fast: NonNullable<WorldOptions["ontap"]> = {
  jobMs: { volume: [0, 20], mirror: [0, 20] },
  visibilityMs: [0, 0],
  queuedMs: 20,
  transferBytesPerSecond: 2 ** 60,
  nightlies: false,
};

/** Starts everything. Whatever it opened is closed by `close`. */
export async function openScene(redis: TestRedis, options: SceneOptions = {}): Promise<Scene> {
  scenes += 1;
  const prefix = `${redis.prefix.slice(0, -1)}.${scenes}`;
  const name = options.name ?? "epic";
  const pace = options.pace ?? (options.worker === false ? 1 : 4);
  const clock = fastClock(pace);
  const world = await startWorld(name, {
    clock,
    slackClock: wallClock,
    ontap: { ...fast, ...options.ontap },
    // a Run Command takes as long as its script does
    hosts: { commandMs: 1, ...options.hosts },
    bluexp: { createMs: 300, createHaMs: 300, deleteMs: 300, powerMs: 300, agentMs: 100, ...options.bluexp },
    azure: {
      deployMs: 200,
      networkMs: 0,
      startDelayMs: 20,
      retryAfterSeconds: 0,
      throttle: false,
      powerMs: 20,
      ...options.azure,
    },
  });
  const agent = new Agent({ connect: { ca: (await simCa()).certPem } });
  try {
    const config = await loadConfig({
      file: `config/${name.replace(/-svm$/, "")}.yaml`,
      env: {},
      overrides: { ...world.overrides, "redis.prefix": prefix, ...options.overrides },
    });
    const env: Record<string, string | undefined> = { ...world.secrets, ...options.secrets };
    const secrets = await resolveSecrets(config, { env: (name) => env[name] });
    const app = buildApp({
      config,
      secrets,
      redisUrl: redis.url,
      clock,
      log: options.heard
        ? createLog("trace", secrets.values(), options.heard)
        : pino({ level: process.env["TEST_LOG"] ?? "silent" }, process.stderr),
      roles: { bot: true, worker: options.worker ?? true },
      sweepMs: 1_000 * pace,
      stopMs: 20_000 * pace,
      ...(options.timings ? { timings: options.timings } : {}),
    });
    await app.start();
    return sceneOf(world, config, app, agent, () => forget(redis, prefix));
  } catch (error) {
    await agent.close();
    await world.close();
    throw error;
  }
}

/** A Redis that several files share keeps nothing of this one. */
async function forget(redis: TestRedis, prefix: string): Promise<void> {
  const connection = redis.connect();
  for await (const keys of connection.scanStream({ match: `${prefix}:*` }) as AsyncIterable<string[]>)
    if (keys.length > 0) await connection.del(...keys);
}

function sceneOf(world: StartedWorld, config: Config, app: App, agent: Agent, forgotten: () => Promise<void>): Scene {
  const origin = (name: string): string => {
    const url = world.urls[name];
    if (url === undefined) throw new Error(`no simulator called ${name}`);
    return url;
  };
  const read = async <T>(
    url: string,
    headers: Record<string, string> = {},
    body?: object,
    method = body ? "POST" : "GET",
  ): Promise<T> => {
    const response = await request(url, {
      dispatcher: agent,
      method,
      headers: { ...headers, ...(body ? { "content-type": "application/json" } : {}) },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    return (await response.json()) as T;
  };
  const control: Control = (path, body) => read(`${origin("slack")}/_control/${path}`, {}, body);
  const hands = handsOn(control);
  const find = async (
    ts: string,
    what: string,
    fits: (message: Shown, text: string) => boolean,
    user?: string,
    channel?: string,
  ): Promise<Shown> => {
    let last: Shown[] = [];
    return until(
      async () => {
        last = await hands.thread(ts, user, channel);
        return last.findLast(
          (message) => message.user === world.world.slack.bot.userId && fits(message, textOf(message)),
        );
      },
      what,
      () => `The thread reads:\n${last.map((message) => textOf(message)).join("\n---\n")}`,
    );
  };
  const admin = { authorization: `Basic ${btoa("admin:netapp1!")}` };
  const ontap: Scene["ontap"] = (cluster, path) => read(`${origin(cluster)}/api${path}`, admin);
  return {
    world,
    config,
    app,
    ...hands,
    control,
    ontap,
    arrayControl: async (cluster, name, body) => {
      const answered = await read<{ ok?: boolean }>(`${origin(cluster)}/_control/${name}`, {}, body);
      if (answered.ok !== true) throw new Error(`${name} on ${cluster}: ${JSON.stringify(answered)}`);
      return answered;
    },
    post: (cluster, path, body) => read(`${origin(cluster)}/api${path}`, admin, body, "POST"),
    patch: (cluster, path, body) => read(`${origin(cluster)}/api${path}`, admin, body, "PATCH"),
    type: async (cluster, text, passphrase = "") => {
      let uuid = "";
      for (const call of callsIn(text)) {
        const url = `${origin(cluster)}${call.path.replace("{uuid}", uuid)}`;
        const body = call.body && (JSON.parse(call.body.replace("<passphrase>", passphrase)) as object);
        const said = await read<{ records?: { uuid?: string }[]; error?: object }>(
          url,
          admin,
          body || undefined,
          call.method,
        );
        if (said.error) throw new Error(`${call.method} ${call.path}: ${JSON.stringify(said.error)}`);
        if (call.method === "GET") uuid = said.records?.[0]?.uuid ?? "";
      }
    },
    reply: (ts, reads, user, channel) =>
      find(ts, `a reply that reads ${String(reads)}`, (_message, text) => reads.test(text), user, channel),
    card: (ts, reads) =>
      find(ts, `a card that reads ${String(reads)}`, (message, text) => isCard(message) && reads.test(text)),
    calls: async (name) =>
      (await read<{ calls: Awaited<ReturnType<Scene["calls"]>> }>(`${origin(name)}/_control/log`)).calls,
    hosts: async () =>
      (await read<{ hosts: Awaited<ReturnType<Scene["hosts"]>> }>(`${origin("azure")}/_control/hosts`)).hosts,
    nightly: async (cluster, volume) => {
      const { records } = await ontap(cluster, `/storage/volumes?name=${volume}&fields=uuid`);
      const { records: snapshots } = await ontap(
        cluster,
        `/storage/volumes/${String(records[0]?.["uuid"])}/snapshots?name=nightly.*&fields=create_time`,
      );
      const names = snapshots.map((each) => String(each["name"])).sort();
      return names[names.length - 1] ?? "";
    },
    close: async () => {
      await app.stop();
      // stop() resolves before the socket is closed; a simulator gone earlier would make the client reconnect for ever.
      await until(() => (world.slack.connections() === 0 ? true : undefined), "the bot's socket closed");
      await world.close();
      await agent.close();
      await forgotten();
    },
  };
}

/** A card has a header; what is told beside it has none. */
const isCard = (message: Shown): boolean => message.blocks[0]?.type === "header";
