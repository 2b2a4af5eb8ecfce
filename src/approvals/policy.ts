import { z } from "zod";

const oneOrMore = <T extends z.ZodType>(of: T) =>
  z
    .union([of, z.array(of).min(1)])
    .transform((value): z.output<T>[] => (Array.isArray(value) ? (value as z.output<T>[]) : [value as z.output<T>]));

const effect = z.enum(["read", "change", "destroy"]);
const environment = z.enum(["production", "dr", "clone", "infrastructure"]);

/** What a step must be for a rule to speak about it. Every condition that is written must hold; each may be one word or a list of words. */
export const conditionSchema = z.strictObject({
  effect: oneOrMore(effect).optional(),
  /** Of what the step changes: one of these is touched. */
  environment: oneOrMore(environment).optional(),
  /** Of what the step changes: nothing outside these is touched. */
  onlyEnvironment: oneOrMore(environment).optional(),
  runbook: oneOrMore(z.string().min(1)).optional(),
  /** The step's own kind (its key in the runbook); `*` stands for anything. */
  uses: oneOrMore(z.string().min(1)).optional(),
  usesNot: oneOrMore(z.string().min(1)).optional(),
  /** Kind of one of the resources the step changes ("relationship", "volume"). */
  kind: oneOrMore(z.string().min(1)).optional(),
  /** Every host the plan changes (and there is one) carries these labels. */
  hosts: z.record(z.string(), z.string()).optional(),
});
export type Condition = z.output<typeof conditionSchema>;

const count = z.number().int().min(1).max(20);
const howToWriteNeeds =
  'write "nobody", or the groups with how many of each: { storage-approvers: 1 }. An empty list would mean that no one may ever say yes';
/** Who has to say yes. Each named group is a condition of its own: all of them must be met. */
const needsSchema = z.union(
  [
    z.literal("nobody"),
    z.record(z.string().min(1), count).refine((groups) => Object.keys(groups).length > 0, howToWriteNeeds),
  ],
  { error: howToWriteNeeds },
);
export type Needs = z.output<typeof needsSchema>;

export const ruleSchema = z.strictObject({
  /** Read by people: the card and `policy explain` quote it. */
  why: z.string().min(1),
  when: conditionSchema,
  needs: needsSchema,
  /** The owner of the clone needs nobody. */
  ownerAlone: z.boolean().default(false),
});
export type Rule = z.output<typeof ruleSchema>;

const minutes = z
  .number()
  .int()
  .min(1)
  .max(14 * 24 * 60);

export const policySchema = z.strictObject({
  /** Names of approver groups and their Slack user group ids. */
  groups: z.record(
    z.string().min(1),
    z.strictObject({ id: z.string().regex(/^S[A-Z0-9]{2,}$/, "a Slack user group id: S0…") }),
  ),
  cardExpiresMinutes: minutes.default(60),
  grantExpiresMinutes: minutes.default(15),
  /** Groups of which one person may try again, hand over, check again, and answer a doubt. */
  operators: z.array(z.string().min(1)).min(1),
  /** What anybody at all may ask for. */
  openToAll: z.array(z.string().min(1)).default(["help"]),
  /** Runbooks that only members of these groups may ask for; the rest is for every full member. */
  askers: z.record(z.string().min(1), z.array(z.string().min(1)).min(1)).default({}),
  /** A rule that names a runbook never covers such steps: they are judged by the other rules. */
  judgedAlone: z.array(conditionSchema).default([]),
  /** Read from the top, for every step: the first that fits decides. A step that none fits is refused. */
  rules: z.array(ruleSchema).min(1),
});
export type Policy = z.output<typeof policySchema>;
/** As a person writes it. */
export type PolicyInput = z.input<typeof policySchema>;
