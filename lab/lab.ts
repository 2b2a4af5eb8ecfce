import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StartedWorld } from "../sim/worlds/start.js";
import { buildApp, createLog, type App } from "../src/app.js";
import { redisFor } from "../src/cli/redis.js";
import { openSettings, type Settings } from "../src/cli/settings.js";
import { readEnv } from "../src/config/env.js";
import type { Config } from "../src/config/types.js";
import { systemClock } from "../src/core/clock.js";
import { image } from "./image.js";
import { install, obstacle } from "./needs.js";
import { divisor, openParts, productionHost, productionReach, type Parts } from "./parts.js";
import { bringUp, type Reach } from "./production.js";
import { seed } from "./seed.js";

export type Say = (line: string) => void;

/** The whole product on real disks: simulated arrays over files, tgt, guests, Slack's simulator, Redis. */
export interface Lab {
  readonly world: StartedWorld;
  readonly parts: Parts;
  readonly settings: Settings;
  /** The product as it runs now. */
  readonly app: App;
  /** Where production's LUNs are. */
  readonly reach: Reach;
  /** Slack's page. */
  readonly url: string;
  /** Resolves when Redis has ended, which ends everything. */
  readonly ended: Promise<void>;
  /** Stops the product alone and starts it with another configuration. */
  configure(change: (config: Config) => Config): Promise<void>;
  stop(): Promise<void>;
}

export interface LabOptions {
  readonly port?: number;
  readonly devicesFile?: boolean;
  readonly say: Say;
}

/** Why the lab cannot be had here: a sentence for people. */
export class NoLab extends Error {}

function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) folder = dirname(folder);
  return folder;
}

/** Builds what is missing, once. Gives the folder guests boot from and the one with production's bytes. */
export async function prepare(say: Say): Promise<{ readonly image: string; readonly seed: string }> {
  const why = obstacle();
  if (why !== undefined) throw new NoLab(why);
  await install(say);
  const root = packageRoot();
  const built = await image(root, readEnv()["SLUICE_LAB_CACHE"] ?? join(root, ".sluice", "lab"), say);
  return { image: built, seed: await seed(built, say) };
}

const settleMs = 1_000;

/** Starts everything; what was opened is closed again when it fails. */
export async function startLab(options: LabOptions): Promise<Lab> {
  const { say } = options;
  const prepared = await prepare(say);
  const stops: (() => Promise<void>)[] = [];
  const stop = async (): Promise<void> => {
    for (const each of stops.splice(0)) await each().catch((error: unknown) => say(`Stopping: ${String(error)}`));
  };
  try {
    let parts: Parts | undefined;
    const settings = await openSettings(
      { world: "lab" },
      {
        slackPort: options.port ?? 0,
        // guests take their time; the arrays need none on top
        ontap: {
          jobMs: { volume: [100, 300], mirror: [100, 300] },
          visibilityMs: [0, 0],
          nightlies: false,
          // 100 MiB/s of what there really is to copy
          transferBytesPerSecond: divisor * 100 * 2 ** 20,
        },
        azure: { throttle: false },
        real: async (world) => {
          say("Starting the guests");
          parts = await openParts(world, {
            ...prepared,
            ...(options.devicesFile === undefined ? {} : { devicesFile: options.devicesFile }),
          });
          stops.unshift(parts.close);
          return parts;
        },
      },
    );
    stops.unshift(() => settings.close());
    const world = settings.started;
    if (!world || !parts) throw new Error("the lab's world did not start");
    // nobody looks at the arrays while guests work: schedules and hosts' writes are seen all the same
    const ticking = setInterval(() => world.fabric.settle(), settleMs);
    stops.unshift(() => Promise.resolve(clearInterval(ticking)));
    const reach = productionReach(world.world, world.fabric);
    say("Bringing production up");
    await bringUp(parts.guest(productionHost), reach);
    const redis = await redisFor(settings.config, say);
    stops.unshift(() => redis.stop());
    const log = createLog(readEnv()["LOG_LEVEL"] ?? "warn", settings.secrets.values());
    const product = async (config: Config): Promise<App> => {
      const built = buildApp({
        config,
        secrets: settings.secrets,
        redisUrl: redis.url,
        clock: systemClock,
        log,
        roles: { bot: true, worker: true },
        sweepMs: 1_000,
      });
      await built.start();
      return built;
    };
    let app = await product(settings.config);
    stops.unshift(() => app.stop());
    return {
      world,
      parts,
      settings,
      get app() {
        return app;
      },
      reach,
      url: world.urls["slack"] ?? "",
      ended: redis.ended,
      configure: async (change) => {
        await app.stop();
        app = await product(change(settings.config));
      },
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}
