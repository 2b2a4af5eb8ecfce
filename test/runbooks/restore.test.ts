import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { recallPause } from "../../src/core/pause-note.js";
import { plainText } from "../../src/core/said.js";
import { createOntap } from "../../src/ontap/index.js";
import { restore } from "../../src/runbooks/restore.js";
import { simCa } from "../../sim/kit/tls.js";
import type { RunView } from "../../src/core/fold.js";
import { readSentence } from "../support/sentence.js";
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

describe("restore of a set whose mirror somebody had paused", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  const shownOf = (view: RunView): string =>
    (view.planned?.facts ?? []).map(({ label, text }) => `${label}: ${plainText(text)}`).join("\n");
  const stateOfMirror = async (): Promise<string | undefined> =>
    (await world.clients.get("cvo-eastus2")!.relationships.list({ destinationVolume: "epic_prd_dr" }))[0]?.state;

  test("the plan says who paused it and why, and it is still paused afterwards, by the same person", async () => {
    const engine = world.engine();
    const paused = await engine.drive(
      await engine.ask("pause-mirror", { set: "prod", reason: "the vendor looks at it" }, "U0STORAGE"),
    );
    expect(paused.outcome).toBe("succeeded");
    const view = await engine.drive(await engine.ask("restore", { set: "prod" }));
    expect(view.problem).toBeUndefined();
    expect(view.outcome).toBe("succeeded");
    const plan = view.planned!.plan;
    expect(shownOf(view)).toMatch(
      /Mirror: epic_prd_dr on cvo-eastus2 was paused by U0STORAGE .*: the vendor looks at it\. The restore leaves it paused\./,
    );
    expect(plan.warnings.join("\n")).toMatch(/NO WAY BACK: .*epic_prd_dr is paused .* Resume it first/);
    const step = plan.steps.find(({ uses }) => uses === "staysPaused");
    expect(step?.input).toMatchObject({ pause: { by: "T0RIVERSIDE/U0STORAGE", reason: "the vendor looks at it" } });
    expect(plan.steps.map((step) => step.uses)).not.toContain("resumeMirrorIfBase");
    expect(plan.steps.map((step) => step.uses)).not.toContain("pauseMirror");
    expect(await stateOfMirror()).toBe("paused");
    const note = await recallPause(
      { recall: (name) => engine.store.note(name) },
      { cluster: "cvo-eastus2", svm: "svm_epic_dr", volume: "epic_prd_dr" },
    );
    expect(note).toMatchObject({ by: { user: "U0STORAGE" }, reason: "the vendor looks at it" });
    const ended = view.steps.map(({ planned, output }) => ({
      uses: planned.uses,
      input: planned.input,
      output: output ?? null,
    }));
    const told = restore.closing!(ended).sentences.join(" ");
    expect(told).toContain("stays paused");
    expect(told).not.toContain("The mirror goes on");
  });

  test("paused by nobody we know: it stays paused too, and the plan says that nobody wrote down who", async () => {
    const url = world.config.clusters.find(({ name }) => name === "cvo-eastus2")!.url;
    const login = { user: "admin", password: "netapp1!" };
    const admin = createOntap({ cluster: "cvo-eastus2", url, ca: (await simCa()).certPem, login, clock: world.clock });
    const [relationship] = await admin.relationships.list({ destinationVolume: "epic_prd_dr" });
    await admin.relationships.setState(relationship!.uuid, "paused", { returnTimeoutSeconds: 15 });
    await admin.close();
    const engine = world.engine();
    const view = await engine.drive(await engine.ask("restore", { set: "prod" }));
    expect(view.outcome).toBe("succeeded");
    expect(shownOf(view)).toMatch(/is paused, and not by me: nobody wrote down who or why/);
    expect(await stateOfMirror()).toBe("paused");
  });
});

describe("undoing a restore", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  afterAll(() => world.close());

  test("goes back to its safety copy, whatever younger snapshots carry the same label", async () => {
    const engine = world.engine();
    const asked = async (sentence: string): Promise<RunView> => {
      const { runbook, request } = readSentence(world, sentence);
      return engine.drive(await engine.ask(runbook, request));
    };
    const first = await asked("restore prod from CVO");
    expect(first.outcome).toBe("succeeded");
    world.clock.advance(60_000);
    expect((await asked("clone prod for training with fresh data")).outcome).toBe("succeeded");
    world.clock.advance(60_000);
    const undone = await asked("undo restore of prod");
    expect(undone.planned?.plan.steps.find((step) => step.uses === "restoreVolume")?.input).toMatchObject({
      snapshot: `sluice-safety.${first.id}`,
    });
  });
});
