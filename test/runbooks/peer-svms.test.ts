import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import { plainText } from "../../src/core/said.js";
import type { Inventory } from "../../src/runbooks/tools.js";
import { apart } from "../../sim/worlds/apart.js";
import { hospital } from "../../sim/worlds/hospital.js";
import type { World } from "../../sim/worlds/index.js";
import type { TestEngine } from "../support/engine.js";
import { ali, asAdmin, cvo, settled } from "../support/mirrors.js";
import { driveWithPerson } from "../support/person.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";
import { Worlds } from "../support/worlds.js";

const worlds = new Worlds();
let world: TestWorld;
beforeAll(async () => {
  world = await worlds.get("apart");
});
beforeEach(() => world.reset());
afterAll(() => worlds.close());

async function ask(engine: TestEngine, sentence: string, at = world): Promise<RunView> {
  const { runbook, request } = readSentence(at, sentence);
  return engine.drive(await engine.ask(runbook, request));
}
async function connected(at = world, inventory?: Inventory): Promise<TestEngine> {
  const engine = at.engine(inventory ? { inventory } : {});
  expect((await ask(engine, "connect the clusters", at)).outcome).toBe("succeeded");
  return engine;
}
const problemOf = (view: RunView): string => plainText(view.problem ?? "");
const factsOf = (view: RunView): string =>
  (view.planned?.facts ?? []).map(({ label, text }) => `${label}: ${plainText(text)}`).join("\n");
const peersOn = async (cluster: string, at = world) =>
  (await at.clients.get(cluster)!.svmPeers.list()).map(
    (each) => `${each.svm.name} knows ${each.peer.svm.name} as ${each.name}: ${each.state ?? "?"}`,
  );

describe("peer-svms", () => {
  test("both sides are peered; asked again there is nothing to do", async () => {
    const engine = await connected();
    expect((await ask(engine, "peer svm_epic with svm_epic_dr")).outcome).toBe("succeeded");
    expect(await peersOn(cvo)).toEqual(["svm_epic_dr knows svm_epic as svm_epic: peered"]);
    expect(await peersOn(ali)).toEqual(["svm_epic knows svm_epic_dr as svm_epic_dr: peered"]);
    expect(await ask(engine, "peer the svms")).toMatchObject({ outcome: "succeeded", steps: [] });
  });

  test("of clusters that do not know each other is refused, and connecting them is a button", async () => {
    const view = await ask(world.engine(), "peer the svms");
    expect(view.outcome).toBe("refused");
    expect(problemOf(view)).toMatch(/do not know each other.*Nothing was changed/);
    expect(view.choices.map(({ say }) => readSentence(world, say))).toEqual([
      { runbook: "connect-clusters", request: { clusters: [ali, cvo] } },
    ]);
  });

  test("a permission given beforehand makes accepting unnecessary, and the plan says so", async () => {
    const engine = await connected();
    await asAdmin(world, ali, (client) => client.peerPermissions.create({ clusterPeer: cvo, svm: "svm_epic" }));
    const view = await ask(engine, "peer the svms");
    expect(view.outcome).toBe("succeeded");
    expect(factsOf(view)).toContain("ali-ontap-01 permits it beforehand");
    expect(view.steps.map((step) => step.how)).toEqual(["ran", "already"]);
  });

  test("peers for something else get SnapMirror as well, and keep what they have", async () => {
    const engine = await connected();
    await asAdmin(world, cvo, async (client) => {
      const made = { svm: "svm_epic_dr", peerSvm: "svm_epic", peerCluster: ali, applications: ["flexcache"] };
      await settled(client)(await client.svmPeers.create(made));
    });
    await asAdmin(world, ali, async (client) => {
      const [peer] = await client.svmPeers.list();
      await settled(client)(await client.svmPeers.accept(peer!.uuid));
    });
    const view = await ask(engine, "peer the svms");
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.map((step) => step.planned.uses)).toEqual(["extendSvmPeer"]);
    const [peer] = await world.clients.get(cvo)!.svmPeers.list();
    expect(peer?.applications).toEqual(["flexcache", "snapmirror"]);
  });

  test('a job that fails with "entry doesn\'t exist" although it worked is believed by what is there', async () => {
    const engine = await connected();
    world.fabric.fault(cvo, {
      method: "POST",
      times: 1,
      when: "after",
      does: { kind: "jobFailure", code: 4, message: "entry doesn't exist" },
    });
    const view = await ask(engine, "peer the svms");
    expect(view.outcome).toBe("succeeded");
    expect(await peersOn(cvo)).toHaveLength(1);
  });

  test("half of a peering that somebody else made is refused by name", async () => {
    const engine = await connected();
    await asAdmin(world, cvo, async (client) => {
      const made = { svm: "svm_epic_dr", peerSvm: "svm_epic", peerCluster: ali };
      await settled(client)(await client.svmPeers.create(made));
    });
    const view = await ask(engine, "peer the svms");
    expect(view.outcome).toBe("refused");
    expect(problemOf(view)).toMatch(/peering of svm_epic_dr and svm_epic is initiated on cvo-eastus2: it is half made/);
  });

  test("SVMs no set lies between are refused, with those there are as buttons", async () => {
    const inventory = { ...world.config, sets: world.config.sets.filter(({ name }) => name === "prod") };
    const engine = await connected(world, inventory);
    const view = await engine.drive(await engine.ask("peer-svms", { svms: ["svm_epic", "svm_other"] }));
    expect(problemOf(view)).toContain("No set of the configuration lies between svm_epic and svm_other");
    expect(view.choices).toEqual([{ label: "svm_epic and svm_epic_dr", say: "peer svm_epic with svm_epic_dr" }]);
  });

  test("an SVM that is not there is refused", async () => {
    const sets = world.config.sets.map((set) => ({
      ...set,
      members: set.members.map((member) => ({ ...member, mirror: { ...member.mirror, svm: "svm_gone" } })),
    }));
    const engine = await connected(world, { ...world.config, sets });
    expect(problemOf(await ask(engine, "peer the svms"))).toContain("cvo-eastus2 has no SVM svm_gone");
  });

  test("what neither login may do on either side is done by people, and taken back by them", async () => {
    const inventory = {
      ...world.config,
      clusters: world.config.clusters.map((each) => ({ ...each, handOff: ["svmPeers" as const] })),
    };
    const engine = await connected(world, inventory);
    const before = JSON.stringify(world.snapshot());
    const { runbook, request } = readSentence(world, "peer the svms");
    const cancelled = await engine.ask(runbook, request);
    expect((await engine.drive(cancelled)).steps[0]?.held?.why).toBe("handOff");
    await asAdmin(world, cvo, async (client) => {
      const made = { svm: "svm_epic_dr", peerSvm: "svm_epic", peerCluster: ali };
      await settled(client)(await client.svmPeers.create(made));
    });
    await engine.append(cancelled, { type: "cancelAsked" });
    expect((await driveWithPerson(world, engine, cancelled)).outcome).toBe("undone");
    expect(JSON.stringify(world.snapshot())).toBe(before);
    const view = await driveWithPerson(world, engine, await engine.ask(runbook, request));
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.map((step) => step.how)).toEqual(["byHand", "byHand"]);
  });
});

