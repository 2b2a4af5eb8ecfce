import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createBluexp, type BluexpOptions, type NewEnvironment } from "../../src/azure/index.js";
import { bare } from "../../sim/worlds/bare.js";
import { bluexpOf } from "../../sim/bluexp/index.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
let made: ReturnType<typeof createBluexp>[] = [];
const withConnector = { ...bare, bluexp: {} };
const at = bluexpOf(withConnector);
const network = "rg-network-eastus2";
const client = (more: Partial<BluexpOptions> = {}): ReturnType<typeof createBluexp> => {
  const one = createBluexp({ ...world.bluexpOptions, beforeWrite: () => Promise.resolve(), ...more });
  made.push(one);
  return one;
};
const subscription = (): string => `/subscriptions/${bare.azure.subscription}`;
const vnet = (): string =>
  `${subscription()}/resourceGroups/${network}/providers/Microsoft.Network/virtualNetworks/vnet-epic`;
const wanted = (more: Partial<NewEnvironment> = {}): NewEnvironment => ({
  name: "cvo-eastus2",
  ha: true,
  workspace: at.workspace,
  region: "eastus2",
  subscription: bare.azure.subscription,
  vnet: vnet(),
  subnet: `${vnet()}/subnets/snet-cvo`,
  cidr: "10.8.0.0/16",
  resourceGroup: "rg-cvo-eastus2",
  svm: "svm_epic_dr",
  password: { $secret: "cvo-admin" },
  size: "Standard_E8ds_v5",
  package: "Professional",
  diskTb: 32,
  storage: "Premium_LRS",
  key: { vault: "kv-epic", key: "cvo-key" },
  tags: { owner: "storage" },
  ...more,
});

beforeAll(async () => {
  world = await startTestWorld({}, withConnector);
});
afterAll(() => world.close());
beforeEach(() => world.reset());
afterEach(async () => {
  await Promise.all(made.map((each) => each.close()));
  made = [];
});

describe("signing in", () => {
  test("by service account, at BlueXP's endpoint or the login service's own; by refresh token", async () => {
    const own = client({ tokenUrl: `${world.bluexpOptions.url}/oauth/token` });
    const person = client({ login: { kind: "refreshToken", token: () => Promise.resolve(at.refreshToken) } });
    for (const each of [client(), own, person])
      expect(await each.accounts()).toEqual([{ id: at.account, name: "Riverside Health" }]);
    expect(JSON.stringify(world.console.calls())).not.toMatch(new RegExp(`${at.clientSecret}|${at.refreshToken}`));
  });

  test("a wrong secret is a login that failed; a token taken back is renewed once", async () => {
    const wrong = client({
      login: { kind: "serviceAccount", clientId: at.clientId, secret: () => Promise.resolve("wrong") },
    });
    await expect(wrong.accounts()).rejects.toMatchObject({ kind: "notSent", code: "login" });
    const right = client();
    await right.accounts();
    world.console.revokeTokens();
    expect(await right.accounts()).toHaveLength(1);
  });

  test("without a Connector that runs nothing goes through", async () => {
    await expect(client().through("nobody").listEnvironments()).rejects.toMatchObject({
      kind: "rejected",
      code: "403",
    });
    expect(await client().agents.find("nobody")).toBeUndefined();
    expect(await client().agents.list()).toEqual([{ clientId: at.connector, name: "connector-eastus2", active: true }]);
    expect(
      await client()
        .through(at.connector ?? "")
        .workspaces(),
    ).toEqual([{ id: at.workspace, name: "Epic DR" }]);
  });
});

