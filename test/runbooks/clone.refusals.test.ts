import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { demand } from "../../src/approvals/index.js";
import type { RunView } from "../../src/core/fold.js";
import type { Json } from "../../src/core/json.js";
import { plainText } from "../../src/core/said.js";
import { createOntap, type OntapClient, type Relationship } from "../../src/ontap/index.js";
import { simCa } from "../../sim/kit/tls.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";
import { shownText } from "../support/answers.js";

const ali = "ali-ontap-01";
const cvo = "cvo-eastus2";
const mirrorOf = (volume: string): string => `${volume}_dr`;
let world: TestWorld;
let engine: TestEngine;
/** Somebody else who works on the arrays: the storage team with its own login. */
let storage: ReadonlyMap<string, OntapClient>;

beforeAll(async () => {
  world = await startTestWorld();
  const ca = (await simCa()).certPem;
  storage = new Map(
    world.config.clusters.map(({ name, url }) => [
      name,
      createOntap({ cluster: name, url, ca, login: { user: "admin", password: "netapp1!" }, clock: world.clock }),
    ]),
  );
});
beforeEach(() => {
  world.reset();
  engine = world.engine();
});
afterAll(async () => {
  await Promise.all([...storage.values()].map((client) => client.close()));
  await world.close();
});

const at = (cluster: string): OntapClient => storage.get(cluster)!;
async function relationship(volume = "epic_prd"): Promise<Relationship> {
  return (await at(cvo).relationships.list({ destinationVolume: mirrorOf(volume) }))[0]!;
}
async function volumeUuid(cluster: string, volume: string): Promise<string> {
  return (await at(cluster).volumes.list({ name: volume }))[0]!.uuid;
}
/** A transfer takes no time here, but a look. */
async function update(): Promise<void> {
  await at(cvo).transfers.start((await relationship()).uuid);
  while ((await relationship()).transfer?.state !== "success") await world.clock.sleep(100);
}
async function safetySnapshots(...names: readonly string[]): Promise<void> {
  for (const name of names) {
    world.clock.advance(60_000);
    await at(ali).snapshots.create(await volumeUuid(ali, "epic_prd"), { name, label: "sluice-safety" });
  }
}
const ask = async (runbook: string, request: Json): Promise<RunView> =>
  engine.drive(await engine.ask(runbook, request));

