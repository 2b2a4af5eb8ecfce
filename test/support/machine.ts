import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { test } from "@jest/globals";
import { readEnv } from "../../src/config/env.js";

/** The program's path, or undefined. */
export function findProgram(name: string): string | undefined {
  const folders = (readEnv()["PATH"] ?? "").split(delimiter);
  return folders
    .map((folder) => join(folder, name))
    .find((file) => {
      try {
        accessSync(file, constants.X_OK);
        return true;
      } catch {
        return false;
      }
    });
}

/**
 * `test` for what a machine may lack. Lacking it, the test is skipped and its name says why; with CI set it fails instead:
 * the closing reporter lets nothing be skipped there.
 */
export function testWith(need: string, there: boolean): typeof test | typeof test.skip {
  if (there) return test;
  const skip = ((name: string, ...rest: unknown[]) =>
    (test.skip as (name: string, ...rest: unknown[]) => void)(
      `${name} (skipped: ${need} is not here)`,
      ...rest,
    )) as typeof test.skip;
  return skip;
}

/** A test that needs some program of the system: `chromium`, `shellcheck`. */
export const testWithProgram = (name: string): typeof test | typeof test.skip =>
  testWith(name, findProgram(name) !== undefined);
