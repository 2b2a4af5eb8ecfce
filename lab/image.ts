import { createHash } from "node:crypto";
import { spawn } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Guest, keptDisk } from "./guest.js";

type Say = (line: string) => void;

/** Every file under a folder, in an order that does not depend on the file system. */
function filesUnder(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((each) => each.isFile())
    .map((each) => join(each.parentPath, each.name))
    .sort();
}

/** Equal sources, equal key: what was built from others is built anew. */
function keyOf(sources: string): string {
  const hash = createHash("sha256");
  for (const file of filesUnder(sources)) hash.update(`${file.slice(sources.length)}\0`).update(readFileSync(file));
  return hash.digest("hex").slice(0, 16);
}

/**
 * The folder guests boot from: built once for its sources (some two minutes), with a machine booted once and kept as it then was, so that
 * the next start takes seconds.
 */
export async function image(root: string, cache: string, say: Say): Promise<string> {
  const sources = join(root, "lab", "image");
  const folder = join(cache, `image-${keyOf(sources)}`);
  if (!existsSync(join(folder, "root.qcow2"))) {
    say("Building the guests' disk from Debian's packages (once, about a minute on an idle machine)");
    await rm(cache, { recursive: true, force: true });
    await mkdir(folder, { recursive: true });
    await build(join(sources, "build.sh"), folder);
  }
  if (!existsSync(keptDisk(folder))) {
    say("Booting a guest once, to keep the state it is then in");
    await keepBooted(folder);
  }
  return folder;
}

function build(script: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = spawn("bash", [script, folder], { stdio: ["ignore", "ignore", "pipe"] });
    let errors = "";
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors = (errors + text).slice(-2_000)));
    const stop = (): void => void child.kill("SIGTERM");
    process.once("exit", stop);
    child.once("error", reject);
    child.once("exit", (code) => {
      process.off("exit", stop);
      if (code === 0) resolve();
      else reject(new Error(`the guests' disk could not be built: ${errors.trim() || `exit ${String(code)}`}`));
    });
  });
}

async function keepBooted(folder: string): Promise<void> {
  const home = await mkdtemp(join(tmpdir(), "sluice-lab-"));
  const paths = [{ portals: [] }, { portals: [] }];
  const guest = new Guest({
    name: "guest",
    iqn: "iqn.none",
    image: folder,
    folder: home,
    paths,
    control: 0,
    cold: true,
  });
  try {
    await guest.wire();
    await guest.start();
    await guest.keep();
    await rename(guest.disk, keptDisk(folder));
  } finally {
    await guest.close();
    await rm(home, { recursive: true, force: true });
  }
}
