import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createAzure } from "../../src/azure/index.js";
import type { Json } from "../../src/core/json.js";
import type { Inventory } from "../../src/runbooks/index.js";
import { problemOf, refused, say } from "../support/asking.js";
import { ali, asAdmin, cvo, settled } from "../support/mirrors.js";
import type { TestWorld } from "../support/world.js";
import { Worlds } from "../support/worlds.js";

/** Refusals that have no place of their own in the tests of a runbook: each with its sentence, and nothing changed by it. */
const worlds = new Worlds();
let world: TestWorld;
beforeAll(async () => {
  world = await worlds.get("epic");
});
beforeEach(() => world.reset());
afterAll(() => worlds.close());

const none = { kind: "reply", status: 200, body: { records: [], num_records: 0 } } as const;
const empty = (cluster: string, path: string): void =>
  world.fabric.fault(cluster, { method: "GET", path, times: 99, does: none });

/** Refused while planning, with an inventory or a request of its own. */
async function no(
  runbook: string,
  request: Json,
  why: RegExp,
  inventory: Inventory = world.config,
  at = world,
): Promise<readonly string[]> {
  const engine = at.engine({ inventory });
  const before = at.snapshot();
  const view = await engine.drive(await engine.ask(runbook, request));
  expect({ outcome: view.outcome, problem: problemOf(view) }).toEqual({
    outcome: "refused",
    problem: expect.stringMatching(why),
  });
  expect(problemOf(view)).toContain("Nothing was changed.");
  expect(at.snapshot()).toEqual(before);
  return view.choices.map(({ say: words }) => words);
}

describe("protect", () => {
  beforeEach(async () => {
    expect((await say(world, "unprotect clarity with its volumes")).outcome).toBe("succeeded");
  });

  test("where encryption is asked and nobody keeps keys, and encrypting the SVM is a button", async () => {
    // Nothing encrypted is left there, and its vault is gone.
    await say(world, "unprotect prod with its volumes");
    empty(cvo, "/security/azure-key-vaults");
    empty(cvo, "/security/key-managers");
    empty(cvo, "/storage/volumes\\?");
    expect(
      await no("protect", { set: "clarity" }, /are to be encrypted, and nobody keeps keys for svm_epic_dr .*13303883/),
    ).toEqual(["encrypt svm_epic_dr"]);
  });

  test("where the roomiest aggregate is full, and where the named one is", async () => {
    const aggregates = await asAdmin(world, cvo, (client) => client.aggregates.list({}));
    const full = {
      kind: "reply",
      status: 200,
      body: {
        records: aggregates.map(({ name, uuid, node }) => ({
          name,
          uuid,
          node: { name: node },
          space: { block_storage: { size: 2 ** 40, available: 4096, used: 2 ** 40 - 4096 } },
        })),
        num_records: aggregates.length,
      },
    } as const;
    world.fabric.fault(cvo, { method: "GET", path: "/storage/aggregates", times: 99, does: full });
    await no("protect", { set: "clarity" }, /clarity holds .*, and the roomiest aggregate aggr\w+ has 4 KiB free/);
    await no(
      "protect",
      { set: "clarity", aggregate: aggregates[0]!.name },
      /clarity holds .*, and the aggregate aggr\w+ has 4 KiB free/,
    );
  });

  test("with a schedule by interval", async () => {
    const interval = {
      kind: "reply",
      status: 200,
      body: { records: [{ uuid: "i", name: "8hour", type: "interval", interval: "PT8H" }], num_records: 1 },
    } as const;
    world.fabric.fault(cvo, { method: "GET", path: "/cluster/schedules", times: 99, does: interval });
    await no("protect", { set: "clarity", schedule: "8hour" }, /takes only cron schedules \(6619714\)/);
  });

  test("of a source that is offline, or not there", async () => {
    await asAdmin(world, ali, async (client) => {
      const [volume] = await client.volumes.list({ name: "clarity_prd" });
      world.fabric.fault(ali, {
        method: "GET",
        path: "/storage/volumes\\?",
        times: 99,
        does: {
          kind: "reply",
          status: 200,
          body: {
            records: [
              {
                uuid: volume!.uuid,
                name: "clarity_prd",
                svm: { name: "svm_epic", uuid: "u" },
                type: "rw",
                state: "offline",
              },
            ],
            num_records: 1,
          },
        },
      });
    });
    await no("protect", { set: "clarity" }, /clarity_prd on ali-ontap-01 is offline, so it cannot be mirrored/);
    world.fabric.clearFaults();
    empty(ali, "/storage/volumes\\?");
    await no("protect", { set: "clarity" }, /There is no volume clarity_prd in svm_epic/);
  });
});

