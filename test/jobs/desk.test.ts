import { describe, expect, test } from "@jest/globals";
import { demand, type Visitor } from "../../src/approvals/index.js";
import { loadConfig } from "../../src/config/load.js";
import type { Question } from "../../src/core/answer.js";
import type { ReplyTo } from "../../src/core/announcer.js";
import type { RunId } from "../../src/core/ids.js";
import type { Resource } from "../../src/core/resource.js";
import type { Ask, Desk } from "../../src/jobs/desk.js";
import { createDesk } from "../../src/jobs/front-desk.js";
import type { AnyRunbook } from "../../src/runbooks/index.js";
import { silent, TestEngine } from "../support/engine.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

const { policy } = await loadConfig({ file: "config/epic.yaml", env: {} });
const team = "T0RIVERSIDE";
const visitor = (user: string, groups: readonly string[] = [], more: Partial<Visitor> = {}): Visitor => ({
  person: { team, user },
  groups,
  guest: false,
  bot: false,
  stranger: false,
  deleted: false,
  sharedChannel: false,
  ...more,
});
const tara = visitor("U0REQUESTER");
const sam = visitor("U0STORAGE", ["S0STORAGE"]);
const ines = visitor("U0STORAGE2", ["S0STORAGE"]);
const priya = visitor("U0APPOWNER", ["S0EPIC"]);
const bystander = visitor("U0OTHER");
/** Whoever they are said to be, and whatever groups they are in. */
const outsiders: readonly [string, Visitor][] = [
  ["a guest", visitor("U0GUEST", ["S0STORAGE", "S0EPIC"], { guest: true })],
  [
    "a stranger",
    { ...visitor("U0STRANGER", ["S0STORAGE"], { stranger: true }), person: { team: "T0VENDOR", user: "U0STRANGER" } },
  ],
  ["a bot", visitor("U0BOT", ["S0STORAGE"], { bot: true })],
  ["a deactivated account", visitor("U0GONE", ["S0STORAGE"], { deleted: true })],
  ["somebody in a shared channel", visitor("U0STORAGE", ["S0STORAGE"], { sharedChannel: true })],
];

class Office {
  readonly shelf = new Shelf();
  readonly engine: TestEngine;
  readonly desk: Desk;
  readonly woken: string[] = [];
  readonly drawn: RunId[] = [];
  readonly questions: string[] = [];
  private events = 0;

  constructor(environment: Resource["environment"] = "production", name = "tidy") {
    this.shelf.boxes.set("old", { tag: "somebody", paint: "" });
    const runbook: AnyRunbook = { ...shelfRunbook(this.shelf, environment), name };
    this.engine = new TestEngine({
      runbooks: [runbook],
      demand: (plan, view) => demand(policy, { runbook: plan.runbook, steps: plan.steps, asker: view.asked.by }),
    });
    const { store, engine } = this.engine;
    this.desk = createDesk({
      store,
      policy,
      clock: this.engine.clock,
      announcer: { ...silent, run: async (run) => void this.drawn.push(run) },
      timings: engine.timings,
      openPerPerson: 3,
      wake: async (run, kind) => void this.woken.push(`${kind} ${run}`),
      ask: async (question, to, eventId) => void this.questions.push(`${question.name} ${to.user} ${eventId}`),
    });
  }

