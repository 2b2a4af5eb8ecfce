import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunView } from "../../src/core/fold.js";
import type { Json } from "../../src/core/json.js";
import { plainText } from "../../src/core/said.js";
import { createOntap, type OntapClient } from "../../src/ontap/index.js";
import { snapshot } from "../../src/runbooks/snapshot.js";
import { simCa } from "../../sim/kit/tls.js";
import { withProfile } from "../../sim/ontap/index.js";
import { epic } from "../../sim/worlds/epic.js";
import { hospital } from "../../sim/worlds/hospital.js";
import type { TestEngine } from "../support/engine.js";
import { driveWithPerson } from "../support/person.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const ali = "ali-ontap-01";
const prd = "epic-prd-01";
const approval = {
  kind: "error",
  code: 262325,
  message: "… multi-admin-verify request (index 7) requires approval.",
} as const;
let world: TestWorld;
let engine: TestEngine;

const ask = async (request: Json): Promise<RunView> => engine.drive(await engine.ask("snapshot", request));
const says = (view: RunView): string => plainText(view.problem ?? "");
const closing = (view: RunView): string =>
  snapshot.closing!(
    view.steps.map(({ planned, output }) => ({ uses: planned.uses, input: planned.input, output: output ?? null })),
  ).sentences.join(" ");
async function snapshotsOf(volume: string) {
  const array = world.clients.get(ali)!;
  const [found] = await array.volumes.list({ name: volume });
  return array.snapshots.list(found!.uuid);
}
const newest = async (volume: string) => (await snapshotsOf(volume)).find((each) => each.comment.startsWith("Sluice"));
/** Exit 5: suspended; 3: it runs. */
const status = async (): Promise<number> =>
  (await world.hosts.run(prd, `iris session EPICPRD -U%SYS '##class(Backup.General).IsWDSuspendedExt()'`)).exitCode;
async function refusal(request: Json): Promise<RunView> {
  const before = world.snapshot();
  const view = await ask(request);
  expect({ outcome: view.outcome, steps: view.steps.length, says: says(view) }).toMatchObject({
    outcome: "refused",
    steps: 0,
    says: expect.stringMatching(/Nothing was changed\.$/),
  });
  expect(world.snapshot()).toEqual(before);
  return view;
}
const choices = (view: RunView): unknown => view.choices;
/** Somebody else who works on the array: the storage team with its own login. */
async function asStorage<T>(work: (array: OntapClient) => Promise<T>): Promise<T> {
  const { url } = world.config.clusters.find((each) => each.name === ali)!;
  const ca = (await simCa()).certPem;
  const client = createOntap({
    cluster: ali,
    url,
    ca,
    login: { user: "admin", password: "netapp1!" },
    clock: world.clock,
  });
  return work(client).finally(() => client.close());
}

