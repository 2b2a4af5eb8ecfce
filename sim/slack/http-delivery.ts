import { createHmac } from "node:crypto";
import { isObj } from "./blockkit/report.js";
import type { CallLog } from "./calls.js";
import type { Envelope, Outcome, Transport } from "./delivery.js";
import type { Obj } from "./types.js";

export interface HttpTarget {
  /** The one address for events, interactivity, options and commands (Bolt: `https://host/slack/events`). */
  readonly url: string;
  readonly signingSecret: string;
}

/** `x-slack-signature`: HMAC-SHA256 over `v0:TIMESTAMP:BODY`. */
export function sign(secret: string, timestamp: string, body: string): string {
  return `v0=${createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex")}`;
}

/** Signed HTTP delivery. Events are JSON; interactivity is a form with `payload`; commands are a plain form. No charset anywhere. */
export class HttpDelivery implements Transport {
  constructor(
    private readonly target: HttpTarget,
    private readonly log: CallLog,
    private readonly ackTimeoutMs: number,
  ) {}

  async send(envelope: Envelope, copies: number): Promise<Outcome> {
    const outcomes = await Promise.all(Array.from({ length: copies }, () => this.post(envelope)));
    return outcomes.find((each) => each.acked) ?? outcomes[0] ?? { acked: false, reason: "connection_failed" };
  }

  private async post(envelope: Envelope): Promise<Outcome> {
    const { body, type } = encode(envelope);
    // The receiver judges staleness by its own clock, so this is the wall's time, not the simulator's.
    const timestamp = String(Math.floor(Date.now() / 1000));
    const headers: Record<string, string> = {
      "content-type": type,
      "user-agent": "Slackbot 1.0 (+https://api.slack.com/robots)",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": sign(this.target.signingSecret, timestamp, body),
    };
    if (envelope.attempt > 0) {
      headers["x-slack-retry-num"] = String(envelope.attempt);
      headers["x-slack-retry-reason"] = envelope.reason;
    }
    const outcome = await this.exchange(headers, body);
    const status = outcome.acked ? "acked" : outcome.reason;
    const shown = envelope.payload;
    this.log.add({ kind: "delivery", method: envelope.kind, path: "http", body: shown, status, answer: outcome });
    return outcome;
  }

  private async exchange(headers: Record<string, string>, body: string): Promise<Outcome> {
    try {
      const signal = AbortSignal.timeout(this.ackTimeoutMs);
      const response = await fetch(this.target.url, { method: "POST", headers, body: Buffer.from(body), signal });
      const text = await response.text();
      if (response.status === 200) return { acked: true, payload: decode(text) };
      const noRetry = response.headers.get("x-slack-no-retry") === "1";
      return { acked: false, reason: "http_error", ...(noRetry ? { noRetry } : {}) };
    } catch (error) {
      const late = error instanceof Error && error.name === "TimeoutError";
      return { acked: false, reason: late ? "http_timeout" : "connection_failed" };
    }
  }
}

function encode(envelope: Envelope): { body: string; type: string } {
  if (envelope.kind === "events_api") return { body: JSON.stringify(envelope.payload), type: "application/json" };
  const form =
    envelope.kind === "interactive"
      ? new URLSearchParams({ payload: JSON.stringify(envelope.payload) })
      : new URLSearchParams(Object.entries(envelope.payload).map(([key, value]) => [key, String(value)]));
  return { body: form.toString(), type: "application/x-www-form-urlencoded" };
}

/** JSON objects as they are; any other text is a message text. */
function decode(text: string): Obj {
  if (text.trim() === "") return {};
  try {
    const value: unknown = JSON.parse(text);
    return isObj(value) ? value : { text };
  } catch {
    return { text };
  }
}
