import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  decide,
  isPast,
  mayAnswerDoubt,
  mayAsk,
  mayCancel,
  mayTryAgain,
  grantExpiresAt,
  standing,
  type Click,
  type Visitor,
} from "../../src/approvals/index.js";
import { loadConfig } from "../../src/config/load.js";
import type { Demand, Place } from "../../src/core/events.js";
import type { Person } from "../../src/core/resource.js";

const { policy } = await loadConfig({ file: "config/epic.yaml", env: {} });
const team = "T0RIVERSIDE";
const person = (user: string): Person => ({ team, user });
const visitor = (user: string, groups: readonly string[], more: Partial<Visitor> = {}): Visitor => ({
  person: person(user),
  groups,
  guest: false,
  bot: false,
  stranger: false,
  deleted: false,
  sharedChannel: false,
  ...more,
});
const place = (group: string, count = 1): Place => ({
  group,
  label: group === "S0STORAGE" ? "storage-approvers" : group === "S0EPIC" ? "epic-owners" : group,
  count,
  forSteps: ["1"],
  why: "so",
});
const restore: Demand = { places: [place("S0STORAGE"), place("S0EPIC")], nobody: false };
const plannedAt = "2026-11-22T10:00:00.000Z";
const planned = Date.parse(plannedAt);
const base: Click = {
  policy,
  demand: restore,
  votes: [],
  visitor: visitor("U0STORAGE", ["S0STORAGE"]),
  vote: "approve",
  requester: person("U0REQUESTER"),
  now: planned + 60_000,
  hash: "h1",
  clickedHash: "h1",
  plannedAt,
};
const said = (user: string, groups: readonly string[], vote: "approve" | "deny" = "approve") => ({
  by: person(user),
  groups,
  vote,
});

