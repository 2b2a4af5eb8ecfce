import { expect, test } from "@jest/globals";
import type { Place } from "../../src/core/events.js";
import type { RunId } from "../../src/core/ids.js";
import { sweep } from "../../src/jobs/sweep.js";
import { TestEngine } from "../support/engine.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

const place: Place = { group: "S1", label: "storage", count: 1, forSteps: ["1-put"], why: "because" };

async function granted(shelf: Shelf): Promise<{ engine: TestEngine; run: RunId }> {
  const engine = new TestEngine({
    runbooks: [shelfRunbook(shelf)],
    demand: () => ({ places: [place], nobody: false }),
  });
  const run = await engine.ask("tidy", { box: "a" });
  const { planned } = await engine.drive(run);
  await engine.append(run, { type: "settled", outcome: "granted", hash: planned!.hash });
  return { engine, run };
}

test("a plan granted before the mode was set to read-only is not begun: it ends with a sentence, and holds nothing", async () => {
  const shelf = new Shelf();
  const { engine, run } = await granted(shelf);
  await engine.turn(run, { ...engine.engine, readOnly: true });
  const view = await engine.view(run);
  expect(view).toMatchObject({ status: "closed", outcome: "refused" });
  expect(view.problem).toMatch(/read-only.*Nothing was changed/);
  expect(shelf.puts).toBe(0);
  expect(await engine.store.locks()).toEqual([]);
});

test("a run that was under way rests before its next change, and goes on when writing is allowed again", async () => {
  const shelf = new Shelf();
  const { engine, run } = await granted(shelf);
  const append = engine.store.append.bind(engine.store);
  const stopped = new Error("the process ended here");
  engine.store.append = async (...args) => {
    await append(...args);
    if (args[2].some(({ event }) => event.type === "ended")) throw stopped;
  };
  await expect(engine.turn(run)).rejects.toThrow(stopped);
  engine.store.append = append;
  expect(shelf.boxes.get("a")?.paint).toBe("");

  expect(await engine.turn(run, { ...engine.engine, readOnly: true })).toBe("rest");
  expect(shelf.boxes.get("a")?.paint).toBe("");
  expect(await engine.drive(run)).toMatchObject({ outcome: "succeeded" });
  expect(shelf.boxes.get("a")?.paint).toBe("red");
});

test("nothing is taken back either while only reading is allowed", async () => {
  const shelf = new Shelf();
  const { engine, run } = await granted(shelf);
  shelf.mischief = { at: "paint", what: "rejectBefore" };
  const take = shelf.take.bind(shelf);
  shelf.take = () => {
    throw new Error("the process ended here");
  };
  const append = engine.store.append.bind(engine.store);
  const stopped = new Error("the process ended here");
  engine.store.append = async (...args) => {
    await append(...args);
    if (args[2].some(({ event }) => event.type === "failed")) throw stopped;
  };
  await expect(engine.turn(run)).rejects.toThrow(stopped);
  engine.store.append = append;
  shelf.take = take;

  const reading = { ...engine.engine, readOnly: true };
  expect(await engine.turn(run, reading)).toBe("rest");
  expect([...shelf.boxes.keys()]).toEqual(["a"]);
  engine.woken.length = 0;
  await sweep(reading);
  expect(engine.woken).toEqual([]);
  await sweep(engine.engine);
  expect(engine.woken).toEqual([run]);
  expect(await engine.drive(run)).toMatchObject({ outcome: "undone" });
  expect([...shelf.boxes.keys()]).toEqual([]);
});
