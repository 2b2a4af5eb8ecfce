import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { recallFailover } from "../../src/core/failover-note.js";
import type { RunView } from "../../src/core/fold.js";
import type { RunId } from "../../src/core/ids.js";
import { plainText } from "../../src/core/said.js";
import { underLease } from "../../src/jobs/guard.js";
import { failback } from "../../src/runbooks/failback.js";
import { hospital } from "../../sim/worlds/hospital.js";
import { epic } from "../../sim/worlds/epic.js";
import type { World } from "../../sim/worlds/index.js";
import { asking } from "../support/asking.js";
import type { TestEngine } from "../support/engine.js";
import { readSentence } from "../support/sentence.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

let world: TestWorld;
let engine: TestEngine;

const { say, done } = asking(() => ({ world, engine }));
const factsOf = (view: RunView): string =>
  [
    ...(view.planned?.facts ?? []).map(({ label, text }) => `${label}: ${plainText(text)}`),
    ...(view.planned?.plan.warnings ?? []),
  ].join("\n");
const used = (view: RunView): string[] => view.steps.map(({ planned }) => planned.uses);
const mountsOn = (host: string): Record<string, string | null> =>
  Object.fromEntries((world.hosts.state().hosts[host]?.mounts ?? []).map((each) => [each.mountPoint, each.content]));
/** What lies in Sluice's folder on the hosts beside the scripts' own records. */
async function notesOn(...hosts: readonly string[]): Promise<string> {
  const listed = await Promise.all(hosts.map((host) => world.hosts.run(host, "ls /var/lib/sluice | grep -v 'json$'")));
  return listed.map(({ stdout }) => stdout).join("");
}
const remembered = () => recallFailover({ recall: (name) => engine.store.note(name) }, "prod");
const childOf = (view: RunView): Promise<RunView> => engine.view(view.child!.id);
const closingOf = (view: RunView): string =>
  failback.closing!(
    view.steps.map(({ planned, output }) => ({ uses: planned.uses, input: planned.input, output: output ?? null })),
  ).sentences.join("\n");
const cvo = () => world.clients.get("cvo-eastus2")!;
const ali = () => world.clients.get("ali-ontap-01")!;
async function byHand(work: () => Promise<unknown>): Promise<void> {
  const lease = await engine.store.takeLease("rhand" as RunId, 60_000);
  await underLease(engine.store, lease!, 60_000, async () => void (await work()));
  await engine.store.dropLease(lease!);
  world.clock.advance(1_000);
}
const kill = (): void => world.fabric.fault("ali-ontap-01", { condition: "unreachable" });

/** As it was, but for snapshots that say whose they are, and what every mount leaves in a mirror of it. */
const comparable = (): unknown =>
  JSON.parse(JSON.stringify(world.snapshot()), (key, value: unknown) => {
    if (key === "dirty") return undefined;
    if (key === "snapshots" && Array.isArray(value))
      return value.filter((each) => !JSON.stringify(each).includes("sluice-"));
    return value;
  }) as unknown;

