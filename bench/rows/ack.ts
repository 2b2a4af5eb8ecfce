import { start, type Child } from "../child.js";
import { quantile, rowOf, type Row } from "../numbers.js";
import type { Reach } from "../settings.js";
import type { Bench } from "./bench.js";

const perSecond = 50;

interface Heard {
  readonly p50: number;
  readonly p99: number;
}

/** From Slack's delivery to our acknowledgement while many runs are alive, against a listener that does nothing. */
export async function ackRows({ redisUrl, prefix, rounds, seconds, alive, say }: Bench): Promise<readonly Row[]> {
  const pairs: { readonly ours: Heard; readonly baseline: Heard }[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const baseline = await heardBy("bolt", seconds, async (bolt, reach) => bolt.ask("start", { reach }));
    const ours = await heardBy("app", seconds, async (app, reach) => {
      const where = { reach, redisUrl, prefix: `${prefix}-ack${round}` };
      await seed(where, alive);
      await app.ask("start", { ...where, roles: { bot: true, worker: true } });
    });
    pairs.push({ ours, baseline });
    say(
      `ack ${round}: bare p50 ${baseline.p50.toFixed(2)} p99 ${baseline.p99.toFixed(1)} ms, Sluice p50 ${ours.p50.toFixed(2)} p99 ${ours.p99.toFixed(1)} ms`,
    );
  }
  const row = (part: keyof Heard): Row =>
    rowOf(
      { row: `ack ${part}`, unit: "ms", aim: 3, against: "a bare Bolt listener" },
      pairs.map(({ ours, baseline }) => ({ ours: ours[part], baseline: baseline[part] })),
    );
  return [row("p50"), row("p99")];
}

/** A worker without a Slack side plans them, so that nothing of it is left to be drawn when deliveries come. */
async function seed(where: object, count: number): Promise<void> {
  const worker = start("app");
  try {
    await worker.ask("start", { ...where, roles: { bot: false, worker: true } });
    await worker.ask("seed", { count });
  } finally {
    await worker.stop();
  }
}

/** What a process that has been up for a while has behind it: its code is compiled. */
const warmSeconds = 4;

/** One process before fresh simulators: some deliveries to warm it, then those that count. */
async function heardBy(
  name: "bolt" | "app",
  seconds: number,
  ready: (child: Child, reach: Reach) => Promise<unknown>,
): Promise<Heard> {
  const [farEnds, child] = [
    start("far-ends", JSON.stringify({ ontap: { jobMs: { volume: [0, 0], mirror: [0, 0] } } })),
    start(name),
  ];
  try {
    await ready(child, await farEnds.ask<Reach>("reach"));
    await farEnds.ask("deliver", { count: perSecond * Math.min(warmSeconds, seconds), perSecond });
    const took = await farEnds.ask<readonly number[]>("deliver", { count: perSecond * seconds, perSecond });
    return { p50: quantile(took, 0.5), p99: quantile(took, 0.99) };
  } finally {
    await child.stop();
    await farEnds.stop();
  }
}
