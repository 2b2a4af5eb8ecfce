import { z } from "zod";
import { said } from "../core/said.js";
import { defineRunbook, type Planner } from "./define.js";
import { describeLoss, refuseBroken, type Loss, type MemberView } from "./mirrors.js";
import { showTime } from "./points.js";
import { recallPause, resumeMirror as resume, resumeMirrorLosing, type PauseNote } from "./steps/mirrorState.js";
import type { ReadTools } from "./tools.js";
import { lossesOf } from "./update-mirror.js";
import { setsTitle, viewSets, whichSets } from "./whichSets.js";

const request = z.strictObject({ ...whichSets });
type Request = z.infer<typeof request>;
const steps = { resumeMirror: resume, resumeMirrorLosing };

interface Facts {
  readonly members: readonly {
    readonly member: MemberView;
    readonly losses: readonly Loss[];
    readonly pause: PauseNote | undefined;
  }[];
  readonly timeZone: string;
}

/** Lets a paused mirror go on by its schedule. The card says who paused it, when and why. */
export const resumeMirror = defineRunbook({
  name: "resume-mirror",
  version: 1,
  title: (asked: Request) => `Resume ${setsTitle(asked)}`,
  request,
  steps,
  observe: async (asked: Request, on: ReadTools): Promise<Facts> => {
    const sets = await viewSets(asked, on);
    for (const { set, members } of sets) refuseBroken(set, members);
    const all = sets.flatMap((each) => each.members);
    const members = await Promise.all(
      all.map(async (member) => ({
        member,
        losses: await lossesOf(member, on),
        pause: await recallPause(on, member.mirror),
      })),
    );
    return { members, timeZone: on.run.timeZone };
  },
  plan,
  example: { say: "resume the prod mirror", world: "epic", first: ["pause the prod mirror"] },
});

function plan(_asked: Request, { members, timeZone }: Facts, p: Planner<typeof steps>): void {
  for (const { member, losses, pause } of members) {
    const { mirror, relationship } = member;
    if (relationship.state === "paused") {
      p.show(
        mirror.volume,
        pause
          ? said`paused by ${pause.by} ${showTime(pause.at, timeZone)}: ${pause.reason}`
          : "paused, and not by me: nobody wrote down who or why",
        "warning",
      );
    }
    for (const loss of losses) p.show("Will be lost", `${loss.snapshot} on ${mirror.volume}: ${loss.why}`, "danger");
    const input = { ...mirror, relationship: relationship.uuid, losses: losses.map(describeLoss) };
    if (losses.length > 0) p.step.resumeMirrorLosing(input);
    else p.step.resumeMirror(input);
  }
}
