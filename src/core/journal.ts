import type { Entry, RunEvent } from "./events.js";
import type { RunId } from "./ids.js";
import type { Person } from "./resource.js";

/** An entry before the journal gave it a place. */
export interface NewEntry {
  readonly at: string;
  readonly by: Person | "sluice";
  readonly event: RunEvent;
}

/** Somebody else appended first: read, decide again. */
export class Conflict extends Error {
  constructor(run: RunId) {
    super(`somebody else wrote to run ${run} first`);
    this.name = "Conflict";
  }
}

/** The worker's lease has passed to another worker: stop before the next side effect. */
export class LeaseLost extends Error {
  constructor(run: RunId) {
    super(`another worker has taken over run ${run}`);
    this.name = "LeaseLost";
  }
}

export interface Lease {
  readonly run: RunId;
  readonly token: string;
}

/** Every run is one append-only list of events. */
export interface Journal {
  read(run: RunId): Promise<Entry[]>;
  /**
   * Appends all entries or none, if the run has exactly `expect` entries now (else Conflict) and, when a lease is given, if it is
   * still held (else LeaseLost). A closing event takes the run out of `open` and frees its locks in the same act.
   */
  append(run: RunId, expect: number, entries: readonly NewEntry[], lease?: Lease): Promise<void>;
  /** Runs that are not closed. */
  open(): Promise<RunId[]>;
  /** The latest runs, newest first. */
  recent(limit: number): Promise<RunId[]>;
}
