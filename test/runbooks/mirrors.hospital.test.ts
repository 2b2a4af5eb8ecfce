import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { hospital } from "../../sim/worlds/hospital.js";
import { problemOf, say } from "../support/asking.js";
import { asAdmin, cvo, settled } from "../support/mirrors.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const ofProd = (world: TestWorld) => world.config.sets.find(({ name }) => name === "prod")?.members ?? [];
const mirrors = (world: TestWorld) =>
  asAdmin(world, cvo, async (client) => {
    const names = new Set(ofProd(world).map(({ mirror }) => mirror.volume));
    return (await client.relationships.list({})).filter((each) => names.has(each.destination.volume));
  });
const ended = (view: Awaited<ReturnType<typeof say>>): object => ({ outcome: view.outcome, problem: problemOf(view) });
const well = { outcome: "succeeded", problem: "" };

describe("the twelve volumes of a hospital's set, together", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld({}, hospital);
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  test("are throttled, taken apart with their copies, and protected again by one first transfer of all", async () => {
    const many = ofProd(world).length;
    expect(many).toBe(12);
    expect(ended(await say(world, "throttle prod to 50 MB/s"))).toEqual(well);
    expect((await mirrors(world)).map((each) => each.throttleKilobytesPerSecond)).toEqual(Array(many).fill(51_200));
    const apart = await say(world, "unprotect prod with its volumes");
    expect(ended(apart)).toEqual(well);
    // Each act for all of them before the next.
    const order = apart.steps.map((step) => step.planned.uses);
    expect([...new Set(order)].map((uses) => order.lastIndexOf(uses) - order.indexOf(uses) + 1)).toEqual([
      many,
      many,
      many,
      many,
    ]);
    expect(await mirrors(world)).toEqual([]);
    const again = await say(world, "protect prod");
    expect(ended(again)).toEqual(well);
    expect(again.steps.filter((step) => step.planned.uses === "fillMirrors")).toHaveLength(1);
    expect((await mirrors(world)).map((each) => each.state)).toEqual(Array(many).fill("snapmirrored"));
  });

  test("two of them are broken off: only those are joined again, and the plan is one", async () => {
    const [one, two] = await mirrors(world);
    await asAdmin(world, cvo, async (client) => {
      for (const each of [one, two])
        await settled(client)(await client.relationships.setState(each?.uuid ?? "", "broken_off"));
    });
    const view = await say(world, "resync prod");
    expect(ended(view)).toEqual(well);
    expect(view.steps).toHaveLength(2);
    expect(new Set((await mirrors(world)).map((each) => each.state))).toEqual(new Set(["snapmirrored"]));
  });
});
