import { z } from "zod";
import type { Answer, AnswerPart, Question } from "../core/answer.js";
import type { RunView, StepView } from "../core/fold.js";
import { isRunId } from "../core/ids.js";
import { touchesOf } from "../core/plan.js";
import { said } from "../core/said.js";
import { offered } from "../core/nearest.js";
import { showDuration, showTime } from "../core/units.js";
import { cardExpiresAt } from "../approvals/index.js";
import type { SetConfig } from "../config/types.js";
import { getHost, getSet, listed } from "../runbooks/inventory.js";
import { getHostsOf, listHostsOf } from "./purposes.js";
import { titleOf, type QuestionTools } from "./tools.js";
import { counted, runLine, sentence, stillAsked } from "./words.js";

const request = z.object({
  run: z.string().optional(),
  set: z.string().optional(),
  host: z.string().optional(),
  purpose: z.string().optional(),
});

/** How a run stands; or what runs on a set or a host now; or everything that is open. */
export async function status(question: Question, tools: QuestionTools): Promise<Answer> {
  const asked = request.parse(question.request);
  if (asked.run !== undefined) return ofRun(asked.run, question, tools);
  const open = await tools.open();
  const about = aboutOf(asked, tools);
  if (!about) return list(open, "Nothing is running, and nothing waits for anybody.", tools);
  const found = open.filter((view) => concerns(view, about, tools));
  if (found.length > 0) return list(found, "", tools);
  const last = (await tools.recent(50)).find((view) => view.outcome && concerns(view, about, tools));
  const before = last ? said` The last: ${runLine(last, tools)}` : "";
  return sentence(said`Nothing runs on ${about.name} now.${before}`);
}

interface About {
  readonly name: string;
  readonly set: SetConfig | undefined;
  readonly hosts: readonly string[];
}

function aboutOf(asked: z.infer<typeof request>, { inventory }: QuestionTools): About | undefined {
  const set = asked.set === undefined ? undefined : getSet(inventory, asked.set);
  const hosts =
    asked.host !== undefined
      ? [getHost(inventory, asked.host).name]
      : asked.purpose !== undefined
        ? getHostsOf(inventory, asked.purpose)
        : [];
  if (!set && hosts.length === 0) return undefined;
  return { name: [...(set ? [set.name] : []), ...hosts].join(" on "), set, hosts };
}

/** Is the run about that set (its volumes, its mirrors) and those hosts? Before there is a plan, its request says so. */
function concerns(view: RunView, { set, hosts }: About, { inventory }: QuestionTools): boolean {
  const touched = new Set(view.planned ? touchesOf(view.planned.plan).map(({ resource }) => resource.id) : []);
  const said = (key: string): string =>
    String((view.asked.request as Record<string, unknown> | null)?.[key] ?? "").toLowerCase();
  const isSet =
    set === undefined ||
    [set.name, ...set.aliases].some((name) => name.toLowerCase() === said("set")) ||
    set.members.some(({ source, mirror }) =>
      [source, mirror].some(
        ({ cluster, svm, volume }) =>
          touched.has(`${cluster}/${svm}/${volume}`) || touched.has(`${cluster}/mirror/${svm}/${volume}`),
      ),
    );
  const meant = said("purpose") === "" ? [] : listHostsOf(inventory, said("purpose"));
  const isHost =
    hosts.length === 0 ||
    hosts.some(
      (host) =>
        touched.has(`host/${host}`) || said("host") === host.toLowerCase() || (!view.planned && meant.includes(host)),
    );
  return isSet && isHost;
}

function list(views: readonly RunView[], none: string, tools: QuestionTools): Answer {
  if (views.length === 0) return sentence(none);
  const lines = views.map((view) => runLine(view, tools));
  const summary =
    lines.length === 1
      ? (lines[0] ?? "")
      : `${counted(lines.length, "request")} ${lines.length === 1 ? "is" : "are"} open.`;
  const texts = lines.map((text): AnswerPart => ({ kind: "text", text }));
  return { summary, parts: lines.length === 1 ? texts : [{ kind: "text", text: summary }, ...texts] };
}

