import { Redis } from "ioredis";
import { pino, type Logger } from "pino";
import { demand } from "./approvals/index.js";
import { createBot, questions, type Bot } from "./bot/index.js";
import type { Config } from "./config/types.js";
import type { Secrets } from "./config/secrets.js";
import type { Clock } from "./core/clock.js";
import { derived } from "./core/derived.js";
import { runIdFor, type RunId } from "./core/ids.js";
import { NotSent, Refusal } from "./core/problems.js";
import { createFarEnds } from "./farEnds.js";
import { startHttp, type HttpSide } from "./http.js";
import type { Desk } from "./jobs/desk.js";
import { defaultTimings, type Engine, type Timings } from "./jobs/engine.js";
import { answerAsked } from "./jobs/answering.js";
import { createDesk } from "./jobs/front-desk.js";
import { leaseCheck } from "./jobs/guard.js";
import { queueAnnouncer, Queues } from "./jobs/queues.js";
import { checkRedis } from "./jobs/redis/index.js";
import { round, scheduleRounds } from "./jobs/rounds.js";
import { RedisStore } from "./jobs/store/redis.js";
import { startRenderer, startWorkers, type Running } from "./jobs/workers.js";
import { registryOf } from "./registry.js";
import { understand } from "./requests/index.js";
import { ownClones } from "./ownClones.js";
import { stopInTime } from "./stopping.js";
import { vocabularyOf } from "./vocabulary.js";
import type { RunView } from "./core/fold.js";
import { stoodSteps } from "./runbooks/define.js";

export interface AppOptions {
  readonly config: Config;
  readonly secrets: Secrets;
  readonly redisUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly roles: { readonly bot: boolean; readonly worker: boolean };
  readonly timings?: Partial<Timings>;
  /** Longest time a run that a queue forgot lies unnoticed. */
  readonly sweepMs?: number;
  /** Longest a stop waits for what was begun. */
  readonly stopMs?: number;
}

export interface App {
  readonly engine: Engine;
  readonly desk: Desk;
  /** Rejects with a Refusal when Redis or Slack is not fit to work with; nothing is left open then. */
  start(): Promise<void>;
  /** Connects to Redis only: for commands that look at runs. */
  connect(): Promise<void>;
  /** Posts the health digest now. */
  digest(): Promise<void>;
  /** Takes nothing new, ends what was begun, closes; in bounded time, also when Redis is gone. */
  stop(): Promise<void>;
  readonly health: () => HttpSide | undefined;
}

/** A logger that never carries a secret: every value the configuration opened is blanked wherever it appears. */
export function createLog(
  level: string,
  secrets: readonly string[],
  write: (line: string) => void = (line) => void process.stderr.write(line),
): Logger {
  const long = secrets.filter((secret) => secret.length >= 6);
  const blank = (line: string): string =>
    long.reduce((text, secret) => text.replaceAll(JSON.stringify(secret).slice(1, -1), "[secret]"), line);
  return pino({ level, base: null }, { write: (line: string) => write(blank(line)) });
}

/** Every constructor call of the program. Only Redis is connected before `start`. */
export function buildApp(options: AppOptions): App {
  const { config, secrets, clock, log, roles } = options;
  const redis = new Redis(options.redisUrl, { maxRetriesPerRequest: null });
  redis.on("error", (error: Error) => log.warn({ reason: error.message }, "Redis does not answer"));
  const store = new RedisStore(redis, `${config.redis.prefix}:`);
  const queues = new Queues(redis, config.redis.prefix);
  const onError = (error: unknown): void => log.error({ err: error }, "a queued job failed");
  const announcer = queueAnnouncer(queues, onError);
  const farEnds = createFarEnds({ config, secrets, clock, log, beforeWrite: leaseCheck });
  const registry = registryOf();
  const timings = { ...defaultTimings, ...policyTimings(config), ...options.timings };
  const engine: Engine = {
    store,
    registry,
    farEnds,
    inventory: config,
    clock,
    log,
    announcer,
    timings,
    readOnly: config.mode === "read-only",
    demand: (plan, view: RunView) =>
      demand(config.policy, { runbook: plan.runbook, steps: plan.steps, asker: view.asked.by }),
    derive: (run, name) => derived(secrets.named("derivation"), run, name),
    wake: (run, delayMs) => queues.wake("execute", run, delayMs),
    child: (parent, runbook) => runIdFor("child", parent.id, runbook),
  };
  const desk = createDesk({
    store,
    clock,
    announcer,
    policy: config.policy,
    timings,
    openPerPerson: config.limits.openRequestsPerPerson,
    wake: (run, kind) => queues.wake(kind, run),
    ask: (question, to, eventId) => queues.ask({ question, to }, eventId.replaceAll(":", "-")),
  });
  const vocabulary = vocabularyOf(config, (name) => registry.names().includes(name) || questions.has(name));
  const answering = { vocabulary: vocabulary.runbooks, cardExpiresMinutes: config.policy.cardExpiresMinutes };
  const bot = roles.bot ? createBotSide(options, { desk, engine, store, vocabulary }) : undefined;
  let running: Running[] = [];
  let http: HttpSide | undefined;
  return {
    engine,
    desk,
    health: () => http,
    connect: async () => {
      await connected(redis, clock);
      await refuseUnfit(redis, log);
    },
    digest: () => round("digest", { ...engine, config }),
    start: async () => {
      await connected(redis, clock);
      await refuseUnfit(redis, log);
      http = await startHttp(config.http, {
        redis: () => redis.ping(),
        slack: () => bot?.ready() ?? true,
        queues: () => queues.counts(),
        open: () => store.open(),
      });
      if (roles.worker) {
        running.push(
          startWorkers(engine, queues, {
            concurrency: config.limits.concurrentRuns,
            sweepMs: options.sweepMs ?? 5_000,
            answer: (asked) => answerAsked(engine, answering, asked),
            rounds: (name) => round(name, { ...engine, config }),
          }),
        );
        await scheduleRounds(queues, config);
      }
      if (bot) {
        await bot.start();
        const renderer = startRenderer(queues, bot.renderer, 8, onError);
        running.push({ stop: (redisIsGone) => renderer.close(redisIsGone) }, { stop: () => bot.stop() });
        for (const view of await desk.open()) await announcer.run(view.id, view.length);
      }
    },
    stop: () =>
      stopInTime(
        { redis, clock, log, stopMs: options.stopMs ?? 20_000, working: running.length > 0 },
        async (redisIsGone) => {
          const stopping = running;
          running = [];
          for (const each of stopping) await each.stop(redisIsGone);
          await http?.close();
          await queues.close();
          await farEnds.close();
        },
      ),
  };
}

