import { closes, type Demand, type Entry, type HeldWhy, type Origin, type RunEvent } from "./events.js";
import { applyToStep, freshStep, type StepView } from "./fold-step.js";
import type { PlanHash, RunId } from "./ids.js";
import type { Json } from "./json.js";
import { readPlan, type Fact, type Plan } from "./plan.js";
import type { Person } from "./resource.js";
import { joined, type Said } from "./said.js";

export type { StepPhase, StepView } from "./fold-step.js";

export interface Vote {
  readonly by: Person;
  readonly vote: "approve" | "deny";
  readonly groups: readonly string[];
  readonly at: string;
  readonly reason?: string;
}

export interface PlannedView {
  readonly plan: Plan;
  readonly hash: PlanHash;
  readonly facts: readonly Fact[];
  readonly demand: Demand;
  readonly key: string;
  readonly at: string;
  readonly difference: readonly string[];
  readonly votes: Vote[];
  settled: { outcome: "granted" | "changed"; at: string; by: Person | "sluice"; reason?: string } | undefined;
}

/**
 * One word for where a run stands:
 * planning → deciding (people vote) → granted (about to start) → running ⇄ waiting | held | doubted → unwinding | parked | handingOn → closed.
 */
export type RunStatus =
  | "planning"
  | "deciding"
  | "granted"
  | "running"
  | "waiting"
  | "held"
  | "doubted"
  | "unwinding"
  | "parked"
  | "handingOn"
  | "closed";

export type Outcome = "succeeded" | "undone" | "abandoned" | "refused" | "denied" | "expired" | "cancelled";

export interface RunView {
  readonly id: RunId;
  readonly length: number;
  readonly asked: {
    from: Origin;
    by: Person;
    text: string;
    runbook: string;
    request: Json;
    timeZone: string;
    at: string;
    parent: RunId | undefined;
  };
  readonly planned: PlannedView | undefined;
  readonly steps: readonly StepView[];
  readonly status: RunStatus;
  readonly outcome: Outcome | undefined;
  /** The sentence of a refusal, of the failure that unwinds or parks, or why it was denied. */
  readonly problem: Said | undefined;
  readonly choices: readonly { label: string; say: string }[];
  readonly cancel: { by: Person | "sluice"; at: string; reason?: string } | undefined;
  /** Held before any step: the lock's holders, or a stop. */
  readonly held: { why: HeldWhy; detail: Json; at: string } | undefined;
  readonly child: { id: RunId; outcome: string | undefined } | undefined;
  readonly endedBy: Person | "sluice" | undefined;
  readonly updatedAt: string;
}

/** Has any step been begun, by our hand or by the one we asked? From then on there is no re-plan. */
export const hasBegun = (view: Pick<RunView, "steps">): boolean =>
  view.steps.some((step) => step.attempt > 0 || step.handed);

/**
 * Is the run behind the point of no return? The first step with `undo: none` that ended by our hand (or by that of the one we asked),
 * or was begun, or is seen under way, and was not found absent since.
 */
export function pastNoReturn(view: Pick<RunView, "steps">): boolean {
  return view.steps.some(
    (step) =>
      step.planned.undo.way === "none" &&
      step.planned.effect !== "read" &&
      (step.attempt > 0 ||
        step.how === "byHand" ||
        (step.handed && (step.how === "attested" || step.phase === "waiting"))) &&
      step.how !== "already" &&
      !step.absent,
  );
}

/** A run is the fold of its entries. Throws on an empty list. */
export function fold(id: RunId, entries: readonly Entry[]): RunView {
  const first = entries[0];
  if (!first || first.event.type !== "asked") throw new Error(`run ${id} has no beginning`);
  const state = new Folding(id, entries);
  for (const entry of entries) state.take(entry);
  return state.view();
}

class Folding {
  private planned: PlannedView | undefined;
  private steps: StepView[] = [];
  private problem: Said | undefined;
  private choices: readonly { label: string; say: string }[] = [];
  private outcome: Outcome | undefined;
  private cancel: RunView["cancel"];
  private held: RunView["held"];
  private child: RunView["child"];
  private endedBy: Person | "sluice" | undefined;
  private unwinding = false;

  constructor(
    private readonly id: RunId,
    private readonly entries: readonly Entry[],
  ) {}

