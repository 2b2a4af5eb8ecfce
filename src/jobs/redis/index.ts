/** Redis: found or started, and judged before anything is trusted to it. */
export { checkRedis, type Askable, type RedisFinding, type RedisReport } from "./check.js";
export { findRedis, withoutPassword, type FindOptions, type FoundRedis } from "./find.js";
export { startPrivateRedis, type PrivateOptions, type PrivateRedis } from "./private.js";
