import type { StepView } from "../core/fold.js";
import { LeaseLost } from "../core/journal.js";
import type { Json } from "../core/json.js";
import { asProblem, type Problem } from "../core/problems.js";
import type { Probe, Undo } from "../runbooks/define.js";
import type { Draft } from "./draft.js";
import type { Engine } from "./engine.js";
import { leaseCheck } from "./guard.js";
import { takeBackByHand } from "./handing.js";
import { codeOf, codeProblem, pastOf, probeStep } from "./probing.js";
import { stepTools } from "./tools.js";

const tries = 3;

/**
 * Takes one step back (rule 6): asked before and after. Absent: `undone`. Foreign: left alone and said.
 * Anything else after three tries: `undoFailed`, and the run parks.
 */
export async function undoStep(engine: Engine, draft: Draft, stepId: string): Promise<void> {
  const unreadable = codeProblem(engine, draft.view, stepOf(draft, stepId));
  if (unreadable !== undefined) {
    await draft.append([{ type: "undoFailed", step: stepId, problem: unreadable }]);
    return;
  }
  let problem: Problem | undefined;
  let last: Probe<Json> = await probeStep(engine, draft.view, stepOf(draft, stepId));
  if (await gone(draft, stepId, last)) return;
  const step = stepOf(draft, stepId);
  if (step.planned.by !== "sluice") {
    await takeBackByHand(engine, draft, step);
    return;
  }
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    if (stepOf(draft, stepId).phase !== "undoing") await draft.append([{ type: "undoBegan", step: stepId }]);
    problem = await takeBack(engine, draft, stepId);
    last = await settle(engine, draft, stepId);
    if (await gone(draft, stepId, last)) return;
  }
  const what = problem?.sentence ?? `It is still there (${last.found}).`;
  await draft.append([
    {
      type: "undoFailed",
      step: stepId,
      problem: `Could not take back "${stepOf(draft, stepId).planned.says}". ${what}`,
    },
  ]);
}

function stepOf(draft: Draft, id: string): StepView {
  const step = draft.view.steps.find((each) => each.planned.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return step;
}

async function gone(draft: Draft, step: string, probe: Probe<Json>): Promise<boolean> {
  if (probe.found === "absent") await draft.append([{ type: "undone", step }]);
  else if (probe.found === "foreign")
    await draft.append([{ type: "undone", step, note: `Left alone: ${probe.what}.` }]);
  else return false;
  return true;
}

async function takeBack(engine: Engine, draft: Draft, stepId: string): Promise<Problem | undefined> {
  const step = stepOf(draft, stepId);
  const { def, input } = codeOf(engine, draft.view, step);
  const note = async (value: Json): Promise<void> =>
    void (await draft.append([{ type: "noted", step: stepId, attempt: step.attempt, note: value }]));
  const undoTicket = step.notes.length + 1;
  const tools = {
    ...stepTools(engine, draft.view, step, step.attempt, note),
    ticket: `${draft.view.id}-${stepId}-u${undoTicket}`,
  };
  const past = { ...pastOf(step), ...(step.output === undefined ? {} : { output: step.output }) };
  try {
    await (def.undo as Undo<unknown, unknown>).run(input, past, tools);
    return undefined;
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    return asProblem(error);
  }
}

/** The longest a host's script may run, and a little more. */
const longestMs = 45 * 60_000;
const pollMs = { soon: 1_000, running: 5_000 } as const;

/** The world may take a moment to show it. What runs is waited for: a host needs minutes where an array needs seconds, and starting it anew would be wrong. */
async function settle(engine: Engine, draft: Draft, stepId: string): Promise<Probe<Json>> {
  const latest = engine.clock.now() + longestMs;
  let until = engine.clock.now() + engine.timings.settleMs;
  for (let pauseMs = 50; ; pauseMs *= 1.6) {
    const probe = await probeStep(engine, draft.view, stepOf(draft, stepId));
    if (probe.found === "absent" || probe.found === "foreign") return probe;
    const isRunning = probe.found === "running" && engine.clock.now() < latest;
    if (isRunning) until = engine.clock.now() + engine.timings.settleMs;
    if (engine.clock.now() >= until) return probe;
    pauseMs = Math.min(pauseMs, isRunning ? pollMs.running : pollMs.soon);
    await engine.clock.sleep(pauseMs);
    await leaseCheck();
  }
}
