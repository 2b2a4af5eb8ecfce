import { z } from "zod";
import type { Environment } from "../azure/index.js";
import type { ClusterConfig } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import { showDuration } from "../core/units.js";
import { cvoOf, getEnvironment } from "./cloud/console.js";
import { resumeStopped } from "./cloud/resumeStopped.js";
import { seeOntap, startSystem, stoppedNote, stoppedShape } from "./cloud/systemSteps.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import { getSet, listed } from "./inventory.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({ cluster: z.string().optional() });
type Request = z.infer<typeof request>;
const steps = { startSystem, seeOntap, resumeStopped };

interface Facts {
  readonly cluster: ClusterConfig;
  readonly connector: string;
  readonly environment: Environment;
  /** What the stop wrote down; undefined when Sluice did not stop it. */
  readonly stopped: z.infer<typeof stoppedShape> | undefined;
  readonly targets: ReadonlyMap<string, number>;
  readonly run: RunFacts;
}

/** Starts a CVO, waits until its ONTAP answers, and lets the mirrors go on that its stop had paused. */
export const startCvo = defineRunbook({
  name: "start-cvo",
  version: 1,
  title: (asked: Request) => `Start ${asked.cluster ?? "Cloud Volumes ONTAP"}`,
  request,
  steps,
  observe,
  plan,
  closing,
  example: { say: "start cvo", world: "epic", first: ["stop cvo"] },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const cluster = cvoOf(on.inventory, asked.cluster);
  const { connector, environment } = await getEnvironment(on, cluster.name);
  if (environment.status !== "OFF")
    throw new Refusal(
      /^(ON|DEGRADED)$/.test(environment.status)
        ? `${cluster.name} runs already.`
        : `${cluster.name} is ${environment.status}: BlueXP is at work on it.`,
      { next: "Nothing was changed." },
    );
  const stopped = readStopped(await on.recall(stoppedNote(cluster.name)));
  const sets = [...new Set((stopped?.mirrors ?? []).map((each) => each.set))].map((name) => getSet(on.inventory, name));
  return {
    cluster,
    connector,
    environment,
    stopped,
    targets: new Map(sets.map((set) => [set.name, set.rpoTargetMinutes])),
    run: on.run,
  };
}

function readStopped(text: string | undefined): z.infer<typeof stoppedShape> | undefined {
  if (text === undefined || text === "") return undefined;
  try {
    return stoppedShape.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}

function plan(
  _asked: Request,
  { cluster, connector, environment, stopped, targets, run }: Facts,
  p: Planner<typeof steps>,
): void {
  if (stopped) {
    const offMs = Math.max(0, Date.parse(run.askedAt) - Date.parse(stopped.at));
    for (const [set, minutes] of targets)
      p.show(
        set,
        `no copy was made for ${showDuration(offMs)}; its target is ${showDuration(minutes * 60_000)}`,
        offMs > minutes * 60_000 ? "danger" : "warning",
      );
  } else p.warn("Sluice did not stop it, so no mirror is resumed: a mirror that is paused stays paused.");
  p.step.startSystem({ cluster: cluster.name, connector, id: environment.id, ha: environment.ha });
  p.step.seeOntap({ cluster: cluster.name, address: "" });
  for (const mirror of stopped?.mirrors ?? [])
    p.step.resumeStopped({ cluster: cluster.name, stoppedAt: stopped?.at ?? "", ...mirror });
}

const outcome = z.object({ resumed: z.boolean(), why: z.string() });

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const mirrors = ended.flatMap(({ uses, input, output }) => {
    const of = z.object({ set: z.string(), volume: z.string() }).safeParse(input);
    const end = outcome.safeParse(output);
    return uses === "resumeStopped" && of.success && end.success ? [{ ...of.data, ...end.data }] : [];
  });
  const left = mirrors.filter((each) => !each.resumed);
  const going = mirrors.filter((each) => each.resumed).map((each) => each.volume);
  return {
    sentences: [
      "It runs, and its ONTAP answers.",
      ...(going.length > 0
        ? [`The mirrors go on: ${listed(going)}. Their next scheduled update brings what was missed.`]
        : []),
      ...left.map((each) => `${each.volume} stays paused: ${each.why}.`),
    ],
    choices: [...new Set(left.map((each) => each.set))].map((set) => ({
      label: `Resume ${set}`,
      say: `resume the ${set} mirror`,
    })),
  };
}