describe("one click", () => {
  test("the first yes is taken, and says who is missing", () => {
    expect(decide(base)).toEqual({
      do: "vote",
      vote: "approve",
      groups: ["S0STORAGE"],
      fills: ["S0STORAGE"],
      settles: null,
      says: "Approved. One of epic-owners still has to approve.",
    });
  });
  test("the last yes grants", () => {
    expect(decide({ ...base, votes: [said("U0APPOWNER", ["S0EPIC"])] })).toMatchObject({
      do: "vote",
      settles: "granted",
    });
  });
  test("somebody in both groups is moved aside for the next one", () => {
    const votes = [said("U0BOTH", ["S0STORAGE", "S0EPIC"])];
    expect(decide({ ...base, votes })).toMatchObject({ do: "vote", settles: "granted", fills: ["S0STORAGE"] });
  });
  const refusals: [string, Partial<Click>, RegExp][] = [
    ["the requester", { visitor: visitor("U0REQUESTER", ["S0STORAGE"]) }, /You asked for this/],
    [
      "the requester by another workspace's door",
      { visitor: { ...visitor("U0REQUESTER", ["S0STORAGE"]), person: { team: "T0VENDOR", user: "U0REQUESTER" } } },
      /You asked for this/,
    ],
    ["a guest", { visitor: visitor("U0GUEST", ["S0STORAGE"], { guest: true }) }, /Guests cannot/],
    [
      "a stranger",
      { visitor: visitor("U0STRANGER", ["S0STORAGE"], { stranger: true }) },
      /Only people of this workspace/,
    ],
    ["a bot", { visitor: visitor("U0BOT", ["S0STORAGE"], { bot: true }) }, /Bots cannot/],
    ["a deactivated account", { visitor: visitor("U0GONE", ["S0STORAGE"], { deleted: true }) }, /deactivated/],
    [
      "in a shared channel",
      { visitor: visitor("U0STORAGE", ["S0STORAGE"], { sharedChannel: true }) },
      /shared with another organisation/,
    ],
    [
      "somebody of no group",
      { visitor: visitor("U0X", []) },
      /asks for one of storage-approvers and one of epic-owners/,
    ],
    ["a second time", { votes: [said("U0STORAGE", ["S0STORAGE"])] }, /approved this already/],
    [
      "a place that is taken",
      { votes: [said("U0STORAGE2", ["S0STORAGE"])] },
      /taken already; one of epic-owners still/,
    ],
    ["an older card", { clickedHash: "h0" }, /older plan/],
    ["a minute too late", { now: planned + 60 * 60_000 }, /expired/],
    ["a time nobody can read", { plannedAt: "yesterday" }, /expired/],
    ["decided already", { settled: "granted" }, /decided already: granted/],
    ["after a no", { votes: [said("U0APPOWNER", ["S0EPIC"], "deny")] }, /decided already: denied/],
    ["where nobody is asked", { demand: { places: [], nobody: true } }, /nobody's approval/],
    ["an empty list of groups", { demand: { places: [], nobody: false } }, /nobody's approval/],
    ["where no rule allows it", { demand: { places: [], nobody: false, denied: "No rule." } }, /Nobody can approve it/],
  ];
  test.each(refusals)("refused: %s", (_name, change, says) => {
    const decision = decide({ ...base, ...change });
    expect(decision.do).toBe("refuse");
    expect(decision.says).toMatch(says);
  });
  test("a moment before it expires it still counts", () =>
    expect(decide({ ...base, now: planned + 60 * 60_000 - 1 }).do).toBe("vote"));

  test("deny: by anyone whose vote is asked for, also when the place is filled", () => {
    expect(decide({ ...base, vote: "deny", votes: [said("U0STORAGE2", ["S0STORAGE"])] })).toMatchObject({
      do: "vote",
      settles: "denied",
    });
    expect(decide({ ...base, vote: "deny", votes: [said("U0STORAGE", ["S0STORAGE"])] })).toMatchObject({
      do: "vote",
      settles: "denied",
    });
    expect(decide({ ...base, vote: "deny", visitor: visitor("U0X", ["S0OTHER"]) }).do).toBe("refuse");
    expect(decide({ ...base, vote: "deny", visitor: visitor("U0GUEST", ["S0STORAGE"], { guest: true }) }).do).toBe(
      "refuse",
    );
    expect(decide({ ...base, vote: "deny", visitor: visitor("U0REQUESTER", []) })).toMatchObject({ do: "cancel" });
  });

  test("an empty list of groups never counts as granted", () => {
    expect(standing({ places: [], nobody: false }, [], base.requester).outcome).toBe("open");
    expect(standing({ places: [], nobody: true }, [], base.requester).outcome).toBe("granted");
  });
  test("an unused grant runs out after fifteen minutes", () => {
    const at = grantExpiresAt(policy, plannedAt);
    expect(at - planned).toBe(15 * 60_000);
    expect([isPast(at, at - 1), isPast(at, at)]).toEqual([false, true]);
  });
});

describe("any groups, any order of clicks", () => {
  const groupIds = ["SA", "SB", "SC"];
  const users = ["U0", "U1", "U2", "U3", "U4", "U5"];
  const world = fc.record({
    places: fc
      .subarray(groupIds, { minLength: 1 })
      .chain((ids) => fc.tuple(...ids.map((id) => fc.integer({ min: 1, max: 2 }).map((count) => place(id, count))))),
    memberships: fc.array(fc.subarray(groupIds), { minLength: users.length, maxLength: users.length }),
    clicks: fc.array(fc.constantFrom(...users), { minLength: 1, maxLength: 14 }),
    requester: fc.constantFrom(...users),
  });
  const run = (
    places: readonly Place[],
    memberships: readonly string[][],
    clicks: readonly string[],
    requester: string,
  ) => {
    const demand: Demand = { places, nobody: false };
    const votes: Click["votes"][number][] = [];
    let granted = 0;
    for (const user of clicks) {
      const groups = memberships[users.indexOf(user)] ?? [];
      const decision = decide({
        ...base,
        demand,
        votes,
        visitor: visitor(user, groups),
        requester: person(requester),
        ...(granted > 0 ? { settled: "granted" } : {}),
      });
      if (decision.do !== "vote") continue;
      votes.push({ by: person(user), vote: "approve", groups: decision.groups });
      if (decision.settles === "granted") granted += 1;
    }
    return { votes, granted, outcome: standing(demand, votes, person(requester)) };
  };
  /** The formula itself, by trying everything: can distinct people take all seats? */
  const possible = (places: readonly Place[], people: readonly (readonly string[])[]): boolean => {
    const seats = places.flatMap(({ group, count }) => Array.from({ length: count }, () => group));
    const place1 = (i: number, left: readonly (readonly string[])[]): boolean =>
      i === seats.length ||
      left.some(
        (groups, k) =>
          groups.includes(seats[i] as string) &&
          place1(
            i + 1,
            left.filter((_, j) => j !== k),
          ),
      );
    return place1(0, people);
  };

  test("what is granted obeys the formula, fills each place with other people, and never counts the requester", () => {
    let granted = 0;
    fc.assert(
      fc.property(world, ({ places, memberships, clicks, requester }) => {
        const { votes, granted: grants, outcome } = run(places, memberships, clicks, requester);
        const seated = outcome.places.flatMap(({ by }) => by.map(({ user }) => user));
        expect(new Set(seated).size).toBe(seated.length);
        expect(votes.map(({ by }) => by.user)).not.toContain(requester);
        for (const { place: each, by } of outcome.places) {
          expect(by.length).toBeLessThanOrEqual(each.count);
          for (const { user } of by) expect(memberships[users.indexOf(user)]).toContain(each.group);
        }
        expect(grants).toBeLessThanOrEqual(1);
        expect(outcome.outcome === "granted").toBe(grants === 1);
        const clicked = [...new Set(clicks)]
          .filter((user) => user !== requester)
          .map((user) => memberships[users.indexOf(user)] ?? []);
        expect(grants === 1).toBe(possible(places, clicked));
        granted += grants;
      }),
      { numRuns: 1500 },
    );
    expect(granted).toBeGreaterThan(100);
  });

  test("the order of the clicks changes nothing", () => {
    const shuffled = world.chain((each) =>
      fc.record({
        each: fc.constant(each),
        again: fc.shuffledSubarray(each.clicks, { minLength: each.clicks.length }),
      }),
    );
    fc.assert(
      fc.property(shuffled, ({ each: { places, memberships, clicks, requester }, again }) => {
        expect(run(places, memberships, again, requester).granted).toBe(
          run(places, memberships, clicks, requester).granted,
        );
      }),
      { numRuns: 1500 },
    );
  });
});

describe("doors besides voting", () => {
  const member = visitor("U0X", []);
  const storage = visitor("U0STORAGE", ["S0STORAGE"]);
  const requester = visitor("U0REQUESTER", []);
  const by = { requester: requester.person };

  test.each(["guest", "bot", "stranger", "deleted", "sharedChannel"] as const)("%s: nothing but help", (standing) => {
    const outside = visitor("U0REQUESTER", ["S0STORAGE"], { [standing]: true });
    expect(mayAsk(policy, outside, "help").ok).toBe(true);
    for (const name of ["status", "clone", "restore", "health"]) expect(mayAsk(policy, outside, name).ok).toBe(false);
    expect(mayCancel(outside, { ...by, demand: restore }).ok).toBe(false);
    expect(mayTryAgain(policy, outside, { ...by, ownClone: true }).ok).toBe(false);
    expect(mayAnswerDoubt(policy, outside, { requester: person("U0Z"), effect: "change" }).ok).toBe(false);
  });
  test("any full member may ask, unless the policy names who may", () => {
    expect(mayAsk(policy, member, "restore").ok).toBe(true);
    const narrow = { ...policy, askers: { restore: ["storage-approvers"] } };
    expect(mayAsk(narrow, member, "restore")).toEqual({
      ok: false,
      says: "Only storage-approvers may ask for restore. Nothing was changed.",
    });
    expect(mayAsk(narrow, storage, "restore").ok).toBe(true);
  });
  test("cancel: the requester and anyone whose vote is asked for", () => {
    expect([requester, storage, member].map((who) => mayCancel(who, { ...by, demand: restore }).ok)).toEqual([
      true,
      true,
      false,
    ]);
    expect(mayCancel(storage, { ...by, demand: undefined }).ok).toBe(false);
  });
  test("try again, hand over, check again: storage-approvers; the requester for a clone of their own", () => {
    expect([storage, requester, member].map((who) => mayTryAgain(policy, who, { ...by, ownClone: false }).ok)).toEqual([
      true,
      false,
      false,
    ]);
    expect([storage, requester, member].map((who) => mayTryAgain(policy, who, { ...by, ownClone: true }).ok)).toEqual([
      true,
      true,
      false,
    ]);
  });
  test("a doubt: storage-approvers, and not the requester's own destroy", () => {
    expect(mayAnswerDoubt(policy, storage, { ...by, effect: "destroy" }).ok).toBe(true);
    expect(mayAnswerDoubt(policy, storage, { requester: storage.person, effect: "destroy" }).ok).toBe(false);
    expect(mayAnswerDoubt(policy, storage, { requester: storage.person, effect: "change" }).ok).toBe(true);
    expect(mayAnswerDoubt(policy, requester, { ...by, effect: "change" }).ok).toBe(false);
  });
});