  asking(more: Partial<Ask> = {}): Ask {
    this.events += 1;
    return {
      from: { team, channel: "C0STORAGE", ts: "1.1", eventId: `Ev${this.events}` },
      visitor: tara,
      text: "tidy",
      runbook: "tidy",
      request: { box: "a", burn: "old" },
      timeZone: "UTC",
      ...more,
    };
  }
  async asked(more: Partial<Ask> = {}): Promise<RunId> {
    const asked = await this.desk.ask(this.asking(more));
    if ("refused" in asked) throw new Error(asked.refused);
    return asked.run;
  }
  /** Asked and planned: the card is there. */
  async planned(more: Partial<Ask> = {}): Promise<{ run: RunId; key: string }> {
    const run = await this.asked(more);
    const view = await this.engine.drive(run);
    return { run, key: view.planned!.key };
  }
  async granted(): Promise<RunId> {
    const { run, key } = await this.planned();
    await this.desk.vote(key, sam, "approve");
    await this.desk.vote(key, priya, "approve");
    return run;
  }
  async parked(): Promise<RunId> {
    const burn = this.shelf.burn.bind(this.shelf);
    this.shelf.burn = (box) => {
      burn(box);
      this.shelf.mischief = { at: "paint", what: "rejectBefore" };
    };
    const run = await this.granted();
    expect((await this.engine.drive(run)).status).toBe("parked");
    return run;
  }
  async doubted(at: "put" | "burn"): Promise<RunId> {
    this.shelf.mischief = { at, what: "lostBefore" };
    const run = await this.granted();
    expect((await this.engine.drive(run)).status).toBe("doubted");
    this.shelf.mischief = { at: "", what: "none" };
    return run;
  }
  async types(run: RunId): Promise<string[]> {
    return (await this.engine.store.read(run)).map((each) => each.event.type);
  }
  async length(run: RunId): Promise<number> {
    return (await this.engine.store.read(run)).length;
  }
}

describe("asking", () => {
  test("is written down before anything is woken; the card is drawn; planning is enqueued", async () => {
    const office = new Office();
    const run = await office.asked();
    expect(await office.desk.view(run)).toMatchObject({ status: "planning", asked: { by: tara.person, text: "tidy" } });
    expect(office.woken).toEqual([`plan ${run}`]);
    expect(office.drawn).toEqual([run]);
  });

  test("the same event asks once, also when it is delivered twice at the same moment", async () => {
    const office = new Office();
    const ask = office.asking();
    const all = await Promise.all([office.desk.ask(ask), office.desk.ask(ask), office.desk.ask(ask)]);
    const runs = all.map((each) => ("run" in each ? each.run : each.refused));
    expect(new Set(runs).size).toBe(1);
    expect(all.filter((each) => "fresh" in each && each.fresh)).toHaveLength(1);
    expect(office.woken).toHaveLength(1);
    expect(await office.length(runs[0] as RunId)).toBe(1);
    await office.engine.drive(runs[0] as RunId);
    expect(await office.desk.ask(ask)).toEqual({ run: runs[0], fresh: false });
  });

  test.each(outsiders)("%s may not, and nothing is written", async (_who, who) => {
    const office = new Office();
    expect(await office.desk.ask(office.asking({ visitor: who }))).toEqual({
      refused: expect.stringContaining("Nothing was changed."),
    });
    expect(await office.desk.open()).toEqual([]);
    expect(office.woken).toEqual([]);
  });

  test("one person may have so many open requests; others, and those that ended, do not count", async () => {
    const office = new Office();
    const asks = [office.asking(), office.asking(), office.asking()];
    for (const ask of asks) expect(await office.desk.ask(ask)).toMatchObject({ fresh: true });
    const fourth = office.asking();
    expect(await office.desk.ask(fourth)).toEqual({ refused: expect.stringContaining("3 open requests already") });
    // a redelivery of one of the three is none more
    expect(await office.desk.ask(asks[2]!)).toMatchObject({ fresh: false });
    expect(await office.desk.ask(office.asking({ visitor: bystander }))).toMatchObject({ fresh: true });
    const [first] = await office.desk.open();
    await office.desk.cancel(first!.id, tara);
    await office.engine.drive(first!.id);
    expect(await office.desk.ask(fourth)).toMatchObject({ fresh: true });
  });

  test("questions: for full members, help for all", async () => {
    const office = new Office();
    const to: ReplyTo = { channel: "C", user: "U0GUEST", ephemeral: true };
    const guest = outsiders[0]![1];
    const ask = (name: string, who: Visitor) =>
      office.desk.question({ name, request: {} } as unknown as Question, to, who, "Ev9");
    expect(await ask("status", guest)).toMatchObject({ ok: false, sentence: expect.stringContaining("Guests") });
    expect((await ask("help", guest)).ok).toBe(true);
    expect((await ask("status", tara)).ok).toBe(true);
    expect(office.questions).toEqual(["help U0GUEST Ev9", "status U0GUEST Ev9"]);
  });
});

