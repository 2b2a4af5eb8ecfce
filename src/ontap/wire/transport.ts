import { buildConnector, Pool } from "undici";
import type { Clock } from "../../core/clock.js";
import { answerProblem, type Call, transportProblem, unreadableProblem } from "./errors.js";

/** As much of a logger as is used here (pino fits). */
export interface Log {
  debug(fields: object, message: string): void;
}

export interface TransportOptions {
  readonly origin: string;
  /** What TLS checks and shows: CA, client certificate. */
  readonly tls: buildConnector.BuildOptions;
  readonly authorization: string | undefined;
  readonly connections: number;
  readonly requestTimeoutMs: number;
  readonly clientApp: string;
  readonly clock: Clock;
  readonly log: Log | undefined;
}

/** An answer of success. */
export interface Reply {
  readonly status: number;
  /** Parsed JSON; undefined when the answer was empty. */
  readonly body: unknown;
  readonly location: string | undefined;
}

/** Sends one HTTP call and answers, or throws the Problem that says whether it happened. */
export class Transport {
  readonly #pool: Pool;
  /** Errors that came while connecting: proof that nothing was sent. */
  readonly #connectErrors = new WeakSet<object>();
  #closed = false;

  constructor(private readonly options: TransportOptions) {
    this.#pool = new Pool(options.origin, {
      connections: options.connections,
      // The whole call has one limit of its own, below.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: this.#connector(),
    });
  }

  async exchange(call: Call, target: string, body?: unknown): Promise<Reply> {
    const { clock, log } = this.options;
    if (this.#closed) throw transportProblem(call, { code: "UND_ERR_CLOSED" }, true);
    const began = clock.now();
    const answer = await this.#send(call, target, body);
    log?.debug(
      { cluster: call.cluster, method: call.method, path: call.path, status: answer.status, ms: clock.now() - began },
      "ontap call",
    );
    const good = answer.status >= 200 && answer.status < 300;
    const parsed = parse(answer.text);
    if (!good) {
      throw answerProblem(call, {
        status: answer.status,
        body: parsed,
        retryAfterMs: retryAfterMs(answer.retryAfter, clock),
      });
    }
    if (parsed === undefined && answer.text !== "") throw unreadableProblem(call, "it is no JSON");
    return { status: answer.status, body: parsed, location: answer.location };
  }

  /** Cuts what is still under way: such calls end in doubt. */
  close(): Promise<void> {
    this.#closed = true;
    return this.#pool.destroy();
  }

  async #send(call: Call, target: string, body: unknown) {
    try {
      const response = await this.#pool.request({
        method: call.method,
        path: target,
        headers: this.#headers(body !== undefined),
        body: body === undefined ? null : JSON.stringify(body),
        // Sockets live in real time, whatever the Clock says: a test that turns its clock must not hang up on the far end.
        signal: AbortSignal.timeout(this.options.requestTimeoutMs),
      });
      return {
        status: response.statusCode,
        text: await response.body.text(),
        retryAfter: first(response.headers["retry-after"]),
        location: first(response.headers["location"]),
      };
    } catch (error) {
      throw transportProblem(
        call,
        error,
        typeof error === "object" && error !== null && this.#connectErrors.has(error),
      );
    }
  }

  #headers(hasBody: boolean): Record<string, string> {
    const { authorization, clientApp } = this.options;
    return {
      // Not hal+json: the only link that is followed, a collection's `next`, stays in this form too.
      accept: "application/json",
      "x-dot-client-app": clientApp,
      ...(authorization === undefined ? {} : { authorization }),
      ...(hasBody ? { "content-type": "application/json" } : {}),
    };
  }

  /** undici's own connector, remembering its errors: no code of an error says as surely that nothing was sent. */
  #connector(): buildConnector.connector {
    const connect = buildConnector({
      ...this.options.tls,
      allowH2: false,
      // Shorter than the whole call, so that "never connected" is told from "no answer".
      timeout: Math.min(10_000, Math.ceil(this.options.requestTimeoutMs / 2)),
    });
    return (where, done) => {
      const remember = (error: unknown): Error => {
        // By shape, not instanceof: an error of Node's core need not be of this realm's Error.
        const known = typeof error === "object" && error !== null ? error : new Error(String(error));
        this.#connectErrors.add(known);
        return known as Error;
      };
      try {
        connect(where, (...result) => {
          if (result[0] === null) done(null, result[1]);
          else done(remember(result[0]), null);
        });
      } catch (error) {
        // A certificate or key that cannot be read is thrown at once.
        done(remember(error), null);
      }
    };
  }
}

function parse(whole: string): unknown {
  if (whole === "") return undefined;
  try {
    return JSON.parse(whole) as unknown;
  } catch {
    return undefined;
  }
}

/** `Retry-After` in milliseconds: seconds, or a date. */
export function retryAfterMs(header: string | undefined, clock: Pick<Clock, "now">): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Number(header) * 1000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(0, date - clock.now());
}

const first = (header: string | string[] | undefined): string | undefined =>
  Array.isArray(header) ? header[0] : header;
