import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { runCard } from "../../src/bot/cards/run.js";
import type { RunView } from "../../src/core/fold.js";
import type { RunId } from "../../src/core/ids.js";
import { plainText } from "../../src/core/said.js";
import { underLease } from "../../src/jobs/guard.js";
import { stoodSteps } from "../../src/runbooks/define.js";
import { failback } from "../../src/runbooks/failback.js";
import type { FailbackRequest } from "../../src/runbooks/failback/request.js";
import { hospital } from "../../sim/worlds/hospital.js";
import { asking } from "../support/asking.js";
import type { TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const array = "ali-ontap-01";
const cloud = "cvo-eastus2";
let world: TestWorld;
let engine: TestEngine;
const ali = () => world.clients.get(array)!;
const cvo = () => world.clients.get(cloud)!;

const { say, done } = asking(() => ({ world, engine }));
const used = (view: RunView): string[] => view.steps.map(({ planned }) => planned.uses);
const mountsOn = (host: string): string[] =>
  (world.hosts.state().hosts[host]?.mounts ?? []).map(({ mountPoint }) => mountPoint);
const standing = (view: RunView): readonly string[] =>
  failback.standing!(stoodSteps(view.steps), view.planned!.plan.request as FailbackRequest);
async function byHand(work: () => Promise<unknown>): Promise<void> {
  const lease = await engine.store.takeLease("rhand" as RunId, 60_000);
  await underLease(engine.store, lease!, 60_000, async () => void (await work()));
  await engine.store.dropLease(lease!);
  world.clock.advance(1_000);
}
/** A write of one cluster that is refused from now on. */
const refuse = (cluster: string, method: string, path: string, body?: string): void =>
  world.fabric.fault(cluster, {
    method,
    path,
    ...(body === undefined ? {} : { body }),
    times: 10_000,
    does: { kind: "error", code: 6619634, message: "The aggregate is too busy." },
  });
/** It is handed to a person, and what was in the way is gone. */
async function handOver(view: RunView): Promise<RunView> {
  expect(view.status).toBe("parked");
  await engine.append(view.id, { type: "finished", outcome: "abandoned" });
  world.fabric.clearFaults();
  return engine.view(view.id);
}
/** Once nothing more is in the way, as people see it. */
const cardOf = (view: RunView): string =>
  JSON.stringify(
    runCard(view, { title: "Fail back prod", now: 0, cardExpiresMinutes: 60, standing: standing(view) }).blocks,
  );
/** The switch of the second plan waits for its votes and is denied. */
async function prepared(): Promise<void> {
  const demand = engine.engine.demand;
  Object.assign(engine.engine, {
    demand: (_plan: unknown, view: RunView) => ({ places: [], nobody: view.asked.parent === undefined }),
  });
  const child = await say("fail back prod");
  await engine.append(child.id, { type: "settled", outcome: "denied", hash: child.planned!.hash });
  Object.assign(engine.engine, { demand });
}
const reverseOf = async () => (await ali().relationships.list({ destinationVolume: "epic_prd" }))[0]!;
async function refusal(): Promise<string> {
  const before = world.snapshot();
  const view = await say("fail back prod");
  expect(view.outcome).toBe("refused");
  expect(world.snapshot()).toEqual(before);
  return plainText(view.problem!);
}

describe("a failback that was left half way", () => {
  beforeAll(async () => {
    world = await startTestWorld();
  });
  beforeEach(() => {
    world.reset();
    engine = world.engine();
  });
  afterAll(() => world.close());

  test("the array follows, its last update failed: the card says what stands where, and asked again only the update is done", async () => {
    await done("fail over prod");
    const written = world.fabric.write(cloud, "svm_epic_dr", "epic_prd_dr");
    refuse(array, "POST", "/transfers");
    const view = await handOver(await say("fail back prod"));
    expect(standing(view)).toEqual([
      "Production: prod runs on its copies, as since the failover. The array is fenced: no host has its LUNs.",
      "epic_prd on ali-ontap-01 (copy epic_prd_dr): follows the copy: read-only, and what it alone had is gone.",
      expect.stringContaining('say "fail back prod": it takes up what stands and does only the rest.'),
    ]);
    for (const sentence of standing(view)) expect(cardOf(view)).toContain(sentence.slice(0, 40));
    const again = await done("fail back prod");
    expect(used(again)).toEqual(["updateReverse"]);
    expect(world.fabric.contentOf(array, "svm_epic", "epic_prd")).toBe(written);
    expect(mountsOn("epic-prd-01")).toContain("/epic/prd");
  });

  test("the mirror back is there and nothing has moved: it is not made again", async () => {
    await done("fail over prod");
    const [{ name: alias } = { name: "" }] = await ali().svmPeers.list({ svm: "svm_epic" });
    await byHand(() =>
      ali().relationships.create({
        sourcePath: `${alias}:epic_prd_dr`,
        sourceCluster: cloud,
        destinationPath: "svm_epic:epic_prd",
        policy: "epic_mirror",
      }),
    );
    const made = await reverseOf();
    expect(made.state).toBe("uninitialized");
    const view = await done("fail back prod");
    expect(used(view)).toEqual(["reverseResync", "updateReverse"]);
    expect(view.steps[0]?.planned.input).toMatchObject({ relationship: made.uuid });
    expect(mountsOn("epic-prd-01")).toContain("/epic/prd");
  });

  test("the mirror back was paused before the switch: production is named, the way on is said, and going on works", async () => {
    await done("fail over prod");
    await prepared();
    const { uuid } = await reverseOf();
    await byHand(() => ali().relationships.setState(uuid, "paused"));
    expect(await refusal()).toBe(
      "The switch of prod back to its array was stopped half way. Production is on epic-dr-01: the copies' LUNs are mapped to ig_epic-dr-01, and the array is fenced. " +
        "epic_prd (copy epic_prd_dr): at home read-only, its mirror back is paused; the copy is broken off. " +
        "Nothing is lost. Let the mirror back go on (snapmirror resume -destination-path svm_epic:epic_prd on ali-ontap-01) and ask again: it goes on from there. Nothing was changed.",
    );
    await byHand(() => ali().relationships.setState(uuid, "snapmirrored"));
    expect(used(await done("fail back prod"))).toEqual(["updateReverse"]);
  });

  test("the mirror back was broken off with the final state at home: production runs nowhere, and nothing is begun", async () => {
    await done("fail over prod");
    await prepared();
    const { uuid } = await reverseOf();
    const [copy] = await cvo().volumes.list({ svm: "svm_epic_dr", name: "epic_prd_dr" });
    world.clock.advance(60_000);
    await byHand(async () => {
      await cvo().snapshots.create(copy!.uuid, { name: "sluice-failback.rother", label: "sluice-safety" });
      for (const map of await cvo().lunMaps.list({ svm: "svm_epic_dr" }))
        if (map.igroup.name === "ig_epic-dr-01") await cvo().lunMaps.delete(map.lun.uuid!, map.igroup.uuid!);
      await ali().transfers.start(uuid);
    });
    world.clock.advance(600_000);
    await byHand(() => ali().relationships.setState(uuid, "paused"));
    await byHand(() => ali().relationships.setState(uuid, "broken_off"));
    expect(await refusal()).toBe(
      "The switch of prod back to its array was stopped half way. Production runs nowhere: the array is fenced, and no host has the copies' LUNs either. " +
        "epic_prd (copy epic_prd_dr): at home writable, its mirror back is broken off, and it has the final state (sluice-failback.rother); the copy is broken off. " +
        "What is left is for a person: nothing has been written on either side since the final state was taken, so start production on one side only, give that side its LUNs, and only then let the other follow it. Nothing was changed.",
    );
  });

  test("production is at home and the copy does not follow it: the card says so, and so does asking again", async () => {
    await done("fail over prod");
    world.clock.advance(60_000);
    refuse(cloud, "PATCH", "/snapmirror/relationships/", "snapmirrored");
    const child = await say("fail back prod");
    expect(child.asked.parent).toBeDefined();
    expect(used(child)).toContain("resyncMirror");
    const view = await handOver(child);
    expect(standing(view)).toEqual([
      "Production: prod is at home again: what was mounted before on epic-prd-01 and epic-prd-02 is mounted there. The copies are behind it from then on.",
      "The array is not fenced any more: its hosts have their LUNs again.",
      "epic_prd on ali-ontap-01: is writable, has the final state, and follows nothing.",
      "epic_prd_dr on cvo-eastus2: is writable and follows nothing (broken off since the failover).",
      "To do: try again here, which does only what is left (epic_prd_dr following again). Until then prod has no mirror that is kept up. Do not fail it over.",
    ]);
    expect(cardOf(view)).toContain("What stands where");
    expect(await refusal()).toMatch(
      /^The switch of prod back to its array was stopped half way\. Production is at home: the array is not fenced, its LUNs are mapped to ig_epicprd, and no host has the copies\. epic_prd \(copy epic_prd_dr\): at home writable, no mirror leads to it, and it has the final state \(sluice-failback\.\S+\); the copy is broken off\. What is left is for a person/,
    );
  });

  test("home, and only the note on the host that is left cannot be removed: the card says that nothing else is to be done", async () => {
    await done("fail over prod");
    engine.hooks.beforeAppend = (_run, entries) => {
      if (entries.some(({ event }) => event.type === "began" && event.step.endsWith("-forgetStopped")))
        world.hosts.fault("epic-dr-01", { kind: "unreachable" });
    };
    const child = await say("fail back prod");
    expect(child.status).toBe("parked");
    engine.hooks.beforeAppend = undefined;
    const said = standing(child);
    expect(said[0]).toBe("Production: prod is at home again, and its copies follow it.");
    expect(said.at(-1)).toBe(
      "To do: nothing for prod. Sluice's note of what it had stopped is left on epic-dr-01, epic-prd-01 and epic-prd-02 (in /var/lib/sluice) and harms nobody; trying again here removes it.",
    );
    world.hosts.clearFaults();
    await engine.append(child.id, {
      type: "triedAgain",
      step: child.steps.find(({ phase }) => phase === "failed")!.planned.id,
    });
    expect((await engine.drive(child.id)).outcome).toBe("succeeded");
  });

  test("somebody else's mirror onto the array's volume is no failback of ours", async () => {
    await done("fail over prod");
    const [{ name: alias } = { name: "" }] = await ali().svmPeers.list({ svm: "svm_epic" });
    await byHand(() =>
      ali().relationships.create({
        sourcePath: `${alias}:clarity_prd_dr`,
        sourceCluster: cloud,
        destinationPath: "svm_epic:epic_prd",
        policy: "epic_mirror",
      }),
    );
    expect(await refusal()).toMatch(
      /epic_prd on ali-ontap-01 is a mirror of \S+:clarity_prd_dr already.*A person has to look first/,
    );
  });
});

test("of twelve volumes some follow already: the others' unsent data is still said to be lost, and only they are set back", async () => {
  world = await startTestWorld({}, hospital);
  try {
    engine = world.engine();
    world.fabric.fault(array, { condition: "unreachable" });
    await done("fail over prod");
    world.fabric.clearFaults();
    await done("fence prod");
    let made = 0;
    engine.hooks.beforeAppend = (_run, entries) => {
      for (const { event } of entries)
        if (event.type === "began" && /-reverseResync$/.test(event.step) && (made += 1) === 5)
          refuse(array, "PATCH", "/snapmirror/relationships/", "snapmirrored");
    };
    const stopped = await say("fail back prod");
    engine.hooks.beforeAppend = undefined;
    const said = standing(stopped).join("\n");
    expect(said).toMatch(/follows the copy: read-only, and what it alone had is gone\./);
    expect(said).toMatch(/has a mirror back over which nothing has moved/);
    expect(said).toMatch(/as the failover left it, and follows nothing\./);
    expect(said.match(/_dr\)/g)).toHaveLength(12);
    await handOver(stopped);
    const again = await done("fail back prod");
    const count = (uses: string): number => used(again).filter((each) => each === uses).length;
    expect(["createReverse", "reverseResync", "updateReverse"].map(count)).toEqual([7, 8, 12]);
    expect(again.planned!.plan.warnings.join()).toMatch(/LOST: what was written on ali-ontap-01/);
    expect(mountsOn("epic-prd-01")).toEqual(expect.arrayContaining(["/epic/prd/db", "/epic/prd/jrn", "/epic/prd/app"]));
  } finally {
    await world.close();
  }
});
