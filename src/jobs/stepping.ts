import { isoNow } from "../core/clock.js";
import type { StepView } from "../core/fold.js";
import { LeaseLost } from "../core/journal.js";
import type { Json } from "../core/json.js";
import { asProblem, type Problem } from "../core/problems.js";
import type { Tools } from "../runbooks/tools.js";
import type { AnyStep, Past } from "../runbooks/define.js";
import type { Draft } from "./draft.js";
import type { Engine } from "./engine.js";
import { leaseCheck } from "./guard.js";
import { doByHand } from "./handing.js";
import { judge, type Situation, type Verdict } from "./judge.js";
import { checked, codeOf, codeProblem, pastOf, probeStep } from "./probing.js";
import { readTools, runFacts, stepTools } from "./tools.js";

/** One step, from wherever it stands to where a worker can do no more with it now. */
export async function doStep(engine: Engine, draft: Draft, stepId: string): Promise<void> {
  const first = stepOf(draft, stepId);
  const unreadable = codeProblem(engine, draft.view, first);
  if (unreadable !== undefined) {
    await draft.append([{ type: "failed", step: stepId, problem: unreadable, absent: first.attempt === 0 }]);
    return;
  }
  if (first.phase === "held" && !(await letGo(engine, draft, first))) return;
  if (first.attested) {
    await takeWord(engine, draft, first);
    return;
  }
  if (first.planned.by !== "sluice") {
    await doByHand(engine, draft, first);
    return;
  }
  let situation = situationOf(first);
  let settleUntil = engine.clock.now() + (situation.kind === "first" ? 0 : engine.timings.settleMs);
  let pauseMs = 50;
  for (;;) {
    const verdict = await ask(engine, draft, stepId, situation, engine.clock.now() >= settleUntil);
    if (verdict.do === "append") {
      await draft.append([checked(engine, draft, stepId, verdict.event)]);
      return;
    }
    if (verdict.do === "sleep") {
      if (await tend(engine, draft, stepId)) continue;
      const step = stepOf(draft, stepId);
      if (step.phase !== "waiting" || JSON.stringify(step.watch) !== JSON.stringify(verdict.watch)) {
        await draft.append([{ type: "waiting", step: stepId, watch: verdict.watch }]);
      }
      return;
    }
    if (verdict.do === "lookAgain") {
      await engine.clock.sleep(pauseMs);
      await leaseCheck(); // Looking may take longer than a lease lasts: two workers would take it from each other for ever.
      pauseMs = Math.min(pauseMs * 1.6, 1_000);
      continue;
    }
    const called = await begin(engine, draft, stepId);
    if (called.held) return;
    situation = called.problem ? { kind: "called", problem: called.problem } : { kind: "called" };
    settleUntil = engine.clock.now() + engine.timings.settleMs;
    pauseMs = 50;
  }
}

/**
 * Work that lasts for days may need a hand by the clock. True: it got one, and is looked at again. What goes wrong in it is tried at the next
 * look; the work itself goes on.
 */
async function tend(engine: Engine, draft: Draft, stepId: string): Promise<boolean> {
  const step = stepOf(draft, stepId);
  const { def, input } = codeOf(engine, draft.view, step);
  if (!def.tend || step.attempt === 0) return false;
  const note = async (value: Json): Promise<void> =>
    void (await draft.append([{ type: "noted", step: stepId, attempt: step.attempt, note: value }]));
  try {
    const tools = stepTools(engine, draft.view, step, step.attempt, note);
    return await def.tend(input, tools, pastOf(step), isoNow(engine.clock));
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    engine.log.warn({ err: error, run: draft.view.id, step: stepId }, "a step that runs could not be tended");
    return false;
  }
}

function stepOf(draft: Draft, id: string): StepView {
  const step = draft.view.steps.find((each) => each.planned.id === id);
  if (!step) throw new Error(`no step ${id}`);
  return step;
}

function situationOf(step: StepView): Situation {
  if (step.attempt === 0) return { kind: "first" };
  return step.phase === "waiting" ? { kind: "woken" } : { kind: "resumed" };
}