describe("voting", () => {
  test("a destroy on production asks for both groups; the last yes grants and wakes", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    expect((await office.desk.view(run))?.planned?.demand.places.map((each) => each.label)).toEqual([
      "storage-approvers",
      "epic-owners",
    ]);
    office.woken.length = 0;
    expect(await office.desk.vote(key, sam, "approve")).toEqual({
      ok: true,
      sentence: "Approved. One of epic-owners still has to approve.",
    });
    expect(office.woken).toEqual([]);
    expect((await office.engine.drive(run)).status).toBe("deciding");
    expect((await office.desk.vote(key, priya, "approve")).ok).toBe(true);
    expect(office.woken).toEqual([`execute ${run}`]);
    expect((await office.engine.drive(run)).outcome).toBe("succeeded");
    expect(office.shelf.burnt).toEqual(["old"]);
  });

  test("both click at the same moment: one grant, one run", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    const replies = await Promise.all(
      [sam, priya, sam, priya, ines].map((who) => office.desk.vote(key, who, "approve")),
    );
    expect(replies.filter((each) => each.ok)).toHaveLength(2);
    const types = await office.types(run);
    expect(types.filter((each) => each === "settled")).toHaveLength(1);
    expect(types.filter((each) => each === "voted")).toHaveLength(2);
    const ends = await Promise.all([office.engine.turn(run), office.engine.turn(run)]);
    expect(ends).toContain("busy");
    expect(office.shelf.burnt).toEqual(["old"]);
    expect(office.shelf.puts).toBe(1);
  });

  test("yes and no at the same moment: whoever is first decides, the other is told", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    await office.desk.vote(key, sam, "approve");
    const [yes, no] = await Promise.all([
      office.desk.vote(key, priya, "approve"),
      office.desk.vote(key, ines, "deny", "not now"),
    ]);
    expect([yes.ok, no.ok].filter(Boolean)).toHaveLength(1);
    expect((await office.types(run)).filter((each) => each === "settled")).toHaveLength(1);
  });

  test.each<[string, Visitor, string]>([
    ["the requester", { ...tara, groups: ["S0STORAGE", "S0EPIC"] }, "somebody else has to approve"],
    [
      "the requester under another workspace's id",
      { ...tara, person: { team: "T0VENDOR", user: "U0REQUESTER" }, groups: ["S0STORAGE"] },
      "somebody else has to approve",
    ],
    ["somebody of no group", bystander, "you are in none of these groups"],
    ...outsiders.map(([name, who]): [string, Visitor, string] => [name, who, "Nothing was changed."]),
  ])("%s is refused", async (_who, who, says) => {
    const office = new Office();
    const { run, key } = await office.planned();
    const before = await office.length(run);
    expect(await office.desk.vote(key, who, "approve")).toEqual({ ok: false, sentence: expect.stringContaining(says) });
    expect(await office.length(run)).toBe(before);
  });

  test.each(outsiders)("nor may %s deny", async (_who, who) => {
    const office = new Office();
    const { run, key } = await office.planned();
    expect((await office.desk.vote(key, who, "deny")).ok).toBe(false);
    expect((await office.desk.view(run))?.status).toBe("deciding");
  });

  test("one person fills one place, in however many groups", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    const both = visitor("U0BOTH", ["S0STORAGE", "S0EPIC"]);
    expect((await office.desk.vote(key, both, "approve")).ok).toBe(true);
    expect((await office.desk.vote(key, both, "approve")).sentence).toContain("already");
    expect((await office.desk.view(run))?.status).toBe("deciding");
    expect((await office.desk.vote(key, sam, "approve")).ok).toBe(true);
    expect((await office.desk.view(run))?.status).toBe("granted");
  });

  test("a no ends it, with its reason; a later yes is told so", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    await office.desk.vote(key, sam, "deny", "not during month end");
    expect(await office.desk.view(run)).toMatchObject({ outcome: "denied", problem: "not during month end" });
    expect(await office.desk.vote(key, priya, "approve")).toMatchObject({
      ok: false,
      sentence: expect.stringContaining("denied"),
    });
    await office.engine.drive(run);
    expect(office.shelf.puts).toBe(0);
  });

  test("the requester's no is a withdrawal", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    expect((await office.desk.vote(key, tara, "deny")).ok).toBe(true);
    expect((await office.desk.view(run))?.outcome).toBe("cancelled");
  });

  test("an older card's key votes for nothing, and neither does one nobody made", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    await office.desk.vote(key, sam, "approve");
    await office.desk.vote(key, priya, "approve");
    office.shelf.boxes.delete("old"); // before the worker looks again
    const again = await office.engine.drive(run);
    expect(again.status).toBe("deciding");
    expect(again.planned?.difference).toContain("Warning new: old is not on the shelf");
    const before = await office.length(run);
    for (const vote of ["approve", "deny"] as const) {
      expect(await office.desk.vote(key, sam, vote)).toEqual({
        ok: false,
        sentence: expect.stringContaining("older plan"),
      });
      expect((await office.desk.vote("made-up", sam, vote)).ok).toBe(false);
    }
    expect(await office.length(run)).toBe(before);
    // and the yes that was given to the old plan does not count for the new one
    await office.desk.vote(again.planned!.key, priya, "approve");
    expect((await office.desk.view(run))?.status).toBe("deciding");
  });

  test("after 60 minutes nobody can approve, even before a worker has said so", async () => {
    const office = new Office();
    const { run, key } = await office.planned();
    office.engine.clock.advance(60 * 60_000);
    expect(await office.desk.vote(key, sam, "approve")).toEqual({
      ok: false,
      sentence: expect.stringContaining("expired"),
    });
    office.engine.clock.advance(1);
    expect((await office.engine.drive(run)).outcome).toBe("expired");
  });
});

