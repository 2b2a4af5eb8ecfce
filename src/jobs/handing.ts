import type { StepView } from "../core/fold.js";
import { LeaseLost } from "../core/journal.js";
import type { Json } from "../core/json.js";
import { asProblem } from "../core/problems.js";
import { handOffText, type Probe, type Typed } from "../runbooks/define.js";
import type { Draft } from "./draft.js";
import type { Engine } from "./engine.js";
import { leaseCheck } from "./guard.js";
import { checked, codeOf, probeStep } from "./probing.js";
import { readTools, runFacts } from "./tools.js";

/** What a run that is held for a person's hand carries, as data. */
export interface Handed {
  /** What to type, with everything the run knows by now. */
  readonly text: string;
  /** It is the way back that is asked for. */
  readonly back: boolean;
  /** How often it was handed off: 1 the first time, more when somebody said that it was done and it could not be seen. */
  readonly time: number;
  /** What was seen instead, the last time somebody said so; or why nothing can be seen. */
  readonly seen?: string;
  /** What the probe compares with, taken before anybody was asked. */
  readonly before?: Json;
}

/**
 * A step somebody else does: asked of the world first, then held with the exact text. It ends when the world shows it. Where our login cannot
 * even look, a person's "done" becomes a doubt, and "it happened" with a name and a reason ends it.
 */
export async function doByHand(engine: Engine, draft: Draft, step: StepView): Promise<void> {
  const id = step.planned.id;
  const probe = await lookUntil(engine, draft, step, (seen) => seen !== "absent" && seen !== "partial");
  if (probe.found === "done") {
    const how = step.handed ? "byHand" : "already";
    await draft.append([checked(engine, draft, id, { type: "ended", step: id, output: probe.output, how })]);
    return;
  }
  if (probe.found === "running") {
    await draft.append([{ type: "waiting", step: id, watch: probe.watch }]);
    return;
  }
  if (probe.found === "foreign" && !step.handed) {
    const problem = `${probe.what}. It is not ours, so it was left alone.`;
    await draft.append([{ type: "failed", step: id, problem, absent: true }]);
    return;
  }
  if (probe.found === "unclear" && step.saidDone) {
    const why = `Somebody says that it is done, and Sluice's login cannot see it. ${probe.why}`;
    await draft.append([{ type: "doubted", step: id, why }]);
    return;
  }
  if (step.phase === "held") return;
  const { def, input } = codeOf(engine, draft.view, step);
  const typed = def.handOff?.(input as Parameters<typeof def.handOff>[0]);
  const before = await pictureBefore(engine, draft, step);
  if (before === "refused") return;
  await hold(draft, step, typed, { back: false, probe, ...(before === undefined ? {} : { before }) });
}

/** The picture is taken before the first time; where what it says forbids the step, the step has failed and nobody is asked. */
async function pictureBefore(engine: Engine, draft: Draft, step: StepView): Promise<Json | "refused" | undefined> {
  const { def, input } = codeOf(engine, draft.view, step);
  if (step.handed || !def.before) return undefined;
  try {
    return await def.before(input, readTools(engine, runFacts(draft.view)));
  } catch (error) {
    if (error instanceof LeaseLost) throw error;
    const problem = asProblem(error).sentence;
    await draft.append([{ type: "failed", step: step.planned.id, problem, absent: true }]);
    return "refused";
  }
}

/** What was said to be done just now may take a moment to show: then looked for as long as after a call of ours. */
async function lookUntil(
  engine: Engine,
  draft: Draft,
  step: StepView,
  shows: (found: Probe<Json>["found"]) => boolean,
): Promise<Probe<Json>> {
  const until = engine.clock.now() + (step.saidDone ? engine.timings.settleMs : 0);
  for (let pauseMs = 100; ; pauseMs = Math.min(pauseMs * 1.6, 1_000)) {
    const probe = await probeStep(engine, draft.view, step);
    if (shows(probe.found) || engine.clock.now() >= until) return probe;
    await engine.clock.sleep(pauseMs);
    await leaseCheck();
  }
}

/** The way back of a step a person did (or may have done): held till the world shows that it is gone. */
export async function takeBackByHand(engine: Engine, draft: Draft, step: StepView): Promise<void> {
  const id = step.planned.id;
  const probe = await lookUntil(engine, draft, step, (seen) => ["absent", "foreign", "unclear"].includes(seen));
  if (probe.found === "absent" || probe.found === "foreign") {
    const note = probe.found === "foreign" ? { note: `Left alone: ${probe.what}.` } : {};
    await draft.append([{ type: "undone", step: id, ...note }]);
    return;
  }
  if (step.planned.undo.way === "none") {
    const problem = `A person was asked to do "${step.planned.says}" and may have done it, and there is no way back: ${step.planned.undo.says}.`;
    await draft.append([{ type: "undoFailed", step: id, problem }]);
    return;
  }
  const { def, input } = codeOf(engine, draft.view, step);
  const typed = def.handOff?.(input as Parameters<typeof def.handOff>[0])?.back;
  // "Done" was said of the way back, not of the way there.
  const saidGone = step.saidDone && (step.lastHandOff as Partial<Handed> | undefined)?.back === true;
  if (probe.found === "unclear" && saidGone) {
    // Nobody can see it and somebody says that it is gone: that word is all there is, and it is written down as a word.
    await draft.append([{ type: "undone", step: id, note: `By a person's word: ${probe.why}` }]);
    return;
  }
  if (step.phase === "held" && (step.held?.detail as Partial<Handed> | undefined)?.back === true) return;
  if (step.phase !== "undoing") await draft.append([{ type: "undoBegan", step: id }]);
  await hold(draft, step, typed, { back: true, probe });
}

async function hold(
  draft: Draft,
  step: StepView,
  typed: (Typed & { readonly note?: string }) | undefined,
  { back, probe, before }: { readonly back: boolean; readonly probe: Probe<Json>; readonly before?: Json },
): Promise<void> {
  const seen = seenBy(probe, step.saidDone && (step.lastHandOff as Partial<Handed> | undefined)?.back === back, back);
  const detail: Handed = {
    text: typed ? handOffText(typed) : step.planned.says,
    back,
    time: timeOf(step, back),
    ...(seen === undefined ? {} : { seen }),
    ...(before === undefined ? {} : { before }),
  };
  await draft.append([
    { type: "held", step: step.planned.id, attempt: step.attempt, why: "handOff", detail: { ...detail } },
  ]);
}

/** Counted from the last hold, which stays in the view while a person's "done" is looked into. */
function timeOf(step: StepView, back: boolean): number {
  const last = step.lastHandOff as Partial<Handed> | undefined;
  return last && last.back === back ? (last.time ?? 0) + 1 : 1;
}

/** What the person should know of what is there now. */
function seenBy(probe: Probe<Json>, saidDone: boolean, back: boolean): string | undefined {
  switch (probe.found) {
    case "absent":
      if (!saidDone) return undefined;
      return `Not seen yet: ${probe.because ?? "nothing of it is there."}`;
    case "partial":
      return back && !saidDone ? undefined : `Not all of it is seen yet: ${probe.why}`;
    case "foreign":
      return `What is there is not what was asked for: ${probe.what}.`;
    case "unclear":
      return `Sluice's login cannot look there: ${probe.why}`;
    case "done":
    case "running":
      return saidDone ? "It is still there." : undefined;
  }
}
