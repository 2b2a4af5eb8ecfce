import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load.js";
import type { ClusterConfig, HostConfig } from "../../src/config/types.js";
import { systemClock } from "../../src/core/clock.js";
import { Rejected } from "../../src/core/problems.js";
import {
  clusterCheck,
  configCheck,
  exitCodeOf,
  hostCheck,
  mirrorPairsCheck,
  redisCheck,
  runDoctor,
  showFinding,
  slackCheck,
  vmCheck,
  type Check,
  type Finding,
  type OntapLook,
  type SlackLook,
} from "../../src/doctor/index.js";
import type { OntapReader } from "../../src/ontap/index.js";

const config = await loadConfig({ file: "config/epic.yaml", env: {} });
const [array, cvo] = config.clusters as [ClusterConfig, ClusterConfig];
const host = (name: string): HostConfig => config.hosts.find((each) => each.name === name) as HostConfig;
const options = { timeoutMs: 5_000, sleep: systemClock.sleep };
const run = (...checks: Check[]): Promise<readonly Finding[]> => runDoctor(checks, options);
const lines = async (...checks: Check[]): Promise<string[]> => (await run(...checks)).map(showFinding);

describe("running checks", () => {
  test("what throws becomes a sentence, what never answers becomes a failure, the others are still told", async () => {
    const bad: Check = {
      name: "bad",
      run: () => Promise.reject(new Rejected("says\nno", { from: "ONTAP x", next: "Ask." })),
    };
    const synchronous: Check = {
      name: "sync",
      run: () => {
        throw new Error("broke");
      },
    };
    const silent: Check = { name: "silent", run: () => new Promise(() => undefined) };
    const good: Check = { name: "good", run: () => Promise.resolve([{ check: "good", level: "ok", says: "fine." }]) };
    const waited: number[] = [];
    const sleep = (ms: number, signal: AbortSignal): Promise<void> => {
      waited.push(ms);
      return waited.length === 3 ? Promise.resolve() : systemClock.sleep(ms, signal);
    };
    const findings = await runDoctor([bad, synchronous, silent, good], { timeoutMs: 5_000, sleep });
    expect(findings.map(showFinding)).toEqual([
      "fail  bad  ONTAP x: says no. Ask.",
      "fail  sync  broke.",
      "fail  silent  gave no answer within 5 s. Look whether it can be reached from here.",
      "ok    good  fine.",
    ]);
    expect([exitCodeOf(findings), exitCodeOf(findings.slice(3))]).toEqual([1, 0]);
  });
});

