import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { buildSync } from "esbuild";
import { quantile, rowOf } from "../../bench/numbers.js";
import { table } from "../../bench/table.js";
import { sourceFiles } from "../support/sources.js";

const run = promisify(execFile);

describe("the numbers", () => {
  test("quantiles lie between the values around them", () => {
    expect(quantile([4, 1, 3, 2], 0.5)).toBe(2.5);
    expect(quantile([7], 0.99)).toBe(7);
    expect(() => quantile([], 0.5)).toThrow();
  });

  test("a ratio is of each round's pair, not of the medians", () => {
    const row = rowOf({ row: "x", unit: "ms", aim: 3, against: "y" }, [
      { ours: 2, baseline: 1 },
      { ours: 30, baseline: 10 },
      { ours: 4, baseline: 1 },
    ]);
    expect(row.ratio).toEqual({ min: 2, median: 3, max: 4 });
    expect(table([row])).toContain("met");
    expect(table([{ ...row, aim: 2 }])).toContain("not met");
    expect(table([{ ...row, aim: { more: 3 } }])).toMatch(/\+3 ms +met/);
    expect(table([{ ...row, aim: { more: 2 } }])).toContain("not met");
  });
});

describe("the program, as it is built", () => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"));
  beforeAll(() => {
    buildSync({
      entryPoints: sourceFiles("src", "sim", "bench").filter((file) => file.endsWith(".ts")),
      outdir: folder,
      outbase: ".",
      format: "esm",
      platform: "node",
      target: "node20",
    });
    for (const each of ["package.json", "config"]) cpSync(each, join(folder, each), { recursive: true });
    symlinkSync(resolve("node_modules"), join(folder, "node_modules"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const bench = (...args: string[]) => run(process.execPath, [join(folder, "bench/main.js"), ...args]);

  test("prints every row of a tiny round, and nothing else, as JSON", async () => {
    const { stdout } = await bench("--quick", "--json");
    const { rows } = JSON.parse(stdout) as { rows: { row: string; ratio: { median: number } }[] };
    expect(rows.map(({ row }) => row)).toEqual([
      "clone",
      "ack p50",
      "ack p99",
      "idle memory",
      "2000 relationships",
      "2000 relationships, peak memory",
    ]);
    for (const { ratio } of rows) expect(ratio.median).toBeGreaterThan(0);
  });

  test("says what it can measure when asked for something else", async () => {
    await expect(bench("speed")).rejects.toMatchObject({ code: 2, stderr: expect.stringContaining("npm run bench") });
  });
});
