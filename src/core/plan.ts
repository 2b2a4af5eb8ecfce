import { z } from "zod";
import { canonical, type Json } from "./json.js";
import { hashOf, type PlanHash } from "./ids.js";
import type { Ref } from "./refs.js";
import type { Resource } from "./resource.js";
import type { Said } from "./said.js";

/** What a step can lose. `destroy`: data that existed before it is gone after it, once or twice. */
export type Effect = "read" | "change" | "destroy";

export interface Touch {
  readonly resource: Resource;
  /** Policy judges "changes"; "reads" is a shared lock. */
  readonly as: "reads" | "changes";
}

export interface PlannedStep {
  /** "2-mapLun": place and key; never changes. */
  readonly id: string;
  /** Key in the runbook's steps: how a resumed run finds its code again. */
  readonly uses: string;
  /** May hold Refs to what earlier steps (or the run) will give, and `{ $secret: "name" }`. */
  readonly input: Json;
  readonly effect: Effect;
  readonly on: readonly Touch[];
  /** A step our login may not do carries the exact text for the one who may. */
  readonly by: "sluice" | { readonly handOff: string; readonly back?: string };
  /** A cancel need not wait until the far end is through with it. */
  readonly interruptible?: true;
  /** What the approver reads; names every object it touches. */
  readonly says: string;
  /** What the approver reads about the way back. */
  readonly undo: { readonly way: "back" | "stays" | "none"; readonly says: string };
}

export interface Plan {
  readonly format: 1;
  readonly runbook: string;
  readonly version: number;
  readonly request: Json;
  readonly warnings: readonly string[];
  readonly steps: readonly PlannedStep[];
  /** The next run, when this one has ended: same asker, own plan and votes. */
  readonly then: { readonly runbook: string; readonly request: Json; readonly when: true | Ref<boolean> } | null;
}

/** Shown on the card beside the plan, and not hashed: what changes by itself (lag, free space, ages). */
export interface Fact {
  readonly label: string;
  readonly text: Said;
  /** Facts an approver must not miss ("will be lost") are set apart. */
  readonly tone?: "plain" | "warning" | "danger";
  /** Other things that could be asked for instead, to choose from: each says a sentence, in a plan of its own. */
  readonly choices?: readonly { readonly label: string; readonly say: string }[];
}

const planShape = z.object({
  format: z.literal(1),
  runbook: z.string(),
  version: z.number().int(),
  request: z.unknown(),
  warnings: z.array(z.string()),
  steps: z.array(z.object({ id: z.string(), uses: z.string() }).loose()),
  then: z.unknown(),
});

/** The bytes that are stored, hashed, approved and executed. */
export const planBytes = (plan: Plan): string => canonical(plan);

/** Plans that were read lately, by hash. A run is folded anew at every entry, and its plan is most of its bytes. */
const lately = new Map<PlanHash, { readonly bytes: string; readonly plan: Plan }>();
const keptPlans = 32;

/** The plan behind stored bytes, frozen. Throws when the bytes are not a plan of a format we know or are not the bytes of that hash. */
export function readPlan(bytes: string, hash: PlanHash): Plan {
  const known = lately.get(hash);
  if (known?.bytes === bytes) return known.plan;
  if (hashOf(bytes) !== hash) throw new Error("the stored plan is not the plan of its hash");
  const plan: unknown = JSON.parse(bytes, (_key, value: unknown) => Object.freeze(value));
  planShape.parse(plan);
  lately.set(hash, { bytes, plan: plan as Plan });
  for (const oldest of lately.keys()) {
    if (lately.size <= keptPlans) break;
    lately.delete(oldest);
  }
  return plan as Plan;
}

/** Every resource a plan touches, once, with the strongest use: what is locked. */
export function touchesOf(plan: Plan): readonly Touch[] {
  const strongest = new Map<string, Touch>();
  for (const touch of plan.steps.flatMap((step) => step.on)) {
    const before = strongest.get(touch.resource.id);
    if (!before || (before.as === "reads" && touch.as === "changes")) strongest.set(touch.resource.id, touch);
  }
  return [...strongest.values()].sort((a, b) => (a.resource.id < b.resource.id ? -1 : 1));
}
