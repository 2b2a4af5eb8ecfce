import type { Demand } from "../core/events.js";
import type { Vote } from "../core/fold.js";
import type { Person } from "../core/resource.js";
import { cardExpiresAt, isPast } from "./expiry.js";
import { fillPlaces, openSeats, samePerson, showPlaces, type FilledPlace, type Yes } from "./places.js";
import type { Policy } from "./policy.js";
import { asksFor, isFullMember, type Visitor } from "./visitor.js";

/** Everything a click is judged by. All of it is looked up at click time, at the server. */
export interface Click {
  readonly policy: Pick<Policy, "cardExpiresMinutes">;
  readonly demand: Demand;
  /** What was accepted for this plan so far. */
  readonly votes: readonly Pick<Vote, "by" | "vote" | "groups">[];
  readonly visitor: Visitor;
  readonly vote: "approve" | "deny";
  readonly requester: Person;
  /** Milliseconds since the epoch. */
  readonly now: number;
  /** Of the plan that waits now. */
  readonly hash: string;
  /** Of the plan on the card that was clicked. */
  readonly clickedHash: string;
  /** When the card came, ISO-8601. */
  readonly plannedAt: string;
  /** How it was decided already, if it was. */
  readonly settled?: string;
}

/** What a click comes to. `groups` goes into the `voted` event. */
export type Decision =
  | {
      readonly do: "vote";
      readonly vote: "approve";
      readonly groups: readonly string[];
      readonly fills: readonly string[];
      readonly settles: "granted" | null;
      readonly says: string;
    }
  | {
      readonly do: "vote";
      readonly vote: "deny";
      readonly groups: readonly string[];
      readonly settles: "denied";
      readonly says: string;
    }
  /** The requester's no. */
  | { readonly do: "cancel"; readonly says: string }
  | { readonly do: "refuse"; readonly says: string };

/** Accepts a vote, or says in a sentence why not. Pure. */
export function decide(click: Click): Decision {
  const closed = notOpen(click);
  if (closed !== undefined) return refuse(closed);
  const member = isFullMember(click.visitor);
  if (!member.ok) return refuse(member.says);
  const isRequester = samePerson(click.visitor.person, click.requester);
  if (isRequester) {
    if (click.vote === "deny")
      return { do: "cancel", says: "Cancelled: you withdrew your own request. Nothing was changed." };
    return refuse("You asked for this, so somebody else has to approve it. Nothing was changed.");
  }
  if (!asksFor(click.demand, click.visitor))
    return refuse(
      `This plan asks for ${showPlaces(click.demand.places)}, and you are in none of these groups now. Nothing was changed.`,
    );
  const groups = click.demand.places
    .map((place) => place.group)
    .filter((group) => click.visitor.groups.includes(group));
  if (click.vote === "deny")
    return { do: "vote", vote: "deny", groups, settles: "denied", says: "Denied. Nothing was changed." };
  return approve(click, groups);
}

const refuse = (says: string): Decision => ({ do: "refuse", says });

function notOpen(click: Click): string | undefined {
  if (click.settled !== undefined || click.votes.some(({ vote }) => vote === "deny"))
    return `This is decided already: ${click.settled ?? "denied"}. Your click changed nothing.`;
  if (click.clickedHash !== click.hash)
    return "That card shows an older plan. Look at the newest one: this click counts for nothing.";
  if (click.demand.denied !== undefined) return `${click.demand.denied} Nobody can approve it. Nothing was changed.`;
  if (click.demand.nobody || click.demand.places.length === 0)
    return "This plan asks for nobody's approval. Your click changed nothing.";
  if (isPast(cardExpiresAt(click.policy, click.plannedAt), click.now))
    return "This request has expired: nobody can approve it any more. Ask again. Nothing was changed.";
  return undefined;
}

function approve(click: Click, groups: readonly string[]): Decision {
  const { demand, visitor } = click;
  const before = yesVotes(click);
  if (before.some((each) => samePerson(each.by, visitor.person)))
    return refuse("You have approved this already, and one person fills one place only. Your click changed nothing.");
  const open = fillPlaces(demand.places, before);
  const filled = fillPlaces(demand.places, [...before, { by: visitor.person, groups }]);
  if (openSeats(filled) === openSeats(open))
    return refuse(
      `Your group's place is taken already; ${showOpen(open)} still has to approve. Your click changed nothing.`,
    );
  const fills = filled
    .filter(({ by }) => by.some((person) => samePerson(person, visitor.person)))
    .map(({ place }) => place.group);
  const granted = openSeats(filled) === 0;
  return {
    do: "vote",
    vote: "approve",
    groups,
    fills,
    settles: granted ? "granted" : null,
    says: granted
      ? "Approved: everybody who was asked for has said yes."
      : `Approved. ${capital(showOpen(filled))} still has to approve.`,
  };
}

/** The yes votes that count: one a person, and never the requester's. */
const yesVotes = (click: Click): readonly Yes[] =>
  click.votes.filter(({ vote, by }) => vote === "approve" && !samePerson(by, click.requester));

/** Who is still asked for: "one of epic-owners". */
export const showOpen = (filled: readonly FilledPlace[]): string =>
  showPlaces(filled.filter(({ open }) => open > 0).map(({ place, open }) => ({ label: place.label, count: open })));
const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/**
 * Where a demand stands, for cards and for the fold: which places are filled, by whom, and whether the grant is complete.
 * Nobody's vote counts after a no.
 */
export function standing(
  demand: Demand,
  votes: Click["votes"],
  requester: Person,
): { readonly places: readonly FilledPlace[]; readonly outcome: "granted" | "denied" | "open" } {
  const yes = votes.filter(({ vote, by }) => vote === "approve" && !samePerson(by, requester));
  const places = fillPlaces(demand.places, yes);
  if (demand.denied !== undefined || votes.some(({ vote }) => vote === "deny")) return { places, outcome: "denied" };
  if (demand.nobody) return { places, outcome: "granted" };
  return { places, outcome: demand.places.length > 0 && openSeats(places) === 0 ? "granted" : "open" };
}
