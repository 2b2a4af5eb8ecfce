import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { loadConfig } from "../../src/config/load.js";
import { phrasebooks, understand } from "../../src/requests/index.js";
import { vocabularyOf } from "../../src/vocabulary.js";
import { wholeWay as rows, wholeWayPage as page } from "../support/wholeWay.js";

/** docs/the-whole-way.md: every sentence in it is understood as the runbook it says, with the demo's own names. */
const config = await loadConfig({ file: "config/apart.yaml", env: {} });
const vocabulary = vocabularyOf(config, () => true);

describe("the whole way", () => {
  test.each(rows.map((row) => [row.say, row.runbook] as const))("%s asks for %s", (say, runbook) => {
    const understood = understand(say, {
      now: new Date("2026-11-22T12:00:00Z"),
      asker: { timeZone: "America/New_York" },
      vocabulary,
      addressed: true,
    });
    expect(understood).toMatchObject({ kind: "request", runbook });
  });

  test("goes by every runbook that connects, protects, copies, fails over and takes apart, and names an owner for each", () => {
    const named = new Set(rows.map((row) => row.runbook));
    const daily = ["refresh-clone", "rewind-clone", "extend-lease", "delete-snapshot", "resync-mirror", "fence"];
    const questions = ["explain", "clones", "runs", "approvals", "help"];
    const all = phrasebooks(() => true).map((each) => each.name);
    expect(all.filter((name) => !named.has(name) && !daily.includes(name) && !questions.includes(name))).toEqual([]);
    expect(rows.filter((row) => row.owner === "")).toEqual([]);
    expect(rows.length).toBeGreaterThan(25);
  });

  test("its pages are there", () => {
    for (const [, file = ""] of page.matchAll(/\]\(([\w./-]+\.md)(?:#[\w-]+)?\)/g))
      expect(() => readFileSync(`docs/${file}`, "utf8")).not.toThrow();
  });
});
