import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import { policySchema, type Policy } from "../approvals/policy.js";
import { crossCheck, type Placed } from "./cross.js";
import { readDocument, type ConfigDocument, type Overrides } from "./document.js";
import { nearest } from "../core/nearest.js";
import { ConfigError, flatIssues, type Mistake, type Path } from "./mistakes.js";
import { isRecord, listSchemas, sectionSchemas } from "./schema.js";
import type { AzureConfig, BluexpConfig, ClusterConfig, Config, HostConfig, SetConfig } from "./types.js";

export interface LoadOptions {
  /** Named in messages; read when `text` is absent. Certificates it names are looked for beside it. */
  readonly file: string;
  readonly text?: string;
  /** REDIS_URL and SLACK_API_URL win over the file; SLUICE_MODE=read-only can only make things stricter. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Dotted paths, list entries by name: `{ "clusters.cvo-eastus2.url": "https://127.0.0.1:40123" }`. */
  readonly overrides?: Overrides;
}

const sectionNames = [...Object.keys(sectionSchemas), ...Object.keys(listSchemas), "policy"];

/**
 * Untrusted YAML and environment in, a checked and frozen Config out. Connects to nothing and opens no secret.
 * @throws ConfigError with every mistake, each with file, line and path.
 */
export async function loadConfig(options: LoadOptions): Promise<Config> {
  const { file, env } = options;
  const text = options.text ?? (await readText(file));
  const document = readDocument(file, text, { ...envOverrides(env), ...options.overrides });
  const mistakes: Mistake[] = [];
  const tell = (path: Path, says: string): void => void mistakes.push(document.mistake(path, says));
  for (const key of Object.keys(document.root).filter((each) => !sectionNames.includes(each))) {
    const [near] = nearest(key, sectionNames, 1, true);
    tell([key], `is not a setting known here${near ? `; did you mean "${near}"?` : ""}`);
  }
  const read = readSections(document, tell);
  await readCertificates(read, dirname(file), tell);
  crossCheck(
    {
      ...read.lists,
      names: {
        clusters: namesIn(document, "clusters"),
        sets: namesIn(document, "sets"),
        hosts: namesIn(document, "hosts"),
      },
      leases: read.sections.leases,
      policy: read.policy,
      usesRunCommand: read.lists.hosts.some(({ value }) => value.reach.kind === "runCommand"),
      hasAzure: document.root["azure"] !== undefined,
      hasBluexp: document.root["bluexp"] !== undefined,
      secrets: Object.keys(isRecord(document.root["secrets"]) ? document.root["secrets"] : {}),
    },
    tell,
  );
  if (env["SLUICE_MODE"] !== undefined && !["read-only", "read-write"].includes(env["SLUICE_MODE"]))
    mistakes.push({ file: "environment", line: 0, path: "SLUICE_MODE", says: "should be read-only or read-write" });
  if (mistakes.length > 0) throw new ConfigError(inOrder(mistakes));
  return assemble(read, env);
}

async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw new ConfigError([
      {
        file,
        line: 0,
        path: "",
        says: missing
          ? "does not exist: start from config/sluice.example.yaml, or name yours with --config FILE"
          : `cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown reason"})`,
      },
    ]);
  }
}

function envOverrides(env: LoadOptions["env"]): Overrides {
  return { ...(env["SLACK_API_URL"] ? { "slack.apiUrl": env["SLACK_API_URL"] } : {}) };
}

type Sections = { [K in keyof typeof sectionSchemas]?: z.output<(typeof sectionSchemas)[K]> };
interface Read {
  readonly sections: Sections;
  readonly lists: {
    readonly clusters: Placed<ClusterConfig>[];
    readonly sets: Placed<SetConfig>[];
    readonly hosts: Placed<HostConfig>[];
  };
  readonly policy: Policy | undefined;
}

