import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useRedis } from "../support/redis.js";
import { wholeWay } from "../support/wholeWay.js";
import { textOf } from "../../sim/slack/hands.js";
import { openScene, type Scene } from "./app.js";
import { carryOut, type Handed } from "./people.js";

const redis = useRedis();
const ali = "ali-ontap-01";
const cvo = "cvo-eastus2";
const vault = "https://kv-epic.vault.azure.net/";

/** The document's own sentences, from nothing to the first clone. */
const last = "clone prod volume for training";
const way = wholeWay.slice(0, wholeWay.findIndex((each) => each.say === last) + 1).map((each) => each.say);

type Row = Record<string, unknown>;

/** What came of one sentence: the end of its card (or the answer to a question), and the scene to look at the far ends with. */
interface Seen {
  readonly scene: Scene;
  readonly text: string;
  rows(cluster: string, path: string): Promise<Row[]>;
  names(cluster: string, path: string): Promise<unknown[]>;
}

const mirrors = (seen: Seen): Promise<Row[]> =>
  seen.rows(cvo, "/snapmirror/relationships?fields=state,healthy,throttle,policy.name,destination.path");

async function isReady(host: string, { names }: Seen): Promise<void> {
  expect(await names(cvo, "/protocols/san/igroups?fields=name")).toContain(`ig_${host}`);
}

async function isMirrored(volume: string, seen: Seen): Promise<void> {
  const made = (await mirrors(seen)).filter((each) => JSON.stringify(each).includes(volume));
  expect(made).toMatchObject([{ state: "snapmirrored", healthy: true, policy: { name: "sluice_mirror" } }]);
  const [copy] = await seen.rows(cvo, `/storage/volumes?name=${volume}&fields=type,encryption.enabled`);
  expect(copy).toMatchObject({ type: "dp", encryption: { enabled: true } });
}

/** After each sentence: what it made is there, by the simulators' own word. */
const afterwards: Readonly<Record<string, (seen: Seen) => Promise<void>>> = {
  "deploy the connector": async ({ scene: { world } }) => {
    const { cloud } = world.azure;
    const machine = cloud.list("Microsoft.Compute/virtualMachines").find((each) => each.name === "connector-eastus2");
    expect(machine?.id).toContain("/resourceGroups/rg-connector-eastus2/");
    const assigned = cloud.list("Microsoft.Authorization/roleAssignments");
    expect(assigned.map((each) => each.properties["principalId"])).toContain(machine?.identity?.["principalId"]);
    expect(world.bluexp.snapshot()).toMatchObject({ connectors: ["connector-eastus2"], environments: [] });
  },
  "deploy cvo": async ({ scene: { world }, text, names }) => {
    expect(text).toContain("Its management address is 10.8.0.5");
    expect(world.bluexp.snapshot()).toMatchObject({ environments: [{ name: cvo, ha: true, status: "ON" }] });
    expect(await names(cvo, "/svm/svms")).toContain("svm_epic_dr");
    const groups = world.azure.cloud.list("Microsoft.Resources/resourceGroups").map((each) => each.name);
    expect(groups).toContain("rg-cvo-eastus2");
  },
  "encrypt svm_epic_dr with key vault": async ({ rows }) => {
    expect(await rows(cvo, "/security/azure-key-vaults?fields=name,svm.name,key_id")).toMatchObject([
      { name: vault, svm: { name: "svm_epic_dr" }, key_id: expect.stringContaining(`${vault}keys/cvo-key`) },
    ]);
  },
  "prepare epic-trn-01 for iscsi": (seen) => isReady("epic-trn-01", seen),
  "prepare epic-dr-01": (seen) => isReady("epic-dr-01", seen),
  "connect the clusters": async ({ rows, names }) => {
    expect(await names(ali, "/network/ipspaces")).toContain("ips_repl");
    expect((await names(ali, "/network/ip/interfaces?services=intercluster_core")).sort()).toEqual([
      "ic_01a",
      "ic_01b",
    ]);
    for (const cluster of [ali, cvo])
      expect(await rows(cluster, "/cluster/peers?fields=status,encryption")).toMatchObject([
        { status: { state: "available" }, encryption: { state: "tls_psk" } },
      ]);
  },
  "peer the svms": async ({ rows }) => {
    for (const cluster of [ali, cvo])
      expect(await rows(cluster, "/svm/peers?fields=state")).toMatchObject([{ state: "peered" }]);
  },
  "protect prod": (seen) => isMirrored("epic_prd_dr", seen),
  "protect clarity": (seen) => isMirrored("clarity_prd_dr", seen),
  "throttle prod mirror to 20 MB/s": async (seen) => {
    const limits = (await mirrors(seen)).map(({ destination, throttle }) => [
      (destination as { path: string }).path,
      throttle,
    ]);
    expect(Object.fromEntries(limits)).toMatchObject({ "svm_epic_dr:epic_prd_dr": 20480 });
    expect(limits).toHaveLength(2);
  },
  status: ({ text }) => Promise.resolve(expect(text).toContain("nothing waits for anybody")),
  health: ({ text }) => Promise.resolve(expect(text).not.toMatch(/is not protected|peer/)),
  [last]: async ({ scene, text }) => {
    expect(text).toContain("Mounted at /epic/trn on epic-trn-01.");
    const { fabric } = scene.world;
    const night = fabric.contentOf(ali, "svm_epic", "epic_prd", nightly);
    expect(night).toEqual(expect.any(String));
    expect(night).not.toBe(fabric.contentOf(ali, "svm_epic", "epic_prd"));
    expect((await scene.hosts())["epic-trn-01"]?.mounts).toMatchObject([{ mountPoint: "/epic/trn", content: night }]);
  },
};

