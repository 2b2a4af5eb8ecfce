import type { RunEvent, Watch } from "../core/events.js";
import type { Json } from "../core/json.js";
import type { Problem } from "../core/problems.js";
import type { Effect } from "../core/plan.js";
import type { Probe } from "../runbooks/define.js";

/** What was going on when the probe was asked. */
export type Situation =
  /** Never begun by us. */
  | { readonly kind: "first" }
  /** We called just now; `problem` is what the call said, if it said no or nothing. */
  | { readonly kind: "called"; readonly problem?: Problem }
  /** Begun before by a worker that is gone, or told to try or look again. */
  | { readonly kind: "resumed" }
  /** The far end was at work and we slept. */
  | { readonly kind: "woken" };

export interface StepFacts {
  readonly step: string;
  readonly effect: Effect;
  readonly attempt: number;
  /** The last attempt is known to be over: held, failed, or somebody answered that it did not happen. */
  readonly closed: boolean;
  /** Nothing may change any more by itself within the settle time. */
  readonly settled: boolean;
}

export type Verdict =
  | { readonly do: "append"; readonly event: RunEvent }
  /** Begin, or begin again: the next attempt. */
  | { readonly do: "begin" }
  /** Ask again in a moment. */
  | { readonly do: "lookAgain" }
  | { readonly do: "sleep"; readonly watch: Watch };

const attemptsOfAChange = 3;

/** From a probe's answer to what happens next: rules 3, 4 and 5 of the executor, and nothing else. Pure. */
export function judge(probe: Probe<Json>, situation: Situation, facts: StepFacts): Verdict {
  const { step } = facts;
  const append = (event: RunEvent): Verdict => ({ do: "append", event });
  const failed = (problem: string, absent = false): Verdict => append({ type: "failed", step, problem, absent });
  switch (probe.found) {
    case "done":
      return append({ type: "ended", step, output: probe.output, how: howEnded(situation) });
    case "running":
      return { do: "sleep", watch: probe.watch };
    case "foreign":
      return failed(`${probe.what}. It is not ours, so it was left alone.`);
    case "partial":
      if (situation.kind === "resumed" && (facts.effect !== "destroy" || (probe.again === true && facts.closed)))
        return { do: "begin" };
      if (situation.kind === "resumed") return append({ type: "doubted", step, why: probe.why });
      return failed(withSaid(probe.why, situation));
    case "unclear":
      if (situation.kind === "first") return failed(`${probe.why} Nothing was done.`);
      return facts.settled
        ? append({ type: "doubted", step, why: withSaid(probe.why, situation) })
        : { do: "lookAgain" };
    case "absent":
      return probe.goesOn === undefined
        ? whenAbsent(probe.because, situation, facts)
        : whenStopped(probe.goesOn, situation, facts);
  }
}

function howEnded(situation: Situation): "ran" | "recovered" | "already" {
  if (situation.kind === "first") return "already";
  return situation.kind === "resumed" ? "recovered" : "ran";
}

function withSaid(why: string, situation: Situation): string {
  return situation.kind === "called" && situation.problem ? `${situation.problem.sentence} ${why}` : why;
}

/** It goes on from where it was: a change is tried again, and after that a person decides, without anything being taken back. */
function whenStopped(why: string, situation: Situation, facts: StepFacts): Verdict {
  const { step } = facts;
  if (situation.kind === "first" || (situation.kind === "resumed" && facts.closed)) return { do: "begin" };
  if (facts.effect === "change" && facts.attempt < attemptsOfAChange) return { do: "begin" };
  return { do: "append", event: { type: "doubted", step, why } };
}

function whenAbsent(because: string | undefined, situation: Situation, facts: StepFacts): Verdict {
  const { step } = facts;
  if (situation.kind === "first") return { do: "begin" };
  if (situation.kind === "resumed" && facts.closed) return { do: "begin" };
  if (because !== undefined) return { do: "append", event: { type: "failed", step, problem: because, absent: true } };
  const problem = situation.kind === "called" ? situation.problem : undefined;
  if (problem && (problem.kind === "rejected" || problem.kind === "refusal" || problem.kind === "notSent")) {
    const earlierMayLand = facts.attempt > 1 && !facts.settled;
    return earlierMayLand
      ? { do: "lookAgain" }
      : { do: "append", event: { type: "failed", step, problem: problem.sentence, absent: true } };
  }
  if (!facts.settled) return { do: "lookAgain" };
  if (facts.effect !== "destroy" && facts.attempt < attemptsOfAChange) return { do: "begin" };
  const why = problem ? problem.sentence : "The call was made, and nothing of it can be seen.";
  return { do: "append", event: { type: "doubted", step, why } };
}
