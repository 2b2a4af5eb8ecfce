import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { ClusterConfig } from "../../src/config/types.js";
import { systemClock } from "../../src/core/clock.js";
import { keyVaultCheck, runDoctor, showFinding } from "../../src/doctor/index.js";
import { cvo } from "../support/mirrors.js";
import { secretOf } from "../support/vaultSecret.js";
import type { TestWorld } from "../support/world.js";
import { Worlds } from "../support/worlds.js";

const worlds = new Worlds();
const URL = "https://kv-epic.vault.azure.net";
let world: TestWorld;
beforeAll(async () => {
  world = await worlds.get("epic");
});
beforeEach(() => world.reset());
afterAll(() => worlds.close());

async function told(more: Partial<ClusterConfig> = {}, at = world, azure = true): Promise<string[]> {
  const cluster = { ...at.config.clusters.find(({ name }) => name === cvo)!, ...more };
  const check = keyVaultCheck(cluster, at.clients.get(cvo)!, azure ? at.azure.vaults : undefined, () => at.clock.now());
  return (await runDoctor([check], { timeoutMs: 5_000, sleep: systemClock.sleep })).map(showFinding);
}
const day = (days: number): number => Math.floor(world.clock.now() / 1000) + days * 86_400;

describe("the doctor looks at key vaults", () => {
  test("reached, and its secret ends in years", async () => {
    expect(await told()).toEqual([
      `ok    key vault ${cvo}  every node reaches ${URL}/, where the keys of svm_epic_dr are.`,
      `ok    key vault ${cvo}  the secret that opens ${URL} ends on 2027-08-31.`,
    ]);
  });

  test("not reached fails, and says what an hour of it does", async () => {
    world.fabric.fault(cvo, { condition: "keyVaultDown" });
    expect((await told())[0]).toMatch(/^fail .*not reachable.*An hour without it takes every encrypted volume offline/);
  });

  const secrets: [string, Parameters<typeof secretOf>[1], RegExp][] = [
    ["ended", { exp: () => day(-1) }, /^fail .* ended on 2026-/],
    ["ends in days", { exp: () => day(12) }, /^warn .* in 1[12] days( \d+ h)?\. Make a new one/],
    ["without an end", { exp: () => undefined }, /^warn .*has no expiry date/],
    ["disabled", { enabled: false }, /^warn .*is disabled/],
    ["not there", undefined, /^warn .*there is no secret sluice-nve in the vault/],
  ];
  test.each(secrets)("a secret that is %s", async (_what, change, says) => {
    secretOf(world, change);
    expect((await told()).at(-1)).toMatch(says);
  });

  test("a vault the configuration does not name, and no way to ask Azure", async () => {
    expect((await told({ keyVault: undefined } as never)).at(-1)).toMatch(
      /^warn .*which the configuration does not name/,
    );
    expect((await told({}, world, false)).at(-1)).toMatch(/^warn .*no "azure" section/);
  });

  test("none yet", async () => {
    expect((await told({}, await worlds.get("apart"))).at(-1)).toContain(`no SVM has its keys in ${URL} yet.`);
  });
});
