import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { Problem } from "../../src/core/problems.js";
import { plainText } from "../../src/core/said.js";
import { encryptSvm } from "../../src/runbooks/encrypt-svm.js";
import { draw } from "../../src/runbooks/index.js";
import type { EncryptFacts } from "../../src/runbooks/keyVault/observe.js";
import { readTools, runFacts } from "../../src/jobs/tools.js";
import { getWorld } from "../../sim/worlds/index.js";
import { asAdmin, cvo } from "../support/mirrors.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const SVM = "svm_epic_dr";
type Facts = Awaited<ReturnType<typeof encryptSvm.observe>>;

async function ask(world: TestWorld, sentence: string) {
  const engine = world.engine();
  const { runbook, request } = readSentence(world, sentence);
  return engine.drive(await engine.ask(runbook, request));
}

/** What it saw, to be changed by a test as if the world were so. */
async function seen(world: TestWorld, sentence: string): Promise<Facts> {
  const engine = world.engine();
  const { runbook, request } = readSentence(world, sentence);
  const view = await engine.view(await engine.ask(runbook, request));
  return encryptSvm.observe(request as { svm: string }, readTools(engine.engine, runFacts(view)));
}

function refusal(facts: Facts, request: object): string {
  try {
    draw(encryptSvm, request as never, facts);
  } catch (error) {
    if (error instanceof Problem) return error.sentence;
    throw error;
  }
  return "";
}

