import { describe, expect, test } from "@jest/globals";
import type { RunEvent } from "../../src/core/events.js";
import { fold, type RunView } from "../../src/core/fold.js";
import { hashOf, runIdFor } from "../../src/core/ids.js";
import { planBytes, type Plan } from "../../src/core/plan.js";
import { nextMove } from "../../src/jobs/moves.js";
import { draw } from "../../src/runbooks/define.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

const limits = { voteMs: 60 * 60_000, grantMs: 15 * 60_000 };
const at = "2026-11-22T14:00:00.000Z";
const start = Date.parse(at);
const id = runIdFor("moves");
const run = shelfRunbook(new Shelf());
/** 1-put (back), 2-paint (stays), 3-burn (none), 4-paint (stays). */
const { plan } = draw(run, { box: "a", burn: "old" }, { there: ["old"] });
const bytes = planBytes(plan);
const hash = hashOf(bytes);
const asked: RunEvent = {
  type: "asked",
  from: { team: "T", channel: "C", ts: "1.1", eventId: "E" },
  text: "tidy",
  runbook: "tidy",
  request: {},
  timeZone: "UTC",
};
const planned = (of: Plan = plan, nobody = true): RunEvent => ({
  type: "planned",
  bytes: planBytes(of),
  hash: hashOf(planBytes(of)),
  facts: [],
  demand: { places: nobody ? [] : [{ group: "S1", label: "g", count: 1, forSteps: [], why: "" }], nobody },
  key: "k",
});
const settled = (outcome: "granted" | "denied" | "expired" | "cancelled" | "changed"): RunEvent => ({
  type: "settled",
  outcome,
  hash,
});
const granted = [planned(), settled("granted")];
const cancel: RunEvent = { type: "cancelAsked" };
const began = (step: string, attempt = 1): RunEvent => ({ type: "began", step, attempt, before: null });
const ended = (step: string, how: "ran" | "already" = "ran"): RunEvent => ({ type: "ended", step, output: {}, how });
const did = (...steps: string[]): RunEvent[] => steps.flatMap((step) => [began(step), ended(step)]);
const failed = (step: string, absent = false): RunEvent => ({ type: "failed", step, problem: "no", absent });
const put = "1-put";
const paint = "2-paint";
const burn = "3-burn";
const last = "4-paint";
const all = did(put, paint, burn, last);
const waiting: RunEvent = { type: "waiting", step: put, watch: { kind: "timer", at } };
const heldAt = (step: string | null): RunEvent => ({
  type: "held",
  step,
  attempt: 1,
  why: step === null ? "lock" : "arrayApproval",
  detail: {},
});
const doubted = (step: string): RunEvent => ({ type: "doubted", step, why: "?" });
const answered = (step: string, answer: "checkAgain" | "happened" | "didNot"): RunEvent => ({
  type: "answered",
  step,
  answer,
  reason: "looked",
});
const undone = (step: string): RunEvent => ({ type: "undone", step });
const undoFailed: RunEvent = { type: "undoFailed", step: put, problem: "no" };
const child = runIdFor("child");
const continued: RunEvent = { type: "continued", child };

const viewOf = (events: readonly RunEvent[]): RunView =>
  fold(
    id,
    [asked, ...events].map((event, i) => ({ seq: i + 1, at, by: "sluice" as const, event })),
  );
/** A move as a word, with its step or outcome. */
function moveOf(events: readonly RunEvent[], afterMs = 0): string {
  const move = nextMove(viewOf(events), start + afterMs, limits);
  if ("step" in move) return `${move.do} ${move.step.planned.id}`;
  return "outcome" in move ? `${move.do} ${move.outcome}` : move.do;
}

describe("before anything is begun", () => {
  test.each<[string, readonly RunEvent[], number, string]>([
    ["asked", [], 0, "plan"],
    ["asked, and cancelled before there is a plan", [cancel], 0, "cancel"],
    ["nobody has to approve", [planned()], 0, "grant"],
    ["nobody has to approve, found late", [planned()], limits.voteMs * 3, "grant"],
    ["people vote", [planned(plan, false)], limits.voteMs, "rest"],
    ["nobody voted in time", [planned(plan, false)], limits.voteMs + 1, "expire"],
    ["cancelled while people vote", [planned(plan, false), cancel], 0, "cancel"],
    ["granted", granted, limits.grantMs, "start"],
    ["granted, and not begun in time", granted, limits.grantMs + 1, "stale"],
    ["granted, and waits for a lock", [...granted, heldAt(null)], 0, "start"],
    ["granted, and cancelled", [...granted, cancel], 0, "cancel"],
    ["the plan has changed", [...granted, settled("changed")], 0, "plan"],
    ["the plan has changed, and it was cancelled", [...granted, settled("changed"), cancel], 0, "cancel"],
    ["planned again", [...granted, settled("changed"), planned(plan, false)], 0, "rest"],
    ["refused", [{ type: "refused", problem: "no" }], 0, "rest"],
    ["denied", [planned(plan, false), settled("denied")], 0, "rest"],
    ["expired", [planned(plan, false), settled("expired")], 0, "rest"],
    ["cancelled", [planned(plan, false), settled("cancelled")], 0, "rest"],
  ])("%s", (_what, events, afterMs, move) => expect(moveOf(events, afterMs)).toBe(move));
});

