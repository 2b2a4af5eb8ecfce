import { z } from "zod";
import type { ClusterConfig, SetConfig } from "../config/types.js";
import { ownerText } from "../core/clone-notes.js";
import { Refusal } from "../core/problems.js";
import { showDuration } from "../core/units.js";
import type { Environment } from "../azure/index.js";
import { clonesAmong, mountsOf, type Clone } from "./clones.js";
import { cvoOf, getEnvironment } from "./cloud/console.js";
import { stopSystem } from "./cloud/systemSteps.js";
import { defineRunbook, type Planner } from "./define.js";
import { listed, mirrorPlaces } from "./inventory.js";
import { viewMirrors, type MemberView } from "./mirrors.js";
import { showTime } from "./points.js";
import { pauseMirror } from "./steps/mirrorState.js";
import { isMoving } from "./steps/updateMirror.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({ cluster: z.string().optional() });
type Request = z.infer<typeof request>;
const steps = { pauseMirror, stopSystem };
const nothing = "Nothing was changed.";

interface SetThere {
  readonly set: SetConfig;
  readonly members: readonly MemberView[];
}
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
  const array = on.ontap(cluster.name);
  const places = mirrorPlaces(on.inventory).filter((each) => each.cluster === cluster.name);
  const clones = await Promise.all(
    places.map(async ({ svm }) => clonesAmong(cluster.name, svm, await array.volumes.list({ svm, isFlexclone: true }))),
  );
  refuseUsed(cluster.name, clones.flat());
  const relationships = (await array.relationships.list({})).filter((each) => !each.restore);
  const moving = relationships.filter(isMoving);
  if (moving.length > 0)
    throw new Refusal(
      `A transfer runs on ${cluster.name}: ${listed(moving.map((each) => each.destination.volume ?? each.destination.path))}.`,
      { next: `Wait until it has ended, and ask again. ${nothing}` },
    );
  const there = on.inventory.sets.filter((set) => set.members.some(({ mirror }) => mirror.cluster === cluster.name));
  const sets = await Promise.all(there.map(async (set) => ({ set, members: await membersOf(set, on) })));
  for (const { set, members } of sets)
    if (members.some(({ relationship }) => relationship.state === "broken_off"))
      throw new Refusal(
        `${set.name} is failed over to ${cluster.name}: its live data is there, and stopping it would stop the application.`,
        {
          next: nothing,
          detail: { choices: [{ label: "Fail back first", say: `failback ${set.name}` }] },
        },
      );
  return { cluster, connector, environment, sets, run: on.run };
}

/** A set that is not protected yet has nothing to pause. */
async function membersOf(set: SetConfig, on: ReadTools): Promise<readonly MemberView[]> {
  try {
    return (await viewMirrors(set, on)).members;
  } catch (thrown) {
    if (thrown instanceof Refusal) return [];
    throw thrown;
  }
}

function refuseUsed(cluster: string, clones: readonly Clone[]): void {
  const safety = clones.filter(({ note }) => note.kind === "safety");
  const [held] = safety;
  if (held)
    throw new Refusal(`A safety copy of ${held.note.set} is held on ${cluster}: it is the way back of a restore.`, {
      next: `It goes by itself${held.note.until === undefined ? "" : " at the end of its time"}, or is released by name. ${nothing}`,
    });
  const used = clones.filter(({ note }) => note.kind === "clone" && note.host !== undefined);
  const [first] = used;
  if (!first) return;
  const names = used.map(
    (each) => `"${each.note.name}" (${listed(mountsOf(each)) || "attached"} on ${each.note.host ?? "?"})`,
  );
  throw new Refusal(`Clones of ${cluster} are mounted: ${listed(names)}. Their hosts would hang without it.`, {
    next: nothing,
    detail: {
      choices: used
        .slice(0, 5)
        .map(({ note }) => ({ label: `Release ${note.name}`, say: `release the ${note.name} clone` })),
    },
  });
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
