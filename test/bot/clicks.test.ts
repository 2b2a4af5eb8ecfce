import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunEvent } from "../../src/core/events.js";
import type { RunId } from "../../src/core/ids.js";
import { openBench, until, type Bench } from "./support/bench.js";
import * as r from "./support/runs.js";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const key = "k".repeat(32);
const acts = (act: string) => bench.desk.calls.filter((each) => each.act === act);
const whispers = (user: string) => bench.messages("C0STORAGE").filter((each) => each.ephemeral_for === user);
const modal = async (user: string) => {
  const view = await until("the modal", () => bench.slack.control.views({ user })[0]);
  return view as { id: string; callback_id: string };
};

/** A run in #storage with its card, after these events. */
async function cardOf(...events: RunEvent[]): Promise<{ run: RunId; ts: string }> {
  await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "restore prod from CVO" });
  const run = await until("the run", () => [...bench.desk.runs.keys()].at(-1));
  await until("the card", () => bench.desk.cards.get(run));
  await bench.desk.append(run, "sluice", ...events);
  return { run, ts: bench.desk.cards.get(run)!.ts };
}
const press = (ts: string, user: string, text: string) =>
  bench.slack.control.click({ channel: "C0STORAGE", ts, user, text });
const inCard = (ts: string): string =>
  JSON.stringify(bench.messages("C0STORAGE").find((each) => each.ts === ts)?.blocks);

describe("approve", () => {
  test("brings who pressed to the desk, looked up at that moment, and the card shows the vote", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    expect(await press(ts, "U0STORAGE", "Approve")).toEqual({ ok: true });
    await until("the vote on the card", () => inCard(ts).includes("✅ <@U0STORAGE>"));
    expect(acts("approve")).toMatchObject([
      { on: key, visitor: { person: { team: r.team, user: "U0STORAGE" }, groups: ["S0STORAGE"], guest: false } },
    ]);
    expect(whispers("U0STORAGE")).toEqual([]);
  });

  test.each([
    ["the requester", "U0REQUESTER", { groups: [], guest: false }],
    ["a guest", "U0GUEST", { guest: true }],
    ["a stranger", "U0STRANGER", { stranger: true, person: { team: "T0VENDOR", user: "U0STRANGER" } }],
  ])("%s is passed on as what they are, and reads the desk's no", async (_who, user, as) => {
    const { ts } = await cardOf(r.plannedRestore);
    bench.desk.reply = { ok: false, sentence: "That is not yours to approve. Nothing was changed." };
    await press(ts, user, "Approve");
    const told = await until("the no", () => whispers(user)[0]);
    expect(told.text).toBe("That is not yours to approve. Nothing was changed.");
    expect(acts("approve")).toMatchObject([{ visitor: as }]);
  });

  test("somebody who left the group a moment ago is not in it", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    bench.slack.control.group({ id: "S0STORAGE", users: ["U0STORAGE2"] });
    await press(ts, "U0STORAGE", "Approve");
    await until("the vote", () => acts("approve")[0]);
    expect(acts("approve")[0]?.visitor.groups).toEqual([]);
  });

  test("a group that cannot be read has nobody in it, and the no says why it may be wrong", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    bench.desk.reply = { ok: false, sentence: "You are in none of the groups." };
    bench.slack.control.faults({ method: "usergroups.users.list", error: "plan_upgrade_required", times: 2 });
    await press(ts, "U0STORAGE", "Approve");
    const told = await until("the no", () => whispers("U0STORAGE")[0]);
    expect(acts("approve")[0]?.visitor.groups).toEqual([]);
    expect(told.text).toContain("S0STORAGE");
  });

  test("a click delivered twice brings the same key twice: the desk decides once", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    bench.slack.control.faults({ duplicate: true });
    await press(ts, "U0STORAGE", "Approve");
    await until("the vote", () => acts("approve").length > 0);
    await bench.slack.settled();
    expect(new Set(acts("approve").map((each) => each.on))).toEqual(new Set([key]));
  });

  test("a button of a run nobody knows any more says so and goes", async () => {
    const { run, ts } = await cardOf(r.plannedRestore);
    bench.desk.runs.delete(run);
    await press(ts, "U0STORAGE", "Approve");
    await until("the word", () => whispers("U0STORAGE")[0]);
    await until("the buttons to go", () => !inCard(ts).includes('"actions"'));
    expect(inCard(ts)).toContain("out of date");
  });

  test("what has no way back and no safety copy is approved by typing the set's name", async () => {
    const plan = { ...r.restorePlan, steps: r.restorePlan.steps.filter((each) => each.uses !== "safetySnapshot") };
    const { ts } = await cardOf(r.planned(plan, r.twoGroups));
    await press(ts, "U0STORAGE", "Approve");
    const view = await modal("U0STORAGE");
    expect(view.callback_id).toBe("confirm");
    expect(acts("approve")).toEqual([]);
    const wrong = await bench.slack.control.submit({
      view_id: view.id,
      user: "U0STORAGE",
      values: { word: { value: { value: "production" } } },
    });
    expect(wrong).toMatchObject({
      ok: false,
      errors: { word: expect.stringContaining("Type prod exactly") as unknown },
    });
    expect(acts("approve")).toEqual([]);
    await bench.slack.control.submit({
      view_id: view.id,
      user: "U0STORAGE",
      values: { word: { value: { value: "prod" } } },
    });
    await until("the vote", () => acts("approve")[0]);
  });
});

