import { z } from "zod";
import type { HostConfig, SetConfig } from "../config/types.js";
import { recallFailover, type FailoverNote, type TakenMap } from "../core/failover-note.js";
import { Refusal } from "../core/problems.js";
import type { Lun } from "../ontap/index.js";
import { defineRunbook, type Planner } from "./define.js";
import { hostPart } from "./failover/plan.js";
import { doesAnswer, mapsOf } from "./failover/reach.js";
import { hostsBehind } from "./hostsBehind.js";
import { getSet, listed } from "./inventory.js";
import { viewMirrors } from "./mirrors.js";
import { showTime } from "./points.js";
import { recordFence } from "./steps/failoverNote.js";
import { fenceSource } from "./steps/fence.js";
import { quiesceHost } from "./steps/hostsAside.js";
import { hostTag } from "./steps/onHost.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({
  set: z.string(),
  /** Leave the hosts as they are: stopping them did not work, and the LUNs matter more. */
  withoutHosts: z.literal(true).optional(),
});
type Request = z.infer<typeof request>;

/** Keys of their own: whoever approved the failover approved these, and a policy can say so. */
const steps = { stopSeenHost: quiesceHost, fenceSeenSource: fenceSource, recordFence };

interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly note: FailoverNote;
  readonly luns: readonly Lun[];
  readonly maps: readonly TakenMap[];
  readonly hosts: readonly HostConfig[];
  readonly silent: readonly string[];
}

const nothing = "Nothing was changed.";

/** After a failover without the array: as soon as it is seen again, its hosts are stopped and its LUNs are taken from them. */
export const fence = defineRunbook({
  name: "fence",
  version: 1,
  title: (asked: Request) => `Fence the source of ${asked.set}`,
  request,
  steps,
  observe,
  plan,
  closing: (ended) => {
    const set = z.object({ set: z.string() }).safeParse(ended.find(({ uses }) => uses === "recordFence")?.input).data;
    return {
      sentences: set ? [`The source of ${set.set} is fenced: no host can write to the old copy any more.`] : [],
      choices: set ? [{ label: "Fail back", say: `failback ${set.set}` }] : [],
    };
  },
  example: { say: "fence prod", world: "epic", first: ["fail over prod unplanned"] },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const note = await recallFailover(on, set.name);
  if (!note)
    throw new Refusal(`${set.name} is not failed over, so there is no old copy to keep its hosts from.`, {
      next: nothing,
    });
  if (note.fenced)
    throw new Refusal(`The source of ${set.name} is fenced since ${showTime(note.fenced.at, on.run.timeZone)}.`, {
      next: nothing,
    });
  const { members } = await viewMirrors(set, on);
  const other = members.find(({ relationship }) => relationship.state !== "broken_off");
  if (other)
    throw new Refusal(
      `${other.mirror.volume} on ${other.mirror.cluster} is ${other.relationship.state ?? "in no known state"}, not broken off: ${set.name} does not run there any more, so its array is left alone.`,
      { next: nothing },
    );
  const views = await Promise.all(
    set.members.map(async ({ source }) => ({
      source,
      luns: await on.ontap(source.cluster).luns.listByVolume(source.svm, source.volume),
    })),
  );
  const hosts = await hostsBehind(set, views, on);
  const answers = await Promise.all(hosts.map(async (host) => !asked.withoutHosts && (await doesAnswer(host, on))));
  return {
    set,
    run: on.run,
    note,
    luns: views.flatMap(({ luns }) => luns),
    maps: mapsOf(views),
    hosts: hosts.filter((_host, i) => answers[i]),
    silent: hosts.filter((_host, i) => !answers[i]).map(({ name }) => name),
  };
}

function plan(asked: Request, facts: Facts, p: Planner<typeof steps>): void {
  const { set, run, note, luns, maps, hosts, silent } = facts;
  p.show(
    "Why",
    `${set.name} runs on ${note.host} since ${showTime(note.since, run.timeZone)}, and its array is there again`,
  );
  if (hosts.length > 0)
    p.show("Stops", `the application on ${listed(hosts.map(({ name }) => name))}, if it runs there`, "danger");
  if (silent.length > 0)
    p.warn(
      `The application on ${listed(silent)} is not stopped first${asked.withoutHosts ? "" : ": no answer from there"}. The LUNs are taken all the same.`,
    );
  const tag = hostTag(run.id);
  for (const host of hosts) {
    const { stop, start, ends } = host.hooks;
    p.step.stopSeenHost({
      host: hostPart(host),
      quiesce: {
        tag,
        vgs: set.layout.volumeGroups.map(({ name }) => name),
        wwids: luns.map(({ wwid }) => wwid),
        letGo: true,
        ...(stop === undefined ? {} : { stopHook: stop, expected: [...ends] }),
      },
      ...(start === undefined ? {} : { startHook: start }),
    });
  }
  const taken =
    maps.length === 0
      ? undefined
      : p.step.fenceSeenSource({ set: set.name, environment: set.environment, maps: [...maps] });
  p.step.recordFence({
    set: set.name,
    mirrors: note.members.map(({ mirror }) => mirror),
    run: note.run,
    fenced: {
      at: taken?.$at ?? run.askedAt,
      maps: [...maps],
      hosts: hosts.map(({ name }) => ({ name, tag })),
    },
  });
}
