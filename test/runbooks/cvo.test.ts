import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import { bare } from "../../sim/worlds/bare.js";
import type { TestEngine } from "../support/engine.js";
import { startSlowUpdate } from "../support/mirrors.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

type Ask = (sentence: string) => Promise<RunView>;
const asking =
  (world: TestWorld, engine: TestEngine): Ask =>
  async (sentence) => {
    const { runbook, request } = readSentence(world, sentence);
    return engine.drive(await engine.ask(runbook, request));
  };
const problem = (view: RunView): string => JSON.stringify(view.problem);

describe("before anything is deployed", () => {
  let world: TestWorld;
  let ask: Ask;
  beforeAll(async () => {
    world = await startTestWorld({}, bare);
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.reset();
    ask = asking(world, world.engine());
  });

  test("everything that is missing is named at once, each with its text", async () => {
    world.cloud.setKnobs({
      denied: ["Microsoft.Authorization/roleDefinitions/write"],
      quota: { standardDSv3Family: { used: 98, limit: 100 }, cores: { used: 0, limit: 100 } },
    });
    const subscription = `/subscriptions/${bare.azure.subscription}`;
    world.cloud.cloud.remove(
      `${subscription}/resourceGroups/rg-network-eastus2/providers/Microsoft.Network/virtualNetworks/vnet-epic/subnets/snet-connector`,
    );
    const said = problem(await ask("deploy connector"));
    expect(said).toContain("3 things have to be seen to first");
    expect(said).toContain("has no subnet snet-connector");
    expect(said).toContain("az network vnet subnet create --resource-group rg-network-eastus2");
    expect(said).toContain("8 vCPUs of standardDSv3Family are needed in eastus2, and 98 of 100 are used");
    expect(said).toContain("az quota update --resource-name standardDSv3Family");
    expect(said).toContain("Microsoft.Authorization/roleDefinitions/write");
    expect(said).toContain("Nothing was changed.");
    expect(world.cloud.calls().filter((call) => call.method === "PUT")).toEqual([]);
  });

  test("a pair and a single node are the configuration's to decide", async () => {
    const view = await ask("create cvo-eastus2 as a single node");
    expect(problem(view)).toContain("The configuration has cvo-eastus2 as an HA pair. Nothing was changed.");
    expect(view.choices).toEqual([{ label: "Deploy it as a pair", say: "deploy cvo-eastus2" }]);
    expect(problem(await ask("create cvo-eastus2 as HA"))).not.toContain("The configuration has");
  });

  test("a login that is refused, and a right to make the group that is missing, have their texts too", async () => {
    world.console.fault({ path: "oauth/token", times: 99, does: { kind: "reply", status: 401, body: {} } });
    world.console.fault({ path: "^/tenancy", times: 99, does: { kind: "reply", status: 403, body: {} } });
    expect(problem(await ask("deploy connector"))).toMatch(/bluexp\.(login|connector)/);
    world.console.clearFaults();
    world.cloud.setKnobs({ denied: ["Microsoft.Resources/subscriptions/resourceGroups/write"] });
    expect(problem(await ask("deploy connector"))).toContain(
      "az group create --name rg-connector-eastus2 --location eastus2",
    );
  });

  test("CVO without a Connector is refused, and the Connector is offered", async () => {
    const view = await ask("deploy cvo");
    expect(problem(view)).toContain("There is no BlueXP Connector yet");
    expect(JSON.stringify(view)).toContain("deploy connector");
  });

  test("a creation that BlueXP gives up goes on, is waited for, and succeeds", async () => {
    expect((await ask("deploy connector")).outcome).toBe("succeeded");
    world.console.setKnobs({ givesUpAfterMs: 10_000 });
    expect((await ask("deploy cvo")).outcome).toBe("succeeded");
    expect(world.fabric.has("cvo-eastus2")).toBe(true);
    expect(problem(await ask("deploy cvo"))).toContain("already");
  });

  const created = (): number =>
    world.console.calls().filter(({ method, path }) => method === "POST" && /working-environments$/.test(path)).length;
  const systems = (): string[] =>
    (world.console.snapshot() as { environments: { name: string }[] }).environments.map(({ name }) => name);
  const create = { method: "POST", path: "^/occm/api/azure/ha/working-environments$" };

  test.each([
    ["a gateway's 504 though it was taken", { when: "after", does: { kind: "reply", status: 504 } }, 1],
    ["a gateway's 504, and was not taken", { when: "before", does: { kind: "reply", status: 504 } }, 2],
    ["409, because the Connector is at something else", { when: "before", does: { kind: "reply", status: 409 } }, 2],
  ] as const)(
    "a creation answered with %s ends in one system, though its task says it takes too long",
    async (_, fault, asked) => {
      expect((await ask("deploy connector")).outcome).toBe("succeeded");
      world.console.setKnobs({ givesUpAfterMs: 10_000 });
      world.console.fault({ ...create, ...fault });
      const before = created();
      const view = await ask("deploy cvo");
      expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
      expect(created() - before).toBe(asked);
      expect(systems()).toEqual(["cvo-eastus2"]);
      expect(world.console.deleted()).toEqual([]);
    },
  );

  test.each([
    ["504 though it was taken", { when: "after", does: { kind: "reply", status: 504 } }],
    ["504, and was not taken", { when: "before", does: { kind: "reply", status: 504 } }],
    [
      "409, because something else is under way",
      {
        when: "before",
        does: {
          kind: "reply",
          status: 409,
          body: { error: { code: "AnotherOperationInProgress", message: "Another operation is in progress." } },
        },
      },
    ],
  ] as const)(
    "Azure answers the Connector's deployment with %s: it is one machine, and one Connector",
    async (_, fault) => {
      world.cloud.fault({ method: "PUT", path: "/deployments/", ...fault });
      const view = await ask("deploy connector");
      expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
      const machines = world.cloud.cloud.list("Microsoft.Compute/virtualMachines");
      expect(machines.filter(({ tags }) => tags?.["sluice-run"] !== undefined)).toHaveLength(1);
      const { connectors } = world.console.snapshot() as { connectors: object };
      expect(Object.keys(connectors)).toHaveLength(1);
    },
  );

  test("a creation that is answered 409 again and again is given up with nothing deployed", async () => {
    expect((await ask("deploy connector")).outcome).toBe("succeeded");
    world.console.fault({
      ...create,
      times: 1_000,
      does: { kind: "reply", status: 409, body: { message: "Another operation is in progress." } },
    });
    const view = await ask("deploy cvo");
    expect(view.outcome).toBe("undone");
    expect(problem(view)).toContain("Another operation is in progress.");
    expect(systems()).toEqual([]);
    expect(world.fabric.has("cvo-eastus2")).toBe(false);
  });

  test("a creation that never ends is not waited for for ever: a person is asked, and looking again goes on when it has ended", async () => {
    const engine = world.engine();
    const both = asking(world, engine);
    expect((await both("deploy connector")).outcome).toBe("succeeded");
    world.console.setKnobs({ createHaMs: 9 * 3_600_000 });
    const view = await both("deploy cvo");
    const step = view.steps.find(({ planned }) => planned.uses === "createSystem");
    expect(step?.phase).toBe("doubted");
    expect(JSON.stringify(step)).toMatch(/at work on cvo-eastus2 for more than 4 h and still says INITIALIZING/);
    const again = async () => {
      const answer = { type: "answered", step: step!.planned.id, answer: "checkAgain", reason: "look" } as const;
      await engine.append(view.id, answer);
      return engine.drive(view.id);
    };
    expect((await again()).steps.find(({ planned }) => planned.uses === "createSystem")?.phase).toBe("doubted");
    world.clock.advance(9 * 3_600_000);
    expect((await again()).outcome).toBe("succeeded");
    expect(world.console.deleted()).toEqual([]);
  });

  test("a creation that fails is taken back and says why; an unfit key is refused before", async () => {
    await ask("deploy connector");
    world.console.setKnobs({ creationFails: "The region has no room for this size." });
    const view = await ask("deploy cvo");
    expect(view.outcome).toBe("undone");
    expect(JSON.stringify(view)).toContain("The region has no room for this size.");
    expect(world.console.deleted()).toEqual(["cvo-eastus2"]);
    world.clock.advance(60_000);
    const vault = world.cloud.cloud.list("Microsoft.KeyVault/vaults")[0]!;
    world.cloud.cloud.put({ ...vault, properties: { ...vault.properties, enablePurgeProtection: false } });
    expect(problem(await ask("deploy cvo"))).toContain("--enable-purge-protection true");
  });

  test("the admin's password is in no journal, no log of a far end", async () => {
    const engine = world.engine();
    const both = asking(world, engine);
    await both("deploy connector");
    const view = await both("deploy cvo");
    expect(JSON.stringify([await engine.store.read(view.id), world.console.calls(), world.cloud.calls()])).not.toMatch(
      /netapp1!|clientSecret":"[0-9a-f]/,
    );
  });
});

