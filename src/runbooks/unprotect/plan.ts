import { showBytes, showDuration, showTime } from "../../core/units.js";
import type { Planner } from "../define.js";
import { listed } from "../inventory.js";
import { handsOff } from "../mayDo.js";
import { deleteMirrorVolume, deleteRelationship, releaseSource, removeUnused, stopMirror } from "../steps/dismantle.js";
import { isMoving } from "../steps/updateMirror.js";
import type { Facts, MemberTaken } from "./observe.js";
import type { UnprotectRequest } from "./request.js";

export const steps = { stopMirror, deleteRelationship, releaseSource, deleteMirrorVolume, removeUnused };

/** From what was seen to the steps: each for all members before the next. Pure. */
export function plan(asked: UnprotectRequest, facts: Facts, p: Planner<typeof steps>): void {
  const { set, members } = facts;
  showWhatGoes(asked, facts, p);
  const mirrorOf = ({ member }: MemberTaken) => ({ ...member.mirror, relationship: member.relationship.uuid });
  for (const each of members) p.step.stopMirror(mirrorOf(each));
  for (const each of members) p.step.deleteRelationship(mirrorOf(each));
  for (const { member, fed } of members) {
    if (!fed) continue;
    p.step.releaseSource(
      {
        ...member.source,
        relationship: fed.uuid,
        destination: fed.destination.path,
        withBase: asked.volumes === true,
      },
      { handOff: handsOff(facts.inventory, member.source.cluster, "relationships") },
    );
  }
  if (asked.volumes)
    for (const { member } of members) p.step.deleteMirrorVolume({ ...member.mirror, uuid: member.volume.uuid });
  const family = { mirrorPolicy: "policies", schedule: "schedules", svmPeer: "svmPeers" } as const;
  for (const left of facts.unused.remove)
    p.step.removeUnused(left, { handOff: handsOff(facts.inventory, left.cluster, family[left.kind]) });
  if (!asked.volumes)
    p.warn(
      `The copies of ${set.name} stay where they are and get older. They hold their space until somebody deletes them, and protecting ${set.name} again does not take them up: it makes new copies, with a first transfer of everything, once these have gone or have other names.`,
    );
}

function showWhatGoes(asked: UnprotectRequest, facts: Facts, p: Planner<typeof steps>): void {
  const { set, members, queue, unused } = facts;
  p.show(
    "Protection",
    `${set.name} has no mirror after this: nothing can be restored, cloned or failed over from CVO beyond what stays there`,
    "danger",
  );
  for (const { member } of members) {
    const { mirror, volume, snapshots, relationship } = member;
    const own = snapshots.filter((each) => !each.name.startsWith("snapmirror."));
    if (asked.volumes)
      p.show(
        "Will be lost",
        `${mirror.volume} on ${mirror.cluster}: ${showBytes(volume.usedBytes ?? 0)} and ${own.length} snapshots${span(own.map((each) => each.createTime ?? ""))}, some of which exist nowhere else`,
        "danger",
      );
    if (isMoving(relationship)) p.show(`${mirror.volume} moves`, "a transfer runs and is stopped", "warning");
    if (relationship.lagMs !== undefined) p.show(mirror.volume, `${showDuration(relationship.lagMs)} behind now`);
  }
  if (queue === undefined)
    p.show("Recovery queue", "cannot be seen with this login: a deleted clone in it would stop the deletion (524615)");
  else if (queue.length > 0)
    p.show(
      "Recovery queue",
      `${listed(queue.map((each) => each.volume))} wait there; a clone of a copy among them stops its deletion (524615) until it is purged`,
      "warning",
    );
  for (const each of unused.stays) p.show("Stays, in use", each);
}

const span = (times: readonly string[]): string => {
  const sorted = times.filter((each) => each !== "").sort();
  const [first] = sorted;
  const last = sorted.at(-1);
  return first === undefined || last === undefined ? "" : ` (${showTime(first, "UTC")} to ${showTime(last, "UTC")})`;
};
