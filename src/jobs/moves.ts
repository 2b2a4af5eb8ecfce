import { hasBegun, pastNoReturn, type RunView, type StepView } from "../core/fold.js";

/** The one next thing a run needs. */
export type Move =
  | { readonly do: "plan" }
  /** Nobody has to approve: Sluice grants. */
  | { readonly do: "grant" }
  /** A grant lay unused too long: ask again. */
  | { readonly do: "stale" }
  | { readonly do: "expire" }
  | { readonly do: "cancel" }
  /** Locks, then look and plan again. */
  | { readonly do: "start" }
  | { readonly do: "step"; readonly step: StepView }
  | { readonly do: "unwind"; readonly step: StepView }
  | { readonly do: "finish"; readonly outcome: "succeeded" | "undone" }
  | { readonly do: "continue" }
  /** People, the far end, or a lock: nothing for a worker to do. */
  | { readonly do: "rest" };

export interface Limits {
  /** From card to last vote, in milliseconds. */
  readonly voteMs: number;
  /** From grant to first step, in milliseconds. */
  readonly grantMs: number;
}

/** What a worker should do with a run now. Pure: the same entries and time give the same move. */
export function nextMove(view: RunView, now: number, limits: Limits): Move {
  const planned = view.planned;
  if (view.outcome) return { do: "rest" };
  if (!planned || planned.settled?.outcome === "changed") return view.cancel ? { do: "cancel" } : { do: "plan" };
  if (!planned.settled) return beforeGrant(view, now, limits);
  if (!hasBegun(view) && !view.steps.some((step) => step.phase !== "pending")) {
    if (view.cancel) return { do: "cancel" };
    if (now - Date.parse(planned.settled.at) > limits.grantMs) return { do: "stale" };
    return { do: "start" };
  }
  return afterStart(view);
}

/** Whether a worker leaves this move be: there is nothing to do, or read-only mode forbids it. */
export function restsUnder({ readOnly }: { readonly readOnly: boolean }, move: Move): boolean {
  if (move.do === "rest") return true;
  if (!readOnly) return false;
  return move.do === "unwind" || (move.do === "step" && move.step.planned.effect !== "read");
}

function beforeGrant(view: RunView, now: number, limits: Limits): Move {
  const planned = view.planned;
  if (view.cancel) return { do: "cancel" };
  if (planned?.demand.nobody) return { do: "grant" };
  if (planned && now - Date.parse(planned.at) > limits.voteMs) return { do: "expire" };
  return { do: "rest" };
}

function afterStart(view: RunView): Move {
  if (view.child && view.child.outcome === undefined) return { do: "rest" };
  if (view.steps.some((step) => step.phase === "doubted" || step.phase === "undoFailed")) return { do: "rest" };
  const behind = pastNoReturn(view);
  const failed = view.steps.some((step) => step.phase === "failed");
  const undoing = view.steps.some((step) => step.phase === "undoing" || step.phase === "undone");
  const busy = view.steps.find((step) => step.phase === "begun" || step.phase === "waiting" || step.phase === "held");
  if (failed && behind) return { do: "rest" };
  if (failed || undoing || (view.cancel && !behind && !(busy && !mayBeLeft(busy)))) return unwindMove(view);
  const step = view.steps.find((each) => each.phase !== "ended");
  if (step) return { do: "step", step };
  if (view.planned?.plan.then && !view.child) return { do: "continue" };
  return { do: "finish", outcome: "succeeded" };
}

/** A cancel waits for the border of the step that runs, unless somebody holds it, or its way back stops what runs at the far end. */
export const mayBeLeft = (step: StepView): boolean =>
  step.phase === "held" || (step.phase === "waiting" && step.planned.interruptible === true);

function unwindMove(view: RunView): Move {
  const step = [...view.steps].reverse().find(needsUndo);
  return step ? { do: "unwind", step } : { do: "finish", outcome: "undone" };
}

/** Begun by our hand or by the one we asked, not taken back yet, and there is something to take back. */
function needsUndo(step: StepView): boolean {
  if ((step.attempt === 0 && !step.handed) || step.how === "already" || step.phase === "undone") return false;
  // a person who was asked for what has no way back may have done it: looked at before anything says that nothing of it is left
  return (
    step.planned.undo.way === "back" || (step.planned.undo.way === "none" && step.handed && step.phase !== "ended")
  );
}