describe("a CVO that runs", () => {
  let world: TestWorld;
  let ask: Ask;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  afterAll(() => world.close());
  beforeEach(() => {
    world.reset();
    ask = asking(world, world.engine());
  });
  const status = (): unknown =>
    (world.console.snapshot() as { environments: { status: string }[] }).environments[0]?.status;

  test("is not stopped while a clone is mounted; the clone's release is offered", async () => {
    await ask("clone prod volume for training");
    const view = await ask("stop cvo");
    expect(problem(view)).toMatch(/Clones of cvo-eastus2 are mounted: .*\/epic\/trn on epic-trn-01/);
    expect(JSON.stringify(view)).toContain("release the training clone");
    expect(status()).toBe("ON");
  });

  test("is not stopped while something is failed over to it", async () => {
    expect((await ask("fail over prod")).outcome).toBe("succeeded");
    expect(problem(await ask("stop cvo"))).toContain("prod is failed over to cvo-eastus2");
  });

  test("is not stopped while a safety copy is held", async () => {
    expect((await ask("restore prod from CVO")).outcome).toBe("succeeded");
    expect(problem(await ask("stop cvo"))).toMatch(/safety copy of prod is held/);
  });

  test("stopped and started again: its mirrors pause and go on, one that a person paused stays paused", async () => {
    await ask("pause the clarity mirror");
    expect((await ask("stop cvo")).outcome).toBe("succeeded");
    expect(status()).toBe("OFF");
    expect(problem(await ask("stop cvo"))).toContain("is stopped already");
    world.clock.advance(2 * 3_600_000);
    expect((await ask("start cvo")).outcome).toBe("succeeded");
    expect(status()).toBe("ON");
    const mirrors = await world.clients.get("cvo-eastus2")!.relationships.list({});
    const states = Object.fromEntries(mirrors.map((each) => [each.destination.volume, each.state]));
    expect(states).toMatchObject({ epic_prd_dr: "snapmirrored", clarity_prd_dr: "paused" });
    expect(problem(await ask("start cvo"))).toContain("runs already");
  });
});