describe("what a mirror can follow", () => {
  const broken = async (): Promise<void> => {
    await asAdmin(world, cvo, async (client) => {
      const [mirror] = await client.relationships.list({ destinationVolume: "epic_prd_dr" });
      await settled(client)(await client.relationships.setState(mirror?.uuid ?? "", "broken_off"));
    });
  };

  test("not a source that is itself a mirror", async () => {
    await broken();
    const [volume] = await asAdmin(world, ali, (client) => client.volumes.list({ name: "epic_prd" }));
    const dp = {
      uuid: volume!.uuid,
      name: "epic_prd",
      svm: { name: "svm_epic", uuid: "u" },
      type: "dp",
      state: "online",
    };
    world.fabric.fault(ali, {
      method: "GET",
      path: "/storage/volumes\\?",
      times: 99,
      does: { kind: "reply", status: 200, body: { records: [dp], num_records: 1 } },
    });
    await no(
      "resync-mirror",
      { set: "prod" },
      /epic_prd on ali-ontap-01 is online and itself a mirror, so epic_prd_dr cannot follow it/,
    );
  });

  test("nor one without a snapshot in common: a restore refuses", async () => {
    await asAdmin(world, ali, async (client) => {
      const [mirror] = await asAdmin(world, cvo, (there) =>
        there.relationships.list({ destinationVolume: "epic_prd_dr" }),
      );
      await settled(client)(await client.relationships.delete(mirror?.uuid ?? "", "sourceOnly"));
      const [volume] = await client.volumes.list({ name: "epic_prd" });
      for (const each of await client.snapshots.list(volume?.uuid ?? ""))
        await settled(client)(await client.snapshots.delete(volume?.uuid ?? "", each.uuid));
    });
    await no("restore", { set: "prod", from: cvo }, /have no snapshot in common|no snapshot/);
  });
});

describe("names and places", () => {
  test("a cluster nobody knows: the nearest is named", async () => {
    await no(
      "connect-clusters",
      { clusters: ["cvo-eastus3"] },
      /I know no cluster called "cvo-eastus3"\. The nearest: .*cvo-eastus2/,
    );
  });

  test("which CVO of two, one nobody knows, and one that is an array", async () => {
    const two = {
      ...world.config,
      clusters: [...world.config.clusters, { ...world.config.clusters[1]!, name: "cvo-westus" }],
    };
    await no("stop-cvo", {}, /Which Cloud Volumes ONTAP do you mean: cvo-eastus2 and cvo-westus\?/, two);
    await no("stop-cvo", { cluster: "nowhere" }, /I know no Cloud Volumes ONTAP called "nowhere"/);
    await no("stop-cvo", { cluster: ali }, /ali-ontap-01 is an array of its own, no Cloud Volumes ONTAP/);
  });

  test("a CVO that BlueXP does not have: deploying it is offered", async () => {
    const clusters = world.config.clusters.map((each) => (each.name === cvo ? { ...each, name: "cvo-gone" } : each));
    for (const runbook of ["stop-cvo", "start-cvo"])
      expect(
        await no(runbook, { cluster: "cvo-gone" }, /BlueXP has no working environment called cvo-gone/, {
          ...world.config,
          clusters,
          sets: [],
        }),
      ).toEqual(["deploy cvo-gone"]);
  });

  test("a CVO that BlueXP is at work on", async () => {
    const busy = {
      publicId: "VsaWorkingEnvironment-busy0001",
      name: cvo,
      isHA: true,
      status: { status: "UPDATING", message: "" },
      providerProperties: null,
      svms: null,
      ontapClusterProperties: null,
    };
    world.console.fault({
      path: "/occm/api/working-environments$",
      times: 9,
      does: {
        kind: "reply",
        status: 200,
        body: {
          vsaWorkingEnvironments: [],
          azureVsaWorkingEnvironments: [busy],
          gcpVsaWorkingEnvironments: [],
          onPremWorkingEnvironments: [],
        },
      },
    });
    await no("stop-cvo", {}, /cvo-eastus2 is UPDATING: BlueXP is at work on it/);
  });

  test("storage cannot be named after what has no letter, nor put where the SVM names no aggregate", async () => {
    const asked = { host: "epic-tst-01", count: 2, sizeBytes: 2 ** 30, mount: "/123" };
    await no("provision", asked, /I cannot name volumes after/);
  });

  test("a lease longer than any may be", async () => {
    expect((await say(world, "clone prod volume for training")).outcome).toBe("succeeded");
    const view = await say(world, "extend the training clone by 90 days");
    expect(view.outcome).toBe("refused");
    expect(problemOf(view)).toMatch(/A clone may be kept for .* from now at most\./);
  });

  test("a failover to a host whose iSCSI name nobody gave", async () => {
    const hosts = world.config.hosts.map((host) => ({
      ...host,
      ...(host.name === "epic-dr-01" ? { iqn: undefined } : {}),
    }));
    await no("failover", { set: "prod" }, /does not say which iSCSI name epic-dr-01 has/, {
      ...world.config,
      hosts,
    } as unknown as Inventory);
  });

  test("a clone where the SVM serves no iSCSI", async () => {
    empty(cvo, "/network/ip/interfaces");
    await no(
      "clone",
      { set: "prod", purpose: "training" },
      /svm_epic_dr on cvo-eastus2 serves no iSCSI now: none of its iSCSI interfaces is up/,
    );
  });

  test("a clone of a volume that is in no volume group", async () => {
    const sets = world.config.sets.map((set) => ({
      ...set,
      layout: { volumeGroups: set.layout.volumeGroups.map((group) => ({ ...group, volumes: ["another"] })) },
    }));
    await no(
      "clone",
      { set: "prod", purpose: "training" },
      /epic_prd belongs to no volume group of prod|volume group/,
      {
        ...world.config,
        sets,
      },
    );
  });
});

