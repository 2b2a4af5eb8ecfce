import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { Announcer } from "../../src/core/announcer.js";
import type { Answer } from "../../src/core/answer.js";
import { digestAnswer, judgeHealth, observeHealth, type Finding, type HealthView } from "../../src/health/index.js";
import { round, type RoundsTools } from "../../src/jobs/rounds.js";
import { secretLife } from "../../src/questions/index.js";
import { expectGolden, shownText } from "../support/answers.js";
import { silent, type TestEngine } from "../support/engine.js";
import { cvo } from "../support/mirrors.js";
import { readSentence } from "../support/sentence.js";
import { secretOf } from "../support/vaultSecret.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const MINUTE = 60_000;
const DAY_S = 86_400;
const zone = "America/New_York";
let world: TestWorld;
let engine: TestEngine;
let told: Answer[];
let tools: RoundsTools;
beforeAll(async () => {
  world = await startTestWorld();
});
beforeEach(() => {
  world.clock.advance(Date.parse("2026-11-22T14:07:00Z") - world.clock.now());
  world.reset();
  engine = world.engine();
  told = [];
  const announcer: Announcer = { ...silent, digest: async (_channel, answer) => void told.push(answer) };
  tools = { ...engine.engine, announcer, config: world.config, wake: async () => undefined };
});
afterAll(() => world.close());

const seen = (): Promise<HealthView> =>
  observeHealth({
    inventory: world.config,
    ontap: (cluster) => world.clients.get(cluster)!,
    recall: (name) => engine.store.note(name),
    secretLife: (keyVault) => secretLife(() => world.azure, keyVault),
  });
const found = async (): Promise<readonly Finding[]> =>
  judgeHealth(await seen(), world.clock.now(), zone).filter(({ kind }) => /^key/.test(kind));
const inDays = (days: number) => (): number => Math.floor(world.clock.now() / 1000) + days * DAY_S;

describe("key vaults", () => {
  test("that are reached, with a secret that ends in a year: nothing to speak of", async () => {
    expect(await found()).toEqual([]);
  });

  test("that are lost come first, with the volumes that go offline and what can be done", async () => {
    world.fabric.fault(cvo, { condition: "keyVaultDown" });
    const [lost, ...more] = await found();
    expect(more).toEqual([]);
    expect(lost).toMatchObject({ kind: "keyVaultLost", severity: "bad", word: "KEY VAULT LOST" });
    expect(shownText(lost?.says ?? "")).toContain(
      "KEY VAULT LOST: svm_epic_dr on cvo-eastus2 cannot use https://kv-epic.vault.azure.net: The Azure Key Vault service is not reachable (65537551).",
    );
    expect(lost?.says).toContain(
      "clarity_prd_dr and epic_prd_dr go OFFLINE when the nodes have not reached it for an hour.",
    );
    expect(readSentence(world, lost?.choices[0]?.say ?? "")).toMatchObject({
      runbook: "encrypt-svm",
      request: { rotate: true },
    });
    const view = await seen();
    const now = world.clock.now();
    const digest = digestAnswer(judgeHealth(view, now, zone), view, { timeZone: zone, now });
    expect(shownText(digest.summary)).toContain("KEY VAULT LOST");
    expectGolden("digest-key-vault-lost", digest);
  });

  test("that were lost for an hour: the volumes are offline, and that is said", async () => {
    await round("keyVaults", tools);
    world.fabric.fault(cvo, { condition: "keyVaultDown" });
    await round("keyVaults", tools);
    world.clock.advance(61 * MINUTE);
    const [lost] = await found();
    expect(lost?.says).toContain("clarity_prd_dr and epic_prd_dr are OFFLINE already.");
  });

  test("whose health the login may not see: not taken for well", async () => {
    world.fabric.fault(cvo, {
      method: "GET",
      path: "/security/azure-key-vaults/",
      times: 9,
      does: { kind: "error", code: 6, message: "not authorized for that command", status: 403 },
    });
    expect(await found()).toMatchObject([{ kind: "keyVaultUnknown", severity: "warning" }]);
  });
});

