import type { Button, KnownBlock, StaticSelect } from "@slack/types";
import { plain } from "./text.js";

/** `data_visualization` is newer than the types package. Source: docs.slack.dev, Block Kit, 2026-06. */
export interface ChartBlock {
  readonly type: "data_visualization";
  readonly title: string;
  readonly chart: {
    readonly type: "bar";
    readonly series: readonly { readonly name: string; readonly data: readonly { label: string; value: number }[] }[];
    readonly axis_config: { readonly categories: readonly string[]; readonly y_label?: string };
  };
}
export type CardBlock = KnownBlock | ChartBlock;

/** What is posted: blocks, and the text for notifications and screen readers. */
export interface Drawing {
  readonly text: string;
  readonly blocks: readonly CardBlock[];
  /** Sent instead where Slack refuses the blocks; absent: the blocks without headers, tables and charts. */
  readonly fallback?: readonly KnownBlock[];
}

/** Slack's limits that cards run into (reference B1). `message` is our budget below the 13,200 that were seen to be refused. */
export const limits = {
  blocks: 50,
  section: 3000,
  header: 150,
  context: 10,
  button: 75,
  value: 2000,
  option: 75,
  fallback: 3000,
  message: 12_000,
} as const;

export const header = (text: string): KnownBlock => ({
  type: "header",
  text: { type: "plain_text", text: plain(text, limits.header), emoji: true },
});

/** `text` is mrkdwn that is escaped already. */
export const section = (text: string): KnownBlock => ({ type: "section", text: mrkdwn(text), expand: true });

export const context = (...texts: readonly string[]): KnownBlock => ({
  type: "context",
  elements: texts.slice(0, limits.context).map(mrkdwn),
});

export const divider: KnownBlock = { type: "divider" };

const mrkdwn = (text: string) => ({ type: "mrkdwn" as const, text: withinLines(text, limits.section), verbatim: true });

/** The last resort for text that is built of whole lines: whole lines go, never half a token. */
function withinLines(text: string, max: number): string {
  if (text.length <= max) return text === "" ? " " : text;
  const lines = text.split("\n");
  while (lines.length > 1 && lines.join("\n").length > max - 2) lines.pop();
  const kept = lines.join("\n");
  return kept.length <= max - 2
    ? `${kept}\n…`
    : `${kept
        .replace(/[<&][^>;]*$/, "")
        .slice(0, max - 100)
        .replace(/[<&][^>;]*$/, "")}…`;
}

export interface ButtonLook {
  readonly style?: "primary" | "danger";
  readonly confirm?: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string };
  readonly url?: string;
}

export function button(id: string, label: string, value: string, look: ButtonLook = {}): Button {
  const { style, confirm, url } = look;
  return {
    type: "button",
    action_id: id,
    text: { type: "plain_text", text: plain(label, limits.button), emoji: true },
    value: value.slice(0, limits.value),
    ...(style ? { style } : {}),
    ...(url ? { url } : {}),
    ...(confirm
      ? {
          confirm: {
            title: { type: "plain_text", text: plain(confirm.title, 100) },
            text: { type: "plain_text", text: plain(confirm.text, 300) },
            confirm: { type: "plain_text", text: plain(confirm.yes, 30) },
            deny: { type: "plain_text", text: plain(confirm.no, 30) },
          },
        }
      : {}),
  };
}

export const actions = (block: string, buttons: readonly (Button | StaticSelect)[]): KnownBlock => ({
  type: "actions",
  block_id: block,
  elements: buttons.slice(0, 25),
});

/** A sentence behind a button: pressing it says the sentence in the presser's name. A sentence too long for a button gets none. */
export function sayButtons(choices: readonly { readonly label: string; readonly say: string }[]): Button[] {
  return choices
    .filter((each) => each.say.length > 0 && each.say.length <= limits.value)
    .slice(0, 25)
    .map((each, n) => button(`say:${n}`, each.label, each.say));
}

/** A list to choose a sentence from, said in the chooser's name. Slack takes 100 options of 75 characters; one whose sentence is longer goes. */
export function sayList(
  id: string,
  prompt: string,
  choices: readonly { readonly label: string; readonly say: string }[],
): StaticSelect | undefined {
  const options = choices
    .filter((each) => each.say.length > 0 && each.say.length <= limits.option)
    .slice(0, 100)
    .map(({ label, say }) => ({
      text: { type: "plain_text" as const, text: plain(label, limits.option) },
      value: say,
    }));
  if (options.length === 0) return undefined;
  return {
    type: "static_select",
    action_id: id,
    placeholder: { type: "plain_text", text: plain(prompt, 150) },
    options,
  };
}

/** Whole lines as few sections as they need, each within Slack's limit. */
export function sections(lines: readonly string[], max: number = limits.section): KnownBlock[] {
  const blocks: KnownBlock[] = [];
  let held = "";
  for (const line of lines) {
    if (held !== "" && held.length + line.length + 1 > max) {
      blocks.push(section(held));
      held = "";
    }
    held = held === "" ? line : `${held}\n${line}`;
  }
  if (held !== "") blocks.push(section(held));
  return blocks;
}

/** Characters people read in blocks, as Slack counts them towards a message's total: every text, tables and charts aside. */
export function readLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + readLength(each), 0);
  if (typeof value !== "object" || value === null) return 0;
  const { type, text, ...rest } = value as { type?: unknown; text?: unknown };
  if (type === "table" || type === "data_visualization") return 0;
  const own = typeof text === "string" ? text.length : readLength(text);
  return own + readLength(Object.values(rest));
}

/** The same message with nothing but sections, contexts and buttons: for a workspace that refuses the newer blocks. */
export function simpler(drawing: Drawing): Drawing {
  if (drawing.fallback && drawing.fallback.length > 0) return { text: drawing.text, blocks: drawing.fallback };
  const kept = drawing.blocks.filter((each): each is KnownBlock =>
    ["section", "context", "actions", "divider"].includes(each.type),
  );
  return { text: drawing.text, blocks: kept.length > 0 ? kept : [section(drawing.text.slice(0, limits.section))] };
}
