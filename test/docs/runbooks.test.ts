import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import type { Plan } from "../../src/core/plan.js";
import { look } from "../../src/jobs/planning.js";
import { phrasebooks } from "../../src/requests/index.js";
import { runbooks, type AnyRunbook } from "../../src/runbooks/index.js";
import { tagOf } from "../../src/runbooks/tools.js";
import { given } from "../support/given.js";
import { readSentence } from "../support/sentence.js";
import { Worlds } from "../support/worlds.js";

/** docs/runbooks.md is written from the registry: UPDATE_DOCS=1 writes it anew, without it this compares. */
const page = "docs/runbooks.md";

const worlds = new Worlds();
beforeAll(() => worlds.get("epic"));
afterAll(() => worlds.close());

const intro = `# Runbooks

What each runbook does, as its plan says it for its example sentence in a demo world. This page is written from the code: see
[adding a runbook](adding-a-runbook.md#7-write-the-pages-anew). "Effect" is what a step can lose: \`read\` nothing, \`change\` nothing that was there before, \`destroy\`
data that existed before. Who has to say yes follows from it, and from what the step touches, by the policy of the configuration.
`;

test(`${page} is what the registry says`, async () => {
  const sections: string[] = [];
  for (const runbook of runbooks) sections.push(await sectionOf(runbook));
  const text = [intro, ...sections].join("\n");
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, text);
  expect(readFileSync(page, "utf8")).toBe(text);
});

async function sectionOf(runbook: AnyRunbook): Promise<string> {
  const plan = await examplePlan(runbook);
  const words = phrasebooks(() => true).find((each) => each.name === runbook.name);
  const first = runbook.example.first?.length
    ? `, after ${runbook.example.first.map((each) => `\`${each}\``).join(", ")}`
    : runbook.example.given === undefined
      ? ""
      : `, where ${runbook.example.given}`;
  const where = runbook.example.world === "epic" ? "" : `, in the world \`${runbook.example.world}\``;
  return [
    `## ${runbook.name}`,
    "",
    `${capital(words?.summary ?? "")}. For example: \`${runbook.example.say}\`${first}${where}.`,
    "",
    "| step | effect | the way back |",
    "|---|---|---|",
    ...plan.steps.map((step, i) => `| ${i + 1}. ${cell(step.says)} | ${step.effect} | ${wayBack(step.undo)} |`),
    "",
    "It can be asked for like this; what stands in brackets may be left out:",
    "",
    ...(words?.says ?? []).map((each) => `- \`${each}\``),
    "",
  ].join("\n");
}

async function examplePlan(runbook: AnyRunbook): Promise<Plan> {
  const world = await worlds.get(runbook.example.world);
  world.reset();
  const engine = world.engine();
  for (const sentence of runbook.example.first ?? []) {
    const { runbook: name, request } = readSentence(world, sentence);
    expect((await engine.drive(await engine.ask(name, request))).outcome).toBe("succeeded");
  }
  await given(world, runbook.example);
  const { request } = readSentence(world, runbook.example.say);
  const run = {
    id: "RUN",
    tag: tagOf("RUN"),
    asker: { team: "T0RIVERSIDE", user: "U0REQUESTER" },
    timeZone: "UTC",
    askedAt: "2026-11-22T14:00:00.000Z",
  };
  return (await look(engine.engine, runbook, request, run)).plan;
}

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1);
/** Text of a table cell; names given to objects by this run are written with RUN. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");
function wayBack({ way, says }: Plan["steps"][number]["undo"]): string {
  if (way === "none") return `**none**: ${cell(says)}`;
  return way === "stays" ? `stays: ${cell(says)}` : cell(says);
}