describe("the secret of a key vault", () => {
  const cases: [string, Parameters<typeof secretOf>[1], [string, string], string][] = [
    [
      "has ended",
      { exp: inDays(-2) },
      ["keySecretEnded", "bad"],
      "SECRET ENDED for svm_epic_dr on cvo-eastus2: the client secret that opens https://kv-epic.vault.azure.net ended on 2026-11-20.",
    ],
    ["ends this week", { exp: inDays(5) }, ["keySecretEnding", "bad"], "ends on 2026-11-27, in 5 days. An hour after"],
    [
      "ends this month",
      { exp: inDays(20) },
      ["keySecretEnding", "warning"],
      "ends on 2026-12-12, in 20 days. An hour after",
    ],
    ["has no end", { exp: () => undefined }, ["keySecretUnknown", "warning"], "has no expiry date"],
    ["is disabled", { enabled: false }, ["keySecretUnknown", "warning"], "is disabled"],
    ["is not there", undefined, ["keySecretUnknown", "warning"], "there is no secret sluice-nve"],
  ];
  test.each(cases)("%s", async (_what, change, [kind, severity], says) => {
    secretOf(world, change);
    const all = await found();
    expect(all.map((each) => [each.kind, each.severity])).toEqual([[kind, severity]]);
    expect(all[0]?.says).toContain(says);
  });

  test("is nobody's where the configuration names no vault for the cluster", async () => {
    const view = await observeHealth({
      inventory: { ...world.config, clusters: world.config.clusters.map(({ keyVault: _, ...each }) => each) },
      ontap: (cluster) => world.clients.get(cluster)!,
      recall: () => Promise.resolve(undefined),
      secretLife: () => Promise.reject(new Error("must not be asked")),
    });
    expect(judgeHealth(view, world.clock.now())).toMatchObject([{ kind: "keySecretUnknown", severity: "warning" }]);
  });

  test("cannot be looked up where Azure cannot be asked: said so, and the rest is judged", async () => {
    world.cloud.fault({
      times: 9,
      does: { kind: "reply", status: 403, body: { error: { code: "AuthorizationFailed", message: "no" } } },
    });
    expect(await found()).toMatchObject([{ kind: "keySecretUnknown", severity: "warning" }]);
    world.cloud.clearFaults();
  });
});

describe("nobody waits for the morning", () => {
  test("a lost vault is told once when it is first seen so, and once more when it is back", async () => {
    await round("keyVaults", tools);
    expect(told).toEqual([]);
    world.fabric.fault(cvo, { condition: "keyVaultDown" });
    await round("keyVaults", tools);
    world.clock.advance(5 * MINUTE);
    await round("keyVaults", tools);
    expect(told.map(({ summary }) => shownText(summary).slice(0, 40))).toEqual([
      "KEY VAULT LOST: svm_epic_dr on cvo-eastu",
    ]);
    expect(shownText(told[0]!.summary)).toMatch(/go OFFLINE by .*10:07.*, an hour after\./);
    world.clock.advance(5 * MINUTE);
    world.fabric.clearFaults();
    await round("keyVaults", tools);
    await round("keyVaults", tools);
    expect(told).toHaveLength(2);
    expect(shownText(told[1]!.summary)).toBe(
      "svm_epic_dr on cvo-eastus2 reaches its key vault https://kv-epic.vault.azure.net again. No volume went offline.",
    );
    // Lost again: told again.
    world.clock.advance(5 * MINUTE);
    world.fabric.fault(cvo, { condition: "keyVaultDown" });
    await round("keyVaults", tools);
    expect(told).toHaveLength(3);
  });

  test("a vault that cannot be looked at changes nothing of what is known", async () => {
    world.fabric.fault(cvo, { condition: "keyVaultDown" });
    await round("keyVaults", tools);
    world.fabric.fault(cvo, { condition: "unreachable" });
    await round("keyVaults", tools);
    expect(told).toHaveLength(1);
    expect((await seen()).keyVaults).toEqual([]);
  });
});
