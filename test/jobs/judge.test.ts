import { describe, expect, test } from "@jest/globals";
import type { RunEvent } from "../../src/core/events.js";
import type { Json } from "../../src/core/json.js";
import { InDoubt, NotSent, Refusal, Rejected } from "../../src/core/problems.js";
import { judge, type Situation, type StepFacts, type Verdict } from "../../src/jobs/judge.js";
import type { Probe } from "../../src/runbooks/define.js";

const step = "2-put";
const watch = { kind: "job", cluster: "c", uuid: "u" } as const;
const probes = {
  done: { found: "done", output: { uuid: "1" } },
  absent: { found: "absent" },
  workFailed: { found: "absent", because: "The job ended: no space" },
  running: { found: "running", watch },
  partial: { found: "partial", why: "Two of four are there." },
  stopped: { found: "absent", goesOn: "It stopped half way." },
  again: { found: "partial", why: "Two of four are gone.", again: true },
  foreign: { found: "foreign", what: "A volume of that name is there" },
  unclear: { found: "unclear", why: "The array does not answer." },
} satisfies Record<string, Probe<Json>>;

const first: Situation = { kind: "first" };
const resumed: Situation = { kind: "resumed" };
const woken: Situation = { kind: "woken" };
const called: Situation = { kind: "called" };
const told = {
  rejected: { kind: "called", problem: new Rejected("no", { from: "ONTAP" }) },
  refusal: { kind: "called", problem: new Refusal("not like this") },
  notSent: { kind: "called", problem: new NotSent("nobody there", { from: "ONTAP" }) },
  inDoubt: { kind: "called", problem: new InDoubt("the line broke", { from: "ONTAP" }) },
} satisfies Record<string, Situation>;

/** Short forms: "change", "destroy"; x = closed, s = settled, and the attempt. */
function facts(short: string): StepFacts {
  const [effect = "", ...flags] = short.split(" ");
  return {
    step,
    effect: effect as StepFacts["effect"],
    attempt: Number(flags.find((each) => /^\d$/.test(each)) ?? 1),
    closed: flags.includes("closed"),
    settled: flags.includes("settled"),
  };
}

const append = (event: RunEvent): Verdict => ({ do: "append", event });
const ended = (how: "ran" | "recovered" | "already"): Verdict =>
  append({ type: "ended", step, output: { uuid: "1" }, how });
const failed = (problem: string, absent = false): Verdict => append({ type: "failed", step, problem, absent });
const doubted = (why: string): Verdict => append({ type: "doubted", step, why });
const begin: Verdict = { do: "begin" };
const lookAgain: Verdict = { do: "lookAgain" };
const sleep: Verdict = { do: "sleep", watch };
const unseen = "The call was made, and nothing of it can be seen.";
const foreign = failed("A volume of that name is there. It is not ours, so it was left alone.");

type Row = [keyof typeof probes, string, Verdict];
const table = (situation: Situation, rows: readonly Row[]): void => {
  test.each(rows)("%s, %s", (found, short, verdict) => {
    expect(judge(probes[found], situation, facts(short))).toEqual(verdict);
  });
};

describe("rule 3: never begun by us", () => {
  for (const effect of ["change 0", "destroy 0"]) {
    table(first, [
      ["done", effect, ended("already")],
      ["absent", effect, begin],
      ["workFailed", effect, begin],
      ["running", effect, sleep],
      ["foreign", effect, foreign],
      ["partial", effect, failed("Two of four are there.")],
      ["again", effect, failed("Two of four are gone.")],
      ["unclear", effect, failed("The array does not answer. Nothing was done.")],
      ["unclear", `${effect} settled`, failed("The array does not answer. Nothing was done.")],
    ]);
  }
});

describe("rule 4: begun before", () => {
  table(resumed, [
    ["done", "change", ended("recovered")],
    ["done", "destroy closed", ended("recovered")],
    ["running", "change", sleep],
    ["running", "destroy", sleep],
    ["foreign", "change closed", foreign],
    ["foreign", "destroy", foreign],
    ["unclear", "change", lookAgain],
    ["unclear", "change settled", doubted("The array does not answer.")],
    ["unclear", "destroy closed", lookAgain],
    ["unclear", "destroy closed settled", doubted("The array does not answer.")],

    ["absent", "change", lookAgain],
    ["absent", "change settled", begin],
    ["absent", "change closed", begin],
    ["absent", "change closed 3", begin],
    ["absent", "change settled 3", doubted(unseen)],
    ["workFailed", "change", failed("The job ended: no space", true)],
    ["workFailed", "change closed", begin],
    ["partial", "change", begin],
    ["partial", "change closed 3", begin],

    ["absent", "destroy", lookAgain],
    ["absent", "destroy settled", doubted(unseen)],
    ["absent", "destroy closed", begin],
    ["absent", "destroy closed settled 2", begin],
    ["workFailed", "destroy", failed("The job ended: no space", true)],
    ["partial", "destroy", doubted("Two of four are there.")],
    ["partial", "destroy closed", doubted("Two of four are there.")],
    ["again", "destroy", doubted("Two of four are gone.")],
    ["again", "destroy closed", begin],
  ]);
});

