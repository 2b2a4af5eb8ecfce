import { readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { runbooks } from "../../src/runbooks/index.js";

test("README names every runbook that works, and no other", () => {
  const row = readFileSync("README.md", "utf8").match(/^\| runbooks that work \| (.*?) \(\[/m)?.[1] ?? "";
  const named = row.split(" · ").map((each) => each.replaceAll("`", ""));
  expect(named.sort()).toEqual([...new Set(runbooks.map((each) => each.name))].sort());
});
