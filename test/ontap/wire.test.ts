import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FEATURES, isAtLeast, serialToWwid } from "../../src/ontap/index.js";
import { durationMs, instant, needText, num, Unreadable, word } from "../../src/ontap/wire/records.js";

describe("durations", () => {
  test.each([
    ["PT8H35M42S", 30_942_000],
    ["P2D", 172_800_000],
    ["P1DT2H", 93_600_000],
    ["PT14M7S", 847_000],
    ["PT0S", 0],
    ["PT0.5S", 500],
  ])("%s is %d ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });

  test.each([undefined, "", "15 minutes"])("%j is none", (text) => {
    expect(durationMs(text)).toBeUndefined();
  });
});

test("instants come in UTC, whatever the array's offset", () => {
  expect(instant({ at: "2026-03-01T08:05:00+00:00" }, "at")).toBe("2026-03-01T08:05:00.000Z");
  expect(instant({ at: "2026-03-01T08:05:00.250-05:00" }, "at")).toBe("2026-03-01T13:05:00.250Z");
  expect(instant({ at: "soon" }, "at")).toBeUndefined();
});

test("a number may come as text, a needed text may not be missing, an unknown word is not misread", () => {
  expect(num({ count: "30" }, "count")).toBe(30);
  expect(num({ count: "thirty" }, "count")).toBeUndefined();
  expect(() => needText({}, "uuid")).toThrow(Unreadable);
  expect(word({ type: "DP" }, "type", ["rw", "dp"])).toBe("dp");
  expect(word({ type: "tmp" }, "type", ["rw", "dp"])).toBeUndefined();
});

describe("serial to WWID", () => {
  test("the reference's example", () => {
    expect(serialToWwid("81HeQ]LZpdF6")).toBe("3600a098038314865515d4c5a70644636");
  });

  test("33 characters that are safe anywhere, and no two alike", () => {
    const serial = fc.string({ minLength: 12, maxLength: 12, unit: "grapheme-ascii" });
    fc.assert(
      fc.property(serial, serial, (one, other) => {
        expect(serialToWwid(one)).toMatch(/^3600a0980[0-9a-f]{24}$/);
        expect(serialToWwid(one) === serialToWwid(other)).toBe(one === other);
      }),
    );
  });
});

test("releases compare by number, not by text", () => {
  const release = { generation: 9, major: 10, minor: 1 };
  expect(isAtLeast(release, "9.8")).toBe(true);
  expect(isAtLeast(release, "9.10.1")).toBe(true);
  expect(isAtLeast(release, "9.11")).toBe(false);
  expect(Object.values(FEATURES).every(({ since }) => /^9\.\d+(\.\d+)?$/.test(since))).toBe(true);
});