describe("the other buttons", () => {
  test("deny asks for the reason, and the thread reads who and why", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    await press(ts, "U0APPOWNER", "Deny");
    const view = await modal("U0APPOWNER");
    expect(acts("deny")).toEqual([]);
    await bench.slack.control.submit({
      view_id: view.id,
      user: "U0APPOWNER",
      values: { reason: { value: { value: "Go-live is *tonight* <!here>" } } },
    });
    const told = await until("the word in the thread", () =>
      bench.messages("C0STORAGE").find((each) => each.text.startsWith("❌ <@")),
    );
    expect(acts("deny")).toMatchObject([
      { on: key, more: "Go-live is *tonight* <!here>", visitor: { groups: ["S0EPIC"] } },
    ]);
    expect(told.text).toContain("<@U0REQUESTER>: Denied by <@U0APPOWNER>");
    expect(told.text).toContain("&lt;!here&gt;");
    await until("the buttons to go", () => !inCard(ts).includes('"actions"'));
  });

  test("a refused denial is said to the one who sent it", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    bench.desk.reply = { ok: false, sentence: "You cannot deny this." };
    await press(ts, "U0GUEST", "Deny");
    const view = await modal("U0GUEST");
    await bench.slack.control.submit({
      view_id: view.id,
      user: "U0GUEST",
      values: { reason: { value: { value: "no" } } },
    });
    await until("the word", () => whispers("U0GUEST")[0]);
    expect(acts("deny")).toMatchObject([{ visitor: { guest: true } }]);
  });

  const granted = [r.plannedRestore, r.settled(r.restorePlan, "granted"), r.began(r.restorePlan, 1)] as const;
  const doubted = [...granted, { type: "doubted", step: "1-pin", why: "no answer" } as const];

  test("cancel, check again and try again go to the desk at once", async () => {
    const first = await cardOf(r.plannedRestore);
    await press(first.ts, "U0REQUESTER", "Cancel");
    await until("the cancel", () => acts("cancel")[0]);
    const second = await cardOf(...doubted);
    await press(second.ts, "U0STORAGE", "Check again");
    await until("the answer", () => acts("answerDoubt")[0]);
    expect(acts("cancel")[0]?.on).toBe(first.run);
    expect(acts("answerDoubt")[0]).toMatchObject({ on: second.run, more: { step: "1-pin", answer: "checkAgain" } });
  });

  test.each([
    ["It happened", "happened"],
    ["It did not", "didNot"],
  ])("%s asks how they know", async (label, answer) => {
    const { run, ts } = await cardOf(...doubted);
    await press(ts, "U0STORAGE", label);
    const view = await modal("U0STORAGE");
    await bench.slack.control.submit({
      view_id: view.id,
      user: "U0STORAGE",
      values: { reason: { value: { value: "I looked" } } },
    });
    await until("the answer", () => acts("answerDoubt")[0]);
    expect(acts("answerDoubt")[0]).toMatchObject({ on: run, more: { step: "1-pin", answer, reason: "I looked" } });
  });

  test("a parked run is tried again or handed over with a reason", async () => {
    const parked = [
      ...granted,
      { type: "undoBegan", step: "1-pin" },
      { type: "undoFailed", step: "1-pin", problem: "busy" },
    ] as const;
    const { run, ts } = await cardOf(...parked);
    await press(ts, "U0STORAGE", "Try again");
    await until("the try", () => acts("tryAgain")[0]);
    await press(ts, "U0STORAGE", "Hand to a person");
    const view = await modal("U0STORAGE");
    await bench.slack.control.submit({
      view_id: view.id,
      user: "U0STORAGE",
      values: { reason: { value: { value: "I drop the pin by hand" } } },
    });
    await until("the hand-over", () => acts("handToPerson")[0]);
    expect(acts("handToPerson")[0]).toMatchObject({ on: run, more: "I drop the pin by hand" });
  });

  test("a click whose person cannot be looked up does nothing and says so", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    bench.slack.control.faults({ method: "users.info", status: 500, times: 5 });
    await press(ts, "U0STORAGE", "Approve");
    const told = await until("the word", () => whispers("U0STORAGE")[0]);
    expect(told.text).toContain("nothing was done");
    expect(acts("approve")).toEqual([]);
  });
});

