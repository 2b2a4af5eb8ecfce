import { buildApp, createLog, type App } from "../app.js";
import { systemClock } from "../core/clock.js";
import { readEnv } from "../config/env.js";
import { complain, say, type ExitCode } from "./output.js";
import { redisFor } from "./redis.js";
import { openSettings, type SettingsFlags } from "./settings.js";

export interface Roles {
  readonly bot: boolean;
  readonly worker: boolean;
}

/** Resolves at SIGINT or SIGTERM, or when the promise given ends. */
function untilStopped(ended: Promise<void>): Promise<void> {
  return new Promise((resolve) => {
    const stop = (): void => {
      process.off("SIGINT", stop);
      process.off("SIGTERM", stop);
      resolve();
    };
    process.once("SIGINT", stop);
    process.once("SIGTERM", stop);
    void ended.then(stop);
  });
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
    await untilStopped(found.ended);
    return 0;
  } finally {
    await app.stop();
    await found.stop();
    await settings.close();
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
  const settings = await openSettings({ world: flags.world ?? "epic" }, { slackPort: port, ontap: demoKnobs });
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
    await untilStopped(found.ended);
    return 0;
  } finally {
    for (const stop of stops) await stop().catch((error: unknown) => complain(`Stopping: ${String(error)}`));
  }
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
