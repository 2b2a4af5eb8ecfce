import { afterAll, beforeAll, beforeEach, expect, test } from "@jest/globals";
import { demand } from "../../src/approvals/index.js";
import type { Answer } from "../../src/core/answer.js";
import { recallFailover } from "../../src/core/failover-note.js";
import { fold, type RunView } from "../../src/core/fold.js";
import { round, type RoundsTools } from "../../src/jobs/rounds.js";
import { shownText } from "../support/answers.js";
import { silent, type TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const MINUTE = 60_000;
let world: TestWorld;
let engine: TestEngine;
let tools: RoundsTools;
let digests: Answer[];
beforeAll(async () => {
  world = await startTestWorld();
});
beforeEach(() => {
  world.reset();
  engine = world.engine({
    demand: (plan, view) =>
      demand(world.config.policy, { runbook: plan.runbook, steps: plan.steps, asker: view.asked.by }),
  });
  digests = [];
  const announcer = { ...silent, digest: async (_channel: string, answer: Answer) => void digests.push(answer) };
  tools = { ...engine.engine, announcer, config: world.config };
});
afterAll(() => world.close());

async function failOver(request: object): Promise<RunView> {
  const run = await engine.ask("failover", { set: "prod", ...request });
  const { status, planned } = await engine.drive(run);
  expect(status).toBe("deciding");
  await engine.append(run, { type: "settled", outcome: "granted", hash: planned!.hash });
  const view = await engine.drive(run);
  expect(view.outcome).toBe("succeeded");
  engine.woken.splice(0);
  return view;
}
/** What the round woke, driven to its rest. */
async function fencing(): Promise<RunView[]> {
  await round("fencing", tools);
  const views: RunView[] = [];
  for (const run of engine.woken.splice(0)) views.push(await engine.drive(run));
  return views;
}
const remembered = () => recallFailover({ recall: (name) => engine.store.note(name) }, "prod");
async function digest(): Promise<string> {
  world.clock.advance(24 * 60 * MINUTE);
  await round("digest", tools);
  const parts = digests.at(-1)!.parts.flatMap((part) => (part.kind === "text" ? [shownText(part.text)] : []));
  return parts.join("\n");
}
const prodMaps = async () =>
  (await world.clients.get("ali-ontap-01")!.lunMaps.list({ svm: "svm_epic" })).filter((map) =>
    map.lun.name?.startsWith("/vol/epic_prd/"),
  );
const mounts = (host: string) => world.hosts.state().hosts[host]?.mounts.map(({ mountPoint }) => mountPoint);

test("a dead array is fenced when it is seen again, without another yes; until then it is called by nobody and the digest says UNFENCED", async () => {
  world.fabric.fault("ali-ontap-01", { condition: "unreachable" });
  const calls = world.fabric.calls("ali-ontap-01").length;
  const over = await failOver({});
  expect(await fencing()).toEqual([]);
  expect(world.fabric.calls("ali-ontap-01")).toHaveLength(calls);
  const before = await digest();
  expect(before).toMatch(/prod: UNFENCED\. ali-ontap-01 may still serve production's hosts/);
  expect(before).toMatch(
    /prod: failed over since .* by .*, runs on epic-dr-01\. Nothing copies it anywhere; snapshots are taken of it by the policy "default"/,
  );
  expect(before).not.toContain("broken off");
  world.fabric.clearFaults();
  expect(await prodMaps()).toHaveLength(4);
  const [view, ...more] = await fencing();
  expect(more).toEqual([]);
  expect(view?.asked).toMatchObject({ runbook: "fence", by: over.asked.by });
  expect(view?.planned?.demand.nobody).toBe(true);
  expect(view?.outcome).toBe("succeeded");
  expect(await prodMaps()).toEqual([]);
  expect(mounts("epic-prd-01")).toEqual(["/clarity"]);
  expect((await remembered())?.fenced?.maps).toHaveLength(4);
  expect(await fencing()).toEqual([]);
  const after = await digest();
  expect(after).not.toContain("UNFENCED");
  expect(after).toContain("prod: failed over since");
});

test("what could not be stopped is tried again later, and then the LUNs are taken without it", async () => {
  await failOver({ unplanned: true });
  world.scripts.reset();
  world.scripts.fault = { nth: 1, kind: "rejected" };
  const [first] = await fencing();
  expect(first?.outcome).toBe("undone");
  expect(await prodMaps()).toHaveLength(4);
  expect(await fencing()).toEqual([]);
  world.clock.advance(11 * MINUTE);
  const [second] = await fencing();
  expect(second?.asked.request).toEqual({ set: "prod", withoutHosts: true });
  expect(second?.outcome).toBe("succeeded");
  expect(await prodMaps()).toEqual([]);
});

test("a planned failover is fenced from the start, and in read-only mode nothing is asked for", async () => {
  await failOver({});
  expect((await remembered())?.fenced).not.toBeNull();
  expect(await fencing()).toEqual([]);
  world.reset();
  engine = world.engine();
  tools = { ...engine.engine, config: world.config, readOnly: true };
  const run = await engine.ask("failover", { set: "prod", unplanned: true });
  expect((await engine.drive(run)).outcome).toBe("succeeded");
  engine.woken.splice(0);
  expect(await fencing()).toEqual([]);
});

test("a set whose mirror is a mirror again is left alone, whatever is written down", async () => {
  const over = await failOver({ unplanned: true });
  const [mirror] = await world.clients.get("cvo-eastus2")!.relationships.list({ destinationVolume: "epic_prd_dr" });
  expect(mirror?.state).toBe("broken_off");
  const text = await engine.store.note("failover:prod");
  world.reset();
  await engine.store.setNote("failover:prod", text!);
  const [view] = await fencing();
  expect(view?.outcome).toBe("refused");
  expect(await prodMaps()).toHaveLength(4);
  expect(fold(over.id, await engine.store.read(over.id)).outcome).toBe("succeeded");
});
