import { describe, expect, test } from "@jest/globals";
import type { TurnEnd } from "../../src/jobs/turn.js";
import { TestEngine } from "../support/engine.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

function shelfWith(...boxes: string[]): { shelf: Shelf; engine: TestEngine } {
  const shelf = new Shelf();
  for (const box of boxes) shelf.boxes.set(box, { tag: "somebody", paint: "" });
  return { shelf, engine: new TestEngine({ runbooks: [shelfRunbook(shelf)] }) };
}

describe("a run from asked to closed", () => {
  test("succeeds, each step once", async () => {
    const { shelf, engine } = shelfWith("old");
    const view = await engine.drive(await engine.ask("tidy", { box: "a", burn: "old" }));
    expect(view).toMatchObject({ status: "closed", outcome: "succeeded" });
    expect(view.steps.map((step) => step.how)).toEqual(["ran", "ran", "ran", "ran"]);
    expect(shelf.burnt).toEqual(["old"]);
    expect(shelf.boxes.get("a")?.paint).toBe("blue");
    expect(await engine.store.locks()).toEqual([]);
    expect(await engine.store.open()).toEqual([]);
  });

  test("a refused request is a sentence, and nothing happens", async () => {
    const { shelf, engine } = shelfWith();
    const view = await engine.drive(await engine.ask("tidy", { box: 7 }));
    expect(view).toMatchObject({ outcome: "refused" });
    expect(view.problem).toContain("box");
    expect(shelf.puts).toBe(0);
  });

  test("read-only mode shows the plan and refuses", async () => {
    const shelf = new Shelf();
    const engine = new TestEngine({ runbooks: [shelfRunbook(shelf)], readOnly: true });
    const view = await engine.drive(await engine.ask("tidy", { box: "a" }));
    expect(view.outcome).toBe("refused");
    expect(view.planned?.plan.steps).toHaveLength(2);
    expect(shelf.puts).toBe(0);
  });
});

describe("failures before the point of no return", () => {
  test("a rejection unwinds to where it began", async () => {
    const { shelf, engine } = shelfWith();
    shelf.mischief = { at: "paint", what: "rejectBefore" };
    const view = await engine.drive(await engine.ask("tidy", { box: "a" }));
    expect(view).toMatchObject({ outcome: "undone" });
    expect(view.problem).toContain("Shelf: no");
    expect([...shelf.boxes.keys()]).toEqual([]);
  });

  test("a lost answer whose effect landed is found by the probe and not repeated", async () => {
    const { shelf, engine } = shelfWith();
    shelf.mischief = { at: "put", what: "lostAfter" };
    const view = await engine.drive(await engine.ask("tidy", { box: "a" }));
    expect(view.outcome).toBe("succeeded");
    expect(shelf.puts).toBe(1);
  });

  test("what was not sent is sent again", async () => {
    const { shelf, engine } = shelfWith();
    shelf.mischief = { at: "put", what: "notSentOnce" };
    const view = await engine.drive(await engine.ask("tidy", { box: "a" }));
    expect(view.outcome).toBe("succeeded");
    expect(view.steps[0]?.attempt).toBe(1);
  });

  test("a change whose answers are lost three times is doubted, never called failed", async () => {
    const { shelf, engine } = shelfWith();
    shelf.mischief = { at: "put", what: "lostBefore" };
    const view = await engine.drive(await engine.ask("tidy", { box: "a" }));
    expect(view).toMatchObject({ status: "doubted" });
    expect(view.steps[0]?.attempt).toBe(3);
  });

  test("somebody else's object of the same name is left alone", async () => {
    const { shelf, engine } = shelfWith("a");
    const view = await engine.drive(await engine.ask("tidy", { box: "a" }));
    expect(view.outcome).toBe("undone");
    expect(view.problem).toContain("not ours");
    expect(shelf.boxes.get("a")).toEqual({ tag: "somebody", paint: "" });
  });
});

