import { describe, expect, test } from "@jest/globals";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { milestones } from "../../src/bot/cards/milestones.js";
import { runCard } from "../../src/bot/cards/run.js";
import type { KnownBlock } from "@slack/types";
import { refusals } from "./support/limits.js";
import {
  runId,
  shown,
  viewOf,
  askedRestore,
  plannedRestore,
  longPlan,
  planned,
  twoGroups,
  askedClone,
  ended,
  restorePlan,
  settled,
} from "./support/runs.js";
import { states } from "./support/states.js";

const folder = join(process.cwd(), "test/golden/cards");
const renew = process.env["UPDATE_GOLDEN"] === "1";

describe("the card of every state", () => {
  test.each(Object.keys(states))("%s is drawn as it was", (name) => {
    const [view, context] = states[name]!;
    const drawn = {
      ...runCard(view, context),
      thread: milestones(view, context).map(({ id, drawing }) => ({ id, ...drawing })),
    };
    const file = join(folder, `${name}.json`);
    const text = `${JSON.stringify(drawn, null, 2)}\n`;
    if (renew) writeFileSync(file, text);
    expect(existsSync(file)).toBe(true);
    expect(text).toBe(readFileSync(file, "utf8"));
  });

  test.each(Object.keys(states))("%s and what its thread is told keep Slack's limits", (name) => {
    const [view, context] = states[name]!;
    expect(refusals(runCard(view, context))).toEqual([]);
    for (const { drawing } of milestones(view, context)) expect(refusals(drawing)).toEqual([]);
  });

  test("there is no golden file without a state", () => {
    expect(readdirSync(folder).sort()).toEqual(
      Object.keys(states)
        .map((name) => `${name}.json`)
        .sort(),
    );
  });
});

const buttonsOf = (name: string): string[] => {
  const [view, context] = states[name]!;
  return runCard(view, context).blocks.flatMap((block) =>
    block.type === "actions" ? block.elements.map((each) => ("action_id" in each ? (each.action_id ?? "") : "")) : [],
  );
};

test.each([
  ["planning", ["run:cancel"]],
  ["deciding-nobody-voted", ["run:approve", "run:deny", "run:cancel", "say:list2"]],
  ["no-rule-allows", ["run:cancel"]],
  ["running", ["run:cancel"]],
  ["waiting", []],
  ["cancel-asked", []],
  ["held-lock", ["run:cancel"]],
  ["held-array-approval", ["run:handToPerson"]],
  ["held-hand-off", ["run:tryAgain", "run:cancel"]],
  ["doubted", ["run:checkAgain", "run:happened", "run:didNot"]],
  ["parked", ["run:tryAgain", "run:handToPerson"]],
  ["unwinding", []],
  ["done", ["say:0", "say:1"]],
  ["refused", ["say:0"]],
  ["denied", []],
  ["expired", []],
  ["cancelled", []],
  ["handed-to-a-person", []],
])("the buttons of %s", (name, expected) => {
  expect(buttonsOf(name)).toEqual(expected);
});

test("approve and deny carry the plan's random key; the other buttons the run", () => {
  const card = runCard(viewOf(askedRestore, plannedRestore), shown());
  const buttons = card.blocks.flatMap((block) => (block.type === "actions" ? block.elements : [])) as {
    action_id: string;
    value: string;
  }[];
  expect(buttons.map((each) => [each.action_id, each.value])).toEqual([
    ["run:approve", "k".repeat(32)],
    ["run:deny", "k".repeat(32)],
    ["run:cancel", runId],
    ["say:list2", undefined],
  ]);
});

test("what will be lost stands above the steps, and every step says whether there is a way back", () => {
  const text = JSON.stringify(runCard(viewOf(askedRestore, plannedRestore), shown()).blocks);
  expect(text.indexOf("Will be lost")).toBeLessThan(text.indexOf("What it will do"));
  expect(text).toContain("way back: drops the pin");
  expect(text).toContain("*no way back:* everything written since 02:00 is only in the safety copy");
  expect(text).toContain("stays: the snapshot sluice-safety stays for 14 days");
});

test("a plan too long for its card is told whole in the thread, before anybody is asked to decide", () => {
  const view = viewOf(askedClone, planned(longPlan(40, 600), twoGroups));
  const told = milestones(view, shown());
  const thread = told
    .filter((each) => each.id.startsWith("rest:"))
    .map((each) => JSON.stringify(each.drawing.blocks))
    .join();
  for (let i = 0; i < 40; i += 1) expect(thread).toContain(`Map LUN data${i} `);
  expect(told.at(-1)?.id).toMatch(/^decide:/);
  expect(told.length).toBeGreaterThan(2);
});

test("a refusal says once that nothing was changed", () => {
  const card = (problem: string) =>
    JSON.stringify(runCard(viewOf(askedRestore, { type: "refused", problem }), shown()).blocks).match(
      /Nothing was changed/g,
    );
  expect(card("The mirror is broken off. Nothing was changed.")).toHaveLength(1);
  expect(card("The mirror is broken off.")).toHaveLength(1);
});

test("a plan that fits is not told twice", () => {
  expect(milestones(viewOf(askedRestore, plannedRestore), shown()).map((each) => each.id)).toEqual([
    `decide:${"k".repeat(32)}`,
  ]);
});

test("the done card says what was done, verified, where it is and until when", () => {
  const [view, context] = states["done"]!;
  const text = runCard(view, context)
    .blocks.flatMap((block: KnownBlock | { type: string }) =>
      "text" in block ? (block.text as { text: string }).text : "",
    )
    .join("\n");
  expect(text).toContain(
    "*Done in 1 min.* 3 of 3 verified. Mounted at /epic/trn on epic-trn-01. Lease ends <!date^1795474800^",
  );
});

test("what was only looked at is never said to have been so already; what was not changed is", () => {
  const already = (n: number) => ({ ...ended(restorePlan, n), how: "already" as const });
  const view = viewOf(askedRestore, plannedRestore, settled(restorePlan, "granted"), already(4), already(5));
  const text = JSON.stringify(runCard(view, shown()));
  expect(text).toMatch(/Overwrite epic_prd [^\\]*_\(was so already\)_/);
  expect(text).toMatch(/✓ 5\. Read back LUN count, serials, sizes and content(?! _\(was)/);
});
