import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import type { RunId } from "../../src/core/ids.js";
import type { Plan, PlannedStep } from "../../src/core/plan.js";
import { choicesIn, readChoices } from "../../src/bot/cards/protect-form.js";
import { openBench, understand, until, type Bench } from "./support/bench.js";
import * as r from "./support/runs.js";

const step = (n: number, uses: string, input: PlannedStep["input"]): PlannedStep => ({
  id: `${n}-${uses}`,
  uses,
  input,
  effect: "change",
  on: [],
  by: "sluice",
  says: `${uses} of clarity`,
  undo: { way: "back", says: "it is taken back" },
});
const plan: Plan = {
  format: 1,
  runbook: "protect",
  version: 1,
  request: { set: "clarity" },
  warnings: [],
  steps: [
    step(1, "createMirrorVolume", { aggregate: "aggr2", tiering: "none" }),
    step(2, "createRelationship", { policy: "epic_mirror", schedule: "epic_15min", kbPerSecond: 51_200 }),
    step(3, "fillMirrors", { window: { from: "22:00", to: "06:00", timeZone: "America/New_York" } }),
  ],
  then: null,
};
const before = choicesIn(plan);

describe("what is chosen in the form", () => {
  test("starts as the plan has it", () => {
    expect(before).toEqual({
      policy: "epic_mirror",
      schedule: "epic_15min",
      limit: "50",
      offPeak: "22:00-06:00",
      aggregate: "aggr2",
      tiering: "none",
      timeZone: "America/New_York",
    });
    expect(readChoices(before, before, "UTC")).toEqual({ request: {} });
  });
  test.each([
    [{ limit: "100 MB/s" }, { kbPerSecond: 102_400 }],
    [{ limit: "" }, { kbPerSecond: 0 }],
    [{ offPeak: "" }, { offPeak: "none" }],
    [{ offPeak: "20:00 to 05:30" }, { offPeak: { from: "20:00", to: "05:30", timeZone: "UTC" } }],
    [
      { policy: "other", tiering: "auto" },
      { policy: "other", tiering: "auto" },
    ],
  ])("%j", (typed, request) => {
    expect(readChoices({ ...before, ...typed }, before, "UTC")).toEqual({ request });
  });
  test.each([
    [{ limit: "fast" }, "limit"],
    [{ limit: "-1" }, "limit"],
    [{ offPeak: "at night" }, "offPeak"],
    [{ offPeak: "22:00-22:00" }, "offPeak"],
    [{ policy: "x; rm -rf /" }, "policy"],
    [{ aggregate: "$(reboot)" }, "aggregate"],
    [{ tiering: "cold" }, "tiering"],
  ])("%j cannot be read", (typed, field) => {
    const read = readChoices({ ...before, ...typed }, before, "UTC");
    expect("errors" in read && Object.keys(read.errors)).toEqual([field]);
  });
});

describe("Change … on the plan card", () => {
  let bench: Bench;
  let run: RunId;
  let ts: string;
  beforeEach(async () => {
    bench = await openBench({
      options: {
        understand: (text, context) =>
          text === "protect clarity"
            ? { kind: "request", runbook: "protect", request: { set: "clarity" } }
            : understand(text, context),
      },
    });
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "protect clarity" });
    run = await until("the run", () => [...bench.desk.runs.keys()].at(-1));
    await until("the card", () => bench.desk.cards.get(run));
    await bench.desk.append(run, "sluice", r.planned(plan, r.twoGroups));
    ts = bench.desk.cards.get(run)!.ts;
  });
  afterEach(() => bench.close());
  const open = async (user: string) => {
    expect(await bench.slack.control.click({ channel: "C0STORAGE", ts, user, text: "Change …" })).toEqual({ ok: true });
    return until("the form", () => bench.slack.control.views({ user })[0] as { id: string; callback_id: string });
  };
  const asked = () => bench.desk.calls.filter((each) => each.act === "ask").map((each) => each.more);
  const cancelled = () => bench.desk.calls.filter((each) => each.act === "cancel").map((each) => each.on);

  test("asks anew with what was chosen; the first plan is given up", async () => {
    const view = await open("U0REQUESTER");
    expect(view.callback_id).toBe("protect");
    const sent = await bench.slack.control.submit({
      view_id: view.id,
      user: "U0REQUESTER",
      values: { limit: { value: { value: "100" } }, offPeak: { value: { value: "20:00-05:00" } } },
    });
    expect(sent).toMatchObject({ ok: true });
    await until("the request", () => asked().length === 2);
    expect(asked()[1]).toMatchObject({
      runbook: "protect",
      request: {
        set: "clarity",
        kbPerSecond: 102_400,
        offPeak: { from: "20:00", to: "05:00", timeZone: "America/New_York" },
      },
    });
    await until("the first to be cancelled", () => cancelled().includes(run));
  });

  test("what cannot be read is said under its field, and nothing is asked", async () => {
    const view = await open("U0REQUESTER");
    const sent = await bench.slack.control.submit({
      view_id: view.id,
      user: "U0REQUESTER",
      values: { limit: { value: { value: "fast" } } },
    });
    expect(sent).toMatchObject({
      ok: false,
      errors: { limit: expect.stringContaining("a number of MB/s") as unknown },
    });
    expect(asked()).toHaveLength(1);
  });

  test("somebody else's choice is a request beside it; a guest's is the desk's to refuse", async () => {
    const view = await open("U0STORAGE");
    await bench.slack.control.submit({
      view_id: view.id,
      user: "U0STORAGE",
      values: { limit: { value: { value: "10" } } },
    });
    await until("the request", () => asked().length === 2);
    const guest = await open("U0GUEST");
    await bench.slack.control.submit({
      view_id: guest.id,
      user: "U0GUEST",
      values: { limit: { value: { value: "20" } } },
    });
    await until("the no", () =>
      bench.messages("C0STORAGE").find((each) => each.ephemeral_for === "U0GUEST" && /Guests cannot/.test(each.text)),
    );
    expect(cancelled()).toEqual([]);
  });

  test("nothing chosen otherwise: the plan stays", async () => {
    const view = await open("U0REQUESTER");
    await bench.slack.control.submit({ view_id: view.id, user: "U0REQUESTER", values: {} });
    await until("the word", () => bench.messages("C0STORAGE").find((each) => /stays as it is/.test(each.text)));
    expect(asked()).toHaveLength(1);
  });
});
