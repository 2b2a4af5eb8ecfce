import type { Answer } from "../core/answer.js";
import { fillPlaces, showPlaces } from "../approvals/index.js";
import type { RunView, StepView } from "../core/fold.js";
import type { Json } from "../core/json.js";
import { said, type Said } from "../core/said.js";
import { showDuration } from "../core/units.js";
import { titleOf, type QuestionTools } from "./tools.js";

/** One sentence as an answer. */
export const sentence = (text: Said): Answer => ({ summary: text, parts: [{ kind: "text", text }] });

/** "1 clone", "4 clones" */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

export const ago = (iso: string, now: number): string => `${showDuration(Math.max(0, now - Date.parse(iso)))} ago`;

/** Who still has to say yes: "one of epic-owners". Undefined when nobody has to. */
export function stillAsked({ planned, asked }: Pick<RunView, "planned" | "asked">): string | undefined {
  if (!planned || planned.demand.nobody) return undefined;
  const yes = planned.votes.filter(({ vote, by }) => vote === "approve" && by.user !== asked.by.user);
  const open = fillPlaces(planned.demand.places, yes).filter((each) => each.open > 0);
  return showPlaces(open.map((each) => ({ label: each.place.label, count: each.open })));
}

/** The step a run is at, or the one it is stuck on. */
export function currentStep({ steps }: Pick<RunView, "steps">): StepView | undefined {
  const stuck = steps.find(({ phase }) =>
    ["failed", "doubted", "undoFailed", "held", "waiting", "begun", "undoing"].includes(phase),
  );
  return stuck ?? steps.find(({ phase }) => phase === "pending");
}

/** Where a run stands, in words: "step 3 of 6, Map four LUNs". */
export function whereItStands(view: RunView): Said {
  if (view.outcome) return ended(view);
  const step = currentStep(view);
  switch (view.status) {
    case "planning":
      return "looking and planning";
    case "deciding":
      return `waits for ${stillAsked(view) ?? "a yes"}`;
    case "granted":
      return "about to start";
    case "running":
      return atStep(view, step);
    case "waiting":
      return `${atStep(view, step)}, while the storage works`;
    case "held":
      return heldBy(view, step);
    case "doubted":
      return `waits for a person: it cannot tell whether this happened: ${step?.planned.says ?? "a step"}`;
    case "unwinding":
      return "taking back what was done";
    case "parked":
      return said`stopped, waits for a person: ${view.problem ?? "a step failed"}`;
    case "handingOn":
      return `goes on as ${view.child?.id ?? "its next request"}`;
    case "closed":
      return "over";
  }
}

function atStep(view: RunView, step: StepView | undefined): string {
  if (!step) return "running";
  return `step ${view.steps.indexOf(step) + 1} of ${view.steps.length}: ${step.planned.says}`;
}

function heldBy(view: RunView, step: StepView | undefined): string {
  const held = step?.held ?? view.held;
  switch (held?.why) {
    case "lock":
      return `waits for ${holders(held.detail)}`;
    case "arrayApproval":
      return `waits for the array's own approval${member(held.detail, "request") === undefined ? "" : ` (request ${String(member(held.detail, "request"))} on ${String(member(held.detail, "cluster") ?? "the array")})`}`;
    case "handOff":
      return `waits for a person to ${member(held.detail, "back") === true ? "take back" : "do"} a step that Sluice's login may not do: ${step?.planned.says ?? ""}`;
    default:
      return "on hold";
  }
}

function holders(detail: Json): string {
  const runs = (Array.isArray(detail) ? (detail as readonly Json[]) : []).map((each) => member(each, "run"));
  const names = [...new Set(runs.filter((each) => typeof each === "string"))];
  return names.length === 0
    ? "another request that works on the same things"
    : `${names.join(" and ")}, which ${names.length === 1 ? "works" : "work"} on the same things`;
}

const member = (detail: Json, key: string): Json | undefined =>
  typeof detail === "object" && detail !== null && !Array.isArray(detail)
    ? (detail as { readonly [key: string]: Json | undefined })[key]
    : undefined;

const outcomes = {
  succeeded: "done",
  undone: "failed, everything taken back",
  abandoned: "handed to a person",
  refused: "not possible",
  denied: "denied",
  expired: "expired",
  cancelled: "cancelled",
} as const;

function ended(view: RunView): string {
  if (view.outcome === undefined) return "over";
  return view.outcome === "undone" && view.cancel ? "cancelled, everything taken back" : outcomes[view.outcome];
}

/** "Clone prod for training (rabc…): step 3 of 6: Map … Asked by Sam 4 min ago." */
export function runLine(view: RunView, tools: QuestionTools): Said {
  const title = titleOf(tools, view.asked.runbook, view.asked.request);
  const began =
    view.planned?.settled?.outcome === "granted" && !view.outcome
      ? `, runs for ${showDuration(Math.max(0, tools.now - Date.parse(view.planned.settled.at)))}`
      : "";
  return said`${title} (${view.id}): ${whereItStands(view)}${began}. Asked by ${view.asked.by} ${ago(view.asked.at, tools.now)}.`;
}
