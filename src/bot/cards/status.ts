import type { RunView } from "../../core/fold.js";
import { pastNoReturn } from "../../core/fold.js";
import type { Json } from "../../core/json.js";
import { plainText, type Said } from "../../core/said.js";
import { showDuration } from "../../core/units.js";
import { code, counted, escaped, escapedLine, link, mention, moment, verbatim } from "../text.js";
import { expiresAt, votesShort } from "./plan.js";
import { staying, verified } from "./steps.js";
import type { CardContext } from "./types.js";
import { waitsFor } from "./waits.js";

/** Mark and words for where a run stands. */
export interface Standing {
  readonly mark: string;
  readonly words: string;
}

export function standing(view: RunView): Standing {
  if (view.outcome) return ended(view);
  if (view.cancel && view.status !== "doubted" && view.status !== "parked")
    return { mark: "🛑", words: "Being cancelled" };
  switch (view.status) {
    case "planning":
      return view.planned ? { mark: "🔁", words: "Looking again" } : { mark: "🔎", words: "Looking and planning" };
    case "deciding":
      return {
        mark: "🟡",
        words: view.planned ? `Waiting for approval (${votesShort(view.planned)})` : "Waiting for approval",
      };
    case "granted":
      return { mark: "🟢", words: view.planned?.demand.nobody ? "About to start" : "Approved, about to start" };
    case "running":
      return { mark: "🔵", words: "Running" };
    case "waiting":
      return { mark: "🔵", words: `Running: waiting for ${waitsFor(view)}` };
    case "held":
      return { mark: "⏸️", words: "On hold" };
    case "doubted":
      return { mark: "❓", words: "A person has to look" };
    case "unwinding":
      return { mark: "↩️", words: "Taking back what was done" };
    case "parked":
      return { mark: "🅿️", words: "Stopped, needs a person" };
    case "handingOn":
      return { mark: "➡️", words: "Goes on in a second request" };
    case "closed":
      return { mark: "⚪", words: "Over" };
  }
}

function ended(view: RunView): Standing {
  switch (view.outcome) {
    case "succeeded":
      return halfDone(view) ? { mark: "🟠", words: "Half done" } : { mark: "✅", words: "Done" };
    case "undone":
      return { mark: "↩️", words: view.cancel ? "Cancelled, everything taken back" : "Failed, everything taken back" };
    case "abandoned":
      return { mark: "🧑‍🔧", words: "Handed to a person" };
    case "refused":
      return { mark: "🚫", words: "Not possible" };
    case "denied":
      return { mark: "❌", words: "Denied" };
    case "expired":
      return { mark: "⌛", words: "Expired" };
    case "cancelled":
      return { mark: "🛑", words: "Cancelled" };
    case undefined:
      return { mark: "⚪", words: "Over" };
  }
}

export const halfDone = (view: RunView): boolean =>
  view.child?.outcome !== undefined && view.child.outcome !== "succeeded";

/** What a reader must know now, as mrkdwn lines: why it stands still, how it ended, what to do next. */
export function story(view: RunView, shown: CardContext): string[] {
  if (view.outcome) return closingStory(view, shown);
  const cancelling = view.cancel
    ? [`Cancel asked by ${mention(who(view.cancel.by))}; it takes effect at the next step's border.`]
    : [];
  return [...cancelling, ...openStory(view, shown)];
}

function openStory(view: RunView, shown: CardContext): string[] {
  switch (view.status) {
    case "held":
      return heldStory(view, shown);
    case "doubted":
      return [...doubtStory(view), ...standsWhere(shown)];
    case "parked":
      return [
        `*${escaped(view.problem ?? "A step failed.", 900)}*`,
        pastNoReturn(view)
          ? "The point of no return is behind it, so nothing is taken back. Its locks stay until somebody decides: try again, or hand it to a person."
          : "Not everything could be taken back. Its locks stay until somebody decides: try again, or hand it to a person.",
        ...standsWhere(shown),
      ];
    case "unwinding":
      return [
        ...(view.problem === undefined ? [] : [escaped(view.problem, 900)]),
        "Every step that was done is taken back, last one first.",
      ];
    case "handingOn":
      return view.child ? [`Goes on as ${runLink(view.child.id, shown)}, which has a plan and votes of its own.`] : [];
    case "deciding":
      return view.planned ? [`Votes are taken until ${moment(expiresAt(view.planned, shown))}.`] : [];
    default:
      return [];
  }
}

