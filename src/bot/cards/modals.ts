import type { KnownBlock, ModalView } from "@slack/types";
import { section } from "../blocks.js";
import { escapedLine, plain } from "../text.js";

/** Modals and what they are for; each is a `callback_id`. */
export const modals = {
  deny: "deny",
  hand: "hand",
  happened: "happened",
  didNot: "didNot",
  confirm: "confirm",
  protect: "protect",
} as const;
export type ModalName = keyof typeof modals;

/** Where the answer to a modal belongs. Travels through Slack, so that it is no authority: every id in it is looked up again. */
export interface ModalPlace {
  readonly channel: string;
  readonly thread?: string;
  /** The card's key or the run's id. */
  readonly of: string;
  readonly step?: string;
}

export const reasonBlock = "reason";
export const wordBlock = "word";
/** The input of every field of a modal. */
export const inputAction = "value";

interface Wording {
  readonly title: string;
  readonly submit: string;
  readonly says: string;
  readonly label: string;
}

const wordings: Readonly<Record<Exclude<ModalName, "confirm" | "protect">, Wording>> = {
  deny: {
    title: "Deny this plan",
    submit: "Deny",
    says: "The plan will not run. The one who asked reads your reason.",
    label: "Why not?",
  },
  hand: {
    title: "Hand to a person",
    submit: "Hand over",
    says: "Sluice stops here for good and lets go of its locks. What is half done stays as it is, for that person.",
    label: "Who takes it on, and what is to be done?",
  },
  happened: {
    title: "It happened",
    submit: "It happened",
    says: "You have looked, and this step did happen. Sluice goes on behind it.",
    label: "How do you know?",
  },
  didNot: {
    title: "It did not happen",
    submit: "It did not",
    says: "You have looked, and this step did not happen. Sluice may do it again.",
    label: "How do you know?",
  },
};

/** A modal that asks for a reason. */
export function reasonModal(
  name: Exclude<ModalName, "confirm" | "protect">,
  place: ModalPlace,
  about?: string,
): ModalView {
  const wording = wordings[name];
  const intro = about === undefined ? wording.says : `*${escapedLine(about, 1000)}*\n${wording.says}`;
  return modal(name, wording.title, wording.submit, place, [
    section(intro),
    input(reasonBlock, wording.label, { multiline: true, max: 500 }),
  ]);
}

/** Approving what has no way back: the word is typed, so that it is never one slip of the hand. */
export function confirmModal(place: ModalPlace, word: string, lost: readonly string[]): ModalView {
  const intro = [
    `There is *no way back* from this plan, and no safety copy.`,
    ...lost.slice(0, 5).map((each) => `⛔ ${escapedLine(each, 400)}`),
  ].join("\n");
  return modal("confirm", "No way back", "Approve", place, [
    section(intro),
    input(wordBlock, `Type ${word} to approve`, { multiline: false, max: 200 }),
  ]);
}

function modal(name: ModalName, title: string, submit: string, place: ModalPlace, blocks: KnownBlock[]): ModalView {
  return {
    type: "modal",
    callback_id: modals[name],
    private_metadata: JSON.stringify(place),
    title: { type: "plain_text", text: plain(title, 24) },
    submit: { type: "plain_text", text: plain(submit, 24) },
    close: { type: "plain_text", text: "Back" },
    blocks,
  };
}

const input = (block: string, label: string, rule: { multiline: boolean; max: number }): KnownBlock => ({
  type: "input",
  block_id: block,
  label: { type: "plain_text", text: plain(label, 300) },
  element: {
    type: "plain_text_input",
    action_id: inputAction,
    multiline: rule.multiline,
    min_length: 1,
    max_length: rule.max,
  },
});

/** What came back in `private_metadata`; undefined when it is not ours. */
export function readPlace(text: string): ModalPlace | undefined {
  try {
    const value = JSON.parse(text) as Partial<ModalPlace> | null;
    if (typeof value?.channel !== "string" || typeof value.of !== "string") return undefined;
    return {
      channel: value.channel,
      of: value.of,
      ...(typeof value.thread === "string" ? { thread: value.thread } : {}),
      ...(typeof value.step === "string" ? { step: value.step } : {}),
    };
  } catch {
    return undefined;
  }
}
