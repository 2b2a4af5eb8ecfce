import { type Child, start } from "../child.js";
import { rowOf, type Row } from "../numbers.js";
import type { Bench } from "./bench.js";

const mib = 2 ** 20;
const perPage = 1_000;
/** Lists of a round, the two sides in turn; the quickest of each counts, because everything else is what the machine was doing besides. */
const lists = 9;
const warmUps = 5;
const moreMiB = 100;

interface Pages {
  readonly url: string;
  readonly ca: string;
}

/** Every mirror of a cluster that has very many, against bare undici requests and JSON.parse of the same pages: time, and the most memory held. */
export async function relationshipRows({ relationships, rounds, say }: Bench): Promise<readonly Row[]> {
  const times = [];
  const peaks = [];
  const far = start("mirror-pages", String(relationships));
  try {
    const reach = await far.ask<Pages>("reach");
    for (let round = 0; round < rounds; round += 1) {
      const client = start("list-mirrors", "client");
      const bare = start("list-mirrors", "bare");
      try {
        await Promise.all([client.ask("start", reach), bare.ask("start", reach)]);
        // The client goes first, because it says which pages are asked for; the first lists on either side, whose code is cold, are not counted.
        for (let i = 0; i < warmUps; i += 1) await client.ask("list", { first: "" });
        const first = await far.ask<string>("first");
        for (let i = 0; i < warmUps; i += 1) await bare.ask("list", { first });
        await far.ask("calls");
        const taken = { ours: [] as number[], baseline: [] as number[] };
        for (let i = 0; i < lists; i += 1) {
          taken.ours.push(await list(client, far, first, relationships));
          taken.baseline.push(await list(bare, far, first, relationships));
        }
        const pair = { ours: Math.min(...taken.ours), baseline: Math.min(...taken.baseline) };
        times.push(pair);
        peaks.push({
          ours: (await client.ask<number>("peak")) / mib,
          baseline: (await bare.ask<number>("peak")) / mib,
        });
        say(`relationships ${round}: bare ${pair.baseline.toFixed(0)} ms, client ${pair.ours.toFixed(0)} ms`);
      } finally {
        await client.stop();
        await bare.stop();
      }
    }
  } finally {
    await far.stop();
  }
  const against = "bare undici requests and JSON.parse of the same pages";
  const row = `${relationships} relationships`;
  return [
    rowOf({ row, unit: "ms", aim: 1.2, against }, times),
    rowOf({ row: `${row}, peak memory`, unit: "MiB", aim: { more: moreMiB }, against }, peaks),
  ];
}

/** One list in milliseconds. Throws unless it found everything with exactly the calls the paging needs. */
async function list(side: Child, pages: Child, first: string, relationships: number): Promise<number> {
  const { ms, found } = await side.ask<{ ms: number; found: number }>("list", { first });
  const calls = await pages.ask<number>("calls");
  const needed = Math.ceil(relationships / perPage);
  if (found !== relationships || calls !== needed)
    throw new Error(`${found} of ${relationships} mirrors in ${calls} calls, where the paging needs ${needed}`);
  return ms;
}
