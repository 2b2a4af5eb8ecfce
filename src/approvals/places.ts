import type { Place } from "../core/events.js";
import type { Vote } from "../core/fold.js";
import { listed } from "../core/listed.js";
import type { Person } from "../core/resource.js";

/** A place of a demand, and who stands in it. */
export interface FilledPlace {
  readonly place: Place;
  readonly by: readonly Person[];
  readonly open: number;
}

/** A yes, as far as filling places goes. */
export type Yes = Pick<Vote, "by" | "groups">;

/** User ids alone: the same id with another workspace beside it must never count as a second person. */
export const samePerson = (a: Person, b: Person): boolean => a.user === b.user;

/**
 * Seats people so that as many places as possible are filled, one place each (augmenting paths). Somebody in two groups is moved
 * to the other one when that lets the next person in, so the order of the clicks does not matter.
 */
export function fillPlaces(places: readonly Place[], votes: readonly Yes[]): readonly FilledPlace[] {
  const people = votes.filter((vote, i) => votes.findIndex((each) => samePerson(each.by, vote.by)) === i);
  const seats = places.flatMap((place) => Array.from({ length: place.count }, () => place));
  const seated: (Yes | undefined)[] = seats.map(() => undefined);
  for (const person of people) seat(person, seats, seated, new Set());
  return places.map((place) => {
    const by = seated.flatMap((yes, i) => (yes && seats[i] === place ? [yes.by] : []));
    return { place, by, open: place.count - by.length };
  });
}

function seat(person: Yes, seats: readonly Place[], seated: (Yes | undefined)[], tried: Set<number>): boolean {
  for (const [i, place] of seats.entries()) {
    if (tried.has(i) || !person.groups.includes(place.group)) continue;
    tried.add(i);
    const sitting = seated[i];
    if (sitting === undefined || seat(sitting, seats, seated, tried)) {
      seated[i] = person;
      return true;
    }
  }
  return false;
}

export const openSeats = (filled: readonly FilledPlace[]): number => filled.reduce((sum, { open }) => sum + open, 0);

/** "one of storage-approvers and two of epic-owners" */
export function showPlaces(places: readonly { readonly label: string; readonly count: number }[]): string {
  const words = places.map(({ label, count }) => `${numbers[count] ?? count} of ${label}`);
  return words.length === 0 ? "nobody" : listed(words);
}
const numbers: Readonly<Record<number, string>> = { 1: "one", 2: "two", 3: "three", 4: "four", 5: "five" };
