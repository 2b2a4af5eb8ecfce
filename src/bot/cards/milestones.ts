import type { RunView } from "../../core/fold.js";
import type { Json } from "../../core/json.js";
import { sections, type Drawing } from "../blocks.js";
import { escaped, mention, mentionGroup, unmarked } from "../text.js";
import { planOverflow } from "./run.js";
import { deniedSentence, halfDone, handOffPages, runLink, story } from "./status.js";
import type { CardContext } from "./types.js";

/** Something told once in the run's thread. An updated card notifies nobody; these do. */
export interface Milestone {
  /** Kept in `Card.told`. */
  readonly id: string;
  readonly drawing: Drawing;
}

/** Everything this run's thread should have been told by now, oldest first. */
export function milestones(view: RunView, shown: CardContext): Milestone[] {
  return [...planTold(view, shown), ...grantTold(view), ...standstillTold(view, shown), ...endTold(view, shown)];
}

const say = (id: string, lines: readonly string[], text = lines.join(" ")): Milestone => ({
  id,
  drawing: {
    text: text.length <= 2900 ? text : unmarked(text).replace(/[<>&]/g, " ").slice(0, 2900),
    blocks: sections(lines),
  },
});

function planTold(view: RunView, shown: CardContext): Milestone[] {
  const { planned } = view;
  if (!planned || planned.demand.nobody || planned.demand.denied !== undefined) return [];
  const told: Milestone[] = [];
  const rest = planOverflow(view, shown);
  for (const [n, lines] of pages(rest).entries())
    told.push(say(`rest:${planned.key}:${n}`, lines, `The whole plan (${n + 1})`));
  if (view.status === "deciding") {
    const groups = [...new Set(planned.demand.places.map((place) => mentionGroup(place.group, place.label)))];
    const again =
      planned.difference.length > 0 ? " The plan has changed since the last one, so earlier votes do not count." : "";
    told.push(
      say(`decide:${planned.key}`, [`${groups.join(" and ")}: please read the plan above and decide.${again}`]),
    );
  }
  return told;
}

/** Pages of at most 10,000 characters. */
function pages(lines: readonly string[]): string[][] {
  const out: string[][] = [];
  let used = Infinity;
  for (const line of lines) {
    if (used + line.length > 10_000) {
      out.push([]);
      used = 0;
    }
    (out[out.length - 1] as string[]).push(line);
    used += line.length + 1;
  }
  return out;
}

function grantTold(view: RunView): Milestone[] {
  const { planned } = view;
  if (!planned || planned.demand.nobody || planned.settled?.outcome !== "granted") return [];
  const by = planned.votes.filter((vote) => vote.vote === "approve").map((vote) => mention(vote.by.user));
  return [
    say(`granted:${planned.key}`, [
      `${mention(view.asked.by.user)}: approved by ${[...new Set(by)].join(" and ")}. It starts now.`,
    ]),
  ];
}

/** A hand-off is told again whenever somebody said that it was done and it was not, and when the way back is asked for. */
function looks(detail: Json | undefined): string {
  const { time, back } = (detail ?? {}) as { readonly time?: number; readonly back?: boolean };
  return time === undefined ? "" : `:${back === true ? "back" : "do"}${time}`;
}

/** Whenever it stands still and somebody has to do something about it: once per step and attempt. */
function standstillTold(view: RunView, shown: CardContext): Milestone[] {
  if (view.outcome) return [];
  const step = view.steps.find(
    (each) =>
      each.phase === "held" || each.phase === "doubted" || each.phase === "failed" || each.phase === "undoFailed",
  );
  const at = `${step?.planned.id ?? "start"}:${step?.attempt ?? 0}`;
  const asker = mention(view.asked.by.user);
  switch (view.status) {
    case "held":
      return [
        say(`held:${at}:${step?.held?.why ?? view.held?.why ?? ""}${looks(step?.held?.detail)}`, [
          `⏸️ ${asker}: ${story(view, shown).slice(-3).join("\n")}`,
          ...handOffPages(view),
        ]),
      ];
    case "doubted":
      return [
        say(`doubted:${at}`, [`❓ ${asker}: ${story(view, shown).join("\n")}\n_The buttons are on the card above._`]),
      ];
    case "parked":
      return [
        say(`parked:${at}`, [`🅿️ ${asker}: ${story(view, shown).join("\n")}\n_The buttons are on the card above._`]),
      ];
    case "unwinding":
      return [
        say("unwinding", [
          `↩️ ${asker}: ${view.cancel ? "cancelled" : escaped(view.problem ?? "a step failed", 900)} – what was done is being taken back.`,
        ]),
      ];
    case "handingOn":
      return view.child
        ? [
            say(`child:${view.child.id}`, [
              `➡️ ${asker}: this goes on as ${runLink(view.child.id, shown)}, with a plan and votes of its own.`,
            ]),
          ]
        : [];
    default:
      return [];
  }
}

const endMark: Readonly<Record<NonNullable<RunView["outcome"]>, string>> = {
  succeeded: "✅",
  undone: "↩️",
  abandoned: "🧑‍🔧",
  refused: "🚫",
  denied: "❌",
  expired: "⌛",
  cancelled: "🛑",
};

function endTold(view: RunView, shown: CardContext): Milestone[] {
  if (!view.outcome) return [];
  const asker = mention(view.asked.by.user);
  const lines = view.outcome === "denied" ? [deniedSentence(view)] : story(view, shown);
  const mark = view.outcome === "succeeded" && halfDone(view) ? "🟠" : endMark[view.outcome];
  return [say(`end:${view.outcome}`, [`${mark} ${asker}: ${lines.join("\n")}`])];
}
