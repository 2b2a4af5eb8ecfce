import type { Place } from "../../core/events.js";
import type { PlannedView, Vote } from "../../core/fold.js";

/** A place of the policy and who fills it so far. */
export interface FilledPlace {
  readonly place: Place;
  readonly by: readonly Vote[];
}

/** Slack's id of a place's group: the policy's name for it, or the id itself. */
export const groupId = (place: Place, groups: Readonly<Record<string, string>>): string => groups[place.group] ?? place.group;

/**
 * Who fills which place, for showing only (the approvals room decides): everybody fills one place, and as many places as possible are
 * filled (augmenting paths, so that the order of votes does not matter).
 */
export function filledPlaces(planned: PlannedView, groups: Readonly<Record<string, string>>): FilledPlace[] {
  const { places } = planned.demand;
  const seats = places.flatMap((place) => Array.from({ length: place.count }, () => place));
  const yes = planned.votes.filter((vote) => vote.vote === "approve");
  const taken = new Map<number, Vote>();
  for (const vote of yes) seat(vote, seats, taken, groups, new Set());
  return places.map((place) => ({ place, by: [...taken].filter(([at]) => seats[at] === place).map(([, vote]) => vote) }));
}

function seat(vote: Vote, seats: readonly Place[], taken: Map<number, Vote>, groups: Readonly<Record<string, string>>, tried: Set<number>): boolean {
  for (const [at, place] of seats.entries()) {
    if (tried.has(at) || !(vote.groups.includes(groupId(place, groups)) || vote.groups.includes(place.group))) continue;
    tried.add(at);
    const sitting = taken.get(at);
    if (!sitting || seat(sitting, seats, taken, groups, tried)) {
      taken.set(at, vote);
      return true;
    }
  }
  return false;
}
