import { readEnv } from "../config/env.js";
import type { Config } from "../config/types.js";
import { findRedis, type FoundRedis } from "../jobs/redis/index.js";

/** Redis by the rule of the house: REDIS_URL, the configuration, a private server, Debian's package. Says in one line what it did. */
export function redisFor(config: Config, say: (line: string) => void, dataFolder?: string): Promise<FoundRedis> {
  const { url } = config.redis;
  return findRedis({
    env: readEnv(),
    say,
    ...(url === undefined ? {} : { url }),
    ...(dataFolder === undefined ? {} : { dataFolder }),
  });
}
