import type { Json } from "./json.js";
import type { Said } from "./said.js";

/** What a question is answered with: made by `questions`, drawn by the bot for Slack and by the CLI for a terminal. */
export interface Answer {
  /** One line that says it all: the notification text. */
  readonly summary: Said;
  readonly parts: readonly AnswerPart[];
}

export type Tone = "good" | "warning" | "bad" | "plain";

export type AnswerPart =
  | { readonly kind: "heading"; readonly text: string }
  | { readonly kind: "text"; readonly text: Said; readonly tone?: Tone }
  /** The first column names the row. */
  | {
      readonly kind: "table";
      readonly columns: readonly string[];
      readonly rows: readonly (readonly Said[])[];
    }
  /** One bar a label. */
  | {
      readonly kind: "chart";
      readonly title: string;
      readonly unit: string;
      readonly bars: readonly { label: string; value: number; limit?: number }[];
    }
  /** Buttons that say a sentence in the person's name when pressed. */
  | { readonly kind: "choices"; readonly choices: readonly { label: string; say: string }[] };

/** A question as the queue carries it. */
export interface Question {
  readonly name: string;
  readonly request: Json;
  readonly asker: { readonly team: string; readonly user: string };
  readonly timeZone: string;
}
