import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { InDoubt, NotSent, Refusal, Rejected } from "../../src/core/problems.js";
import { CODES } from "../../src/ontap/wire/codes.js";

/** docs/errors.md against the code, both ways. */
const page = readFileSync("docs/errors.md", "utf8");
const section = (title: string): string => page.split(/^## /m).find((each) => each.startsWith(title)) ?? "";
const rows = (title: string): string[][] =>
  section(title)
    .split("\n")
    .filter((line) => line.startsWith("| `"))
    .map((line) =>
      line
        .split("|")
        .map((cell) => cell.trim().replaceAll("`", ""))
        .slice(1, -1),
    );

function meaningOf({ doubt, retryable }: (typeof CODES)[string]): string {
  if (doubt && retryable) return "a read is tried again, a write is in doubt";
  if (doubt) return "in doubt";
  return retryable ? "tried again" : "rejected";
}

describe("docs/errors.md", () => {
  test("names every ONTAP code that changes what Sluice does, what it does then, and what it says; and no other", () => {
    const written = rows("ONTAP").map(([code, meaning, next]) => [code, meaning, next]);
    const inCode = Object.entries(CODES).map(([code, fact]) => [code, meaningOf(fact), fact.next ?? ""]);
    const byCode = (a: (string | undefined)[], b: (string | undefined)[]): number => Number(a[0]) - Number(b[0]);
    expect(written.sort(byCode)).toEqual(inCode.sort(byCode));
  });

  test("names every kind of problem", () => {
    const kinds = [Refusal, NotSent, Rejected, InDoubt].map((Kind) => new Kind("x").name);
    expect(rows("Problem kinds").map(([kind]) => kind)).toEqual(kinds);
  });

  test("names every exit code of the command line", () => {
    const type = /export type ExitCode = ([^;]+);/.exec(readFileSync("src/cli/output.ts", "utf8"))?.[1] ?? "";
    expect(rows("Exit codes").map(([code]) => code)).toEqual(type.split("|").map((each) => each.trim()));
  });
});
