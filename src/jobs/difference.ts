import { canonical } from "../core/json.js";
import type { Plan } from "../core/plan.js";

/** What differs between two plans, in sentences a person compares. Empty only when they are the same plan. */
export function difference(before: Plan, after: Plan): readonly string[] {
  const said = [
    ...sentences("Step", lines(before), lines(after)),
    ...sentences("Warning", before.warnings, after.warnings),
  ];
  if (said.length > 0) return said;
  const changed = after.steps.filter((step, i) => JSON.stringify(step) !== JSON.stringify(before.steps[i]));
  if (changed.length > 0) return changed.map((step) => `Details of "${step.says}" changed.`);
  const other = (of: (plan: Plan) => unknown): boolean => canonical(of(before)) !== canonical(of(after));
  return [
    ...(other((plan) => [plan.runbook, plan.version]) ? [`It is planned by another version of ${after.runbook}.`] : []),
    ...(other((plan) => plan.request) ? ["Details of the request changed."] : []),
    ...(other((plan) => plan.then) ? ["What follows it changed."] : []),
  ];
}

const lines = (plan: Plan): readonly string[] => plan.steps.map((step) => step.says);

function sentences(what: string, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((each) => !after.includes(each)).map((each) => `${what} gone: ${each}`),
    ...after.filter((each) => !before.includes(each)).map((each) => `${what} new: ${each}`),
  ];
}
