import type { Redis } from "ioredis";
import { START, type End, type Line } from "../../audit/index.js";
import type { RunId } from "../../core/ids.js";

const PAGE = 500;

/** The ledger in Redis, read from its beginning or from a time, and on from there. It writes nothing. */
export class LedgerReader {
  /** Stream id of the line read last. */
  private last: string | undefined;

  constructor(
    private readonly redis: Redis,
    private readonly prefix: string,
  ) {}

  /** Lines not read yet that were written in that time (ms since the epoch), oldest first; a second call goes on where the first ended. */
  async *lines({ since, until }: { since?: number; until?: number } = {}): AsyncGenerator<Line> {
    for (;;) {
      const from = this.last === undefined ? String(since ?? "-") : `(${this.last}`;
      const page = await this.redis.xrange(`${this.prefix}ledger`, from, String(until ?? "+"), "COUNT", PAGE);
      for (const [id, fields] of page) {
        this.last = id;
        yield lineOf(fields);
      }
      if (page.length < PAGE) return;
    }
  }

  /** Every run Sluice knows of, oldest first. */
  async runs(): Promise<readonly RunId[]> {
    return (await this.redis.zrange(`${this.prefix}recent`, "0", "-1")) as RunId[];
  }

  /** A run's entries as Sluice reads them, as they are stored. */
  entries(run: string): Promise<string[]> {
    return this.redis.lrange(`${this.prefix}run:${run}`, 0, -1);
  }
}

/** A line as the stream has it. A field that somebody took away is empty, which no line is. */
export function lineOf(fields: readonly string[]): Line {
  const field = (name: string): string => {
    const at = fields.indexOf(name);
    return at < 0 || at % 2 === 1 ? "" : (fields[at + 1] ?? "");
  };
  return {
    place: Number(field("place")),
    run: field("run") as RunId,
    before: field("before"),
    hash: field("hash"),
    entry: field("entry"),
  };
}

/** `PLACE:HASH`, as the script says where the ledger ends. */
export const showEnd = ({ place, hash }: End): string => `${place}:${hash}`;

export function readEnd(text: string): End {
  const at = text.indexOf(":");
  return { place: Number(text.slice(0, at)), hash: text.slice(at + 1) };
}

/**
 * The end of the ledger as this process takes it to be, so that entries can be sent without asking first and without waiting for those before
 * them: each is sent as the follower of the one before. Redis refuses what does not follow, and says what the end really is.
 */
export class Tail {
  private end = START;
  private guess = 0;

  /** Where to go on from, and by which guess that is known; `lines` makes the new lines. */
  extend(lines: (from: End) => readonly Line[]): { guess: number; from: End; added: readonly Line[] } {
    const { guess, end: from } = this;
    const added = lines(from);
    this.end = added.at(-1) ?? from;
    return { guess, from, added };
  }

  /** That guess was wrong: this is the end. Whoever built on the same guess finds out by themselves. */
  correct(guess: number, end: End): void {
    if (guess !== this.guess) return;
    this.guess += 1;
    this.end = end;
  }
}
