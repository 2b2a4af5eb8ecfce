import { ConfigError } from "../config/mistakes.js";
import { asProblem, Problem, Refusal } from "../core/problems.js";
import { plainText } from "../core/said.js";
import type { Answer, AnswerPart } from "../core/answer.js";

/** 0 done, 1 failed, 2 usage, 3 refused. */
export type ExitCode = 0 | 1 | 2 | 3;

export const say = (text: string): void => void process.stdout.write(`${text}\n`);
export const complain = (text: string): void => void process.stderr.write(`${text}\n`);
/** The one document of `--json`. */
export const sayJson = (value: unknown): void => say(JSON.stringify(value, null, 2));

/** A command line that cannot be meant: says what is, exits 2. */
export class UsageError extends Error {}

/** A sentence for whatever went wrong, and the exit code that goes with it. Never a stack. */
export function told(error: unknown): ExitCode {
  if (error instanceof ConfigError || error instanceof UsageError) {
    complain(error.message);
    return 2;
  }
  if (error instanceof Refusal) {
    complain(error.sentence);
    return 3;
  }
  complain(error instanceof Problem ? error.sentence : `Sluice failed: ${asProblem(error).message}`);
  return 1;
}

/** An answer for a terminal. */
export function showAnswer(answer: Answer): string {
  return [plainText(answer.summary), ...answer.parts.map(showPart)].filter((part) => part !== "").join("\n\n");
}

function showPart(part: AnswerPart): string {
  switch (part.kind) {
    case "heading":
      return `== ${part.text}`;
    case "text":
      return plainText(part.text);
    case "table":
      return showTable([part.columns, ...part.rows.map((row) => row.map((cell) => plainText(cell)))]);
    case "chart":
      return [
        part.title,
        ...part.bars.map(
          (bar) => `  ${bar.label}: ${bar.value} ${part.unit}${bar.limit === undefined ? "" : ` (limit ${bar.limit})`}`,
        ),
      ].join("\n");
    case "choices":
      return part.choices.map((choice) => `  [${choice.label}] "${choice.say}"`).join("\n");
  }
}

/** Columns as wide as their widest cell. */
export function showTable(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_, i) => Math.max(...rows.map((row) => (row[i] ?? "").length)));
  return rows
    .map((row) =>
      row
        .map((cell, i) => cell.padEnd(widths[i] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}
