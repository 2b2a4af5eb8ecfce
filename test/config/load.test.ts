import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { type Document, parseDocument } from "yaml";
import { loadConfig } from "../../src/config/load.js";
import { ConfigError } from "../../src/config/mistakes.js";
import { readFile } from "node:fs/promises";
import { epic } from "../../sim/worlds/epic.js";

const epicText = await readFile("config/epic.yaml", "utf8");
const epicRoot = parseDocument(epicText).toJS() as { sets: { members: unknown[] }[] };
const load = (text: string, env: Record<string, string> = {}) => loadConfig({ file: "sluice.yaml", text, env });

async function mistakesOf(text: string): Promise<ConfigError> {
  const error: unknown = await load(text).then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof ConfigError)) throw new Error("the configuration was taken");
  return error;
}

type Change = (document: Document) => void;
const keysOf = (path: string) => path.split(".").map((key) => (/^\d+$/.test(key) ? Number(key) : key));
const put =
  (path: string, value: unknown): Change =>
  (document) =>
    document.setIn(keysOf(path), document.createNode(value));
const drop =
  (path: string): Change =>
  (document) =>
    void document.deleteIn(keysOf(path));
const both =
  (...changes: Change[]): Change =>
  (document) =>
    changes.forEach((change) => change(document));

/** epic.yaml with one place changed. */
function epicWith(change: Change): string {
  const document = parseDocument(epicText);
  change(document);
  return document.toString();
}

describe("what a login may not do", () => {
  const handOffs = async (text: string) => (await load(text)).clusters.map(({ handOff }) => handOff);

  test("of one SVM it has no cluster settings; of a cluster everything is taken to be allowed", async () => {
    expect(await handOffs(epicText.replace(/ +handOff: .*\n/, ""))).toEqual([
      ["network", "clusterPeers", "schedules", "keyManagers"],
      [],
    ]);
  });

  test("is what the file says where it says so", async () => {
    const text = epicWith(both(put("clusters.0.handOff", []), put("clusters.1.handOff", ["clusterPeers"])));
    expect(await handOffs(text)).toEqual([[], ["clusterPeers"]]);
  });
});

describe("the shipped files", () => {
  test.each(["config/epic.yaml", "config/apart.yaml", "config/sluice.example.yaml"])("%s is taken", async (file) => {
    const config = await loadConfig({ file, env: {} });
    expect(config.sets.map((set) => set.name)).toContain("prod");
    expect(Object.isFrozen(config.clusters[0]?.login)).toBe(true);
  });

  test("epic.yaml says of the demo world what the world says of itself", async () => {
    const config = await loadConfig({ file: "config/epic.yaml", env: {} });
    for (const world of epic.clusters) {
      const cluster = config.clusters.find((each) => each.name === world.name);
      const login = world.logins.find((each) => each.user === "sluice");
      expect(cluster).toMatchObject({
        profile: world.platform,
        login: { user: "sluice" },
        scope: login?.svm ? "svm" : "cluster",
      });
      expect(cluster?.svm).toBe(login?.svm);
      const management = world.lifs.find((lif) => lif.kind === "management" && lif.svm === login?.svm);
      expect(cluster?.url).toBe(`https://${management?.address}`);
    }
    expect(config.hosts.map(({ name, iqn, wwpns }) => ({ name, iqn, wwpns }))).toEqual(
      epic.hosts.map(({ name, iqn, wwpns }) => ({ name, iqn, wwpns })),
    );
    expect(
      config.sets.flatMap((set) => set.members).map(({ source, mirror }) => ({ source, destination: mirror })),
    ).toEqual(epic.mirrors.map(({ source, destination }) => ({ source, destination })));
    const volume = (name: string) => epic.clusters[0]?.volumes.find((each) => each.name === name);
    for (const set of config.sets) {
      const group = set.layout.volumeGroups[0];
      const known = volume(set.members[0]?.source.volume ?? "")?.layout;
      expect(known).toEqual({
        volumeGroup: group?.name,
        logicalVolume: group?.logicalVolumes[0]?.name,
        fileSystem: group?.logicalVolumes[0]?.fileSystem,
      });
      const mounted = epic.hosts.flatMap((host) => host.mounts).find((mount) => mount.volumeGroup === group?.name);
      expect(group?.logicalVolumes[0]?.mountPoint).toBe(mounted?.mountPoint);
    }
    expect(config.azure).toMatchObject({
      tenantId: epic.azure.tenant,
      subscription: epic.azure.subscription,
      credential: { clientId: epic.azure.clientId },
    });
    expect(config.slack).toMatchObject({
      team: epic.slack.team.id,
      channels: { listen: ["C0STORAGE"], health: "C0HEALTH" },
    });
    expect(Object.entries(config.policy.groups).map(([handle, { id }]) => ({ id, handle }))).toEqual(
      epic.slack.groups.map(({ id, handle }) => ({ id, handle })),
    );
    expect(JSON.stringify(config)).not.toMatch(/netapp1!|sluice-array|sluice-cvo|sluice-azure-secret/);
  });
});