describe("clusters", () => {
  interface Change {
    readonly version: object;
    readonly volume: object | undefined;
    readonly mirrors: object[];
    readonly platform: string | undefined;
    readonly told: string;
  }
  const look = (change: Partial<Change> = {}): OntapLook =>
    ({
      cluster: {
        version: () =>
          Promise.resolve({ short: "9.16.1", assumed: false, generation: 9, major: 16, ...change.version }),
        findPlatform: () => Promise.resolve("platform" in change ? change.platform : "onprem"),
      },
      clusterPeers: {
        findByRemote: () =>
          change.told === undefined
            ? Promise.reject(new Rejected("not authorized", { from: "ONTAP x" }))
            : Promise.resolve({ remoteRelease: change.told }),
      },
      volumes: {
        findByName: (_svm: string, name: string) =>
          Promise.resolve("volume" in change ? change.volume : { type: name.endsWith("_dr") ? "dp" : "rw" }),
      },
      relationships: { list: () => Promise.resolve(change.mirrors ?? [{ state: "snapmirrored", healthy: true }]) },
    }) as OntapLook;

  /** Held by the compiler: the product's own client can be looked through. */
  const _through = (reader: OntapReader): OntapLook => reader;

  test("all is well", async () => {
    expect(
      await lines(clusterCheck(array, config, look()), clusterCheck(cvo, config, look({ platform: "cvo-ha" }))),
    ).toEqual([
      "ok    cluster ali-ontap-01  logged in; ONTAP 9.16.1.",
      "ok    cluster ali-ontap-01  runs on hardware of its own (onprem), as its profile says.",
      "ok    cluster ali-ontap-01  svm_epic:epic_prd is there.",
      "ok    cluster ali-ontap-01  svm_epic:clarity_prd is there.",
      "ok    cluster cvo-eastus2  logged in; ONTAP 9.16.1.",
      "ok    cluster cvo-eastus2  runs on Cloud Volumes ONTAP on two nodes (cvo-ha), as its profile says.",
      "ok    cluster cvo-eastus2  svm_epic_dr:epic_prd_dr is there.",
      "ok    cluster cvo-eastus2  the mirror to svm_epic_dr:epic_prd_dr is healthy.",
      "ok    cluster cvo-eastus2  svm_epic_dr:clarity_prd_dr is there.",
      "ok    cluster cvo-eastus2  the mirror to svm_epic_dr:clarity_prd_dr is healthy.",
    ]);
  });
  const cases: [string, ClusterConfig, OntapLook, string, string][] = [
    [
      "an old release",
      array,
      look({ version: { short: "9.7", major: 7 } }),
      "fail",
      "runs ONTAP 9.7. Sluice needs 9.8 or later.",
    ],
    [
      "a login that may not see the release",
      array,
      look({ version: { short: "9.10.1", assumed: true } }),
      "ok",
      "9.10.1 is assumed",
    ],
    ["a volume that is not there", array, look({ volume: undefined }), "fail", "no volume epic_prd in svm_epic"],
    ["a volume of another type", array, look({ volume: { type: "dp" } }), "warn", "is of type dp, not rw"],
    ["no mirror", cvo, look({ mirrors: [] }), "fail", "nothing is mirrored to svm_epic_dr:epic_prd_dr"],
    ["a paused mirror", cvo, look({ mirrors: [{ state: "paused", healthy: true }] }), "warn", "is paused. "],
    [
      "a sick mirror",
      cvo,
      look({ mirrors: [{ state: "snapmirrored", healthy: false }] }),
      "warn",
      "snapmirrored and not healthy",
    ],
    [
      "another platform than configured",
      cvo,
      look(),
      "fail",
      "says profile cvo-ha, and it runs on hardware of its own",
    ],
    [
      "one node where two are configured",
      cvo,
      look({ platform: "cvo-single" }),
      "fail",
      "runs on Cloud Volumes ONTAP on one node (cvo-single). Set profile: cvo-single",
    ],
    [
      "a login that may not see the nodes",
      array,
      look({ platform: undefined }),
      "ok",
      "profile onprem is taken as said.",
    ],
    ["an unchecked certificate", { ...array, insecure: true }, look(), "warn", "certificate is not checked"],
  ];
  test.each(cases)("%s", async (_name, cluster, through, level, says) => {
    expect(await lines(clusterCheck(cluster, config, through))).toContainEqual(
      expect.stringMatching(new RegExp(`^${level} .*${says.replace(/[.*()]/g, "\\$&")}`)),
    );
  });
});

describe("releases at both ends of the mirrors", () => {
  const end = (short: string, assumed = false, told?: string): OntapLook =>
    ({
      cluster: { version: () => Promise.resolve({ short, assumed, generation: 9, major: 0 }) },
      clusterPeers: {
        findByRemote: () =>
          told === undefined
            ? Promise.reject(new Rejected("not authorized", { from: "ONTAP x" }))
            : Promise.resolve({ remoteRelease: told }),
      },
    }) as unknown as OntapLook;
  const check = (source: OntapLook, mirror: OntapLook) =>
    lines(mirrorPairsCheck(config, (cluster) => (cluster === array.name ? source : mirror)));

  test.each([
    [
      "that go together: one line for both sets",
      end("9.14.1"),
      end("9.16.1"),
      "ok    mirrors  ONTAP 9.14.1 and 9.16.1 of ali-ontap-01 and cvo-eastus2 mirror with each other.",
    ],
    [
      "that do not",
      end("9.8.0"),
      end("9.16.1"),
      "fail  mirrors  ONTAP 9.8 on ali-ontap-01 and 9.16.1 on cvo-eastus2 do not mirror with each other: 9.8 goes with 9.8 to 9.13.1, and 9.16.1 with 9.11.1 to 9.19.1. Upgrade the older one before you protect anything.",
    ],
    [
      "of which one is only seen by its peer",
      end("9.10.1", true),
      end("9.16.1", false, "9.14.1"),
      "ok    mirrors  ONTAP 9.14.1 and 9.16.1 of ali-ontap-01 and cvo-eastus2 mirror with each other.",
    ],
    [
      "of which one is seen by nobody",
      end("9.10.1", true),
      end("9.16.1"),
      "warn  mirrors  The login may not see which release ali-ontap-01 runs. Look it up in NetApp's table of compatible versions for SnapMirror relationships.",
    ],
  ])("%s", async (_name, source, mirror, says) => {
    expect(await check(source, mirror)).toEqual([says]);
  });
});

