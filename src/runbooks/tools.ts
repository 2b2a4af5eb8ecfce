import type { AzureReader, AzureWriter, BluexpReader, BluexpWriter } from "../azure/index.js";
import type { Config } from "../config/types.js";
import type { Json } from "../core/json.js";
import type { Person } from "../core/resource.js";
import type { HostReader, HostRunner } from "../host/index.js";
import type { OntapClient, OntapReader } from "../ontap/index.js";

/** What the operator wrote down about arrays, sets and hosts. */
export type Inventory = Pick<Config, "clusters" | "sets" | "hosts" | "purposes" | "leases" | "protection"> &
  Partial<Pick<Config, "azure" | "bluexp" | "secrets">>;

/** The run a step belongs to. */
export interface RunFacts {
  readonly id: string;
  /** What our objects carry in comment, name or tag: `sluice-<run>`. */
  readonly tag: string;
  readonly asker: Person;
  /** IANA zone, for dates people read. */
  readonly timeZone: string;
  /** `<channel>/<ts>` of its thread, for reminders. */
  readonly thread?: string;
  /** When it was asked, ISO-8601: the only time a runbook may know. */
  readonly askedAt: string;
}

/** Handed to a runbook while it looks and plans: nothing here can act, and the compiler holds it to that. */
export interface ReadTools {
  readonly inventory: Inventory;
  readonly run: RunFacts;
  /** A small thing remembered between runs ("who paused this mirror"); undefined when nobody wrote it. */
  recall(name: string): Promise<string | undefined>;
  /** Throws a Refusal when the inventory has no such cluster. */
  ontap(cluster: string): OntapReader;
  /** Throws a Refusal when the inventory has no such host. */
  host(name: string): HostReader;
  /** Throws a Refusal when the configuration has no azure section. */
  azure(): AzureReader;
  /** Throws a Refusal when the configuration has no bluexp section. */
  bluexp(): BluexpReader;
}

/** Handed to a step while it acts. Every write call checks the worker's lease just before it is sent. */
export interface Tools extends ReadTools {
  ontap(cluster: string): OntapClient;
  host(name: string): HostRunner;
  azure(): AzureWriter;
  bluexp(): BluexpWriter;
  /** Durable before it returns: a job uuid, a transfer, a ticket. Written before anything is waited for. */
  note(note: Json): Promise<void>;
  remember(name: string, value: string): Promise<void>;
  /** What this run invents and keeps nowhere: the same secret for the same name, whichever step or worker asks. Throws a Refusal without a key. */
  derive(name: string): string;
  /** This attempt of this step: the idempotency key of a host script. */
  readonly ticket: string;
}

/** The tag our objects of a run carry. */
export const tagOf = (run: string): string => `sluice-${run}`;
