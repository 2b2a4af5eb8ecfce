import { expect, test } from "@jest/globals";
import { readSentence } from "../support/sentence.js";
import { startTestWorld } from "../support/world.js";

/** A tenant's login may be let write and not be let see jobs: what its writes came to is then read from the objects, and none is made twice. */
test.each([true, false])("the array's login sees jobs: %s", async (svmLoginSeesJobs) => {
  const world = await startTestWorld({ svmLoginSeesJobs, jobMs: { volume: [3_000, 3_000], mirror: [1_000, 1_000] } });
  try {
    const engine = world.engine();
    const { runbook, request } = readSentence(world, "take a snapshot of prod");
    const view = await engine.drive(await engine.ask(runbook, request));
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    const made = world.fabric
      .calls("ali-ontap-01")
      .filter(({ method, path }) => method === "POST" && /\/snapshots(\?|$)/.test(path));
    expect(made).toHaveLength(1);
    const looks = world.fabric.calls("ali-ontap-01").filter(({ path }) => path.startsWith("/api/cluster/jobs"));
    expect(looks.length).toBeGreaterThan(0);
    expect(looks.every(({ status }) => (status === 403) === !svmLoginSeesJobs)).toBe(true);
  } finally {
    await world.close();
  }
});