describe("cancel", () => {
  test("before there is a plan, at once, and the planner finds nothing to do", async () => {
    const office = new Office();
    const run = await office.asked();
    expect(await office.desk.cancel(run, tara, "typo")).toMatchObject({
      ok: true,
      sentence: "Cancelled. Nothing was changed.",
    });
    expect((await office.engine.drive(run)).outcome).toBe("cancelled");
    expect(await office.types(run)).not.toContain("planned");
  });
  test.each<[string, Visitor, boolean]>([
    ["the requester", tara, true],
    ["one who is asked to approve", priya, true],
    ["somebody else", bystander, false],
    ...outsiders.map(([name, who]): [string, Visitor, boolean] => [name, who, false]),
  ])("while people vote, %s", async (_who, who, may) => {
    const office = new Office();
    const { run } = await office.planned();
    expect((await office.desk.cancel(run, who)).ok).toBe(may);
    expect((await office.desk.view(run))?.outcome).toBe(may ? "cancelled" : undefined);
  });
  test("granted and not begun: nothing happens any more", async () => {
    const office = new Office();
    const run = await office.granted();
    expect((await office.desk.cancel(run, tara)).sentence).toBe("Cancelled. Nothing was changed.");
    expect((await office.engine.drive(run)).outcome).toBe("cancelled");
    expect(office.shelf.puts).toBe(0);
  });
  test("at work: it stops at the next step and is taken back; asked twice it is told so", async () => {
    const office = new Office();
    const put = office.shelf.put.bind(office.shelf);
    const clicks: Promise<unknown>[] = [];
    office.shelf.put = (box, tag) => {
      put(box, tag);
      clicks.push(office.desk.cancel(run, tara).then(() => office.desk.cancel(run, sam)));
    };
    const run = await office.granted();
    const view = await office.engine.drive(run);
    expect(await clicks[0]).toMatchObject({ ok: false });
    expect(view.outcome).toBe("undone");
    expect([...office.shelf.boxes.keys()]).toEqual(["old"]);
    expect(office.shelf.burnt).toEqual([]);
  });
  test("behind the point of no return it is refused, saying why", async () => {
    const office = new Office();
    const run = await office.parked();
    const before = await office.length(run);
    expect(await office.desk.cancel(run, tara)).toMatchObject({
      ok: false,
      sentence: expect.stringContaining("past the point of no return"),
    });
    expect(await office.length(run)).toBe(before);
  });
  test("a doubt is answered first", async () => {
    const office = new Office();
    const run = await office.doubted("put");
    expect(await office.desk.cancel(run, tara)).toMatchObject({
      ok: false,
      sentence: expect.stringContaining("answer that first"),
    });
  });
  test("what has ended, and what nobody knows", async () => {
    const office = new Office();
    const run = await office.granted();
    await office.engine.drive(run);
    expect((await office.desk.cancel(run, tara)).sentence).toContain("ended already");
    expect(await office.desk.cancel("rnobodyxxx" as RunId, tara)).toEqual({
      ok: false,
      sentence: expect.stringContaining("do not know"),
    });
  });
});

