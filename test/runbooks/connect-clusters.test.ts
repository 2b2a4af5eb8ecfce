import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAzure } from "../../src/azure/index.js";
import type { ClusterConfig } from "../../src/config/types.js";
import { derived } from "../../src/core/derived.js";
import type { RunView } from "../../src/core/fold.js";
import { plainText } from "../../src/core/said.js";
import type { Inventory } from "../../src/runbooks/tools.js";
import { peeringSecret } from "../../src/runbooks/steps/peerClusters.js";
import { withProfile } from "../../sim/ontap/index.js";
import { apart } from "../../sim/worlds/apart.js";
import { testKey, type TestEngine } from "../support/engine.js";
import { ali, asAdmin, cvo } from "../support/mirrors.js";
import { callsIn, driveWithPerson } from "../support/person.js";
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

async function ask(engine: TestEngine, sentence = "connect the clusters"): Promise<RunView> {
  const { runbook, request } = readSentence(world, sentence);
  return engine.drive(await engine.ask(runbook, request));
}
/** The configuration with something else said of one cluster. */
const saying = (name: string, more: Partial<ClusterConfig>): Inventory => ({
  ...world.config,
  clusters: world.config.clusters.map((each) => (each.name === name ? { ...each, ...more } : each)),
});
const network = (): NonNullable<ClusterConfig["intercluster"]> => world.config.clusters[0]!.intercluster!;
const factsOf = (view: RunView): string =>
  (view.planned?.facts ?? []).map(({ label, text }) => `${label}: ${plainText(text)}`).join("\n");
const problemOf = (view: RunView): string => plainText(view.problem ?? "");

async function refused(engine: TestEngine, sentence?: string): Promise<string> {
  const before = JSON.stringify(world.snapshot());
  const view = await ask(engine, sentence);
  expect(view.outcome).toBe("refused");
  expect(problemOf(view)).toContain("Nothing was changed.");
  expect(JSON.stringify(world.snapshot())).toBe(before);
  return problemOf(view);
}

describe("connect-clusters", () => {
  test("both know each other, encrypted, by the array's own IPspace; asked again, there is nothing to do", async () => {
    const engine = world.engine();
    expect((await ask(engine)).outcome).toBe("succeeded");
    for (const [cluster, peer] of [
      [ali, cvo],
      [cvo, ali],
    ] as const) {
      const [found] = await world.clients.get(cluster)!.clusterPeers.list({ remoteName: peer });
      expect(found).toMatchObject({ availability: "available", authentication: "ok", encryption: "tls_psk" });
    }
    const lifs = await world.clients.get(ali)!.interfaces.listIntercluster("ips_repl");
    expect(lifs.map((lif) => `${lif.node} ${lif.port} ${lif.address}`).sort()).toEqual([
      "ali-ontap-01a e0e-108 10.7.0.11",
      "ali-ontap-01b e0e-108 10.7.0.12",
    ]);
    const again = await ask(engine);
    expect(again).toMatchObject({ outcome: "succeeded", steps: [] });
    expect(factsOf(again)).toContain("Already there: IPspace ips_repl");
  });

  test("what is there and right is not made again: after half of it, only the rest", async () => {
    await asAdmin(world, ali, async (client) => {
      await client.ipspaces.create("ips_repl");
      await client.broadcastDomains.create({ name: "bd_repl", ipspace: "ips_repl", mtu: 1500 });
      // A VLAN that lies in no broadcast domain yet is put into ours, not made twice.
      await client.ports.createVlan({ node: "ali-ontap-01a", basePort: "e0e", tag: 108 });
    });
    const view = await ask(world.engine());
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.map((step) => step.planned.says).slice(0, 2)).toEqual([
      "On ali-ontap-01, put port e0e-108 of ali-ontap-01a into broadcast domain bd_repl",
      "On ali-ontap-01, make VLAN e0e-108 on ali-ontap-01b",
    ]);
  });

  test("the passphrase is in no entry, no fact, no log and no answer", async () => {
    const engine = world.engine();
    const view = await ask(engine);
    const secret = derived(testKey, view.id, peeringSecret);
    expect(secret).toHaveLength(32);
    const written = JSON.stringify([
      await engine.store.read(view.id),
      view,
      world.fabric.calls(ali),
      world.fabric.calls(cvo),
      world.snapshot(),
    ]);
    expect(written).toContain("/cluster/peers");
    expect(written).not.toContain(secret);
    expect(derived(testKey, "another", peeringSecret)).not.toBe(secret);
  });

  test("releases that cannot mirror to each other come first of all", async () => {
    const old = await startTestWorld({}, withProfile(apart, { cluster: ali, release: "9.8.0" }));
    try {
      const engine = old.engine();
      const { runbook, request } = readSentence(old, "connect the clusters");
      const view = await engine.drive(await engine.ask(runbook, request));
      expect(view.outcome).toBe("refused");
      expect(problemOf(view)).toMatch(/9\.8.*9\.16\.1|9\.16\.1.*9\.8/);
      expect(old.farEnds.flatMap((end) => end.writes())).toEqual([]);
    } finally {
      await old.close();
    }
  });
});

