import type { Json } from "./json.js";

/** A secret by name; whoever makes the call opens it, nobody else ever holds its value. */
export interface SecretRef {
  readonly $secret: string;
}

/** Opens a secret by name. Rejects with a Problem when there is none. */
export type OpenSecret = (name: string) => Promise<string>;

/**
 * A script for a host. The text is one of a fixed set and holds no values: those travel beside it as environment variables,
 * so nothing a person or an array says is ever parsed by a shell.
 */
export interface ScriptCall {
  /** "read" changes nothing on the host. */
  readonly kind: "read" | "change";
  /** What it does, for people and for names at the far end: "attach". */
  readonly name: string;
  /** bash, whole file, with its `#!/bin/bash` line. */
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  /** Environment variables whose values the transport opens and sends only over protected channels. */
  readonly secrets: Readonly<Record<string, SecretRef>>;
  /** Longest run on the host; the script's own limits add up to less. */
  readonly timeoutMs: number;
}

/** What came back from the shell, uninterpreted. Azure keeps the last 4 KB of each stream. */
export interface RawOutcome {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface ScriptOutcome extends RawOutcome {
  /** The JSON of the last `@@RESULT` line; undefined when there is none. */
  readonly result: Json | undefined;
  /** The host's boot id while the script ran: another one later means that it was rebooted. */
  readonly bootId?: string;
}

/**
 * Where a script that was started under a ticket is now.
 * `lost`: nobody can say by the ticket alone (rebooted host, dropped connection, killed shell); a read script must look at the host.
 * `absent`: the far end never heard of the ticket.
 */
export type TicketState<Outcome> =
  | {
      readonly state: "running";
      /** Ask again no sooner than this. */
      readonly pollAfterMs: number;
      /** The far end would say so as well of a script that a reboot or a kill has ended: it is time to ask the host. */
      readonly mayBeCut?: true;
    }
  | { readonly state: "ended"; readonly outcome: Outcome }
  | { readonly state: "lost"; readonly why: string }
  | { readonly state: "absent" };

/**
 * One way to one host: managed Run Command or SSH. Errors are NotSent, Rejected or InDoubt.
 * A ticket matches `^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$`, is made for one attempt of one step, and is the idempotency key.
 */
export interface ScriptTransport {
  /** The host's name in the inventory. */
  readonly host: string;
  /** Sends the script; returns once the far end has accepted it. A ticket that is known there already is not started again. */
  start(call: ScriptCall, ticket: string): Promise<void>;
  ticket(ticket: string): Promise<TicketState<RawOutcome>>;
  /** Runs a script and waits for its end. Only for scripts that change nothing, so it may be sent again after a lost answer. */
  read(call: ScriptCall): Promise<RawOutcome>;
}
