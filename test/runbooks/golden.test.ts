import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { demand } from "../../src/approvals/index.js";
import { canonical, type Json } from "../../src/core/json.js";
import type { Plan, PlannedStep } from "../../src/core/plan.js";
import type { Person } from "../../src/core/resource.js";
import { look } from "../../src/jobs/planning.js";
import type { AnyRunbook, Steps } from "../../src/runbooks/define.js";
import { runbooks, type Drawn } from "../../src/runbooks/index.js";
import { tagOf, type RunFacts } from "../../src/runbooks/tools.js";
import { shownText } from "../support/answers.js";
import { given } from "../support/given.js";
import { readSentence } from "../support/sentence.js";
import type { TestWorld } from "../support/world.js";
import { Worlds } from "../support/worlds.js";

const folder = join(process.cwd(), "test/golden");
const asker: Person = { team: "T0RIVERSIDE", user: "U0REQUESTER" };
const run: RunFacts = {
  id: "rgolden23",
  tag: tagOf("rgolden23"),
  asker,
  timeZone: "America/New_York",
  askedAt: "2026-11-22T14:00:00.000Z",
};
const nameOf = (runbook: Pick<AnyRunbook, "name" | "version">): string => `${runbook.name}.v${runbook.version}`;

/** More than the example, where a runbook plans differently. `first`: sentences that are carried out before. */
interface Scene {
  readonly name: string;
  readonly say: string;
  readonly first?: readonly string[];
  readonly given?: string;
  /** "epic" unless said. */
  readonly world?: string;
}
const more: readonly Scene[] = [
  { name: "clone.v1 fresh", say: "clone prod for training with fresh data" },
  { name: "clone.v1 second", say: "clone prod for training as class2", first: ["clone prod volume for training"] },
  { name: "clone.v1 night", say: "clone prod for testing from 2026-11-18 for 3 days" },
  { name: "pause-mirror.v1 all", say: "pause all mirrors" },
  { name: "connect-clusters.v1 by-hand", say: "connect the clusters", world: "apart-svm" },
  { name: "snapshot.v1 unfrozen", say: "snapshot prod as daily without freezing" },
];
const scenes: readonly Scene[] = [
  ...runbooks.map((runbook) => ({ name: nameOf(runbook), ...runbook.example })),
  ...more,
];

/** Compares with the file; UPDATE_GOLDEN=1 writes it. */
function expectFile(file: string, text: string): void {
  const path = join(folder, file);
  if (process.env["UPDATE_GOLDEN"] === "1") writeFileSync(path, text);
  expect(
    existsSync(path) ? readFileSync(path, "utf8") : `${file} is missing: run with UPDATE_GOLDEN=1 and read it`,
  ).toBe(text);
}

describe("what the approver reads, word for word", () => {
  const worlds = new Worlds();
  const begins = new Map<TestWorld, () => void>();
  beforeAll(() => worlds.get("epic"));
  afterAll(() => worlds.close());

  test.each(scenes.map((scene) => [scene.name, scene] as const))("%s", async (name, scene) => {
    const world = await worlds.get(scene.world ?? "epic");
    // Every scene begins at the same moment, however long the one before it waited.
    begins.set(world, begins.get(world) ?? world.clock.save());
    begins.get(world)?.();
    world.reset();
    const engine = world.engine();
    for (const sentence of scene.first ?? []) {
      const before = readSentence(world, sentence);
      expect((await engine.drive(await engine.ask(before.runbook, before.request))).outcome).toBe("succeeded");
    }
    const { runbook: called, request } = readSentence(world, scene.say);
    const runbook = runbooks.find((each) => each.name === called)!;
    await given(world, scene);
    expect(name.split(" ")[0]).toBe(nameOf(runbook));
    const drawn = await look(engine.engine, runbook, request, run);
    expectFile(`plans/${name.replace(" ", "-")}.txt`, textOf(scene, runbook, drawn, world));
  });

  test("no golden plan is left of a runbook that is gone", () => {
    const wanted = scenes.map(({ name }) => `${name.replace(" ", "-")}.txt`);
    expect(readdirSync(join(folder, "plans")).sort()).toEqual([...wanted].sort());
  });
});

