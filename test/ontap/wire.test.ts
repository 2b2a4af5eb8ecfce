import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { FEATURES, FIELD_SINCE, isAtLeast, serialToWwid } from "../../src/ontap/index.js";
import { fieldsOf, youngParts } from "../../src/ontap/wire/releases.js";
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

describe("what a release lacks", () => {
  const gated = (path: string, body: unknown, ...flags: string[]) =>
    youngParts({ path, fields: [...fieldsOf(body), ...flags] }).map(({ what, needs }) => [what, needs]);

  test("is found by collection, by field however deep or dotted, and by query parameter", () => {
    const relationships = "/snapmirror/relationships";
    expect(gated(relationships, { policy: { name: "p" }, throttle: undefined })).toEqual([]);
    expect(gated(`${relationships}/u`, { transfer_schedule: { name: "s" }, throttle: 0 })).toEqual([
      ["transfer_schedule of /snapmirror/relationships", "9.11"],
      ["throttle of /snapmirror/relationships", "9.11"],
    ]);
    expect(gated(`${relationships}/u`, { transfer_schedule: null })).toHaveLength(1);
    expect(gated(`${relationships}/u/transfers`, { throttle: 1 })).toEqual([
      ["throttle of /snapmirror/relationships/*/transfers", "9.9"],
    ]);
    expect(
      gated("/snapmirror/policies", {
        retention: [
          { label: "a", count: "1" },
          { label: "b", warn: 1 },
        ],
      }),
    ).toEqual([["retention.warn of /snapmirror/policies", "9.13"]]);
    expect(gated("/svm/peers/u", undefined, "?force")).toEqual([["?force of /svm/peers", "9.11"]]);
  });

  test("counts the collection itself, and those around it", () => {
    expect(gated("/application/consistency-groups/g/snapshots", { name: "n" }, "?action")).toEqual([
      ["/application/consistency-groups", "9.10"],
      ["/application/consistency-groups/*/snapshots", "9.10"],
      ["?action of /application/consistency-groups/*/snapshots", "9.11"],
    ]);
    expect(gated("/security/multi-admin-verify/requests", { operation: "x" })).toEqual([
      ["/security/multi-admin-verify", "9.11"],
    ]);
    expect(gated("/storage/volumes/u", { comment: "x" })).toEqual([]);
  });

  test("is written down as releases", () => {
    const all = Object.values(FIELD_SINCE).flatMap((fields) => Object.values(fields));
    expect(all.every((since) => /^9\.\d+(\.\d+)?$/.test(since))).toBe(true);
  });
});
