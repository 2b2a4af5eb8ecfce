import type { HeldWhy, RunEvent, Watch } from "./events.js";
import type { Json } from "./json.js";
import type { PlannedStep } from "./plan.js";

/** Where one step stands. Derived, never stored. */
export type StepPhase =
  "pending" | "begun" | "waiting" | "held" | "ended" | "failed" | "doubted" | "undoing" | "undone" | "undoFailed";

export interface StepView {
  readonly planned: PlannedStep;
  phase: StepPhase;
  /** Attempts begun so far. */
  attempt: number;
  /** The picture taken before the first attempt. */
  before: Json | undefined;
  notes: Json[];
  output: Json | undefined;
  how: "ran" | "recovered" | "already" | "attested" | "byHand" | undefined;
  /** The last attempt is known to be over: it was held, failed, or somebody answered "it did not". */
  closed: boolean;
  /** The probe found that it did not happen. */
  absent: boolean;
  problem: string | undefined;
  watch: Watch | undefined;
  held: { why: HeldWhy; detail: Json } | undefined;
  beganAt: string | undefined;
  /** Of the last attempt. */
  lastBeganAt: string | undefined;
  /** A person says that it happened: taken when the world agrees or nothing depends on what it gave. */
  attested: boolean;
  /** A person was asked to do it: from then on it may have happened, whoever did it. */
  handed: boolean;
  /** That person has said so since we last told what is still missing. */
  saidDone: boolean;
  /** What was handed off last, kept while "done" is looked into. */
  lastHandOff: Json | undefined;
  endedAt: string | undefined;
}

/** A step as planned, with nothing done. */
export function freshStep(planned: PlannedStep): StepView {
  return {
    planned,
    phase: "pending",
    attempt: 0,
    before: undefined,
    notes: [],
    output: undefined,
    how: undefined,
    closed: false,
    absent: false,
    problem: undefined,
    watch: undefined,
    held: undefined,
    beganAt: undefined,
    lastBeganAt: undefined,
    attested: false,
    handed: false,
    saidDone: false,
    lastHandOff: undefined,
    endedAt: undefined,
  };
}

/** What the world was like when a step was handed to a person the first time. */
const pictureIn = (detail: Json): Json | undefined =>
  typeof detail === "object" && detail !== null && !Array.isArray(detail)
    ? (detail as Readonly<Record<string, Json>>)["before"]
    : undefined;

/** What an event of a step makes of it, in place. */
export function applyToStep(step: StepView, event: RunEvent, at: string): void {
  switch (event.type) {
    case "began":
      Object.assign(step, {
        phase: "begun",
        attempt: event.attempt,
        closed: false,
        absent: false,
        problem: undefined,
        watch: undefined,
        held: undefined,
        attested: false,
        lastBeganAt: at,
      });
      if (step.before === undefined) step.before = event.before;
      step.beganAt ??= at;
      return;
    case "noted":
      step.notes.push(event.note);
      return;
    case "waiting":
      Object.assign(step, { phase: "waiting", watch: event.watch });
      return;
    case "held":
      Object.assign(step, { phase: "held", held: { why: event.why, detail: event.detail }, closed: true });
      if (event.why === "handOff") {
        Object.assign(step, { handed: true, saidDone: false, lastHandOff: event.detail });
        if (step.before === undefined) step.before = pictureIn(event.detail);
      }
      return;
    case "ended":
      Object.assign(step, {
        phase: "ended",
        output: event.output,
        how: event.how,
        endedAt: at,
        watch: undefined,
        problem: undefined,
      });
      return;
    case "failed":
      Object.assign(step, {
        phase: "failed",
        problem: event.problem,
        absent: event.absent,
        closed: true,
        watch: undefined,
      });
      return;
    case "doubted":
      Object.assign(step, { phase: "doubted", problem: event.why, watch: undefined });
      return;
    case "answered":
      Object.assign(step, { phase: "begun", attested: event.answer === "happened" });
      if (event.answer === "didNot") Object.assign(step, { closed: true, saidDone: false });
      return;
    case "undoBegan":
      step.phase = "undoing";
      return;
    case "undone":
      step.phase = "undone";
      return;
    case "undoFailed":
      Object.assign(step, { phase: "undoFailed", problem: event.problem });
      return;
    case "triedAgain":
      Object.assign(step, { phase: "begun", closed: true, held: undefined, saidDone: step.handed });
      return;
    default:
      return;
  }
}
