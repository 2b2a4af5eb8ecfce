import type { KnownBlock } from "@slack/types";
import type { RunView } from "../../core/fold.js";
import { context, divider, header, limits, readLength, section, sections, type Drawing } from "../blocks.js";
import { counted, escapedLine, mention, moment, oneLine } from "../text.js";
import { showDuration } from "../../core/units.js";
import { buttonBlocks } from "./buttons.js";
import { dangerLines, demandLines, differenceLines, factLines, hashLine, planLine, planLines } from "./plan.js";
import { runLink, standing, story } from "./status.js";
import { stepLines } from "./steps.js";
import type { CardContext } from "./types.js";

/** The whole card of a run. Pure: the same run and context give the same blocks. */
export function runCard(view: RunView, shown: CardContext): Drawing {
  const { mark, words } = standing(view, shown);
  const text = `${mark} ${oneLine(shown.title)} – ${words}. ${plainStory(view, shown)}`.trim();
  const top: KnownBlock[] = [header(`${mark} ${oneLine(shown.title)}`), context(asking(view), `*${words}*`, ...small(view, shown))];
  const bottom = buttonBlocks(view, shown);
  const middle = body(view, shown, limits.message - 400 - readLength(top) - readLength(bottom), limits.blocks - top.length - bottom.length);
  return { text: escapedLine(text, limits.fallback), blocks: [...top, ...middle, ...bottom] };
}

const asking = (view: RunView): string => `${mention(view.asked.by.user)}: “${escapedLine(view.asked.text, 300)}” · ${moment(view.asked.at)}`;

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

const plainStory = (view: RunView, shown: CardContext): string =>
  (story(view, shown)[0] ?? "").replace(/<[^>]*>/g, "").replace(/[*_`]/g, "").replaceAll("&amp;", "&").replaceAll("&lt;", "<").replaceAll("&gt;", ">");

/** Does the card still show the plan to be decided upon? */
const asksForVotes = (view: RunView): boolean => view.status === "deciding" || (view.status === "closed" && !view.steps.some((step) => step.attempt > 0));

function body(view: RunView, shown: CardContext, room: number, most: number): KnownBlock[] {
  const said = story(view, shown);
  const fixed: KnownBlock[] = said.length > 0 ? sections(said) : [];
  if (!view.planned || view.status === "planning") return fixed;
  return asksForVotes(view) ? [...fixed, ...planBody(view, shown, room - readLength(fixed), most - fixed.length)] : [...fixed, ...runBody(view, shown, room - readLength(fixed))];
}

/** Steps under way; facts that were only needed to decide are gone. */
function runBody(view: RunView, shown: CardContext, room: number): KnownBlock[] {
  for (const each of [220, 120, 60, 30]) {
    const blocks = sections(stepLines(view, shown, each));
    if (readLength(blocks) <= room) return blocks;
  }
  return [section(`${counted(view.steps.length, "step")}; the list is too long for a card.`)];
}

/** What the approver reads. What will be lost and who decides always stand; steps that have no room are told in the thread. */
function planBody(view: RunView, shown: CardContext, room: number, most: number): KnownBlock[] {
  const planned = view.planned;
  if (!planned) return [];
  const set = whole(dangerLines(planned.facts, planned.plan.warnings), room * 0.35);
  const apart = set.length > 0 ? [divider, ...sections(set), divider] : [];
  const difference = sections(whole(differenceLines(planned), room * 0.15));
  const demand = sections(whole(demandLines(planned), room * 0.2));
  const facts = sections(whole(factLines(planned.facts), room * 0.15));
  const left = room - [apart, difference, demand, facts].reduce((sum, each) => sum + readLength(each), 0) - 100;
  const others = apart.length + difference.length + demand.length + facts.length;
  const { shown: steps } = planSteps(view, left, most - others);
  const title = planned.plan.steps.length === 0 ? "*There is nothing to do.*" : "*What it will do*";
  return [...difference, ...apart, ...sections([title, ...steps]), ...facts, ...demand];
}

/** As many lines as fit, and how many more there are. */
function whole(lines: readonly string[], room: number): string[] {
  let used = 0;
  const kept: string[] = [];
  for (const line of lines) {
    if (used + line.length > room) break;
    used += line.length + 1;
    kept.push(line);
  }
  return kept.length === lines.length ? kept : [...kept, `_… and ${lines.length - kept.length} more, in the thread._`];
}

/** The plan's steps as far as they fit; `rest` is told in the thread, so that every approver can read every step. */
export function planSteps(view: RunView, room: number, most: number): { shown: string[]; rest: string[] } {
  const steps = view.planned?.plan.steps ?? [];
  const budget = Math.min(room, Math.max(1, most - 2) * 2500);
  for (const each of [700, 300, 200]) {
    const lines = planLines(steps, each);
    if (lines.reduce((sum, line) => sum + line.length + 1, 0) <= budget) return { shown: lines, rest: [] };
  }
  const kept = whole(planLines(steps, 300), budget - 60);
  const fits = kept.length - 1;
  return { shown: [...kept.slice(0, -1), `_… and ${counted(steps.length - fits, "more step")}: all of them are in the thread._`], rest: steps.map((step, i) => planLine(step, i + 1, 700)) };
}

/** What did not fit on the plan card, for the thread: everything, so that it can be read in one place. Empty when it all fitted. */
export function planOverflow(view: RunView, shown: CardContext): string[] {
  const { planned } = view;
  if (!planned) return [];
  const card = JSON.stringify(runCard(view, shown).blocks);
  if (!/_… and \d+ more(?: steps?: all of them are|,) in the thread\._/.test(card)) return [];
  return [...differenceLines(planned), ...dangerLines(planned.facts, planned.plan.warnings), ...planLines(planned.plan.steps, 700), ...factLines(planned.facts), ...demandLines(planned)];
}
