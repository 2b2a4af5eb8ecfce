import type { z } from "zod";
import type { WriteFamily } from "../config/types.js";
import type { Watch } from "../core/events.js";
import type { StepView } from "../core/fold.js";
import type { Json } from "../core/json.js";
import type { Effect, Fact, Plan, PlannedStep, Touch } from "../core/plan.js";
import type { Said } from "../core/said.js";
import { refsTo, type Ref, type Refs, type ShownInput } from "../core/refs.js";
import type { ReadTools, Tools } from "./tools.js";

/**
 * Has this happened? The one question a step must always be able to answer.
 * - `done`    it did, and this is what it gave
 * - `absent`  it did not; `because`: the work we noted ended in an error, with this sentence
 * - `running` the far end is still at it
 * - `partial` some of it: a later attempt may finish a change; undo takes a part back too
 * - `foreign` something of that name is there and is not ours
 * - `unclear` cannot tell
 */
export type Probe<Out> =
  | { readonly found: "done"; readonly output: Out }
  /** `goesOn`: what was begun has stopped, with this sentence; running it again goes on from where it was, so it is tried again before anybody is asked. */
  | { readonly found: "absent"; readonly because?: string; readonly goesOn?: string }
  | { readonly found: "running"; readonly watch: Watch }
  /** `again`: running it again only finishes the same act, so even a destroying step may, once its last attempt is closed. */
  | { readonly found: "partial"; readonly why: string; readonly again?: boolean }
  | { readonly found: "foreign"; readonly what: string }
  | { readonly found: "unclear"; readonly why: string };

/** What a step may know of its own earlier attempts. */
export interface Past {
  readonly before?: Json;
  readonly notes: readonly Json[];
  /** Attempts begun so far; 0 while the question is whether to begin at all. */
  readonly attempt: number;
}

export interface Undo<In, Out> {
  describe(input: ShownInput<In>): string;
  run(input: In, past: Past & { readonly output?: Out }, on: Tools): Promise<void>;
}

/** What a person is asked to type: ONTAP CLI, or REST calls as `METHOD /api/path` with the body in the lines after it (`restText`). */
export interface Typed {
  readonly cli: string;
  readonly rest: string;
}
export interface HandOff extends Typed {
  /** What must be known beside it: where a passphrase comes from, say. */
  readonly note?: string;
  /** How the same person takes it back. */
  readonly back?: Typed;
}

export interface StepDef<In, Out> {
  readonly effect: Effect | ((input: ShownInput<In>) => Effect);
  readonly input: z.ZodType<In>;
  readonly output: z.ZodType<Out>;
  /** What the approver reads: names every object the step touches. Pure. */
  describe(input: ShownInput<In>): string;
  /** What it touches: locks and policy follow from it. Pure. */
  touches(input: ShownInput<In>): readonly Touch[];
  /** The picture the probe compares with, taken once, before the first attempt. */
  before?(input: In, on: ReadTools): Promise<Json>;
  probe(input: In, on: ReadTools, past: Past): Promise<Probe<NoInfer<Out>>>;
  /** Returns once the far end has accepted. `on.note(…)` comes before waiting for anything. */
  run(input: In, on: Tools, past: Past): Promise<void>;
  /**
   * Work that lasts for days may need a hand by the clock: asked whenever a worker finds the far end at it, and told what time it is. Answers whether it did
   * anything. Everything in it must be safe to do again.
   */
  tend?(input: In, on: Tools, past: Past, now: string): Promise<boolean>;
  /** Nobody has to wait for its end to cancel: its way back stops what runs. */
  readonly interruptible?: true;
  /**
   * Exact text for the one who may, where our login may not: made from the same input as the call, first while planning and again, with
   * every Ref replaced, when the step is handed off. A step whose input may never hold a secret.
   */
  handOff?(input: ShownInput<In>): HandOff;
  /** What the call writes: where the cluster's login may not (`clusters[].handOff`), the step is planned for a person, unless the plan says otherwise. */
  readonly writes?: WriteFamily;
  /**
   * The way back; `stays`: harmless, is left, is said; `impossible`: there is none, and the approver reads why. The way back of a step a
   * person did is handed to a person too (`HandOff.back`); where it has no text, what was done stays, and the plan says so.
   */
  readonly undo: Undo<In, Out> | { readonly stays: string } | { readonly impossible: string };
}

