import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { durationMs, showBytes, showDuration, showTime } from "../../src/core/units.js";

const s = 1_000;
const min = 60 * s;
const h = 60 * min;
const day = 24 * h;

describe("units as people read them", () => {
  test.each<[number, string]>([
    [0, "0 B"],
    [1, "1 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1.5 * 2 ** 30, "1.5 GiB"],
    [12 * 2 ** 40, "12 TiB"],
    [100.4 * 2 ** 30, "100 GiB"],
    [2 ** 50, "1 PiB"],
    [2 ** 61, "2048 PiB"],
  ])("%d bytes: %s", (bytes, text) => expect(showBytes(bytes)).toBe(text));

  test.each<[number, string]>([
    [0, "0 s"],
    [41 * s, "41 s"],
    [59.6 * s, "1 min"],
    [14 * min + 7 * s, "14 min"],
    [60 * min, "1 h"],
    [3 * h + 5 * min, "3 h 5 min"],
    [47 * h + 59 * min, "47 h 59 min"],
    [48 * h, "2 days"],
    [2 * day + 4 * h, "2 days 4 h"],
    [14 * day, "14 days"],
  ])("%d ms: %s", (ms, text) => expect(showDuration(ms)).toBe(text));

  test.each<[string, number]>([
    ["P3D", 3 * day],
    ["PT14M7S", 14 * min + 7 * s],
    ["P1W", 7 * day],
    ["P1DT12H", 36 * h],
  ])("%s is %d ms", (iso, ms) => expect(durationMs(iso)).toBe(ms));
  test.each(["", "3 days", "P", "1D", "PxD"])("%j is no duration", (text) =>
    expect(() => durationMs(text)).toThrow(TypeError),
  );
  test("whole seconds there and back", () => {
    fc.assert(fc.property(fc.nat(10_000_000), (seconds) => expect(durationMs(`PT${seconds}S`)).toBe(seconds * s)));
  });

  test("a time is shown in the reader's zone", () => {
    expect(showTime("2026-11-22T02:00:00.000Z", "UTC")).toBe("Sun 22 Nov 2026 02:00 UTC");
    expect(showTime("2026-11-22T02:00:00.000Z", "America/New_York")).toBe("Sat 21 Nov 2026 21:00 EST");
  });
});