/** This night: the one of two o'clock is older than the mirror, and not on it. */
const nightly = `nightly.${new Date().toISOString().slice(0, 10)}_2355`;
/** Steps of the document that are only for systems set up otherwise than this world's: they say so, and change nothing. */
const notHere: Readonly<Record<string, RegExp>> = {
  "attach the replication nic": /names no intercluster interface of its own for cvo-eastus2.*Nothing was changed/s,
};
const questions: Readonly<Record<string, RegExp>> = { status: /Nothing is running/, health: /mirror as of/ };

/** A night goes by: the array takes its snapshot, the mirror's schedule brings it over, and production goes on writing. */
async function night(scene: Scene): Promise<void> {
  const [volume] = (await scene.ontap(ali, "/storage/volumes?name=epic_prd")).records;
  const made = await scene.post(ali, `/storage/volumes/${String(volume?.["uuid"])}/snapshots?return_timeout=15`, {
    name: nightly,
    snapmirror_label: "daily",
  });
  expect(JSON.stringify(made)).not.toContain('"error"');
  scene.world.fabric.write(ali, "svm_epic", "epic_prd");
  await carryOut(scene, "update the prod mirror");
}

interface World {
  readonly name: string;
  /** What a sentence hands to a person, each a part of the text that is shown for it; absent: Sluice does it. */
  readonly byHand: Readonly<Record<string, readonly RegExp[]>>;
}

const worlds: readonly World[] = [
  { name: "bare", byHand: {} },
  {
    name: "bare-svm",
    byHand: { "connect the clusters": [/network ipspace create/, /cluster peer create/] },
  },
];

/** Whatever the array's cluster was told, its administrator told it: the login of one SVM may not. */
const clusterWrites = (scene: Scene, byHand: readonly Handed[]): string[] => {
  const typed = byHand.map((each) => each.text).join("\n");
  return scene.world.fabric
    .calls(ali)
    .filter(({ method, path }) => method !== "GET" && /^\/api\/(network|cluster\/(peers|schedules))/.test(path))
    .map(({ method, path }) => `${method} ${path.replace(/\?.*/, "")}`)
    .filter((call) => !typed.includes(call));
};

describe.each(worlds)("from nothing to a mounted clone, by asking, in the world $name", ({ name, byHand }) => {
  let scene: Scene;
  beforeAll(async () => {
    scene = await openScene(redis, { name, timings: { settleMs: 1_500 } });
  });
  afterAll(() => scene.close());

  test("every sentence of the document has a check", () => {
    expect(Object.keys(afterwards)).toEqual(way.filter((say) => notHere[say] === undefined));
  });

  test("in the order of the document, each step seen at the far ends", async () => {
    const rows: Seen["rows"] = async (cluster, path) => (await scene.ontap(cluster, path)).records;
    const names: Seen["names"] = async (cluster, path) => (await rows(cluster, path)).map((each) => each["name"]);
    const missing = await scene.say("deploy cvo");
    expect(textOf(await scene.card(missing, /Nothing was changed/))).toContain("There is no BlueXP Connector yet");
    const handed: Handed[] = [];
    for (const say of way) {
      const refused = notHere[say];
      if (refused) {
        await scene.card(await scene.say(say), refused);
        continue;
      }
      if (say === last) await night(scene);
      const question = questions[say];
      const text = question
        ? textOf(await scene.reply(await scene.say(say), question))
        : await carryOut(scene, say).then((outcome) => {
            const texts = outcome.byHand.map((each) => each.text);
            expect([say, texts]).toEqual([say, (byHand[say] ?? []).map((part) => expect.stringMatching(part))]);
            handed.push(...outcome.byHand);
            return outcome.card;
          });
      await afterwards[say]?.({ scene, text, rows, names });
    }
    if (name === "bare-svm") expect(clusterWrites(scene, handed)).toEqual([]);
    const logs = JSON.stringify([scene.world.bluexp.calls(), scene.world.azure.calls(), scene.world.fabric.calls(cvo)]);
    expect(logs).not.toMatch(/netapp1!|sluice-bluexp-secret|sluice-azure-secret|sluice-nve-secret/);
  });
});
