import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { startTestWorld, type TestWorld } from "../support/world.js";

describe.each(["keep", "drop"] as const)("restore prod from CVO, newer snapshots: %s", (restoreNewerSnapshots) => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld({ restoreNewerSnapshots });
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  test("brings the nightly's content back, and the safety copy holds what was there before", async () => {
    const { fabric } = world;
    const was = fabric.contentOf("ali-ontap-01", "svm_epic", "epic_prd");
    const nightly = fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr", "nightly.2026-11-22_0200");
    const engine = world.engine();
    const view = await engine.drive(await engine.ask("restore", { set: "prod" }));
    if (view.outcome !== "succeeded")
      console.log(
        (await engine.store.read(view.id))
          .map((each) => JSON.stringify(each.event).slice(0, 900))
          .slice(3)
          .join("\n"),
      );
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    expect(fabric.contentOf("ali-ontap-01", "svm_epic", "epic_prd")).toBe(nightly);
    expect(fabric.contentOf("cvo-eastus2", "svm_epic_dr", `sluice_safety_epic_prd_${view.id}`)).toBe(was);
    expect(world.hosts.state().hosts["epic-prd-01"]?.mounts).toEqual(
      expect.arrayContaining([expect.objectContaining({ mountPoint: "/epic/prd", content: nightly })]),
    );
  });
});
