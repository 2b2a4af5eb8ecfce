import { ZodError } from "zod";
import type { RunView } from "../core/fold.js";
import type { RunEvent } from "../core/events.js";
import { hashOf, randomKey } from "../core/ids.js";
import type { Json } from "../core/json.js";
import { planBytes, type Fact, type Plan } from "../core/plan.js";
import { Problem, Refusal } from "../core/problems.js";
import { said } from "../core/said.js";
import { draw, type AnyRunbook, type Drawn } from "../runbooks/define.js";
import type { ReadTools, RunFacts } from "../runbooks/tools.js";
import { difference } from "./difference.js";
import type { Engine } from "./engine.js";
import { readTools, runFacts } from "./tools.js";

/** Looks and plans; nothing is changed anywhere. Throws a Problem: a Refusal is the runbook saying no. */
export async function look(
  engine: Pick<Engine, "inventory" | "farEnds" | "store">,
  runbook: AnyRunbook,
  request: Json,
  run: RunFacts,
): Promise<Drawn> {
  const tools: ReadTools = readTools(engine, run);
  const valid = validRequest(runbook, request);
  const facts: unknown = await runbook.observe(valid, tools);
  const { clusters } = engine.inventory;
  return draw(
    runbook,
    valid,
    facts,
    (cluster, family) => clusters.find((each) => each.name === cluster)?.handOff.includes(family) ?? false,
  );
}

function validRequest(runbook: AnyRunbook, request: Json): Json {
  try {
    return runbook.request.parse(request) as Json;
  } catch (error) {
    if (!(error instanceof ZodError)) throw error;
    const what = error.issues.map((issue) => `${issue.path.join(".") || runbook.name}: ${issue.message}`).join("; ");
    throw new Refusal(`I cannot plan this ${runbook.name}: ${what}.`, { next: "Nothing was changed." });
  }
}

/** The plan move: `planned`, or `refused` with a sentence. */
export async function planEvents(engine: Engine, view: RunView): Promise<readonly RunEvent[]> {
  const runbook = engine.registry.find(view.asked.runbook);
  if (!runbook)
    return [
      {
        type: "refused",
        problem: `"${view.asked.runbook}" is not available in this version of Sluice. Nothing was changed.`,
      },
    ];
  try {
    const drawn = await look(engine, runbook, view.asked.request, runFacts(view));
    return plannedEvents(engine, view, drawn);
  } catch (error) {
    return [refusedBy(engine, view, error)];
  }
}

/** A sentence for whatever stopped the planning. Bugs are logged with their stack and told without it. */
export function refusedBy(engine: Pick<Engine, "log">, view: Pick<RunView, "id">, error: unknown): RunEvent {
  if (error instanceof Refusal) {
    const choices = error.detail?.["choices"] as { label: string; say: string }[] | undefined;
    return { type: "refused", problem: error.said, ...(choices ? { choices } : {}) };
  }
  if (error instanceof Problem) return { type: "refused", problem: said`${error.said} Nothing was changed.` };
  engine.log.error({ err: error, run: view.id }, "planning failed by a mistake of ours");
  return {
    type: "refused",
    problem: `Sluice made a mistake while planning (reference ${view.id}). Nothing was changed; the log has the details.`,
  };
}

function plannedEvents(engine: Engine, view: RunView, { plan, facts }: Drawn): readonly RunEvent[] {
  const planned = plannedEvent(engine, view, plan, facts);
  if (planned.demand.denied !== undefined) {
    return [planned, { type: "refused", problem: `${planned.demand.denied} Nothing was changed.` }];
  }
  if (engine.readOnly && plan.steps.some((step) => step.effect !== "read")) {
    return [
      planned,
      { type: "refused", problem: "Sluice is in read-only mode: this is what it would do. Nothing was changed." },
    ];
  }
  return [planned];
}

type PlannedEvent = Extract<RunEvent, { type: "planned" }>;

function plannedEvent(engine: Engine, view: RunView, plan: Plan, facts: readonly Fact[]): PlannedEvent {
  const bytes = planBytes(plan);
  const before = view.planned?.plan;
  return {
    type: "planned",
    bytes,
    hash: hashOf(bytes),
    facts,
    demand: engine.demand(plan, view),
    key: randomKey(),
    ...(before ? { difference: difference(before, plan) } : {}),
  };
}

/** Rule 1: with the locks held and nothing begun, is the plan of today still the plan that was granted? Empty: it is. */
export async function planAgain(engine: Engine, view: RunView): Promise<readonly RunEvent[]> {
  const runbook = engine.registry.find(view.asked.runbook, view.planned?.plan.version);
  const granted = view.planned;
  if (!runbook || !granted)
    return [
      { type: "refused", problem: "The runbook of this plan is not in this version of Sluice. Nothing was changed." },
    ];
  try {
    const drawn = await look(engine, runbook, view.asked.request, runFacts(view));
    if (hashOf(planBytes(drawn.plan)) === granted.hash) return [];
    return [{ type: "settled", outcome: "changed", hash: granted.hash }, ...plannedEvents(engine, view, drawn)];
  } catch (error) {
    return [refusedBy(engine, view, error)];
  }
}
