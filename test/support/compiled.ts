import { mkdir, mkdtemp, readdir, rm } from "node:fs/promises";
import { join, resolve, sep } from "node:path";
import { afterAll, beforeAll } from "@jest/globals";
import { build } from "esbuild";

/** The program as JavaScript in a folder of its own, for tests that start it as a process. */
export interface Compiled {
  /** Of the command line. */
  readonly main: string;
  /** The JavaScript of a source file, named as in the checkout: "test/scenarios/worker.ts". */
  file(source: string): string;
}

/**
 * Compiles what is in the checkout now, so that a stale `dist` never answers for it. Types are `npm run types`' business. The folder is
 * inside the package, where its modules and its configuration are found, and goes at the end.
 */
export function useCompiled(...more: string[]): Compiled {
  let folder = "";
  beforeAll(async () => {
    await mkdir(".sluice", { recursive: true });
    folder = await mkdtemp(resolve(".sluice", "compiled-"));
    const sources = (await Promise.all(["src", "sim"].map(sourcesIn))).flat();
    await build({
      entryPoints: [...sources, ...more],
      outdir: folder,
      outbase: ".",
      format: "esm",
      platform: "node",
      target: "node20",
      sourcemap: "inline",
    });
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));
  const file = (source: string): string => join(folder, source.replace(/\.ts$/, ".js"));
  return {
    get main() {
      return file("src/main.ts");
    },
    file,
  };
}

async function sourcesIn(room: string): Promise<string[]> {
  const entries = await readdir(room, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile() && entry.name.endsWith(".ts") && !entry.name.endsWith(".d.ts"))
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.startsWith(join("sim", "slack", "page") + sep));
}
