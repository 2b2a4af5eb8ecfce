import { randomBytes } from "node:crypto";
import { parseArgs } from "node:util";
import { readEnv } from "../src/config/env.js";
import { findRedis } from "../src/jobs/redis/index.js";
import type { Row } from "./numbers.js";
import { ackRows } from "./rows/ack.js";
import type { Bench } from "./rows/bench.js";
import { cloneRow } from "./rows/clone.js";
import { memoryRow } from "./rows/memory.js";
import { relationshipRows } from "./rows/relationships.js";
import { table } from "./table.js";

const usage = `npm run bench -- [--json] [--quick] [--calls] [--rounds N] [clone] [ack] [memory] [relationships]

Measures Sluice against the least that the same work could cost, both in turn in one run: the ratios are what counts.
--quick makes one tiny round of each, to see that the bench itself works. --calls names every call of the clones.`;

const kinds: Readonly<Record<string, (bench: Bench) => Promise<readonly Row[]>>> = {
  clone: async (bench) => [await cloneRow(bench)],
  ack: (bench) => ackRows(bench),
  memory: async (bench) => [await memoryRow(bench)],
  relationships: (bench) => relationshipRows(bench),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: "boolean", default: false },
    quick: { type: "boolean", default: false },
    calls: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
    rounds: { type: "string" },
  },
});

const say = Object.assign((line: string): void => void process.stderr.write(`${line}\n`), { calls: values.calls });

async function measure(): Promise<void> {
  const unknown = positionals.find((name) => !(name in kinds));
  if (values.help || unknown !== undefined) {
    say(usage);
    process.exitCode = values.help ? 0 : 2;
    return;
  }
  const redis = await findRedis({ env: readEnv(), say });
  try {
    const bench: Bench = {
      redisUrl: redis.url,
      prefix: `bench-${randomBytes(4).toString("hex")}`,
      rounds: Number(values.rounds ?? (values.quick ? 1 : 5)),
      seconds: values.quick ? 1 : 6,
      alive: values.quick ? 5 : 100,
      relationships: values.quick ? 2_000 : 10_000,
      say,
    };
    const rows: Row[] = [];
    for (const [name, kind] of Object.entries(kinds))
      if (positionals.length === 0 || positionals.includes(name)) rows.push(...(await kind(bench)));
    process.stdout.write(values.json ? `${JSON.stringify({ rows })}\n` : `${table(rows)}\n`);
  } finally {
    await redis.stop();
  }
}

await measure();