const who = (by: { user: string } | "sluice"): string => (by === "sluice" ? "sluice" : by.user);

export const runLink = (run: string, shown: CardContext): string => {
  const url = shown.links?.[run];
  return url === undefined ? code(run) : link(url, run);
};

function heldStory(view: RunView, shown: CardContext): string[] {
  const step = view.steps.find((each) => each.phase === "held");
  const held = step?.held ?? view.held;
  if (!held) return ["It waits."];
  switch (held.why) {
    case "lock":
      return lockStory(held.detail, shown);
    case "arrayApproval": {
      const index = member(held.detail, "request") ?? member(held.detail, "index");
      const cluster = member(held.detail, "cluster");
      return [
        `The array ${cluster === undefined ? "" : `${code(String(cluster))} `}wants its own approval before it does this${index === undefined || index === null ? "" : `: *request ${escapedLine(String(index), 20)}*`}.`,
        "Approve or veto it there; Sluice notices by itself and goes on. Nothing of this step has happened yet.",
      ];
    }
    case "handOff":
      return handOffStory(held.detail, step?.planned.says ?? "a step");
    case "stop":
      return ["Sluice was told to stop here. Nothing is under way; *Go on* lets it continue."];
  }
}

/** Characters of the text a card has room for; all of it is in the thread where it is longer. */
const handOffRoom = 2200;

function handOffStory(detail: Json, says: string): string[] {
  const text = String(member(detail, "text") ?? "");
  const seen = member(detail, "seen");
  const asked =
    member(detail, "back") === true
      ? "Taking this back needs a person too: Sluice's login may not."
      : "A person has to do this step: Sluice's login may not.";
  return [
    ...(typeof seen === "string" ? [`👀 *${escaped(seen, 700)}*`] : []),
    `${asked} *${escapedLine(says, 400)}*\nThe exact text for it, or for a service request; then press *Done, look again*:`,
    verbatim(text).length > handOffRoom ? "_The text is long: it is whole in the thread._" : verbatim(text),
  ];
}

/** The text of a step that is handed off, in pieces a section can hold, each cut at a line's end. Empty when none is, or when the card shows it. */
export function handOffPages(view: RunView): string[] {
  const held = view.steps.find((step) => step.phase === "held")?.held;
  const text = held?.why === "handOff" ? String(member(held.detail, "text") ?? "") : "";
  if (verbatim(text).length <= handOffRoom) return [];
  const pages: string[] = [];
  for (const line of text.split("\n")) {
    const last = pages[pages.length - 1];
    const longer = last === undefined ? line : `${last}\n${line}`;
    if (last === undefined || verbatim(longer).length > handOffRoom) pages.push(line);
    else pages[pages.length - 1] = longer;
  }
  return pages.map(verbatim);
}

function lockStory(detail: Json, shown: CardContext): string[] {
  const holders = Array.isArray(detail) ? (detail as Json[]) : [];
  const byRun = new Map<string, string[]>();
  for (const holder of holders) {
    const run = member(holder, "run");
    if (typeof run === "string")
      byRun.set(run, [...(byRun.get(run) ?? []), String(member(holder, "resource") ?? "something it needs")]);
  }
  if (byRun.size === 0) return ["Another request holds something this one needs. It starts by itself when that ends."];
  const lines = [...byRun].slice(0, 8).map(
    ([run, resources]) =>
      `• ${runLink(run, shown)} holds ${resources
        .slice(0, 5)
        .map((each) => code(each, 80))
        .join(", ")}${resources.length > 5 ? ` and ${resources.length - 5} more` : ""}`,
  );
  return ["Another request works on the same things:", ...lines, "It starts by itself when that ends."];
}

const member = (detail: Json, key: string): Json | undefined =>
  typeof detail === "object" && detail !== null && !Array.isArray(detail)
    ? (detail as { [key: string]: Json | undefined })[key]
    : undefined;