/** Sizes and free space may be anything, and so may uuids; everything else is what people read. */
const scrubbed = (text: string): string => text.replace(/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f-]{22}/g, "UUID");

function textOf(scene: Scene, runbook: AnyRunbook, { plan, facts }: Drawn, world: TestWorld): string {
  const asked = demand(world.config.policy, { runbook: plan.runbook, steps: plan.steps, asker });
  const lines = [
    ...(scene.first ?? []).map((sentence) => `after "${sentence}"`),
    ...(scene.given === undefined ? [] : [`where ${scene.given}`]),
    ...(scene.world === undefined || scene.world === "epic" ? [] : [`in the world ${scene.world}`]),
    `"${scene.say}"`,
    `${runbook.title(plan.request)} (${plan.runbook} version ${plan.version})`,
    `asked: ${canonical(plan.request)}`,
    "",
    ...facts.map(
      ({ label, text, tone }) =>
        `${label}: ${shownText(text)}${tone === undefined || tone === "plain" ? "" : ` [${tone}]`}`,
    ),
    ...plan.warnings.map((warning) => `WARNING ${warning}`),
    "",
    ...plan.steps.flatMap(stepLines),
    ...thenLines(plan.then),
    asked.nobody
      ? "Nobody has to approve."
      : `Asked to approve: ${asked.places.map((each) => `${each.count} of ${each.label} (${each.why})`).join("; ")}`,
  ];
  return `${scrubbed(lines.join("\n"))}\n`;
}

const ways = { back: "back", stays: "stays", none: "NO WAY BACK" } as const;

function stepLines(step: PlannedStep): string[] {
  return [
    `${step.id} (${step.effect}${step.by === "sluice" ? "" : ", by hand"})`,
    `  ${step.says}`,
    ...step.on.map(({ resource, as }) => `  ${as} ${resource.kind} ${resource.name} [${resource.environment}]`),
    `  ${ways[step.undo.way]}: ${step.undo.says}`,
    ...(step.by === "sluice" ? [] : handedLines(step.by)),
    "",
  ];
}

/** What a person is given to do it, and to take it back. */
const handedLines = ({ handOff, back }: Exclude<PlannedStep["by"], "sluice">): string[] =>
  [handOff, ...(back === undefined ? [] : [`taken back:\n${back}`])].flatMap((text) =>
    text.split("\n").map((line) => `    | ${line}`.trimEnd()),
  );

const thenLines = (then: Plan["then"]): string[] => (then === null ? [] : [`then ${then.runbook}`, ""]);

describe("what is stored of a run, per version: a change of it needs a new version, or open runs cannot be gone on with", () => {
  test.each(runbooks.map((runbook) => [nameOf(runbook), runbook] as const))("%s", (name, runbook) => {
    expectFile(`schemas/${name}.json`, `${JSON.stringify(shapeOf(runbook), undefined, 2)}\n`);
  });
  test("no golden is left of a version that is gone", () => {
    const wanted = runbooks.map((runbook) => `${nameOf(runbook)}.json`);
    expect(readdirSync(join(folder, "schemas")).sort()).toEqual(wanted.sort());
  });
});

/** Sorted, so that the order in which a schema is written down does not matter. */
function shapeOf(runbook: AnyRunbook): Json {
  const schema = (of: z.ZodType): unknown => z.toJSONSchema(of, { unrepresentable: "any", io: "input" });
  const steps = Object.entries(runbook.steps as Steps).map(([uses, step]) => [
    uses,
    {
      input: schema(step.input as z.ZodType),
      output: schema(step.output as z.ZodType),
      effect: typeof step.effect === "string" ? step.effect : "by its input",
      undo: "run" in step.undo ? "back" : Object.keys(step.undo)[0],
    },
  ]);
  const whole = { request: schema(runbook.request), steps: Object.fromEntries(steps) as unknown };
  return JSON.parse(canonical(JSON.parse(JSON.stringify(whole)))) as Json;
}
