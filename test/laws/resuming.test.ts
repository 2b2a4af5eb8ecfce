import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { clone } from "../../src/runbooks/clone.js";
import { restore } from "../../src/runbooks/restore.js";
import { updateMirror } from "../../src/runbooks/update-mirror.js";
import { startTestWorld, type TestWorld } from "../support/world.js";
import { Bench, type End, type Rehearsal } from "./bench.js";
import { judgeEnd } from "./laws.js";
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
    bench = await Bench.set(world, runbook, { stopsAtKnown: false });
    rehearsal = await bench.rehearse();
  });
  afterAll(() => world.close());

  const endOf = (view: End): unknown => ({
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

describe.each([clone, restore])("$name, stopped where it stands as an earlier run stood", (runbook) => {
  let world: TestWorld;
  let bench: Bench;
  let writes: readonly Write[];
  beforeAll(async () => {
    world = await startTestWorld();
    bench = await Bench.set(world, runbook, { stopsAtKnown: true });
    ({ writes } = await bench.rehearse());
    bench.endedWell();
  });
  afterAll(() => world.close());

  test.each(faultKinds)("would have ended well when a write %s", async (kind) => {
    let stopped = 0;
    for (const write of writes) {
      await bench.spoilt(write, kind);
      const what = `${describeWrite(write)} ${kind}`;
      const end = await bench.goOn();
      if (end === "known") stopped += 1;
      judgeEnd(bench, end === "known" ? await bench.toTheEnd() : end, what);
    }
    expect(stopped).toBeGreaterThan(0);
  });
});

/** A card's key is random. */
const untimed = (view: End): unknown =>
  JSON.parse(JSON.stringify(view), (key, value: unknown) => (key === "key" ? undefined : value));
