import { fillPlaces } from "../../approvals/index.js";
import type { Place } from "../../core/events.js";
import type { PlannedView, Vote } from "../../core/fold.js";

/** A place of the policy, the votes that fill it, and how many are missing. */
export interface FilledPlace {
  readonly place: Place;
  readonly by: readonly Vote[];
  readonly open: number;
}

/** Who stands where, seated as the approvals room seats them. */
export function filledPlaces(planned: PlannedView): FilledPlace[] {
  const yes = planned.votes.filter((vote) => vote.vote === "approve");
  return fillPlaces(planned.demand.places, yes).map(({ place, by, open }) => ({
    place,
    open,
    by: by.flatMap((person) => yes.find((vote) => vote.by.user === person.user) ?? []),
  }));
}
