import { join } from "node:path";
import { packageRoot } from "../src/cli/settings.js";
import { loadConfig } from "../src/config/load.js";
import { resolveSecrets, type Secrets } from "../src/config/secrets.js";
import type { Config } from "../src/config/types.js";

/** What a started world tells whoever is to reach it. */
export interface Reach {
  readonly urls: Readonly<Record<string, string>>;
  readonly overrides: Readonly<Record<string, unknown>>;
  readonly secrets: Readonly<Record<string, string>>;
}

/** The demo world's own configuration, pointed at simulators in another process. */
export async function settingsFor(reach: Reach, prefix = "sluice"): Promise<{ config: Config; secrets: Secrets }> {
  const file = join(packageRoot(), "config", "epic.yaml");
  const loaded = await loadConfig({ file, env: {}, overrides: reach.overrides });
  const config: Config = {
    ...loaded,
    redis: { ...loaded.redis, prefix },
    limits: { ...loaded.limits, openRequestsPerPerson: 1_000 },
  };
  return { config, secrets: await resolveSecrets(config, { env: (name) => reach.secrets[name] }) };
}
