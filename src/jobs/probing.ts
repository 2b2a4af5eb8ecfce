import type { RunView, StepView } from "../core/fold.js";
import type { RunEvent } from "../core/events.js";
import { LeaseLost } from "../core/journal.js";
import type { Json } from "../core/json.js";
import { asProblem, InDoubt } from "../core/problems.js";
import { resolveRefs } from "../core/refs.js";
import { tagOf } from "../runbooks/tools.js";
import type { AnyStep, Past, Probe } from "../runbooks/define.js";
import type { Draft } from "./draft.js";
import type { Engine } from "./engine.js";
import { readTools, runFacts } from "./tools.js";

/** The code of a planned step, and its input with every Ref replaced and checked. Throws when the registry no longer has it. */
export function codeOf(engine: Engine, view: RunView, step: StepView): { def: AnyStep; input: unknown } {
  const plan = view.planned?.plan;
  const runbook = plan && engine.registry.find(plan.runbook, plan.version);
  const def = runbook && (runbook.steps as Record<string, AnyStep>)[step.planned.uses];
  if (!def) throw new Error(`version ${plan?.version} of ${plan?.runbook} is not in this version of Sluice`);
  const outputs = new Map(
    view.steps
      .filter((each) => each.phase === "ended" || each.output !== undefined)
      .map((each) => [each.planned.id, { output: each.output ?? null, at: each.endedAt ?? "" }]),
  );
  const resolved = resolveRefs(step.planned.input, { run: { id: view.id, tag: tagOf(view.id) }, outputs });
  return { def, input: def.input.parse(resolved) };
}

/** Why a planned step cannot be run by this version, as a sentence; undefined when it can. */
export function codeProblem(engine: Engine, view: RunView, step: StepView): string | undefined {
  try {
    codeOf(engine, view, step);
    return undefined;
  } catch (error) {
    engine.log.error({ err: error, run: view.id, step: step.planned.id }, "a planned step cannot be read");
    return `This version of Sluice cannot run the step "${step.planned.says}" (reference ${view.id}).`;
  }
}

/** Handing a step to a person is its one attempt: from then on it may have happened. */
export const pastOf = (step: StepView): Past => ({
  ...(step.before === undefined ? {} : { before: step.before }),
  notes: step.notes,
  attempt: step.handed ? Math.max(1, step.attempt) : step.attempt,
});

/** Asks the world. What cannot be asked is unclear, with the reason. */
export async function probeStep(engine: Engine, view: RunView, step: StepView): Promise<Probe<Json>> {
  const { def, input } = codeOf(engine, view, step);
  try {
    return (await def.probe(input, readTools(engine, runFacts(view)), pastOf(step))) as Probe<Json>;
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const problem = asProblem(error);
    if (problem instanceof InDoubt && problem.cause instanceof Error)
      engine.log.warn({ err: problem.cause, run: view.id, step: step.planned.id }, "probe failed");
    return { found: "unclear", why: problem.sentence };
  }
}

/** An output must be one later steps can use: what the schema refuses is doubted, not stored. */
export function checked(engine: Engine, draft: Draft, stepId: string, event: RunEvent): RunEvent {
  if (event.type !== "ended") return event;
  const step = draft.view.steps.find((each) => each.planned.id === stepId);
  if (!step) throw new Error(`no step ${stepId}`);
  const { def } = codeOf(engine, draft.view, step);
  const parsed = def.output.safeParse(event.output);
  if (parsed.success) return event;
  engine.log.error(
    { run: draft.view.id, step: stepId, issues: parsed.error.issues },
    "a probe gave an output its schema refuses",
  );
  return { type: "doubted", step: stepId, why: "It was done, but what it gave could not be read back." };
}