describe("a working environment", () => {
  const through = () => client().through(at.connector ?? "");
  const one = async () => (await through().listEnvironments())[0];

  test("is made, and the array stands and answers; stopped, started, deleted with its group", async () => {
    const begun = await through().create(wanted());
    expect(await through().findTask(begun.task ?? "")).toEqual({ state: "running" });
    expect(await one()).toMatchObject({ name: "cvo-eastus2", ha: true, status: "INITIALIZING", lifs: [] });
    await expect(world.clients.get("cvo-eastus2")?.cluster.name()).rejects.toThrow();
    world.clock.advance(45_000);
    expect(await through().findTask(begun.task ?? "")).toEqual({ state: "done" });
    const environment = await through().findEnvironment(begun.id ?? "", true);
    expect(environment).toMatchObject({ status: "ON", svm: "svm_epic_dr", resourceGroup: "rg-cvo-eastus2" });
    expect(environment?.lifs).toContainEqual({
      type: "Cluster Management",
      address: "10.8.0.5",
      node: "cvo-eastus2-01",
    });
    expect(await world.clients.get("cvo-eastus2")?.cluster.name()).toBe("cvo-eastus2");
    expect(world.cloud.cloud.find(`${subscription()}/resourceGroups/rg-cvo-eastus2`)?.tags).toEqual({
      owner: "storage",
    });
    expect(JSON.stringify(world.console.calls())).not.toContain("netapp1!");

    const id = { id: begun.id ?? "", ha: true };
    await through().stop(id, true);
    await expect(through().start(id)).rejects.toMatchObject({ kind: "rejected", retryable: true });
    world.clock.advance(10_000);
    expect(await one()).toMatchObject({ status: "OFF" });
    await expect(world.clients.get("cvo-eastus2")?.cluster.name()).rejects.toThrow();
    await through().start(id);
    world.clock.advance(10_000);
    expect(await one()).toMatchObject({ status: "ON" });
    await world.clients.get("cvo-eastus2")?.cluster.name();
    await through().remove(id);
    world.clock.advance(20_000);
    expect(await one()).toBeUndefined();
    expect(world.fabric.has("cvo-eastus2")).toBe(false);
    expect(world.cloud.cloud.find(`${subscription()}/resourceGroups/rg-cvo-eastus2`)).toBeUndefined();
  });

  test("takes too long, and is made all the same", async () => {
    world.console.setKnobs({ givesUpAfterMs: 20_000 });
    const { task } = await through().create(wanted());
    world.clock.advance(21_000);
    expect(await through().findTask(task ?? "")).toEqual({
      state: "failed",
      problem: "Taking too long to deploy the system.",
    });
    expect(await one()).toMatchObject({ status: "INITIALIZING" });
    world.clock.advance(30_000);
    expect(await one()).toMatchObject({ status: "ON" });
  });

  test("a task is forgotten after a day; the other header names one too", async () => {
    world.console.setKnobs({ requestIdHeader: "X-Response_Id" });
    const { task } = await through().create(wanted());
    expect(task).toMatch(/^req-/);
    world.clock.advance(25 * 3_600_000);
    expect(await through().findTask(task ?? "")).toBeUndefined();
  });

  test("what BlueXP cannot make it refuses, and says why", async () => {
    const cases: [Partial<NewEnvironment>, RegExp][] = [
      [{ name: "9cvo" }, /name must begin with a letter/],
      [{ workspace: "workspace-other" }, /Workspace/],
      [{ vnet: `${vnet()}x` }, /was not found/],
      [{ region: "westus3" }, /is in eastus2/],
      [{ size: "Standard_nothing" }, /instance type/],
      [{ package: "Optimized" }, /marketplace subscription/],
      [{ diskTb: 3 }, /disk size/],
      [{ key: { vault: "kv-epic", key: "none" } }, /Key none was not found/],
      [{ resourceGroup: "rg-epic-dr" }, /already exists/],
    ];
    for (const [more, why] of cases)
      await expect(through().create(wanted(more))).rejects.toMatchObject({
        kind: "rejected",
        message: expect.stringMatching(why),
      });
    const weak = client({ openSecret: () => Promise.resolve("short") });
    await expect(weak.through(at.connector ?? "").create(wanted())).rejects.toThrow(/password/);
    expect(await one()).toBeUndefined();
  });

  test("a gateway that gives up: a read is asked again, a write is in doubt and was made", async () => {
    world.console.fault({ path: "working-environments$", times: 2, does: { kind: "reply", status: 504 } });
    expect(await through().listEnvironments()).toEqual([]);
    world.console.fault({ method: "POST", path: "^/occm", when: "after", does: { kind: "reply", status: 504 } });
    await expect(through().create(wanted())).rejects.toMatchObject({ kind: "inDoubt" });
    expect(await one()).toMatchObject({ status: "INITIALIZING" });
    await expect(through().create(wanted())).rejects.toMatchObject({ kind: "rejected" });
  });

  test("no write without a lease", async () => {
    const leased = client(world.bluexpOptions).through(at.connector ?? "");
    await expect(leased.create(wanted())).rejects.toThrow("outside any run");
    expect(await one()).toBeUndefined();
  });
});

test("a Connector is registered, and active once a machine runs with what it was given", async () => {
  const bluexp = client();
  const place = {
    name: "c2",
    company: "R",
    region: "eastus2",
    network: vnet(),
    subnet: `${vnet()}/subnets/snet-connector`,
  };
  const { clientId, customData } = await bluexp.agents.register(place);
  expect(await bluexp.agents.find(clientId)).toEqual({ clientId, name: "c2", active: false });
  world.cloud.cloud.put({
    id: `${subscription()}/resourceGroups/rg-epic-dr/providers/Microsoft.Compute/virtualMachines/c2`,
    name: "c2",
    type: "Microsoft.Compute/virtualMachines",
    location: "eastus2",
    properties: { osProfile: { customData: Buffer.from(customData).toString("base64") } },
  });
  expect((await bluexp.agents.find(clientId))?.active).toBe(false);
  world.clock.advance(10_000);
  expect((await bluexp.agents.find(clientId))?.active).toBe(true);
  await bluexp.agents.remove(clientId);
  expect(await bluexp.agents.find(clientId)).toBeUndefined();
  expect(JSON.stringify(world.console.calls())).not.toContain(JSON.parse(customData).clientSecret);
});
