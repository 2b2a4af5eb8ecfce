import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { coverage } from "../../../sim/ontap/routes/coverage.js";

const ROOT = new URL("../../../sim/ontap/", import.meta.url).pathname;
const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(ROOT, name), "utf8"))
  .join("\n");

test("no route is registered twice", () => {
  const keys = coverage().map((row) => `${row.method} ${row.path}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test("every code a route claims is thrown somewhere", () => {
  // A transfer's code is looked up by its type, a few travel as data: all stand in the sources outside `errors:` lists.
  const withoutLists = sources.replace(/errors: \[[^\]]*\]/g, "");
  const claimed = new Set(coverage().flatMap((row) => row.errors));
  const missing = [...claimed].filter((code) => !new RegExp(`\\b${code}\\b`).test(withoutLists.replaceAll("_", "")));
  expect(missing).toEqual([]);
});
