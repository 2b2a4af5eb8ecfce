import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { ClusterConfig } from "../../src/config/types.js";
import { nicName } from "../../src/runbooks/steps/attachNic.js";
import { problemOf, refused, say } from "../support/asking.js";
import { cvo } from "../support/mirrors.js";
import { driveWithPerson } from "../support/person.js";
import { readSentence } from "../support/sentence.js";
import type { TestWorld } from "../support/world.js";
import { Worlds } from "../support/worlds.js";

const worlds = new Worlds();
let world: TestWorld;
const sentence = "attach the replication nic";
beforeAll(async () => {
  world = await worlds.get("apart-nic");
});
beforeEach(() => world.reset());
afterAll(() => worlds.close());

type Interfaces = NonNullable<ClusterConfig["intercluster"]>["interfaces"];
const saying = (change: (interfaces: Interfaces) => Interfaces, profile?: ClusterConfig["profile"]) => ({
  ...world.config,
  clusters: world.config.clusters.map((each) =>
    each.name === cvo
      ? {
          ...each,
          profile: profile ?? each.profile,
          intercluster: { ...each.intercluster!, interfaces: change(each.intercluster!.interfaces) },
        }
      : each,
  ),
});
async function no(why: RegExp, inventory = saying((all) => all)): Promise<readonly string[]> {
  const engine = world.engine({ inventory });
  const { runbook, request } = readSentence(world, sentence);
  const before = world.snapshot();
  const view = await engine.drive(await engine.ask(runbook, request));
  expect({ outcome: view.outcome, problem: problemOf(view) }).toEqual({
    outcome: "refused",
    problem: expect.stringMatching(why),
  });
  expect(problemOf(view)).toContain("Nothing was changed.");
  expect(world.snapshot()).toEqual(before);
  return view.choices.map(({ say: words }) => words);
}

describe("attach-nic", () => {
  test("makes the interfaces, has one node stopped at a time, and asks for the next only when the first serves again", async () => {
    const engine = world.engine();
    const { runbook, request } = readSentence(world, sentence);
    const run = await engine.ask(runbook, request);
    const held = await engine.drive(run);
    expect(held.steps.map(({ planned }) => planned.uses)).toEqual(["createNic", "createNic", "attachNic", "attachNic"]);
    expect(held.steps.slice(0, 3).map(({ phase }) => phase)).toEqual(["ended", "ended", "held"]);
    expect(held.steps[3]?.attempt).toBe(0);
    expect(held.steps[3]?.held).toBeUndefined();
    const nics = await world.azure.networks.listNics();
    expect(nics.filter(({ name }) => name.endsWith("-nic-e0e"))).toMatchObject([
      { addresses: [{ address: "10.8.8.21" }] },
      { addresses: [{ address: "10.8.8.22" }] },
    ]);
    expect(nics.filter(({ name }) => name.endsWith("-nic-e0e")).some(({ machine }) => machine !== undefined)).toBe(
      false,
    );
    const { text } = held.steps[2]?.held?.detail as { text: string };
    for (const line of [
      "storage failover show -node cvo-eastus2-01 -fields possible",
      "system node halt -node cvo-eastus2-01",
      "az vm deallocate --resource-group rg-cvo-eastus2 --name cvo-eastus2-01",
      "az vm nic add --resource-group rg-cvo-eastus2 --vm-name cvo-eastus2-01 --nics cvo-eastus2-01-nic-e0e",
      "az vm start --resource-group rg-cvo-eastus2 --name cvo-eastus2-01",
      "storage failover giveback -ofnode cvo-eastus2-01",
    ])
      expect(text).toContain(line);
    expect(text).not.toContain("halt -node cvo-eastus2-02");

    // Done pressed too early: nothing is believed.
    await engine.append(run, { type: "triedAgain", step: held.steps[2]!.planned.id });
    const early = await engine.drive(run);
    expect(early.steps[2]?.phase).toBe("held");
    expect(early.steps[3]?.attempt).toBe(0);

    const view = await driveWithPerson(world, engine, run);
    expect(view.outcome).toBe("succeeded");
    // And the way goes on from there.
    const connected = await say(world, "connect the clusters");
    expect(connected.outcome).toBe("succeeded");
    expect(await refused(world, sentence, /Every node of cvo-eastus2 has its network interface already/)).toEqual([
      "connect clusters",
    ]);
  });

  test("without it connecting is refused, and this is its button", async () => {
    expect(await refused(world, "connect the clusters", /cvo-eastus2-01 of cvo-eastus2 has no port e0e/)).toEqual([
      "attach the replication nic to cvo-eastus2",
    ]);
  });

  test("the name of an interface is that of its machine and port", () => {
    expect(
      nicName({
        machine: "/subscriptions/s/resourceGroups/g/providers/Microsoft.Compute/virtualMachines/n1",
        port: "e0b",
      }),
    ).toBe("n1-nic-e0b");
  });
});

