import { ZodError } from "zod";
import type { Answer, Question } from "../core/answer.js";
import { Problem, Refusal } from "../core/problems.js";
import type { Said } from "../core/said.js";
import { approvals } from "./approvals.js";
import { clones } from "./clones.js";
import { explain } from "./explain.js";
import { health } from "./health.js";
import { help } from "./help.js";
import { runs } from "./runs.js";
import { status } from "./status.js";
import type { QuestionTools } from "./tools.js";
import { sentence } from "./words.js";

export { exampleOf } from "./help.js";
export { secretLife } from "./secretLife.js";
export { titleOf, type HelpWords, type QuestionTools } from "./tools.js";

type Answering = (question: Question, tools: QuestionTools) => Promise<Answer>;

/** One line per question. */
const questions: Readonly<Record<string, Answering>> = { status, health, explain, clones, runs, approvals, help };

/** Names that are answered, not planned. */
export const questionNames: readonly string[] = Object.keys(questions);

/** Answers a question. Never throws: what stands in the way is the answer, in one sentence. */
export async function answer(question: Question, tools: QuestionTools): Promise<Answer> {
  const answering = questions[question.name];
  if (!answering) return sentence(`I cannot answer "${question.name}". I answer ${questionNames.join(", ")}.`);
  try {
    return await answering(question, tools);
  } catch (error) {
    return stumbled(question, error, tools);
  }
}

function stumbled(question: Question, error: unknown, tools: QuestionTools): Answer {
  if (error instanceof Refusal) {
    const choices = error.detail?.["choices"] as readonly { label: string; say: string }[] | undefined;
    const told = sentence(withoutReassurance(error.said));
    return choices ? { ...told, parts: [...told.parts, { kind: "choices", choices }] } : told;
  }
  if (error instanceof Problem) return sentence(error.said);
  if (error instanceof ZodError) {
    const what = error.issues.map((issue) => `${issue.path.join(".") || question.name}: ${issue.message}`).join("; ");
    return sentence(`I cannot answer that as it was asked (${what}). Say "help ${question.name}" for the words.`);
  }
  tools.log?.error({ err: error, question: question.name }, "a question was not answered by a mistake of ours");
  return sentence(`I made a mistake while looking for the answer to "${question.name}"; the log has the details.`);
}

/** A question changes nothing, so it need not say so. */
const withoutReassurance = (text: Said): Said =>
  typeof text === "string"
    ? text.replace(/\s*Nothing was changed\.$/, "")
    : text.map((part, i) =>
        typeof part === "string" && i === text.length - 1 ? part.replace(/\s*Nothing was changed\.$/, "") : part,
      );
