import { z } from "zod";
import type { Answer, Question } from "../core/answer.js";
import { said } from "../core/said.js";
import { titleOf, type QuestionTools } from "./tools.js";
import { ago, counted, sentence, whereItStands } from "./words.js";

const request = z.object({ mine: z.literal(true).optional(), all: z.literal(true).optional() });

const SHOWN = 15;
const ALL = 60;

/** What runs and what ran, newest first. */
export async function runs(question: Question, tools: QuestionTools): Promise<Answer> {
  const { mine, all } = request.parse(question.request);
  const { user, team } = question.asker;
  const recent = (await tools.recent(mine ? 500 : ALL)).filter(
    ({ asked }) => !mine || (asked.by.user === user && asked.by.team === team),
  );
  const shown = recent.slice(0, all ? ALL : SHOWN);
  if (shown.length === 0) return sentence(mine ? "You have asked for nothing yet." : "Nothing has been asked for yet.");
  const open = shown.filter((view) => !view.outcome).length;
  const summary = `${counted(shown.length, "request")}${mine ? " of yours" : ""}, newest first; ${open === 0 ? "none is" : `${open} ${open === 1 ? "is" : "are"}`} open.`;
  const rows = shown.map((view) => [
    view.id,
    titleOf(tools, view.asked.runbook, view.asked.request),
    said`${view.asked.by}`,
    ago(view.asked.at, tools.now),
    whereItStands(view),
  ]);
  return {
    summary,
    parts: [
      { kind: "text", text: summary },
      { kind: "table", columns: ["Run", "What", "Asked by", "When", "State"], rows },
    ],
  };
}