describe("rule 5: called just now", () => {
  describe("and it was accepted", () => {
    table(called, [
      ["done", "change", ended("ran")],
      ["done", "destroy", ended("ran")],
      ["running", "destroy", sleep],
      ["foreign", "change", foreign],
      ["partial", "change", failed("Two of four are there.")],
      ["again", "destroy", failed("Two of four are gone.")],
      ["unclear", "change", lookAgain],
      ["unclear", "change settled", doubted("The array does not answer.")],
      ["workFailed", "change", failed("The job ended: no space", true)],
      ["workFailed", "destroy", failed("The job ended: no space", true)],
      ["absent", "change", lookAgain],
      ["absent", "change settled", begin],
      ["absent", "change settled 2", begin],
      ["absent", "change settled 3", doubted(unseen)],
      ["absent", "destroy", lookAgain],
      ["absent", "destroy settled", doubted(unseen)],
    ]);
  });
  describe("and it was rejected: what this call did not do says nothing of an earlier one", () => {
    table(told.rejected, [
      ["done", "change", ended("ran")],
      ["running", "change", sleep],
      ["foreign", "change", foreign],
      ["absent", "change", failed("ONTAP: no.", true)],
      ["absent", "destroy", failed("ONTAP: no.", true)],
      ["absent", "change 2", lookAgain],
      ["absent", "change settled 2", failed("ONTAP: no.", true)],
      ["absent", "destroy 2", lookAgain],
      ["absent", "destroy settled 2", failed("ONTAP: no.", true)],
      ["partial", "change", failed("ONTAP: no. Two of four are there.")],
      ["unclear", "change", lookAgain],
      ["unclear", "destroy settled", doubted("ONTAP: no. The array does not answer.")],
    ]);
  });
  describe("and it was never sent, or refused by ourselves", () => {
    table(told.notSent, [["absent", "destroy", failed("ONTAP: nobody there.", true)]]);
    table(told.refusal, [["absent", "change", failed("not like this.", true)]]);
  });
  describe("and the answer was lost", () => {
    table(told.inDoubt, [
      ["done", "change", ended("ran")],
      ["done", "destroy", ended("ran")],
      ["absent", "change", lookAgain],
      ["absent", "change settled", begin],
      ["absent", "change settled 3", doubted("ONTAP: the line broke.")],
      ["absent", "destroy", lookAgain],
      ["absent", "destroy settled", doubted("ONTAP: the line broke.")],
      ["workFailed", "destroy", failed("The job ended: no space", true)],
      ["unclear", "destroy settled", doubted("ONTAP: the line broke. The array does not answer.")],
    ]);
  });
});

describe("rule 5: woken, because what was waited for is over", () => {
  table(woken, [
    ["done", "change", ended("ran")],
    ["running", "change", sleep],
    ["foreign", "destroy", foreign],
    ["partial", "destroy", failed("Two of four are there.")],
    ["unclear", "change settled", doubted("The array does not answer.")],
    ["workFailed", "destroy", failed("The job ended: no space", true)],
    ["absent", "change", lookAgain],
    ["absent", "change settled", begin],
    ["absent", "change settled 3", doubted(unseen)],
    ["absent", "destroy settled", doubted(unseen)],
  ]);
});

test("whatever the probe says, a destroying step whose last attempt may be open is never begun again", () => {
  for (const probe of Object.values(probes))
    for (const situation of [resumed, woken, called, ...Object.values(told)])
      for (const attempt of [1, 2, 3, 7])
        for (const settled of [true, false])
          expect(judge(probe, situation, { step, effect: "destroy", attempt, closed: false, settled }).do).not.toBe(
            "begin",
          );
});

describe("work that stopped and goes on from where it was", () => {
  table(woken, [
    ["stopped", "change 1", begin],
    ["stopped", "change 2", begin],
    ["stopped", "change 3 settled", doubted("It stopped half way.")],
    ["stopped", "destroy 1", doubted("It stopped half way.")],
  ]);
  table(resumed, [["stopped", "change 3 closed", begin]]);
  table(first, [["stopped", "change", begin]]);
});
