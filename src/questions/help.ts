import { z } from "zod";
import type { Answer, AnswerPart, Question } from "../core/answer.js";
import { offered } from "../core/nearest.js";
import type { HelpWords, QuestionTools } from "./tools.js";
import { sentence } from "./words.js";
import { explainOf } from "./explain.js";

const request = z.object({ topic: z.string().optional() });

/** Grouped by what people want; a name that is in no group stands in the last. */
const GROUPS: readonly (readonly [title: string, names: readonly string[]])[] = [
  ["See how things are", ["health", "status", "clones", "runs", "approvals", "explain", "help"]],
  ["Work on a copy of production", ["clone", "refresh-clone", "rewind-clone", "extend-lease", "release-clone"]],
  ["Bring data back", ["restore", "snapshot", "delete-snapshot"]],
  ["Look after the mirrors", ["update-mirror", "pause-mirror", "resume-mirror", "throttle-mirror", "resync-mirror"]],
  ["Survive a disaster", ["failover", "fence", "failback", "dr-drill"]],
  [
    "Set things up",
    [
      "protect",
      "unprotect",
      "provision",
      "prepare-host",
      "connect-clusters",
      "peer-svms",
      "encrypt-svm",
      "deploy-connector",
      "deploy-cvo",
      "start-cvo",
      "stop-cvo",
    ],
  ],
];

/** What can be asked for, and in which words. */
export async function help(question: Question, tools: QuestionTools): Promise<Answer> {
  const { topic } = request.parse(question.request);
  if (topic !== undefined) return ofTopic(topic, tools);
  const known = new Set(GROUPS.flatMap(([, names]) => names));
  const rest = tools.vocabulary.filter(({ name }) => !known.has(name)).map(({ name }) => name);
  const groups = rest.length > 0 ? [...GROUPS, ["More", rest] as const] : GROUPS;
  const summary = "Write what you want in plain words; you see the plan before anything is changed.";
  const missing = tools.vocabulary.filter(({ available }) => !available).map(({ name }) => name);
  const parts: AnswerPart[] = [
    { kind: "text", text: summary },
    ...groups.flatMap(([title, names]) => group(title, names, tools)),
    ...(missing.length > 0
      ? [{ kind: "text", text: `I understand these, but they are not available yet: ${missing.join(", ")}.` } as const]
      : []),
    {
      kind: "choices",
      choices: ["health", "clones", "approvals"].map((name) => ({
        label: name.charAt(0).toUpperCase() + name.slice(1),
        say: name,
      })),
    },
  ];
  return { summary, parts };
}

function group(title: string, names: readonly string[], tools: QuestionTools): AnswerPart[] {
  const words = names.flatMap((name) => tools.vocabulary.filter((each) => each.name === name && each.available));
  if (words.length === 0) return [];
  const lines = words.map((each) => `• “${exampleOf(each, tools)}” ${each.summary}`);
  return [
    { kind: "heading", text: title },
    { kind: "text", text: lines.join("\n") },
  ];
}

async function ofTopic(topic: string, tools: QuestionTools): Promise<Answer> {
  const words = tools.vocabulary.find(({ name }) => name === topic);
  if (words) return explainOf(words, tools);
  const names = tools.vocabulary.map(({ name }) => name);
  return sentence(
    `I have no help on "${topic}". The nearest: ${offered(topic, names).join(", ")}. Say "help" for everything.`,
  );
}

/** A sentence that can be said as it stands, about things that are there. */
export function exampleOf(
  words: Pick<HelpWords, "name" | "says">,
  tools: Pick<QuestionTools, "inventory" | "runbooks">,
): string {
  const runbook = tools.runbooks.find((each) => each.name === words.name);
  return runbook?.example.say ?? filled(words, tools);
}

const SHORT: Readonly<Record<string, string>> = {
  explain: "explain restore",
  status: "status of <set>",
  health: "health of <set>",
};

function filled(
  { name, says }: Pick<HelpWords, "name" | "says">,
  { inventory }: Pick<QuestionTools, "inventory">,
): string {
  const set = inventory.sets[0]?.name ?? "the set";
  const host = inventory.hosts.find((each) => each.purposes.length > 0);
  const values: Readonly<Record<string, string>> = {
    set,
    mirror: set,
    host: host?.name ?? "the host",
    purpose: host?.purposes[0]?.name ?? "training",
  };
  const pattern = SHORT[name] ?? (says[0] ?? name).replace(/\s*\[[^\]]*\]/g, "");
  return pattern.replace(/<(\w+)>/g, (_all, slot: string) => values[slot] ?? slot);
}