// eslint-disable-next-line @typescript-eslint/no-explicit-any -- a table of steps of many shapes; each entry is checked where it is defined
export type AnyStep = StepDef<any, any>;
export type Steps = Readonly<Record<string, AnyStep>>;

type InputOf<S> = S extends StepDef<infer In, infer _Out> ? In : never;
type OutputOf<S> = S extends StepDef<infer _In, infer Out> ? Out : never;

export interface Planner<S extends Steps> {
  /** Adds a step; what it will give comes back as Refs. */
  readonly step: {
    readonly [K in keyof S]: (
      input: ShownInput<InputOf<S[K]>>,
      options?: { readonly handOff?: boolean },
    ) => Refs<OutputOf<S[K]>>;
  };
  /** A sentence the approver must read; part of the hash. */
  warn(sentence: string): void;
  /** Shown on the card, not hashed: what changes by itself. */
  show(label: string, text: Said, tone?: Fact["tone"], choices?: Fact["choices"]): void;
  /** The next run when this one has ended. */
  then(runbook: string, request: Json, when?: Ref<boolean>): void;
  /** `$from: "run"` Refs: the run's tag and id. */
  readonly run: Refs<{ tag: string; id: string }>;
}

/** A step of a run that has ended, as `closing` sees it. */
export interface EndedStep {
  readonly uses: string;
  readonly input: Json;
  readonly output: Json;
}

/** A step of a run that has stopped on its way, as `standing` sees it. */
export interface StoodStep extends EndedStep {
  readonly done: boolean;
  /** It was begun, and is neither known to have ended nor taken back. */
  readonly begun: boolean;
}

export const stoodSteps = (steps: readonly StepView[]): readonly StoodStep[] =>
  steps.map(({ planned, output, phase, attempt, handed, absent }) => ({
    uses: planned.uses,
    input: planned.input,
    output: output ?? null,
    done: phase === "ended",
    begun: (attempt > 0 || handed) && !absent && phase !== "ended" && phase !== "undone",
  }));

export interface Runbook<Req, Facts, S extends Steps> {
  /** What people type; file, queue label, audit entry and docs anchor are the same word. */
  readonly name: string;
  readonly version: number;
  /** One line for help and cards: "Clone prod for training". Pure. */
  title(request: Req): string;
  readonly request: z.ZodType<Req>;
  readonly steps: S;
  /** Looks; reads only. Throws a Refusal to say no. */
  observe(request: Req, on: ReadTools): Promise<Facts>;
  /** Pure: from facts to steps. Throws a Refusal to say no. */
  plan(request: Req, facts: Facts, p: Planner<S>): void;
  /** What its card says when it has succeeded, and what may be pressed then. ISO times in it are shown in the reader's zone. */
  closing?(steps: readonly EndedStep[]): {
    readonly sentences: readonly string[];
    readonly choices: readonly { label: string; say: string }[];
  };
  /** What its card says when it stands still for a person or was handed to one: what stands where, and what to do. Pure. */
  standing?(steps: readonly StoodStep[], request: Req): readonly string[];
  /** Runbooks it steps aside for: while it holds what one of them needs, it is cancelled by Sluice and takes back what it did. */
  readonly yieldsTo?: readonly string[];
  /**
   * The laws run on this; `world` names a simulator seed, `first` what must have been asked for before, `given` what somebody else must have
   * done at the far ends (test/support/given.ts does it).
   */
  readonly example: {
    readonly say: string;
    readonly world: string;
    readonly first?: readonly string[];
    readonly given?: string;
  };
}

/* eslint-disable @typescript-eslint/no-explicit-any -- the registry holds runbooks of many shapes; each is checked where it is defined */
export type AnyRunbook = Omit<Runbook<any, any, Steps>, "plan"> & { plan(request: any, facts: any, p: any): void };
/* eslint-enable @typescript-eslint/no-explicit-any */

export const defineStep = <In, Out>(step: StepDef<In, Out>): StepDef<In, Out> => step;
export const defineRunbook = <Req, Facts, S extends Steps>(runbook: Runbook<Req, Facts, S>): Runbook<Req, Facts, S> =>
  runbook;

/** A plan and what is shown beside it. */
export interface Drawn {
  readonly plan: Plan;
  readonly facts: readonly Fact[];
}

