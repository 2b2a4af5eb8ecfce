import type { RunEvent } from "../../src/core/events.js";
import { ended, nobody, planned, restorePlan, settled } from "../bot/support/runs.js";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { readdirSync } from "node:fs";
import { demand } from "../../src/approvals/index.js";
import type { Answer } from "../../src/core/answer.js";
import type { Json } from "../../src/core/json.js";
import { answerAsked, questionTools } from "../../src/jobs/answering.js";
import { answer, exampleOf, questionNames } from "../../src/questions/index.js";
import { phrasebooks, understand } from "../../src/requests/index.js";
import { runbooks } from "../../src/runbooks/index.js";
import { epicContext, epicVocabulary } from "../requests/vocabulary.js";
import { answerText, expectGolden, shownText } from "../support/answers.js";
import { silent, type TestEngine } from "../support/engine.js";
import { startTestWorld, type TestWorld } from "../support/world.js";

const MINUTE = 60_000;
const zone = "America/New_York";
const built = new Set([
  "clone",
  "release-clone",
  "extend-lease",
  "restore",
  "update-mirror",
  "pause-mirror",
  "resume-mirror",
  ...questionNames,
]);
const options = { vocabulary: phrasebooks((name) => built.has(name)), cardExpiresMinutes: 60 };

let world: TestWorld;
let engine: TestEngine;
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
});
afterAll(() => world.close());

const ask = (name: string, request: Json = {}, user = "U0REQUESTER"): Promise<Answer> =>
  answer(
    { name, request, asker: { team: "T0RIVERSIDE", user }, timeZone: zone },
    questionTools(engine.engine, options),
  );
const says = async (name: string, request: Json = {}, user?: string): Promise<string> =>
  shownText((await ask(name, request, user)).summary);
const steps = (answered: Answer) => answered.parts.find((part) => part.kind === "table")?.rows;
const training = () => engine.ask("clone", { set: "prod", purpose: "training", lease: "P3D" });

describe("health", () => {
  test("of all sets, and of one", async () => {
    expect(await says("health")).toBe("All well: prod to 7 min ago and clarity to 7 min ago could be restored now.");
    expectGolden("health-of-one-set", await ask("health", { set: "epic_prd" }));
  });

  test("an unknown set is answered with the nearest", async () => {
    expect(await says("health", { set: "clarty" })).toBe('I know no set called "clarty". The nearest: clarity.');
  });

  test("an array that does not answer is said, not thrown", async () => {
    world.fabric.fault("cvo-eastus2", { condition: "unreachable" });
    expect(await says("health")).toMatch(/^Could not look at cvo-eastus2: /);
  });
});

describe("clones", () => {
  test("none", async () => {
    expect(await says("clones")).toBe("There is no clone.");
    expect(await says("clones", { mine: true, set: "prod" })).toBe("There is no clone of yours of prod.");
  });

  test("where they are, whose, how old, until when; the owner gets buttons", async () => {
    const { id } = await engine.drive(await training());
    world.clock.advance(5 * MINUTE);
    expectGolden("clones", await ask("clones"));
    expect(await says("clones", { mine: true })).toBe("There is 1 clone of yours.");
    expect(await says("clones", { mine: true }, "U0STORAGE")).toBe("There is no clone of yours.");
    expect(await says("clones", { host: "epic-tst-01" })).toBe("There is no clone on epic-tst-01.");
    expect(await says("clones", { purpose: "trn" })).toBe("There is 1 clone.");
    expect(answerText(await ask("clones", {}, "U0STORAGE"))).not.toContain("Give back");
    expect(id).toMatch(/^r/);
  });

  test("where it could not look, it does not say that there is none", async () => {
    world.fabric.fault("cvo-eastus2", { condition: "loginRefused" });
    const answered = await ask("clones");
    expect(answered.summary).toBe("There is no clone where I could look.");
    expect(answerText(answered)).toContain(
      "[bad] Could not look at cvo-eastus2: ONTAP cvo-eastus2: the login sluice was refused",
    );
  });
});

