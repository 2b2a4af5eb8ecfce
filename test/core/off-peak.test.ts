import { expect, test } from "@jest/globals";
import { isOffPeak, limitAt } from "../../src/core/off-peak.js";

const night = { from: "22:00", to: "06:00", timeZone: "America/New_York" };
const at = (iso: string): number => Date.parse(iso);

test.each([
  ["21:59", "2026-11-22T21:59:59-05:00", false],
  ["22:00", "2026-11-22T22:00:00-05:00", true],
  ["past midnight", "2026-11-23T03:00:00-05:00", true],
  ["06:00 itself", "2026-11-23T06:00:00-05:00", false],
  ["in summer time", "2026-07-01T22:00:00-04:00", true],
  ["the same instant an hour earlier by the wall in winter", "2026-07-01T21:30:00-04:00", false],
])("%s", (_name, iso, off) => {
  expect(isOffPeak(night, at(iso))).toBe(off);
  expect(limitAt(night, 512, at(iso))).toBe(off ? 0 : 512);
});

test("a window within one day, and none at all", () => {
  const noon = { from: "12:00", to: "13:00", timeZone: "UTC" };
  expect(isOffPeak(noon, at("2026-11-22T12:30:00Z"))).toBe(true);
  expect(isOffPeak(noon, at("2026-11-22T11:59:00Z"))).toBe(false);
  expect(limitAt(null, 512, at("2026-11-22T12:30:00Z"))).toBe(512);
});
