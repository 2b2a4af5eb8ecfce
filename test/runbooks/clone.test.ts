import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunId } from "../../src/core/ids.js";
import { underLease } from "../../src/jobs/guard.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld();
});
beforeEach(() => world.reset());
afterAll(() => world.close());

describe("clone prod for training", () => {
  test("ends mounted, with the newest nightly's content, and release-clone leaves everything as it was", async () => {
    const before = world.snapshot();
    const engine = world.engine();
    const view = await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training" }));
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    const host = world.hosts.state().hosts["epic-trn-01"];
    expect(host?.mounts).toMatchObject([
      {
        mountPoint: "/epic/trn",
        content: world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr", "nightly.2026-11-22_0200"),
      },
    ]);
    const released = await engine.drive(await engine.ask("release-clone", { purpose: "training" }));
    expect(released.problem).toBeUndefined();
    expect(released.outcome).toBe("succeeded");
    expect(world.snapshot()).toEqual(before);
  });

  test("whose LUNs an administrator took away is given back all the same: the host lets go of them, and the igroup goes", async () => {
    const before = world.snapshot();
    const engine = world.engine();
    await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training" }));
    const { lunMaps } = world.clients.get("cvo-eastus2")!;
    const lease = await engine.store.takeLease("rhand" as RunId, 60_000);
    await underLease(engine.store, lease!, 60_000, async () => {
      for (const { lun, igroup } of await lunMaps.list({ svm: "svm_epic_dr" }))
        await lunMaps.delete(lun.uuid!, igroup.uuid!);
    });
    await engine.store.dropLease(lease!);
    const released = await engine.drive(await engine.ask("release-clone", { purpose: "training" }));
    expect(released.problem).toBeUndefined();
    expect(released.outcome).toBe("succeeded");
    expect(world.snapshot()).toEqual(before);
  });

  test("whose LUNs come up offline brings them online before a host is given any", async () => {
    world.fabric.knobs({ clonedLuns: "offline" });
    const engine = world.engine();
    const view = await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training" }));
    world.fabric.knobs({ clonedLuns: "online" });
    expect(view.outcome).toBe("succeeded");
    const writes = world.fabric.calls("cvo-eastus2").filter(({ method }) => method !== "GET");
    const paths = writes.map(({ method, path }) => `${method} ${path.replace(/\/[0-9a-f-]{36}.*/, "").split("?")[0]}`);
    expect(paths.indexOf("POST /api/protocols/san/lun-maps")).toBeGreaterThan(
      paths.lastIndexOf("PATCH /api/storage/luns"),
    );
    expect(paths.filter((path) => path === "PATCH /api/storage/luns")).toHaveLength(4);
    const { luns } = world.clients.get("cvo-eastus2")!;
    const states = (await luns.list({ svm: "svm_epic_dr" })).map(({ state }) => state);
    expect(new Set(states)).toEqual(new Set(["online"]));
  });

  test("asks and tells the array no more than it must: seen twice (before and after the locks), each change seen before and after", async () => {
    const engine = world.engine();
    const view = await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training" }));
    expect(view.outcome).toBe("succeeded");
    const calls = world.fabric.calls("cvo-eastus2").map(({ method, path }) => `${method} ${path.split("?")[0]}`);
    const writes = calls.filter((call) => !call.startsWith("GET"));
    // volume, igroup, four maps, the end of the lease
    expect(writes).toHaveLength(7);
    // nine looks of the plan, twice; volume 1 + 2, igroup 1 + 1, maps 1 + 1, lease 2 + 1
    expect(calls.length - writes.length).toBe(18 + 3 + 2 + 2 + 3);
    expect(world.fabric.calls("ali-ontap-01")).toEqual([]);
  });
});
