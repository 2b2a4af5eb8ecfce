import { expect, test } from "@jest/globals";
import fc from "fast-check";
import type { Answer, AnswerPart } from "../../src/core/answer.js";
import type { RunEvent } from "../../src/core/events.js";
import { answerMessages, byName } from "../../src/bot/cards/answer.js";
import { said } from "../../src/core/said.js";
import { simpler } from "../../src/bot/blocks.js";
import { milestones } from "../../src/bot/cards/milestones.js";
import { confirmModal, reasonModal } from "../../src/bot/cards/modals.js";
import { runCard } from "../../src/bot/cards/run.js";
import { validateView } from "../../sim/slack/blockkit/view.js";
import { homeView } from "../../src/bot/cards/home.js";
import { refusals } from "./support/limits.js";
import * as r from "./support/runs.js";

const nasty = fc.oneof(
  {
    weight: 3,
    arbitrary: fc
      .array(
        fc.constantFrom(
          "<!channel>",
          "<!here>",
          "<@U0EVIL>",
          "<!subteam^S0EVIL>",
          "`",
          "```",
          "&",
          "<",
          "\u202e",
          "\n",
          "word ",
          "epic_prd_dr ",
          "𝕏",
        ),
        { minLength: 1, maxLength: 80 },
      )
      .map((parts) => parts.join("")),
  },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 200 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 9000 }).map((n) => "&".repeat(n)) },
);

/** Words somebody wrote around a person we named. */
const sam = { team: "T0RIVERSIDE", user: "U0STORAGE" };
const around = fc.tuple(nasty, nasty).map(([before, after]) => said`${before}${sam}${after}`);
const anyText = fc.oneof(nasty, around);

/** Every text Slack reads for mentions and links: mrkdwn, and the notification text. */
function parsed(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(parsed);
  if (typeof value !== "object" || value === null) return [];
  const { type, text } = value as { type?: unknown; text?: unknown };
  const own = typeof text === "string" && (type === "mrkdwn" || type === undefined) ? [text] : [];
  return [...own, ...Object.values(value).flatMap(parsed)];
}

/** Nobody is mentioned whom we did not mean to mention. */
function mentionsOnlyOurs(drawing: unknown): void {
  const json = parsed(drawing).join("\n");
  expect(json).not.toMatch(/<!(channel|here|everyone)/);
  expect(json).not.toContain("<@U0EVIL");
  expect(JSON.stringify(drawing)).not.toContain('"user_id":"U0EVIL');
  expect(json).not.toContain("<!subteam^S0EVIL");
}

const planOf = (steps: readonly string[], undo: string, warning: string) => ({
  ...r.restorePlan,
  request: { set: undo },
  warnings: [warning],
  steps: steps.map((says, i) =>
    r.step(i + 1, "x", says, {
      effect: i % 2 ? "change" : "destroy",
      undo: { way: "none", says: undo },
      by: i % 5 === 4 ? { handOff: says } : "sluice",
    }),
  ),
});

