import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useRedis } from "../support/redis.js";
import { textOf } from "../../sim/slack/hands.js";
import { openScene, until, type Scene, type SceneOptions } from "./app.js";
import { carryOut, fillModal, seeThrough } from "./people.js";

const redis = useRedis();
const ali = "ali-ontap-01";
const cvo = "cvo-eastus2";
const source = [ali, "svm_epic", "epic_prd"] as const;
const mirror = [cvo, "svm_epic_dr", "epic_prd_dr"] as const;

function withScene(options: SceneOptions): () => Scene {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis, options);
  });
  afterAll(() => scene.close());
  return () => scene;
}

/** Mount points of a host, each with the content that is seen through it. */
async function mountsOn(scene: Scene, host: string): Promise<Record<string, string | undefined>> {
  const mounts = (await scene.hosts())[host]?.mounts ?? [];
  return Object.fromEntries(mounts.map((each) => [each.mountPoint, each.content]));
}

/** As it was, but for snapshots that say whose they are, and for what every mount and every writer leaves: contents are compared by themselves. */
const comparable = (scene: Scene): unknown =>
  JSON.parse(
    JSON.stringify([scene.world.fabric.snapshot(), scene.world.hosts.snapshot()]).replace(
      /"c-[0-9a-f]{16}"/g,
      '"content"',
    ),
    (key, value: unknown) => {
      if (key === "dirty") return undefined;
      if (key === "snapshots" && Array.isArray(value))
        return value.filter((each) => !JSON.stringify(each).includes("sluice-"));
      return value;
    },
  ) as unknown;

describe("failover and back with both arrays there", () => {
  const the = withScene({});

  test("what either side wrote is kept: production's last write on the host that takes over, that host's at home", async () => {
    const scene = the();
    const { fabric } = scene.world;
    const before = comparable(scene);
    const last = fabric.write(...source);
    const over = await carryOut(scene, "fail over prod", { word: "prod" });
    expect(over.plans).toContain("nothing is lost: the final state is taken after the application has stopped");
    expect(await mountsOn(scene, "epic-dr-01")).toEqual({ "/epic/prd": last });
    expect(await mountsOn(scene, "epic-prd-01")).not.toHaveProperty("/epic/prd");

    const written = fabric.write(...mirror);
    const back = await carryOut(scene, "fail back prod and start the application", { word: "prod" });
    expect(back.plans.match(/Who has to say yes/g)).toHaveLength(2);
    expect(back.plans).not.toMatch(/Never sent|LOST/);
    expect(back.card).toContain("prod is at home again, with everything that was written during the failover");
    expect(await mountsOn(scene, "epic-prd-01")).toMatchObject({ "/epic/prd": written });
    expect(await mountsOn(scene, "epic-dr-01")).toEqual({});
    expect(comparable(scene)).toEqual(before);
  });
});

