/** As much of a Redis connection as the checks use. */
export interface Askable {
  info(section: string): Promise<string>;
  config(subcommand: "GET", parameter: string): Promise<unknown>;
}

export interface RedisFinding {
  readonly says: string;
  readonly fix: string;
}

export interface RedisReport {
  readonly version: string;
  /** Work does not start while there is one. */
  readonly refusals: readonly RedisFinding[];
  readonly warnings: readonly RedisFinding[];
}

const leastMajor = 6;
const leastMinor = 2;

/**
 * Is this Redis fit to hold approvals and runs? Managed services that hide CONFIG are judged by INFO as far as it goes.
 * Rejects when Redis does not answer.
 */
export async function checkRedis(redis: Askable): Promise<RedisReport> {
  const info = fields(
    `${await redis.info("server")}\n${await redis.info("memory")}\n${await redis.info("persistence")}\n${await redis.info("replication")}\n${await redis.info("cluster")}`,
  );
  const policy = info["maxmemory_policy"] ?? (await setting(redis, "maxmemory-policy"));
  const aof =
    info["aof_enabled"] === undefined ? await setting(redis, "appendonly") : info["aof_enabled"] === "1" ? "yes" : "no";
  const fsync = await setting(redis, "appendfsync");
  const version = info["valkey_version"] ?? info["redis_version"] ?? "unknown";
  return {
    version,
    refusals: refusals(info, policy),
    warnings: [...durability(aof, fsync), ...age(info["redis_version"])],
  };
}

function refusals(info: Readonly<Record<string, string>>, policy: string | undefined): RedisFinding[] {
  const found: RedisFinding[] = [];
  if (policy !== undefined && policy !== "noeviction") {
    found.push({
      says: `Redis may throw away runs and approvals when its memory is full: maxmemory-policy is ${policy}.`,
      fix: "Set it to noeviction: redis-cli CONFIG SET maxmemory-policy noeviction, and in redis.conf or the service's settings so that it stays.",
    });
  }
  if (info["role"] === "slave")
    found.push({ says: "This Redis is a replica and takes no writes.", fix: "Point REDIS_URL at the primary." });
  if (info["cluster_enabled"] === "1")
    found.push({
      says: "This Redis is a cluster; a run's records must be on one server.",
      fix: "Use a single server, with a replica if you like.",
    });
  return found;
}

function durability(aof: string | undefined, fsync: string | undefined): RedisFinding[] {
  const fix =
    "redis-cli CONFIG SET appendonly yes, redis-cli CONFIG SET appendfsync always, and in redis.conf so that it stays.";
  if (aof === undefined)
    return [
      {
        says: "Redis does not say whether it writes to disk.",
        fix: "Make sure of the service's persistence setting: append-only file, synced at every write.",
      },
    ];
  if (aof !== "yes")
    return [{ says: "Redis keeps no append-only file: a restart loses runs, votes and what was begun.", fix }];
  if (fsync === undefined)
    return [
      {
        says: "Redis does not say how often it syncs to disk.",
        fix: "Make sure that the service syncs at every write.",
      },
    ];
  if (fsync !== "always")
    return [
      { says: `Redis syncs to disk by "${fsync}": a power cut may lose the last second, a begun step among it.`, fix },
    ];
  return [];
}

function age(version: string | undefined): RedisFinding[] {
  const [major = 0, minor = 0] = (version ?? "").split(".").map(Number);
  if (version === undefined || major > leastMajor || (major === leastMajor && minor >= leastMinor)) return [];
  return [
    {
      says: `Redis ${version} is older than what Sluice is tested with.`,
      fix: `Use ${leastMajor}.${leastMinor} or later.`,
    },
  ];
}

function fields(info: string): Readonly<Record<string, string>> {
  const pairs = info.split(/\r?\n/).filter((line) => line.includes(":") && !line.startsWith("#"));
  return Object.fromEntries(pairs.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1)]));
}

async function setting(redis: Askable, name: string): Promise<string | undefined> {
  const answer = await redis.config("GET", name).catch(() => undefined);
  if (Array.isArray(answer)) return typeof answer[1] === "string" ? answer[1] : undefined;
  const value = typeof answer === "object" && answer !== null ? (answer as Record<string, unknown>)[name] : undefined;
  return typeof value === "string" ? value : undefined;
}
