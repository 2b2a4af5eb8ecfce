import { showBytes, showDuration, showThrottle } from "../../core/units.js";
import type { Planner } from "../define.js";
import { listed } from "../inventory.js";
import { handsOff } from "../mayDo.js";
import { fillMirrors } from "../steps/fillMirrors.js";
import { createMirrorVolume, createPolicy, createRelationship, createSchedule } from "../steps/protection.js";
import type { Facts, MemberToFill } from "./observe.js";
import type { ProtectRequest } from "./request.js";

export const steps = { createSchedule, createPolicy, createMirrorVolume, createRelationship, fillMirrors };

/** From what was seen to the steps. Pure. */
export function plan(_asked: ProtectRequest, facts: Facts, p: Planner<typeof steps>): void {
  show(facts, p);
  const { inventory, members, policy, schedule } = facts;
  const [first] = members;
  if (!first) return;
  const { cluster } = first.mirror;
  if (!schedule.there) {
    const { name, minutes, hours } = inventory.protection.schedule;
    p.step.createSchedule(
      { cluster, name, minutes: [...minutes], hours: [...(hours ?? [])] },
      { handOff: handsOff(inventory, cluster, "schedules") },
    );
  }
  for (const place of facts.policyMissing)
    p.step.createPolicy(
      {
        ...place,
        name: policy.name,
        retention: policy.retention.map(({ label, count }) => ({ label, count })),
        compression: policy.compression,
      },
      { handOff: handsOff(inventory, place.cluster, "policies") },
    );
  for (const each of members) makeVolume(facts, each, p);
  const mirrors = members.map((each) => ({ each, made: makeMirror(facts, each, p) }));
  p.step.fillMirrors({
    cluster,
    members: mirrors.map(({ each, made }) => ({
      svm: each.mirror.svm,
      volume: each.mirror.volume,
      relationship: made.uuid,
      // What it holds moves with every write; what it may hold does not.
      totalBytes: roughly(each.volume.usedBytes ?? each.volume.sizeBytes ?? 0),
    })),
    kbPerSecond: facts.kbPerSecond,
    window: facts.offPeak,
  });
}

/** To the next 64 GiB: the plan is the same while an application writes. */
const roughly = (bytes: number): number => Math.ceil(bytes / 2 ** 36) * 2 ** 36;

function makeVolume(
  { inventory, aggregate, encrypted, tiering, run, set }: Facts,
  each: MemberToFill,
  p: Planner<typeof steps>,
): void {
  p.step.createMirrorVolume(
    {
      ...each.mirror,
      aggregate: aggregate.name,
      sizeBytes: each.volume.sizeBytes ?? 0,
      language: each.volume.language ?? "c.utf_8",
      encrypted,
      tiering,
      comment: `mirror of ${set.name}, made by ${run.tag}`,
    },
    { handOff: handsOff(inventory, each.mirror.cluster, "volumes") },
  );
}

const makeMirror = (
  { inventory, policy, schedule, kbPerSecond }: Facts,
  each: MemberToFill,
  p: Planner<typeof steps>,
) =>
  p.step.createRelationship(
    {
      ...each.mirror,
      source: each.source,
      sourcePath: each.sourcePath,
      policy: policy.name,
      schedule: schedule.name,
      kbPerSecond,
      releases: !handsOff(inventory, each.source.cluster, "relationships"),
    },
    { handOff: handsOff(inventory, each.mirror.cluster, "relationships") },
  );

/** What a first transfer does without a limit, to say roughly how long it may take. */
const unlimitedBytesPerSecond = 100 * 2 ** 20;

function show(facts: Facts, p: Planner<typeof steps>): void {
  const { members, policy, schedule, kbPerSecond, offPeak, aggregate, encrypted, set } = facts;
  const used = members.reduce((sum, { volume }) => sum + (volume.usedBytes ?? volume.sizeBytes ?? 0), 0);
  const rate = kbPerSecond > 0 ? Math.min(kbPerSecond * 1024, unlimitedBytesPerSecond) : unlimitedBytesPerSecond;
  p.show(
    "Copies",
    listed(
      members.map(
        ({ source, mirror, volume }) =>
          `${source.volume} (${showBytes(volume.usedBytes ?? 0)} of ${showBytes(volume.sizeBytes ?? 0)}) as ${mirror.volume}`,
      ),
    ),
  );
  p.show(
    "Where",
    `aggregate ${aggregate.name}, ${showBytes(aggregate.availableBytes ?? 0)} free${encrypted ? ", encrypted" : ", not encrypted"}`,
  );
  p.show(
    "Keeps",
    `policy ${policy.name}: ${listed(policy.retention.map(({ label, count }) => `${count} of "${label}"`))}; schedule ${schedule.name}; the target is ${showDuration(set.rpoTargetMinutes * 60_000)}`,
  );
  p.show(
    "First transfer",
    `${showBytes(used)}, at ${showBytes(rate)}/s about ${showDuration((used / rate) * 1000)}${offPeak ? `; without a limit from ${offPeak.from} to ${offPeak.to} (${offPeak.timeZone}), ${showThrottle(kbPerSecond)} else` : ""}. Until it is through there is nothing to restore from`,
    "warning",
  );
}