describe("on the way", () => {
  test.each<[string, readonly RunEvent[], string]>([
    ["the first step is begun", [began(put)], `step ${put}`],
    ["however long ago the grant was", [...did(put)], `step ${paint}`],
    ["the first step was there already", [ended(put, "already")], `step ${paint}`],
    ["it waits: the worker who is woken goes on with it", [began(put), waiting], `step ${put}`],
    ["held by the array", [began(put), heldAt(put)], `step ${put}`],
    ["doubted", [began(put), doubted(put)], "rest"],
    ["doubted, and answered", [began(put), doubted(put), answered(put, "checkAgain")], `step ${put}`],
    ["doubted, cancel or not", [began(put), doubted(put), cancel], "rest"],
    ["all ended", all, "finish succeeded"],
    ["handed over and closed", [began(put), { type: "finished", outcome: "abandoned" }], "rest"],
  ])("%s", (_what, events, move) => expect(moveOf([...granted, ...events], limits.grantMs * 9)).toBe(move));
});

describe("failures and cancel before the point of no return", () => {
  test.each<[string, readonly RunEvent[], string]>([
    ["the failed step itself is taken back first, whatever is there of it", [began(put), failed(put)], `unwind ${put}`],
    ["also when it was found absent", [began(put), failed(put, true)], `unwind ${put}`],
    ["what stays is passed over", [...did(put), began(paint), failed(paint)], `unwind ${put}`],
    ["what was there already is not ours", [ended(put, "already"), began(paint), failed(paint)], "finish undone"],
    ["nothing begun by our hand", [failed(put)], "finish undone"],
    ["all taken back", [...did(put), began(paint), failed(paint), undone(put)], "finish undone"],
    ["being taken back", [began(put), failed(put), { type: "undoBegan", step: put }], `unwind ${put}`],
    ["could not be taken back", [began(put), failed(put), undoFailed], "rest"],
    [
      "could not be taken back, and somebody says try again",
      [began(put), failed(put), { type: "undoBegan", step: put }, undoFailed, { type: "triedAgain", step: put }],
      `unwind ${put}`,
    ],
    [
      "a destroy that the array rejected never happened",
      [...did(put, paint), began(burn), failed(burn, true)],
      `unwind ${put}`,
    ],
    ["cancelled at a border", [...did(put), cancel], `unwind ${put}`],
    ["cancelled within a step: it is ended first", [began(put), cancel], `step ${put}`],
    ["cancelled while it waits: it is ended first", [began(put), waiting, cancel], `step ${put}`],
    ["cancelled while held: that is a border", [...did(put), began(paint), heldAt(paint), cancel], `unwind ${put}`],
  ])("%s", (_what, events, move) => expect(moveOf([...granted, ...events])).toBe(move));
});

describe("behind the point of no return nothing is taken back", () => {
  const behind = did(put, paint, burn);
  test.each<[string, readonly RunEvent[], string]>([
    ["a failure parks", [...behind, began(last), failed(last)], "rest"],
    ["a failed destroy that was not found absent parks", [...did(put, paint), began(burn), failed(burn)], "rest"],
    ["try again", [...behind, began(last), failed(last), { type: "triedAgain", step: last }], `step ${last}`],
    ["cancel is too late", [...behind, cancel], `step ${last}`],
    ["cancel while the destroying step runs is too late", [...did(put, paint), began(burn), cancel], `step ${burn}`],
    [
      "a destroy that was there already is not our hand",
      [...did(put, paint), ended(burn, "already"), began(last), failed(last)],
      `unwind ${put}`,
    ],
  ])("%s", (_what, events, move) => expect(moveOf([...granted, ...events])).toBe(move));
});

describe("chains", () => {
  const chained: Plan = { ...plan, then: { runbook: "tidy", request: { box: "b" }, when: true } };
  const grant: RunEvent[] = [
    planned(chained),
    { type: "settled", outcome: "granted", hash: hashOf(planBytes(chained)) },
  ];
  test.each<[string, readonly RunEvent[], string]>([
    ["the next run is made when all steps have ended", all, "continue"],
    ["not before", did(put, paint, burn), `step ${last}`],
    ["waits for it", [...all, continued], "rest"],
    [
      "closes when it has ended",
      [...all, continued, { type: "childEnded", child, outcome: "succeeded" }],
      "finish succeeded",
    ],
    [
      "also when it was denied",
      [...all, continued, { type: "childEnded", child, outcome: "denied" }],
      "finish succeeded",
    ],
    ["a failure makes no next run", [began(put), failed(put, true), undone(put)], "finish undone"],
  ])("%s", (_what, events, move) => expect(moveOf([...grant, ...events])).toBe(move));
});

test("a plan without steps starts, to be closed", () => {
  const empty: Plan = { ...plan, steps: [] };
  expect(moveOf([planned(empty), { type: "settled", outcome: "granted", hash: hashOf(planBytes(empty)) }])).toBe(
    "start",
  );
});

test("a step whose way back stops what runs is left by a cancel while it waits, and only then", () => {
  const steps = plan.steps.map((step) => (step.id === put ? { ...step, interruptible: true as const } : step));
  const of = { ...plan, steps };
  const grant: RunEvent = { type: "settled", outcome: "granted", hash: hashOf(planBytes(of)) };
  const after = (...events: RunEvent[]) => {
    const entries = [asked, planned(of), grant, ...events].map((event, i) => ({
      seq: i + 1,
      at,
      by: "sluice" as const,
      event,
    }));
    const move = nextMove(fold(id, entries), start, limits);
    return "step" in move ? `${move.do} ${move.step.planned.id}` : move.do;
  };
  expect(after(began(put), waiting)).toBe(`step ${put}`);
  expect(after(began(put), waiting, cancel)).toBe(`unwind ${put}`);
  expect(after(began(put), cancel)).toBe(`step ${put}`);
});