describe("status", () => {
  test("nothing runs", async () => {
    expect(await says("status")).toBe("Nothing is running, and nothing waits for anybody.");
    expect(await says("status", { set: "prod" })).toBe("Nothing runs on prod now.");
  });

  test("what runs on a set or a host, by whom, what, for how long", async () => {
    const restore = await engine.drive(await engine.ask("restore", { set: "prod" }));
    world.clock.advance(4 * MINUTE);
    const waits = `Restore prod from its mirror (${restore.id}): waits for one of storage-approvers and one of epic-owners. Asked by @U0REQUESTER 4 min ago.`;
    expect(await says("status", { set: "production" })).toBe(waits);
    expect(await says("status", { host: "epic-prd-01" })).toBe(waits);
    expect(await says("status")).toBe(waits);
    expect(await says("status", { set: "clarity" })).toBe("Nothing runs on clarity now.");
    expect(await says("status", { purpose: "training" })).toBe("Nothing runs on epic-trn-01 now.");
  });

  test("the last one on a set, when none runs", async () => {
    const { id } = await engine.drive(await training());
    world.clock.advance(2 * MINUTE);
    expect(await says("status", { set: "prod" })).toBe(
      `Nothing runs on prod now. The last: Clone prod for training (${id}): done. Asked by @U0REQUESTER 2 min ago.`,
    );
    expect(await says("status", { purpose: "training" })).toContain(id);
  });

  test("a run that has no plan yet is found by its request", async () => {
    const run = await training();
    expect(await says("status", { purpose: "training" })).toContain(`(${run}): looking and planning.`);
    expect(await says("status", { set: "prod" })).toContain(run);
    expect(await says("status", { host: "epic-tst-01" })).toBe("Nothing runs on epic-tst-01 now.");
  });

  test("one run with its steps; one that waits, with whom and until when", async () => {
    const done = await engine.drive(await training());
    const all = await ask("status", { run: done.id });
    expect(shownText(all.summary)).toBe(`Clone prod for training (${done.id}): done. Asked by @U0REQUESTER 0 s ago.`);
    expect(steps(all)).toEqual(
      done.steps.map((step, i) => [`${i + 1}. ${step.planned.says}`, "done, verified", "0 s"]),
    );
    const waits = await engine.drive(await engine.ask("restore", { set: "prod" }));
    const deciding = await ask("status", { run: waits.id.toUpperCase() });
    expect(answerText(deciding)).toContain(
      "Still asked for: one of storage-approvers and one of epic-owners, until Sun 22 Nov 2026 10:07 EST.",
    );
    expect(new Set(steps(deciding)?.map(([, state]) => state))).toEqual(new Set(["to come"]));
  });

  test("a step that only looks has looked; it is never said to have been so already", async () => {
    const run = await engine.ask("restore", { set: "prod" });
    await engine.append(run, planned(restorePlan, nobody));
    await engine.append(run, settled(restorePlan, "granted"));
    await engine.append(run, { ...ended(restorePlan, 4), how: "already" } as RunEvent);
    await engine.append(run, { ...ended(restorePlan, 5), how: "already" } as RunEvent);
    const states = steps(await ask("status", { run }))?.map(([, state]) => state);
    expect(states?.slice(3)).toEqual(["was so already", "looked"]);
  });

  test("one that failed says why", async () => {
    world.hosts.fault("epic-trn-01", { kind: "unreachable" });
    const failed = await engine.drive(await training());
    expect(failed.outcome).toBe("undone");
    const text = answerText(await ask("status", { run: failed.id }));
    expect(text).toContain("failed, everything taken back");
    expect(text).toContain("epic-trn-01: the host does not answer");
  });

  test("one that waits for another's lock names it", async () => {
    const first = await engine.drive(await engine.ask("restore", { set: "prod" }));
    await engine.store.lock(first.id, [{ resource: "host/epic-trn-01", as: "changes" }]);
    const second = await engine.drive(await training());
    expect(await says("status", { run: second.id })).toContain(`waits for ${first.id}, which works on the same things`);
  });

  test("an unknown run, host or purpose is answered with the nearest", async () => {
    expect(await says("status", { run: "rzzzzzzzzz" })).toBe("I know no request rzzzzzzzzz: there has been none yet.");
    const run = await training();
    const near = await ask("status", { run: `${run.slice(0, 9)}x` });
    expect(near.summary).toContain(`The nearest: ${run} (Clone prod for training).`);
    expect(near.parts.at(-1)).toEqual({ kind: "choices", choices: [{ label: run, say: `status of ${run}` }] });
    expect(await says("status", { host: "epic-trn-1" })).toMatch(
      /^I know no host called "epic-trn-1". The nearest: epic-trn-01/,
    );
    expect(await says("status", { purpose: "trainning" })).toMatch(
      /^I know no purpose called "trainning". The nearest: training/,
    );
  });
});

