import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { simCa } from "../../sim/kit/tls.js";
import { useRedis } from "../support/redis.js";
import { textOf, type Shown } from "../../sim/slack/hands.js";
import { openScene, until, type Scene, type SceneOptions } from "./app.js";

const redis = useRedis();

/** Calls that could change something, on both arrays and on Azure. */
async function writes(scene: Scene): Promise<string[]> {
  const calls = await Promise.all(["ali-ontap-01", "cvo-eastus2", "azure"].map((name) => scene.calls(name)));
  return calls
    .flat()
    .filter((call) => call.method !== "GET" && !/\/oauth2\/|\/_control\//.test(call.path))
    .filter((call) => call.status < 300)
    .map((call) => `${call.method} ${call.path}`);
}

const approve = (scene: Scene, card: Shown, user: string) => scene.press(card, user, { action: "run:approve" });

/** Everything that was said about a run is a sentence for people. */
function expectSentence(text: string): void {
  expect(text).not.toMatch(/undefined|\[object|\bat .*\.ts:|TypeError|netapp1!|sluice-cvo-1!|sluice-azure-secret/);
}

function withScene(options: SceneOptions | (() => Promise<SceneOptions>) = {}): () => Scene {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis, typeof options === "function" ? await options() : options);
  });
  afterAll(() => scene.close());
  return () => scene;
}

describe("people who decide otherwise", () => {
  const the = withScene();
  let had: string[];
  beforeEach(async () => {
    had = await writes(the());
  });

  test("deny takes a reason by modal and tells it", async () => {
    const scene = the();
    const asked = await scene.say("restore prod from CVO");
    const card = await scene.card(asked, /Waiting for approval/);
    await scene.press(card, "U0APPOWNER", { action: "run:deny" });
    const view = await until(async () => {
      const { views } = await scene.control<{ views: { id: string }[] }>("views?user=U0APPOWNER");
      return views[0];
    }, "a modal");
    const values = { reason: { value: { type: "plain_text_input", value: "month-end <!channel> runs" } } };
    const sent = await scene.control("submit", { view_id: view.id, user: "U0APPOWNER", values });
    expect(sent).toMatchObject({ ok: true });
    const denied = textOf(await scene.card(asked, /Denied by/));
    expect(denied).toContain("month-end &lt;!channel&gt; runs");
    expect(denied).toContain("Nothing was changed");
    await approve(scene, card, "U0STORAGE");
    await scene.reply(asked, /Nothing was changed|over|denied/i, "U0STORAGE");
    expect(await writes(scene)).toEqual(had);
  });

  test("the requester cancels before anybody voted", async () => {
    const scene = the();
    const asked = await scene.say("restore clarity from CVO");
    const card = await scene.card(asked, /Waiting for approval/);
    await scene.press(card, "U0REQUESTER", { action: "run:cancel" });
    expect(textOf(await scene.card(asked, /Cancelled by/))).toContain("Nothing was changed");
    expect(await writes(scene)).toEqual(had);
  });

  test("a newer night between plan and yes: the difference is shown, and both are asked again", async () => {
    const scene = the();
    const asked = await scene.say("restore prod from CVO");
    const card = await scene.card(asked, /Waiting for approval \(0 of 2\)/);
    const night = await scene.nightly("cvo-eastus2", "epic_prd_dr");
    await scene.arrayControl("cvo-eastus2", "delete-snapshot", {
      svm: "svm_epic_dr",
      volume: "epic_prd_dr",
      name: night,
    });
    await approve(scene, card, "U0STORAGE");
    await approve(scene, card, "U0APPOWNER");
    const again = await scene.card(asked, /plan has changed since/);
    expect(textOf(again)).toContain(night);
    expect(textOf(again)).toMatch(/Waiting for approval \(0 of 2\)/);
    expect(await writes(scene)).toEqual(had);
    // The old card's message is the new card: its old buttons are gone, the old key votes for nothing.
    await scene.press(again, "U0REQUESTER", { action: "run:cancel" });
    await scene.card(asked, /Cancelled by/);
  });

  test("pause keeps its reason; resume shows who paused, when and why", async () => {
    const scene = the();
    const asked = await scene.say("pause the mirror of clarity because of the storage upgrade", { user: "U0STORAGE2" });
    await scene.card(asked, /Done in/);
    const resumed = await scene.say("resume the mirror of clarity");
    const card = await scene.card(resumed, /Waiting for approval/);
    expect(textOf(card)).toMatch(/paused by .*U0STORAGE2.* \d{4} .*: .*storage upgrade/);
    const ack = await scene.control<{ ok: boolean }>("command", {
      channel: "C0STORAGE",
      user: "U0REQUESTER",
      command: "/sluice",
      text: "health",
    });
    expect(ack.ok).toBe(true);
    await until(async () => {
      const { messages } = await scene.control<{ messages: Shown[] }>("messages?channel=C0STORAGE&user=U0REQUESTER");
      return messages.find((each) => each.ephemeral_for === "U0REQUESTER" && /paused/i.test(textOf(each)));
    }, "an answer to /sluice health for one person's eyes");
    await approve(scene, card, "U0STORAGE");
    await scene.card(resumed, /Done in/);
  });

  test("the digest is one message in #storage-health, once a morning", async () => {
    const scene = the();
    await scene.app.digest();
    const posted = async (): Promise<Shown[]> =>
      (await scene.control<{ messages: Shown[] }>("messages?channel=C0HEALTH")).messages.filter(
        (each) => each.thread_ts === undefined || each.thread_ts === each.ts,
      );
    const [first] = await until(async () => {
      const messages = await posted();
      return messages.length > 0 ? messages : undefined;
    }, "the digest");
    expect(first && textOf(first)).toMatch(/prod/);
    await scene.app.digest();
    expect(await posted()).toHaveLength(1);
  });

  test("a click that is delivered twice counts once", async () => {
    const scene = the();
    const asked = await scene.say("resume the mirror of prod");
    const first = textOf(await scene.card(asked, /Waiting for approval|Done in|Not possible/));
    if (/Waiting/.test(first)) {
      const card = await scene.card(asked, /Waiting for approval/);
      await scene.control("faults", { duplicate: true });
      await approve(scene, card, "U0STORAGE");
      await scene.card(asked, /Done in/);
    }
    const update = await scene.say("update the mirror of prod now");
    const card = await scene.card(update, /Waiting for approval/);
    await scene.control("faults", { duplicate: true });
    await approve(scene, card, "U0STORAGE");
    await scene.card(update, /Done in/);
    const view = (await scene.app.desk.recent(5)).find((each) => each.asked.text === "update the mirror of prod now");
    expect(view?.planned?.votes).toHaveLength(1);
  });
});

