import { start, type Child } from "../child.js";
import { rowOf, type Row } from "../numbers.js";
import type { Reach } from "../settings.js";
import type { Bench } from "./bench.js";

const mib = 2 ** 20;
/** Start-up's garbage is gone and the watcher, the sweeper and the renderers have made their rounds. */
const restMs = 6_000;

/** Resident memory of the whole product at rest, against a process that only imports the same packages. */
export async function memoryRow({ redisUrl, prefix, rounds, say }: Bench): Promise<Row> {
  const pairs = [];
  const farEnds = start("far-ends");
  try {
    const reach = await farEnds.ask<Reach>("reach");
    for (let round = 0; round < rounds; round += 1) {
      const baseline = await rested(start("imports"));
      const app = start("app");
      const roles = { bot: true, worker: true };
      const ours = await rested(app, () =>
        app.ask("start", { reach, redisUrl, prefix: `${prefix}-idle${round}`, roles }),
      );
      pairs.push({ ours, baseline });
      say(`idle ${round}: imports ${baseline.toFixed(1)} MiB, Sluice ${ours.toFixed(1)} MiB`);
    }
  } finally {
    await farEnds.stop();
  }
  return rowOf(
    { row: "idle memory", unit: "MiB", aim: 1.3, against: "a process that only imports the same packages" },
    pairs,
  );
}

async function rested(child: Child, ready?: () => Promise<unknown>): Promise<number> {
  try {
    await ready?.();
    await new Promise((resolve) => setTimeout(resolve, restMs));
    return (await child.ask<number>("resident")) / mib;
  } finally {
    await child.stop();
  }
}