describe("a snapshot of one volume", () => {
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("is taken while IRIS is frozen, says that it is consistent, and IRIS runs again", async () => {
    const view = await ask({ set: "prod" });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    expect(view.steps.map(({ planned }) => planned.uses)).toEqual([
      "freezeHost",
      "takeSnapshot",
      "thawHost",
      "markConsistency",
    ]);
    expect(await newest("epic_prd")).toMatchObject({
      name: `sluice.2026-11-22_1400.${view.id}`,
      label: "sluice-manual",
      comment: `Sluice sluice-${view.id}: application-consistent (IRIS EPICPRD frozen)`,
    });
    expect(closing(view)).toMatch(/application-consistent: the freeze lasted/);
    expect(await status()).toBe(3);
  });

  test("that waited too long says so: crash-consistent, and IRIS was let go by its host", async () => {
    world.fabric.fault(ali, { method: "POST", nth: 1, times: 1, does: approval });
    const held = await ask({ set: "prod" });
    expect(held.status).toBe("held");
    expect(await status()).toBe(5);
    world.clock.advance(5 * 60_000);
    // nobody came back, and yet
    expect(await status()).toBe(3);
    await engine.append(held.id, { type: "triedAgain", step: "2-takeSnapshot" });
    const view = await engine.drive(held.id);
    expect(view.outcome).toBe("succeeded");
    expect((await newest("epic_prd"))?.comment).toMatch(/: crash-consistent \(the freeze ended before/);
    expect(closing(view)).toMatch(/crash-consistent only, and its comment says so/);
  });

  test("until it is known how it went, its comment does not claim anything", async () => {
    world.scripts.fault = { nth: 2, kind: "rejected" };
    world.fabric.fault(ali, { method: "DELETE", nth: 1, times: 9, does: { kind: "error", code: 1, message: "no" } });
    const view = await ask({ set: "prod" });
    expect(view.status).toBe("parked");
    expect((await newest("epic_prd"))?.comment).toMatch(/: frozen, not confirmed yet$/);
  });

  test("that failed leaves IRIS running and no timer", async () => {
    const before = world.snapshot();
    world.fabric.fault(ali, {
      method: "POST",
      nth: 1,
      times: 1,
      does: { kind: "error", code: 525062, message: "full" },
    });
    const view = await ask({ set: "prod" });
    expect(view.outcome).toBe("undone");
    expect(world.snapshot()).toEqual(before);
    expect(await status()).toBe(3);
  });

  test("without freezing is crash-consistent and touches no host", async () => {
    const view = await ask({ set: "prod", unfrozen: true });
    expect(view.outcome).toBe("succeeded");
    expect(world.scripts.started).toBe(0);
    expect((await newest("epic_prd"))?.comment).toMatch(/: crash-consistent$/);
    expect(closing(view)).toMatch(/crash-consistent\.$/);
  });

  test("of a set nothing is said about freezing of is crash-consistent, and says so", async () => {
    const view = await ask({ set: "clarity" });
    expect(view.outcome).toBe("succeeded");
    expect(view.planned?.facts.map(({ text }) => plainText(text)).join("\n")).toMatch(/no way to freeze/);
    expect((await newest("clarity_prd"))?.comment).toMatch(/: crash-consistent$/);
  });

  test("with a label of the mirror's policy goes to the mirror; any other word is its name", async () => {
    const daily = await ask({ set: "clarity", label: "daily" });
    expect(daily.planned?.facts.map(({ text }) => plainText(text)).join("\n")).toMatch(
      /goes to cvo-eastus2 .* keeps 30/,
    );
    expect(await newest("clarity_prd")).toMatchObject({ label: "daily", name: expect.stringMatching(/^sluice\./) });
    await ask({ set: "prod", label: "before-upgrade", unfrozen: true });
    expect(await newest("epic_prd")).toMatchObject({ label: "sluice-manual", name: "before-upgrade" });
  });

  test("adopted are those of other tools, by the patterns of the configuration, and nothing else", async () => {
    const array = world.clients.get(ali)!;
    const [volume] = await array.volumes.list({ name: "epic_prd" });
    await asStorage(async (storage) => {
      await storage.snapshots.create(volume!.uuid, { name: "azacsnap__full.1" });
      await storage.snapshots.create(volume!.uuid, { name: "azacsnap__full.2", label: "weekly" });
      await storage.snapshots.create(volume!.uuid, { name: "other.1" });
    });
    const view = await ask({ set: "prod", adopt: true });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    const labels = Object.fromEntries(
      (await array.snapshots.list(volume!.uuid)).map((each) => [each.name, each.label]),
    );
    expect(labels).toMatchObject({ "azacsnap__full.1": "daily", "azacsnap__full.2": "weekly" });
    expect(labels["other.1"]).toBeUndefined();
    expect(says(await refusal({ set: "prod", adopt: true }))).toMatch(/No snapshot of prod waits to be adopted/);
  });

  test.each<[string, Json, RegExp]>([
    ["an unknown set", { set: "prdo" }, /no set called "prdo"/],
    ["a name that is taken", { set: "prod", label: "nightly.2026-11-22_0200" }, /has a snapshot named nightly/],
    ["a name of SnapMirror's", { set: "prod", label: "snapmirror.x" }, /cannot be named "snapmirror.x"/],
    ["the label of safety copies", { set: "prod", label: "sluice-safety" }, /for copies a restore can be undone from/],
  ])("is refused for %s", async (_name, request, why) => {
    expect(says(await refusal(request))).toMatch(why);
  });

  test("where the login may write none, a person takes it, without freezing, and deletes it, each with the exact text", async () => {
    const clusters = world.config.clusters.map((each) => ({ ...each, handOff: ["snapshots" as const] }));
    engine = world.engine({ inventory: { ...world.config, clusters } });
    const held = await engine.drive(await engine.ask("snapshot", { set: "prod", label: "before-upgrade" }));
    expect(held.steps.map(({ planned }) => planned.uses)).toEqual(["takeSnapshot"]);
    const text = JSON.stringify(held.steps[0]?.held?.detail);
    expect(text).toContain("volume snapshot create -vserver svm_epic -volume epic_prd -snapshot before-upgrade");
    expect(text).toContain("POST /api/storage/volumes/{uuid}/snapshots");
    expect((await driveWithPerson(world, engine, held.id)).outcome).toBe("succeeded");
    const gone = await engine.ask("delete-snapshot", { set: "prod", snapshot: "before-upgrade" });
    expect(JSON.stringify((await engine.drive(gone)).steps[0]?.held?.detail)).toContain(
      "volume snapshot delete -vserver svm_epic -volume epic_prd -snapshot before-upgrade",
    );
    expect((await driveWithPerson(world, engine, gone)).outcome).toBe("succeeded");
  });

  test("is refused where the application is mounted nowhere, with a way to go on", async () => {
    await world.hosts.run(prd, "pcs resource disable grp_epicprd --wait; umount /epic/prd");
    const view = await refusal({ set: "prod" });
    expect(says(view)).toMatch(/\/epic\/prd is mounted on none of epic-prd-01 and epic-prd-02/);
    expect(choices(view)).toEqual([{ label: "Without freezing", say: "snapshot prod without freezing" }]);
  });

  test("is refused where the host cannot be looked at, with a way to go on", async () => {
    for (const host of [prd, "epic-prd-02"]) world.hosts.fault(host, { kind: "unreachable" });
    const view = await refusal({ set: "prod" });
    expect(says(view)).toMatch(/cannot look at epic-prd-01 and epic-prd-02 to freeze .* does not answer/);
    expect(choices(view)).toHaveLength(1);
  });

  test("is stopped, with nothing changed, where somebody else has frozen the application", async () => {
    await world.hosts.run(prd, `iris session EPICPRD -U%SYS '##class(Backup.General).ExternalFreeze()'`);
    const before = world.snapshot();
    const view = await ask({ set: "prod" });
    expect(view.outcome).toBe("undone");
    expect(says(view)).toMatch(/frozen already, by somebody else/);
    expect(world.snapshot()).toEqual(before);
  });
});

describe("a snapshot of twelve volumes in one consistency group", () => {
  beforeAll(async () => {
    world = await startTestWorld({}, hospital);
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());
  const volumes = () => world.config.sets[0]!.members.map(({ source }) => source.volume);
  const writes = () =>
    world.fabric
      .calls(ali)
      .filter((call) => call.method !== "GET")
      .map((call) => `${call.method} ${call.path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "U")}`);

  test("is one, begun and committed, on all of them", async () => {
    const view = await ask({ set: "prod" });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    expect(writes().slice(0, 2)).toEqual([
      expect.stringMatching(/^POST .*consistency-groups\/U\/snapshots\?.*action=start&action_timeout=10/),
      expect.stringMatching(/^PATCH .*consistency-groups\/U\/snapshots\/U\?.*action=commit/),
    ]);
    for (const volume of volumes())
      expect([volume, (await newest(volume))?.comment]).toEqual([
        volume,
        expect.stringMatching(/: application-consistent/),
      ]);
  });

  test.each(["before", "after"] as const)(
    "a reply lost %s the start or the commit is no second snapshot",
    async (when) => {
      for (const method of ["POST", "PATCH"]) {
        world.reset();
        engine = world.engine();
        world.fabric.fault(ali, { method, nth: 1, times: 1, when, does: { kind: "reset" } });
        const view = await ask({ set: "prod", unfrozen: true });
        expect([method, view.outcome]).toEqual([method, "succeeded"]);
        expect((await snapshotsOf("epic_prd_db01")).filter((each) => each.comment.startsWith("Sluice"))).toHaveLength(
          1,
        );
      }
    },
  );

  const tooLate = (times: number) =>
    world.fabric.fault(ali, {
      method: "PATCH",
      nth: 1,
      times,
      does: {
        kind: "error",
        code: 53411925,
        message: "The snapshot was not started, or the time to commit it is over.",
      },
    });

  test("a commit that comes too late is begun anew, both phases, and is one snapshot", async () => {
    tooLate(1);
    const view = await ask({ set: "prod" });
    expect(view.outcome).toBe("succeeded");
    for (const volume of volumes())
      expect((await snapshotsOf(volume)).filter((each) => each.comment.startsWith("Sluice"))).toHaveLength(1);
  });

  test("one that always comes too late takes nothing, and the application runs", async () => {
    const before = world.snapshot();
    tooLate(1_000_000);
    const view = await ask({ set: "prod" });
    expect(view.outcome).toBe("undone");
    world.clock.advance(11_000);
    expect(world.snapshot()).toEqual(before);
  });

  test("one that is in no group is refused unfrozen, and taken frozen", async () => {
    const array = world.clients.get(ali)!;
    const [group] = await array.consistencyGroups.list({});
    await asStorage((storage) => storage.consistencyGroups.delete(group!.uuid));
    const view = await refusal({ set: "prod", unfrozen: true });
    expect(says(view)).toMatch(/12 volumes of prod are in no consistency group.* torn/);
    expect(choices(view)).toEqual([{ label: "Freeze it", say: "snapshot prod" }]);
    const before = world.snapshot();
    world.fabric.fault(ali, {
      method: "POST",
      nth: 5,
      times: 1,
      does: { kind: "error", code: 525062, message: "full" },
    });
    expect((await ask({ set: "prod" })).outcome).toBe("undone");
    expect(world.snapshot()).toEqual(before);
    const taken = await ask({ set: "prod" });
    expect(taken.outcome).toBe("succeeded");
    for (const volume of volumes()) expect((await newest(volume))?.comment).toMatch(/application-consistent/);
  });
});

test("an older release without the two phases takes it in one", async () => {
  world = await startTestWorld({}, withProfile(hospital, { cluster: ali, release: "9.10.1" }));
  try {
    engine = world.engine();
    const view = await ask({ set: "prod", unfrozen: true });
    expect({ outcome: view.outcome, problem: view.problem }).toEqual({ outcome: "succeeded", problem: undefined });
    expect(world.fabric.calls(ali).some((call) => call.path.includes("action=start"))).toBe(false);
  } finally {
    await world.close();
  }
});
test("the demo world's hosts and their instance", () => {
  expect(epic.hosts.filter((each) => each.iris).map((each) => each.name)).toEqual([prd, "epic-prd-02"]);
});
