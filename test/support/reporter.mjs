import { writeFileSync, writeSync } from "node:fs";
import { relative, sep } from "node:path";

/**
 * The suite's own last words: what was skipped and why, how many laws, and `N passed, N failed`.
 * With CI set nothing may be skipped: a skipped test counts as failed and the run fails.
 */
export default class ClosingLine {
  #failed = false;
  #named;

  constructor(globalConfig) {
    // Somebody asked for some tests by name: the others are not skipped, they were not asked for.
    this.#named = Boolean(globalConfig.testNamePattern);
  }

  onRunComplete(_contexts, results) {
    const tests = results.testResults.flatMap((file) =>
      file.testResults.map((test) => ({
        file: relative(process.cwd(), file.testFilePath).split(sep).join("/"),
        name: test.fullName,
        status: test.status,
      })),
    );
    const skipped = tests.filter(({ status }) => status === "pending" || status === "todo" || status === "disabled");
    const strict = Boolean(process.env.CI) && !results.wasInterrupted && !this.#named;
    const passed = results.numPassedTests;
    const broken = results.testResults.filter((file) => file.testExecError && file.numFailingTests === 0).length;
    const failed = results.numFailedTests + broken + (strict ? skipped.length : 0);
    this.#failed = strict && skipped.length > 0;
    const laws = tests.filter(({ file, status }) => file.startsWith("test/laws/") && status === "passed").length;
    const said = [];
    const say = (line) => said.push(line);
    if (skipped.length > 0 && !this.#named) {
      say(`\nSkipped${strict ? ", and nothing may be here" : ""}:`);
      for (const { file, name } of skipped) say(`  ${file}  ${name}`);
    }
    if (laws > 0) say(`\nLaws kept: ${laws}`);
    const line = `${passed} passed, ${failed} failed`;
    say(`\n${line}`);
    // Behind jest's own summary, which comes after every reporter.
    process.once("exit", () => writeSync(2, `${said.join("\n")}\n`));
    if (process.env.SLUICE_COUNTS) writeFileSync(process.env.SLUICE_COUNTS, `${line}\n`);
  }

  getLastError() {
    return this.#failed ? new Error("tests were skipped where none may be") : undefined;
  }
}
