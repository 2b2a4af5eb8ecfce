import { z } from "zod";
import type { Answer, Question } from "../core/answer.js";
import { healthAnswer, judgeHealth, observeHealth } from "../health/index.js";
import { getSet } from "../runbooks/inventory.js";
import { secretLife } from "./secretLife.js";
import type { QuestionTools } from "./tools.js";

const request = z.object({ set: z.string().optional() });

/** How far behind the mirrors are, what is wrong with them, and what could be restored now: of one set, or of all. */
export async function health(question: Question, tools: QuestionTools): Promise<Answer> {
  const asked = request.parse(question.request);
  const { inventory, now } = tools;
  const set = asked.set === undefined ? undefined : getSet(inventory, asked.set);
  const seen = await observeHealth({
    inventory: { sets: set ? [set] : inventory.sets, clusters: inventory.clusters },
    ontap: (cluster) => tools.ontap(cluster),
    recall: (name) => tools.recall(name),
    secretLife: (keyVault) => secretLife(() => tools.azure(), keyVault),
  });
  const view = set ? { ...seen, clones: seen.clones.filter(({ note }) => note.set === set.name) } : seen;
  const { timeZone } = question;
  return healthAnswer(judgeHealth(view, now, timeZone), view, { timeZone, now });
}