/** Runs a runbook's pure planning; what `mayNot` says of a cluster's login, a person does. The request must have passed the runbook's schema. Throws what `plan` throws. */
export function draw(
  runbook: AnyRunbook,
  request: Json,
  facts: unknown,
  mayNot: (cluster: string, family: WriteFamily) => boolean = () => false,
): Drawn {
  const steps: PlannedStep[] = [];
  const warnings: string[] = [];
  const shown: Fact[] = [];
  let next: Plan["then"] = null;
  const step = Object.fromEntries(
    Object.entries(runbook.steps as Steps).map(([uses, def]) => [
      uses,
      (input: ShownInput<unknown>, options?: { handOff?: boolean }) => {
        const id = `${steps.length + 1}-${uses}`;
        steps.push(planStep(id, uses, def, input, options?.handOff ?? isBeyond(def, input, mayNot)));
        return refsTo(id);
      },
    ]),
  );
  runbook.plan(request, facts, {
    step,
    warn: (sentence: string) => void warnings.push(sentence),
    show: (label: string, text: Said, tone?: Fact["tone"], choices?: Fact["choices"]) =>
      void shown.push({ label, text, ...(tone ? { tone } : {}), ...(choices ? { choices } : {}) }),
    then: (name: string, req: Json, when?: Ref<boolean>) =>
      void (next = { runbook: name, request: req, when: when ?? true }),
    run: refsTo("run"),
  } as unknown as Planner<Steps>);
  return {
    plan: { format: 1, runbook: runbook.name, version: runbook.version, request, warnings, steps, then: next },
    facts: shown,
  };
}

/** A step with a text for it, on a cluster whose login may not write what it writes. */
function isBeyond(
  { writes, handOff }: AnyStep,
  input: ShownInput<unknown>,
  mayNot: (cluster: string, family: WriteFamily) => boolean,
): boolean {
  if (writes === undefined || !handOff) return false;
  const { cluster, maps } = input as { cluster?: unknown; maps?: readonly { cluster?: unknown }[] };
  const at = cluster ?? (Array.isArray(maps) ? maps[0]?.cluster : undefined);
  return typeof at === "string" && mayNot(at, writes);
}

function planStep(id: string, uses: string, def: AnyStep, input: ShownInput<unknown>, handOff: boolean): PlannedStep {
  const handed = handOff ? handedOff(uses, def, input) : undefined;
  return {
    id,
    uses,
    input: plain(input),
    effect: typeof def.effect === "function" ? def.effect(input) : def.effect,
    on: def.touches(input),
    by: handed ? byPerson(handed) : "sluice",
    says: def.describe(input),
    ...(def.interruptible ? { interruptible: true as const } : {}),
    undo: undoOf(def, input, handed),
  };
}

function handedOff(uses: string, def: AnyStep, input: ShownInput<unknown>): HandOff {
  // A step that is planned as ours although the login may not would fail half way through.
  if (!def.handOff) throw new Error(`the step ${uses} has no text for a person to do it`);
  return def.handOff(input);
}

const byPerson = (handed: HandOff): PlannedStep["by"] => ({
  handOff: handOffText(handed),
  ...(handed.back ? { back: handOffText(handed.back) } : {}),
});

/** What the card shows and a service request is given. */
export const handOffText = ({ cli, rest, note }: Typed & { readonly note?: string }): string =>
  [...(note === undefined ? [] : [note]), `ONTAP CLI:\n${cli}`, `Or REST:\n${rest}`].join("\n\n");

function undoOf(def: AnyStep, input: ShownInput<unknown>, handed: HandOff | undefined): PlannedStep["undo"] {
  if (handed && "describe" in def.undo) {
    const back = def.undo.describe(input);
    return handed.back
      ? { way: "back", says: `By the same person: ${back}` }
      : { way: "stays", says: `A person did it, and only a person can take it back. ${back}` };
  }
  if ("stays" in def.undo) return { way: "stays", says: def.undo.stays };
  if ("impossible" in def.undo) return { way: "none", says: def.undo.impossible };
  return { way: "back", says: def.undo.describe(input) };
}

/** Refs are proxies while planning; stored input is plain data. */
const plain = (value: unknown): Json => JSON.parse(JSON.stringify(value)) as Json;

/** A value in a sentence; a Ref is not known yet and reads as `else`. */
export function shown(value: unknown, otherwise: string): string {
  return typeof value === "string" || typeof value === "number" ? String(value) : otherwise;
}
