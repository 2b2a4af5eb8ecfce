import type { Answer, AnswerPart, Question } from "../core/answer.js";
import { cardExpiresAt } from "../approvals/index.js";
import type { RunView } from "../core/fold.js";
import { joined, said } from "../core/said.js";
import { showDuration, showTime } from "../core/units.js";
import { titleOf, type QuestionTools } from "./tools.js";
import { counted, sentence, stillAsked, whereItStands } from "./words.js";

/** What waits for whom: votes, the array's own approval, a person's hand or word. */
export async function approvals(question: Question, tools: QuestionTools): Promise<Answer> {
  const open = await tools.open();
  const votes = open.filter((view) => view.status === "deciding");
  const others = open.filter((view) => view.status === "doubted" || view.status === "parked" || waitsOutside(view));
  if (votes.length + others.length === 0) return sentence("Nothing waits for anybody's yes.");
  const summary = `${counted(votes.length, "plan")} ${votes.length === 1 ? "waits" : "wait"} for a yes${others.length > 0 ? `, and ${counted(others.length, "request")} for a person` : ""}.`;
  const parts: AnswerPart[] = [{ kind: "text", text: summary }];
  if (votes.length > 0) parts.push(table(votes, question.timeZone, tools));
  for (const view of others) {
    const title = titleOf(tools, view.asked.runbook, view.asked.request);
    parts.push({
      kind: "text",
      text: said`${title} (${view.id}), asked by ${view.asked.by}: ${whereItStands(view)}.`,
    });
  }
  return { summary, parts };
}

const waitsOutside = (view: RunView): boolean =>
  view.steps.some((step) => step.held?.why === "arrayApproval" || step.held?.why === "handOff");

const table = (votes: readonly RunView[], timeZone: string, tools: QuestionTools): AnswerPart => ({
  kind: "table",
  columns: ["What", "Asked by", "Still asked for", "Has said yes", "Expires"],
  rows: votes.map((view) => [
    `${titleOf(tools, view.asked.runbook, view.asked.request)} (${view.id})`,
    said`${view.asked.by}`,
    stillAsked(view) ?? "nobody",
    joined(
      (view.planned?.votes ?? []).filter(({ vote }) => vote === "approve").map(({ by }) => said`${by}`),
      ", ",
    ) || "nobody yet",
    expires(view, timeZone, tools),
  ]),
});

function expires(view: RunView, timeZone: string, { now, cardExpiresMinutes }: QuestionTools): string {
  const at = cardExpiresAt({ cardExpiresMinutes }, view.planned?.at ?? view.asked.at);
  return `${showTime(new Date(at).toISOString(), timeZone)} (in ${showDuration(Math.max(0, at - now))})`;
}