describe("at and behind the point of no return", () => {
  test("a lost destroy is doubted, and done once after a person answers", async () => {
    const { shelf, engine } = shelfWith("old");
    shelf.mischief = { at: "burn", what: "lostBefore" };
    const run = await engine.ask("tidy", { box: "a", burn: "old" });
    expect((await engine.drive(run)).status).toBe("doubted");
    shelf.mischief = { at: "", what: "none" };
    await engine.append(run, { type: "answered", step: "3-burn", answer: "checkAgain", reason: "look" });
    expect((await engine.drive(run)).status).toBe("doubted");
    expect(shelf.burnt).toEqual([]);
    await engine.append(run, { type: "answered", step: "3-burn", answer: "didNot", reason: "I looked" });
    expect((await engine.drive(run)).outcome).toBe("succeeded");
    expect(shelf.burnt).toEqual(["old"]);
  });

  test("a failure behind it parks; nothing is undone; Try again goes on", async () => {
    const { shelf, engine } = shelfWith("old");
    const run = await engine.ask("tidy", { box: "a", burn: "old" });
    const burn = shelf.burn.bind(shelf);
    shelf.burn = (box) => {
      burn(box);
      shelf.mischief = { at: "paint", what: "rejectBefore" };
    };
    const parked = await engine.drive(run);
    expect(parked.status).toBe("parked");
    expect(shelf.boxes.has("a")).toBe(true);
    expect((await engine.store.locks()).length).toBeGreaterThan(0);
    shelf.mischief = { at: "", what: "none" };
    await engine.append(run, { type: "triedAgain", step: "4-paint" });
    expect((await engine.drive(run)).outcome).toBe("succeeded");
    expect(shelf.burnt).toEqual(["old"]);
  });

  test("a destroy the array rejects never happened, so the run unwinds", async () => {
    const { shelf, engine } = shelfWith("old");
    shelf.mischief = { at: "burn", what: "rejectBefore" };
    const view = await engine.drive(await engine.ask("tidy", { box: "a", burn: "old" }));
    expect(view.outcome).toBe("undone");
    expect([...shelf.boxes.keys()]).toEqual(["old"]);
  });
});

describe("locks and the re-plan", () => {
  test("the second run waits for the first, then its changed plan asks again", async () => {
    const { engine, shelf } = shelfWith("old");
    const first = await engine.ask("tidy", { box: "a", burn: "old" });
    const second = await engine.ask("tidy", { box: "b", burn: "old" });
    await engine.store.lock(first, [{ resource: "shelf/old", as: "changes" }]);
    const held = await engine.drive(second);
    expect(held).toMatchObject({ status: "held", held: { why: "lock" } });
    expect((await engine.drive(first)).outcome).toBe("succeeded");
    const view = await engine.drive(second);
    expect(view.planned?.difference).toContain("Warning new: old is not on the shelf");
    expect(shelf.burnt).toEqual(["old"]);
  });

  test("a grant that lay unused for more than 15 minutes asks again", async () => {
    const shelf = new Shelf();
    const place = { group: "S1", label: "storage", count: 1, forSteps: ["1-put"], why: "because" };
    const engine = new TestEngine({
      runbooks: [shelfRunbook(shelf)],
      demand: () => ({ places: [place], nobody: false }),
    });
    const run = await engine.ask("tidy", { box: "a" });
    const deciding = await engine.drive(run);
    expect(deciding.status).toBe("deciding");
    await engine.append(run, { type: "settled", outcome: "granted", hash: deciding.planned!.hash });
    engine.clock.advance(16 * 60_000);
    const again = await engine.drive(run);
    expect(again.status).toBe("deciding");
    expect(again.planned!.key).not.toBe(deciding.planned!.key);
    expect(shelf.puts).toBe(0);
    engine.clock.advance(61 * 60_000);
    expect((await engine.drive(run)).outcome).toBe("expired");
  });
});

describe("workers that die or freeze", () => {
  test("a worker that lost its lease stops before the next write; the other finishes; one box", async () => {
    const { shelf, engine } = shelfWith();
    const run = await engine.ask("tidy", { box: "a" });
    const frozen = { ...engine.engine, clock: engine.clock };
    const put = shelf.put.bind(shelf);
    let once = true;
    shelf.put = (box, tag) => {
      put(box, tag);
      if (once) engine.clock.advance(10 * 60_000);
      once = false;
    };
    expect(await engine.turn(run, frozen)).toBe("busy");
    const view = await engine.drive(run);
    expect(view.outcome).toBe("succeeded");
    expect(view.steps[0]?.how).toBe("recovered");
    expect(shelf.puts).toBe(1);
  });

  test("a worker that looks for longer than a lease lasts keeps its lease", async () => {
    const { shelf, engine } = shelfWith();
    shelf.mischief = { at: "put", what: "lostBefore" };
    const run = await engine.ask("tidy", { box: "a" });
    const impatient = { ...engine.engine, timings: { ...engine.engine.timings, leaseMs: 2_000, settleMs: 10_000 } };
    const others: TurnEnd[] = [];
    const sleep = engine.clock.sleep.bind(engine.clock);
    let asking = false;
    engine.clock.sleep = async (ms) => {
      await sleep(ms);
      if (asking) return;
      asking = true;
      others.push(await engine.turn(run, impatient));
      asking = false;
    };
    expect(await engine.turn(run, impatient)).toBe("rest");
    expect(others.length).toBeGreaterThan(5);
    expect(new Set(others)).toEqual(new Set(["busy"]));
  });
});
