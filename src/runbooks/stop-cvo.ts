import { z } from "zod";
import type { ClusterConfig } from "../config/types.js";
import { ownerText } from "../core/clone-notes.js";
import { Refusal } from "../core/problems.js";
import { showDuration } from "../core/units.js";
import type { Environment } from "../azure/index.js";
import { cvoOf, getEnvironment } from "./cloud/console.js";
import { refuseInUse, type SetThere } from "./cloud/inUse.js";
import { stopSystem } from "./cloud/systemSteps.js";
import { defineRunbook, type Planner } from "./define.js";
import type { MemberView } from "./mirrors.js";
import { showTime } from "./points.js";
import { pauseMirror } from "./steps/mirrorState.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({ cluster: z.string().optional() });
type Request = z.infer<typeof request>;
const steps = { pauseMirror, stopSystem };
const nothing = "Nothing was changed.";

interface Facts {
  readonly cluster: ClusterConfig;
  readonly connector: string;
  readonly environment: Environment;
  readonly sets: readonly SetThere[];
  readonly run: RunFacts;
}

/** Pauses the mirrors of a CVO and stops it. Refused while anything on it is used or held. */
export const stopCvo = defineRunbook({
  name: "stop-cvo",
  version: 1,
  title: (asked: Request) => `Stop ${asked.cluster ?? "Cloud Volumes ONTAP"}`,
  request,
  steps,
  observe,
  plan,
  closing: () => ({
    sentences: ["It is stopped, and its mirrors are paused: no copy gets newer until it is started."],
    choices: [{ label: "Start it", say: "start cvo" }],
  }),
  example: { say: "stop cvo", world: "epic" },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const cluster = cvoOf(on.inventory, asked.cluster);
  const { connector, environment } = await getEnvironment(on, cluster.name);
  if (environment.status === "OFF")
    throw new Refusal(`${cluster.name} is stopped already.`, {
      next: nothing,
      detail: { choices: [{ label: "Start it", say: `start ${cluster.name}` }] },
    });
  if (!/^(ON|DEGRADED)$/.test(environment.status))
    throw new Refusal(`${cluster.name} is ${environment.status}: BlueXP is at work on it.`, {
      next: `Wait until it is done. ${nothing}`,
    });
  const sets = await refuseInUse(cluster.name, on, "stopping it would stop the application");
  return { cluster, connector, environment, sets, run: on.run };
}

function plan(_asked: Request, { cluster, connector, environment, sets, run }: Facts, p: Planner<typeof steps>): void {
  const running = sets.flatMap(({ set, members }) =>
    members.filter(({ relationship }) => relationship.state !== "paused").map((member) => ({ set, member })),
  );
  for (const { set, members } of sets) {
    const newest = members.map(newestOf).filter((each) => each !== undefined);
    const oldest = Math.min(...newest);
    if (newest.length === 0) continue;
    const due = new Date(oldest + set.rpoTargetMinutes * 60_000).toISOString();
    p.show(
      set.name,
      `its target of ${showDuration(set.rpoTargetMinutes * 60_000)} is missed from ${showTime(due, run.timeZone)} on, until it runs again`,
      "warning",
    );
  }
  for (const { member } of running)
    p.step.pauseMirror({
      ...member.mirror,
      relationship: member.relationship.uuid,
      reason: `${cluster.name} is stopped`,
      by: ownerText(run.asker),
      at: run.askedAt,
    });
  p.step.stopSystem({
    cluster: cluster.name,
    connector,
    id: environment.id,
    ha: environment.ha,
    stopped: {
      at: run.askedAt,
      mirrors: running.map(({ set, member }) => ({
        set: set.name,
        svm: member.mirror.svm,
        volume: member.mirror.volume,
        relationship: member.relationship.uuid,
      })),
    },
  });
}

/** When the newest state a member holds was taken, in milliseconds. */
function newestOf({ snapshots }: MemberView): number | undefined {
  const times = snapshots.map((each) => Date.parse(each.createTime ?? "")).filter((each) => !Number.isNaN(each));
  return times.length === 0 ? undefined : Math.max(...times);
}