describe("one volume", () => {
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("failed over and back with nothing written, everything is as it was, but for two named snapshots", async () => {
    const before = comparable();
    await done("fail over prod");
    expect(await notesOn("epic-prd-01")).toMatch(/^sluice_\w+\.quiesced$/m);
    await done("fail back prod and start the application");
    expect(comparable()).toEqual(before);
    expect(await notesOn("epic-dr-01", "epic-prd-01", "epic-prd-02")).toBe("");
    expect(await remembered()).toBeUndefined();
    const [home] = await ali().volumes.list({ svm: "svm_epic", name: "epic_prd" });
    const names = (await ali().snapshots.list(home!.uuid)).map(({ name }) => name);
    expect(names.filter((name) => name.startsWith("sluice-"))).toEqual([
      expect.stringMatching(/^sluice-failover\./),
      expect.stringMatching(/^sluice-failback\./),
    ]);
  });

  test("what is written on the copy comes home, in two plans with votes of their own, and the mirror follows again", async () => {
    await done("fail over prod");
    const first = world.fabric.write("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    expect(mountsOn("epic-dr-01")).toEqual({ "/epic/prd": first });
    const view = await done("fail back prod");
    const child = await childOf(view);
    expect(used(view)).toEqual(["createReverse", "reverseResync", "updateReverse"]);
    expect(view.planned?.plan.then).toMatchObject({ runbook: "failback", request: { set: "prod", switch: true } });
    expect(child.asked.parent).toBe(view.id);
    expect(factsOf(view)).not.toContain("Never sent");
    expect(mountsOn("epic-prd-01")).toMatchObject({ "/epic/prd": first });
    expect(mountsOn("epic-dr-01")).toEqual({});
    const [mirror, ...more] = await cvo().relationships.list({ destinationVolume: "epic_prd_dr" });
    expect(more).toEqual([]);
    expect(mirror).toMatchObject({ state: "snapmirrored", healthy: true });
    expect(await ali().relationships.list({})).toEqual([]);
    expect(await cvo().relationships.listDestinations({})).toEqual([]);
    for (const [client, svm, volume] of [
      [ali(), "svm_epic", "epic_prd"],
      [cvo(), "svm_epic_dr", "epic_prd_dr"],
    ] as const) {
      const [found] = await client.volumes.list({ svm, name: volume });
      const own = (await client.snapshots.list(found!.uuid)).filter(({ name }) => name.startsWith("snapmirror."));
      expect(own).toHaveLength(1);
    }
    expect(closingOf(child)).toContain("prod is at home again");
    expect(closingOf(child)).toContain("the application is stopped");
    // the mirror goes on by its schedule
    const next = world.fabric.write("ali-ontap-01", "svm_epic", "epic_prd");
    world.clock.advance(16 * 60_000);
    expect(world.fabric.contentOf("cvo-eastus2", "svm_epic_dr", "epic_prd_dr")).toBe(next);
  });

  test("what is written between the two plans comes home too", async () => {
    await done("fail over prod");
    const votes = engine.engine.demand;
    Object.assign(engine.engine, { demand: () => ({ places: [], nobody: false }) });
    const { runbook, request } = readSentence(world, "fail back prod");
    const run = await engine.ask(runbook, request);
    const asked = await engine.drive(run);
    await engine.append(run, { type: "settled", outcome: "granted", hash: asked.planned!.hash });
    const child = await engine.drive(run);
    expect(child.asked.parent).toBe(run);
    expect(child.status).toBe("deciding");
    const late = world.fabric.write("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    Object.assign(engine.engine, { demand: votes });
    await engine.append(child.id, { type: "settled", outcome: "granted", hash: child.planned!.hash });
    expect((await engine.drive(run)).outcome).toBe("succeeded");
    expect(mountsOn("epic-prd-01")).toMatchObject({ "/epic/prd": late });
  });

  test("a switch that nobody approved can be asked for again: the array has caught up already", async () => {
    await done("fail over prod");
    Object.assign(engine.engine, {
      demand: (_plan: unknown, view: RunView) => ({ places: [], nobody: view.asked.parent === undefined }),
    });
    const child = await say("fail back prod");
    expect(child.status).toBe("deciding");
    await engine.append(child.id, { type: "settled", outcome: "denied", hash: child.planned!.hash });
    Object.assign(engine.engine, { demand: () => ({ places: [], nobody: true }) });
    const last = world.fabric.write("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    const view = await done("fail back prod");
    expect(used(view)).toEqual(["updateReverse"]);
    expect(mountsOn("epic-prd-01")).toMatchObject({ "/epic/prd": last });
  });

  test("after a failover without the array: what it never sent is named as lost where no copy of it can be made, with from when to when", async () => {
    world.fabric.write("ali-ontap-01", "svm_epic", "epic_prd");
    kill();
    await done("fail over prod");
    const written = world.fabric.write("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    world.fabric.clearFaults();
    await done("fence prod");
    const view = await done("fail back prod");
    expect(factsOf(view)).toMatch(
      /LOST: what was written on ali-ontap-01 between .* and .*, when it was fenced \(.*\) was never sent, and goes for good: the login on ali-ontap-01 may not see whether there is room/,
    );
    expect(view.steps.find(({ planned }) => planned.uses === "reverseResync")?.planned).toMatchObject({
      effect: "destroy",
      undo: { way: "none" },
    });
    expect(mountsOn("epic-prd-01")).toMatchObject({ "/epic/prd": written });
  });

  test("open files on the host that took over hold the switch up, are named, and nothing is changed by it", async () => {
    await done("fail over prod");
    world.hosts.openFile("epic-dr-01", "/epic/prd/x.dat", { command: "vim", user: "dana" });
    const child = await say("fail back prod");
    expect(child.outcome).toBe("undone");
    expect(plainText(child.problem!)).toContain("/epic/prd is in use by vim");
    expect(mountsOn("epic-dr-01")).toHaveProperty("/epic/prd");
    expect(await remembered()).toBeDefined();
    world.hosts.closeFile("epic-dr-01", "/epic/prd/x.dat");
    await done("fail back prod");
  });

  test("a failover that is taken back leaves no note of what it had stopped", async () => {
    const before = comparable();
    const does = { kind: "error", code: 6619634, message: "The aggregate is too busy." } as const;
    world.fabric.fault("ali-ontap-01", { method: "POST", path: "/snapshots", times: 10_000, does });
    const view = await say("fail over prod");
    world.fabric.clearFaults();
    expect(view.outcome).toBe("undone");
    expect(
      view.steps.filter(({ planned, phase }) => planned.uses === "quiesceHost" && phase === "undone"),
    ).toHaveLength(2);
    expect(comparable()).toEqual(before);
    expect(await notesOn("epic-prd-01", "epic-prd-02")).toBe("");
  });

  describe("is refused", () => {
    test("where nothing is failed over", async () => {
      const view = await say("fail back prod");
      expect(plainText(view.problem!)).toBe(
        "prod is not failed over: the mirror epic_prd_dr on cvo-eastus2 is snapmirrored. Nothing was changed.",
      );
    });
    test("where somebody broke the mirror by hand", async () => {
      const [mirror] = await cvo().relationships.list({ destinationVolume: "epic_prd_dr" });
      await byHand(() => cvo().relationships.setState(mirror!.uuid, "broken_off"));
      expect(plainText((await say("fail back prod")).problem!)).toContain("not by a failover of mine");
    });
    test("while the array is not fenced, with fencing as a button", async () => {
      await done("fail over prod unplanned");
      const view = await say("fail back prod");
      expect(view.choices).toEqual([{ label: "Fence it", say: "fence prod" }]);
    });
    test("while the array does not answer: production runs on where it is", async () => {
      await done("fail over prod");
      kill();
      expect(plainText((await say("fail back prod")).problem!)).toBe(
        "ali-ontap-01 does not answer, so prod cannot be taken home now. prod runs on as it does. Nothing was changed.",
      );
    });
    test("with no snapshot in common, naming what would have to be done", async () => {
      await done("fail over prod");
      const [home] = await ali().volumes.list({ svm: "svm_epic", name: "epic_prd" });
      const [copy] = await cvo().volumes.list({ svm: "svm_epic_dr", name: "epic_prd_dr" });
      const there = new Set((await cvo().snapshots.list(copy!.uuid)).map(({ versionUuid }) => versionUuid));
      await byHand(async () => {
        for (const { uuid } of await ali().relationships.listDestinations({ sourceVolume: "epic_prd" }))
          await ali().relationships.delete(uuid, "sourceOnly");
        for (const each of await ali().snapshots.list(home!.uuid))
          if (there.has(each.versionUuid)) await ali().snapshots.delete(home!.uuid, each.uuid);
      });
      const view = await say("fail back prod");
      expect(plainText(view.problem!)).toMatch(/no snapshot in common, so only a baseline/);
    });
    test("where a clone on the array lives on something newer than the copy has", async () => {
      await done("fail over prod unplanned");
      await done("fence prod");
      const [home] = await ali().volumes.list({ svm: "svm_epic", name: "epic_prd" });
      await byHand(() => ali().snapshots.create(home!.uuid, { name: "before-the-upgrade" }));
      await byHand(() =>
        ali().volumes.createClone({
          svm: "svm_epic",
          name: "dba_copy",
          parentVolume: "epic_prd",
          parentSnapshot: "before-the-upgrade",
          comment: "somebody's",
        }),
      );
      expect(plainText((await say("fail back prod")).problem!)).toContain("dba_copy (of before-the-upgrade)");
    });
    test("where the array's LUNs were mapped again behind its back", async () => {
      await done("fail over prod");
      await byHand(() => ali().lunMaps.create({ svm: "svm_epic", lun: "/vol/epic_prd/data00", igroup: "ig_epicprd" }));
      expect(plainText((await say("fail back prod")).problem!)).toContain(
        "/vol/epic_prd/data00 on ali-ontap-01 is mapped to ig_epicprd again",
      );
    });
    test("the switch, while a production host does not answer or still holds old blocks", async () => {
      await done("fail over prod");
      await world.hosts.setPower("epic-prd-02", "off");
      const child = await say("fail back prod");
      expect(child.outcome).toBe("refused");
      expect(plainText(child.problem!)).toContain("epic-prd-02 does not answer");
      await world.hosts.setPower("epic-prd-02", "on");
      await done("fail back prod");
    });
  });
});

describe("where the array's login sees its aggregates", () => {
  const seeing: World = {
    ...epic,
    clusters: epic.clusters.map((cluster) => ({
      ...cluster,
      logins: cluster.logins.map((login) =>
        login.user === "sluice" ? { ...login, role: "admin", svm: undefined } : login,
      ),
    })) as World["clusters"],
  };
  beforeAll(async () => {
    world = await startTestWorld({}, seeing);
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("what was never sent is held as a volume of its own before it is discarded, and outlives the whole way back", async () => {
    const unsent = world.fabric.write("ali-ontap-01", "svm_epic", "epic_prd");
    await done("fail over prod unplanned");
    await done("fence prod");
    const written = world.fabric.write("cvo-eastus2", "svm_epic_dr", "epic_prd_dr");
    const view = await done("fail back prod");
    expect(factsOf(view)).toMatch(
      /Never sent: what ali-ontap-01 wrote between .* is in no copy: it is held there as a volume of its own until/,
    );
    expect(used(view).slice(0, 3)).toEqual(["tailSnapshot", "holdTail", "splitTail"]);
    const volume = `sluice_tail_epic_prd_${view.id}`;
    expect(world.fabric.contentOf("ali-ontap-01", "svm_epic", volume)).toBe(unsent);
    const [tail] = await ali().volumes.list({ svm: "svm_epic", name: volume });
    expect(tail?.clone).toBeUndefined();
    expect(mountsOn("epic-prd-01")).toMatchObject({ "/epic/prd": written });
    expect(closingOf(view)).toContain(`What was never sent is held by ${volume} on ali-ontap-01 until`);
  });
});

test("twelve volumes in three groups go there and back", async () => {
  world = await startTestWorld({}, hospital);
  try {
    engine = world.engine();
    const before = comparable();
    kill();
    await done("fail over prod");
    world.fabric.clearFaults();
    await done("fence prod");
    const written = Object.fromEntries(
      ["db01", "jrn01", "app01"].map((part) => [
        part,
        world.fabric.write("cvo-eastus2", "svm_epic_dr", `epic_prd_${part}_dr`),
      ]),
    );
    await done("fail back prod and start the application");
    expect(mountsOn("epic-prd-01")).toMatchObject({
      "/epic/prd/db": written["db01"],
      "/epic/prd/jrn": written["jrn01"],
      "/epic/prd/app": written["app01"],
    });
    const shape = (snapshot: unknown): string =>
      JSON.stringify((snapshot as { hosts: unknown }).hosts).replace(/c-[0-9a-f]{16}/g, "c");
    expect(shape(comparable())).toBe(shape(before));
    expect(await notesOn("epic-dr-01", "epic-prd-01", "epic-prd-02")).toBe("");
  } finally {
    await world.close();
  }
});
