import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { canonical } from "../../src/core/json.js";

class Box {
  side = 1;
}

describe("canonical JSON", () => {
  test.each<[string, unknown, string]>([
    ["keys are sorted, at every depth", { b: 1, a: { d: [], c: null } }, '{"a":{"c":null,"d":[]},"b":1}'],
    ["members that are undefined are left out", { a: undefined, b: true }, '{"b":true}'],
    ["text is escaped as JSON has it", { a: 'x"\n\u2028' }, JSON.stringify({ a: 'x"\n\u2028' })],
    ["negative zero is zero", -0, "0"],
    ["objects without a prototype", Object.assign(Object.create(null) as object, { a: 1 }), '{"a":1}'],
  ])("%s", (_what, value, text) => expect(canonical(value)).toBe(text));

  test.each<[string, unknown, RegExp]>([
    ["a date", { a: { at: new Date(0) } }, /^\$\.a\.at is Date/],
    ["not a number", [1, NaN], /^\$\[1\] is NaN/],
    ["infinity", { a: -Infinity }, /^\$\.a is -Infinity/],
    ["an instance of a class", { a: [new Box()] }, /^\$\.a\[0\] is Box/],
    ["a map", new Map([[1, 2]]), /^\$ is Map/],
    ["bytes", { a: Buffer.from("x") }, /^\$\.a is Buffer/],
    ["a function", { a: () => 1 }, /^\$\.a is function/],
    ["a symbol", { a: Symbol("x") }, /^\$\.a is symbol/],
    ["a bigint", { a: 1n }, /^\$\.a is bigint/],
    ["undefined by itself", undefined, /^\$ is undefined/],
    ["undefined in a list", { a: [1, undefined] }, /^\$\.a is undefined/],
    ["a hole in a list", { a: [1, , 2] }, /\$\.a/],
  ])("throws on %s, saying where", (_what, value, says) => expect(() => canonical(value)).toThrow(says));

  test("the order in which members were written does not matter, and nothing is lost", () => {
    const shuffled = (value: unknown): unknown => {
      if (Array.isArray(value)) return value.map(shuffled);
      if (typeof value !== "object" || value === null) return value;
      return Object.fromEntries(
        Object.entries(value)
          .reverse()
          .map(([key, each]) => [key, shuffled(each)]),
      );
    };
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(canonical(shuffled(value))).toBe(canonical(value));
        expect(JSON.parse(canonical(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });
});
