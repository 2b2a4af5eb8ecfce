import { describe, expect, test } from "@jest/globals";
import { closes, type Entry, type RunEvent } from "../../src/core/events.js";
import { fold, hasBegun, pastNoReturn, type RunView } from "../../src/core/fold.js";
import { hashOf, runIdFor } from "../../src/core/ids.js";
import { planBytes, type Plan } from "../../src/core/plan.js";
import type { Person } from "../../src/core/resource.js";
import { draw } from "../../src/runbooks/define.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

const id = runIdFor("fold");
const requester: Person = { team: "T1", user: "U1" };
const approver: Person = { team: "T1", user: "U2" };
const runbook = shelfRunbook(new Shelf());
const planFor = (box: string): Plan => draw(runbook, { box, burn: "old" }, { there: ["old"] }).plan;
const plan = planFor("a");
const hash = hashOf(planBytes(plan));
const put = "1-put";
const paint = "2-paint";
const burn = "3-burn";

const asked: RunEvent = {
  type: "asked",
  from: { team: "T1", channel: "C1", ts: "1.1", eventId: "E1" },
  text: "tidy a",
  runbook: "tidy",
  request: { box: "a" },
  timeZone: "UTC",
};
const planned = (of = plan, key = "k1"): RunEvent => ({
  type: "planned",
  bytes: planBytes(of),
  hash: hashOf(planBytes(of)),
  facts: [{ label: "l", text: "t" }],
  demand: { places: [], nobody: true },
  key,
});
const granted: RunEvent = { type: "settled", outcome: "granted", hash };
const began = (step: string, attempt = 1, before: number | null = null): RunEvent => ({
  type: "began",
  step,
  attempt,
  before,
});
const ended = (step: string, how: "ran" | "already" = "ran"): RunEvent => ({
  type: "ended",
  step,
  output: { label: "L" },
  how,
});
const failed = (step: string, absent = false): RunEvent => ({ type: "failed", step, problem: "it failed", absent });

type Line = RunEvent | readonly [Person | "sluice", RunEvent];
/** Each entry a minute after the one before. */
const entries = (...lines: readonly Line[]): Entry[] =>
  lines.map((line, i) => {
    const [by, event] = "type" in line ? (["sluice", line] as const) : line;
    return { seq: i + 1, at: `2026-11-22T14:${String(i).padStart(2, "0")}:00.000Z`, by, event };
  });
const see = (...lines: readonly Line[]): RunView => fold(id, entries([requester, asked], ...lines));
const running = (...lines: readonly Line[]): RunView => see(planned(), granted, ...lines);
const step = (view: RunView, name: string) => view.steps.find((each) => each.planned.id === name)!;

test("a run begins by being asked for", () => {
  expect(() => fold(id, [])).toThrow("no beginning");
  expect(() => fold(id, entries(planned()))).toThrow("no beginning");
  expect(see()).toMatchObject({
    id,
    length: 1,
    status: "planning",
    outcome: undefined,
    asked: { by: requester, text: "tidy a", runbook: "tidy", request: { box: "a" }, parent: undefined },
    updatedAt: "2026-11-22T14:00:00.000Z",
    steps: [],
  });
});