describe("connect-clusters refuses what is there and wrong, by its name", () => {
  const arrangements: readonly [string, () => Promise<unknown>, RegExp][] = [
    [
      "a broadcast domain of another size",
      () =>
        asAdmin(world, ali, async (client) => {
          await client.ipspaces.create("ips_repl");
          await client.broadcastDomains.create({ name: "bd_repl", ipspace: "ips_repl", mtu: 9000 });
        }),
      /Broadcast domain bd_repl has an MTU of 9000, not 1500, on ali-ontap-01\. What is there is left alone/,
    ],
    [
      "a route by another gateway",
      () =>
        asAdmin(world, cvo, (client) =>
          client.routes.create({
            of: { ipspace: "Default" },
            destination: { address: "10.7.0.0", netmask: "24" },
            gateway: "10.8.0.254",
          }),
        ),
      /The route to 10\.7\.0\.0\/24 goes by 10\.8\.0\.254, not 10\.8\.0\.1, on cvo-eastus2/,
    ],
  ];
  test.each(arrangements)("%s", async (_name, arrange, says) => {
    await arrange();
    expect(await refused(world.engine())).toMatch(says);
  });

  test("half a peering that somebody else made", async () => {
    await ask(world.engine());
    await asAdmin(world, cvo, async (client) => {
      const [peer] = await client.clusterPeers.list();
      await client.clusterPeers.delete(peer!.uuid);
    });
    const said = await refused(world.engine());
    expect(said).toMatch(/ali-ontap-01 has a peering with cvo-eastus2 that is half made/);
    expect(said).toContain("cluster peer delete -cluster cvo-eastus2");
  });

  test("a peering that does not reach the other side", async () => {
    await ask(world.engine());
    world.fabric.fault(cvo, { condition: "peerDown" });
    expect(await refused(world.engine())).toMatch(/peered, and it does not work: .*unavailable: .*TCP 11104 and 11105/);
  });

  test("an interface of ours with another address", async () => {
    await ask(world.engine());
    const interfaces = network().interfaces.map((each, i) => (i === 0 ? { ...each, address: "10.7.0.99" } : each));
    const inventory = saying(ali, { intercluster: { ...network(), interfaces } });
    expect(await refused(world.engine({ inventory }))).toContain(
      "Interface ic_01a is there with the address 10.7.0.11",
    );
  });

  test("a port that carries something else", async () => {
    const { vlan: _vlan, ...rest } = network();
    const interfaces = rest.interfaces.map((each) => ({ ...each, port: "e0c" }));
    const inventory = saying(ali, { intercluster: { ...rest, interfaces } });
    const said = await refused(world.engine({ inventory }));
    expect(said).toMatch(/Port e0c of ali-ontap-01a carries svm_epic_mgmt.*would cut that off/);
  });

  test.each([
    ["node", { node: "ali-ontap-01z" }, "ali-ontap-01 has no node ali-ontap-01z; it has"],
    ["port", { port: "e9z" }, "ali-ontap-01a of ali-ontap-01 has no port e9z"],
  ])("a %s that is not there", async (_what, wrong, says) => {
    const interfaces = network().interfaces.map((each, i) => (i === 0 ? { ...each, ...wrong } : each));
    const inventory = saying(ali, { intercluster: { ...network(), interfaces } });
    expect(await refused(world.engine({ inventory }))).toContain(says);
  });

  test("an array of which nothing is said", async () => {
    const { intercluster: _none, ...bare } = world.config.clusters[0]!;
    const inventory = { ...world.config, clusters: [bare, world.config.clusters[1]!] };
    expect(await refused(world.engine({ inventory }))).toContain("Write it down as clusters.ali-ontap-01.intercluster");
  });

  test("a configuration without a key to derive from", async () => {
    expect(await refused(world.engine({ inventory: { ...world.config, secrets: {} } }))).toContain("derivation");
  });

  test("one cluster, and which two of three: the pairs are buttons", async () => {
    const third = { ...world.config.clusters[1]!, name: "cvo-westus" };
    const inventory = { ...world.config, clusters: [...world.config.clusters, third] };
    const view = await ask(world.engine({ inventory }));
    expect(problemOf(view)).toContain("Which two clusters should be connected");
    expect(view.choices.map(({ say }) => say)).toContain("connect ali-ontap-01 and cvo-westus");
    const alone = { ...world.config, clusters: [world.config.clusters[0]!] };
    expect(problemOf(await ask(world.engine({ inventory: alone })))).toContain("only one cluster");
  });
});

