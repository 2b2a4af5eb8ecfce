import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useRedis } from "../support/redis.js";
import { textOf, type Shown } from "../../sim/slack/hands.js";
import { openScene, until, type Scene } from "./app.js";

const redis = useRedis();
const array = ["ali-ontap-01", "svm_epic", "epic_prd"] as const;
const mirror = ["cvo-eastus2", "svm_epic_dr", "epic_prd_dr"] as const;

/** Transfers of restore relationships the array accepted. */
async function restores(scene: Scene): Promise<string[]> {
  const calls = await scene.calls("ali-ontap-01");
  return calls
    .filter((call) => call.method === "POST" && /\/snapmirror\/relationships\/[^/]+\/transfers/.test(call.path))
    .filter((call) => call.status < 300)
    .map((call) => call.path);
}

const overwritten = (scene: Scene): number =>
  scene.world.fabric.effects("ali-ontap-01").filter((each) => each.effect === "volume overwritten").length;

const approve = (scene: Scene, card: Shown, user: string): Promise<{ ok: boolean; error?: string }> =>
  scene.press(card, user, { action: "run:approve" });

async function mirrorState(scene: Scene): Promise<unknown> {
  const { records } = await scene.ontap("cvo-eastus2", "/snapmirror/relationships?fields=destination,state");
  return records.find((each) => JSON.stringify(each).includes("epic_prd_dr"))?.["state"];
}

describe.each(["keep", "drop"] as const)("restore prod from CVO where newer snapshots are: %s", (reading) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis, { ontap: { restoreNewerSnapshots: reading } });
  });
  afterAll(() => scene.close());

  test("takes both groups' yes and nobody else's, runs once, brings the night back and keeps what was there", async () => {
    const { fabric } = scene.world;
    const was = fabric.write(...array);
    const night = fabric.contentOf(...mirror, await scene.nightly("cvo-eastus2", "epic_prd_dr"));
    expect(night).not.toBe(was);

    const asked = await scene.say("restore prod from CVO");
    const card = await scene.card(asked, /Waiting for approval \(0 of 2\)/);
    expect(textOf(card)).toMatch(/Will be lost/);
    for (const user of ["U0REQUESTER", "U0GUEST", "U0STRANGER"]) {
      await approve(scene, card, user);
      await scene.reply(asked, /Nothing was changed|does not count|may not|cannot/i, user);
    }
    expect(textOf(await scene.card(asked, /Waiting for approval/))).toContain("(0 of 2)");
    expect(await restores(scene)).toEqual([]);

    const clicks = await Promise.all([approve(scene, card, "U0STORAGE"), approve(scene, card, "U0APPOWNER")]);
    expect(clicks.map((click) => click.ok)).toEqual([true, true]);
    const done = textOf(await scene.card(asked, /Done in/));

    expect(await restores(scene)).toHaveLength(1);
    expect(overwritten(scene)).toBe(1);
    expect(fabric.contentOf(...array)).toBe(night);
    const [view] = (await scene.app.desk.recent(10)).filter((each) => each.asked.text === "restore prod from CVO");
    const safety = `sluice_safety_epic_prd_${view?.id ?? ""}`;
    expect(done).toContain(safety);
    expect(fabric.contentOf("cvo-eastus2", "svm_epic_dr", safety)).toBe(was);
    const { records } = await scene.ontap("cvo-eastus2", "/storage/volumes?name=sluice_pin_*");
    expect(records).toEqual([]);
    expect(await mirrorState(scene)).toBe(reading === "keep" ? "snapmirrored" : "paused");
    expect(done).toMatch(reading === "keep" ? /The mirror goes on/ : /stays paused.*needs a resync/s);
    // A click on the old card once more starts nothing.
    await approve(scene, card, "U0STORAGE2");
    await scene.reply(asked, /over|ended|no longer|out of date|any more|Nothing was changed/i, "U0STORAGE2");
    expect(await restores(scene)).toHaveLength(1);
    await undo(asked, was);
  });

  /**
   * A plan of its own, from the safety copy, run to its end: what was there before the restore is there again. With the mirror paused no
   * further safety copy can be made, so the approvers type the word.
   */
  async function undo(asked: string, was: string): Promise<void> {
    const { fabric } = scene.world;
    await scene.say("undo this restore", { thread: asked });
    const card = await scene.card(asked, /undo this restore[\s\S]*Waiting for approval/);
    expect(textOf(card)).toMatch(/Restores to:\* sluice-safety\./);
    expect(await restores(scene)).toHaveLength(1);
    const yes = reading === "keep" ? approve : approveTyping;
    for (const user of ["U0STORAGE", "U0APPOWNER"]) await yes(scene, card, user);
    const done = textOf(await scene.card(asked, /undo this restore[\s\S]*Done in/));
    expect(done).toMatch(/epic_prd is as it was at sluice-safety\./);
    expect(await restores(scene)).toHaveLength(2);
    expect(overwritten(scene)).toBe(2);
    expect(fabric.contentOf(...array)).toBe(was);
    expect(await mirrorState(scene)).toBe(reading === "keep" ? "snapmirrored" : "paused");
  }
});

/** Where there is no way back, a yes is the set's name, typed. */
async function approveTyping(scene: Scene, card: Shown, user: string): Promise<void> {
  await approve(scene, card, user);
  const view = await until(async () => {
    const { views } = await scene.control<{ views: { id: string }[] }>(`views?user=${user}`);
    return views[0];
  }, "the modal that wants a word");
  const values = { word: { value: { type: "plain_text_input", value: "prod" } } };
  expect(await scene.control("submit", { view_id: view.id, user, values })).toMatchObject({ ok: true });
}
