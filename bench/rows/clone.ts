import { start } from "../child.js";
import { rowOf, type Row } from "../numbers.js";
import type { Reach } from "../settings.js";
import type { Bench } from "./bench.js";

/** The array at 20 ms a call and jobs of half a second, Run Commands that start after one, Azure's limits on. */
const world = {
  ontap: { callMs: 20, jobMs: { volume: [500, 500], mirror: [500, 500] }, visibilityMs: [0, 0] },
  azure: { startDelayMs: 1_000, throttle: true, retryAfterSeconds: 1 },
} as const;

interface Happened {
  readonly at: number;
  readonly type: string;
  readonly step: string;
}

/** From the sentence in Slack to the mount, through everything, against the same calls made by hand. */
export async function cloneRow({ redisUrl, prefix, rounds, say }: Bench): Promise<Row> {
  const [farEnds, app, hand] = [start("far-ends", JSON.stringify(world)), start("app"), start("hand")];
  try {
    const reach = await farEnds.ask<Reach>("reach");
    await app.ask("start", { reach, redisUrl, prefix: `${prefix}-clone`, roles: { bot: true, worker: true } });
    await hand.ask("start", { reach });
    const pairs = [];
    // The first of each is not counted: it loads Azure's SDK, fetches tokens and opens connections.
    for (let round = 0; round <= rounds; round += 1) {
      await farEnds.ask("reset");
      const baseline = await hand.ask<number>("clone", { tag: `hand-${round}` });
      await farEnds.ask("reset");
      const since = Date.now();
      await ask(reach.urls["slack"] ?? "");
      const happened = await app.ask<readonly Happened[]>("finished", { since });
      const ours = mountedAt(happened) - since;
      say(`clone ${round}: by hand ${baseline.toFixed(0)} ms, Sluice ${ours} ms (${timeline(happened, since)})`);
      if (say.calls) for (const line of await farEnds.ask<readonly string[]>("calls")) say(line);
      if (round > 0) pairs.push({ ours, baseline });
    }
    return rowOf(
      { row: "clone", unit: "ms", aim: 1.3, against: "the same calls made by hand in the best order" },
      pairs,
    );
  } finally {
    await Promise.all([app.stop(), hand.stop()]);
    await farEnds.stop();
  }
}

async function ask(slack: string): Promise<void> {
  const said = await fetch(`${slack}/_control/message`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ channel: "C0STORAGE", user: "U0REQUESTER", text: "clone prod volume for training" }),
  });
  const { ok } = (await said.json()) as { ok: boolean };
  if (!ok) throw new Error("Slack's simulator did not take the message");
}

function mountedAt(happened: readonly Happened[]): number {
  const mounted = happened.find(({ type, step }) => type === "ended" && step.endsWith("attachClone"));
  if (mounted) return mounted.at;
  throw new Error(`the clone was not mounted: ${happened.map(({ type }) => type).join(", ")}`);
}

const timeline = (happened: readonly Happened[], since: number): string =>
  happened.map(({ at, type, step }) => `${type}${step === "" ? "" : ` ${step}`} ${at - since}`).join(", ");
