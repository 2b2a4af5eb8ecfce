import { describe, expect, test } from "@jest/globals";
import { Rejected } from "../../src/core/problems.js";
import type { FarEnds } from "../../src/jobs/engine.js";
import { awaitedBy, Watcher } from "../../src/jobs/watch.js";
import { TestEngine } from "../support/engine.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

/** An array that knows requests for its own approval, and counts how it is asked about them. */
class Approvals {
  readonly requests = new Map<number, string>();
  collections = 0;
  readonly farEnds = {
    ontap: () => ({
      mav: {
        findRequest: async (index: number) => {
          const state = this.requests.get(index);
          return state === undefined ? undefined : { index, state };
        },
        listRequests: async () => {
          this.collections += 1;
          return [...this.requests].map(([index, state]) => ({ index, state }));
        },
      },
    }),
    host: () => {
      throw new Error("no host here");
    },
  } as unknown as FarEnds;
}

/** A shelf whose boxes are put only after the array's own approval. */
class GuardedShelf extends Shelf {
  constructor(private readonly array: Approvals) {
    super();
  }
  override put(box: string, tag: string): void {
    const index = box.charCodeAt(0);
    const state = this.array.requests.get(index);
    if (state !== "approved") {
      if (state === undefined) this.array.requests.set(index, "pending");
      throw new Rejected("approval is wanted", { code: "262325", detail: { cluster: "array", mavRequest: index } });
    }
    super.put(box, tag);
  }
}

async function held(...boxes: string[]) {
  const array = new Approvals();
  const shelf = new GuardedShelf(array);
  const engine = new TestEngine({ runbooks: [shelfRunbook(shelf)], farEnds: array.farEnds });
  const runs = [];
  for (const box of boxes) {
    const run = await engine.ask("tidy", { box });
    expect(await engine.drive(run)).toMatchObject({ status: "held" });
    const awaited = awaitedBy(await engine.view(run));
    expect(awaited).toMatchObject({ step: "1-put", watch: { kind: "arrayApproval", cluster: "array" } });
    await engine.store.keepWatch(run, { ...awaited!, since: engine.clock.now() });
    runs.push(run);
  }
  return { array, shelf, engine, runs, watcher: new Watcher(engine.engine) };
}

describe("the array's own approval", () => {
  test("is asked after for all runs of a cluster in one query a tick; who has it is woken, the others wait on", async () => {
    const { array, engine, runs, watcher } = await held("a", "b", "c");
    await engine.clock.sleep(1_000);
    await watcher.tick();
    expect(array.collections).toBe(1);
    expect(engine.woken).toEqual([]);
    array.requests.set("b".charCodeAt(0), "approved");
    await engine.clock.sleep(1_000);
    await watcher.tick();
    expect(array.collections).toBe(2);
    expect(engine.woken).toEqual([runs[1]]);
    expect(await engine.drive(runs[1]!)).toMatchObject({ outcome: "succeeded" });
    expect(await engine.drive(runs[0]!)).toMatchObject({ status: "held" });
  });

  test("a veto ends the run, taken back; nothing was put", async () => {
    const { array, shelf, engine, runs } = await held("a");
    array.requests.set("a".charCodeAt(0), "vetoed");
    const view = await engine.drive(runs[0]!);
    expect(view).toMatchObject({ outcome: "undone" });
    expect(view.problem).toMatch(/request 97 on array, was vetoed/);
    expect(shelf.puts).toBe(0);
  });

  test("a request that is gone is asked for again, and the run goes on when that is given", async () => {
    const { array, shelf, engine, runs } = await held("a");
    array.requests.delete("a".charCodeAt(0));
    expect(await engine.drive(runs[0]!)).toMatchObject({ status: "held" });
    expect(array.requests.get("a".charCodeAt(0))).toBe("pending");
    array.requests.set("a".charCodeAt(0), "approved");
    expect(await engine.drive(runs[0]!)).toMatchObject({ outcome: "succeeded" });
    expect(shelf.puts).toBe(1);
  });

  test("however long it takes, it is looked at every few seconds", async () => {
    const { array, engine, runs, watcher } = await held("a");
    for (let hour = engine.clock.now() + 3_600_000; engine.clock.now() < hour;)
      await engine.clock.sleep(Math.max(1_000, await watcher.tick()));
    array.requests.set("a".charCodeAt(0), "approved");
    const given = engine.clock.now();
    while (engine.woken.length === 0) await engine.clock.sleep(await watcher.tick());
    expect(engine.woken).toEqual(runs);
    expect(engine.clock.now() - given).toBeLessThanOrEqual(6_000);
  });
});