const policyTimings = ({ policy }: Config): Partial<Timings> => ({
  voteMs: policy.cardExpiresMinutes * 60_000,
  grantMs: policy.grantExpiresMinutes * 60_000,
});

const connectMs = 15_000;

/** BullMQ opens the connection as soon as it is given one, so this only waits for it. */
async function connected(redis: Redis, clock: Clock): Promise<void> {
  const done = new AbortController();
  const late = clock.sleep(connectMs, done.signal).then(
    () => {
      throw new NotSent(`Redis does not answer.`, {
        from: "Redis",
        next: "Look at REDIS_URL, and whether the server runs.",
      });
    },
    () => undefined,
  );
  await Promise.race([redis.ping().then(() => undefined), late]);
  done.abort();
}

async function refuseUnfit(redis: Redis, log: Logger): Promise<void> {
  const report = await checkRedis(redis as unknown as Parameters<typeof checkRedis>[0]);
  for (const { says, fix } of report.warnings) log.warn(`${says} ${fix}`);
  const [first] = report.refusals;
  if (first) {
    redis.disconnect();
    throw new Refusal(first.says, { from: "Redis", next: first.fix });
  }
}

interface BotNeeds {
  readonly desk: Desk;
  readonly engine: Engine;
  readonly store: RedisStore;
  readonly vocabulary: ReturnType<typeof vocabularyOf>;
}

function createBotSide(
  { config, secrets, clock, log }: AppOptions,
  { desk, engine, store, vocabulary }: BotNeeds,
): Bot {
  const { slack, policy } = config;
  const open = (ref: typeof slack.appToken): string | undefined => (ref === undefined ? undefined : secrets.open(ref));
  const app = open(slack.appToken);
  const signingSecret = open(slack.signingSecret);
  return createBot({
    config: slack,
    tokens: {
      bot: secrets.open(slack.botToken),
      ...(app === undefined ? {} : { app }),
      ...(signingSecret === undefined ? {} : { signingSecret }),
    },
    desk,
    understand,
    vocabulary: () => vocabulary,
    clonesOf: (asker) => ownClones(engine, asker),
    closing: (view) => closingOf(engine, view),
    standing: (view) => standingOf(engine, view),
    titleOf: (runbook, request) => engine.registry.find(runbook)?.title(request as never) ?? runbook,
    groups: Object.values(policy.groups).map((group) => group.id),
    cardExpiresMinutes: policy.cardExpiresMinutes,
    timeZone: config.timeZone,
    clock,
    log,
    once: { claim: (key) => store.once(`bot:${key}`, 60 * 60_000), release: (key) => store.unclaim(`bot:${key}`) },
    exclusive: (name, work) => alone(store, clock, name, work),
    ...(slack.mode === "http"
      ? { http: { host: config.http.host, port: config.http.port === 0 ? 0 : config.http.port + 1 } }
      : {}),
  });
}

/** What a finished run says of itself; undefined leaves it to the bot. */
function closingOf(
  { registry }: Engine,
  view: RunView,
): ReturnType<NonNullable<Parameters<typeof createBot>[0]["closing"]>> {
  const plan = view.planned?.plan;
  const closing = plan && registry.find(plan.runbook, plan.version)?.closing;
  if (!closing) return undefined;
  return closing(
    view.steps.map(({ planned, output }) => ({ uses: planned.uses, input: planned.input, output: output ?? null })),
  );
}

/** What stands where when a run has stopped on its way; undefined where its runbook says nothing of it. */
function standingOf({ registry }: Engine, view: RunView): readonly string[] | undefined {
  const plan = view.planned?.plan;
  if (!plan) return undefined;
  return registry.find(plan.runbook, plan.version)?.standing?.(stoodSteps(view.steps), plan.request);
}

const drawingMs = 30_000;

/** One process at a time draws a message; its claim is renewed while it waits out Slack's pace. */
async function alone<T>(store: RedisStore, clock: Clock, name: string, work: () => Promise<T>): Promise<T> {
  const key = `alone-${name}` as RunId;
  let lease = await store.takeLease(key, drawingMs);
  while (!lease) {
    await clock.sleep(50);
    lease = await store.takeLease(key, drawingMs);
  }
  const held = lease;
  const done = new AbortController();
  const renewing = (async () => {
    while (!done.signal.aborted) {
      await clock.sleep(drawingMs / 3, done.signal).catch(() => undefined);
      if (!done.signal.aborted) await store.renewLease(held, drawingMs);
    }
  })();
  try {
    return await work();
  } finally {
    done.abort();
    await renewing;
    await store.dropLease(held);
  }
}
