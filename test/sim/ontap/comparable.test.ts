import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { startTestWorld, type TestWorld } from "../../support/world.js";

/** What laws and scenarios compare afterwards with before. */
let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

const lastUpdates = async (): Promise<(string | undefined)[]> =>
  (await world.clients.get("cvo-eastus2")!.relationships.list()).map((each) => each.transfer?.endTime);

test("a scheduled update of what a host has mounted is no difference between two worlds; a write is", async () => {
  const [before, updates] = [world.fabric.snapshot(), await lastUpdates()];
  world.clock.advance(16 * 60_000);
  const later = await lastUpdates();
  for (const [i, each] of later.entries()) expect(each).not.toBe(updates[i]);
  expect(world.fabric.snapshot()).toEqual(before);
  world.fabric.write("ali-ontap-01", "svm_epic", "epic_prd");
  expect(world.fabric.snapshot()).not.toEqual(before);
});
