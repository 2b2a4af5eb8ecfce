import { buildApp, createLog, type App } from "../app.js";
import { systemClock } from "../core/clock.js";
import { readEnv } from "../config/env.js";
import { complain, say, UsageError, type ExitCode } from "./output.js";
import type { FoundRedis } from "../jobs/redis/index.js";
import { redisFor } from "./redis.js";
import { openSettings, type SettingsFlags } from "./settings.js";

export interface Roles {
  readonly bot: boolean;
  readonly worker: boolean;
}

/** Resolves at SIGINT or SIGTERM with true, or with false when the promise given ends. */
function untilStopped(ended: Promise<void>): Promise<boolean> {
  return new Promise((resolve) => {
    const stop = (told: boolean): void => {
      process.off("SIGINT", byPerson);
      process.off("SIGTERM", byPerson);
      resolve(told);
    };
    const byPerson = (): void => stop(true);
    process.once("SIGINT", byPerson);
    process.once("SIGTERM", byPerson);
    void ended.then(() => stop(false));
  });
}

/** Serves until told to stop; the exit code says whether Redis left first. */
async function served(redis: FoundRedis): Promise<ExitCode> {
  if (await untilStopped(redis.ended)) return 0;
  complain("The private Redis has ended, so Sluice stops. Start it again; what was begun goes on then.");
  return 1;
}

/** What should be closed is closed by now; a process that must end does not hang on what was forgotten. */
function endSoon(): void {
  setTimeout(() => {
    complain("Something would not close; Sluice ends all the same.");
    process.exit();
  }, 5_000).unref();
}

/** `start`, `bot`, `worker`: runs until told to stop. */
export async function serve(roles: Roles, flags: SettingsFlags): Promise<ExitCode> {
  const settings = await openSettings(flags);
  const found = await redisFor(settings.config, complain, ".sluice/redis");
  const log = createLog(readEnv()["LOG_LEVEL"] ?? "info", settings.secrets.values());
  const app = buildApp({
    config: settings.config,
    secrets: settings.secrets,
    redisUrl: found.url,
    clock: systemClock,
    log,
    roles,
  });
  try {
    await app.start();
    say(`Sluice is ready. Health: ${app.health()?.url ?? ""}/healthz`);
    return await served(found);
  } finally {
    await app.stop();
    await found.stop();
    await settings.close();
    endSoon();
  }
}

export interface DemoFlags {
  readonly port?: string;
  readonly world?: string;
}

/** `demo`: the whole product on its simulators, until told to stop. The last line says where the page is. */
export async function demo(flags: DemoFlags): Promise<ExitCode> {
  const port = Number(flags.port ?? "8700");
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    complain(`--port takes a number from 0 to 65535, not "${flags.port ?? ""}".`);
    return 2;
  }
  const settings = await openSettings({ world: flags.world ?? "epic" }, { slackPort: port, ontap: demoKnobs }).catch(
    (error: unknown) => {
      throw takenPort(error, port) ?? error;
    },
  );
  const stops: (() => Promise<void>)[] = [() => settings.close()];
  try {
    const found = await redisFor(settings.config, say);
    stops.unshift(() => found.stop());
    const app = demoApp(settings, found.url);
    stops.unshift(() => app.stop());
    await app.start();
    // This morning's digest, so that there is something to read.
    await app.digest();
    say(
      `Simulators: ${Object.entries(settings.started?.urls ?? {})
        .map(([name, url]) => `${name} ${url}`)
        .join(", ")}`,
    );
    say(`Sluice demo ready: ${settings.started?.urls["slack"] ?? ""}`);
    return await served(found);
  } finally {
    for (const stop of stops) await stop().catch((error: unknown) => complain(`Stopping: ${String(error)}`));
    endSoon();
  }
}

/** The page's port is the only one that is asked for; every other is free-chosen. */
function takenPort(error: unknown, port: number): UsageError | undefined {
  const { code, port: taken } = error as { code?: unknown; port?: unknown };
  if (code !== "EADDRINUSE" || taken !== port) return undefined;
  return new UsageError(
    `Port ${port} is in use already, so the demo was not started. Stop what listens there, or choose another: --port N.`,
  );
}

/** Long enough to watch, short enough to wait for. */
const demoKnobs = {
  jobMs: { volume: [300, 900], mirror: [300, 900] },
  visibilityMs: [0, 500],
  transferBytesPerSecond: 2 ** 29,
} as const;

function demoApp({ config, secrets }: Awaited<ReturnType<typeof openSettings>>, redisUrl: string): App {
  const log = createLog(readEnv()["LOG_LEVEL"] ?? "warn", secrets.values());
  return buildApp({ config, secrets, redisUrl, clock: systemClock, log, roles: { bot: true, worker: true } });
}