async function ofRun(said: string, question: Question, tools: QuestionTools): Promise<Answer> {
  const id = said.toLowerCase();
  const view = isRunId(id) ? await tools.view(id) : undefined;
  if (!view) return unknownRun(said, tools);
  const [progress, locks] = await Promise.all([tools.progress(view.id), tools.locks()]);
  const names = new Map(
    (view.planned ? touchesOf(view.planned.plan) : []).map(({ resource }) => [resource.id, resource.name]),
  );
  const held = locks.filter((lock) => lock.run === view.id).map((lock) => names.get(lock.resource) ?? lock.resource);
  const texts = [
    runLine(view, tools),
    ...(progress && !view.outcome ? [progress.text] : []),
    ...(view.problem === undefined ? [] : [view.problem]),
    ...(view.status === "deciding" ? [waiting(view, question.timeZone, tools)] : []),
    ...(held.length > 0
      ? [`It holds ${listed(held.slice(0, 8))}${held.length > 8 ? ` and ${held.length - 8} more` : ""}.`]
      : []),
  ];
  const parts = texts.map((text): AnswerPart => ({ kind: "text", text }));
  return { summary: texts[0] ?? "", parts: view.steps.length === 0 ? parts : [...parts, stepTable(view, tools.now)] };
}

function waiting(view: RunView, timeZone: string, tools: QuestionTools): string {
  const until = cardExpiresAt({ cardExpiresMinutes: tools.cardExpiresMinutes }, view.planned?.at ?? view.asked.at);
  return `Still asked for: ${stillAsked(view) ?? "nobody"}, until ${showTime(new Date(until).toISOString(), timeZone)}.`;
}

const stepTable = (view: RunView, now: number): AnswerPart => ({
  kind: "table",
  columns: ["Step", "State", "Took"],
  rows: view.steps.map((step, i) => [`${i + 1}. ${step.planned.says}`, stepState(step), took(step, now)]),
});

function stepState(step: StepView): string {
  if (step.phase === "ended" && step.planned.effect === "read") return "looked";
  if (step.phase === "ended" && step.how === "byHand") return "done by a person, verified";
  if (step.phase === "ended" && step.how === "attested") return "done, by a person's word";
  if (step.phase === "ended") return step.how === "already" ? "was so already" : "done, verified";
  const words = {
    pending: "to come",
    begun: "running",
    waiting: "running, the storage works",
    held: "on hold",
    failed: "failed",
    doubted: "nobody knows",
    undoing: "being taken back",
    undone: "taken back",
    undoFailed: "could not be taken back",
  } as const;
  return words[step.phase];
}

function took(step: StepView, now: number): string {
  if (step.beganAt === undefined) return "";
  const end = step.endedAt ?? (step.phase === "begun" || step.phase === "waiting" ? undefined : step.beganAt);
  return end === step.beganAt && step.endedAt === undefined
    ? ""
    : showDuration(Math.max(0, (end === undefined ? now : Date.parse(end)) - Date.parse(step.beganAt)));
}

async function unknownRun(said: string, tools: QuestionTools): Promise<Answer> {
  const known = await tools.recent(100);
  if (known.length === 0) return sentence(`I know no request ${said}: there has been none yet.`);
  const near = offered(
    said,
    known.map((view) => view.id),
  );
  const lines = near
    .flatMap((id) => known.filter((view) => view.id === id))
    .map((view) => `${view.id} (${titleOf(tools, view.asked.runbook, view.asked.request)})`);
  const text = `I know no request ${said}. The nearest: ${listed(lines)}.`;
  return {
    summary: text,
    parts: [
      { kind: "text", text },
      { kind: "choices", choices: near.map((id) => ({ label: id, say: `status of ${id}` })) },
    ],
  };
}