test("the Home tab shows what waits for the one who looks, and what they asked for", async () => {
  await cardOf(r.plannedRestore);
  const approver = JSON.stringify(await bench.slack.control.openHome("U0STORAGE"));
  expect(approver).toContain("Read the plan and decide");
  const requester = JSON.stringify(await bench.slack.control.openHome("U0REQUESTER"));
  expect(requester).toContain("Nothing waits for your yes or no");
  expect(requester).toContain("Waiting for approval");
});

test("a button of the Home tab is answered by direct message", async () => {
  const home = (await bench.slack.control.openHome("U0STORAGE")) as { id: string };
  await bench.slack.control.click({ user: "U0STORAGE", view_id: home.id, text: "My clones" });
  await until("the question", () => bench.desk.questions[0]);
  expect(bench.desk.questions[0]).toMatchObject({ question: { name: "clones" }, to: { channel: "D0STORAGE" } });
});

describe("a list on a plan's card", () => {
  const choose = (ts: string, value: string, user = "U0REQUESTER") =>
    bench.slack.control.click({ channel: "C0STORAGE", ts, user, action_id: "say:list2", value });

  test("asks for what was chosen, in the chooser's name; twice the same is once, another is another", async () => {
    const { ts } = await cardOf(r.plannedRestore);
    await until("the list", () => inCard(ts).includes("Other points: choose one"));
    const texts = () =>
      bench.desk.calls.filter((each) => each.act === "ask").map((each) => (each.more as { text: string }).text);
    const before = texts().length;
    await choose(ts, "restore prod from nightly.2026-11-19_0200");
    await choose(ts, "restore prod from nightly.2026-11-19_0200");
    await choose(ts, "restore prod from nightly.2026-11-18_0200");
    await until("both", () => texts().length >= before + 2);
    await bench.slack.settled();
    expect(texts().slice(before).sort()).toEqual([
      "restore prod from nightly.2026-11-18_0200",
      "restore prod from nightly.2026-11-19_0200",
    ]);
  });

  test("of one's own request takes its place; somebody else's choice is a request beside it", async () => {
    const { run, ts } = await cardOf(r.plannedRestore);
    await until("the list", () => inCard(ts).includes("Other points: choose one"));
    const asked = () => acts("ask").length;
    const before = asked();
    await choose(ts, "restore prod from nightly.2026-11-18_0200", "U0STORAGE");
    await until("their own", () => asked() > before);
    await bench.slack.settled();
    expect(acts("cancel")).toEqual([]);
    await choose(ts, "restore prod from nightly.2026-11-19_0200");
    await until("the first given up", () => acts("cancel").length > 0);
    expect(acts("cancel")).toMatchObject([{ on: run, visitor: { person: { user: "U0REQUESTER" } } }]);
  });
});
