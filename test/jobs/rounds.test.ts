import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { showAnchor } from "../../src/audit/index.js";
import { demand } from "../../src/approvals/index.js";
import type { Announcer } from "../../src/core/announcer.js";
import type { Answer } from "../../src/core/answer.js";
import type { RunView } from "../../src/core/fold.js";
import type { RunId } from "../../src/core/ids.js";
import type { Json } from "../../src/core/json.js";
import { round, scheduleRounds, type RoundsTools } from "../../src/jobs/rounds.js";
import { clonesAmong } from "../../src/runbooks/index.js";
import { understand } from "../../src/requests/index.js";
import { expectGolden, shownText } from "../support/answers.js";
import { silent, type TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";
import { epicContext } from "../requests/vocabulary.js";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

interface Reminder {
  readonly user: string;
  readonly text: string;
  readonly says: readonly string[];
  readonly thread: string | undefined;
}

let world: TestWorld;
let engine: TestEngine;
let reminders: Reminder[];
let digests: { channel: string; answer: Answer }[];
let tools: RoundsTools;
beforeAll(async () => {
  world = await startTestWorld();
});
beforeEach(() => {
  world.clock.advance(Date.parse("2026-11-22T14:07:00Z") - world.clock.now());
  world.reset();
  engine = world.engine({
    demand: (plan, view) =>
      demand(world.config.policy, { runbook: plan.runbook, steps: plan.steps, asker: view.asked.by }),
  });
  reminders = [];
  digests = [];
  const announcer: Announcer = {
    ...silent,
    digest: async (channel, answer) => void digests.push({ channel, answer }),
    remind: async ({ user }, text, choices, thread) =>
      void reminders.push({
        user,
        text: shownText(text),
        says: choices.map(({ say }) => say),
        thread: thread && `${thread.channel}/${thread.thread}`,
      }),
  };
  tools = { ...engine.engine, announcer, config: world.config };
});
afterAll(() => world.close());

const leases = (): Promise<void> => round("leases", tools);
const clones = async () =>
  clonesAmong(
    "cvo-eastus2",
    "svm_epic_dr",
    await world.clients.get("cvo-eastus2")!.volumes.list({ svm: "svm_epic_dr" }),
  );
const training = async (lease = "P3D"): Promise<RunView> => {
  const view = await engine.drive(await engine.ask("clone", { set: "prod", purpose: "training", lease }));
  expect(view.outcome).toBe("succeeded");
  return view;
};
/** Asked, approved by whom the policy asks for, and done. */
async function granted(runbook: string, request: Json): Promise<RunView> {
  const run = await engine.ask(runbook, request);
  const { status, planned } = await engine.drive(run);
  expect(status).toBe("deciding");
  await engine.append(run, { type: "settled", outcome: "granted", hash: planned!.hash });
  return engine.drive(run);
}
/** Runs that were put before a worker since the last time, driven to their rest. */
async function work(): Promise<RunView[]> {
  const woken = engine.woken.splice(0);
  const views: RunView[] = [];
  for (const run of woken) views.push(await engine.drive(run));
  return views;
}
const asked = (): readonly RunId[] => engine.woken;
const mounts = () => world.hosts.state().hosts["epic-trn-01"]?.mounts.map(({ mountPoint }) => mountPoint);

describe("leases", () => {
  test("the owner is told a day and an hour before the end, once each, with something to press", async () => {
    await training();
    engine.woken.splice(0);
    await leases();
    expect(reminders).toEqual([]);
    world.clock.advance(2 * DAY + MINUTE);
    await leases();
    await leases();
    expect(reminders).toHaveLength(1);
    expect(reminders[0]).toMatchObject({ user: "U0REQUESTER", thread: "C0STORAGE/1.1" });
    expect(reminders[0]?.text).toMatch(
      /^the lease of the clone "training" of prod on epic-trn-01 ends Wed 25 Nov 2026 09:0\d EST \(in 23 h/,
    );
    world.clock.advance(23 * HOUR);
    await leases();
    await leases();
    expect(reminders.map(({ text }) => /\(in [^)]*\)/.exec(text)?.[0])).toEqual([
      expect.stringContaining("23 h"),
      expect.stringMatching(/5\d min/),
    ]);
    expect(asked()).toEqual([]);
    expect(mounts()).toEqual(["/epic/trn"]);
  });

  test("what the buttons say is understood as what they promise", async () => {
    await training();
    world.clock.advance(2 * DAY + HOUR);
    await leases();
    const understood = reminders[0]!.says.map((say) => understand(say, epicContext()));
    expect(understood).toMatchObject([
      { kind: "request", runbook: "extend-lease", request: { by: "P2D" } },
      { kind: "request", runbook: "release-clone" },
    ]);
  });

  test("a lease that was short from the start is announced by the hour only", async () => {
    await training("PT6H");
    await leases();
    expect(reminders).toEqual([]);
    world.clock.advance(5 * HOUR + 2 * MINUTE);
    await leases();
    expect(reminders).toHaveLength(1);
  });

  test("a worker that was away over both notices gives one, not two", async () => {
    await training();
    world.clock.advance(3 * DAY - 20 * MINUTE);
    await leases();
    await leases();
    expect(reminders).toHaveLength(1);
  });

  test("at its end it is given back in the owner's name, once, and nobody has to approve", async () => {
    const made = await training();
    engine.woken.splice(0);
    world.clock.advance(3 * DAY + 2 * MINUTE);
    await leases();
    await leases();
    expect(asked()).toHaveLength(1);
    const [released] = await work();
    expect(released?.asked).toMatchObject({
      by: { team: "T0RIVERSIDE", user: "U0REQUESTER" },
      runbook: "release-clone",
      request: { run: made.id },
      from: { channel: "C0STORAGE", ts: "1.1" },
    });
    expect(released?.planned?.demand.nobody).toBe(true);
    expect(released?.outcome).toBe("succeeded");
    expect(await clones()).toEqual([]);
    expect(mounts()).toEqual([]);
    await leases();
    expect(asked()).toEqual([]);
  });

  test("extended meanwhile, it stays, and its new end is announced anew", async () => {
    await training();
    world.clock.advance(2 * DAY + HOUR);
    await leases();
    expect((await granted("extend-lease", { purpose: "training", by: "P2D" })).outcome).toBe("succeeded");
    engine.woken.splice(0);
    world.clock.advance(DAY);
    await leases();
    expect(asked()).toEqual([]);
    world.clock.advance(DAY);
    await leases();
    expect(reminders).toHaveLength(2);
  });

  test("an extension that waits for a yes holds the release back", async () => {
    await training();
    world.clock.advance(3 * DAY - 10 * MINUTE);
    expect((await engine.drive(await engine.ask("extend-lease", { purpose: "training", by: "P2D" }))).status).toBe(
      "deciding",
    );
    engine.woken.splice(0);
    world.clock.advance(20 * MINUTE);
    await leases();
    expect(asked()).toEqual([]);
  });

  test("a run that is at work on the clone is not crossed", async () => {
    await training();
    world.clock.advance(3 * DAY + 2 * MINUTE);
    await engine.ask("release-clone", { run: (await clones())[0]!.note.run });
    engine.woken.splice(0);
    await leases();
    expect(asked()).toEqual([]);
  });

  test("open files hold it: their holder is named to the owner, nothing is torn away, and it is tried again an hour later", async () => {
    await training();
    engine.woken.splice(0);
    const before = await clones();
    world.hosts.openFile("epic-trn-01", "/epic/trn/db.dat", { command: "irisdb", user: "irisusr" });
    world.clock.advance(3 * DAY + 2 * MINUTE);
    await leases();
    const [first] = await work();
    expect(first?.outcome).toBe("undone");
    await leases();
    await leases();
    expect(asked()).toEqual([]);
    const told = reminders.filter(({ text }) => text.includes("could not be given back"));
    expect(told).toHaveLength(1);
    expect(told[0]?.text).toMatch(/irisdb/);
    expect(mounts()).toEqual(["/epic/trn"]);
    expect(await clones()).toEqual(before);
    world.hosts.closeFile("epic-trn-01", "/epic/trn/db.dat");
    world.clock.advance(HOUR);
    await leases();
    const [second] = await work();
    expect(second?.id).not.toBe(first?.id);
    expect(second?.outcome).toBe("succeeded");
    expect(mounts()).toEqual([]);
  });

  test("a host that does not answer: nothing is unmapped, the owner is told once, tried again every hour", async () => {
    await training();
    engine.woken.splice(0);
    world.hosts.fault("epic-trn-01", { kind: "unreachable" });
    world.clock.advance(3 * DAY + 2 * MINUTE);
    for (let hour = 0; hour < 3; hour += 1) {
      await leases();
      const views = await work();
      expect(views.map(({ outcome }) => outcome)).toEqual(["undone"]);
      world.clock.advance(HOUR);
    }
    const maps = await world.clients.get("cvo-eastus2")!.lunMaps.list({ svm: "svm_epic_dr" });
    expect(maps).toHaveLength(4);
    expect(reminders.filter(({ text }) => text.includes("epic-trn-01: the host does not answer"))).toHaveLength(1);
  });

  test("an array that does not answer: nothing is asked and nothing fails; the next round sees to it", async () => {
    await training();
    engine.woken.splice(0);
    world.clock.advance(3 * DAY + 2 * MINUTE);
    world.fabric.fault("cvo-eastus2", { condition: "unreachable" });
    await leases();
    expect(asked()).toEqual([]);
    world.fabric.clearFaults();
    await leases();
    expect(asked()).toHaveLength(1);
  });

  test("in read-only mode nothing is asked; the owner is told", async () => {
    await training();
    engine.woken.splice(0);
    world.clock.advance(3 * DAY + 2 * MINUTE);
    await round("leases", { ...tools, readOnly: true });
    await round("leases", { ...tools, readOnly: true });
    expect(asked()).toEqual([]);
    expect(reminders).toHaveLength(1);
    expect(reminders[0]?.text).toContain("read-only");
  });

  test("a safety copy is spoken of and never removed", async () => {
    expect((await granted("restore", { set: "prod" })).outcome).toBe("succeeded");
    engine.woken.splice(0);
    world.clock.advance(13 * DAY + HOUR);
    await leases();
    world.clock.advance(DAY);
    await leases();
    await leases();
    expect(asked()).toEqual([]);
    expect(reminders.map(({ text }) => text)).toEqual([
      expect.stringMatching(/^The safety copy of restore .* of prod is kept until .* \(in 2\d h/),
      expect.stringContaining("which is over. It stays until somebody removes it."),
    ]);
    expect((await clones()).map(({ note }) => note.kind)).toEqual(["safety"]);
  });
});

describe("the digest", () => {
  test("goes to its channel once for every time it is due", async () => {
    await training();
    await round("digest", tools);
    await round("digest", tools);
    expect(digests).toHaveLength(1);
    expect(digests[0]?.channel).toBe("C0HEALTH");
    world.clock.advance(DAY);
    await round("digest", tools);
    expect(digests).toHaveLength(2);
  });

  test("says in one message what is wrong, worst first, and what ends soon", async () => {
    await training();
    await engine.drive(await engine.ask("pause-mirror", { set: "prod", reason: "array upgrade" }, "U0STORAGE"));
    world.fabric.fault("cvo-eastus2", { condition: "sourceOffline" });
    world.fabric.fault("ali-ontap-01", { condition: "sourceOffline" });
    world.clock.advance(Date.parse("2026-11-23T12:00:00Z") - world.clock.now());
    await round("digest", tools);
    const { parts, ...rest } = digests[0]!.answer;
    expectGolden("digest-trouble", { ...rest, parts: parts.slice(0, -1) });
    // A hash of random keys too: it cannot be golden.
    const anchor = showAnchor(await engine.store.ledgerEnd());
    expect(parts.at(-1)).toMatchObject({ text: expect.stringMatching(RegExp(`: \\d+ lines, ending at ${anchor}$`)) });
  });

  test("says that it could not look, when it could not", async () => {
    world.fabric.fault("cvo-eastus2", { condition: "unreachable" });
    world.fabric.fault("ali-ontap-01", { condition: "unreachable" });
    await round("digest", tools);
    expect(digests[0]?.answer.summary).toContain("2 things need attention. The worst: Could not look at cvo-eastus2");
  });
});

test("rounds are put on the clock under the names they are made by", async () => {
  const put: unknown[] = [];
  await scheduleRounds({ schedule: async (id, rhythm) => void put.push([id, rhythm]) }, world.config);
  expect(put).toEqual([
    ["digest", { pattern: "0 7 * * *", tz: "America/New_York" }],
    ["leases", { every: 5 * MINUTE }],
    ["fencing", { every: MINUTE }],
    ["keyVaults", { every: 5 * MINUTE }],
  ]);
  await expect(round("no such round", tools)).resolves.toBeUndefined();
});