describe("a far end that says no", () => {
  const the = withScene();
  let had: string[];
  beforeEach(async () => {
    had = await writes(the());
  });

  test.each([
    ["does not answer", { condition: "unreachable" }, /cvo-eastus2/],
    ["refuses the password", { condition: "loginRefused" }, /cvo-eastus2/],
  ])("an array that %s: one sentence, nothing changed, the run over", async (_what, fault, reads) => {
    const scene = the();
    scene.world.fabric.fault("cvo-eastus2", fault as Parameters<typeof scene.world.fabric.fault>[1]);
    try {
      const asked = await scene.say("clone prod volume for training");
      const card = textOf(await scene.card(asked, /Not possible/));
      expect(card).toMatch(reads);
      expect(card).toContain("Nothing was changed");
      expectSentence(card);
    } finally {
      scene.world.fabric.clearFaults();
    }
    expect(await writes(scene)).toEqual(had);
    await until(async () => ((await scene.app.desk.open()).length === 0 ? true : undefined), "every run to end");
  });

  test("Azure's 403: what was made on the array is taken back, and the thread says why", async () => {
    const scene = the();
    const before = scene.world.fabric.snapshot();
    scene.world.azure.fault({
      method: "PUT",
      path: "/runCommands/",
      times: 50,
      does: {
        kind: "reply",
        status: 403,
        body: { error: { code: "AuthorizationFailed", message: "The client does not have authorization" } },
      },
    });
    try {
      const asked = await scene.say("clone prod volume for training");
      const card = textOf(await scene.card(asked, /Failed, everything taken back/));
      expect(card).toMatch(/authorization/i);
      expectSentence(card);
    } finally {
      scene.world.azure.clearFaults();
    }
    expect(scene.world.fabric.snapshot()).toEqual(before);
    expect((await scene.hosts())["epic-trn-01"]?.mounts).toEqual([]);
    await until(async () => ((await scene.app.desk.open()).length === 0 ? true : undefined), "every run to end");
  });

  test("the array's own approval holds the run with the request's number, and its yes lets it go on", async () => {
    const scene = the();
    scene.world.fabric.fault("cvo-eastus2", {
      method: "POST",
      path: "/storage/volumes",
      does: { kind: "approval", operation: "volume create" },
    });
    const asked = await scene.say("clone prod volume for training");
    const held = textOf(await scene.card(asked, /wants its own approval/));
    const [, index = ""] = held.match(/request (\d+)/) ?? [];
    expect(index).not.toBe("");
    await scene.arrayControl("cvo-eastus2", "approve", { index });
    await scene.card(asked, /Done in/);
    scene.world.fabric.clearFaults();
    const released = await scene.say("release the training clone");
    await scene.card(released, /Done in/);
  });
});

describe("a certificate nobody vouched for", () => {
  let folder: string;
  const the = withScene(async () => {
    folder = await mkdtemp(join(tmpdir(), "sluice-ca-"));
    return { overrides: { "clusters.cvo-eastus2.ca": (await simCa(folder)).certPem } };
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  test("no password is sent; one sentence says what to do", async () => {
    const scene = the();
    const asked = await scene.say("clone prod volume for training");
    const card = textOf(await scene.card(asked, /Not possible/));
    expect(card).toMatch(/certificate/i);
    expectSentence(card);
    expect(await scene.calls("cvo-eastus2")).toEqual([]);
    await until(async () => ((await scene.app.desk.open()).length === 0 ? true : undefined), "every run to end");
  });
});

describe("a card nobody votes on", () => {
  const the = withScene({ timings: { voteMs: 10_000 } });

  test("expires; a late yes starts nothing", async () => {
    const scene = the();
    const had = await writes(scene);
    const asked = await scene.say("restore prod from CVO");
    const card = await scene.card(asked, /Waiting for approval/);
    expect(textOf(await scene.card(asked, /Expired/))).toContain("Nothing was changed");
    await approve(scene, card, "U0STORAGE");
    expect(await writes(scene)).toEqual(had);
    await until(async () => ((await scene.app.desk.open()).length === 0 ? true : undefined), "every run to end");
  });
});

describe("read-only mode", () => {
  const the = withScene({ overrides: { mode: "read-only" } });

  test("shows the plan and refuses every write", async () => {
    const scene = the();
    const asked = await scene.say("clone prod volume for training");
    const card = textOf(await scene.card(asked, /read-only/i));
    expect(card).toMatch(/nightly\./);
    expect(await writes(scene)).toEqual([]);
    await until(async () => ((await scene.app.desk.open()).length === 0 ? true : undefined), "every run to end");
  });
});
