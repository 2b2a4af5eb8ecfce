import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { InDoubt, Rejected } from "../../src/core/problems.js";
import { attach, findResult, isReadScript, inspect, wwidOf, type ScriptOutcome } from "../../src/host/index.js";

const outcome = (result: ScriptOutcome["result"], exitCode = 0): ScriptOutcome => ({
  exitCode,
  result,
  stdout: "",
  stderr: "",
});
const facts = { boot: "b", vg: "v", mount: "/m", portals: 2, paths: { a: 2 }, uuid: "u", content: "c" };

describe("the result line", () => {
  test("is the last one, whatever stands before and behind it", () => {
    expect(findResult('noise\n@@RESULT {"a":1}\n@@RESULT {"a":2}\nmore\n')).toEqual({ a: 2 });
  });
  test.each(["", "no line", '@@RESULT {"a":', "x @@RESULT {}"])("is not found in %j", (text) => {
    expect(findResult(text)).toBeUndefined();
  });
  test("survives any JSON and any noise around it", () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, noise) => {
        const line = JSON.stringify(JSON.parse(json));
        expect(findResult(`${noise.replaceAll("@@RESULT", "")}\n@@RESULT ${line}\n`)).toEqual(JSON.parse(line));
      }),
    );
  });
});

describe("what an outcome means", () => {
  test("facts", () => {
    expect(attach.outcome(outcome({ ok: true, script: "attach", changed: true, ...facts }))).toMatchObject({
      vg: "v",
      portals: 2,
    });
  });
  test("a refusal is Rejected, says that nothing changed and names the holders", () => {
    const holders = [{ pid: 7, user: "irisusr", command: "irisdb" }];
    const said = {
      ok: false,
      script: "attach",
      changed: false,
      boot: "b",
      code: "in-use",
      says: "it is in use",
      holders,
    };
    expect(() => attach.outcome(outcome(said, 10), "h1")).toThrow(
      expect.objectContaining({
        kind: "rejected",
        code: "in-use",
        retryable: false,
        sentence: "host h1: it is in use.",
        detail: { changed: false, holders },
      }),
    );
  });
  test("a busy host may be asked again", () => {
    const said = { ok: false, script: "attach", changed: false, boot: "b", code: "busy", says: "busy" };
    expect(() => attach.outcome(outcome(said, 75))).toThrow(
      expect.objectContaining({ kind: "rejected", retryable: true }),
    );
  });
  test.each([
    ["no line", undefined],
    ["another script's", { ok: true, script: "detach", changed: true, ...facts }],
    ["facts missing", { ok: true, script: "attach", changed: true, boot: "b" }],
  ])("%s is in doubt", (_name, result) => {
    expect(() => attach.outcome(outcome(result))).toThrow(InDoubt);
    expect(() => attach.outcome(outcome(result))).not.toThrow(Rejected);
  });
});

test("a LUN's identity on the host comes from its serial", () => {
  expect(wwidOf("81LJC?WtqyyX")).toBe("3600a098038314c4a433f577471797958");
  expect(() => wwidOf("short")).toThrow(RangeError);
});

test("only this room makes scripts that read", () => {
  const real = inspect.script({});
  expect(isReadScript(real)).toBe(true);
  expect(isReadScript({ ...real })).toBe(false);
});