describe("a run that is stuck", () => {
  const people: readonly [string, Visitor, boolean][] = [
    ["one of storage-approvers", sam, true],
    ["one of epic-owners", priya, false],
    ["the requester", tara, false],
    ["somebody else", bystander, false],
    ...outsiders.map(([name, who]): [string, Visitor, boolean] => [name, who, false]),
  ];
  test.each(people)("try again: %s", async (_who, who, may) => {
    const office = new Office();
    const run = await office.parked();
    office.shelf.mischief = { at: "", what: "none" };
    expect((await office.desk.tryAgain(run, who)).ok).toBe(may);
    expect((await office.engine.drive(run)).outcome).toBe(may ? "succeeded" : undefined);
    expect(office.shelf.burnt).toEqual(["old"]);
  });
  test.each(people)("hand to a person: %s", async (_who, who, may) => {
    const office = new Office();
    const run = await office.parked();
    expect((await office.desk.handToPerson(run, who, "I paint it myself")).ok).toBe(may);
    const view = await office.desk.view(run);
    expect(view?.outcome).toBe(may ? "abandoned" : undefined);
    expect(await office.engine.store.locks()).toHaveLength(may ? 0 : 2);
    if (may) expect(view?.problem).toBe("Shelf: no. Taken over: I paint it myself");
  });
  test("two who press try again at the same moment try once", async () => {
    const office = new Office();
    const run = await office.parked();
    const replies = await Promise.all([office.desk.tryAgain(run, sam), office.desk.tryAgain(run, ines)]);
    expect(replies.filter((each) => each.ok)).toHaveLength(1);
    expect((await office.types(run)).filter((each) => each === "triedAgain")).toHaveLength(1);
  });
  test("one that is not stuck is neither tried again nor handed over", async () => {
    const office = new Office();
    const { run } = await office.planned();
    expect(await office.desk.tryAgain(run, sam)).toMatchObject({ ok: false });
    expect(await office.desk.handToPerson(run, sam, "mine")).toMatchObject({ ok: false });
    expect((await office.desk.view(run))?.status).toBe("deciding");
  });
  test("the requester of a clone may try it again", async () => {
    const office = new Office("clone", "clone");
    const run = await office.asked({ runbook: "clone" });
    const planned = await office.engine.drive(run);
    if (planned.status === "deciding") await office.desk.vote(planned.planned!.key, sam, "approve");
    office.shelf.mischief = { at: "take", what: "rejectBefore" };
    const paint = office.shelf.paint.bind(office.shelf);
    office.shelf.paint = () => {
      throw new Error("the brush broke");
    };
    const stuck = await office.engine.drive(run);
    expect(stuck.status).toBe("doubted");
    office.shelf.paint = paint;
    expect((await office.desk.answerDoubt(run, "2-paint", tara, "checkAgain", "look")).ok).toBe(true);
    expect((await office.desk.answerDoubt(run, "2-paint", bystander, "checkAgain", "look")).ok).toBe(false);
  });
});