describe("two nodes of many", () => {
  const some = (node: string): Inventory => {
    const interfaces = network().interfaces.filter((each) => each.node === node);
    return saying(ali, { intercluster: { ...network(), interfaces } });
  };

  test("are enough where the mirrored volumes live on them; the plan says what it means", async () => {
    const inventory = { ...some("ali-ontap-01a"), sets: world.config.sets.filter(({ name }) => name === "prod") };
    const view = await ask(world.engine({ inventory }));
    expect(view.outcome).toBe("succeeded");
    expect(view.planned?.plan.warnings.join()).toContain("only volumes on ali-ontap-01a can be mirrored");
    const [peer] = await world.clients.get(cvo)!.clusterPeers.list();
    expect(peer?.availability).toBe("partial");
  });

  test("are refused where a mirrored volume lives elsewhere", async () => {
    const said = await refused(world.engine({ inventory: some("ali-ontap-01a") }));
    expect(said).toContain("clarity_prd lives on ali-ontap-01b of ali-ontap-01, which gets no intercluster interface");
  });
});

describe("what Azure says of the way", () => {
  const azureAdmin = () => {
    const { beforeWrite: _lease, ...options } = world.azureOptions;
    return createAzure(options);
  };
  const inCvoNetwork = (kind: string, name: string): string =>
    `/subscriptions/${world.azureOptions.subscription}/resourceGroups/rg-network-eastus2/providers/Microsoft.Network/${kind}/${name}`;

  test("is on the plan", async () => {
    const facts = factsOf(await ask(world.engine()));
    expect(facts).toContain("10.8.0.21 and 10.8.0.22 of cvo-eastus2 are addresses Azure delivers");
    expect(facts).toContain("lets TCP 11104 and 11105 through");
  });

  test("an address no NIC has is dead, whatever the array says", async () => {
    await asAdmin(world, cvo, async (client) => {
      await client.interfaces.create({
        name: "ic_03",
        of: { ipspace: "Default" },
        address: "10.8.0.77",
        netmask: "24",
        servicePolicy: "default-intercluster",
        home: { node: "cvo-eastus2-01" },
      });
    });
    const said = await refused(world.engine());
    expect(said).toMatch(/10\.8\.0\.77 of cvo-eastus2 is on no network interface in Azure: nothing arrives there/);
  });

  test("a security group that closes the ports", async () => {
    const group = inCvoNetwork("networkSecurityGroups", "nsg-cvo");
    await azureAdmin().networks.removeRule(group, "allow-intercluster");
    await azureAdmin().networks.putRule(group, {
      name: "no-mirror",
      priority: 105,
      direction: "Inbound",
      access: "Deny",
      protocol: "Tcp",
      sources: ["10.7.0.0/16"],
      destinations: ["*"],
      ports: ["11000-11200"],
    });
    expect(await refused(world.engine())).toMatch(/rule no-mirror of .* nsg-cvo closes TCP 11104 and 11105/);
  });

  test("a route that drops what goes to the array", async () => {
    await azureAdmin().networks.putRoute(inCvoNetwork("routeTables", "rt-cvo"), {
      name: "black-hole",
      prefix: "10.7.0.0/24",
      nextHop: "None",
    });
    expect(await refused(world.engine())).toMatch(/route black-hole in .* rt-cvo drops what goes to 10\.7\.0\.11/);
  });

  test("without an azure section nothing is looked at, and the plan says so", async () => {
    const { azure: _none, ...rest } = world.config;
    const view = await ask(world.engine({ inventory: rest }));
    expect(view.outcome).toBe("succeeded");
    expect(factsOf(view)).toContain("the configuration has no azure section");
  });
});