/** "It happened": taken when the world agrees, or when no later step needs what this one gave. */
async function takeWord(engine: Engine, draft: Draft, step: StepView): Promise<void> {
  const id = step.planned.id;
  const probe = await probeStep(engine, draft.view, step);
  if (probe.found === "done") {
    await draft.append([
      checked(engine, draft, id, { type: "ended", step: id, output: probe.output, how: "attested" }),
    ]);
    return;
  }
  const empty = codeOf(engine, draft.view, step).def.output.safeParse({});
  const why = `Somebody said that it happened, but it cannot be seen (${probe.found}), and later steps need what it gave.`;
  await draft.append([
    empty.success ? { type: "ended", step: id, output: {}, how: "attested" } : { type: "doubted", step: id, why },
  ]);
}

/** An array's own approval: is it given? Answers true when the step may go on. */
async function letGo(engine: Engine, draft: Draft, step: StepView): Promise<boolean> {
  if (step.held?.why !== "arrayApproval") return true;
  const detail = step.held.detail as { cluster?: string; request?: number };
  if (detail.cluster === undefined || detail.request === undefined) return false;
  const request = await engine.farEnds
    .ontap(detail.cluster)
    .mav.findRequest(detail.request)
    .catch(() => "unknown" as const);
  if (request === "unknown") return false;
  // A request that is gone says nothing either way: the probe looks, and the call asks for approval anew where it is still wanted.
  if (request === undefined || request.state === "approved" || request.state === "executed") return true;
  if (request.state === "vetoed" || request.state === "expired") {
    const problem = `The array's own approval, request ${detail.request} on ${detail.cluster}, was ${request.state}.`;
    await draft.append([{ type: "failed", step: step.planned.id, problem, absent: true }]);
  }
  return false;
}

async function ask(
  engine: Engine,
  draft: Draft,
  stepId: string,
  situation: Situation,
  settled: boolean,
): Promise<Verdict> {
  const step = stepOf(draft, stepId);
  const { attempt, closed } = step;
  const probe = await probeStep(engine, draft.view, step);
  return judge(probe, situation, { step: stepId, effect: step.planned.effect, attempt, closed, settled });
}

/** `began`, durable, then the call; repeated while it was not sent or may be tried again. */
async function begin(engine: Engine, draft: Draft, stepId: string): Promise<{ held: boolean; problem?: Problem }> {
  const step = stepOf(draft, stepId);
  const { def, input } = codeOf(engine, draft.view, step);
  const attempt = step.attempt + 1;
  let before: Json = step.before ?? null;
  if (step.attempt === 0 && def.before) {
    try {
      before = await def.before(input, readTools(engine, runFacts(draft.view)));
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      await draft.append([{ type: "failed", step: stepId, problem: asProblem(error).sentence, absent: true }]);
      return { held: true };
    }
  }
  await draft.append([{ type: "began", step: stepId, attempt, before }]);
  const note = async (value: Json): Promise<void> =>
    void (await draft.append([{ type: "noted", step: stepId, attempt, note: value }]));
  const tools = stepTools(engine, draft.view, step, attempt, note);
  const problem = await call(engine, def, input, tools, { ...pastOf(step), before, attempt });
  if (problem?.code === "262325") {
    const detail: Json = {
      cluster: clusterOf(problem),
      request: (problem.detail?.["mavRequest"] as number | undefined) ?? null,
    };
    await draft.append([{ type: "held", step: stepId, attempt, why: "arrayApproval", detail }]);
    return { held: true };
  }
  return problem ? { held: false, problem } : { held: false };
}

const clusterOf = (problem: Problem): string =>
  (problem.detail?.["cluster"] as string | undefined) ?? (problem.from ?? "").replace(/^ONTAP /, "");

async function call(
  engine: Engine,
  def: AnyStep,
  input: unknown,
  tools: Tools,
  past: Past,
): Promise<Problem | undefined> {
  const until = engine.clock.now() + engine.timings.stepMs;
  for (let pauseMs = 200; ; pauseMs = Math.min(pauseMs * 2, 5_000)) {
    try {
      await def.run(input, tools, past);
      return undefined;
    } catch (error) {
      if (error instanceof LeaseLost) throw error;
      const problem = asProblem(error);
      if (!(error === problem))
        engine.log.error({ err: error, run: tools.run.id }, "a step threw something that is no Problem");
      const again = problem.kind === "notSent" || (problem.kind === "rejected" && problem.retryable);
      const waitMs = problem.retryAfterMs ?? pauseMs;
      if (!again || engine.clock.now() + waitMs > until) return problem;
      await engine.clock.sleep(waitMs);
    }
  }
}
