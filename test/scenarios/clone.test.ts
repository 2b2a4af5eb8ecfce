import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useRedis } from "../support/redis.js";
import { textOf } from "../../sim/slack/hands.js";
import { openScene, until, type Scene } from "./app.js";

const redis = useRedis();
const iqn = "iqn.1994-05.com.redhat:epic-trn-01";

/** The maps of the igroups that initiator is in. */
async function mapsOf(scene: Scene): Promise<Record<string, unknown>[]> {
  const { records: groups } = await scene.ontap("cvo-eastus2", "/protocols/san/igroups?fields=initiators,name");
  const mine = groups.filter((group) => JSON.stringify(group).includes(iqn)).map((group) => group["name"]);
  const { records } = await scene.ontap("cvo-eastus2", "/protocols/san/lun-maps?fields=*");
  return records.filter((map) => mine.includes((map["igroup"] as { name: string }).name));
}

const writes = async (scene: Scene): Promise<string[]> =>
  (await Promise.all(["ali-ontap-01", "cvo-eastus2"].map((cluster) => scene.calls(cluster))))
    .flat()
    .filter((call) => call.method !== "GET" && call.path.startsWith("/api/"))
    .map((call) => `${call.method} ${call.path}`);

describe("a clone, as a person in #storage gets it", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis);
  });
  afterAll(() => scene.close());

  test("is mounted with last night's content by four maps, and given back without a trace", async () => {
    const before = scene.world.fabric.snapshot();
    const nightly = await scene.nightly("cvo-eastus2", "epic_prd_dr");
    const content = scene.world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr", nightly);
    expect(content).toBeDefined();

    const asked = await scene.say("clone prod volume for training");
    const done = textOf(await scene.card(asked, /Done in/));
    expect(done).toContain("Mounted at /epic/trn on epic-trn-01.");
    expect(done).toContain("Lease ends");
    await scene.reply(asked, /^(?!.*run `).*Done in .* Mounted at \/epic\/trn on epic-trn-01/s);
    const cards = (await scene.thread(asked)).filter((message) => message.blocks[0]?.type === "header");
    expect(cards).toHaveLength(1);

    expect(await mapsOf(scene)).toHaveLength(4);
    const mounts = (await scene.hosts())["epic-trn-01"]?.mounts;
    expect(mounts).toEqual([expect.objectContaining({ mountPoint: "/epic/trn", content })]);

    await secondBeside(scene);
    const released = await scene.say("release the training clone");
    await scene.card(released, /Done in/);
    expect((await scene.hosts())["epic-trn-01"]).toMatchObject({ mounts: [], sessions: [], vgs: [] });
    expect(scene.world.fabric.snapshot()).toEqual(before);
  });

  /** While the first one stands: its place is taken, a name makes room, and giving the second back leaves the first. */
  async function secondBeside(scene: Scene): Promise<void> {
    const taken = await scene.say("clone prod for training");
    const refusal = await scene.card(taken, /is taken/);
    expect(textOf(refusal)).toMatch(/\/epic\/trn on epic-trn-01 is taken.*Nothing was changed/s);
    const named = await scene.say("clone prod for training as class2");
    await scene.card(named, /Done in/);
    const host = (await scene.hosts())["epic-trn-01"];
    expect(host?.mounts.map((mount) => mount.mountPoint).sort()).toEqual(["/epic/trn", "/epic/trn-class2"]);
    expect(host?.vgs).toHaveLength(2);
    const maps = await mapsOf(scene);
    expect(new Set(maps.map((map) => map["logical_unit_number"])).size).toBe(8);
    const released = await scene.say("release the class2 clone");
    await scene.card(released, /Done in/);
    expect((await scene.hosts())["epic-trn-01"]?.mounts.map((mount) => mount.mountPoint)).toEqual(["/epic/trn"]);
    expect(await mapsOf(scene)).toHaveLength(4);
  }

  test("open files hold it back and are named; closed, it goes", async () => {
    const before = scene.world.fabric.snapshot();
    const asked = await scene.say("clone prod for testing");
    await scene.card(asked, /Done in/);
    scene.world.hosts.openFile("epic-tst-01", "/epic/tst/db/IRIS.DAT", { command: "irisdb", user: "irisusr" });
    const refused = await scene.say("release the testing clone");
    const why = textOf(await scene.card(refused, /irisdb/));
    expect(why).toContain("/epic/tst");
    expect((await scene.hosts())["epic-tst-01"]?.mounts).toHaveLength(1);
    scene.world.hosts.closeFile("epic-tst-01", "/epic/tst/db/IRIS.DAT");
    const again = await scene.say("release the testing clone");
    await scene.card(again, /Done in/);
    expect(scene.world.fabric.snapshot()).toEqual(before);
  });

  test("somebody who is not its owner needs a storage approver", async () => {
    const before = scene.world.fabric.snapshot();
    const asked = await scene.say("clone clarity for reporting");
    await scene.card(asked, /Done in/);
    const released = await scene.say("release the reporting clone", { user: "U0APPOWNER" });
    const card = await scene.card(released, /Waiting for approval/);
    expect((await scene.press(card, "U0APPOWNER", { action: "run:approve" })).ok).toBe(true);
    await scene.reply(released, /cannot|may not|own/i, "U0APPOWNER");
    expect((await scene.press(card, "U0STORAGE", { action: "run:approve" })).ok).toBe(true);
    await scene.card(released, /Done in/);
    expect(scene.world.fabric.snapshot()).toEqual(before);
  });

  test.each([
    ["clone prd2 for training", /prod/],
    ["clone prod for trainning2", /training|epic-trn-01/],
    ["clone prod for epic-trn-09", /epic-trn-01/],
    ["clone prod for training from 2026-01-03", /nearest.*nightly\./s],
    ["clone prod for training from snapshot nightly.2020-01-01_0200", /nearest.*nightly\.\d{4}-\d\d-\d\d_0200/s],
    ["clone prod on epic-prd-01", /production host/i],
  ])("%s: one sentence with what there is, and nothing is written anywhere", async (sentence, reads) => {
    const had = await writes(scene);
    const asked = await scene.say(sentence);
    const said = textOf(await scene.reply(asked, reads));
    expect(said).not.toMatch(/undefined|\[object|at .*\.ts:/);
    expect(await writes(scene)).toEqual(had);
    await until(async () => ((await scene.app.desk.open()).length === 0 ? true : undefined), "every run to end");
  });

  test("the same event twice is one run and one card", async () => {
    await scene.control("faults", { duplicate: true });
    const asked = await scene.say("clone prod for backup");
    await scene.card(asked, /Done in/);
    const recent = await scene.app.desk.recent(50);
    expect(recent.filter((view) => view.asked.text === "clone prod for backup")).toHaveLength(1);
    const { calls } = await scene.control<{ calls: { type?: string }[] }>("log");
    expect(JSON.stringify(calls).split("clone prod for backup").length - 1).toBeGreaterThanOrEqual(2);
    const cards = (await scene.thread(asked)).filter((message) => message.blocks[0]?.type === "header");
    expect(cards).toHaveLength(1);
    const released = await scene.say("release the backup clone");
    await scene.card(released, /Done in/);
  });

  test("a mirror that is broken off is not cloned from", async () => {
    const { records } = await scene.ontap("cvo-eastus2", "/snapmirror/relationships?fields=destination,state");
    const mirror = records.find((each) => JSON.stringify(each).includes("clarity_prd_dr"));
    await scene.patch("cvo-eastus2", `/snapmirror/relationships/${String(mirror?.["uuid"])}`, { state: "broken_off" });
    await until(async () => {
      const now = await scene.ontap<{ state: string }>(
        "cvo-eastus2",
        `/snapmirror/relationships/${String(mirror?.["uuid"])}?fields=state`,
      );
      return now.state === "broken_off" ? true : undefined;
    }, "the mirror broken off");
    const had = await writes(scene);
    const asked = await scene.say("clone clarity for reporting");
    expect(textOf(await scene.card(asked, /broken/i))).toContain("Nothing was changed");
    expect(await writes(scene)).toEqual(had);
  });
});
