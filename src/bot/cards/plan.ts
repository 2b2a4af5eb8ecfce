import type { Fact, PlannedStep } from "../../core/plan.js";
import { shortHash } from "../../core/ids.js";
import type { PlannedView } from "../../core/fold.js";
import { counted, escaped, escapedLine, mention, moment } from "../text.js";
import type { CardContext } from "./types.js";
import { filledPlaces } from "./votes.js";

const effectMark = { read: "👀 looks only", change: "✏️ changes", destroy: "🔥 *destroys data*" } as const;

/** One step as the approver reads it: what it does, what it can lose, and the way back. `room`: characters for each sentence. */
export function planLine(step: PlannedStep, n: number, room: number): string {
  const who = step.by === "sluice" ? "" : " · 🧑‍🔧 by a person, Sluice's login may not";
  const lines = [`*${n}.* ${escapedLine(step.says, room)}  _(${effectMark[step.effect]}${who})_`];
  if (step.effect !== "read") lines.push(`        ${wayBack(step, room)}`);
  return lines.join("\n");
}

function wayBack(step: PlannedStep, room: number): string {
  const says = escapedLine(step.undo.says, room);
  switch (step.undo.way) {
    case "back":
      return `↩️ way back: ${says}`;
    case "stays":
      return `📌 stays: ${says}`;
    case "none":
      return `⛔ *no way back:* ${says}`;
  }
}

/** All steps, one entry each. */
export const planLines = (steps: readonly PlannedStep[], room: number): string[] =>
  steps.map((step, i) => planLine(step, i + 1, room));

/** Facts an approver must not miss: set apart above the plan. */
export function dangerLines(facts: readonly Fact[], warnings: readonly string[]): string[] {
  const danger = facts
    .filter((fact) => fact.tone === "danger")
    .map((fact) => `🔥 *${escapedLine(fact.label, 100)}:* ${escaped(fact.text, 1200)}`);
  const warned = facts
    .filter((fact) => fact.tone === "warning")
    .map((fact) => `⚠️ *${escapedLine(fact.label, 100)}:* ${escaped(fact.text, 800)}`);
  return [...danger, ...warnings.map((each) => `⚠️ ${escaped(each, 800)}`), ...warned];
}

export const factLines = (facts: readonly Fact[]): string[] =>
  facts
    .filter((fact) => !fact.tone || fact.tone === "plain")
    .map((fact) => `*${escapedLine(fact.label, 100)}:* ${escaped(fact.text, 600)}`);

/** Who must say yes, and who has. */
export function demandLines(planned: PlannedView): string[] {
  const { demand } = planned;
  if (demand.denied !== undefined) return [`⛔ *No rule allows this plan:* ${escaped(demand.denied, 600)}`];
  if (demand.nobody) return ["*Nobody has to approve this.*"];
  const lines = filledPlaces(planned).map(({ place, by, open }) => {
    const have = by.map((vote) => `✅ ${mention(vote.by.user)} ${moment(vote.at, "time")}`);
    const state = [...have, ...(open > 0 ? [`⏳ ${counted(open, "more yes", "more yeses")} needed`] : [])].join(", ");
    return `• ${place.count} of *${escapedLine(place.label, 80)}* – ${state}\n        _${escapedLine(place.why, 300)}_`;
  });
  return ["*Who has to say yes*", ...lines];
}

/** How far the votes are: "1 of 2". */
export function votesShort(planned: PlannedView): string {
  const places = filledPlaces(planned);
  const have = places.reduce((sum, each) => sum + each.by.length, 0);
  return `${have} of ${places.reduce((sum, each) => sum + each.place.count, 0)}`;
}

/** When the card stops taking votes, ISO-8601. */
export const expiresAt = (planned: PlannedView, shown: CardContext): string =>
  new Date(Date.parse(planned.at) + shown.cardExpiresMinutes * 60_000).toISOString();

/** What was approved, to compare by eye. */
export const hashLine = (planned: PlannedView): string => `plan \`${shortHash(planned.hash)}\``;

export const differenceLines = (planned: PlannedView): string[] =>
  planned.difference.length === 0
    ? []
    : [
        "🔁 *The plan has changed since it was last shown:*",
        ...planned.difference.map((each) => `• ${escaped(each, 400)}`),
      ];