describe("a doubt", () => {
  const burn = "3-burn";
  const longEnough = (office: Office): void => {
    const { leaseMs, callMs } = office.engine.engine.timings;
    office.engine.clock.advance(leaseMs + callMs);
  };

  test("“it did not” counts only when no call can be under way any more", async () => {
    const office = new Office();
    const run = await office.doubted("burn");
    const early = await office.desk.answerDoubt(run, burn, sam, "didNot", "I looked");
    expect(early).toMatchObject({
      ok: false,
      sentence: expect.stringMatching(/may still be under way.*can be answered in \d+ (s|min)/),
    });
    const began = Date.parse((await office.desk.view(run))!.steps[2]!.lastBeganAt!);
    const { leaseMs, callMs } = office.engine.engine.timings;
    office.engine.clock.advance(began + leaseMs + callMs - 1 - office.engine.clock.now());
    expect((await office.desk.answerDoubt(run, burn, sam, "didNot", "I looked")).ok).toBe(false);
    office.engine.clock.advance(1);
    expect((await office.desk.answerDoubt(run, burn, sam, "didNot", "I looked")).ok).toBe(true);
    expect((await office.engine.drive(run)).outcome).toBe("succeeded");
    expect(office.shelf.burnt).toEqual(["old"]);
  });

  test("“check again” may be pressed at once, and does nothing but look", async () => {
    const office = new Office();
    const run = await office.doubted("burn");
    expect((await office.desk.answerDoubt(run, burn, sam, "checkAgain", "")).ok).toBe(true);
    expect((await office.engine.drive(run)).status).toBe("doubted");
    expect(office.shelf.burnt).toEqual([]);
  });

  test("“it happened” is taken when the world agrees, or nothing depends on it", async () => {
    const office = new Office();
    const run = await office.doubted("burn");
    office.shelf.boxes.delete("old");
    expect((await office.desk.answerDoubt(run, burn, sam, "happened", "ash on the floor")).ok).toBe(true);
    const view = await office.engine.drive(run);
    expect(view.outcome).toBe("succeeded");
    expect(view.steps[2]?.how).toBe("attested");
    const answered = (await office.engine.store.read(run)).find((each) => each.event.type === "answered");
    expect(answered).toMatchObject({ by: sam.person, event: { reason: "ash on the floor" } });
  });

  test("the requester may not answer for a destroying step, whatever groups they are in; for another they may", async () => {
    const inStorage: Visitor = { ...tara, groups: ["S0STORAGE"] };
    const destroying = new Office();
    const run = await destroying.doubted("burn");
    longEnough(destroying);
    for (const answer of ["happened", "didNot"] as const)
      expect(await destroying.desk.answerDoubt(run, burn, inStorage, answer, "I saw it")).toMatchObject({
        ok: false,
        sentence: expect.stringContaining("somebody else has to answer"),
      });
    const changing = new Office();
    const other = await changing.doubted("put");
    longEnough(changing);
    expect((await changing.desk.answerDoubt(other, "1-put", inStorage, "didNot", "I saw it")).ok).toBe(true);
  });

  test.each<[string, Visitor]>([
    ["the requester", tara],
    ["one of epic-owners", priya],
    ["somebody else", bystander],
    ...outsiders,
  ])("%s may answer nothing", async (_who, who) => {
    const office = new Office();
    const run = await office.doubted("burn");
    longEnough(office);
    for (const answer of ["checkAgain", "happened", "didNot"] as const)
      expect((await office.desk.answerDoubt(run, burn, who, answer, "")).ok).toBe(false);
    expect((await office.desk.view(run))?.status).toBe("doubted");
  });

  test("is answered once; another step's doubt is none", async () => {
    const office = new Office();
    const run = await office.doubted("burn");
    longEnough(office);
    expect((await office.desk.answerDoubt(run, "1-put", sam, "didNot", "")).ok).toBe(false);
    const replies = await Promise.all([
      office.desk.answerDoubt(run, burn, sam, "didNot", "no ash"),
      office.desk.answerDoubt(run, burn, ines, "happened", "ash"),
    ]);
    expect(replies.filter((each) => each.ok)).toHaveLength(1);
    expect((await office.types(run)).filter((each) => each === "answered")).toHaveLength(1);
  });
});
