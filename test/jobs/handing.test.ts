import { describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { pastNoReturn, type RunView } from "../../src/core/fold.js";
import type { Resource } from "../../src/core/resource.js";
import { milestones } from "../../src/bot/cards/milestones.js";
import { runCard } from "../../src/bot/cards/run.js";
import { defineRunbook, defineStep, shown, type Probe } from "../../src/runbooks/define.js";
import { typed } from "../../src/runbooks/handOff.js";
import { TestEngine } from "../support/engine.js";

/** A yard with a gate another person has the key of: our login may build huts and not open the gate. */
class Yard {
  gate: "shut" | "ajar" | "open" | "walled" = "shut";
  readonly huts = new Set<string>();
  /** We may not even look at the gate. */
  hidden = false;
  hutsRefused = false;
}

const thing = (name: string): Resource => ({
  kind: "thing",
  id: `yard/${name}`,
  name,
  environment: "infrastructure",
  labels: {},
});

type Nothing = Record<string, never>;

interface Kind {
  readonly back?: boolean;
  readonly destroys?: boolean;
}

function yardRunbook(yard: Yard, { back = true, destroys = false }: Kind = {}) {
  const openGate = defineStep({
    effect: destroys ? "destroy" : "change",
    input: z.object({ hut: z.string(), tag: z.string() }),
    output: z.object({}),
    describe: () => "Open the gate",
    touches: () => [{ resource: thing("gate"), as: "changes" }],
    probe: async (): Promise<Probe<Nothing>> => {
      if (yard.hidden) return { found: "unclear", why: "The gate cannot be seen from here." };
      if (yard.gate === "ajar") return { found: "partial", why: "the gate is ajar" };
      if (yard.gate === "walled") return { found: "foreign", what: "The gate is a wall now" };
      return yard.gate === "open" ? { found: "done", output: {} } : { found: "absent" };
    },
    run: () => Promise.reject(new Error("ours may not")),
    handOff: ({ hut, tag }) => ({
      ...typed(
        [`gate open -for ${shown(hut, "?")}`],
        [{ method: "POST", path: "/api/gate", body: { for: shown(hut, "?"), tag: shown(tag, "?") } }],
      ),
      ...(back ? { back: typed(["gate shut"], [{ method: "DELETE", path: "/api/gate" }]) } : {}),
    }),
    undo: destroys
      ? { impossible: "an open gate stays open" }
      : { describe: () => "the gate is shut again", run: async () => Promise.reject(new Error("ours may not")) },
  });
  const build = defineStep({
    effect: "change",
    input: z.object({ hut: z.string() }),
    output: z.object({}),
    describe: ({ hut }) => `Build hut ${shown(hut, "?")}`,
    touches: ({ hut }) => [{ resource: thing(shown(hut, "?")), as: "changes" }],
    probe: async ({ hut }): Promise<Probe<Nothing>> =>
      yard.huts.has(hut) ? { found: "done", output: {} } : { found: "absent" },
    run: async ({ hut }) => {
      if (yard.hutsRefused && hut === "b") {
        const { Rejected } = await import("../../src/core/problems.js");
        throw new Rejected("no more huts", { from: "Yard", code: "7" });
      }
      yard.huts.add(hut);
    },
    undo: { describe: ({ hut }) => `${shown(hut, "?")} goes`, run: async ({ hut }) => void yard.huts.delete(hut) },
  });
  return defineRunbook({
    name: "settle",
    version: 1,
    title: () => "Settle in the yard",
    request: z.object({}),
    steps: { openGate, build },
    observe: async () => ({}),
    plan: (_request, _facts, p) => {
      p.step.build({ hut: "a" });
      p.step.openGate({ hut: "a", tag: p.run.tag }, { handOff: true });
      p.step.build({ hut: "b" });
    },
    example: { say: "settle", world: "yard" },
  });
}

async function begun(kind: Kind = {}, before: (yard: Yard) => void = () => undefined) {
  const yard = new Yard();
  before(yard);
  const engine = new TestEngine({ runbooks: [yardRunbook(yard, kind)] });
  const run = await engine.ask("settle", {});
  const view = await engine.drive(run);
  const done = async (): Promise<RunView> => {
    await engine.append(run, { type: "triedAgain", step: "2-openGate" });
    return engine.drive(run);
  };
  return { yard, engine, run, view, done };
}

const context = (view: RunView) =>
  ({ title: "Settle", cardExpiresMinutes: 60, now: Date.parse(view.updatedAt) }) as Parameters<typeof runCard>[1];
const cardText = (view: RunView): string => JSON.stringify(runCard(view, context(view)));

describe("a step our login may not do", () => {
  test("is planned as a person's, with the text made of its input, and held with everything known by then", async () => {
    const { view, run } = await begun();
    expect(view.planned?.plan.steps[1]).toMatchObject({
      by: { handOff: expect.stringContaining("gate open -for a"), back: expect.stringContaining("gate shut") },
      undo: { way: "back", says: "By the same person: the gate is shut again" },
    });
    expect(view.status).toBe("held");
    expect(view.steps[1]?.held).toMatchObject({ why: "handOff", detail: { back: false, time: 1 } });
    expect(JSON.stringify(view.steps[1]?.held?.detail)).toContain(`sluice-${run}`);
    const card = cardText(view);
    expect(card).toContain("gate open -for a");
    expect(card).toContain("POST /api/gate");
    expect(card).toContain("Done, look again");
  });

  test("goes on when the world shows it, and is told apart from what we did", async () => {
    const { yard, done } = await begun();
    yard.gate = "open";
    const view = await done();
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.map((step) => step.how)).toEqual(["ran", "byHand", "ran"]);
    expect(cardText(view)).toContain("done by a person, and seen");
  });

  test("done already before anybody was asked, nobody is asked", async () => {
    const { view } = await begun({}, (yard) => (yard.gate = "open"));
    expect(view.outcome).toBe("succeeded");
    expect(view.steps[1]?.how).toBe("already");
  });

  test("said to be done and not there: it says so, each time anew, and waits", async () => {
    const { yard, view, done } = await begun();
    const told = new Set(milestones(view, context(view)).map(({ id }) => id));
    const second = await done();
    expect(second.status).toBe("held");
    expect(second.steps[1]?.held?.detail).toMatchObject({ time: 2, seen: "Not seen yet: nothing of it is there." });
    expect(cardText(second)).toContain("Not seen yet");
    const news = milestones(second, context(second)).filter(({ id }) => !told.has(id));
    expect(JSON.stringify(news)).toContain("Not seen yet");
    yard.gate = "ajar";
    expect((await done()).steps[1]?.held?.detail).toMatchObject({
      seen: "Not all of it is seen yet: the gate is ajar",
    });
    yard.gate = "walled";
    expect((await done()).steps[1]?.held?.detail).toMatchObject({
      seen: "What is there is not what was asked for: The gate is a wall now.",
    });
    yard.gate = "open";
    expect((await done()).outcome).toBe("succeeded");
  });

  test("somebody else's thing in its place fails it before anybody is asked, and what we did is taken back", async () => {
    const { yard, view } = await begun({}, (y) => (y.gate = "walled"));
    expect(view.outcome).toBe("undone");
    expect(view.problem).toContain("It is not ours");
    expect(yard.huts.size).toBe(0);
  });

  test("where we cannot even look, a person's word with name and reason ends it, and is told as such", async () => {
    const { engine, run, view, done } = await begun({}, (yard) => (yard.hidden = true));
    expect(view.steps[1]?.held?.detail).toMatchObject({ seen: expect.stringContaining("cannot look there") });
    const doubted = await done();
    expect(doubted.status).toBe("doubted");
    await engine.append(run, { type: "answered", step: "2-openGate", answer: "didNot", reason: "not yet" });
    expect((await engine.drive(run)).steps[1]).toMatchObject({ phase: "held" });
    expect((await done()).status).toBe("doubted");
    await engine.append(run, { type: "answered", step: "2-openGate", answer: "happened", reason: "I saw it" });
    const ended = await engine.drive(run);
    expect(ended.outcome).toBe("succeeded");
    expect(ended.steps[1]?.how).toBe("attested");
  });

  test("where we cannot look, taking it back is asked for as well, and ends by a person's word", async () => {
    const { engine, run, done } = await begun({}, (yard) => Object.assign(yard, { hidden: true, hutsRefused: true }));
    await done();
    await engine.append(run, { type: "answered", step: "2-openGate", answer: "happened", reason: "I saw it" });
    const held = await engine.drive(run);
    expect(held.steps[1]?.held?.detail).toMatchObject({ back: true, time: 1 });
    const ended = await done();
    expect(ended.outcome).toBe("undone");
    expect(JSON.stringify(await engine.store.read(run))).toContain("By a person's word");
  });

  test("taking it back is handed off too, and the run ends when it is gone", async () => {
    const { yard, done } = await begun({}, (y) => (y.hutsRefused = true));
    yard.gate = "open";
    const held = await done();
    expect(held.status).toBe("held");
    expect(held.steps[1]?.held?.detail).toMatchObject({
      back: true,
      time: 1,
      text: expect.stringContaining("gate shut"),
    });
    expect(yard.huts).toEqual(new Set(["a"]));
    expect(cardText(held)).toContain("Hand to a person");
    expect((await done()).steps[1]?.held?.detail).toMatchObject({ time: 2, seen: "It is still there." });
    yard.gate = "shut";
    const ended = await done();
    expect(ended.outcome).toBe("undone");
    expect(yard.huts.size).toBe(0);
  });

  test("cancelled while a person may be at it: nothing of it is there, so it ends", async () => {
    const { engine, run, yard } = await begun();
    await engine.append(run, { type: "cancelAsked" });
    expect((await engine.drive(run)).outcome).toBe("undone");
    expect(yard.huts.size).toBe(0);
  });

  test("cancelled when the person was quicker: the way back is asked for", async () => {
    const { engine, run, yard, done } = await begun();
    yard.gate = "open";
    await engine.append(run, { type: "cancelAsked" });
    expect((await engine.drive(run)).steps[1]?.held?.detail).toMatchObject({ back: true });
    yard.gate = "shut";
    expect((await done()).outcome).toBe("undone");
  });

  test("without a text for the way back it stays, and plan and card say so", async () => {
    const { yard, done, view } = await begun({ back: false }, (y) => (y.hutsRefused = true));
    expect(view.planned?.plan.steps[1]?.undo).toEqual({
      way: "stays",
      says: "A person did it, and only a person can take it back. the gate is shut again",
    });
    yard.gate = "open";
    const ended = await done();
    expect(ended.outcome).toBe("undone");
    expect(cardText(ended)).toContain("only a person can take it back");
  });

  test("one with no way back is a point of no return whoever did it", async () => {
    const { yard, done } = await begun({ destroys: true }, (y) => (y.hutsRefused = true));
    yard.gate = "open";
    const view = await done();
    expect(view.status).toBe("parked");
    expect(pastNoReturn(view)).toBe(true);
    expect(yard.huts).toEqual(new Set(["a"]));
  });
});
