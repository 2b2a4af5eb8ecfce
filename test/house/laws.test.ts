import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@jest/globals";
import { runbooks } from "../../src/runbooks/index.js";

/** Files of laws that say nothing of readings, arrangements, hand-offs or a world: those run in every world there is for their runbook. */
const plain = readdirSync("test/laws")
  .filter((file) => file.endsWith(".test.ts"))
  .map((file) => readFileSync(`test/laws/${file}`, "utf8"))
  .filter((text) => !/\b(knobs|arrange|world|handOff):/.test(text));

test.each(runbooks.map(({ name }) => name))("%s has its laws, in every world and whole", (name) => {
  expect(existsSync(`test/laws/${name}.test.ts`)).toBe(true);
  const own = plain.filter((text) => new RegExp(`runbooks/${name}\\.js"`).test(text));
  const parts = own
    .flatMap((text) => [.../\blaws\(\s*\w+(.*?)\);/gs[Symbol.matchAll](text)])
    .map(([, rest = ""]) => rest);
  expect(
    parts.some((rest) => rest === "") ||
      ["farEnds", "workers"].every((part) => parts.some((rest) => rest.includes(part))),
  ).toBe(true);
  expect(parts.filter((rest) => rest.includes("kinds"))).toEqual([]);
});
