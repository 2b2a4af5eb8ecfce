import { hashOf } from "../../src/core/ids.js";
import { fold, pastNoReturn, type RunView, type StepView } from "../../src/core/fold.js";
import type { TestEngine } from "../support/engine.js";
import type { TestWorld } from "../support/world.js";

/**
 * All that what comes next can hang on, between two steps, as a hash: the world, what waits there for its time, what was destroyed, the locks, and where
 * each open run stands. Left out are times of day, tries and how a thing became known; what was taken back counts as never begun, and of a
 * run that is taken back only that counts which is still to go.
 */
export async function stateOf(
  world: TestWorld,
  engine: TestEngine,
  since: { readonly chain: number; readonly destroyed: readonly string[] },
): Promise<string> {
  const { store } = engine;
  const runs = await Promise.all((await store.open()).map(async (run) => standOf(fold(run, await store.peek(run)))));
  const all = { world: world.snapshot(), due: world.fabric.due(), since, locks: await store.locks(), runs };
  return hashOf(JSON.stringify(all));
}

const standOf = (view: RunView): unknown => ({
  run: view.id,
  plan: view.planned?.hash,
  status: view.status,
  past: pastNoReturn(view),
  child: view.child,
  cancel: view.cancel !== undefined,
  steps:
    view.status === "unwinding"
      ? view.steps.slice(0, view.steps.findLastIndex(isToGo) + 1).map(standOfStep)
      : view.steps.map(standOfStep),
});

/** Is this still to be taken back? What was done after it no longer matters then. */
const isToGo = ({ planned, phase, how }: StepView): boolean =>
  planned.undo.way === "back" && phase !== "pending" && phase !== "undone" && how !== "already";

function standOfStep({ planned: _, ...step }: StepView): unknown {
  if (step.phase === "pending" || step.phase === "undone") return "is not there";
  const { beganAt, lastBeganAt, endedAt, problem, ...rest } = step;
  const timeless = {
    ...rest,
    begun: beganAt !== undefined,
    again: lastBeganAt !== undefined,
    over: endedAt !== undefined,
    isProblem: problem !== undefined,
  };
  return step.phase === "ended" ? { ...timeless, ...howItEnded(step) } : timeless;
}

/** Which jobs and scripts it took, and how many, is past. */
function howItEnded({ how, attempt, notes }: Pick<StepView, "how" | "attempt" | "notes">): object {
  const flags = notes.flatMap((note) => Object.keys(note ?? {})).filter((each) => each !== "job");
  return { how: how === "recovered" ? "ran" : how, attempt: Math.min(attempt, 1), notes: [...new Set(flags)].sort() };
}
