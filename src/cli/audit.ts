import { createReadStream } from "node:fs";
import { createInterface } from "node:readline";
import { pipeline } from "node:stream/promises";
import { Redis } from "ioredis";
import { readAnchor, readLine, showAnchor, Verifier, writeLine, type End, type Verified } from "../audit/index.js";
import { NotSent } from "../core/problems.js";
import { LedgerReader } from "../jobs/store/ledger.js";
import { complain, say, sayJson, UsageError, type ExitCode } from "./output.js";
import { redisFor } from "./redis.js";
import { loadSettings, type SettingsFlags } from "./settings.js";

interface VerifyFlags extends SettingsFlags {
  readonly anchor?: readonly string[];
  readonly json?: boolean;
}

/**
 * `sluice audit verify [EXPORT]`: each line's hash, its place, the one before it, every anchor given; and, without a file, every run's own
 * entries against the ledger. A file needs no Redis, no network, no secret. Exit 1 when anything is not as it was written.
 */
export async function verify(file: string | undefined, flags: VerifyFlags): Promise<ExitCode> {
  const anchors = (flags.anchor ?? []).map(anchorOf);
  const found = file === undefined ? await ofStore(flags, anchors) : await ofFile(file, anchors);
  if (flags.json) sayJson({ ...found, ok: found.broken.length === 0, anchor: showAnchor(found.end) });
  else for (const line of shown(found, file)) say(line);
  return found.broken.length === 0 ? 0 : 1;
}

function anchorOf(text: string): End {
  const anchor = readAnchor(text);
  if (anchor) return anchor;
  throw new UsageError(`--anchor takes what a digest says, such as 1234:0f3c…, not "${text}".`);
}

async function ofFile(file: string, anchors: readonly End[]): Promise<Verified> {
  const verifier = new Verifier(false, anchors);
  const strange: number[] = [];
  let number = 0;
  const lines = createInterface({ input: createReadStream(file), crlfDelay: Infinity });
  try {
    for await (const text of lines) {
      number += 1;
      const line = readLine(text);
      if (line) verifier.follow(line);
      else strange.push(number);
    }
  } catch (error) {
    throw new UsageError(`${file} cannot be read (${(error as NodeJS.ErrnoException).code ?? "unknown"}).`);
  }
  const result = verifier.result();
  const unread = strange.slice(0, 5).map((at) => ({
    place: 0,
    says: `Line ${at} of the file is not one of an export: it was changed, cut off or put there.`,
  }));
  return { ...result, broken: [...unread, ...result.broken] };
}

async function ofStore(flags: SettingsFlags, anchors: readonly End[]): Promise<Verified> {
  return withLedger(flags, async (reader) => {
    const verifier = new Verifier(true, anchors);
    const catchUp = async (): Promise<void> => {
      for await (const line of reader.lines()) verifier.follow(line);
    };
    await catchUp();
    const runs = new Set([...verifier.runs(), ...(await reader.runs())]);
    const differing = [];
    for (const run of runs) {
      let wrong = verifier.differs(run, await reader.entries(run));
      // Sluice may be writing it: both are read again before anything is said.
      for (let tries = 0; wrong && tries < 3; tries++) {
        await catchUp();
        wrong = verifier.differs(run, await reader.entries(run));
      }
      if (wrong) differing.push(wrong);
    }
    const result = verifier.result();
    return { ...result, broken: [...result.broken, ...differing] };
  });
}

function shown({ lines, runs, from, to, first, end, broken }: Verified, file: string | undefined): string[] {
  if (lines === 0 && broken.length === 0)
    return [file === undefined ? "The ledger is empty." : "There is no line in it."];
  const what = `${lines} lines of ${runs} runs, ${from ?? "?"} to ${to ?? "?"}.`;
  if (broken.length > 0)
    return [
      what,
      ...broken.map(({ says }) => `! ${says}`),
      "Keep a copy of it as it is, and compare it with older exports.",
    ];
  return [
    first === 1 ? what : `${what} A part: it begins with line ${first}.`,
    "Every line is as it was written and follows from the one before it.",
    ...(file === undefined ? ["What Sluice reads of every run is what the ledger says."] : []),
    `It ends at ${showAnchor(end)}. Give an end that was posted with a digest as --anchor to know that nothing was written anew since.`,
  ];
}

interface ExportFlags extends SettingsFlags {
  readonly since?: string;
  readonly until?: string;
}

/** `sluice audit export [--since ISO] [--until ISO]`: JSON Lines on standard output. */
export async function exportLedger(flags: ExportFlags): Promise<ExitCode> {
  const since = timeOf("--since", flags.since);
  const until = timeOf("--until", flags.until);
  return withLedger<ExitCode>(flags, async (reader) => {
    const range = { ...(since === undefined ? {} : { since }), ...(until === undefined ? {} : { until: until - 1 }) };
    let lines = 0;
    const texts = async function* (): AsyncGenerator<string> {
      for await (const line of reader.lines(range)) {
        lines += 1;
        yield `${writeLine(line)}\n`;
      }
    };
    await pipeline(texts, process.stdout, { end: false }).catch((error: unknown) => {
      // who read it has seen enough
      if ((error as NodeJS.ErrnoException).code !== "EPIPE") throw error;
    });
    complain(`${lines} lines.`);
    return 0;
  });
}

function timeOf(name: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const time = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time))
    throw new UsageError(`${name} takes an ISO-8601 date or time, such as 2026-11-01, not "${text}".`);
  return time;
}

async function withLedger<T>(flags: SettingsFlags, work: (reader: LedgerReader) => Promise<T>): Promise<T> {
  const config = await loadSettings(flags);
  const found = await redisFor(config, complain, ".sluice/redis");
  const redis = new Redis(found.url, { lazyConnect: true, maxRetriesPerRequest: 3 });
  redis.on("error", () => undefined); // told by the call that fails
  try {
    await redis.connect().catch((error: Error) => {
      throw new NotSent(`Redis does not answer (${error.message}).`, {
        from: "Redis",
        next: "Look at REDIS_URL, and whether the server runs; a private one of a demo lets nobody else in.",
      });
    });
    return await work(new LedgerReader(redis, `${config.redis.prefix}:`));
  } finally {
    redis.disconnect();
    await found.stop();
  }
}