function doubtStory(view: RunView): string[] {
  const step = view.steps.find((each) => each.phase === "doubted");
  return [
    `Sluice cannot tell whether this happened: *${escapedLine(step?.planned.says ?? "a step", 500)}*`,
    ...(step?.problem === undefined ? [] : [escaped(step.problem, 700)]),
    "Nothing goes on until a person has looked. *Check again* looks once more; the other two are your word, with your name and a reason.",
  ];
}

function closingStory(view: RunView, shown: CardContext): string[] {
  switch (view.outcome) {
    case "succeeded":
      return [doneSentence(view, shown), ...childStory(view, shown)];
    case "undone":
      return [
        ...(view.cancel
          ? [`Cancelled by ${mention(who(view.cancel.by))}${reason(view.cancel.reason)}.`]
          : [escaped(view.problem ?? "A step failed.", 900)]),
        "Everything Sluice had done was taken back and checked.",
        ...staying(view),
      ];
    case "abandoned":
      return [
        `Handed to a person by ${mention(who(view.endedBy ?? "sluice"))} ${moment(view.updatedAt)}.`,
        ...(view.problem === undefined ? [] : [escaped(view.problem, 900)]),
        `${counted(view.steps.filter((step) => step.phase === "ended").length, "step")} of ${view.steps.length} had been done and ${doneStay(view)}; what is missing is for that person.`,
        ...standsWhere(shown),
      ];
    case "refused":
      return [
        escaped(view.problem ?? "This cannot be done.", 1500),
        ...(view.steps.some((step) => step.attempt > 0) || saysNothingChanged(view.problem)
          ? []
          : ["_Nothing was changed._"]),
      ];
    case "denied":
      return [deniedSentence(view), "_Nothing was changed._"];
    case "expired":
      return [
        escaped(view.problem ?? "The time for it ran out.", 600),
        "_Nothing was changed._ Ask again if it is still wanted.",
      ];
    case "cancelled":
      return [
        `Cancelled by ${mention(who(view.endedBy ?? "sluice"))} ${moment(view.updatedAt)}${reason(view.problem)}.`,
        "_Nothing was changed._",
      ];
    case undefined:
      return [];
  }
}

const saysNothingChanged = (problem: Said | undefined): boolean =>
  problem !== undefined && /\bnothing was changed\b/i.test(plainText(problem));

const doneStay = (view: RunView): string =>
  view.steps.some((step) => step.phase === "undone") ? "some were taken back" : "stay as they are";

const reason = (text: Said | undefined): string =>
  text === undefined || plainText(text).trim() === "" ? "" : `: “${escapedLine(text, 500)}”`;

export function deniedSentence(view: RunView): string {
  const vote = view.planned?.votes.findLast((each) => each.vote === "deny");
  const by = vote?.by.user ?? who(view.endedBy ?? "sluice");
  return `Denied by ${mention(by)} ${moment(vote?.at ?? view.updatedAt)}${reason(vote?.reason ?? view.problem)}.`;
}

/** "Done in 41 s. 9 of 9 verified. Mounted at /epic/trn on epic-trn-01. Lease ends …" */
export function doneSentence(view: RunView, shown: CardContext): string {
  const began = view.planned?.settled?.at ?? view.asked.at;
  const took = Date.parse(view.updatedAt) - Date.parse(began);
  return [
    `*Done in ${showDuration(Math.max(0, took))}.*`,
    verified(view),
    ...(shown.closing?.sentences ?? []).map((each) => closingText(each)),
  ].join(" ");
}

/** Closing sentences are ours but carry names; a moment in them stands as an ISO time and is shown in the reader's own zone. */
const closingText = (sentence: string, most = 400): string =>
  escapedLine(sentence, most).replace(/\b\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d+)?)?Z/g, (iso) => moment(iso));

/** Ours, with names in it; a set of many volumes is named in one sentence. */
const standsWhere = ({ standing: sentences = [] }: CardContext): string[] =>
  sentences.length === 0 ? [] : ["*What stands where*", ...sentences.map((each) => `• ${closingText(each, 800)}`)];

function childStory(view: RunView, shown: CardContext): string[] {
  if (!view.child?.outcome) return [];
  const next = runLink(view.child.id, shown);
  return halfDone(view)
    ? [
        `🟠 *Half done:* the second request ${next} ended as “${escapedLine(view.child.outcome, 40)}”, so its part is left undone.`,
      ]
    : [`The second request ${next} is done as well.`];
}
