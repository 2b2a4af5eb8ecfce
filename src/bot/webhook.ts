import { HTTPReceiver, type AnyMiddlewareArgs, type Middleware } from "@slack/bolt";
import type { Logger } from "pino";
import type { Clock } from "../core/clock.js";
import { slackLogger } from "./logging.js";
import type { Once } from "./options.js";

/** Events, interactivity, options and slash commands all come here. */
export const webhookPath = "/slack/events";

export function createWebhook(needs: { readonly signingSecret: string; readonly log: Logger }): HTTPReceiver {
  return new HTTPReceiver({
    signingSecret: needs.signingSecret,
    endpoints: [webhookPath],
    bodyLimit: 1024 * 1024,
    logger: slackLogger(needs.log),
    customPropertiesExtractor: (request) => ({
      slackSentAt: Number(request.headers["x-slack-request-timestamp"]),
      slackSignature: String(request.headers["x-slack-signature"]),
    }),
  });
}

const windowMs = 5 * 60_000;

/**
 * Closes what the SDK leaves open (reference A4): requests signed for the future, and the same signed request sent again within its
 * five minutes. Slack's own redeliveries are signed anew, so they pass, and are recognised by what they carry.
 */
export function replayGuard(needs: {
  readonly clock: Clock;
  readonly once: Once;
  readonly log: Logger;
}): Middleware<AnyMiddlewareArgs> {
  return async ({ context, next, ...args }) => {
    const { slackSentAt: sentAt, slackSignature: signature } = context as {
      slackSentAt?: unknown;
      slackSignature?: unknown;
    };
    if (sentAt === undefined && signature === undefined) return await next();
    const away = Math.abs(Number(sentAt) * 1000 - needs.clock.now());
    if (!(away <= windowMs)) return needs.log.warn("a signed request from another time was ignored");
    if (await needs.once.claim(`signature-${String(signature)}`)) return await next();
    needs.log.warn("the same signed request came again and was ignored");
    if ("ack" in args && typeof args.ack === "function") await (args.ack as () => Promise<void>)();
  };
}
