import { writeFileSync } from "node:fs";
import { readEnv } from "../src/config/env.js";
import { onStop } from "./command.js";
import { NoLab, startLab, type Lab } from "./lab.js";
import { leftovers } from "./leftovers.js";
import { productionHost } from "./parts.js";
import { people } from "./people.js";
import { stages, type Lane } from "./scenarios/index.js";
import type { On } from "./scenarios/scenario.js";

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const seconds = (since: number): string => `${((Date.now() - since) / 1000).toFixed(0)} s`;

class Stopped extends Error {}

/** Scenarios one after the other; a failure does not keep the next from being tried. */
async function runLane(lane: Lane, on: On, stopped: Promise<void>, counts: Counts): Promise<void> {
  for (const scenario of lane) {
    const at = Date.now();
    try {
      await Promise.race([scenario.run(on), stopped.then(() => Promise.reject(new Stopped()))]);
      counts.passed += 1;
      say(`  ✓ ${scenario.name} (${seconds(at)})`);
    } catch (error) {
      if (error instanceof Stopped) throw error;
      counts.failed += 1;
      say(
        `  ✕ ${scenario.name} (${seconds(at)})\n${String(error instanceof Error ? error.message : error).replace(/^/gm, "      ")}`,
      );
    }
  }
}

/** All of it on one lab. */
async function runAll(some: typeof stages, stopped: Promise<void>, counts: Counts): Promise<void> {
  const since = Date.now();
  const lab: Lab = await startLab({ say });
  say(`The lab is up after ${seconds(since)}`);
  const their = await people(lab);
  const on: On = {
    lab,
    people: their,
    production: lab.parts.guest(productionHost),
    training: lab.parts.guest("epic-trn-01"),
    backup: lab.parts.guest("epic-bkp-01"),
  };
  try {
    for (const lanes of some) await Promise.all(lanes.map((lane) => runLane(lane, on, stopped, counts)));
  } catch (error) {
    if (!(error instanceof Stopped)) throw error;
  } finally {
    await their.close();
    await lab.stop();
  }
}

interface Counts {
  passed: number;
  failed: number;
}

/** `npm run test:lab [-- --only TEXT]`. The last line is `N passed, N failed`. */
async function main(): Promise<number> {
  const at = process.argv.indexOf("--only");
  const only = new RegExp(at < 0 ? "" : (process.argv[at + 1] ?? ""));
  const wanted = stages
    .map((lanes) => lanes.map((lane) => lane.filter(({ name }) => only.test(name))).filter(({ length }) => length > 0))
    .filter(({ length }) => length > 0);
  const stopped = onStop();
  const counts: Counts = { passed: 0, failed: 0 };
  const since = Date.now();
  try {
    if (wanted.length > 0) await runAll(wanted, stopped, counts);
  } catch (error) {
    counts.failed += 1;
    say(
      error instanceof NoLab ? error.message : `The lab broke: ${String(error instanceof Error ? error.stack : error)}`,
    );
  }
  const left = leftovers();
  if (left.length > 0) {
    counts.failed += 1;
    say(`Left behind: ${left.join(", ")}`);
  } else if (counts.passed + counts.failed > 0) {
    counts.passed += 1;
    say("  ✓ no process, namespace, tap or mount is left behind");
  }
  const line = `${counts.passed} passed, ${counts.failed} failed`;
  const file = readEnv()["SLUICE_COUNTS"];
  if (file !== undefined) writeFileSync(file, `${line}\n`);
  say(`\n${seconds(since)}\n${line}`);
  return counts.failed === 0 && counts.passed > 0 ? 0 : 1;
}

process.exitCode = await main();
setTimeout(() => process.exit(), 3_000).unref();