describe("encrypt-svm where nothing is encrypted yet", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld({}, getWorld("apart"));
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  test("the vault is the SVM's key manager afterwards, volumes can be encrypted, and no secret is anywhere", async () => {
    const view = await ask(world, `encrypt ${SVM} with key vault`);
    expect(view.outcome).toBe("succeeded");
    const vault = await asAdmin(world, cvo, (client) => client.azureKeyVaults.findBySvm(SVM));
    expect(vault).toMatchObject({
      vault: "https://kv-epic.vault.azure.net/",
      keyId: "https://kv-epic.vault.azure.net/keys/cvo-key",
      clientId: "b1a2c3d4-0000-4000-8000-0000005117ce",
    });
    const said = JSON.stringify([view, world.fabric.calls(cvo)]);
    expect(said).toContain('{\\"$secret\\":\\"nve\\"}'.replaceAll("\\", ""));
    expect(said).not.toContain("value of nve");
  });

  test("asked again it refuses, and offers to rotate the secret", async () => {
    await ask(world, `encrypt ${SVM}`);
    const view = await ask(world, `encrypt ${SVM}`);
    expect(view.problem).toContain(`${SVM} on ${cvo} has the key vault https://kv-epic.vault.azure.net/ already.`);
    expect(view.problem).toContain("Nothing was changed.");
  });

  test("there is no secret to rotate where there is no vault", async () => {
    expect((await ask(world, `rotate the key vault secret of ${SVM}`)).problem).toContain("has no key vault");
  });

  test("an SVM that is not there, a cluster in no cloud", async () => {
    const engine = world.engine();
    const of = async (request: { svm?: string; cluster?: string }): Promise<string> =>
      plainText((await engine.drive(await engine.ask("encrypt-svm", request))).problem ?? "");
    expect(await of({ svm: "svm_none", cluster: cvo })).toContain(
      `There is no SVM svm_none on ${cvo}; there is ${SVM}.`,
    );
    expect(await of({ svm: "svm_epic" })).toContain("ali-ontap-01 is no Cloud Volumes ONTAP");
    expect(await of({ cluster: "nowhere" })).toContain("There is no cluster nowhere");
  });

  test("a configuration without a vault, or without its secret", async () => {
    const { clusters } = world.config;
    const bare = clusters.map(({ keyVault: _, ...each }) => each);
    for (const [inventory, says] of [
      [{ ...world.config, clusters: bare }, "The configuration names no key vault for cvo-eastus2."],
      [{ ...world.config, secrets: {} }, "The configuration has no secret called nve"],
    ] as const) {
      const engine = world.engine({ inventory });
      expect((await engine.drive(await engine.ask("encrypt-svm", { svm: SVM }))).problem).toContain(says);
    }
  });

  test("an SVM without name servers", async () => {
    expect(await asAdmin(world, cvo, (client) => client.svms.listNameServers(SVM))).toEqual(["168.63.129.16"]);
    const none = { kind: "reply", status: 200, body: { records: [], num_records: 0 } } as const;
    world.fabric.fault(cvo, { method: "GET", path: "/name-services/dns", does: none });
    expect((await ask(world, `encrypt ${SVM}`)).problem).toContain(`${SVM} has no name servers (DNS)`);
  });

  test("a vault the nodes cannot reach is not kept: the array refuses it, and nothing is left", async () => {
    world.fabric.fault(cvo, { condition: "keyVaultDown" });
    const view = await ask(world, `encrypt ${SVM}`);
    expect(view.outcome).not.toBe("succeeded");
    world.fabric.clearFaults();
    expect(await asAdmin(world, cvo, (client) => client.azureKeyVaults.findBySvm(SVM))).toBeUndefined();
  });

  describe("every precondition has a sentence of its own", () => {
    let facts: Facts;
    beforeEach(async () => {
      facts = await seen(world, `encrypt ${SVM}`);
      expect(refusal(facts, { svm: SVM })).toBe("");
    });
    const key = { name: "cvo-key", type: "RSA", bits: 2048, enabled: true };
    const secret = { name: "sluice-nve", enabled: true };
    const array: [string, Partial<EncryptFacts["array"]>, string][] = [
      ["no licence VE", { licences: ["mt_ek_mgmt"] }, "has no licence for volume encryption (VE)."],
      ["no licence MT_EK_MGMT", { licences: ["volume_encryption"] }, "key management by tenant (MT_EK_MGMT)."],
      [
        "another key manager",
        { managers: [{ uuid: "u", svm: SVM, kind: "external", servers: [], volumeEncryption: true }] },
        "has another key manager (external): an SVM has one.",
      ],
      ["encrypted volumes", { encrypted: ["v1"] }, "v1 in svm_epic_dr is encrypted already"],
      ["no DNS", { nameServers: [] }, "has no name servers (DNS)"],
    ];
    test.each(array)("%s", (_what, change, says) =>
      expect(refusal({ ...facts, array: { ...facts.array, ...change } }, { svm: SVM })).toContain(says),
    );
    const azure: [string, Partial<EncryptFacts["azure"]>, string][] = [
      ["no vault", { there: false }, "There is no key vault https://kv-epic.vault.azure.net"],
      ["no soft delete", { softDelete: false }, "has no soft delete"],
      ["no purge protection", { purgeProtection: false }, "has no purge protection"],
      ["closed network", { closed: true }, "is closed to the network of cvo-eastus2"],
      ["no key", { key: undefined }, "There is no key cvo-key"],
      ["another kind of key", { key: { ...key, type: "EC" } }, "is EC of 2048 bits: ONTAP needs RSA of 2048."],
      ["a short key", { key: { ...key, bits: 1024 } }, "RSA of 1024 bits"],
      ["a disabled key", { key: { ...key, enabled: false } }, "The key cvo-key is disabled."],
      ["a key that ended", { key: { ...key, expires: "2026-01-01T00:00:00.000Z" } }, "ended on 2026-01-01."],
      ["no secret", { secret: undefined }, "There is no secret sluice-nve"],
      ["a disabled secret", { secret: { ...secret, enabled: false } }, "is disabled."],
      ["a secret without an end", { secret }, "has no expiry date"],
      ["a secret that ended", { secret: { ...secret, expires: "2026-01-01T00:00:00.000Z" } }, "make a new one first."],
      ["no RBAC", { rbac: false }, "goes by access policies"],
      ["no role", { mayUse: false }, "give it Key Vault Crypto User."],
      [
        "no endpoint for the vault",
        { endpoints: ["Microsoft.AzureActiveDirectory"] },
        "snet-cvo has no service endpoint Microsoft.KeyVault",
      ],
      [
        "no endpoint for sign-in",
        { endpoints: ["Microsoft.KeyVault"] },
        "no service endpoint Microsoft.AzureActiveDirectory",
      ],
      ["no subnet said", { endpoints: undefined }, "does not say in which subnet"],
    ];
    test.each(azure)("%s", (_what, change, says) =>
      expect(refusal({ ...facts, azure: { ...facts.azure, ...change } }, { svm: SVM })).toContain(says),
    );

    test("several at once are all said, and a single node needs no service endpoints", () => {
      const both = { ...facts, array: { ...facts.array, nameServers: [] }, azure: { ...facts.azure, mayUse: false } };
      expect(refusal(both, { svm: SVM })).toMatch(/DNS.*Key Vault Crypto User/s);
      const single = { ...facts, cluster: { ...facts.cluster, profile: "cvo-single" as const } };
      expect(refusal({ ...single, azure: { ...facts.azure, endpoints: [] } }, { svm: SVM })).toBe("");
    });

    test("a secret that ends soon is warned of; unencrypted volumes are listed", () => {
      const expires = new Date(Date.parse(facts.askedAt) + 10 * 86_400_000).toISOString();
      const drawn = draw(
        encryptSvm,
        { svm: SVM },
        {
          ...facts,
          array: { ...facts.array, plain: ["v1", "v2"] },
          azure: { ...facts.azure, secret: { ...secret, expires } },
        },
      );
      expect(drawn.plan.warnings.join("\n")).toContain(`The secret ends on ${expires.slice(0, 10)}`);
      expect(JSON.stringify(drawn.facts)).toContain("v1 and v2: they stay as they are");
    });
  });
});