describe("with a login of one SVM on the array", () => {
  test("its network and its half of the peering are a person's, by one text each, and the passphrase stands in neither", async () => {
    const other = await worlds.get("apart-svm");
    other.reset();
    const engine = other.engine();
    const { runbook, request } = readSentence(other, "connect the clusters");
    const run = await engine.ask(runbook, request);
    const held = await engine.drive(run);
    expect(held.steps.map((step) => [step.planned.uses, step.planned.by === "sluice"])).toEqual([
      ["networkByHand", false],
      ["makeNetworkPart", true],
      ["proposePeering", true],
      ["acceptPeering", false],
    ]);
    const { text } = held.steps[0]?.held?.detail as { text: string };
    expect(text).toContain("network ipspace create -ipspace ips_repl");
    expect(text).toContain("network interface create -vserver ips_repl -lif ic_01a");
    expect(callsIn(text).map(({ method, path }) => `${method} ${path}`)).toEqual([
      "POST /api/network/ipspaces",
      "POST /api/network/ethernet/broadcast-domains",
      "POST /api/network/ethernet/ports",
      "POST /api/network/ethernet/ports",
      "POST /api/network/ip/interfaces",
      "POST /api/network/ip/interfaces",
      "POST /api/network/ip/routes",
    ]);
    const view = await driveWithPerson(other, engine, run);
    expect(view.outcome).toBe("succeeded");
    expect(view.steps.map((step) => step.how)).toEqual(["attested", "ran", "ran", "byHand"]);
    expect(JSON.stringify(await engine.store.read(run))).not.toContain(derived(testKey, run, peeringSecret));
    // Asked again, what nobody can see is not asked for over a peering that works.
    const again = await engine.drive(await engine.ask(runbook, request));
    expect(again).toMatchObject({ outcome: "succeeded", steps: [] });
  });
});

describe("a network of its own for Cloud Volumes ONTAP's replication", () => {
  const ofItsOwn = (port: string): Inventory =>
    saying(cvo, {
      intercluster: {
        ipspace: "ips_cvo",
        broadcastDomain: "bd_cvo",
        mtu: 1500,
        interfaces: ["01", "02"].map((n, i) => ({
          name: `ic_repl_${n}`,
          node: `cvo-eastus2-${n}`,
          port,
          address: `10.8.2.2${i + 1}`,
          prefix: 24,
        })),
        gateway: "10.8.2.1",
        remoteNetworks: ["10.7.0.0/24"],
      },
    });

  test("is made on the NICs that are attached for it; the array's side needs no IPspace of that name", async () => {
    const view = await ask(world.engine({ inventory: ofItsOwn("e0d") }));
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    const client = world.clients.get(cvo)!;
    const ports = (await client.ports.list({ broadcastDomain: "bd_cvo" })).map((each) => `${each.node}:${each.name}`);
    expect(ports.sort()).toEqual(["cvo-eastus2-01:e0d", "cvo-eastus2-02:e0d"]);
    const [peer] = await world.clients.get(ali)!.clusterPeers.list();
    expect(peer).toMatchObject({ availability: "available", remoteAddresses: ["10.8.2.21", "10.8.2.22"] });
  });

  test("is taken back to ports in no broadcast domain when the peering fails", async () => {
    const before = JSON.stringify(world.snapshot());
    world.fabric.fault(cvo, {
      method: "POST",
      path: "/cluster/peers",
      times: 9,
      does: { kind: "error", code: 4653215, message: "No cluster answers the introduction." },
    });
    const view = await ask(world.engine({ inventory: ofItsOwn("e0d") }));
    expect(view.outcome).toBe("undone");
    expect(JSON.stringify(world.snapshot())).toBe(before);
  });

  test("wants its NIC first: without it the refusal says how one is attached", async () => {
    const said = await refused(world.engine({ inventory: ofItsOwn("e0e") }));
    expect(said).toMatch(/cvo-eastus2-01 of cvo-eastus2 has no port e0e/);
    expect(said).toMatch(/one node at a time.*stopped.*network interface.*attached/);
  });
});
