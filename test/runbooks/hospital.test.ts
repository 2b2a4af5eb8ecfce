import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { plainText } from "../../src/core/said.js";
import { hospital } from "../../sim/worlds/hospital.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
beforeAll(async () => {
  world = await startTestWorld({}, hospital);
});
beforeEach(() => world.reset());
afterAll(() => world.close());

const mountsOn = (host: string): Record<string, string | null> =>
  Object.fromEntries((world.hosts.state().hosts[host]?.mounts ?? []).map((each) => [each.mountPoint, each.content]));
const nightly = (volume: string): string | undefined =>
  world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", volume, "nightly.2026-11-22_0200");

describe("a set of twelve volumes in three volume groups", () => {
  test("is one consistency group on the array", async () => {
    const groups = await world.clients.get("ali-ontap-01")?.consistencyGroups.list({ svm: "svm_epic" });
    expect(groups?.map(({ name, volumes }) => [name, volumes.length])).toEqual([["cg_epicprd", 12]]);
  });

  test("is cloned at one snapshot, each group mounted under the purpose's mount point, and given back without a trace", async () => {
    const before = world.snapshot();
    const engine = world.engine();
    const view = await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training" }));
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    const steps = view.planned!.plan.steps;
    const made = steps.filter(({ uses }) => uses === "createClone").map(({ input }) => input as { snapshot: string });
    expect(made).toHaveLength(12);
    expect(new Set(made.map(({ snapshot }) => snapshot))).toEqual(new Set(["nightly.2026-11-22_0200"]));
    expect(mountsOn("epic-trn-01")).toEqual({
      "/epic/trn/db": nightly("epic_prd_db01_dr"),
      "/epic/trn/jrn": nightly("epic_prd_jrn01_dr"),
      "/epic/trn/app": nightly("epic_prd_app01_dr"),
    });
    const again = await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training" }));
    expect(plainText(again.problem ?? "")).toMatch(/\/epic\/trn\/db, .* taken/);
    const released = await engine.drive(await engine.ask("release-clone", { purpose: "training" }));
    expect(released.problem).toBeUndefined();
    expect(released.outcome).toBe("succeeded");
    expect(world.snapshot()).toEqual(before);
  });

  test("a clone that fails at the last group leaves nothing of the others", async () => {
    const before = world.snapshot();
    const engine = world.engine();
    world.scripts.fault = { nth: 3, kind: "rejected" };
    const view = await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training" }));
    expect(view.outcome).toBe("undone");
    expect(world.snapshot()).toEqual(before);
  });

  test("one volume of a group cannot be cloned by itself; the set of another SVM is cloned as ever", async () => {
    const engine = world.engine();
    const part = await engine.drive(
      await engine.ask("clone", { set: "prod", purpose: "training", only: "epic_prd_db03" }),
    );
    expect(plainText(part.problem ?? "")).toMatch(/vg_epicdb of prod lies on epic_prd_db01, .* together/);
    const clarity = await engine.drive(await engine.ask("clone", { set: "clarity", purpose: "reporting" }));
    expect(clarity.problem).toBeUndefined();
    expect(Object.keys(mountsOn("clarity-rpt-01"))).toEqual(["/clarity/rpt"]);
  });

  test("is restored whole: every volume has the night's content, and every safety copy what was there", async () => {
    const { fabric } = world;
    const live = fabric.contentOf("ali-ontap-01", "svm_epic", "epic_prd_jrn02");
    const engine = world.engine();
    const view = await engine.drive(await engine.ask("restore", { set: "prod" }));
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    for (const { source } of world.config.sets[0]!.members)
      expect(fabric.contentOf("ali-ontap-01", "svm_epic", source.volume)).toBe(nightly(`${source.volume}_dr`));
    expect(fabric.contentOf("cvo-eastus2", "svm_epic_dr", `sluice_safety_epic_prd_jrn02_${view.id}`)).toBe(live);
    expect(mountsOn("epic-prd-01")).toMatchObject({ "/epic/prd/db": nightly("epic_prd_db01_dr") });
  });
});
