import type { End } from "../../audit/index.js";
import type { Journal, Lease } from "../../core/journal.js";
import type { Watch } from "../../core/events.js";
import type { RunId } from "../../core/ids.js";
import type { Card, Progress } from "../desk.js";

/** A wish for a resource: "changes" excludes everybody, "reads" only those who change. */
export interface LockWish {
  readonly resource: string;
  readonly as: "reads" | "changes";
}

export interface LockHolder {
  readonly resource: string;
  readonly run: RunId;
}

export interface WatchEntry {
  readonly step: string;
  readonly watch: Watch;
  /** When the wait began, ms: young waits are looked at often, old ones seldom. */
  readonly since: number;
}

/**
 * Everything the engine keeps: the journal, the locks of runs, the leases of workers, and small volatile things.
 * Two implementations under one contract suite: memory (tests of the engine) and Redis.
 */
export interface Store extends Journal {
  /** The worker's claim on a run, or undefined when another worker has it. */
  takeLease(run: RunId, ttlMs: number): Promise<Lease | undefined>;
  /** Extends a lease that is still held; false when it has passed on. Asked before every write call. */
  renewLease(lease: Lease, ttlMs: number): Promise<boolean>;
  dropLease(lease: Lease): Promise<void>;
  leased(run: RunId): Promise<boolean>;

  /**
   * All of the wishes or none. A run that must wait keeps its place in the queue, and nobody who came later takes what it
   * waits for. Idempotent: what the run holds already it keeps.
   */
  lock(
    run: RunId,
    wishes: readonly LockWish[],
    now: number,
  ): Promise<{ ok: true } | { ok: false; holders: readonly LockHolder[] }>;
  /** Gives back some resources, or all. */
  unlock(run: RunId, resources?: readonly string[]): Promise<void>;
  /** The child takes the parent's place at every lock. */
  handLocks(from: RunId, to: RunId): Promise<void>;
  locks(): Promise<readonly (LockHolder & { as: "reads" | "changes" })[]>;
  /** Runs that wait for a lock, first come first. */
  lockQueue(): Promise<readonly RunId[]>;

  /** Where the ledger of all runs' entries ends now. */
  ledgerEnd(): Promise<End>;

  /** Which run a card's button key was made for. Filled by `append` from `planned` events. */
  runOfKey(key: string): Promise<RunId | undefined>;

  /** Who waits for what at the far end. Filled after a turn, mended by the sweeper from the journal. */
  keepWatch(run: RunId, watch: WatchEntry | undefined): Promise<void>;
  watches(): Promise<ReadonlyMap<RunId, WatchEntry>>;

  setProgress(run: RunId, progress: Progress | undefined): Promise<void>;
  progress(run: RunId): Promise<Progress | undefined>;
  card(run: RunId): Promise<Card | undefined>;
  keepCard(run: RunId, card: Card): Promise<void>;

  /** True the first time a name is claimed within `ttlMs`. */
  once(name: string, ttlMs: number): Promise<boolean>;
  /** What was claimed was not done after all. */
  unclaim(name: string): Promise<void>;
  /** A small named value (a reminder told, who paused a mirror). */
  note(name: string): Promise<string | undefined>;
  setNote(name: string, value: string): Promise<void>;
  close(): Promise<void>;
}