describe("runs and approvals", () => {
  test("nothing yet", async () => {
    expect(await says("runs")).toBe("Nothing has been asked for yet.");
    expect(await says("runs", { mine: true })).toBe("You have asked for nothing yet.");
    expect(await says("approvals")).toBe("Nothing waits for anybody's yes.");
  });

  test("what ran, newest first; mine only", async () => {
    await engine.drive(await training());
    world.clock.advance(MINUTE);
    await engine.drive(await engine.ask("pause-mirror", { set: "clarity" }, "U0STORAGE"));
    world.clock.advance(MINUTE);
    await engine.drive(await engine.ask("restore", { set: "prod" }));
    expectGolden("runs", await ask("runs"));
    expect(await says("runs", { mine: true }, "U0STORAGE")).toBe("1 request of yours, newest first; none is open.");
  });

  test("who is still asked for, who has said yes, until when", async () => {
    const { id, planned } = await engine.drive(await engine.ask("restore", { set: "prod" }));
    await engine.append(
      id,
      { type: "voted", vote: "approve", hash: planned!.hash, groups: ["S0STORAGE"] },
      "U0STORAGE",
    );
    world.clock.advance(10 * MINUTE);
    expectGolden("approvals", await ask("approvals"));
  });

  test("what waits for a person's word stands there too", async () => {
    const run = await engine.drive(await engine.ask("restore", { set: "prod" }));
    await engine.append(run.id, { type: "settled", outcome: "granted", hash: run.planned!.hash });
    await engine.append(run.id, { type: "began", step: run.steps[0]!.planned.id, attempt: 1, before: null });
    await engine.append(run.id, { type: "doubted", step: run.steps[0]!.planned.id, why: "The answer was lost." });
    const text = answerText(await ask("approvals"));
    expect(text).toContain("0 plans wait for a yes, and 1 request for a person.");
    expect(text).toContain("cannot tell whether this happened");
  });
});

