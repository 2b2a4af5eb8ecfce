import type { Plan } from "../core/plan.js";

/** What differs between two plans, in sentences a person compares. Empty only when the plans say the same to the approver. */
export function difference(before: Plan, after: Plan): readonly string[] {
  const said = [
    ...sentences("Step", lines(before), lines(after)),
    ...sentences("Warning", before.warnings, after.warnings),
  ];
  if (said.length > 0) return said;
  const changed = after.steps.filter((step, i) => JSON.stringify(step) !== JSON.stringify(before.steps[i]));
  return changed.map((step) => `Details of "${step.says}" changed.`);
}

const lines = (plan: Plan): readonly string[] => plan.steps.map((step) => step.says);

function sentences(what: string, before: readonly string[], after: readonly string[]): string[] {
  return [
    ...before.filter((each) => !after.includes(each)).map((each) => `${what} gone: ${each}`),
    ...after.filter((each) => !before.includes(each)).map((each) => `${what} new: ${each}`),
  ];
}
