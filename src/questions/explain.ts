import { z } from "zod";
import type { Answer, AnswerPart, Question } from "../core/answer.js";
import type { AnyRunbook } from "../runbooks/index.js";
import { offered } from "../core/nearest.js";
import type { HelpWords, QuestionTools } from "./tools.js";
import { sentence } from "./words.js";

const request = z.object({ runbook: z.string() });

/** What a runbook does, and what can be lost by it. */
export async function explain(question: Question, tools: QuestionTools): Promise<Answer> {
  const { runbook } = request.parse(question.request);
  const words = tools.vocabulary.find(({ name }) => name === runbook);
  if (words) return explainOf(words, tools);
  const names = tools.vocabulary.map(({ name }) => name);
  return sentence(`I know nothing called "${runbook}". The nearest: ${offered(runbook, names).join(", ")}.`);
}

const effects = {
  read: "It only looks: nothing can be changed by it.",
  change: "It changes things, and loses no data.",
  destroy: "Data can be lost by it: the plan says which, and whether there is a way back.",
} as const;

/** The same for help on one topic. */
export function explainOf(words: HelpWords, tools: QuestionTools): Answer {
  const summary = `${words.name} ${words.summary}.`;
  if (!words.available) return sentence(`${summary} It is not available yet.`);
  const runbook = tools.runbooks.find((each) => each.name === words.name);
  const says = words.says
    .slice(0, 4)
    .map((pattern) => `• ${pattern}`)
    .join("\n");
  const parts: AnswerPart[] = [
    { kind: "text", text: summary },
    { kind: "text", text: `${effects[words.effect]}${runbook ? ` ${noWayBack(runbook)}` : ""}` },
    { kind: "text", text: `How to say it; what stands in brackets may be left out:\n${says}` },
  ];
  if (!runbook) return { summary, parts };
  return {
    summary,
    parts: [
      ...parts,
      {
        kind: "text",
        text: `For example: “${runbook.example.say}”. The plan names every object it touches and who has to say yes, before anything is changed.`,
      },
    ],
  };
}

/** What its author wrote about steps that cannot be taken back. */
function noWayBack(runbook: AnyRunbook): string {
  const reasons = Object.values(runbook.steps).flatMap(({ undo }) => ("impossible" in undo ? [undo.impossible] : []));
  const unique = [...new Set(reasons)];
  if (unique.length === 0) return "Until it is done, a failure takes back what was done.";
  return `Steps without a way back (not every plan has them): ${unique.join("; ")}.`;
}
