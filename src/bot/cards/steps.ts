import type { RunView, StepView } from "../../core/fold.js";
import { showDuration } from "../../core/units.js";
import { bar, counted, escaped, escapedLine } from "../text.js";
import type { CardContext } from "./types.js";

const glyph: Readonly<Record<StepView["phase"], string>> = {
  pending: "○",
  begun: "▸",
  waiting: "▸",
  held: "⏸",
  ended: "✓",
  failed: "✗",
  doubted: "❓",
  undoing: "↶",
  undone: "↩",
  undoFailed: "✗",
};

const resting = new Set<StepView["phase"]>(["pending", "ended", "undone"]);

/** Every step with its mark; the one under way in bold with its progress. Long plans keep what is near the work and count the rest. */
export function stepLines(view: RunView, shown: CardContext, room: number): string[] {
  const all = view.steps.map((step, i) => stepLine(step, i + 1, shown, room));
  const kept = nearWork(view.steps, 24);
  const lines: string[] = [];
  let skipped: StepView[] = [];
  for (const [i, step] of view.steps.entries()) {
    if (kept.has(i)) {
      if (skipped.length > 0) lines.push(skippedLine(skipped));
      skipped = [];
      lines.push(all[i] as string);
    } else skipped.push(step);
  }
  if (skipped.length > 0) lines.push(skippedLine(skipped));
  return lines;
}

/** Indexes of the steps shown one by one: all if they are few, else whatever is not at rest and what is around it. */
function nearWork(steps: readonly StepView[], most: number): ReadonlySet<number> {
  if (steps.length <= most) return new Set(steps.keys());
  const busy = [...steps.keys()].filter((i) => !resting.has((steps[i] as StepView).phase));
  const next = steps.findIndex((step) => step.phase === "pending");
  const centre = busy[0] ?? (next === -1 ? steps.length - 1 : next);
  const byDistance = [...steps.keys()].sort((a, b) => distance(a, busy, centre) - distance(b, busy, centre));
  return new Set(byDistance.slice(0, most));
}

const distance = (i: number, busy: readonly number[], centre: number): number =>
  busy.includes(i) ? -1 : Math.abs(i - centre);

function skippedLine(steps: readonly StepView[]): string {
  const done = steps.filter((step) => step.phase === "ended").length;
  const rest = steps.length - done;
  const parts = [
    ...(done > 0 ? [`✓ ${counted(done, "step")} done`] : []),
    ...(rest > 0 ? [`○ ${counted(rest, "step")} to come`] : []),
  ];
  return `_… ${parts.join(", ")} …_`;
}

function stepLine(step: StepView, n: number, shown: CardContext, room: number): string {
  const says = escapedLine(step.planned.says, room);
  const busy = !resting.has(step.phase);
  const line = `${glyph[step.phase]} ${n}. ${busy ? `*${says}*` : says}${aside(step)}`;
  const more = beside(step, shown);
  return more.length > 0 ? [line, ...more.map((each) => `        ${each}`)].join("\n") : line;
}

/** How a step that is over came to be so. */
function aside(step: StepView): string {
  switch (step.how) {
    case "already":
      // a look is never "so already": it was taken now
      return step.planned.effect === "read" ? "" : " _(was so already)_";
    case "recovered":
      return " _(had happened, found again)_";
    case "attested":
      return " _(a person says it happened)_";
    case "byHand":
      return " _(done by a person, and seen)_";
    default: {
      const took = step.beganAt && step.endedAt ? Date.parse(step.endedAt) - Date.parse(step.beganAt) : 0;
      return step.phase === "ended" && took >= 1000 ? ` _(${showDuration(took)})_` : "";
    }
  }
}

function beside(step: StepView, shown: CardContext): string[] {
  if (step.phase === "failed" || step.phase === "undoFailed" || step.phase === "doubted") {
    return step.problem === undefined ? [] : [escaped(step.problem, 500)];
  }
  const { progress } = shown;
  if (
    (step.phase !== "begun" && step.phase !== "waiting" && step.phase !== "undoing") ||
    progress?.step !== step.planned.id
  )
    return [];
  return [
    [
      ...(progress.fraction === undefined ? [] : [`\`${bar(progress.fraction)}\``]),
      escapedLine(progress.text, 200),
    ].join("  "),
  ];
}

/** "9 of 9 verified." – and how many of them by a person's word. */
export function verified(view: RunView): string {
  const ended = view.steps.filter((step) => step.phase === "ended");
  const attested = ended.filter((step) => step.how === "attested").length;
  const proven = `${ended.length - attested} of ${view.steps.length} verified.`;
  return attested === 0 ? proven : `${proven} ${counted(attested, "step")} by a person's word.`;
}

/** What stays behind after an unwinding, in the words of the plan. */
export const staying = (view: RunView): string[] =>
  view.steps
    .filter(
      (step) =>
        (step.attempt > 0 || step.how === "byHand") &&
        step.how !== "already" &&
        step.planned.undo.way === "stays" &&
        step.planned.effect !== "read",
    )
    .map((step) => `📌 stays: ${escapedLine(step.planned.undo.says, 400)}`);
