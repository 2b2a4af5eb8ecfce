import type { OpenSecret, ScriptCall } from "../core/script.js";

const envName = /^[A-Z_][A-Z0-9_]*$/;

/** One word for a shell, whatever is in it. Throws TypeError for a NUL, which no shell can hold. */
export function quoted(value: string): string {
  if (value.includes("\0")) throw new TypeError("a value with a NUL cannot be sent to a host");
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/**
 * The whole standard input of `bash -s`: the environment as quoted assignments, secrets among them, then the script. Nothing of it stands on a
 * command line, where everybody on the host could read it.
 */
export async function standardInput(call: ScriptCall, openSecret: OpenSecret): Promise<string> {
  const secrets = await Promise.all(
    Object.entries(call.secrets).map(async ([name, { $secret }]) => [name, await openSecret($secret)] as const),
  );
  const lines = [...Object.entries(call.env), ...secrets].map(([name, value]) => {
    if (!envName.test(name)) throw new TypeError(`${name} is not a name of an environment variable`);
    return `export ${name}=${quoted(value)}\n`;
  });
  return `${lines.join("")}${call.script}`;
}
