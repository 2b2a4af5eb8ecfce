import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import { clone } from "../../src/runbooks/clone.js";
import { updateMirror } from "../../src/runbooks/update-mirror.js";
import { startTestWorld, type TestWorld } from "../support/world.js";
import { Bench, type Rehearsal } from "./bench.js";
import { describeWrite, faultKinds, type Write } from "./writes.js";

/**
 * The laws do not run a runbook from its start for every write they spoil: they put back the last moment before it. Here both are done, and end
 * in the same run and the same world.
 */
describe.each([clone, updateMirror])("$name goes on from a moment as it would have from its start", (runbook) => {
  let world: TestWorld;
  let bench: Bench;
  let rehearsal: Rehearsal;
  beforeAll(async () => {
    world = await startTestWorld();
    bench = await Bench.set(world, runbook, undefined);
    rehearsal = await bench.rehearse();
  });
  afterAll(() => world.close());

  const endOf = (view: RunView): unknown => ({
    run: untimed(view),
    world: world.snapshot(),
    written: bench.written(),
    destroyed: bench.destroyed(),
    clock: world.clock.now(),
  });

  test.each(faultKinds)("when a write %s", async (kind) => {
    const ends = async (write: Write, fromStart: boolean): Promise<unknown> => {
      await bench.spoilt(write, kind, { fromStart });
      return { write: describeWrite(write), ...(endOf(await bench.goOn()) as object) };
    };
    for (const write of rehearsal.writes) expect(await ends(write, false)).toEqual(await ends(write, true));
  });

  test("when a worker freezes", async () => {
    const ends = async (place: number, fromStart: boolean): Promise<unknown> => ({
      place,
      ...(endOf(await bench.frozenAt(place, { fromStart })) as object),
    });
    for (const place of rehearsal.entries.map((_, i) => i + 1).slice(1))
      expect(await ends(place, false)).toEqual(await ends(place, true));
  });

  test("what came before a write is not done again", async () => {
    for (const write of rehearsal.writes) {
      await bench.before(write);
      const [run] = await bench.engine.store.recent(1);
      const view = run && (await bench.engine.view(run));
      expect({ write: describeWrite(write), isPlanned: view?.planned !== undefined }).toMatchObject({
        isPlanned: true,
      });
    }
  });
});

/** A card's key is random. */
const untimed = (view: RunView): unknown =>
  JSON.parse(JSON.stringify(view), (key, value: unknown) => (key === "key" ? undefined : value));