describe("rotating the secret", () => {
  let world: TestWorld;
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => world.reset());
  afterAll(() => world.close());

  test("the array has the secret of the configuration, and encrypted volumes stay online", async () => {
    const view = await ask(world, `rotate the key vault secret of ${SVM}`);
    expect(view.outcome).toBe("succeeded");
    const given = world.fabric.calls(cvo).filter(({ method }) => method === "PATCH");
    expect(given.map(({ path }) => path.split("?")[0])).toEqual([
      expect.stringMatching(/^\/api\/security\/azure-key-vaults\//),
    ]);
    expect(JSON.stringify(given)).toContain("client_secret");
    expect(JSON.stringify([view, world.fabric.calls(cvo)])).not.toContain("value of nve");
    expect(view.planned?.facts.find(({ label }) => label === "their keys are there")?.text).toBe(
      "clarity_prd_dr and epic_prd_dr",
    );
  });

  test("encrypting it again is refused, with the rotation as a button", async () => {
    const view = await ask(world, `encrypt ${SVM}`);
    expect(view.problem).toContain("has the key vault https://kv-epic.vault.azure.net/ already.");
  });

  test("a vault other than the configuration's is left alone", async () => {
    const facts = await seen(world, `rotate the key vault secret of ${SVM}`);
    const other = { ...facts, given: { ...facts.given, url: "https://kv-other.vault.azure.net" } };
    expect(refusal(other, { svm: SVM, rotate: true })).toContain("this secret is not for it.");
    const ended = { ...facts.azure, secret: { name: "s", enabled: true, expires: "2026-01-01T00:00:00.000Z" } };
    expect(refusal({ ...facts, azure: ended }, { svm: SVM, rotate: true })).toContain("make a new one first.");
  });

  test("taking a key vault away that keys are in is refused by the step itself", async () => {
    const { undo } = encryptSvm.steps.createKeyVault;
    if (!("run" in undo)) throw new Error("it has a way back");
    const input = {
      cluster: cvo,
      svm: SVM,
      vault: "v",
      keyId: "k",
      tenantId: "t",
      clientId: "c",
      secret: { $secret: "nve" },
    };
    const on = { ontap: () => world.clients.get(cvo) } as never;
    await expect(undo.run(input, { before: { was: null }, notes: [], attempt: 1 }, on)).rejects.toThrow(
      "The keys of clarity_prd_dr and epic_prd_dr are in https://kv-epic.vault.azure.net/",
    );
  });
});
