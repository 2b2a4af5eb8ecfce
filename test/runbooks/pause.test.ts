import { afterAll, beforeAll, expect, test } from "@jest/globals";
import { recallPause } from "../../src/core/pause-note.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
});
afterAll(() => world.close());

test("who paused a mirror is known while it is paused, and forgotten when it goes on", async () => {
  const engine = world.engine();
  const mirror = { cluster: "cvo-eastus2", svm: "svm_epic_dr", volume: "epic_prd_dr" };
  const memory = { recall: (name: string) => engine.store.note(name) };
  const asked = async (sentence: string): Promise<void> => {
    const { runbook, request } = readSentence(world, sentence);
    expect((await engine.drive(await engine.ask(runbook, request))).outcome).toBe("succeeded");
  };
  await asked("pause the prod mirror");
  expect(await recallPause(memory, mirror)).toMatchObject({ reason: "no reason given" });
  await asked("resume the prod mirror");
  expect(await recallPause(memory, mirror)).toBeUndefined();
});
