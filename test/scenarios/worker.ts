import { Redis } from "ioredis";
import { pino } from "pino";
import { buildApp } from "../../src/app.js";
import { loadConfig } from "../../src/config/load.js";
import { resolveSecrets } from "../../src/config/secrets.js";
import { systemClock } from "../../src/core/clock.js";
import type { Store } from "../../src/jobs/store/store.js";

/**
 * A worker of its own, for tests that kill it: `node worker.js CONFIG`. Says which leases it holds, and stands still for good where
 * `border:RUN` in Redis says so: when that many steps have ended and nothing has begun since.
 */
const config = await loadConfig({ file: process.argv[2] ?? "", env: {} });
const redisUrl = process.env["REDIS_URL"] ?? "";
const side = new Redis(redisUrl);
const app = buildApp({
  config,
  secrets: await resolveSecrets(config, { env: (name) => process.env[name] }),
  redisUrl,
  clock: systemClock,
  log: pino({ level: process.env["TEST_LOG"] ?? "silent" }, process.stderr),
  roles: { bot: false, worker: true },
  sweepMs: 300,
  timings: { leaseMs: 3_000, callMs: 2_500 },
});
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const store = app.engine.store as { -readonly [Name in "takeLease" | "append"]: Store[Name] };
const takeLease = store.takeLease.bind(store);
store.takeLease = async (run, ttlMs) => {
  const lease = await takeLease(run, ttlMs);
  if (lease) say(`holds ${lease.token}`);
  return lease;
};
const append = store.append.bind(store);
let endedSteps = 0;
store.append = async (run, expect, entries, lease) => {
  await append(run, expect, entries, lease);
  if (!entries.some(({ event }) => event.type === "ended")) return;
  endedSteps = (await app.engine.store.read(run)).filter(({ event }) => event.type === "ended").length;
  const border = await side.get(`${config.redis.prefix}:border`);
  if (border !== String(endedSteps)) return;
  await side.del(`${config.redis.prefix}:border`);
  say(`at border ${endedSteps} of ${run}`);
  await new Promise(() => undefined);
};

await app.start();
say("ready");
process.once("SIGTERM", () => {
  side.disconnect();
  void app.stop();
});