test("no text anybody wrote breaks a card, its thread or its limits, in any state", () => {
  const arbitrary = fc.record({
    steps: fc.array(nasty, { minLength: 1, maxLength: 45 }),
    undo: nasty,
    warning: nasty,
    title: nasty,
    text: nasty,
    fact: nasty,
    factText: anyText,
    problem: anyText,
    why: nasty,
    state: fc.constantFrom(
      "deciding",
      "running",
      "held",
      "handOff",
      "doubted",
      "parked",
      "undone",
      "denied",
      "refused",
      "done",
    ),
  });
  fc.assert(
    fc.property(arbitrary, ({ steps, undo, warning, title, text, fact, factText, problem, why, state }) => {
      const plan = planOf(steps, undo, warning);
      const demand = { nobody: false, places: [{ group: "S0STORAGE", label: why, count: 2, forSteps: [], why }] };
      const planned = r.planned(plan, demand, {
        facts: [
          { label: fact, text: factText, tone: "danger" },
          { label: fact, text: problem, tone: "warning" },
          { label: fact, text: factText },
        ],
        difference: [why, fact],
      });
      const granted = [r.settled(plan, "granted"), r.began(plan, 1)] as const;
      const first = plan.steps[0]!.id;
      const ends: Record<string, readonly RunEvent[]> = {
        deciding: [],
        running: granted,
        held: [
          ...granted,
          { type: "held", step: null, attempt: 0, why: "lock", detail: [{ run: why, resource: fact }] },
        ],
        handOff: [...granted, { type: "held", step: first, attempt: 0, why: "handOff", detail: { text: fact } }],
        doubted: [...granted, { type: "doubted", step: first, why }],
        parked: [...granted, { type: "failed", step: first, problem: why, absent: false }],
        undone: [
          ...granted,
          { type: "failed", step: first, problem: why, absent: true },
          { type: "finished", outcome: "undone" },
        ],
        denied: [r.settled(plan, "denied", why)],
        refused: [{ type: "refused", problem, choices: [{ label: why, say: fact }] }],
        done: [...granted, r.ended(plan, 1), { type: "finished", outcome: "succeeded" }],
      };
      const view = r.viewOf(r.asked(text, "restore", { set: undo }), planned, ...(ends[state] ?? []));
      const shown = r.shown({
        title,
        closing: { sentences: [fact, why], choices: [{ label: why, say: fact }] },
        progress: { step: first, text: why, fraction: 0.3, at: "" },
      });
      const drawings = [runCard(view, shown), ...milestones(view, shown).map((each) => each.drawing)];
      for (const drawing of [...drawings, ...drawings.map(simpler)]) {
        expect(refusals(drawing)).toEqual([]);
        mentionsOnlyOurs(drawing);
      }
      const home = homeView({
        user: "U0STORAGE",
        groups: ["S0STORAGE"],
        open: [{ view, shown }],
        recent: [{ view, shown, link: "https://x.example/p1" }],
        command: "/sluice",
      });
      expect(validateView(home).messages()).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

const part: fc.Arbitrary<AnswerPart> = fc.oneof(
  fc.record({ kind: fc.constant("heading" as const), text: nasty }),
  fc.record({
    kind: fc.constant("text" as const),
    text: anyText,
    tone: fc.constantFrom("good" as const, "bad" as const),
  }),
  fc.record({
    kind: fc.constant("table" as const),
    columns: fc.array(nasty, { maxLength: 25 }),
    rows: fc.array(fc.array(anyText, { maxLength: 22 }), { maxLength: 6 }),
  }),
  fc.record({
    kind: fc.constant("chart" as const),
    title: nasty,
    unit: nasty,
    bars: fc.array(
      fc.record({ label: nasty, value: fc.double({ noNaN: true, min: -5, max: 1e6 }), limit: fc.constant(60) }),
      { maxLength: 25 },
    ),
  }),
  fc.record({
    kind: fc.constant("choices" as const),
    choices: fc.array(fc.record({ label: nasty, say: nasty }), { maxLength: 30 }),
  }),
);

test("no answer breaks Slack's limits, with tables and charts or without", () => {
  fc.assert(
    fc.property(anyText, fc.array(part, { maxLength: 8 }), (summary, parts) => {
      const messages = answerMessages({ summary, parts } satisfies Answer);
      for (const drawing of [...messages, ...messages.map(simpler)]) {
        expect(refusals(drawing)).toEqual([]);
        mentionsOnlyOurs(drawing);
      }
    }),
    { numRuns: 60 },
  );
});

test("an answer by name calls nobody, whatever people are called", async () => {
  await fc.assert(
    fc.asyncProperty(anyText, fc.array(part, { maxLength: 6 }), nasty, async (summary, parts, name) => {
      const named = await byName({ summary, parts }, { nameOf: async () => name });
      for (const drawing of answerMessages(named)) {
        expect(refusals(drawing)).toEqual([]);
        mentionsOnlyOurs(drawing);
        expect(parsed(drawing).join("\n")).not.toContain("<@");
        expect(JSON.stringify(drawing)).not.toContain('"type":"user"');
      }
    }),
    { numRuns: 40 },
  );
});

test("modals keep their limits", () => {
  fc.assert(
    fc.property(nasty, (text) => {
      const place = { channel: "C0STORAGE", thread: "1.2", of: r.runId, step: "1-x" };
      for (const view of [
        reasonModal("happened", place, text),
        confirmModal(place, text.slice(0, 60) || "x", [text, text]),
      ]) {
        expect(validateView(view).messages()).toEqual([]);
        mentionsOnlyOurs(view);
      }
    }),
  );
});
