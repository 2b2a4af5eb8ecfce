import { z } from "zod";
import { showDuration } from "../core/units.js";
import { defineRunbook, type Planner } from "./define.js";
import {
  describeLoss,
  lossesByUpdate,
  mirrorPolicy,
  refuseBroken,
  refusePaused,
  sourceSnapshots,
  type Loss,
  type MemberView,
} from "./mirrors.js";
import { updateMirror as update, updateMirrorLosing } from "./steps/updateMirror.js";
import type { ReadTools } from "./tools.js";
import { setsTitle, viewSets, whichSets } from "./whichSets.js";

const request = z.strictObject({ ...whichSets });
type Request = z.infer<typeof request>;
const steps = { updateMirror: update, updateMirrorLosing };

interface Facts {
  readonly members: readonly { readonly member: MemberView; readonly losses: readonly Loss[] }[];
}

/** Brings a set's mirrors up to date now, instead of at the next scheduled time. */
export const updateMirror = defineRunbook({
  name: "update-mirror",
  version: 1,
  title: (asked: Request) => `Update ${setsTitle(asked)}`,
  request,
  steps,
  observe,
  plan,
  example: { say: "update the prod mirror", world: "epic" },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const sets = await viewSets(asked, on);
  for (const { set, members } of sets) {
    refuseBroken(set, members);
    refusePaused(set, members);
  }
  const all = sets.flatMap((each) => each.members);
  return { members: await Promise.all(all.map(async (member) => ({ member, losses: await lossesOf(member, on) }))) };
}

/** What the next update takes from a mirror. */
export async function lossesOf(member: MemberView, on: ReadTools): Promise<readonly Loss[]> {
  const [onSource, policy] = await Promise.all([sourceSnapshots(member, on), mirrorPolicy(member, on)]);
  return lossesByUpdate(member, onSource, policy);
}

function plan(_asked: Request, { members }: Facts, p: Planner<typeof steps>): void {
  for (const { member, losses } of members) {
    const { mirror, relationship } = member;
    p.show(
      mirror.volume,
      relationship.lagMs === undefined ? "no lag known" : `${showDuration(relationship.lagMs)} behind now`,
    );
    for (const loss of losses) p.show("Will be lost", `${loss.snapshot} on ${mirror.volume}: ${loss.why}`, "danger");
    const input = { ...mirror, relationship: relationship.uuid, losses: losses.map(describeLoss) };
    if (losses.length > 0) p.step.updateMirrorLosing(input);
    else p.step.updateMirror(input);
  }
}