  take({ event, at, by }: Entry): void {
    if (closes(event)) this.endedBy = by;
    switch (event.type) {
      case "asked":
        return;
      case "refused":
        this.problem = event.problem;
        this.choices = event.choices ?? [];
        this.outcome = "refused";
        return;
      case "planned":
        this.takePlan(event, at);
        return;
      case "voted":
        if (by !== "sluice" && this.planned?.hash === event.hash) {
          this.planned.votes.push({
            by,
            vote: event.vote,
            groups: event.groups,
            at,
            ...(event.reason === undefined ? {} : { reason: event.reason }),
          });
        }
        return;
      case "settled":
        this.takeSettled(event, at, by);
        return;
      case "cancelAsked":
        this.cancel ??= { by, at, ...(event.reason === undefined ? {} : { reason: event.reason }) };
        return;
      case "continued":
        this.child = { id: event.child, outcome: undefined };
        return;
      case "childEnded":
        if (this.child?.id === event.child) this.child = { id: event.child, outcome: event.outcome };
        return;
      case "finished":
        this.outcome = event.outcome;
        return;
      case "held":
        if (event.step === null) {
          this.held = { why: event.why, detail: event.detail, at };
          return;
        }
        this.takeStep(event.step, event, at);
        return;
      default:
        this.takeStep(event.step, event, at);
    }
  }

  private takePlan(event: Extract<RunEvent, { type: "planned" }>, at: string): void {
    const plan = readPlan(event.bytes, event.hash);
    const { hash, facts, demand, key } = event;
    this.planned = {
      plan,
      hash,
      facts,
      demand,
      key,
      at,
      difference: event.difference ?? [],
      votes: [],
      settled: undefined,
    };
    this.steps = plan.steps.map(freshStep);
    this.problem = undefined;
    this.held = undefined;
  }

  private takeSettled(event: Extract<RunEvent, { type: "settled" }>, at: string, by: Person | "sluice"): void {
    if (event.outcome === "granted" || event.outcome === "changed") {
      if (this.planned?.hash === event.hash) {
        this.planned.settled = {
          outcome: event.outcome,
          at,
          by,
          ...(event.reason === undefined ? {} : { reason: event.reason }),
        };
      }
      return;
    }
    this.outcome = event.outcome;
    this.problem = event.reason;
  }

  private takeStep(stepId: string, event: RunEvent, at: string): void {
    const step = this.steps.find((each) => each.planned.id === stepId);
    if (!step) throw new Error(`run ${this.id} tells of step ${stepId}, which its plan does not have`);
    this.held = undefined;
    applyToStep(step, event, at);
    if (event.type === "failed" || event.type === "undoFailed") this.problem = event.problem;
    if (event.type === "handedOver" && event.reason !== undefined)
      this.problem = joined(
        [...(this.problem === undefined ? [] : [this.problem]), `Taken over: ${event.reason}`],
        " ",
      );
    if (event.type === "undoBegan" || event.type === "undone") this.unwinding = true;
    if (event.type === "triedAgain" && this.unwinding) step.phase = "undoing";
  }

  view(): RunView {
    const asked = this.entries[0] as Entry & { event: Extract<RunEvent, { type: "asked" }> };
    const last = this.entries[this.entries.length - 1] as Entry;
    const { from, text, runbook, request, timeZone, parent } = asked.event;
    const by: Person = asked.by === "sluice" ? { team: from.team, user: "sluice" } : asked.by;
    return {
      id: this.id,
      length: this.entries.length,
      asked: { from, by, text, runbook, request, timeZone, at: asked.at, parent },
      planned: this.planned,
      steps: this.steps,
      status: this.status(),
      outcome: this.outcome,
      problem: this.problem,
      choices: this.choices,
      cancel: this.cancel,
      held: this.held,
      child: this.child,
      endedBy: this.endedBy,
      updatedAt: last.at,
    };
  }

  private status(): RunStatus {
    if (this.outcome) return "closed";
    if (!this.planned || this.planned.settled?.outcome === "changed") return "planning";
    if (!this.planned.settled) return "deciding";
    if (this.child && this.child.outcome === undefined) return "handingOn";
    const phases = new Set(this.steps.map((step) => step.phase));
    if (phases.has("doubted")) return "doubted";
    if (phases.has("undoFailed")) return "parked";
    if (phases.has("held") || this.held) return "held";
    if (phases.has("waiting")) return "waiting";
    if (phases.has("failed") && pastNoReturn({ steps: this.steps })) return "parked";
    if (this.unwinding || phases.has("failed") || this.cancelUnwinds()) return "unwinding";
    return hasBegun({ steps: this.steps }) ? "running" : "granted";
  }

  private cancelUnwinds(): boolean {
    return this.cancel !== undefined && hasBegun({ steps: this.steps }) && !pastNoReturn({ steps: this.steps });
  }
}