describe("what may come from outside the file", () => {
  test("overrides name list entries by their names", async () => {
    const config = await loadConfig({
      file: "config/epic.yaml",
      env: {},
      overrides: {
        "clusters.cvo-eastus2.url": "https://127.0.0.1:4443/",
        "hosts.epic-prd-01.reach.port": 2222,
        "redis.prefix": "demo",
        "slack.apiUrl": "http://127.0.0.1:8700/api/",
      },
    });
    expect(config.clusters[1]?.url).toBe("https://127.0.0.1:4443");
    expect(config.hosts.find((host) => host.name === "epic-prd-01")?.reach).toMatchObject({ port: 2222 });
    expect(config.redis.prefix).toBe("demo");
    expect(config.slack.apiUrl).toBe("http://127.0.0.1:8700/api");
  });
  test("an override that meets nothing is a mistake", async () => {
    await expect(
      loadConfig({ file: "config/epic.yaml", env: {}, overrides: { "clusters.nowhere.url": "https://x" } }),
    ).rejects.toThrow(/clusters\.nowhere\.url cannot be overridden/);
  });
  test("REDIS_URL and SLACK_API_URL win; SLUICE_MODE only makes stricter", async () => {
    const env = {
      REDIS_URL: "redis://user:pw@r:6379",
      SLACK_API_URL: "http://127.0.0.1:1/api",
      SLUICE_MODE: "read-only",
    };
    const config = await load(epicText, env);
    expect([config.redis.url, config.slack.apiUrl, config.mode]).toEqual([
      "redis://user:pw@r:6379",
      "http://127.0.0.1:1/api",
      "read-only",
    ]);
    const strict = epicWith(put("mode", "read-only"));
    expect((await load(strict, { SLUICE_MODE: "read-write" })).mode).toBe("read-only");
  });
  test("a login is a password, a certificate in PEM or one in PKCS#12, and eight calls may be under way unless said", async () => {
    const changes = [
      put("clusters.0.login", { pkcs12: { keyVault: "https://v.vault.azure.net/secrets/array" } }),
      put("clusters.1.login", { certificate: { env: "C" }, key: { env: "K" }, passphrase: { env: "P" } }),
      drop("clusters.1.maxInFlight"),
    ];
    const changed = epicWith((document) => changes.forEach((change) => change(document)));
    const { clusters } = await load(changed, {});
    expect(clusters.map(({ login }) => Object.keys(login))).toEqual([["pkcs12"], ["certificate", "key", "passphrase"]]);
    expect(clusters[1]?.maxInFlight).toBe(8);
  });
  test("a certificate is read from beside the file", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sluice-config-"));
    try {
      await writeFile(join(folder, "ca.pem"), "-----BEGIN CERTIFICATE-----\nMII\n-----END CERTIFICATE-----\n");
      const text = epicWith(put("clusters.0.ca", { file: "ca.pem" }));
      const config = await loadConfig({ file: join(folder, "sluice.yaml"), text, env: {} });
      expect(config.clusters[0]?.ca).toContain("MII");
      const lost = epicWith(put("clusters.0.ca", { file: "nope.pem" }));
      await expect(loadConfig({ file: join(folder, "sluice.yaml"), text: lost, env: {} })).rejects.toThrow(
        /clusters\.ali-ontap-01\.ca names a file that cannot be read/,
      );
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

const mistakes: [string, Change, string][] = [
  [
    "a password in the file",
    put("clusters.0.login.password", "hunter2"),
    "clusters.ali-ontap-01.login.password says where the secret is",
  ],
  [
    "a wrong reference",
    put("clusters.0.login.password", { value: "hunter2" }),
    "clusters.ali-ontap-01.login.password says where the secret is",
  ],
  ["no login", drop("clusters.1.login"), "clusters.cvo-eastus2.login is missing"],
  [
    "two logins",
    put("clusters.1.login.certificate", { env: "C" }),
    "clusters.cvo-eastus2.login should be { user, password }, { certificate, key } or { pkcs12 }",
  ],
  [
    "http to an array",
    put("clusters.0.url", "http://10.0.0.1"),
    "clusters.ali-ontap-01.url should begin with https://",
  ],
  ["no URL", put("clusters.0.url", "10.0.0.1"), "clusters.ali-ontap-01.url should be a URL"],
  [
    "a way to networks without a gateway",
    put("clusters.1.intercluster", { remoteNetworks: ["10.7.0.0/24"] }),
    "clusters.cvo-eastus2.intercluster.gateway is missing",
  ],
  [
    "an IPspace in everybody's broadcast domain",
    put("clusters.1.intercluster", { ipspace: "ips_repl" }),
    "clusters.cvo-eastus2.intercluster.broadcastDomain is missing",
  ],
  ["a family nobody knows", put("clusters.0.handOff", ["networks"]), "clusters.ali-ontap-01.handOff.0"],
  ["svm scope without svm", drop("clusters.0.svm"), "clusters.ali-ontap-01.svm is missing"],
  [
    "a set outside the login's svm",
    put("sets.0.members.0.source.svm", "svm_x"),
    'sets.prod.members.0.source.svm is "svm_x", and the login of ali-ontap-01 only sees svm_epic',
  ],
  ["an unknown cluster", put("sets.0.members.0.mirror.cluster", "cvo-eastus3"), 'did you mean "cvo-eastus2"?'],
  [
    "an unknown production host",
    put("sets.0.productionHosts", ["epic-prd-09"]),
    'sets.prod.productionHosts.0 "epic-prd-09" is no host of this file',
  ],
  [
    "a production host that is none",
    put("sets.0.productionHosts", ["epic-trn-01"]),
    "epic-trn-01 is not a production host",
  ],
  ["a word for two sets", put("sets.1.aliases.2", "PRD"), 'sets.clarity.aliases.2 "PRD" already means the set prod'],
  ["a volume twice", put("sets.0.members.1", epicRoot.sets[0]?.members[0]), "is in this set twice"],
  ["a name twice", put("hosts.1.name", "epic-trn-01"), '"epic-trn-01" is the name of another entry already'],
  ["one initiator for two hosts", put("hosts.1.iqn", epic.hosts[0]?.iqn), "is the initiator of epic-trn-01 too"],
  [
    "a purpose on production",
    put("hosts.5.purposes", [{ name: "x", mountPoint: "/x" }]),
    "a production host takes no clones",
  ],
  ["a purpose without initiator", drop("hosts.0.iqn"), "hosts.epic-trn-01.iqn is missing"],
  [
    "a mount point with a space",
    put("hosts.0.purposes.0.mountPoint", "/epic/a b"),
    "should be an absolute path without spaces",
  ],
  [
    "a mount point with dots",
    put("hosts.0.purposes.0.mountPoint", "/epic/../etc"),
    "should be an absolute path without spaces",
  ],
  ["a purpose for an unknown set", put("hosts.0.purposes.0.set", "prdo"), 'did you mean "prod"?'],
  ["an unpinned host key", drop("hosts.5.reach.hostKey"), "hosts.epic-prd-01.reach.hostKey is missing"],
  ["an unknown way to a host", put("hosts.0.reach.kind", "telnet"), "hosts.epic-trn-01.reach.kind"],
  ["no Azure for Run Command", drop("azure"), "azure is missing: a host is reached by Run Command"],
  ["a lease longer than the longest", put("leases.default", "P60D"), "leases.default is longer than leases.max"],
  ["a lease in words", put("leases.default", "a week"), "leases.default should be an ISO-8601 duration"],
  ["no time zone", put("timeZone", "Nowhere/Here"), "timeZone is no time zone of the IANA list"],
  ["no cron", put("digest.cron", "every morning"), "digest.cron should be a cron line"],
  ["a cron out of range", put("digest.cron", "0 25 * * *"), "digest.cron should be a cron line"],
  [
    "a channel's name",
    put("slack.channels.health", "#storage-health"),
    "slack.channels.health should be a Slack channel id",
  ],
  ["Socket Mode without its token", drop("slack.appToken"), "slack.appToken is missing"],
  [
    "HTTP without a signing secret",
    both(put("slack.mode", "http"), drop("slack.signingSecret")),
    "slack.signingSecret is missing",
  ],
  ["an unknown setting", put("clusters.0.urll", "x"), "clusters.ali-ontap-01.urll is not a setting known here"],
  ["an unknown section", put("cluster", []), 'cluster is not a setting known here; did you mean "clusters"?'],
  [
    "a wrong type",
    put("sets.0.rpoTargetMinutes", "an hour"),
    "sets.prod.rpoTargetMinutes should be a number and is text",
  ],
  ["a wrong word", put("mode", "readonly"), "mode should be read-write or read-only"],
  ["no lists", put("sets", {}), "sets should be a list"],
  ["nothing in a list", put("clusters", []), "clusters is empty"],
  ["a Redis password", put("redis", { url: "redis://u:hunter2@h:1" }), "redis.url carries a password"],
  [
    "an unknown approver group",
    put("policy.rules.2.needs", { "storage-approver": 1 }),
    'did you mean "storage-approvers"?',
  ],
  ["a rule that needs no one at all", put("policy.rules.2.needs", {}), 'policy.rules.2.needs write "nobody"'],
  ["one group under two names", put("policy.groups.epic-owners.id", "S0STORAGE"), "is the group storage-approvers too"],
  ["a group by its handle", put("policy.groups.epic-owners.id", "@epic-owners"), "a Slack user group id"],
  ["no operators", put("policy.operators", []), "policy.operators should be at least 1"],
  ["an unknown effect", put("policy.rules.0.when.effect", "write"), "policy.rules.0.when.effect"],
];

describe("mistakes", () => {
  test.each(mistakes)("%s", async (_name, change, says) => {
    const error = await mistakesOf(epicWith(change));
    expect(error.message).toContain(says);
    expect(error.message).not.toContain("hunter2");
    expect(error.mistakes.every((each) => each.line > 0 && each.file === "sluice.yaml")).toBe(true);
  });

  test("all of them in one message, with their lines, in the order of the file", async () => {
    const text = epicText
      .replace("mode: read-write", "mode: rw")
      .replace("volume: clarity_prd_dr", "volum: clarity_prd_dr")
      .replace("hooks:", "hook:")
      .replace("rpoTargetMinutes: 240", "rpoTargetMinutes: 0");
    const error = await mistakesOf(text);
    const lines = text.split("\n");
    const lineWith = (part: string) => lines.findIndex((line) => line.includes(part)) + 1;
    const at = (path: string) => error.mistakes.find((each) => each.path === path)?.line;
    expect(at("mode")).toBe(lineWith("mode: rw"));
    expect(at("sets.clarity.members.0.mirror.volum")).toBe(lineWith("volum: "));
    expect(at("sets.clarity.members.0.mirror.volume")).toBe(lineWith("volum: "));
    expect(at("sets.clarity.rpoTargetMinutes")).toBe(lineWith("rpoTargetMinutes: 0"));
    expect(at("hosts.epic-prd-01.hook")).toBe(lineWith("hook:"));
    expect(error.mistakes).toHaveLength(5);
    expect(error.mistakes.map((each) => each.line)).toEqual(
      error.mistakes.map((each) => each.line).sort((a, b) => a - b),
    );
    expect(error.message).toMatch(
      /^The configuration has 5 mistakes; nothing was started\.\n {2}sluice\.yaml:\d+ {2}mode should be/,
    );
  });

  test.each([
    ["no text", ""],
    ["a list", "- a\n- b\n"],
    ["a tab for indentation", "clusters:\n\t- name: x\n"],
    ["a key twice", "mode: read-only\nmode: read-write\n"],
    [
      "a bomb of aliases",
      `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [${"*a,".repeat(9)}]\nc: &c [${"*b,".repeat(9)}]\nd: [${"*c,".repeat(9)}]\n`,
    ],
  ])("%s", async (_name, text) => {
    expect((await mistakesOf(text)).mistakes.length).toBeGreaterThan(0);
  });
  test("broken YAML does not repeat what stood there", async () => {
    const error = await mistakesOf('clusters:\n  - password: "x" hunter2\n  bad');
    expect(error.message).not.toContain("hunter2");
  });
  test("a missing file says what to do", async () => {
    await expect(loadConfig({ file: "/nowhere/sluice.yaml", env: {} })).rejects.toThrow(
      /does not exist: start from config\/sluice\.example\.yaml/,
    );
  });
});
