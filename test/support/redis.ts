import { randomBytes } from "node:crypto";
import { afterAll, beforeAll } from "@jest/globals";
import { Redis } from "ioredis";
import { readEnv } from "../../src/config/env.js";
import { findRedis, type FoundRedis } from "../../src/jobs/redis/index.js";

export interface TestRedis {
  readonly url: string;
  /** A key prefix of this test file, ending in a colon. Everything under it is deleted at the end. */
  readonly prefix: string;
  /** A new connection; closed at the end if the test did not. `maxRetriesPerRequest: null`, as BullMQ wants it. */
  connect(): Redis;
}

/** Real Redis for one test file: the one of REDIS_URL, else a private server. Call at the top of the file. */
export function useRedis(): TestRedis {
  let found: FoundRedis | undefined;
  const prefix = `sluice-test-${randomBytes(6).toString("hex")}:`;
  const connections: Redis[] = [];
  const url = (): string => {
    if (!found) throw new Error("Redis is there from beforeAll on, not before");
    return found.url;
  };
  const connect = (): Redis => {
    const redis = new Redis(url(), { maxRetriesPerRequest: null });
    connections.push(redis);
    return redis;
  };
  beforeAll(async () => {
    found = await findRedis({ env: readEnv(), say: () => undefined });
  });
  afterAll(async () => {
    if (found?.how === "url") await forget(connect(), prefix);
    await Promise.all(connections.map(close));
    await found?.stop();
  });
  return {
    get url() {
      return url();
    },
    prefix,
    connect,
  };
}

async function close(redis: Redis): Promise<void> {
  if (redis.status === "end") return;
  await redis.quit().catch(() => redis.disconnect());
}

async function forget(redis: Redis, prefix: string): Promise<void> {
  for await (const keys of redis.scanStream({ match: `${prefix}*` }) as AsyncIterable<string[]>)
    if (keys.length > 0) await redis.del(...keys);
}
