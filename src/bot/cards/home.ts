import type { HomeView, KnownBlock } from "@slack/types";
import type { RunView } from "../../core/fold.js";
import { actions, button, context, divider, header, section } from "../blocks.js";
import { escapedLine, mention, moment } from "../text.js";
import { expiresAt } from "./plan.js";
import { standing } from "./status.js";
import type { CardContext } from "./types.js";
import { filledPlaces } from "./votes.js";

export interface HomeRow {
  readonly view: RunView;
  readonly shown: CardContext;
  /** The card's address, when it is known. */
  readonly link?: string;
}

export interface HomeOf {
  readonly user: string;
  /** Group ids the person is in now. */
  readonly groups: readonly string[];
  readonly open: readonly HomeRow[];
  /** Newest first. */
  readonly recent: readonly HomeRow[];
  /** "/sluice" */
  readonly command: string;
}

/** Could this person's yes still count? For showing only; the desk decides. */
export function waitsFor(row: HomeRow, user: string, groups: readonly string[]): boolean {
  const { view } = row;
  if (view.status !== "deciding" || !view.planned || view.asked.by.user === user) return false;
  if (view.planned.votes.some((vote) => vote.by.user === user)) return false;
  return filledPlaces(view.planned).some(({ place, open }) => open > 0 && groups.includes(place.group));
}

/** What waits for you, what you asked for, and where to begin. */
export function homeView(of: HomeOf): HomeView {
  const waiting = of.open.filter((row) => waitsFor(row, of.user, of.groups));
  const mine = of.recent.filter((row) => row.view.asked.by.user === of.user);
  const blocks: KnownBlock[] = [
    header("Waits for you"),
    ...(waiting.length === 0
      ? [context("Nothing waits for your yes or no.")]
      : waiting.slice(0, 10).flatMap(waitingRow)),
    divider,
    header("What you asked for"),
    ...(mine.length === 0
      ? [
          context(
            `Nothing yet. Try \`${of.command} help\`, or write “clone prod volume for training” in a channel I listen to.`,
          ),
        ]
      : mine.slice(0, 15).map(mineRow)),
    divider,
    actions("say", [
      button("say:0", "My clones", "my clones"),
      button("say:1", "Health", "health"),
      button("say:2", "What runs", "runs"),
      button("say:3", "Help", "help"),
    ]),
  ];
  return { type: "home", blocks };
}

function waitingRow(row: HomeRow, n: number): KnownBlock[] {
  const { view, shown } = row;
  const until = view.planned ? ` · until ${moment(expiresAt(view.planned, shown))}` : "";
  const text = `*${escapedLine(shown.title, 200)}*\n${mention(view.asked.by.user)} asked ${moment(view.asked.at)}${until}`;
  return [
    section(text),
    ...(row.link === undefined
      ? []
      : [
          actions(`open${n}`, [
            button(`open:${n}`, "Read the plan and decide", view.id, { style: "primary", url: row.link }),
          ]),
        ]),
  ];
}

function mineRow(row: HomeRow): KnownBlock {
  const { mark, words } = standing(row.view);
  const title =
    row.link === undefined
      ? `*${escapedLine(row.shown.title, 200)}*`
      : `<${row.link}|${escapedLine(row.shown.title, 200)}>`;
  return section(`${mark} ${title} – ${words} · ${moment(row.view.updatedAt)}`);
}
