import type { Demand } from "../core/events.js";
import type { Effect } from "../core/plan.js";
import type { Person } from "../core/resource.js";
import { samePerson } from "./places.js";
import type { Policy } from "./policy.js";

/** Somebody who asks or clicks, as looked up at this very moment: ids and standing, never names. */
export interface Visitor {
  readonly person: Person;
  /** Ids of the groups the person is in now. Empty when the lookup failed: that closes doors, it opens none. */
  readonly groups: readonly string[];
  readonly guest: boolean;
  readonly bot: boolean;
  readonly stranger: boolean;
  readonly deleted: boolean;
  readonly sharedChannel: boolean;
}

/** Yes, or the sentence that says why not. */
export type Permission = { readonly ok: true } | { readonly ok: false; readonly says: string };
const yes: Permission = { ok: true };
const no = (says: string): Permission => ({ ok: false, says });

/** Full members of this workspace, in a conversation that is the workspace's own. */
export function isFullMember(visitor: Visitor): Permission {
  if (visitor.deleted) return no("This account is deactivated. Nothing was changed.");
  if (visitor.bot) return no("Bots cannot do this: a person has to. Nothing was changed.");
  if (visitor.stranger) return no("Only people of this workspace can do this. Nothing was changed.");
  if (visitor.guest) return no("Guests cannot do this: ask a full member of this workspace. Nothing was changed.");
  if (visitor.sharedChannel)
    return no(
      "This conversation is shared with another organisation, so nothing can be done from here. Write to me in a channel of our own. Nothing was changed.",
    );
  return yes;
}

/** May this person ask for that runbook or question at all? Whether it then needs a yes is the demand's business. */
export function mayAsk(policy: Policy, visitor: Visitor, runbook: string): Permission {
  if (policy.openToAll.includes(runbook)) return yes;
  const member = isFullMember(visitor);
  if (!member.ok) return member;
  const askers = policy.askers[runbook];
  if (askers === undefined || inOneOf(policy, visitor, askers)) return yes;
  return no(`Only ${askers.join(" and ")} may ask for ${runbook}. Nothing was changed.`);
}

/** The requester, or anyone whose vote the plan asks for. */
export function mayCancel(
  visitor: Visitor,
  run: { readonly requester: Person; readonly demand: Pick<Demand, "places"> | undefined },
): Permission {
  const member = isFullMember(visitor);
  if (!member.ok) return member;
  if (isPerson(visitor.person, run.requester) || asksFor(run.demand, visitor)) return yes;
  return no("Only the requester and the people asked to approve can cancel this. Nothing was changed.");
}

/** Try again, Hand to a person, Check again: one of the operators; the requester too when it is about the requester's own clone. */
export function mayTryAgain(
  policy: Policy,
  visitor: Visitor,
  run: { readonly requester: Person; readonly ownClone: boolean },
): Permission {
  const member = isFullMember(visitor);
  if (!member.ok) return member;
  if ((run.ownClone && isPerson(visitor.person, run.requester)) || inOneOf(policy, visitor, policy.operators))
    return yes;
  return no(
    `Only ${policy.operators.join(" and ")} can do this${run.ownClone ? ", and the requester" : ""}. Nothing was changed.`,
  );
}

/** "It happened" and "it did not": one of the operators, and never the requester where the step destroys. */
export function mayAnswerDoubt(
  policy: Policy,
  visitor: Visitor,
  run: { readonly requester: Person; readonly effect: Effect },
): Permission {
  const member = isFullMember(visitor);
  if (!member.ok) return member;
  if (!inOneOf(policy, visitor, policy.operators))
    return no(`Only ${policy.operators.join(" and ")} can answer this. Nothing was changed.`);
  if (run.effect === "destroy" && samePerson(visitor.person, run.requester))
    return no("You asked for this, and the step destroys data: somebody else has to answer. Nothing was changed.");
  return yes;
}

/** Is this visitor's vote asked for? */
export const asksFor = (demand: Pick<Demand, "places"> | undefined, visitor: Visitor): boolean =>
  (demand?.places ?? []).some((place) => visitor.groups.includes(place.group));

/** To be let in, the workspace must be the same too. */
const isPerson = (a: Person, b: Person): boolean => a.user === b.user && a.team === b.team;

function inOneOf(policy: Policy, visitor: Visitor, names: readonly string[]): boolean {
  return names.some((name) => {
    const id = policy.groups[name]?.id;
    return id !== undefined && visitor.groups.includes(id);
  });
}