describe("where a run stands, in one word", () => {
  const doubted: RunEvent = { type: "doubted", step: put, why: "?" };
  const waiting: RunEvent = { type: "waiting", step: put, watch: { kind: "timer", at: "later" } };
  const held = (of: string | null): RunEvent => ({ type: "held", step: of, attempt: 1, why: "lock", detail: [] });
  const child = runIdFor("child");
  test.each<[string, string, readonly Line[]]>([
    ["planning", "asked", []],
    ["deciding", "planned", [planned()]],
    ["granted", "granted", [planned(), granted]],
    ["held", "granted, and a lock is taken", [planned(), granted, held(null)]],
    ["running", "the lock came free", [planned(), granted, held(null), began(put)]],
    ["planning", "changed", [planned(), granted, { type: "settled", outcome: "changed", hash }]],
    [
      "deciding",
      "planned again",
      [planned(), granted, { type: "settled", outcome: "changed", hash }, planned(planFor("b"))],
    ],
    ["running", "begun", [planned(), granted, began(put)]],
    ["running", "between steps", [planned(), granted, began(put), ended(put)]],
    ["granted", "only what was there already", [planned(), granted, ended(put, "already")]],
    ["waiting", "the far end is at work", [planned(), granted, began(put), waiting]],
    ["running", "and has ended", [planned(), granted, began(put), waiting, ended(put)]],
    ["held", "the array wants a word", [planned(), granted, began(put), held(put)]],
    ["doubted", "nobody knows", [planned(), granted, began(put), doubted]],
    [
      "running",
      "somebody knows",
      [planned(), granted, began(put), doubted, { type: "answered", step: put, answer: "happened", reason: "" }],
    ],
    ["unwinding", "failed", [planned(), granted, began(put), failed(put)]],
    ["unwinding", "cancelled at work", [planned(), granted, began(put), ended(put), { type: "cancelAsked" }]],
    ["unwinding", "being taken back", [planned(), granted, began(put), failed(put), { type: "undoBegan", step: put }]],
    ["unwinding", "taken back", [planned(), granted, began(put), failed(put), { type: "undone", step: put }]],
    [
      "parked",
      "not taken back",
      [planned(), granted, began(put), failed(put), { type: "undoFailed", step: put, problem: "p" }],
    ],
    ["parked", "failed behind the point of no return", [planned(), granted, began(burn), failed(burn)]],
    ["unwinding", "a destroy that was found absent", [planned(), granted, began(burn), failed(burn, true)]],
    [
      "running",
      "parked, and tried again",
      [planned(), granted, began(burn), failed(burn), { type: "triedAgain", step: burn }],
    ],
    ["running", "cancelled too late", [planned(), granted, began(burn), ended(burn), { type: "cancelAsked" }]],
    [
      "handingOn",
      "the next run is at work",
      [planned(), granted, began(put), ended(put), { type: "continued", child }],
    ],
    [
      "running",
      "the next run has ended",
      [
        planned(),
        granted,
        began(put),
        ended(put),
        { type: "continued", child },
        { type: "childEnded", child, outcome: "denied" },
      ],
    ],
  ])("%s: %s", (status, _what, lines) => expect(see(...lines).status).toBe(status));

  test.each<[string, RunEvent]>([
    ["refused", { type: "refused", problem: "no such set" }],
    ["denied", { type: "settled", outcome: "denied", hash, reason: "not today" }],
    ["expired", { type: "settled", outcome: "expired", hash }],
    ["cancelled", { type: "settled", outcome: "cancelled", hash }],
    ["succeeded", { type: "finished", outcome: "succeeded" }],
    ["undone", { type: "finished", outcome: "undone" }],
    ["abandoned", { type: "finished", outcome: "abandoned" }],
  ])("closed: %s", (outcome, event) => {
    expect(closes(event)).toBe(true);
    expect(see(planned(), [approver, event])).toMatchObject({ status: "closed", outcome, endedBy: approver });
  });
});

describe("what is decided", () => {
  const vote = (by: Person, of = hash, vote: "approve" | "deny" = "approve"): Line => [
    by,
    { type: "voted", vote, hash: of, groups: ["S1"] },
  ];
  test("votes count for the plan they were given to, and for no other", () => {
    const other = planFor("b");
    const view = see(planned(), vote(approver), { type: "settled", outcome: "changed", hash }, planned(other, "k2"));
    expect(view.planned).toMatchObject({ key: "k2", votes: [], settled: undefined });
    expect(see(planned(), vote(approver), vote(requester, hashOf("other"))).planned?.votes).toMatchObject([
      { by: approver, vote: "approve", groups: ["S1"], at: "2026-11-22T14:02:00.000Z" },
    ]);
  });
  test("a grant of another plan is none", () => {
    expect(see(planned(), { type: "settled", outcome: "granted", hash: hashOf("other") }).status).toBe("deciding");
  });
  test("Sluice itself has no vote", () => {
    expect(see(planned(), { type: "voted", vote: "approve", hash, groups: ["S1"] }).planned?.votes).toEqual([]);
  });
  test("a refusal keeps its sentence and its choices; a reason becomes the problem", () => {
    const choices = [{ label: "prod", say: "restore prod" }];
    expect(see({ type: "refused", problem: "which?", choices })).toMatchObject({ problem: "which?", choices });
    expect(see(planned(), { type: "settled", outcome: "denied", hash, reason: "not today" }).problem).toBe("not today");
  });
  test("a plan whose bytes are not those of its hash is not believed", () => {
    const event = { ...planned(), hash: hashOf("other") } as RunEvent;
    expect(() => see(event)).toThrow("not the plan of its hash");
  });
});

