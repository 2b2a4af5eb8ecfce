import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { StartedWorld, WorldOptions } from "../../sim/worlds/start.js";
import { createAzure } from "../azure/index.js";
import { readEnv } from "../config/env.js";
import { loadConfig } from "../config/load.js";
import { resolveSecrets, type Secrets } from "../config/secrets.js";
import type { Config } from "../config/types.js";
import { systemClock } from "../core/clock.js";
import { UsageError } from "./output.js";

/** Where settings come from; on every command. */
export interface SettingsFlags {
  readonly config?: string;
  readonly world?: string;
}

export interface Settings {
  readonly config: Config;
  readonly secrets: Secrets;
  /** The simulators of `--world`, running in this process. */
  readonly started: StartedWorld | undefined;
  close(): Promise<void>;
}

/** The folder of package.json: its `config/` holds the demo worlds' configurations. */
export function packageRoot(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, "package.json"))) {
    const up = dirname(folder);
    if (up === folder) throw new Error("the package's own folder cannot be found");
    folder = up;
  }
  return folder;
}

const ownFile = "sluice.yaml";

function fileOf(flags: SettingsFlags): string {
  if (flags.world !== undefined) {
    const folder = join(packageRoot(), "config");
    // `NAME-svm` is the world NAME where the array's login is of one SVM, `NAME-nic` one whose CVO lacks a NIC: they share the file.
    const file = [flags.world, flags.world.replace(/-(svm|nic)$/, "")]
      .map((name) => join(folder, `${name}.yaml`))
      .find((each) => existsSync(each));
    if (file === undefined)
      throw new UsageError(
        `There is no demo world "${flags.world}". There are epic, hospital, lab, apart, apart-svm, apart-nic, bare and bare-svm.`,
      );
    return file;
  }
  const file = flags.config ?? ownFile;
  if (existsSync(file)) return file;
  throw new UsageError(
    `There is no configuration ${file} here. Copy config/sluice.example.yaml to sluice.yaml, or use --config FILE, or --world epic for the demo world.`,
  );
}

/** The configuration alone: nothing is started, no secret is opened. Without any file the demo world's names are used when `orDemo`. */
export async function loadSettings(flags: SettingsFlags, orDemo = false): Promise<Config> {
  const demo = orDemo && flags.config === undefined && flags.world === undefined && !existsSync(ownFile);
  return loadConfig({ file: fileOf(demo ? { world: "epic" } : flags), env: readEnv() });
}

/** Configuration and secrets; with `--world` its simulators are started in this process first. */
export async function openSettings(flags: SettingsFlags, options: WorldOptions = {}): Promise<Settings> {
  const file = fileOf(flags);
  if (flags.world === undefined) {
    const config = await loadConfig({ file, env: readEnv() });
    return { config, secrets: await secretsOf(config, readEnv()), started: undefined, close: () => Promise.resolve() };
  }
  // Only a demo world loads the simulators, and only then.
  const { startWorld } = await import("../../sim/worlds/start.js");
  const started = await startWorld(flags.world, options);
  try {
    const env = { ...readEnv(), ...started.secrets };
    const config = await loadConfig({
      file,
      env: { REDIS_URL: readEnv()["REDIS_URL"], SLUICE_MODE: readEnv()["SLUICE_MODE"] },
      overrides: started.overrides,
    });
    return { config, secrets: await secretsOf(config, env), started, close: () => started.close() };
  } catch (error) {
    await started.close();
    throw error;
  }
}

function secretsOf(config: Config, env: Readonly<Record<string, string | undefined>>): Promise<Secrets> {
  const { azure } = config;
  return resolveSecrets(config, {
    env: (name) => env[name],
    ...(azure
      ? {
          keyVault: (url: string) => {
            const { origin, pathname } = new URL(url);
            const [, , name = "", version] = pathname.split("/");
            // A secret cannot be the key to itself: where the login needs one, the vault is opened with the machine's own identity.
            const own = createAzure({
              tenantId: azure.tenantId,
              subscription: azure.subscription,
              credential: azure.credential.kind === "clientSecret" ? { kind: "managedIdentity" } : azure.credential,
              clock: systemClock,
            });
            return own.secret({ vault: origin, name, ...(version === undefined ? {} : { version }) });
          },
        }
      : {}),
  });
}
