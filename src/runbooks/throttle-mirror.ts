import { z } from "zod";
import { showBytes, showThrottle } from "../core/units.js";
import type { MirrorPolicy, Relationship } from "../ontap/index.js";
import { defineRunbook, type Planner } from "./define.js";
import { getSet, listed } from "./inventory.js";
import { mirrorPolicy, viewMirrors, type MemberView } from "./mirrors.js";
import { restartTransfer, setPolicyThrottle, setThrottle } from "./steps/throttle.js";
import { isMoving } from "./steps/updateMirror.js";
import type { ReadTools } from "./tools.js";

/** ONTAP's own: a throttle is at most that of 32 bits. */
const most = 4_294_967_295;
const request = z.strictObject({
  set: z.string(),
  /** KB/s of 1024 bytes; 0 is no limit. */
  kbPerSecond: z.number().int().min(0).max(most),
  /** A transfer that runs goes on with the new limit too: it is stopped with its checkpoint and begun again from there. */
  now: z.literal(true).optional(),
});
type Request = z.infer<typeof request>;
const steps = { setThrottle, setPolicyThrottle, restartTransfer };

interface Limited {
  readonly member: MemberView;
  readonly policy: MirrorPolicy;
}

interface Facts {
  readonly set: string;
  readonly members: readonly Limited[];
  /** Why a mirror cannot have a throttle of its own there; undefined when it can. */
  readonly older: string | undefined;
  /** What else follows the policies, by policy uuid. */
  readonly followers: ReadonlyMap<string, readonly Relationship[]>;
}

/** Limits how fast a set's mirrors transfer. ONTAP lets it touch later transfers only; with `now` one that runs is begun again from its checkpoint. */
export const throttleMirror = defineRunbook({
  name: "throttle-mirror",
  version: 1,
  title: (asked: Request) =>
    asked.kbPerSecond === 0
      ? `Take the throttle off the mirror of ${asked.set}`
      : `Throttle the mirror of ${asked.set} to ${showThrottle(asked.kbPerSecond)}`,
  request,
  steps,
  observe,
  plan,
  example: { say: "throttle prod mirror to 50 MB/s now", world: "epic" },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const { members } = await viewMirrors(set, on);
  const cluster = on.ontap(members[0]?.mirror.cluster ?? "");
  const [policies, [lack], all] = await Promise.all([
    Promise.all(members.map((member) => mirrorPolicy(member, on))),
    cluster.cluster.listLacking(["mirrorThrottle"]),
    cluster.relationships.list({}),
  ]);
  const followers = new Map(
    policies.map(({ uuid, name }) => [
      uuid,
      all.filter(({ policy }) => (policy?.uuid ?? policy?.name) === uuid || policy?.name === name),
    ]),
  );
  return {
    set: set.name,
    members: members.flatMap((member, i) => (policies[i] ? [{ member, policy: policies[i] }] : [])),
    older: lack?.says,
    followers,
  };
}

/** What holds now: the mirror's own throttle, or where that is none its policy's. */
const inForce = ({ member, policy }: Limited): number =>
  (member.relationship.throttleKilobytesPerSecond ?? 0) || (policy.throttleKilobytesPerSecond ?? 0);

function plan(asked: Request, facts: Facts, p: Planner<typeof steps>): void {
  const { kbPerSecond } = asked;
  for (const each of facts.members) {
    p.show(`${each.member.mirror.volume} now`, showThrottle(inForce(each)));
    showRunning(asked, facts, each.member, p);
  }
  if (facts.older === undefined) for (const { member } of facts.members) own(asked, member, p);
  else byPolicy(asked, facts, p);
  const masked = facts.members.find(({ policy }) => kbPerSecond === 0 && (policy.throttleKilobytesPerSecond ?? 0) > 0);
  if (masked && facts.older === undefined)
    p.warn(
      `The policy ${masked.policy.name} limits ${masked.member.mirror.volume} to ${showThrottle(masked.policy.throttleKilobytesPerSecond ?? 0)} by itself, and still does when the mirror has no throttle of its own.`,
    );
  if (asked.now !== true) return;
  for (const each of facts.members)
    p.step.restartTransfer({
      ...each.member.mirror,
      relationship: each.member.relationship.uuid,
      kbPerSecond,
      was: inForce(each),
      said: facts.older === undefined,
    });
}

function own({ kbPerSecond }: Request, { mirror, relationship }: MemberView, p: Planner<typeof steps>): void {
  p.step.setThrottle({ ...mirror, relationship: relationship.uuid, kbPerSecond });
}

function byPolicy({ kbPerSecond }: Request, { members, older, followers }: Facts, p: Planner<typeof steps>): void {
  const policies = new Map(members.map(({ member, policy }) => [policy.uuid, { member, policy }]));
  for (const { member, policy } of policies.values()) {
    const names = (followers.get(policy.uuid) ?? []).map(({ destination }) => destination.path).sort();
    p.warn(
      `${older ?? ""}, so the limit is set on the policy ${policy.name}. It touches every mirror that follows it: ${listed(names)}.`,
    );
    const { cluster, svm } = member.mirror;
    p.step.setPolicyThrottle({ cluster, svm, policy: policy.name, uuid: policy.uuid, kbPerSecond, mirrors: names });
  }
}

/** A transfer that runs keeps the limit it began with (reference W1): the card says so, and offers the other way. */
function showRunning(
  asked: Request,
  { set }: Facts,
  { mirror, relationship }: MemberView,
  p: Planner<typeof steps>,
): void {
  if (!isMoving(relationship)) return;
  const moved = showBytes(relationship.transfer?.bytes ?? 0);
  if (asked.now === true) return p.show(`${mirror.volume} moves`, `${moved} so far; it goes on from its checkpoint`);
  const speech = asked.kbPerSecond === 0 ? `unthrottle ${set}` : `throttle ${set} to ${asked.kbPerSecond} KB/s`;
  p.show(
    `${mirror.volume} moves`,
    `a transfer runs (${moved} so far) and keeps the limit it began with; the new one holds from the next transfer on`,
    "warning",
    [{ label: "Limit this one too, from its checkpoint", say: `${speech} at once` }],
  );
}
