import { describe, expect, test } from "@jest/globals";
import { isRef, refsTo, resolveRefs, type Known } from "../../src/core/refs.js";

interface Made {
  readonly uuid: string;
  readonly luns: readonly { readonly serial: string }[];
}
const known: Known = {
  run: { id: "rabc", tag: "sluice:rabc" },
  outputs: new Map([
    [
      "2-createClone",
      { output: { uuid: "u-1", luns: [{ serial: "s0" }, { serial: "s1" }], zero: 0, no: null }, at: "14:00" },
    ],
    ["3-empty", { output: null, at: "14:01" }],
  ]),
};
const made = refsTo<Made>("2-createClone");
/** As the plan stores it. */
const stored = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("refs", () => {
  test("are plain data once they are stored, as deep as they go", () => {
    expect(stored({ a: made.luns[1]!.serial, b: [made.uuid], c: made, d: made.$at })).toEqual({
      a: { $from: "2-createClone", $path: "luns.1.serial" },
      b: [{ $from: "2-createClone", $path: "uuid" }],
      c: { $from: "2-createClone", $path: "" },
      d: { $from: "2-createClone", $path: "$at" },
    });
  });
  test("are known from other data", () => {
    expect(isRef(stored(made.uuid))).toBe(true);
    for (const other of [null, "x", 1, [], {}, { $from: "x" }, { $secret: "x" }]) expect(isRef(other)).toBe(false);
  });
  test("get their values, wherever they stand; the rest stays as it is", () => {
    const input = {
      name: "x",
      list: [made.luns[0]!.serial, 7, { deep: made.luns[1]!.serial }],
      at: made.$at,
      all: made.luns,
      tag: refsTo<{ tag: string }>("run").tag,
      secret: { $secret: "password" },
      nothing: null,
      zero: { $from: "2-createClone", $path: "zero" },
      no: { $from: "2-createClone", $path: "no" },
    };
    expect(resolveRefs(stored(input), known)).toEqual({
      name: "x",
      list: ["s0", 7, { deep: "s1" }],
      at: "14:00",
      all: [{ serial: "s0" }, { serial: "s1" }],
      tag: "sluice:rabc",
      secret: { $secret: "password" },
      nothing: null,
      zero: 0,
      no: null,
    });
  });
  test.each<[string, unknown, RegExp]>([
    ["a step that has not ended", refsTo<Made>("9-later").uuid, /uuid of step 9-later, which has not ended/],
    [
      "a member that is not there",
      { $from: "2-createClone", $path: "luns.2.serial" },
      /2-createClone gave no luns\.2\.serial/,
    ],
    ["a member of nothing", { $from: "3-empty", $path: "uuid" }, /3-empty gave no uuid/],
    ["a member of a text", { $from: "2-createClone", $path: "uuid.x" }, /gave no uuid\.x/],
    ["something of the run that it has not", { $from: "run", $path: "asker" }, /run gave no asker/],
  ])("throw on %s", (_what, ref, says) => expect(() => resolveRefs({ a: [stored(ref)] }, known)).toThrow(says));
});
