import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { derived } from "../../src/core/derived.js";
import { peeringSecret } from "../../src/runbooks/steps/peerClusters.js";
import { useRedis } from "../support/redis.js";
import { textOf } from "../../sim/slack/hands.js";
import { openScene, type Scene } from "./app.js";
import { fillModal, typedIn } from "./people.js";

const redis = useRedis();
const ali = "ali-ontap-01";
const cvo = "cvo-eastus2";

async function approved(scene: Scene, sentence: string): Promise<string> {
  const asked = await scene.say(sentence, { user: "U0STORAGE2" });
  const card = await scene.card(asked, /Who has to say yes/);
  expect(await scene.press(card, "U0STORAGE", { label: "Approve" })).toMatchObject({ ok: true });
  return asked;
}

async function peeredNow(scene: Scene): Promise<unknown[]> {
  const { records: clusters } = await scene.ontap(cvo, "/cluster/peers?fields=status.state,authentication.state");
  const { records: svms } = await scene.ontap(ali, "/svm/peers?fields=state");
  return [...clusters.map((each) => (each["status"] as { state: string }).state), ...svms.map((each) => each["state"])];
}

describe("two clusters that have never heard of each other", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis, { name: "apart" });
  });
  afterAll(() => scene.close());

  test("with the operator's login: connected, peered, and the health says what is next", async () => {
    const early = await scene.say("peer the svms", { user: "U0STORAGE2" });
    const refusal = await scene.card(early, /do not know each other/);
    expect(textOf(refusal)).toContain("Connect the clusters");
    const connected = await approved(scene, "connect the array with CVO");
    expect(textOf(await scene.card(connected, /Done in/))).toContain("know and reach each other, encrypted");
    const peered = await approved(scene, "peer the svms");
    await scene.card(peered, /Done in/);
    expect(await peeredNow(scene)).toEqual(["available", "peered"]);
    const asked = await scene.say("health", { user: "U0STORAGE2" });
    await scene.reply(asked, /prod is not protected: nothing is mirrored to cvo-eastus2/);
    expect(textOf(await scene.reply(asked, /epic_prd_dr/))).not.toMatch(/peer/);
  });
});

describe("the same with a login of one SVM on the array", () => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis, { name: "apart-svm", timings: { settleMs: 1_500 } });
  });
  afterAll(() => scene.close());

  test("the array's part is done by a person from the card's text, seen or vouched for, and the run goes on", async () => {
    const asked = await approved(scene, "connect the clusters");
    const held = await scene.card(asked, /A person has to do this step/);
    const text = await scene.reply(asked, /network ipspace create[\s\S]*POST \/api\/network\/ip\/routes/);
    await scene.type(ali, typedIn(textOf(text)));
    expect(await scene.press(held, "U0STORAGE2", { label: "Done, look again" })).toMatchObject({ ok: true });
    const doubted = await scene.card(asked, /cannot tell whether this happened/);
    expect(textOf(doubted)).toContain("cannot be seen with this login");
    expect(await scene.press(doubted, "U0STORAGE", { label: "It happened" })).toMatchObject({ ok: true });
    await fillModal(scene, "U0STORAGE", "reason", "I have looked at the array with its operator");

    const peering = await scene.card(asked, /cluster peer create/);
    const shown = textOf(peering);
    const run = /npx sluice passphrase (r\w+)/.exec(shown)?.[1] ?? "";
    const passphrase = derived(scene.world.secrets["SLUICE_KEY"] ?? "", run, peeringSecret);
    expect(shown).not.toContain(passphrase);
    expect(await scene.press(peering, "U0STORAGE2", { label: "Done, look again" })).toMatchObject({ ok: true });
    await scene.reply(asked, /Not seen yet: cvo-eastus2 still waits for ali-ontap-01/);
    await scene.type(ali, typedIn(shown), passphrase);
    const again = await scene.card(asked, /Not seen yet/);
    expect(await scene.press(again, "U0STORAGE2", { label: "Done, look again" })).toMatchObject({ ok: true });
    const done = textOf(await scene.card(asked, /Done in/));
    expect(done).toMatch(/3 of 4 verified\. 1 step by a person's word/);
    expect(done).toContain("done by a person, and seen");

    const peered = await approved(scene, "peer the svms");
    await scene.card(peered, /Done in/);
    expect(await peeredNow(scene)).toEqual(["available", "peered"]);
    const everything = JSON.stringify([await scene.thread(asked), await scene.calls(ali), await scene.calls(cvo)]);
    expect(everything).not.toContain(passphrase);
  });
});
