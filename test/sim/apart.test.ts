import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { getWorld } from "../../sim/worlds/index.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

describe.each(["apart", "apart-svm"])("the world %s", (name) => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld({}, getWorld(name));
  });
  afterAll(() => world.close());

  test("stands, and its clusters do not know each other", async () => {
    const cvo = world.clients.get("cvo-eastus2")!;
    expect(await cvo.clusterPeers.list()).toEqual([]);
    expect(await cvo.svmPeers.list()).toEqual([]);
    expect(await cvo.relationships.list({})).toEqual([]);
    expect((await cvo.interfaces.listIntercluster()).map((lif) => lif.name).sort()).toEqual(["ic_01", "ic_02"]);
    const array = world.clients.get("ali-ontap-01")!;
    expect((await array.volumes.findByName("svm_epic", "epic_prd"))?.type).toBe("rw");
  });

  test("its configuration says of the array's login what the array says", async () => {
    const array = world.config.clusters[0]!;
    const client = world.clients.get("ali-ontap-01")!;
    const looked = client.interfaces.listIntercluster();
    if (array.scope === "svm") {
      await expect(looked).rejects.toMatchObject({ code: "6" });
      expect(array.handOff).toContain("network");
    } else {
      expect(await looked).toEqual([]);
      expect(array.handOff).toEqual([]);
      const free = (await client.ports.list()).filter((port) => port.broadcastDomain === undefined);
      expect(free.map((port) => `${port.node}:${port.name}`)).toEqual(["ali-ontap-01a:e0e", "ali-ontap-01b:e0e"]);
    }
  });
});
