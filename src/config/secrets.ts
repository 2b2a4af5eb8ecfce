import { isUtf8 } from "node:buffer";
import { readFile } from "node:fs/promises";
import { Refusal } from "../core/problems.js";
import { isRecord } from "./schema.js";
import type { Config, SecretRef } from "./types.js";

/** How each kind of reference is opened. `keyVault` is handed in: the Azure client lives in another room. */
export interface SecretReaders {
  env(name: string): string | undefined;
  keyVault?(url: string): Promise<string>;
  file?(path: string): Promise<string>;
}

/** The secrets, opened once. Holds them in private: nothing of it shows in logs, JSON or inspection. */
export class Secrets {
  readonly #values: ReadonlyMap<string, string>;
  readonly #named: Readonly<Record<string, SecretRef>>;

  constructor(values: ReadonlyMap<string, string>, named: Readonly<Record<string, SecretRef>>) {
    this.#values = values;
    this.#named = named;
  }

  /** The secret behind a reference of the configuration. */
  open(ref: SecretRef): string {
    const value = this.#values.get(keyOf(ref));
    if (value === undefined)
      throw new Refusal(`The secret ${showRef(ref)} was not read at start.`, {
        from: "Sluice",
        next: "Nothing changed.",
      });
    return value;
  }

  /** A secret of the `secrets` section, as a step's `{ $secret: "name" }` names it. */
  named(name: string): string {
    const ref = this.#named[name];
    if (!ref)
      throw new Refusal(`There is no secret called "${name}" in the configuration.`, {
        from: "Sluice",
        next: `Nothing changed. Add it under "secrets".`,
      });
    return this.open(ref);
  }

  /** Every value, for blanking in logs. */
  values(): string[] {
    return [...new Set(this.#values.values())];
  }

  toJSON(): string {
    return "[secrets]";
  }
}

/**
 * Opens every reference of the configuration, all at once, before anything connects.
 * @throws Refusal naming every reference that could not be read, never a value.
 */
export async function resolveSecrets(config: Config, readers: SecretReaders): Promise<Secrets> {
  const refs = secretRefs(config);
  const read = await Promise.all(refs.map(async ({ path, ref }) => ({ path, ref, got: await openOne(ref, readers) })));
  const lost = read.flatMap(({ path, ref, got }) =>
    "problem" in got ? [`  ${path}: ${showRef(ref)} ${got.problem}`] : [],
  );
  if (lost.length > 0)
    throw new Refusal(
      `${lost.length === 1 ? "One secret" : `${lost.length} secrets`} cannot be read; nothing was started.\n${lost.join("\n")}`,
    );
  return new Secrets(
    new Map(read.map(({ ref, got }) => [keyOf(ref), "value" in got ? got.value : ""])),
    config.secrets,
  );
}

/** Every reference in a configuration, and where it stands. */
export function secretRefs(value: unknown, path = ""): { path: string; ref: SecretRef }[] {
  if (Array.isArray(value))
    return value.flatMap((each: unknown, i) =>
      secretRefs(each, join(path, isRecord(each) && typeof each["name"] === "string" ? each["name"] : String(i))),
    );
  if (!isRecord(value)) return [];
  if (isRef(value)) return [{ path, ref: value }];
  return Object.entries(value).flatMap(([key, each]) => secretRefs(each, join(path, key)));
}

/** "the environment's NAME": says where, never what. */
export function showRef(ref: SecretRef): string {
  if ("env" in ref) return `environment variable ${ref.env}`;
  return "keyVault" in ref ? `Key Vault secret ${ref.keyVault}` : `file ${ref.file}`;
}

async function openOne(ref: SecretRef, readers: SecretReaders): Promise<{ value: string } | { problem: string }> {
  try {
    const value = await valueOf(ref, readers);
    if (value === undefined) return { problem: "is not set" };
    return value === "" ? { problem: "is empty" } : { value };
  } catch (error) {
    const code = (error as { code?: unknown }).code ?? (error as { statusCode?: unknown }).statusCode;
    return { problem: `could not be read${typeof code === "string" || typeof code === "number" ? ` (${code})` : ""}` };
  }
}

async function valueOf(ref: SecretRef, readers: SecretReaders): Promise<string | undefined> {
  if ("env" in ref) return readers.env(ref.env);
  if ("file" in ref) return (await (readers.file ?? readSecretFile)(ref.file)).replace(/\r?\n$/, "");
  if (!readers.keyVault) throw new Error("no Key Vault reader");
  return readers.keyVault(ref.keyVault);
}

/** Text as it is; what is no text (PKCS#12) in base64, as environment and Key Vault carry it. */
async function readSecretFile(path: string): Promise<string> {
  const bytes = await readFile(path);
  return isUtf8(bytes) ? bytes.toString("utf8") : bytes.toString("base64");
}
const isRef = (value: Record<string, unknown>): value is SecretRef => {
  const keys = Object.keys(value);
  return (
    keys.length === 1 &&
    typeof value[keys[0] as string] === "string" &&
    ["env", "keyVault", "file"].includes(keys[0] as string)
  );
};
const keyOf = (ref: SecretRef): string => JSON.stringify(ref);
const join = (path: string, key: string): string => (path === "" ? key : `${path}.${key}`);