function readSections({ root }: ConfigDocument, tell: (path: Path, says: string) => void): Read {
  const check = <T>(schema: z.ZodType<T>, value: unknown, path: Path): T | undefined => {
    const result = schema.safeParse(value);
    if (result.success) return withoutUndefined(result.data);
    for (const { path: at, says } of flatIssues(result.error, path, root)) tell(at, says);
    return undefined;
  };
  const list = <T>(name: keyof typeof listSchemas): Placed<T>[] => {
    const value = root[name];
    if (!Array.isArray(value)) {
      tell([name], value === undefined ? "is missing" : "should be a list");
      return [];
    }
    if (value.length === 0) tell([name], "is empty: there is nothing to work on");
    return (value as unknown[]).flatMap((each, index) => {
      const checked = check(listSchemas[name] as unknown as z.ZodType<T>, each, [name, index]);
      return checked === undefined ? [] : [{ index, value: checked }];
    });
  };
  const sections: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries(sectionSchemas))
    sections[name] = check(schema as z.ZodType<unknown>, root[name], [name]);
  return {
    sections: sections as Sections,
    lists: {
      clusters: list<ClusterConfig>("clusters"),
      sets: list<SetConfig>("sets"),
      hosts: list<HostConfig>("hosts"),
    },
    policy: check<Policy>(policySchema, root["policy"], ["policy"]),
  };
}

/** `{ file: "ca.pem" }` becomes the text of the file. */
async function readCertificates(read: Read, folder: string, tell: (path: Path, says: string) => void): Promise<void> {
  const holders: { holder: { ca?: unknown }; path: Path }[] = read.lists.clusters.map(({ index, value }) => ({
    holder: value,
    path: ["clusters", index, "ca"],
  }));
  if (read.sections.azure) holders.push({ holder: read.sections.azure, path: ["azure", "ca"] });
  if (read.sections.bluexp) holders.push({ holder: read.sections.bluexp, path: ["bluexp", "ca"] });
  for (const { holder, path } of holders) {
    if (!isRecord(holder.ca)) continue;
    try {
      const text = await readFile(resolve(folder, String(holder.ca["file"])), "utf8");
      if (!text.includes("-----BEGIN CERTIFICATE-----")) tell(path, "names a file without a PEM certificate in it");
      holder.ca = text;
    } catch {
      tell(path, "names a file that cannot be read");
    }
  }
}

function namesIn({ root }: ConfigDocument, list: string): string[] {
  const value = root[list];
  return Array.isArray(value)
    ? (value as unknown[])
        .map((each) => (isRecord(each) && typeof each["name"] === "string" ? each["name"] : ""))
        .filter((name) => name !== "")
    : [];
}

const inOrder = (mistakes: readonly Mistake[]): Mistake[] =>
  [...mistakes].sort((a, b) => a.line - b.line || (a.path < b.path ? -1 : 1));

function assemble({ sections, lists, policy }: Read, env: LoadOptions["env"]): Config {
  const { azure, bluexp, ...rest } = sections as Required<Sections>;
  const { slack, digest, redis, timeZone, mode } = rest;
  const redisUrl = env["REDIS_URL"] ?? redis.url;
  const config = {
    ...rest,
    mode: env["SLUICE_MODE"] === "read-only" ? "read-only" : mode,
    clusters: lists.clusters.map(({ value }) => value),
    sets: lists.sets.map(({ value }) => value),
    hosts: lists.hosts.map(({ value }) => value),
    ...(azure === undefined ? {} : { azure: azure as AzureConfig }),
    ...(bluexp === undefined ? {} : { bluexp: bluexp as BluexpConfig }),
    redis: { prefix: redis.prefix, ...(redisUrl ? { url: redisUrl } : {}) },
    digest: {
      cron: digest.cron,
      timeZone: digest.timeZone ?? timeZone,
      channel: digest.channel ?? slack.channels.health,
    },
    policy: policy as Policy,
  };
  return deepFreeze(config as Config);
}

/** Optional settings that were not written are absent, not present and undefined. */
function withoutUndefined<T>(value: T): T {
  if (Array.isArray(value)) return value.map((each: unknown) => withoutUndefined(each)) as T;
  if (!isRecord(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, each]) => (each === undefined ? [] : [[key, withoutUndefined(each)]])),
  ) as T;
}

function deepFreeze<T>(value: T): T {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