describe("help and explain", () => {
  test("help is grouped by what people want, and says what is not there yet", async () => {
    expectGolden("help", await ask("help"));
  });

  test("help on one name, one that is not built, one that is none", async () => {
    const restore = answerText(await ask("help", { topic: "restore" }));
    expect(restore).toContain("Data can be lost by it");
    expect(restore).toContain("what is newer than the snapshot is overwritten");
    expect(restore).toContain("“restore prod from CVO”");
    expect(await says("help", { topic: "failover" })).toMatch(
      /^failover makes the mirror .* It is not available yet\.$/,
    );
    expect(await says("help", { topic: "restroe" })).toMatch(/^I have no help on "restroe"\. The nearest: restore/);
  });

  test("explain tells what a runbook does and what can be lost", async () => {
    expect(answerText(await ask("explain", { runbook: "restore" }))).toBe(
      answerText(await ask("help", { topic: "restore" })),
    );
    expect(answerText(await ask("explain", { runbook: "clone" }))).toContain("loses no data");
    expect(await says("explain", { runbook: "clone everything" })).toMatch(
      /^I know nothing called "clone everything"\. The nearest: /,
    );
  });

  test.each(options.vocabulary.filter(({ available }) => available).map(({ name }) => name))(
    "the example for %s is understood as just that",
    (name) => {
      const words = options.vocabulary.find((each) => each.name === name)!;
      const said = exampleOf(words, { inventory: world.config, runbooks });
      expect(understand(said, epicContext({ vocabulary: epicVocabulary((each) => built.has(each)) }))).toMatchObject({
        kind: "request",
        runbook: name,
      });
    },
  );

  test("every name of the grammar stands in help, as an example or as not there yet", async () => {
    const text = answerText(await ask("help"));
    const missing = options.vocabulary.filter(
      ({ name, summary, available }) => !text.includes(available ? summary : name),
    );
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});

describe("whatever is asked, there is an answer", () => {
  test("a name that is no question", async () => {
    expect(await says("weather")).toMatch(/^I cannot answer "weather"\. I answer status, health/);
  });

  test("a request of the wrong shape", async () => {
    expect(await says("status", { run: 7 })).toMatch(
      /^I cannot answer that as it was asked \(run: .*\)\. Say "help status" for the words\.$/,
    );
  });

  test("a mistake of ours is told without its stack, and logged", async () => {
    const logged: object[] = [];
    const tools = {
      ...questionTools(engine.engine, options),
      open: () => Promise.reject(new TypeError("undefined is not a function")),
      log: { error: (detail: object) => void logged.push(detail) },
    };
    const told = await answer(
      { name: "status", request: {}, asker: { team: "T0RIVERSIDE", user: "U0REQUESTER" }, timeZone: zone },
      tools,
    );
    expect(told.summary).toBe('I made a mistake while looking for the answer to "status"; the log has the details.');
    expect(logged).toHaveLength(1);
  });

  test("what the queue carries is answered through the announcer, where it was asked", async () => {
    const told: unknown[] = [];
    const to = { channel: "C0STORAGE", user: "U0REQUESTER", ephemeral: true };
    const question = { name: "runs", request: {}, asker: { team: "T0RIVERSIDE", user: "U0REQUESTER" }, timeZone: zone };
    const announcer = { ...silent, answer: async (...said: unknown[]) => void told.push(said) };
    await answerAsked({ ...engine.engine, announcer }, options, { question, to });
    expect(told).toEqual([[to, question, expect.objectContaining({ summary: "Nothing has been asked for yet." })]]);
  });

  test("what buttons say in answers is understood", async () => {
    await engine.drive(await training());
    await engine.drive(await engine.ask("pause-mirror", { all: true }, "U0STORAGE"));
    const answers = [await ask("clones"), await ask("health"), await ask("help")];
    const choices = answers.flatMap(({ parts }) =>
      parts.flatMap((part) => (part.kind === "choices" ? part.choices : [])),
    );
    const context = epicContext({ vocabulary: epicVocabulary((each) => built.has(each)) });
    const wrong = choices.filter(({ say }) => understand(say, context).kind !== "request");
    expect(choices.length).toBeGreaterThan(6);
    expect(wrong).toEqual([]);
  });

  test("there is no golden answer that no test compares", () => {
    expect(readdirSync("test/golden/answers").sort()).toEqual([
      "approvals.txt",
      "clones.txt",
      "digest-key-vault-lost.txt",
      "digest-trouble.txt",
      "health-all-well.txt",
      "health-array-login-refused.txt",
      "health-of-one-set.txt",
      "health-paused.txt",
      "health-peer-down.txt",
      "health-unreachable.txt",
      "help.txt",
      "runs.txt",
    ]);
  });
});
