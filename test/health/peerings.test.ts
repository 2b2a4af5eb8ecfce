import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { judgeHealth, observeHealth, type Finding } from "../../src/health/index.js";
import { ali, asAdmin, cvo, settled } from "../support/mirrors.js";
import { readSentence } from "../support/sentence.js";
import type { TestWorld } from "../support/world.js";
import { Worlds } from "../support/worlds.js";

const worlds = new Worlds();
let world: TestWorld;
beforeAll(async () => {
  world = await worlds.get("epic");
});
beforeEach(() => world.reset());
afterAll(() => worlds.close());

async function peerFindings(at = world): Promise<Finding[]> {
  const view = await observeHealth({
    inventory: at.config,
    ontap: (cluster) => at.clients.get(cluster)!,
    recall: () => Promise.resolve(undefined),
    secretLife: () => Promise.resolve({ enabled: true, expires: "2028-01-01T00:00:00.000Z" }),
  });
  expect(view.troubles).toEqual([]);
  const kinds = ["peerDown", "unpeered", "peerPartial"];
  return judgeHealth(view, at.clock.now()).filter(({ kind }) => kinds.includes(kind));
}

describe("peerings", () => {
  test("that are well are nothing to speak of, also where the array's login may not look", async () => {
    expect(await peerFindings()).toEqual([]);
  });

  test("that do not reach the other side are one finding, which names the sets and what to look at", async () => {
    world.fabric.fault(cvo, { condition: "peerDown" });
    const found = await peerFindings();
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ kind: "peerDown", severity: "bad" });
    expect(found[0]?.says).toMatch(
      /do not reach each other: cvo-eastus2 shows .* unavailable.*TCP 11104 and 11105.*prod and clarity/,
    );
  });

  test("that lost an interface are partial, which is a note: it may be meant", async () => {
    await asAdmin(world, ali, async (client) => {
      const [lif] = await client.interfaces.listIntercluster();
      await client.interfaces.setEnabled(lif!.uuid, false);
    });
    expect(await peerFindings()).toMatchObject([{ kind: "peerPartial", severity: "note" }]);
  });

  test("of SVMs that are gone, with peering them as a button", async () => {
    const apart = await worlds.get("apart");
    apart.reset();
    const before = await peerFindings(apart);
    expect(before).toMatchObject([{ kind: "unpeered", word: "not connected" }]);
    expect(readSentence(apart, before[0]?.choices[0]?.say ?? "").runbook).toBe("connect-clusters");
    const engine = apart.engine();
    const { runbook, request } = readSentence(apart, "connect the clusters");
    await engine.drive(await engine.ask(runbook, request));
    const after = await peerFindings(apart);
    expect(after).toMatchObject([{ kind: "unpeered", word: "SVMs not peered" }]);
    expect(readSentence(apart, after[0]?.choices[0]?.say ?? "").runbook).toBe("peer-svms");
    await asAdmin(apart, cvo, async (client) => {
      const made = { svm: "svm_epic_dr", peerSvm: "svm_epic", peerCluster: ali };
      await settled(client)(await client.svmPeers.create(made));
    });
    const half = await peerFindings(apart);
    expect(half).toMatchObject([{ kind: "peerDown", word: "SVM peering" }]);
    expect(half[0]?.says).toContain("is initiated on cvo-eastus2, not peered");
  });
});
