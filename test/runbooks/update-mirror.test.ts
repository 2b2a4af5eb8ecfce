import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Json } from "../../src/core/json.js";
import type { OntapClient, Relationship } from "../../src/ontap/index.js";
import { hasMoved, pictureOf } from "../../src/runbooks/steps/mirrorPicture.js";
import type { ReadTools } from "../../src/runbooks/tools.js";
import { problemOf, say } from "../support/asking.js";
import { ali, asAdmin, cvo, mirrorNow } from "../support/mirrors.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const source = [ali, "svm_epic", "epic_prd"] as const;
const copy = [cvo, "svm_epic_dr", "epic_prd_dr"] as const;
const sentence = "update the prod mirror";

/** Transfers of prod's mirror that were asked for, and how the array answered. */
const posted = (world: TestWorld): number[] =>
  world.fabric
    .calls(cvo)
    .filter(({ method, path }) => method === "POST" && /\/transfers(\?|$)/.test(path))
    .map(({ status }) => status);
const stepOf = (view: Awaited<ReturnType<typeof say>>) =>
  view.steps.find(({ planned }) => planned.uses === "updateMirror");

/** What a probe sees of prod's mirror with a picture of before. */
async function moved(world: TestWorld, before: (given: Given) => Json | undefined): Promise<boolean> {
  const now = await mirrorNow(world);
  if (!now) throw new Error("prod has no mirror");
  return asAdmin(world, cvo, (client) => {
    const given = { at: { cluster: cvo, relationship: now.uuid }, now, on: lookingWith(client) };
    return hasMoved(given.at, before(given), now, given.on);
  });
}
interface Given {
  readonly now: Relationship;
}
const lookingWith = (client: OntapClient): ReadTools => ({ ontap: () => client }) as unknown as ReadTools;
const picture = (world: TestWorld): Promise<Json> =>
  asAdmin(world, cvo, async (client) =>
    pictureOf({ cluster: cvo, relationship: (await mirrorNow(world))?.uuid ?? "" }, lookingWith(client)),
  );

const endedIn = (of: Json): string[] => (of as { ended: string[] }).ended;

describe("updates that end within one second", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  test("are both believed, and each is asked for once", async () => {
    const second = Math.floor(world.clock.now() / 1000);
    for (const time of [1, 2, 3]) {
      // the third brings what the second had, by the same snapshot: only the transfer is another
      if (time < 3) world.fabric.write(...source);
      const view = await say(world, sentence);
      expect({ outcome: view.outcome, problem: problemOf(view) }).toEqual({ outcome: "succeeded", problem: "" });
      expect(stepOf(view)).toMatchObject({ attempt: 1, how: "ran" });
      expect(posted(world)).toEqual(Array(time).fill(201));
      expect(world.fabric.contentOf(...copy)).toBe(world.fabric.contentOf(...source));
    }
    // nothing was waited for: else this would show nothing
    expect(Math.floor(world.clock.now() / 1000)).toBe(second);
  });

  test("one that fails in the second of the one before it is told as failed", async () => {
    await say(world, sentence);
    world.fabric.fault(cvo, { condition: "destinationFull" });
    const view = await say(world, sentence);
    expect(problemOf(view)).toMatch(/The transfer to epic_prd_dr failed\. .*full/);
    expect(posted(world)).toEqual([201, 201]);
  });

  test("a picture that an earlier version took, without transfers, is compared as that version did", async () => {
    world.clock.advance(1_000);
    await say(world, sentence);
    const older = ({ now }: Given): Json => ({
      exported: now.exportedSnapshot ?? null,
      endTime: now.transfer?.endTime ?? null,
    });
    const of = older({ now: (await mirrorNow(world)) as Relationship });
    await say(world, sentence);
    expect(await moved(world, () => of)).toBe(false);
    world.clock.advance(1_000);
    await say(world, sentence);
    expect(await moved(world, () => of)).toBe(true);
    expect(await moved(world, older)).toBe(false);
  });

  test("the picture names the transfers of that second, and no others", async () => {
    world.clock.advance(1_000);
    await say(world, sentence);
    const before = await picture(world);
    expect(await moved(world, () => before)).toBe(false);
    await say(world, sentence);
    const after = await picture(world);
    expect(await moved(world, () => before)).toBe(true);
    expect([before, after].map(endedIn)).toEqual([[expect.any(String)], [expect.any(String), expect.any(String)]]);
    expect(endedIn(after)).toEqual(expect.arrayContaining(endedIn(before)));
    world.clock.advance(1_000);
    await say(world, sentence);
    expect(endedIn(await picture(world))).toHaveLength(1);
    expect(await moved(world, () => before)).toBe(true);
  });
});

test.each([
  ["an array lists active transfers only", { listedTransfers: "active" }, false],
  ["the login may not list transfers", {}, true],
] as const)(
  "where %s, the second passes first: the update is made again and believed",
  async (_where, knobs, refused) => {
    const world = await startTestWorld(knobs);
    const does = { kind: "error", code: 6, message: "not authorized for that command" } as const;
    try {
      if (refused) world.fabric.fault(cvo, { method: "GET", path: "/transfers", times: 1_000, does });
      world.clock.advance(1_000);
      await say(world, sentence);
      const view = await say(world, sentence);
      expect({ outcome: view.outcome, problem: problemOf(view) }).toEqual({ outcome: "succeeded", problem: "" });
      expect(stepOf(view)?.attempt).toBe(2);
      expect(posted(world)).toEqual([201, 201, 201]);
    } finally {
      await world.close();
    }
  },
);