describe("connecting clusters", () => {
  let apart: TestWorld;
  beforeAll(async () => {
    apart = await worlds.get("apart");
  });
  beforeEach(() => apart.reset());
  const connect = (why: RegExp): Promise<readonly string[]> => refused(apart, "connect the clusters", why);

  test("frames larger than Azure carries", async () => {
    await asAdmin(apart, cvo, async (client) => {
      const [domain] = await client.broadcastDomains.list({ name: "Default" });
      apart.fabric.fault(cvo, {
        method: "GET",
        path: "/network/ethernet/ports",
        times: 9,
        does: {
          kind: "reply",
          status: 200,
          body: {
            records: ["01", "02"].map((n) => ({
              uuid: n,
              name: "e0a",
              node: { name: `cvo-eastus2-${n}` },
              type: "physical",
              mtu: 9000,
              broadcast_domain: { name: domain?.name ?? "Default", ipspace: { name: "Default" } },
            })),
            num_records: 2,
          },
        },
      });
    });
    await connect(
      /e0a of cvo-eastus2-01 and e0a of cvo-eastus2-02 on cvo-eastus2 send frames of 9000 bytes, and Azure carries 1500/,
    );
  });

  test("no intercluster interface on Cloud Volumes ONTAP: BlueXP makes those", async () => {
    apart.fabric.fault(cvo, { method: "GET", path: "/network/ip/interfaces", times: 9, does: none });
    await connect(/cvo-eastus2 has no intercluster interface that is up\. On Cloud Volumes ONTAP BlueXP makes them/);
  });

  test("a route table that takes no routes from the gateway, and has none of its own", async () => {
    const { cloud } = apart.cloud;
    const table = cloud.list("Microsoft.Network/routeTables").find(({ name }) => name === "rt-cvo")!;
    for (const route of cloud.list("Microsoft.Network/routeTables/routes"))
      if (route.id.startsWith(`${table.id}/`)) cloud.remove(route.id);
    cloud.put({ ...table, properties: { ...table.properties, disableBgpRoutePropagation: true } });
    await connect(/rt-cvo takes no routes from the gateway and has none to 10\.7\.0\.1[12]/);
  });

  test("ICMP that is closed is said on the plan: peering wants it as well", async () => {
    const { beforeWrite: _lease, ...options } = apart.azureOptions;
    const group = apart.cloud.cloud
      .list("Microsoft.Network/networkSecurityGroups")
      .find(({ name }) => name === "nsg-cvo")!;
    await createAzure(options).networks.putRule(group.id, {
      name: "no-ping",
      priority: 100,
      direction: "Inbound",
      access: "Deny",
      protocol: "Icmp",
      sources: ["*"],
      destinations: ["*"],
      ports: ["*"],
    });
    const view = await say(apart, "connect the clusters");
    expect(JSON.stringify(view.planned?.facts)).toContain(
      "but the rule no-ping closes ICMP, which peering wants as well",
    );
  });
});
