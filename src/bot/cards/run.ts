import type { KnownBlock } from "@slack/types";
import type { PlannedView, RunView } from "../../core/fold.js";
import { context, divider, header, limits, readLength, section, sections, type Drawing } from "../blocks.js";
import { counted, escapedLine, mention, moment, oneLine, unmarked } from "../text.js";
import { showDuration } from "../../core/units.js";
import { buttonBlocks } from "./buttons.js";
import { dangerLines, demandLines, differenceLines, factLines, hashLine, planLines } from "./plan.js";
import { runLink, standing, story } from "./status.js";
import { stepLines } from "./steps.js";
import type { CardContext } from "./types.js";

/** The whole card of a run. Pure: the same run and context give the same blocks. */
export const runCard = (view: RunView, shown: CardContext): Drawing => layOut(view, shown).drawing;

/** `complete`: everything an approver has to read is on the card, unshortened. */
function layOut(view: RunView, shown: CardContext): { drawing: Drawing; complete: boolean } {
  const { mark, words } = standing(view);
  const text = `${mark} ${oneLine(shown.title)} – ${words}. ${plainStory(view, shown)}`.trim();
  const top: KnownBlock[] = [
    header(`${mark} ${oneLine(shown.title)}`),
    context(asking(view), `*${words}*`, ...small(view, shown)),
  ];
  const bottom = buttonBlocks(view, shown);
  const room = limits.message - 400 - readLength(top) - readLength(bottom);
  const { blocks, complete } = body(view, shown, room, limits.blocks - top.length - bottom.length);
  return { drawing: { text: escapedLine(text, limits.fallback), blocks: [...top, ...blocks, ...bottom] }, complete };
}

const asking = (view: RunView): string =>
  `${mention(view.asked.by.user)}: “${escapedLine(view.asked.text, 300)}” · ${moment(view.asked.at)}`;

function small(view: RunView, shown: CardContext): string[] {
  const parts = [`run \`${view.id}\``];
  if (view.planned) parts.push(hashLine(view.planned));
  if (view.asked.parent !== undefined) parts.push(`goes on from ${runLink(view.asked.parent, shown)}`);
  const since = view.planned?.settled?.at;
  if (!view.outcome && since !== undefined && view.steps.some((step) => step.attempt > 0)) {
    parts.push(`for ${showDuration(Math.max(0, shown.now - Date.parse(since)))}`);
  }
  return [parts.join(" · ")];
}

const plainStory = (view: RunView, shown: CardContext): string => unmarked(story(view, shown)[0] ?? "");

/** Does the card still show the plan to be decided upon? */
const asksForVotes = (view: RunView): boolean =>
  view.status === "deciding" || (view.status === "closed" && !view.steps.some((step) => step.attempt > 0));

interface Body {
  readonly blocks: KnownBlock[];
  readonly complete: boolean;
}

function body(view: RunView, shown: CardContext, room: number, most: number): Body {
  const said = story(view, shown);
  const fixed: KnownBlock[] = said.length > 0 ? sections(said) : [];
  if (!view.planned || view.status === "planning") return { blocks: fixed, complete: true };
  const left = room - readLength(fixed);
  if (!asksForVotes(view)) return { blocks: [...fixed, ...runBody(view, shown, left)], complete: true };
  const plan = planBody(view.planned, left, most - fixed.length);
  return { blocks: [...fixed, ...plan.blocks], complete: plan.complete };
}

/** Steps under way; facts that were only needed to decide are gone. */
function runBody(view: RunView, shown: CardContext, room: number): KnownBlock[] {
  for (const each of [220, 120, 60, 30]) {
    const blocks = sections(stepLines(view, shown, each));
    if (readLength(blocks) <= room) return blocks;
  }
  return [section(`${counted(view.steps.length, "step")}; the list is too long for a card.`)];
}

/** What the approver reads. What will be lost and who decides always come first to the room; what has none is told in the thread. */
function planBody(planned: PlannedView, room: number, most: number): Body {
  const danger = whole(dangerLines(planned.facts, planned.plan.warnings), room * 0.35);
  const apart = danger.lines.length > 0 ? [divider, ...sections(danger.lines), divider] : [];
  const parts = [
    whole(differenceLines(planned), room * 0.15),
    whole(factLines(planned.facts), room * 0.15),
    whole(demandLines(planned), room * 0.2),
  ];
  const [difference = [], facts = [], demand = []] = parts.map((part) => sections(part.lines));
  const used = [apart, difference, facts, demand].flat();
  const steps = planSteps(planned, room - readLength(used) - 200, most - used.length);
  const title = planned.plan.steps.length === 0 ? "*There is nothing to do.*" : "*What it will do*";
  return {
    blocks: [...difference, ...apart, ...facts, ...sections([title, ...steps.lines]), ...demand],
    complete: steps.complete && danger.complete && parts.every((part) => part.complete),
  };
}

interface Lines {
  readonly lines: string[];
  readonly complete: boolean;
}

/** As many lines as fit, and how many more there are. */
function whole(lines: readonly string[], room: number): Lines {
  let used = 0;
  const kept: string[] = [];
  for (const line of lines) {
    if (used + line.length > room) break;
    used += line.length + 1;
    kept.push(line);
  }
  const complete = kept.length === lines.length;
  return { complete, lines: complete ? kept : [...kept, `_… and ${lines.length - kept.length} more, in the thread._`] };
}

/** Longest sentence of a step that is shown unshortened anywhere. */
const longest = 1200;

/** The plan's steps: in full if they fit, else shortened, else as many as fit; every approver can read every step in full in the thread then. */
function planSteps(planned: PlannedView, room: number, most: number): Lines {
  const { steps } = planned.plan;
  const budget = Math.min(room, Math.max(1, most - 2) * 2500);
  const length = (lines: readonly string[]): number => lines.reduce((sum, line) => sum + line.length + 1, 0);
  const full = planLines(steps, longest);
  if (length(full) <= budget) return { lines: full, complete: true };
  for (const each of [300, 160]) {
    const short = planLines(steps, each);
    if (length(short) <= budget)
      return { lines: [...short, "_Shortened: every step in full is in the thread._"], complete: false };
  }
  const { lines } = whole(planLines(steps, 160), budget);
  return { lines, complete: false };
}

/** What did not fit on the plan card, for the thread: everything, so that it can be read in one place. Empty when it all fitted. */
export function planOverflow(view: RunView, shown: CardContext): string[] {
  const { planned } = view;
  if (!planned || layOut(view, shown).complete) return [];
  const { facts, plan } = planned;
  return [
    ...differenceLines(planned),
    ...dangerLines(facts, plan.warnings),
    ...factLines(facts),
    ...planLines(plan.steps, longest),
    ...demandLines(planned),
  ];
}
