import { createHash } from "node:crypto";
import { hashOfLine, START, type End, type Line } from "./chain.js";

/** What an honest ledger cannot be. `place`: where. */
export interface Broken {
  readonly place: number;
  readonly says: string;
}

export interface Verified {
  readonly lines: number;
  readonly runs: number;
  /** Times of the first and last line, ISO-8601. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  /** Place of the first line; 1 unless it is a part. */
  readonly first: number;
  readonly end: End;
  readonly broken: readonly Broken[];
}

/** So much is told of what is broken; a ledger that is wrong everywhere is wrong. */
const MOST_TOLD = 50;

/**
 * Follows a ledger, or a part of one, line by line. Each line is held against its own hash, against the line before it, and against what was
 * posted elsewhere (`anchors`). It goes on after a break, from what stands there, so that each break is told once.
 */
export class Verifier {
  private readonly digests = new Map<string, string[]>();
  private readonly broken: Broken[] = [];
  private previous: End | undefined;
  private lines = 0;
  private first = 1;
  private from: string | undefined;
  private to: string | undefined;

  /** `whole`: it has to begin with line 1. */
  constructor(
    private readonly whole: boolean,
    private readonly anchors: readonly End[] = [],
  ) {}

  follow(line: Line): void {
    if (this.lines === 0) this.begin(line.place);
    this.lines += 1;
    const at = timeOf(line.entry);
    this.from ??= at;
    this.to = at ?? this.to;
    const wrong = this.wrongOf(line, at);
    if (wrong !== undefined) this.tell(line.place, wrong);
    for (const { place, hash } of this.anchors)
      if (place === line.place && !line.hash.startsWith(hash))
        this.tell(
          place,
          `Line ${place} is not the one that was posted: the ledger was written anew, up to there or from before it.`,
        );
    this.previous = line;
    const ofRun = this.digests.get(line.run);
    if (ofRun) ofRun.push(digest(line.entry));
    else this.digests.set(line.run, [digest(line.entry)]);
  }

  private begin(place: number): void {
    this.first = place;
    // nothing stands before the first line, whichever part it is in
    if (this.whole || place === 1) this.previous = START;
  }

  private wrongOf(line: Line, at: string | undefined): string | undefined {
    const { place, run, before } = line;
    const expected = this.previous && this.previous.place + 1;
    if (expected !== undefined && place > expected)
      return expected === place - 1 ? `Line ${expected} is missing.` : `Lines ${expected} to ${place - 1} are missing.`;
    if (expected !== undefined && place < expected)
      return `Line ${place} stands behind line ${expected - 1}: it was moved there, or is there twice.`;
    if (hashOfLine(line) !== line.hash)
      return `Line ${place} (run ${run}${at === undefined ? "" : `, ${at}`}) is not what was written: it was changed since.`;
    if (this.previous && before !== this.previous.hash)
      return `Line ${place} does not follow from line ${place - 1}: one of the two was put there later.`;
    return undefined;
  }

  private tell(place: number, says: string): void {
    if (this.broken.length < MOST_TOLD) this.broken.push({ place, says });
  }

  /**
   * What Sluice itself reads and acts on is each run's own list of entries: is it the one of the ledger? Undefined when it is.
   * A run that has no line at all is told too.
   */
  differs(run: string, entries: readonly string[]): Broken | undefined {
    const known = this.digests.get(run) ?? [];
    const differing = entries.findIndex((entry, i) => digest(entry) !== known[i]);
    if (differing < 0 && entries.length === known.length) return undefined;
    const place = this.previous?.place ?? 0;
    if (differing >= 0 && differing < known.length)
      return { place, says: `Run ${run}: its entry ${differing + 1} is not the one of the ledger.` };
    return {
      place,
      says: `Run ${run}: it has ${entries.length} entries, the ledger has ${known.length} of it.`,
    };
  }

  /** Runs seen so far. */
  runs(): readonly string[] {
    return [...this.digests.keys()];
  }

  /** What has come out so far. */
  result(): Verified {
    const end = this.previous ?? START;
    const cut = this.anchors.flatMap(({ place }): Broken[] => {
      if (place > end.place)
        return [
          { place, says: `The ledger ends with line ${end.place}, but line ${place} was posted: its end was cut off.` },
        ];
      if (place < this.first)
        return [
          { place, says: `Line ${place} was posted, and is not in this part, which begins with line ${this.first}.` },
        ];
      return [];
    });
    return {
      lines: this.lines,
      runs: this.digests.size,
      from: this.from,
      to: this.to,
      first: this.first,
      end: { place: end.place, hash: end.hash },
      broken: [...this.broken, ...cut],
    };
  }
}

/** Whether two texts are one; short, for a ledger has many. */
const digest = (text: string): string => createHash("sha256").update(text, "utf8").digest("base64").slice(0, 22);

function timeOf(entry: string): string | undefined {
  try {
    const { at } = JSON.parse(entry) as { at?: unknown };
    return typeof at === "string" ? at : undefined;
  } catch {
    return undefined;
  }
}
