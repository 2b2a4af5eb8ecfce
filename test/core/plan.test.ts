import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { hashOf, isRunId, randomKey, runIdFor, shortHash } from "../../src/core/ids.js";
import { planBytes, readPlan, touchesOf, type Plan, type Touch } from "../../src/core/plan.js";
import type { Resource } from "../../src/core/resource.js";
import { difference } from "../../src/jobs/difference.js";
import { draw } from "../../src/runbooks/define.js";
import { Shelf, shelfRunbook } from "../support/shelf.js";

const { plan } = draw(shelfRunbook(new Shelf()), { box: "a", burn: "old" }, { there: [] });
const bytes = planBytes(plan);
const hash = hashOf(bytes);

describe("the plan's bytes", () => {
  test("come back as the plan, and as the same bytes", () => {
    expect(readPlan(bytes, hash)).toEqual(plan);
    expect(planBytes(readPlan(bytes, hash))).toBe(bytes);
  });
  test("any change of them is noticed", () => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.string({ minLength: 1, maxLength: 1 }), (at, other) => {
        fc.pre(bytes[at] !== other);
        const tampered = bytes.slice(0, at) + other + bytes.slice(at + 1);
        expect(() => readPlan(tampered, hash)).toThrow("not the plan of its hash");
      }),
    );
    expect(() => readPlan(`${bytes} `, hash)).toThrow("not the plan of its hash");
  });
  test.each<[string, string]>([
    ["no JSON", "{"],
    ["no plan", "{}"],
    ["a format of another time", bytes.replace('"format":1', '"format":2')],
    ["steps without ids", planBytes({ ...plan, steps: [{ ...plan.steps[0], id: 1 } as never] })],
  ])("%s is refused even under its own hash", (_what, text) => expect(() => readPlan(text, hashOf(text))).toThrow());
  test("everything an approver relies on is in the hash", () => {
    const [first, ...rest] = plan.steps;
    const others: Plan[] = [
      { ...plan, runbook: "x" },
      { ...plan, version: 2 },
      { ...plan, request: { box: "b" } },
      { ...plan, warnings: [] },
      { ...plan, steps: rest },
      { ...plan, steps: [...rest, first!] },
      { ...plan, then: { runbook: "x", request: {}, when: true } },
      ...[
        { effect: "read" as const },
        { says: "Put box b" },
        { input: { box: "b" } },
        { on: [] },
        { uses: "burn" },
        { by: { handOff: "you" } },
        { undo: { way: "none" as const, says: "" } },
      ].map((change) => ({ ...plan, steps: [{ ...first!, ...change }, ...rest] })),
    ];
    const hashes = [plan, ...others].map((each) => hashOf(planBytes(each)));
    expect(new Set(hashes).size).toBe(hashes.length);
  });
});

describe("what a plan touches", () => {
  const thing = (id: string): Resource => ({ kind: "k", id, name: id, environment: "clone", labels: {} });
  const touching = (...on: Touch[][]): Plan => ({
    ...plan,
    steps: on.map((each) => ({ ...plan.steps[0]!, on: each })),
  });
  const reads = (id: string): Touch => ({ resource: thing(id), as: "reads" });
  const changes = (id: string): Touch => ({ resource: thing(id), as: "changes" });
  test.each<[string, Plan, string[]]>([
    ["nothing", touching(), []],
    ["each once", touching([reads("x")], [reads("x")]), ["x reads"]],
    [
      "with its strongest use, in whichever order",
      touching([reads("x"), changes("y")], [changes("x"), reads("y")]),
      ["x changes", "y changes"],
    ],
    [
      "in one order for all plans",
      touching([changes("b"), reads("c"), changes("a")]),
      ["a changes", "b changes", "c reads"],
    ],
  ])("%s", (_what, of, said) => expect(touchesOf(of).map((each) => `${each.resource.id} ${each.as}`)).toEqual(said));
});

describe("ids", () => {
  test("the same event gives the same run, another gives another, and none has a colon", () => {
    fc.assert(
      fc.property(fc.string(), fc.string(), fc.string(), (team, event, other) => {
        const run = runIdFor(team, event);
        expect(run).toMatch(/^r[a-km-np-z2-9]{9}$/);
        expect(isRunId(run)).toBe(true);
        expect(runIdFor(team, event)).toBe(run);
        if (other !== event) expect(runIdFor(team, other)).not.toBe(run);
      }),
    );
    expect(runIdFor("ab", "c")).not.toBe(runIdFor("a", "bc"));
  });
  test.each([
    "",
    "r",
    "rabcdefghi1",
    "Rabcdefghi",
    "rabcdefghil",
    "rabcdefgho",
    "rabcdefgh:",
    "rabcdefghij",
    " rabcdefghi",
  ])("%j is no run", (text) => expect(isRunId(text)).toBe(false));
  test("a button's key is never made twice", () => {
    const keys = Array.from({ length: 500 }, randomKey);
    expect(new Set(keys).size).toBe(500);
    for (const key of keys) expect(key).toMatch(/^[a-km-np-z2-9]{32}$/);
  });
  test("a hash is SHA-256 of the UTF-8 bytes", () => {
    expect(hashOf("abc")).toBe("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    expect(hashOf("ü")).not.toBe(hashOf("u"));
    expect(shortHash(hashOf("abc"))).toBe("ba7816bf");
  });
});

describe("the difference between two plans", () => {
  const [put, paint, burn] = plan.steps as [Plan["steps"][0], Plan["steps"][0], Plan["steps"][0]];
  const of = (steps: Plan["steps"], warnings: readonly string[] = []): Plan => ({ ...plan, steps, warnings });
  test.each<[string, Plan, Plan, string[]]>([
    ["none", plan, plan, []],
    ["a step more", of([put]), of([put, burn]), ["Step new: Burn box old"]],
    ["a step less", of([put, burn]), of([put]), ["Step gone: Burn box old"]],
    [
      "another object",
      of([put, burn]),
      of([put, { ...burn, says: "Burn box new" }]),
      ["Step gone: Burn box old", "Step new: Burn box new"],
    ],
    ["warnings", of([put], ["one"]), of([put], ["two"]), ["Warning gone: one", "Warning new: two"]],
    [
      "details that the sentences do not say",
      of([put, paint]),
      of([put, { ...paint, input: { box: "a", colour: "green" } }]),
      ['Details of "Paint box a red" changed.'],
    ],
  ])("%s", (_what, before, after, said) => expect(difference(before, after)).toEqual(said));
  test("plans of different hashes always differ in a sentence", () => {
    const others: Plan[] = [
      of([paint, put]),
      { ...plan, request: { box: "a", burn: "old", note: "x" } },
      { ...plan, version: 2 },
      { ...plan, then: { runbook: "tidy", request: {}, when: true } },
    ];
    for (const other of others) expect(difference(plan, other)).not.toEqual([]);
  });
});
