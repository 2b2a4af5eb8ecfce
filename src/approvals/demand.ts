import type { Demand, Place } from "../core/events.js";
import type { Effect, Touch } from "../core/plan.js";
import type { Environment, Person } from "../core/resource.js";
import type { Condition, Policy, Rule } from "./policy.js";

/** As much of a planned step as policy looks at. */
export interface JudgedStep {
  readonly id: string;
  readonly uses: string;
  readonly effect: Effect;
  readonly on: readonly Touch[];
  readonly says?: string;
}

/** What is asked for, and by whom. */
export interface Ask {
  readonly runbook: string;
  readonly steps: readonly JudgedStep[];
  readonly asker: Person;
  /** Of the clone the plan is about. Absent: read from the label `owner` ("TEAM/USER") of the clones it changes. */
  readonly owner?: Person;
}

/** Which rule speaks about a step, and whom it asks for. */
export interface Judgement {
  readonly step: JudgedStep;
  readonly rule: Rule | undefined;
  /** The rule as it applies to this asker: an owner's rule asks the owner for nobody. */
  readonly needs: "nobody" | "denied" | Readonly<Record<string, number>>;
  readonly because: string;
}

/** What a plan asks of people: every group any of its steps asks for, each with the largest count. Pure. */
export function demand(policy: Policy, ask: Ask): Demand {
  const judged = judgeSteps(policy, ask);
  const denied = judged.find((each) => each.needs === "denied");
  if (denied) return { places: [], nobody: false, denied: denied.because };
  const places = new Map<string, Place>();
  for (const { step, needs, because } of judged) {
    if (needs === "nobody" || needs === "denied") continue;
    for (const [name, count] of Object.entries(needs)) {
      const id = policy.groups[name]?.id;
      if (id === undefined)
        return { places: [], nobody: false, denied: `The policy asks for "${name}", and no such group is configured.` };
      places.set(id, joined(places.get(id), { group: id, label: name, count, forSteps: [step.id], why: because }));
    }
  }
  return { places: [...places.values()], nobody: places.size === 0 };
}

function joined(before: Place | undefined, next: Place): Place {
  if (!before) return next;
  const why = before.why.split("; ").includes(next.why) ? before.why : `${before.why}; ${next.why}`;
  return {
    ...before,
    count: Math.max(before.count, next.count),
    forSteps: [...before.forSteps, ...next.forSteps],
    why,
  };
}

/** Every step with the rule that decides about it. */
export function judgeSteps(policy: Policy, ask: Ask): readonly Judgement[] {
  return ask.steps.map((step) => judgeStep(policy, ask, step));
}

function judgeStep(policy: Policy, ask: Ask, step: JudgedStep): Judgement {
  const what = step.says ?? step.id;
  if (step.effect !== "read" && changes(step).length === 0) {
    return {
      step,
      rule: undefined,
      needs: "denied",
      because: `"${what}" does not say what it changes, so nobody can allow it.`,
    };
  }
  const alone = policy.judgedAlone.some((condition) => fits(condition, step, ask));
  const rule = policy.rules.find(({ when }) => !(alone && when.runbook !== undefined) && fits(when, step, ask));
  if (!rule) return { step, rule, needs: "denied", because: `No rule of the policy allows "${what}".` };
  if (rule.ownerAlone && isOwner(ask)) return { step, rule, needs: "nobody", because: "it is the asker's own clone" };
  return { step, rule, needs: rule.needs, because: rule.why };
}

/** Every condition that is written holds. */
function fits(condition: Condition, step: JudgedStep, ask: Ask): boolean {
  const changed = changes(step);
  const environments = changed.map((resource) => resource.environment);
  const within = <T>(allowed: readonly T[] | undefined, has: (value: readonly T[]) => boolean): boolean =>
    allowed === undefined || has(allowed);
  return (
    within(condition.effect, (effects) => effects.includes(effectOf(step))) &&
    within<Environment>(condition.environment, (wanted) => environments.some((each) => wanted.includes(each))) &&
    within<Environment>(
      condition.onlyEnvironment,
      (wanted) => environments.length > 0 && environments.every((each) => wanted.includes(each)),
    ) &&
    within(condition.runbook, (names) => names.includes(ask.runbook)) &&
    within(condition.uses, (patterns) => patterns.some((pattern) => like(pattern, step.uses))) &&
    within(condition.usesNot, (patterns) => !patterns.some((pattern) => like(pattern, step.uses))) &&
    within(condition.kind, (kinds) => changed.some((resource) => kinds.includes(resource.kind))) &&
    (condition.hosts === undefined || hostsAre(condition.hosts, ask))
  );
}

/** A step that calls itself a read and changes something is judged as a change. */
const effectOf = (step: JudgedStep): Effect =>
  step.effect === "read" && changes(step).length > 0 ? "change" : step.effect;
const changes = (step: JudgedStep) => step.on.filter((touch) => touch.as === "changes").map((touch) => touch.resource);

function hostsAre(labels: Readonly<Record<string, string>>, ask: Ask): boolean {
  const hosts = ask.steps.flatMap(changes).filter((resource) => resource.kind === "host");
  return (
    hosts.length > 0 &&
    hosts.every((host) => Object.entries(labels).every(([key, value]) => host.labels[key] === value))
  );
}

function like(pattern: string, word: string): boolean {
  const parts = pattern.split("*").map((part) => part.replace(/[\\^$.|?+()[\]{}]/g, "\\$&"));
  return new RegExp(`^${parts.join(".*")}$`).test(word);
}

const isOwner = (ask: Ask): boolean => {
  const owners = ask.owner ? [`${ask.owner.team}/${ask.owner.user}`] : cloneOwners(ask.steps);
  return owners.length > 0 && owners.every((owner) => owner === `${ask.asker.team}/${ask.asker.user}`);
};

/** Owners ("TEAM/USER") of the clones some steps change, "" where a clone's volume carries none. */
export function cloneOwners(steps: readonly JudgedStep[]): readonly string[] {
  const clones = steps.flatMap(changes).filter((resource) => resource.environment === "clone");
  const labelled = clones.filter((resource) => resource.kind === "volume" || resource.labels["owner"] !== undefined);
  return [...new Set(labelled.map((resource) => resource.labels["owner"] ?? ""))];
}

/** Is the whole plan about clones of this person, and about nothing that is production or a mirror? */
export function isOwnClone({ runbook, steps, asker, owner }: Ask): boolean {
  const touched = steps.flatMap(changes);
  const onlyClones =
    touched.length > 0 &&
    touched.every(({ environment }) => environment === "clone" || environment === "infrastructure");
  if (!onlyClones) return false;
  return runbook === "clone" || isOwner({ runbook, steps, asker, ...(owner ? { owner } : {}) });
}