describe("failover with the source switched off, twelve volumes", () => {
  const the = withScene({ name: "hospital", ontap: { vaultSnapshotDelete: "allow" } });
  const volumes = (scene: Scene): string[] => scene.config.sets[0]?.members.map((each) => each.source.volume) ?? [];
  /** Of each group's first volume: what its file system shows. */
  const shown = (content: (volume: string) => string | undefined): Record<string, string | undefined> => ({
    "/epic/prd/db": content("epic_prd_db01"),
    "/epic/prd/jrn": content("epic_prd_jrn01"),
    "/epic/prd/app": content("epic_prd_app01"),
  });

  test("no call to it, all members at one moment; it is fenced when it is seen again, and what it never sent is named on the way back", async () => {
    const scene = the();
    const { fabric } = scene.world;
    const held = (volume: string, snapshot?: string): string | undefined =>
      fabric.contentOf(cvo, "svm_epic_dr", `${volume}_dr`, snapshot);
    const night = await scene.nightly(cvo, "epic_prd_db01_dr");
    const before = comparable(scene);
    // each mirror has a newer state of its own, of another moment
    fabric.write(ali, "svm_epic", "epic_prd_db01");
    await scene.arrayControl(cvo, "clock", { advanceMs: 16 * 60_000 });
    fabric.write(ali, "svm_epic", "epic_prd_jrn01");
    expect(held("epic_prd_db01")).not.toBe(held("epic_prd_db01", night));

    fabric.setPower(ali, "off");
    const calls = fabric.calls(ali).length;
    const over = await carryOut(scene, "fail over prod", { word: "prod" });
    expect(fabric.calls(ali)).toHaveLength(calls);
    expect(over.plans).toContain(`together only ${night} is one`);
    expect(over.plans).toMatch(/Will be missing.*what was written to prod since/s);
    expect(await mountsOn(scene, "epic-dr-01")).toEqual(shown((volume) => held(volume, night)));
    const all = volumes(scene);
    expect(all).toHaveLength(12);
    expect(all.map((volume) => held(volume))).toEqual(all.map((volume) => held(volume, night)));
    await scene.reply(await scene.say("health"), /UNFENCED/);

    const written = Object.fromEntries(
      all.map((volume) => [volume, fabric.write(cvo, "svm_epic_dr", `${volume}_dr`)] as const),
    );
    fabric.setPower(ali, "on");
    await carryOut(scene, "fence prod", { word: "prod" });
    const thread = await scene.say("fail back prod and start the application");
    const first = await scene.card(thread, /Waiting for approval/);
    expect(textOf(first)).toMatch(
      /LOST: what was written on ali-ontap-01 between .* was never sent, and goes for good/,
    );
    await scene.press(first, "U0STORAGE", { action: "run:approve" });
    await expect(fillModal(scene, "U0STORAGE", "word", "yes")).rejects.toThrow("That is not the word");
    await fillModal(scene, "U0STORAGE", "word", "prod");
    const back = await seeThrough(scene, thread, { word: "prod" });
    expect(back.card).toContain("prod is at home again");
    expect(await mountsOn(scene, "epic-prd-01")).toMatchObject(shown((volume) => written[volume]));
    expect(await mountsOn(scene, "epic-dr-01")).toEqual({});
    expect(comparable(scene)).toEqual(before);
  });
});

describe("a drill", () => {
  // a check that takes its time when it is told to: somebody needs the host meanwhile
  const check = "! test -e /root/slow || sleep 24; test -s /epic/drill/.sluice-content";
  const the = withScene({ overrides: { "sets.prod.drill.checks.0.command": check } });

  test("reports and leaves nothing; a failover ends the next one, which cleans up, and goes on", async () => {
    const scene = the();
    const before = comparable(scene);
    const night = await scene.nightly(cvo, "epic_prd_dr");
    const drilled = await carryOut(scene, "run a dr drill for prod");
    expect(drilled.card).toContain(`Drill of prod: ${night} was mounted at /epic/drill on epic-dr-01`);
    expect(drilled.card).toMatch(/All 2 checks passed.*Storage only.*nothing of the drill is left/s);
    expect(comparable(scene)).toEqual(before);

    await scene.world.hosts.run("epic-dr-01", "touch /root/slow");
    const asked = await scene.say("run a dr drill for prod");
    await scene.press(await scene.card(asked, /Waiting for approval/), "U0STORAGE", { action: "run:approve" });
    await scene.card(asked, /✓ 5\./);
    const failing = await scene.say("fail over prod");
    const plan = await scene.card(failing, /Waiting for approval/);
    expect(textOf(plan)).toContain("a drill of prod is under way: it is ended and cleaned up first");
    const over = await seeThrough(scene, failing, { word: "prod" });
    expect(over.card).toContain("*Done*");
    const ended = textOf(await scene.card(asked, /Cancelled, everything taken back/));
    expect(ended).toContain("failover");
    expect(Object.keys(await mountsOn(scene, "epic-dr-01"))).toEqual(["/epic/prd"]);
    const made = await until(async () => (await scene.ontap(cvo, "/storage/volumes?svm.name=svm_epic_dr")).records, "");
    expect(made.map((each) => each["name"]).filter((each) => /drill/.test(String(each)))).toEqual([]);
  });
});
