import { createHash } from "node:crypto";
import { existsSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { dirname, join } from "node:path";
import { wallClock } from "../sim/kit/clock.js";
import { createFabric, type Fabric } from "../sim/ontap/index.js";
import { lab } from "../sim/worlds/lab.js";
import { openParts, productionHost, productionReach } from "./parts.js";
import { aDay, format } from "./production.js";

const run = promisify(execFile);

/** Another world, or others' bytes in it, are other disks. */
const key = createHash("sha256")
  .update([JSON.stringify(lab.clusters), String(format), String(aDay)].join("\0"))
  .digest("hex")
  .slice(0, 16);

/**
 * Production's disks as they were at night and as they are now: formatted and written to on a guest, once, and kept beside its image. The
 * nights of the world hold the first, production and the last update of the mirror the second.
 */
export async function seed(image: string, say: (line: string) => void): Promise<string> {
  const folder = join(image, `seed-${key}`);
  if (existsSync(folder)) return folder;
  say("Formatting production's LUNs, and filling them, once");
  const parts = await openParts(lab, { image, hosts: [productionHost] });
  try {
    const fabric = createFabric({ world: lab, clock: wallClock, data: parts.data });
    const reach = productionReach(lab, fabric);
    const host = parts.guest(productionHost);
    const draft = `${folder}.draft`;
    await rm(draft, { recursive: true, force: true });
    await format(host, reach);
    await keep(fabric, join(draft, "night"));
    await aDay(host);
    await keep(fabric, join(draft, "live"));
    await rename(draft, folder);
    return folder;
  } finally {
    await parts.close();
  }
}

/** Copies what production's LUNs hold now. */
async function keep(fabric: Fabric, into: string): Promise<void> {
  fabric.settle();
  for (const { name, svm } of lab.clusters[0]?.volumes ?? [])
    for (const [lun, file] of Object.entries(fabric.lunFiles("ali-ontap-01", svm, name))) {
      const to = join(into, name, `${lun}.img`);
      await mkdir(dirname(to), { recursive: true });
      await run("cp", ["--sparse=always", "--reflink=auto", "--", file, to]);
    }
}