describe("attach-nic is refused", () => {
  const first = (more: Partial<Interfaces[number]>) => (all: Interfaces) =>
    all.map((each, i) => (i === 0 ? { ...each, ...more } : each));
  test("where nothing is said of an interface", () =>
    no(
      /names no intercluster interface of its own/,
      saying(() => []),
    ));
  test("for a node there is not", () => no(/cvo-eastus2 has no node cvo-09/, saying(first({ node: "cvo-09" }))));
  test("for a port ONTAP would not call so", () =>
    no(/a pair's node e0d or e0e, and the configuration says e0b/, saying(first({ port: "e0b" }))));
  test("for two on one node", () =>
    no(
      /takes one network interface more, and cvo-eastus2-02 is to have several/,
      saying(first({ node: "cvo-eastus2-02" })),
    ));
  test("with an address in no subnet", () =>
    no(/No subnet of vnet-epic holds 10\.9\.0\.5/, saying(first({ address: "10.9.0.5" }))));
  test("with an address where the node has its others", () =>
    no(
      /10\.8\.1\.99 lies in snet-cvo, where the node has its other addresses/,
      saying(first({ address: "10.8.1.99" })),
    ));
  test("with an address of another machine", async () => {
    world.fabric.attachNic(cvo, { node: "cvo-eastus2-02", address: "10.8.8.21", port: "e0e" });
    await no(/10\.8\.8\.21 is the address of cvo-eastus2-02-nic-e0e, on another machine/);
  });
  test("while a node does not serve", async () => {
    const nodes = await world.clients.get(cvo)!.cluster.listNodes();
    const records = nodes.map(({ name, uuid, model }, i) => ({
      name,
      uuid,
      model,
      state: i === 0 ? "down" : "up",
      ha: { enabled: true },
    }));
    world.fabric.fault(cvo, {
      method: "GET",
      path: "/cluster/nodes",
      times: 9,
      does: { kind: "reply", status: 200, body: { records, num_records: 2 } },
    });
    await no(/cvo-eastus2-0[12] is down: while a node of cvo-eastus2 does not serve, no other may be stopped/);
  });
  test("while a transfer runs, a clone is mounted, or something is failed over: as a stop is", async () => {
    const moving = {
      records: [
        {
          uuid: "r",
          source: { path: "svm_epic:epic_prd" },
          destination: { path: "svm_epic_dr:epic_prd_dr", svm: { name: "svm_epic_dr" } },
          state: "snapmirrored",
          healthy: true,
          transfer: { state: "transferring", uuid: "t", bytes_transferred: 1 },
        },
      ],
      num_records: 1,
    };
    world.fabric.fault(cvo, {
      method: "GET",
      path: "/snapmirror/relationships",
      times: 9,
      does: { kind: "reply", status: 200, body: moving },
    });
    await no(/A transfer runs on cvo-eastus2/);
  });
});
