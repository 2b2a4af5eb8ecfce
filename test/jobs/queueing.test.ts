import { expect, test } from "@jest/globals";
import { runIdFor } from "../../src/core/ids.js";
import { TestEngine } from "../support/engine.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

const place = { group: "S1", label: "storage", count: 1, forSteps: ["1-put"], why: "because" };

test("a run whose grant went stale in the queue lets the others past while people are asked again", async () => {
  const shelf = new Shelf();
  const engine = new TestEngine({
    runbooks: [shelfRunbook(shelf)],
    demand: () => ({ places: [place], nobody: false }),
  });
  const { store } = engine;
  const holder = await engine.ask("tidy", { box: "z" });
  await store.lock(holder, [{ resource: "shelf/a", as: "changes" }]);
  const grant = async (run: typeof holder): Promise<void> =>
    engine.append(run, { type: "settled", outcome: "granted", hash: (await engine.view(run)).planned!.hash });

  const first = await engine.ask("tidy", { box: "a" });
  await engine.drive(first);
  await grant(first);
  expect((await engine.drive(first)).held?.why).toBe("lock");
  expect(await store.lockQueue()).toEqual([first]);
  engine.clock.advance(16 * 60_000);
  expect((await engine.drive(first)).status).toBe("deciding");
  expect(await store.lockQueue()).toEqual([]);

  await store.unlock(holder);
  const second = await engine.ask("tidy", { box: "a" });
  await engine.drive(second);
  await grant(second);
  expect((await engine.drive(second)).outcome).toBe("succeeded");
});

test("the next run of a chain keeps the chain's locks when its plan is asked for again", async () => {
  const shelf = new Shelf();
  shelf.boxes.set("old", { tag: "somebody", paint: "" });
  const engine = new TestEngine({
    runbooks: [shelfRunbook(shelf)],
    demand: () => ({ places: [place], nobody: false }),
  });
  const { store } = engine;
  const child = runIdFor("child");
  const asked = {
    type: "asked",
    from: { team: "T", channel: "C", ts: "", eventId: "e" },
    text: "tidy",
    runbook: "tidy",
    request: { box: "b", burn: "old" },
    timeZone: "UTC",
    parent: runIdFor("parent"),
  } as const;
  await store.append(child, 0, [{ at: "2026-11-22T14:00:00.000Z", by: { team: "T", user: "U" }, event: asked }]);
  await store.lock(child, [{ resource: "shelf/half-done", as: "changes" }]);
  const deciding = await engine.drive(child);
  await engine.append(child, { type: "settled", outcome: "granted", hash: deciding.planned!.hash });
  shelf.boxes.delete("old");
  const again = await engine.drive(child);
  expect(again.status).toBe("deciding");
  expect(again.planned!.key).not.toBe(deciding.planned!.key);
  expect((await store.locks()).map((each) => each.resource)).toContain("shelf/half-done");
});

test("a run that is cancelled before it is planned is closed, and the worker comes to rest", async () => {
  const engine = new TestEngine({ runbooks: [shelfRunbook(new Shelf())] });
  const run = await engine.ask("tidy", { box: "a" });
  await engine.append(run, { type: "cancelAsked" }, "U0REQUESTER");
  const read = engine.store.read.bind(engine.store);
  let reads = 0;
  engine.store.read = (id) => {
    reads += 1;
    if (reads > 50) throw new Error("the worker goes round in circles");
    return read(id);
  };
  expect(await engine.turn(run)).toBe("closed");
  expect((await engine.view(run)).outcome).toBe("cancelled");
});