describe("names that collide", () => {
  const cousin: World = {
    ...apart,
    clusters: apart.clusters.map((cluster) =>
      cluster.name === cvo
        ? { ...cluster, svms: [...cluster.svms, { name: "svm_epic", iscsi: false, fcp: false }] }
        : cluster,
    ),
  };

  test("get an alias with the cluster in it, which the plan says and the peering has", async () => {
    const other = await startTestWorld({}, cousin);
    try {
      const engine = await connected(other);
      const view = await ask(engine, "peer the svms", other);
      expect(view.outcome).toBe("succeeded");
      expect(factsOf(view)).toContain("svm_epic is called svm_epic_ali_ontap_01 on cvo-eastus2");
      expect(view.steps[0]?.planned.says).toContain("called svm_epic_ali_ontap_01 there because the name is taken");
      expect(await peersOn(cvo, other)).toEqual(["svm_epic_dr knows svm_epic as svm_epic_ali_ontap_01: peered"]);
    } finally {
      await other.close();
    }
  });
});

describe("one source SVM with several on CVO", () => {
  test("all of them at once, or the one that is named", async () => {
    // The clusters of the hospital know each other; its SVMs do not yet.
    const other = await startTestWorld({}, { ...hospital, mirrors: [] });
    try {
      await asAdmin(other, cvo, async (client) => {
        for (const peer of await client.svmPeers.list()) await settled(client)(await client.svmPeers.delete(peer.uuid));
      });
      other.farEnds.forEach((end) => expect(end.name).toBeTruthy());
      const setUp = await asAdmin(other, cvo, (client) => client.svms.list());
      expect(setUp.map((svm) => svm.name).sort()).toEqual(["svm_clarity_dr", "svm_epic_dr"]);
      const engine = other.engine();
      const plan = async (sentence: string) => {
        const { runbook, request } = readSentence(other, sentence);
        const view = await engine.drive(await engine.ask(runbook, request));
        return view.steps.map((step) => step.planned.says);
      };
      const one = await plan("peer svm_epic with svm_clarity_dr");
      expect(one[0]).toContain("peer svm_clarity_dr with svm_epic of ali-ontap-01");
      expect(one).toHaveLength(2);
      const all = await plan("peer the svms");
      expect(all.filter((says) => says.includes("peer svm_"))).toHaveLength(2);
    } finally {
      await other.close();
    }
  });
});