/** Refused while planning: a sentence for people, nothing begun, nothing changed anywhere. */
async function refusal(runbook: string, request: Json): Promise<RunView> {
  const before = world.snapshot();
  const view = await ask(runbook, request);
  const problem = plainText(view.problem ?? "");
  expect({ outcome: view.outcome, steps: view.steps.length, problem }).toMatchObject({
    outcome: "refused",
    steps: 0,
    problem: expect.stringMatching(/Nothing was changed\.$/),
  });
  expect(problem).not.toMatch(/undefined|\bat .*\.(ts|js)|\[object/);
  expect(world.snapshot()).toEqual(before);
  return view;
}
/** The plan as it would be shown to approvers; nothing is executed. */
async function planOf(runbook: string, request: Json): Promise<RunView> {
  engine = world.engine({
    demand: () => ({ places: [{ group: "S", label: "s", count: 1, forSteps: [], why: "" }], nobody: false }),
  });
  const view = await ask(runbook, request);
  expect({ status: view.status, problem: view.problem }).toEqual({ status: "deciding", problem: undefined });
  return view;
}
const step = (view: RunView, uses: string) => view.steps.find((each) => each.planned.uses === uses)?.planned;

describe("a clone is refused in a sentence", () => {
  test.each<[string, Json, RegExp]>([
    ["an unknown set", { set: "prdo", purpose: "training" }, /no set called "prdo". The nearest: prod/],
    ["an unknown purpose", { set: "prod", purpose: "trainnig" }, /no purpose called "trainnig". The nearest: training/],
    ["an unknown host", { set: "prod", host: "epic-trn-10" }, /no host called "epic-trn-10". The nearest: epic-trn-01/],
    [
      "a production host",
      { set: "prod", host: "epic-prd-02" },
      /epic-prd-02 is a production host: a clone is never mounted there\. Name one of epic-trn-01/,
    ],
    ["a production host, purpose or not", { set: "prod", host: "epic-prd-01", purpose: "training" }, /production host/],
    [
      "a host that is for another set",
      { set: "prod", host: "clarity-rpt-01" },
      /clarity-rpt-01 is meant for clones of clarity, not of prod/,
    ],
    [
      "a purpose that is for another set",
      { set: "clarity", purpose: "training" },
      /meant for clones of prod, not of clarity.*clarity-rpt-01/,
    ],
    [
      "a purpose another host has",
      { set: "prod", host: "epic-tst-01", purpose: "training" },
      /epic-tst-01 is not set up for clones of prod|meant for/,
    ],
    [
      "a night nobody holds",
      { set: "prod", purpose: "training", point: { night: "2026-10-01" } },
      /night of 2026-10-01 is complete on the mirror. The nearest there are: nightly\.2026-10-2\d_0200/,
    ],
    [
      "a night to come",
      { set: "prod", purpose: "training", point: { night: "2027-01-01" } },
      /The nearest there are: nightly\.2026-11-22_0200/,
    ],
    [
      "a snapshot of another name",
      { set: "prod", purpose: "training", point: { snapshot: "weekly.1" } },
      /called "weekly.1"/,
    ],
    [
      "a time before everything",
      { set: "prod", purpose: "training", point: { at: "2020-01-01T00:00:00Z" } },
      /at or before 2020-01-01/,
    ],
    [
      "a safety copy where there is none",
      { set: "prod", purpose: "training", point: { safety: true } },
      /made as a safety copy/,
    ],
    ["a lease that is too long", { set: "prod", purpose: "training", lease: "P31D" }, /30 days at most\. Ask for less/],
    [
      "an end that is too far away",
      { set: "prod", purpose: "training", leaseUntil: "2027-06-01T00:00:00Z" },
      /30 days at most/,
    ],
    [
      "an end that is past",
      { set: "prod", purpose: "training", leaseUntil: "2026-11-01T00:00:00Z" },
      /have ended already/,
    ],
    [
      "a volume the set has not",
      { set: "prod", purpose: "training", only: "epic_jrn" },
      /prod has no volume epic_jrn\. It has epic_prd/,
    ],
    [
      "a name that is none",
      { set: "prod", purpose: "training", as: "a b; rm" },
      /a clone's name is a letter and up to 19/,
    ],
    ["a request of another shape", { set: "prod", purpose: "training", hots: "x" }, /cannot plan this clone/],
  ])("%s", async (_what, request, says) => {
    expect((await refusal("clone", request)).problem).toMatch(says);
  });

  test("several places: they are offered, and nothing is guessed", async () => {
    const view = await refusal("clone", { set: "prod" });
    expect(view.problem).toMatch(
      /^Where should the clone of prod go\? It could be epic-trn-01 \(training\), epic-tst-01 \(testing\)/,
    );
    expect(view.choices.length).toBeGreaterThan(1);
    expect(view.choices[0]).toEqual({
      label: "training on epic-trn-01",
      say: "clone prod for training on epic-trn-01",
    });
    expect(view.choices.map((each) => each.say).join()).not.toContain("epic-prd-0");
  });

  test("the mirror is broken off", async () => {
    await at(cvo).relationships.setState((await relationship()).uuid, "broken_off");
    expect((await refusal("clone", { set: "prod", purpose: "training" })).problem).toMatch(
      /mirror epic_prd_dr on cvo-eastus2 is broken off/,
    );
    expect((await refusal("restore", { set: "prod" })).problem).toMatch(/is broken off/);
    expect((await refusal("clone", { set: "prod", purpose: "training", fresh: true })).problem).toMatch(
      /is broken off/,
    );
  });

  test("the mirror is gone, and a new one has not had its first transfer", async () => {
    await at(cvo).relationships.delete((await relationship()).uuid, "destinationOnly");
    expect((await refusal("clone", { set: "prod", purpose: "training" })).problem).toMatch(
      /prod is not protected: epic_prd_dr is no mirror of anything/,
    );
    expect((await refusal("restore", { set: "prod" })).problem).toMatch(/prod is not protected/);
    await at(cvo).relationships.create({
      sourcePath: "svm_epic:epic_prd",
      destinationPath: "svm_epic_dr:epic_prd_dr",
      policy: "epic_mirror",
    });
    expect((await relationship()).state).toBe("uninitialized");
    expect((await refusal("clone", { set: "prod", purpose: "training" })).problem).toMatch(
      /has never finished its first transfer/,
    );
    expect((await refusal("restore", { set: "prod" })).problem).toMatch(/has never finished its first transfer/);
    // the other set's mirror is none of its business
    expect((await planOf("clone", { set: "clarity", purpose: "reporting" })).steps.length).toBeGreaterThan(0);
  });

  test("the mount point is taken by an earlier clone: its owner is named, and a name or its release is offered", async () => {
    expect((await ask("clone", { set: "prod", purpose: "training" })).outcome).toBe("succeeded");
    const view = await refusal("clone", { set: "prod", purpose: "training" });
    expect(shownText(view.problem ?? "")).toMatch(
      /\/epic\/trn on epic-trn-01 is taken: the clone "training" of prod is mounted there, asked for by @U0REQUESTER\./,
    );
    expect(view.choices).toEqual([
      { label: "A second one", say: "clone prod for training on epic-trn-01 as training2" },
      { label: "Give that one back", say: "release the training clone" },
    ]);
    expect((await ask("clone", { set: "prod", purpose: "training", as: "training2" })).outcome).toBe("succeeded");
    expect(
      world.hosts
        .state()
        .hosts["epic-trn-01"]?.mounts.map((each) => each.mountPoint)
        .sort(),
    ).toEqual(["/epic/trn", "/epic/trn-training2"]);
  });

  test("the volume's name is taken by something that is not ours", async () => {
    await at(cvo).volumes.createClone({
      svm: "svm_epic_dr",
      name: "epic_prd_training",
      parentVolume: "epic_prd_dr",
      parentSnapshot: "nightly.2026-11-21_0200",
      comment: "Ines's own",
    });
    expect((await refusal("clone", { set: "prod", purpose: "training" })).problem).toMatch(
      /A volume epic_prd_training is on cvo-eastus2 already, so the clone needs another name\. Add one, like "as training2"/,
    );
  });
});

describe("a paused mirror", () => {
  beforeEach(async () => {
    expect((await ask("pause-mirror", { set: "prod", reason: "upgrade" })).outcome).toBe("succeeded");
  });
  test("can be cloned as it is, and the card says so", async () => {
    const view = await planOf("clone", { set: "prod", purpose: "training" });
    expect(view.planned?.facts).toContainEqual({
      label: "Mirror",
      text: expect.stringContaining("paused"),
      tone: "warning",
    });
  });
  test("has no fresh data to give: nothing is snapped in production for it", async () => {
    const view = await refusal("clone", { set: "prod", purpose: "training", fresh: true });
    expect(view.problem).toMatch(/paused/);
    expect(view.choices).toContainEqual({ label: "Resume it", say: "resume the prod mirror" });
  });
  test("can take no safety copy: the restore says that there is no way back", async () => {
    const view = await planOf("restore", { set: "prod" });
    expect(view.planned?.plan.warnings).toEqual([expect.stringMatching(/^NO WAY BACK/)]);
    expect(step(view, "safetySnapshot")).toBeUndefined();
    expect(step(view, "holdSafetyCopy")).toBeUndefined();
    expect(step(view, "restoreVolume")?.says).toMatch(/is lost there, for good/);
  });
});

describe("a restore is refused in a sentence", () => {
  test.each<[string, Json, RegExp]>([
    ["an unknown set", { set: "pord" }, /no set called "pord". The nearest: prod/],
    ["a night nobody holds", { set: "prod", point: { night: "2026-10-01" } }, /The nearest there are: nightly/],
    ["a snapshot of SnapMirror's own", { set: "prod", point: { snapshot: "snapmirror.1" } }, /called "snapmirror.1"/],
  ])("%s", async (_what, request, says) => {
    expect((await refusal("restore", request)).problem).toMatch(says);
  });
  test("a host nobody knows is behind a map: it could be writing", async () => {
    const igroup = {
      svm: "svm_epic",
      name: "ig_mystery",
      protocol: "iscsi",
      initiators: ["iqn.1994-05.com.redhat:mystery"],
    } as const;
    await at(ali).igroups.create(igroup);
    await at(ali).lunMaps.create({ svm: "svm_epic", lun: "/vol/epic_prd/data02", igroup: "ig_mystery" });
    expect((await refusal("restore", { set: "prod" })).problem).toMatch(
      /LUNs of prod are mapped to iqn\.1994-05\.com\.redhat:mystery \(igroup ig_mystery\), which is no host I know/,
    );
    // an igroup that sees nothing of the set is nobody's concern
    expect((await planOf("restore", { set: "clarity" })).steps.length).toBeGreaterThan(0);
  });
});

describe("a clone with fresh data", () => {
  test("touches production and moves the mirror, says so, and asks storage", async () => {
    const view = await planOf("clone", { set: "prod", purpose: "training", fresh: true });
    const { plan } = view.planned!;
    expect(plan.warnings).toEqual([
      expect.stringMatching(/takes a snapshot of prod in production and moves its mirror/),
    ]);
    expect(plan.steps.slice(0, 4).map((each) => each.uses)).toEqual([
      "takeSnapshot",
      "updateMirror",
      "findOnMirror",
      "createClone",
    ]);
    const touched = plan.steps.flatMap((each) =>
      each.on.filter(({ as }) => as === "changes").map(({ resource }) => resource.environment),
    );
    expect(touched).toContain("production");
    const asked = demand(world.config.policy, { runbook: "clone", steps: plan.steps, asker: view.asked.by });
    expect(asked.places.map(({ label, count }) => [label, count])).toEqual([["storage-approvers", 1]]);
    expect(asked.places[0]?.forSteps).toEqual(["2-updateMirror"]);
  });

  test("ends with what production held, cloned from the very snapshot that was taken there", async () => {
    const now = world.fabric.write(ali, "svm_epic", "epic_prd");
    const view = await ask("clone", { set: "prod", purpose: "training", fresh: true });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    const name = `sluice-fresh.${view.id}`;
    const [taken] = await at(ali).snapshots.list(await volumeUuid(ali, "epic_prd"), { name });
    const [brought] = await at(cvo).snapshots.list(await volumeUuid(cvo, "epic_prd_dr"), { name });
    expect(brought?.versionUuid).toBe(taken?.versionUuid);
    const [clone] = await at(cvo).volumes.list({ name: "epic_prd_training" });
    expect(clone?.clone?.parentSnapshot).toMatchObject({ name });
    expect(world.fabric.contentOf(cvo, "svm_epic_dr", "epic_prd_training")).toBe(now);
    expect(world.hosts.state().hosts["epic-trn-01"]?.mounts).toMatchObject([{ mountPoint: "/epic/trn", content: now }]);
  });
});

describe("what an update takes from the mirror", () => {
  beforeEach(async () => {
    await safetySnapshots("s1", "s2", "s3", "s4", "s5");
    await update();
    const held = await at(cvo).snapshots.list(await volumeUuid(cvo, "epic_prd_dr"), { label: "sluice-safety" });
    expect(held).toHaveLength(5);
  });

  test("nothing while the mirror has everything", async () => {
    const view = await planOf("update-mirror", { set: "prod" });
    expect(view.steps.map(({ planned }) => [planned.uses, planned.effect])).toEqual([["updateMirror", "change"]]);
  });

  test("each that rotates out is named, the step destroys, there is no way back; and it is what happens", async () => {
    await safetySnapshots("s6", "s7");
    const view = await planOf("update-mirror", { set: "prod" });
    const update = step(view, "updateMirrorLosing");
    expect(update).toMatchObject({ effect: "destroy", undo: { way: "none" } });
    expect(update?.says).toMatch(/it loses s1 \(.*\), s2 \(/);
    expect(update?.says).not.toMatch(/\b(s3|s6)\b/);
    expect(view.planned?.facts.filter((each) => each.label === "Will be lost")).toEqual([
      { label: "Will be lost", text: expect.stringContaining("s1 on epic_prd_dr"), tone: "danger" },
      { label: "Will be lost", text: expect.stringContaining("s2 on epic_prd_dr"), tone: "danger" },
    ]);
    engine = world.engine();
    expect((await ask("update-mirror", { set: "prod" })).outcome).toBe("succeeded");
    const left = await at(cvo).snapshots.list(await volumeUuid(cvo, "epic_prd_dr"), { label: "sluice-safety" });
    expect(left.map((each) => each.name).sort()).toEqual(["s3", "s4", "s5", "s6", "s7"]);
  });

  test.each<[string, Json]>([
    ["clone", { set: "prod", purpose: "training", fresh: true }],
    ["restore", { set: "prod" }],
  ])("%s counts the snapshot it will make itself", async (runbook, request) => {
    const update = step(await planOf(runbook, request), "updateMirrorLosing");
    expect(update).toMatchObject({ effect: "destroy", undo: { way: "none" } });
    expect(update?.says).toMatch(/it loses s1 \(/);
    expect(update?.says).not.toMatch(/\bs2\b/);
  });

  test("what a clone holds is not lost: what is named instead is what goes", async () => {
    await at(cvo).volumes.createClone({
      svm: "svm_epic_dr",
      name: "keeps_s1",
      parentVolume: "epic_prd_dr",
      parentSnapshot: "s1",
      comment: "",
    });
    await safetySnapshots("s6");
    const says = step(await planOf("update-mirror", { set: "prod" }), "updateMirrorLosing")?.says;
    engine = world.engine();
    expect((await ask("update-mirror", { set: "prod" })).outcome).toBe("succeeded");
    const left = await at(cvo).snapshots.list(await volumeUuid(cvo, "epic_prd_dr"), { label: "sluice-safety" });
    const gone = ["s1", "s2", "s3", "s4", "s5", "s6"].filter((name) => left.every((each) => each.name !== name));
    expect(gone).not.toContain("s1");
    expect([...(says ?? "").matchAll(/\b(s\d) \(/g)].map((each) => each[1])).toEqual(gone);
  });
});
