import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { ClusterConfig } from "../../src/config/types.js";
import { systemClock } from "../../src/core/clock.js";
import { rightsCheck, runDoctor, showFinding } from "../../src/doctor/index.js";
import { ali, asAdmin, cvo } from "../support/mirrors.js";
import type { TestWorld } from "../support/world.js";
import { Worlds } from "../support/worlds.js";

const worlds = new Worlds();
let world: TestWorld;
beforeAll(async () => {
  world = await worlds.get("epic");
});
afterAll(() => worlds.close());

const told = async (cluster: ClusterConfig, at = world): Promise<string[]> => {
  const look = at.clients.get(cluster.name)!.rights;
  const findings = await runDoctor([rightsCheck(cluster, look)], { timeoutMs: 5_000, sleep: systemClock.sleep });
  return findings.map(showFinding);
};
const config = (name: string, more: Partial<ClusterConfig> = {}, at = world): ClusterConfig => ({
  ...at.config.clusters.find((each) => each.name === name)!,
  ...more,
});

describe("what a login may do, against what the configuration says", () => {
  test("a login of one SVM: what it cannot see is handed off, so there is nothing to say", async () => {
    expect(await told(config(ali))).toEqual([
      `ok    rights ${ali}  the configuration hands network, clusterPeers, schedules, keyManagers off; nothing that can be seen without writing speaks against it.`,
    ]);
  });

  test("the same login taken for one that may do everything", async () => {
    const [line] = await told(config(ali, { handOff: [] }));
    expect(line).toMatch(
      /^warn {2}rights ali-ontap-01 {2}the login may not write network, clusterPeers, schedules, keyManagers/,
    );
    expect(line).toContain("Add them to clusters.ali-ontap-01.handOff");
  });

  test("CVO's daily role sees every family: what it may write of them a look cannot tell", async () => {
    expect((await told(config(cvo)))[0]).toMatch(/^ok/);
    expect((await told(config(cvo, { handOff: ["keyManagers"] })))[0]).toMatch(/^ok/);
  });

  test("nothing is written to find out", async () => {
    const before = world.farEnds.flatMap((end) => end.writes()).length;
    await told(config(ali));
    expect(world.farEnds.flatMap((end) => end.writes())).toHaveLength(before);
  });

  test("where the login may read its own role, that decides", async () => {
    const admin = config(cvo, { login: { user: "admin", password: { env: "X" } }, handOff: ["network"] });
    const lines = await asAdmin(world, cvo, async (client) => {
      const findings = await runDoctor([rightsCheck(admin, client.rights)], {
        timeoutMs: 5_000,
        sleep: systemClock.sleep,
      });
      return findings.map(showFinding);
    });
    expect(lines).toEqual([
      expect.stringMatching(
        /^warn {2}rights cvo-eastus2 {2}the login may write network, and the configuration hands it off/,
      ),
    ]);
  });

  test("a role's longest path decides", async () => {
    const look = {
      mayRead: () => Promise.reject(new Error("not asked")),
      listOwn: () =>
        Promise.resolve([
          { path: "/api", access: "all" },
          { path: "/api/cluster", access: "readonly" },
          { path: "/api/cluster/schedules", access: "read_create" },
          { path: "/api/network", access: "none" },
        ]),
    };
    const cluster = config(cvo, { handOff: [] });
    const [finding] = await runDoctor([rightsCheck(cluster, look)], { timeoutMs: 5_000, sleep: systemClock.sleep });
    expect(finding?.says).toContain("may not write network, clusterPeers, and nothing");
  });
});
