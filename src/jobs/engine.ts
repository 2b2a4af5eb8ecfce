import type { Logger } from "pino";
import type { AzureWriter, BluexpWriter } from "../azure/index.js";
import type { Announcer } from "../core/announcer.js";
import type { Clock } from "../core/clock.js";
import type { Demand } from "../core/events.js";
import type { RunView } from "../core/fold.js";
import type { RunId } from "../core/ids.js";
import type { Lease } from "../core/journal.js";
import type { Json } from "../core/json.js";
import type { Plan } from "../core/plan.js";
import type { AnyRunbook } from "../runbooks/define.js";
import type { Inventory } from "../runbooks/tools.js";
import type { HostRunner } from "../host/index.js";
import type { OntapClient } from "../ontap/index.js";
import type { Limits } from "./moves.js";
import type { Store } from "./store/store.js";

/** How long things may take, in milliseconds. */
export interface Timings extends Limits {
  readonly leaseMs: number;
  /** A call that was not sent, or may be tried again, is repeated for this long. */
  readonly stepMs: number;
  /** How long the world may take to show what a call did. */
  readonly settleMs: number;
  /** The longest a single write call may take; a doubt accepts no "it did not" before it and the lease have passed. */
  readonly callMs: number;
}

export const defaultTimings: Timings = {
  voteMs: 60 * 60_000,
  grantMs: 15 * 60_000,
  leaseMs: 60_000,
  stepMs: 60_000,
  settleMs: 10_000,
  callMs: 40_000,
};

/** How runbooks are found. Old versions stay as long as a run of theirs is open. */
export interface Registry {
  find(name: string, version?: number): AnyRunbook | undefined;
  names(): readonly string[];
}

/** The far ends, as the engine hands them to steps. One client per cluster and host for the whole process. */
export interface FarEnds {
  ontap(cluster: string): OntapClient;
  host(name: string): HostRunner;
  /** Throws a Refusal when the configuration has no azure section. */
  azure(): AzureWriter;
  /** Throws a Refusal when the configuration has no bluexp section. */
  bluexp(): BluexpWriter;
}

/** Runs a piece of work under a worker's lease: every write call inside asks `check` just before it is sent. */
export type Guard = { readonly lease: Lease; check(): Promise<void> };

/** Everything a turn needs. Built once, in app.ts. */
export interface Engine {
  readonly store: Store;
  readonly registry: Registry;
  readonly farEnds: FarEnds;
  readonly inventory: Inventory;
  readonly clock: Clock;
  readonly log: Logger;
  readonly announcer: Announcer;
  readonly timings: Timings;
  readonly readOnly: boolean;
  /** Who must approve this plan. */
  demand(plan: Plan, view: RunView): Demand;
  /** A secret that a run invents, made from the configuration's key. Throws a Refusal where there is none. */
  derive(run: RunId, name: string): string;
  /** Puts a run before a worker, now or after a while. */
  wake(run: RunId, delayMs?: number): Promise<void>;
  /** Makes the next run of a chain; answers its id. */
  child(parent: RunView, runbook: string, request: Json): RunId;
}
