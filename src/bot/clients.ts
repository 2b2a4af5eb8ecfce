import { WebClient, type WebClientOptions } from "@slack/web-api";
import type { Logger } from "pino";
import { slackLogger } from "./logging.js";

/** One client for each kind of hurry: a rate limit stops the whole client it hits, and a person waiting for a modal has three seconds. */
export interface Clients {
  /** Modals and Home tabs. */
  readonly interactive: WebClient;
  /** Who somebody is, at the moment of a click. Rejects at once when limited: fail closed, and say so. */
  readonly lookUp: WebClient;
  /** Cards, thread replies, answers, the digest. Rejects at once when limited; the caller waits and reads the state anew. */
  readonly posting: WebClient;
}

export interface ClientOptions {
  readonly token: string;
  /** Absent: Slack itself. */
  readonly apiUrl?: string;
  readonly log: Logger;
}

/**
 * Options for any client of ours, made anew for each: the SDK writes into the object it is given. Never with `headers`, or Socket Mode
 * would open its connection with the bot's token (reference A2).
 */
export function clientOptions(options: Pick<ClientOptions, "apiUrl" | "log">): WebClientOptions {
  return {
    ...(options.apiUrl === undefined ? {} : { slackApiUrl: options.apiUrl }),
    logger: slackLogger(options.log),
    allowAbsoluteUrls: false,
    timeout: 8_000,
    retryConfig: { retries: 2, minTimeout: 200, maxTimeout: 1_000, factor: 2 },
  };
}

export function createClients(options: ClientOptions): Clients {
  const { token } = options;
  return {
    interactive: new WebClient(token, {
      ...clientOptions(options),
      timeout: 2_500,
      retryConfig: { retries: 1, minTimeout: 100 },
    }),
    lookUp: new WebClient(token, {
      ...clientOptions(options),
      timeout: 4_000,
      retryConfig: { retries: 1, minTimeout: 100 },
      rejectRateLimitedCalls: true,
    }),
    // No retries by themselves: a post whose answer was lost may have been made, and is looked for before it is made again.
    posting: new WebClient(token, {
      ...clientOptions(options),
      rejectRateLimitedCalls: true,
      retryConfig: { retries: 0 },
    }),
  };
}