describe("hosts", () => {
  const vm = (power: string, agentReady: boolean) =>
    vmCheck(host("epic-trn-01"), { vm: () => Promise.resolve({ power, agentReady }) });
  test.each([
    ["running", true, "ok"],
    ["deallocated", true, "warn"],
    ["running", false, "fail"],
  ])("a virtual machine that is %s, agent ready: %s", async (power, ready, level) =>
    expect((await run(vm(power, ready))).map((each) => each.level)).toEqual([level]),
  );
  test("Azure is asked about virtual machines only", async () =>
    expect(await run(vmCheck(host("epic-prd-01"), { vm: () => Promise.reject(new Error("asked")) }))).toEqual([]));

  const { iqn = "", wwpns } = host("epic-prd-01");
  const seen = (initiator: string, ports: readonly string[]) =>
    hostCheck(host("epic-prd-01"), { inspect: () => Promise.resolve({ initiator, wwpns: ports }) });
  test("who it is", async () => {
    expect(
      (
        await run(
          seen(
            iqn,
            wwpns.map((each) => each.toUpperCase()),
          ),
        )
      ).map((each) => each.level),
    ).toEqual(["ok"]);
    expect(await lines(seen("iqn.2000-01.x:other", wwpns))).toEqual([
      expect.stringContaining("LUNs would be mapped to another machine"),
    ]);
    expect(await lines(seen(iqn, wwpns.slice(1)))).toEqual([
      expect.stringContaining(`no Fibre Channel port ${wwpns[0]}`),
    ]);
  });
});

describe("Slack", () => {
  const scopes = ["chat:write", "usergroups:read"];
  const look = (change: Partial<SlackLook> = {}): SlackLook => ({
    whoAmI: () => Promise.resolve({ team: "T0RIVERSIDE", user: "sluice", scopes: [...scopes, "commands"] }),
    findChannel: () => Promise.resolve({ member: true, shared: false }),
    groupSize: () => Promise.resolve(2),
    ...change,
  });
  const check = (change?: Partial<SlackLook>) => lines(slackCheck(config, scopes, look(change)));

  test("all is well", async () =>
    expect(await check()).toEqual([
      "ok    slack  signed in as sluice in T0RIVERSIDE; scopes, 2 channels and approver groups are there.",
    ]));
  const cases: [string, Partial<SlackLook>, string][] = [
    [
      "another workspace, too few scopes",
      { whoAmI: () => Promise.resolve({ team: "T0X", user: "s", scopes: ["chat:write"] }) },
      "lacks the scopes usergroups:read.",
    ],
    [
      "another workspace",
      { whoAmI: () => Promise.resolve({ team: "T0X", user: "s", scopes }) },
      "the token is of workspace T0X",
    ],
    ["no such channel", { findChannel: () => Promise.resolve(undefined) }, "there is no channel C0STORAGE"],
    [
      "not invited",
      { findChannel: () => Promise.resolve({ member: false, shared: false }) },
      "the app is not in channel C0HEALTH",
    ],
    [
      "a shared channel",
      { findChannel: () => Promise.resolve({ member: true, shared: true }) },
      "is shared with another organisation",
    ],
    [
      "an empty group",
      { groupSize: () => Promise.resolve(0) },
      "epic-owners has 0 members, and 1 of them have to say yes",
    ],
    ["a group of one", { groupSize: () => Promise.resolve(1) }, "storage-approvers has no one to spare"],
  ];
  test.each(cases)("%s", async (_name, change, says) => expect((await check(change)).join("\n")).toContain(says));
});

describe("our own things", () => {
  test("the configuration is counted, and what it allows is said", async () => {
    expect(await lines(configCheck(config))).toEqual(["ok    config  2 clusters, 2 sets with 2 volumes, 7 hosts."]);
    const careful = await loadConfig({
      file: "config/sluice.example.yaml",
      env: { SLACK_API_URL: "http://127.0.0.1:1/api" },
    });
    expect(await lines(configCheck(careful))).toEqual([
      expect.any(String),
      expect.stringContaining("mode is read-only"),
      expect.stringContaining("slack.apiUrl points somewhere else"),
    ]);
  });
  test("Redis", async () => {
    const redis = (policy: string, aof: string) => ({
      info: (section: string) =>
        Promise.resolve(
          section === "memory"
            ? `maxmemory_policy:${policy}`
            : section === "persistence"
              ? `aof_enabled:${aof}`
              : "redis_version:7.0.15",
        ),
      config: (_get: "GET", name: string) => Promise.resolve([name, "always"]),
    });
    expect(await lines(redisCheck(redis("noeviction", "1")))).toEqual([expect.stringMatching(/^ok .*7\.0\.15/)]);
    expect((await run(redisCheck(redis("allkeys-lru", "0")))).map(({ level }) => level)).toEqual(["fail", "warn"]);
  });
});
