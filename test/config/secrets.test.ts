import { inspect } from "node:util";
import { expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load.js";
import { resolveSecrets, secretRefs } from "../../src/config/secrets.js";

const config = await loadConfig({ file: "config/epic.yaml", env: {} });
const example = await loadConfig({ file: "config/sluice.example.yaml", env: {} });
const env = (name: string): string => `value of ${name}`;

test("every reference is opened, by its own kind of reader", async () => {
  const asked: string[] = [];
  const keyVault = (url: string): Promise<string> => (asked.push(url), Promise.resolve("from the vault"));
  const secrets = await resolveSecrets(example, { env, keyVault, file: () => Promise.resolve("a key\n") });
  const login = example.clusters[0]?.login;
  if (!login || !("password" in login)) throw new Error("the example logs in by password");
  expect(secrets.open(login.password)).toBe("from the vault");
  expect(asked).toEqual(["https://vault-sluice.vault.azure.net/secrets/array-01"]);
  expect(secrets.named("derivation")).toBe("value of SLUICE_KEY");
  expect(secrets.values()).toContain("a key");
  expect(() => secrets.named("other")).toThrow(/no secret called "other"/);
});

test("what cannot be read is named, all at once, without values", async () => {
  const read = resolveSecrets(config, {
    env: (name) => (name === "SLUICE_CVO_PASSWORD" ? "" : name === "SLACK_BOT_TOKEN" ? "xoxb-1" : undefined),
  });
  await expect(read).rejects.toThrow(
    /clusters\.cvo-eastus2\.login\.password: environment variable SLUICE_CVO_PASSWORD is empty/,
  );
  await expect(read).rejects.toThrow(/hosts\.epic-prd-01\.reach\.key: environment variable SLUICE_SSH_KEY is not set/);
  await expect(read).rejects.not.toThrow(/xoxb-1/);
});

test("a vault that says no is a sentence, and its own words stay out", async () => {
  const keyVault = (): Promise<string> =>
    Promise.reject(Object.assign(new Error("secret hunter2 denied"), { statusCode: 403 }));
  const read = resolveSecrets(example, { env, keyVault, file: () => Promise.resolve("k") });
  await expect(read).rejects.toThrow(
    /One secret cannot be read; nothing was started\.\n {2}clusters\.array-01\.login\.password: Key Vault secret https:.* could not be read \(403\)/,
  );
});

test("opened secrets show themselves nowhere", async () => {
  const secrets = await resolveSecrets(config, { env });
  expect(JSON.stringify({ secrets }) + inspect(secrets, { depth: 9, showHidden: true })).not.toContain("value of");
  expect(secretRefs(config).map(({ path }) => path)).toEqual(
    expect.arrayContaining([
      "clusters.ali-ontap-01.login.password",
      "azure.credential.secret",
      "slack.botToken",
      "secrets.derivation",
      "hosts.epic-prd-02.reach.key",
    ]),
  );
});
