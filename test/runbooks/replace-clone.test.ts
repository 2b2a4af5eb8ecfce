import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { demand } from "../../src/approvals/index.js";
import type { RunView } from "../../src/core/fold.js";
import type { Json } from "../../src/core/json.js";
import { plainText } from "../../src/core/said.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const host = "epic-trn-01";
const file = "/epic/trn/notes";
let world: TestWorld;
let engine: TestEngine;
let cloned: { putBack(): void };
beforeAll(async () => {
  world = await startTestWorld();
  engine = world.engine();
  expect((await ask("clone", { set: "prod", purpose: "training" })).outcome).toBe("succeeded");
  const saved = [world.save(), engine.save()];
  cloned = { putBack: () => saved.forEach((each) => each()) };
});
beforeEach(() => cloned.putBack());
afterAll(() => world.close());

const ask = async (runbook: string, request: Json): Promise<RunView> =>
  engine.drive(await engine.ask(runbook, request));
const mountsNow = () => world.hosts.state().hosts[host]?.mounts ?? [];
const volumesNow = async () => {
  const all = (await world.clients.get("cvo-eastus2")?.volumes.list({ svm: "svm_epic_dr", isFlexclone: true })) ?? [];
  return all.map(({ name, comment }) => ({ name, note: JSON.parse(comment) as Record<string, unknown> }));
};
const nightly = (night: string) =>
  world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr", `nightly.${night}_0200`);

describe("refresh-clone", () => {
  test("another night at the same place, for the same owner, under the same lease; what was written is gone", async () => {
    const [before] = await volumesNow();
    await world.hosts.writeFile(host, file, "mine");
    const view = await ask("refresh-clone", { purpose: "training", point: { night: "2026-11-19" } });
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    expect(mountsNow()).toMatchObject([{ mountPoint: "/epic/trn", content: nightly("2026-11-19") }]);
    expect(await world.hosts.readFile(host, file)).toBeUndefined();
    const [after, ...others] = await volumesNow();
    expect(others).toEqual([]);
    const { owner, until, name, mount, vg } = before!.note;
    expect(after).toMatchObject({
      name: "epic_prd_training_next",
      note: { owner, until, name, mount, vg, snapshot: "nightly.2026-11-19_0200" },
    });
    expect(view.planned?.plan.warnings.join("\n")).toMatch(/Everything written to the clone "training".* is lost/);
  });

  test("twice, and the first name is free again; then it is given back without a trace", async () => {
    for (const name of ["epic_prd_training_next", "epic_prd_training"]) {
      expect((await ask("refresh-clone", { purpose: "training" })).outcome).toBe("succeeded");
      expect((await volumesNow()).map((each) => each.name)).toEqual([name]);
    }
    expect((await ask("release-clone", { purpose: "training" })).outcome).toBe("succeeded");
    expect(await volumesNow()).toEqual([]);
    expect(mountsNow()).toEqual([]);
  });

  test("the old clone's volume is deleted last, and nothing but that destroys", async () => {
    const view = await ask("refresh-clone", { purpose: "training" });
    const steps = view.planned?.plan.steps ?? [];
    expect(steps.filter(({ effect }) => effect === "destroy").map(({ uses }) => uses)).toEqual(["deleteClone"]);
    expect(steps.at(-1)?.uses).toBe("deleteClone");
    expect(steps.filter((step) => step.undo.way === "none")).toEqual([steps.at(-1)]);
  });

  test.each(["refresh-clone", "rewind-clone"])(
    "open files hold it: %s names who has them, and all is as it was",
    async (runbook) => {
      await world.hosts.writeFile(host, file, "mine");
      world.hosts.openFile(host, file, { command: "irisdb", user: "trainer" });
      const before = world.snapshot();
      const view = await ask(runbook, { purpose: "training" });
      expect(view.outcome).toBe("undone");
      expect(plainText(view.problem ?? "")).toMatch(/irisdb.*trainer/);
      expect(world.snapshot()).toEqual(before);
      expect(await world.hosts.readFile(host, file)).toBe("mine");
    },
  );

  test.each([
    ["refresh-clone", []],
    ["rewind-clone", ["storage-approvers"]],
  ])("%s: its owner is asked %j; anybody else needs a yes from storage", async (runbook, owner) => {
    const { planned } = await ask(runbook, { purpose: "training" });
    const asked = (user: string) =>
      demand(world.config.policy, {
        runbook,
        steps: planned!.plan.steps,
        asker: { team: "T0RIVERSIDE", user },
      }).places.map(({ label }) => label);
    expect(asked("U0REQUESTER")).toEqual(owner);
    expect(asked("U0APPOWNER")).toEqual(["storage-approvers"]);
  });

  test("a clone that is not there is refused, with those that are as buttons", async () => {
    const view = await ask("refresh-clone", { purpose: "testing" });
    expect(view.outcome ?? view.status).toBe("refused");
    expect(plainText(view.problem ?? "")).toMatch(/There is no such clone.*"training".*Nothing was changed/);
  });
});

describe("rewind-clone", () => {
  test("is made anew from the snapshot it was made from, whatever is newer by now", async () => {
    cloned.putBack();
    expect((await ask("refresh-clone", { purpose: "training", point: { night: "2026-11-19" } })).outcome).toBe(
      "succeeded",
    );
    await world.hosts.writeFile(host, file, "mine");
    expect((await ask("rewind-clone", { purpose: "training" })).outcome).toBe("succeeded");
    expect(mountsNow()).toMatchObject([{ mountPoint: "/epic/trn", content: nightly("2026-11-19") }]);
    expect(await world.hosts.readFile(host, file)).toBeUndefined();
  });

  test("to another moment than its start is refused: it keeps no snapshots of its own", async () => {
    const before = world.snapshot();
    const view = await ask("rewind-clone", { purpose: "training", point: { at: "2026-11-21T20:00:00.000Z" } });
    expect(view.outcome ?? view.status).toBe("refused");
    expect(plainText(view.problem ?? "")).toMatch(
      /keeps no snapshots of its own.*nightly.2026-11-22_0200.*Nothing was changed/,
    );
    expect(world.snapshot()).toEqual(before);
  });
});
