import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect } from "@jest/globals";
import type { Answer, AnswerPart } from "../../src/core/answer.js";
import { plainText, type Said } from "../../src/core/said.js";

/** A text with its people as "@U0STORAGE": what is a person there, and not a word that looks like one. */
export const shownText = (text: Said): string => plainText(text, ({ user }) => `@${user}`);

/** An answer as plain text, every part of it: what golden files hold. */
export function answerText({ summary, parts }: Answer): string {
  return `${[`> ${shownText(summary)}`, ...parts.map(partText)].join("\n\n")}\n`;
}

function partText(part: AnswerPart): string {
  switch (part.kind) {
    case "heading":
      return `# ${part.text}`;
    case "text":
      return `${part.tone === undefined ? "" : `[${part.tone}] `}${shownText(part.text)}`;
    case "table":
      return [part.columns, ...part.rows].map((row) => row.map(shownText).join(" | ")).join("\n");
    case "chart":
      return [
        `${part.title} (${part.unit})`,
        ...part.bars.map((bar) => `${bar.label}: ${bar.value}${bar.limit === undefined ? "" : ` of ${bar.limit}`}`),
      ].join("\n");
    case "choices":
      return part.choices.map(({ label, say }) => `[${label}] says "${say}"`).join("\n");
  }
}

/** Compares with test/golden/answers/NAME.txt; UPDATE_GOLDEN=1 writes it. */
export function expectGolden(name: string, answer: Answer): void {
  const file = join(process.cwd(), "test/golden/answers", `${name}.txt`);
  const text = answerText(answer);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(file, text);
  expect(existsSync(file)).toBe(true);
  expect(text).toBe(readFileSync(file, "utf8"));
}