describe.each([
  ["504 though it was taken", { when: "after", does: { kind: "reply", status: 504 } }],
  ["504, and was not taken", { when: "before", does: { kind: "reply", status: 504 } }],
  ["409, because the Connector is at something else", { when: "before", does: { kind: "reply", status: 409 } }],
] as const)("a stop and a start that are answered with %s", (_, fault) => {
  test("end as they should: the system is off, then on, and its mirrors go on", async () => {
    const world = await startTestWorld();
    try {
      const ask = asking(world, world.engine());
      const status = (): unknown =>
        (world.console.snapshot() as { environments: { status: string }[] }).environments[0]?.status;
      world.console.fault({ method: "POST", path: "/stop\\b", ...fault });
      expect((await ask("stop cvo")).outcome).toBe("succeeded");
      expect(status()).toBe("OFF");
      world.console.fault({ method: "POST", path: "/start\\b", ...fault });
      expect((await ask("start cvo")).outcome).toBe("succeeded");
      expect(status()).toBe("ON");
      const mirrors = await world.clients.get("cvo-eastus2")!.relationships.list({});
      expect(mirrors.map(({ state }) => state)).toEqual(mirrors.map(() => "snapmirrored"));
      expect(mirrors.length).toBeGreaterThan(0);
    } finally {
      await world.close();
    }
  });
});

test("a CVO is not stopped while a transfer runs", async () => {
  const world = await startTestWorld({ transferBytesPerSecond: 2 ** 18 });
  try {
    await startSlowUpdate(world);
    const view = await asking(world, world.engine())("stop cvo");
    expect(problem(view)).toMatch(/A transfer runs on cvo-eastus2: epic_prd_dr/);
  } finally {
    await world.close();
  }
});
