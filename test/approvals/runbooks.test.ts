import { expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load.js";
import { runbooks } from "../../src/runbooks/index.js";

/** A policy speaks of steps and runbooks by their names: a name that nothing bears would be a rule that never holds. */
const steps = runbooks.flatMap((runbook) => Object.keys(runbook.steps));
/** Spoken of by the shipped policies, and not built yet. */
const toCome = ["refresh-clone"];

test.each(["config/epic.yaml", "config/sluice.example.yaml"])(
  "%s names only steps and runbooks that are there",
  async (file) => {
    const { policy } = await loadConfig({ file, env: {} });
    const named = policy.rules.flatMap(({ when }) => when.uses ?? []);
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !steps.includes(name))).toEqual([]);
    const spoken = policy.rules.flatMap(({ when }) => when.runbook ?? []);
    expect(
      spoken.filter((name) => !runbooks.some((runbook) => runbook.name === name) && !toCome.includes(name)),
    ).toEqual([]);
  },
);