describe("one step", () => {
  test("keeps the picture of its first attempt, and counts its attempts", () => {
    const view = running(began(put, 1, 7), failed(put), { type: "triedAgain", step: put }, began(put, 2, 8));
    expect(step(view, put)).toMatchObject({
      phase: "begun",
      attempt: 2,
      before: 7,
      closed: false,
      problem: undefined,
      beganAt: "2026-11-22T14:03:00.000Z",
      lastBeganAt: "2026-11-22T14:06:00.000Z",
    });
  });
  test("keeps every note, in order", () => {
    const note = (value: string): RunEvent => ({ type: "noted", step: put, attempt: 1, note: value });
    expect(step(running(began(put), note("job-1"), note("job-2")), put).notes).toEqual(["job-1", "job-2"]);
  });
  test("ended: what it gave, when, and how", () => {
    expect(step(running(began(put), ended(put)), put)).toMatchObject({
      phase: "ended",
      how: "ran",
      output: { label: "L" },
      endedAt: "2026-11-22T14:04:00.000Z",
    });
  });
  test.each<[string, readonly RunEvent[], boolean]>([
    ["begun", [began(put)], false],
    ["held", [began(put), { type: "held", step: put, attempt: 1, why: "arrayApproval", detail: {} }], true],
    ["failed", [began(put), failed(put)], true],
    ["doubted", [began(put), { type: "doubted", step: put, why: "?" }], false],
    [
      "looked at again",
      [
        began(put),
        { type: "doubted", step: put, why: "?" },
        { type: "answered", step: put, answer: "checkAgain", reason: "" },
      ],
      false,
    ],
    [
      "said to have happened",
      [
        began(put),
        { type: "doubted", step: put, why: "?" },
        { type: "answered", step: put, answer: "happened", reason: "" },
      ],
      false,
    ],
    [
      "said not to have happened",
      [
        began(put),
        { type: "doubted", step: put, why: "?" },
        { type: "answered", step: put, answer: "didNot", reason: "" },
      ],
      true,
    ],
    ["tried again", [began(put), failed(put), { type: "triedAgain", step: put }], true],
    ["begun again", [began(put), failed(put), { type: "triedAgain", step: put }, began(put, 2)], false],
  ])("is its last attempt known to be over? %s", (_what, events, closed) =>
    expect(step(running(...events), put).closed).toBe(closed),
  );
  test("who says that it happened is remembered until it is begun again", () => {
    const said: RunEvent[] = [
      began(put),
      { type: "doubted", step: put, why: "?" },
      { type: "answered", step: put, answer: "happened", reason: "seen" },
    ];
    expect(step(running(...said), put).attested).toBe(true);
    expect(step(running(...said, began(put, 2)), put).attested).toBe(false);
  });
  test("trying again while things are taken back goes on taking back", () => {
    const view = running(
      began(put),
      failed(put),
      { type: "undoBegan", step: put },
      { type: "undoFailed", step: put, problem: "p" },
      { type: "triedAgain", step: put },
    );
    expect(step(view, put).phase).toBe("undoing");
  });
  test("an event of a step that the plan does not have is not believed", () => {
    expect(() => running(began("9-nothing"))).toThrow("which its plan does not have");
  });
  test("the run's problem is the last thing that went wrong", () => {
    expect(running(began(put), failed(put)).problem).toBe("it failed");
    expect(running(began(put), failed(put), { type: "undoFailed", step: put, problem: "worse" }).problem).toBe("worse");
    expect(running(began(put), { type: "handedOver", step: put, reason: "I do it" }).problem).toBe(
      "Taken over: I do it",
    );
  });
});

describe("the point of no return", () => {
  test.each<[string, readonly RunEvent[], boolean]>([
    ["nothing begun", [], false],
    ["steps with a way back, and those that stay", [began(put), ended(put), began(paint), ended(paint)], false],
    ["begun", [began(burn)], true],
    ["ended", [began(burn), ended(burn)], true],
    ["doubted", [began(burn), { type: "doubted", step: burn, why: "?" }], true],
    ["failed, and not found absent", [began(burn), failed(burn)], true],
    ["failed, and found absent", [began(burn), failed(burn, true)], false],
    [
      "begun again after it was absent",
      [began(burn), failed(burn, true), { type: "triedAgain", step: burn }, began(burn, 2)],
      true,
    ],
    ["there already, not by our hand", [ended(burn, "already")], false],
  ])("%s", (_what, events, past) => expect(pastNoReturn(running(...events))).toBe(past));
  test("a run has begun with its first attempt", () => {
    expect(hasBegun(running())).toBe(false);
    expect(hasBegun(running(ended(put, "already")))).toBe(false);
    expect(hasBegun(running(began(put)))).toBe(true);
  });
});

test("folding the same entries twice gives the same, and folding does not touch them", () => {
  const list = entries(
    [requester, asked],
    planned(),
    granted,
    began(put, 1, 3),
    { type: "noted", step: put, attempt: 1, note: { job: "j" } },
    ended(put),
  );
  const text = JSON.stringify(list);
  expect(fold(id, list)).toEqual(fold(id, list));
  expect(JSON.stringify(list)).toBe(text);
});
