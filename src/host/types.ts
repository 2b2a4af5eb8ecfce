import type { z } from "zod";
import type { ScriptCall, ScriptOutcome, TicketState } from "../core/script.js";

declare const readBrand: unique symbol;

/** A script known to change nothing. Only this room can make one, and `HostReader.read` takes nothing else. */
export type ReadScript = ScriptCall & { readonly kind: "read"; readonly [readBrand]: true };
export type ChangeScript = ScriptCall & { readonly kind: "change" };
export type ScriptState = TicketState<ScriptOutcome>;

/** What a plan, a probe or a question may do with a host: look. */
export interface HostReader {
  readonly name: string;
  read(script: ReadScript): Promise<ScriptOutcome>;
  /** Where the script started under this ticket is; the script's own state file on the host is consulted when the transport lost it. */
  ticket(ticket: string): Promise<ScriptState>;
}

/** What a step may do: look, and start a script. Waiting for it is done by asking for the ticket. */
export interface HostRunner extends HostReader {
  /** Returns once the far end has accepted the script; the same ticket twice starts it once. */
  start(script: ChangeScript, ticket: string): Promise<void>;
}

/** Has a change happened? The members a step's probe answers with, except that the step adds its own `watch` to "running". */
export type Settled<Out> =
  | { readonly found: "done"; readonly output: Out }
  | { readonly found: "absent"; readonly because?: string }
  | { readonly found: "running"; readonly pollAfterMs: number }
  | { readonly found: "partial"; readonly why: string }
  | { readonly found: "foreign"; readonly what: string }
  | { readonly found: "unclear"; readonly why: string };

/** A script that looks. */
export interface HostRead<In, Facts> {
  readonly name: string;
  readonly input: z.ZodType<In>;
  readonly facts: z.ZodType<Facts>;
  script(input: In): ReadScript;
  /** Runs it and reads its result line. Throws NotSent, Rejected or InDoubt. */
  ask(on: HostReader, input: In): Promise<Facts>;
}

/** A script that changes the host, and everything one can ask about it. */
export interface HostChange<In, Out> {
  readonly name: string;
  readonly input: z.ZodType<In>;
  readonly output: z.ZodType<Out>;
  script(input: In): ChangeScript;
  /** The facts an ended script printed. Throws Rejected when it refused or failed (`detail.changed` says whether it had begun to act), InDoubt without a result line. */
  outcome(outcome: ScriptOutcome, host?: string): Out;
  /** Has it happened, going by its ticket? Only when the ticket was lost is the host itself looked at. No ticket: absent. */
  settle(on: HostReader, input: In, ticket: string | undefined): Promise<Settled<Out>>;
  /** Has it happened, going by the host alone (used before and after an undo, when old tickets prove nothing)? */
  look(on: HostReader, input: In): Promise<Settled<Out>>;
}
