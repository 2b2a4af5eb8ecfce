import { joined, plainText, type Said } from "./said.js";

/**
 * The one question an error answers here is "did it happen?". Everything else is text.
 *
 * - `Refusal`   we said no before asking anybody: nothing happened, and a person can do something about it.
 * - `NotSent`   the far end never got the request (connection refused, unknown host, TLS refused): nothing happened, may be tried again.
 * - `Rejected`  the far end answered no: this call did nothing.
 * - `InDoubt`   no answer, or one we cannot read: it may have happened. Whatever is none of the others is this.
 */
export type ProblemKind = "refusal" | "notSent" | "rejected" | "inDoubt";

export interface ProblemFields {
  /** Who said so: "ONTAP cvo-eastus2", "Azure", "host epic-trn-01", "Sluice". */
  readonly from?: string;
  /** The far end's own code, as text ("917526", "AuthorizationFailed", "exit 32"). */
  readonly code?: string;
  /** What the person can do next: one sentence. */
  readonly next?: string;
  /** Rejected or NotSent, and the same call may succeed soon (busy, throttled, transition running). */
  readonly retryable?: boolean;
  /** How long the far end asked us to wait, in milliseconds. */
  readonly retryAfterMs?: number;
  /** Facts the card may show (an array approval request's index, holders of open files). Plain JSON, no secrets. */
  readonly detail?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** An error whose message is a sentence for people, and whose class says whether anything happened. */
export abstract class Problem extends Error implements ProblemFields {
  abstract readonly kind: ProblemKind;
  readonly from?: string;
  readonly code?: string;
  readonly next?: string;
  readonly retryable: boolean;
  readonly retryAfterMs?: number;
  readonly detail?: Readonly<Record<string, unknown>>;
  private readonly words: Said;

  constructor(message: Said, fields: ProblemFields = {}) {
    super(plainText(message), fields.cause === undefined ? undefined : { cause: fields.cause });
    this.name = new.target.name;
    this.words = message;
    if (fields.from !== undefined) this.from = fields.from;
    if (fields.code !== undefined) this.code = fields.code;
    if (fields.next !== undefined) this.next = fields.next;
    if (fields.retryAfterMs !== undefined) this.retryAfterMs = fields.retryAfterMs;
    if (fields.detail !== undefined) this.detail = fields.detail;
    this.retryable = fields.retryable ?? false;
  }

  /** The sentence for people: who, what, what next. Never a stack. */
  get sentence(): string {
    return plainText(this.said);
  }

  /** The same, with the people it names as people. */
  get said(): Said {
    const ended = /[.!?]$/.test(this.message) ? "" : ".";
    return joined([this.from ? `${this.from}: ` : "", this.words, ended, this.next ? ` ${this.next}` : ""]);
  }
}

export class Refusal extends Problem {
  readonly kind = "refusal";
}
export class NotSent extends Problem {
  readonly kind = "notSent";
}
export class Rejected extends Problem {
  readonly kind = "rejected";
}
export class InDoubt extends Problem {
  readonly kind = "inDoubt";
}

/** Anything thrown, as a Problem: what is not one already is in doubt, because nobody knows what it did. */
export function asProblem(thrown: unknown, from?: string): Problem {
  if (thrown instanceof Problem) return thrown;
  const message = thrown instanceof Error ? thrown.message : String(thrown);
  return new InDoubt(message, { ...(from === undefined ? {} : { from }), cause: thrown });
}
