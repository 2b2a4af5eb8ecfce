import type { Plan, PlannedStep } from "../core/plan.js";
import type { BotOptions } from "./options.js";

/** Destroys data on production or its mirror for good. */
const forGood = (step: PlannedStep): boolean =>
  step.effect === "destroy" &&
  step.undo.way === "none" &&
  step.on.some(
    (touch) =>
      touch.as === "changes" && (touch.resource.environment === "production" || touch.resource.environment === "dr"),
  );

/** A step that keeps what the plan is about to destroy. */
const keepsCopy = (step: PlannedStep): boolean => /safety/i.test(step.uses);

/** The word an approver has to type: the name of the set whose data goes, where there is no way back and no safety copy. */
export function typedWord(options: Pick<BotOptions, "typedWord">, plan: Plan): string | undefined {
  if (options.typedWord) return options.typedWord(plan);
  if (!plan.steps.some(forGood) || plan.steps.some(keepsCopy)) return undefined;
  const set = (plan.request as { set?: unknown } | null)?.set;
  return typeof set === "string" && set !== "" ? set : plan.runbook;
}

/** What such a plan destroys, in its own words. */
export const lostBy = (plan: Plan): string[] =>
  plan.steps.filter(forGood).map((step) => `${step.says} – ${step.undo.says}`);
