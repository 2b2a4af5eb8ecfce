import type { SimClock } from "../kit/clock.js";
import type { Obj } from "./types.js";

/** One line of the log: an API call the app made, or something Slack delivered to it. */
export interface Call {
  /** ISO time. */
  readonly at: string;
  readonly kind: "api" | "delivery" | "ack" | "socket" | "response_url";
  readonly method: string;
  /** `/api/METHOD`, or `deliver/KIND/TYPE`. */
  readonly path: string;
  readonly body: unknown;
  /** HTTP status; for deliveries and acks what came of it. */
  readonly status: number | string;
  readonly answer?: unknown;
}

const secretKeys = /^(token|authorization|client_secret|signing_?secret|response_url|upload_url)$/i;

/** Copies a value with tokens and bearer addresses blanked, wherever they are. */
export function blankSecrets(value: unknown): unknown {
  if (typeof value === "string") return value.replace(/\bx(ox[a-z]|app)-[\w-]+/g, (all) => `${all.slice(0, 5)}…`);
  if (Array.isArray(value)) return value.map(blankSecrets);
  if (typeof value !== "object" || value === null) return value;
  const copy: Obj = {};
  for (const [key, each] of Object.entries(value)) copy[key] = secretKeys.test(key) ? "…" : blankSecrets(each);
  return copy;
}

/** Everything that crossed the wire, oldest first. Keeps the newest 20,000 lines. */
export class CallLog {
  private calls: Call[] = [];

  constructor(private readonly clock: SimClock) {}

  add(call: Omit<Call, "at">): void {
    const { body, answer, ...rest } = call;
    const shown = answer === undefined ? {} : { answer: blankSecrets(answer) };
    this.calls.push({ at: new Date(this.clock.now()).toISOString(), ...rest, body: blankSecrets(body), ...shown });
    if (this.calls.length > 20_000) this.calls.splice(0, 1_000);
  }

  list(): readonly Call[] {
    return this.calls;
  }

  clear(): void {
    this.calls = [];
  }
}
