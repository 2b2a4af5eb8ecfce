import { LogLevel, type Logger as SlackLogger } from "@slack/bolt";
import type { Logger } from "pino";

const secrets = [/\bx(?:ox[a-z]|app)-[\w-]+/g, /https:\/\/hooks\.slack\.com\/[^\s"']+/g, /\bwss?:\/\/[^\s"']+/g];
const secretKeys = /("(?:token|authorization|response_url|trigger_id|private_metadata|signature)"\s*:\s*")[^"]*"/gi;

/** Tokens, bearer addresses and trigger ids blanked, wherever they stand in a text. */
export const withoutSecrets = (text: string): string =>
  secrets.reduce((so, each) => so.replace(each, "[secret]"), text).replace(secretKeys, '$1[secret]"');

function told(parts: readonly unknown[]): string {
  const texts = parts.map((each) => {
    if (typeof each === "string") return each;
    if (each instanceof Error) return `${each.name}: ${each.message}`;
    try {
      return JSON.stringify(each) ?? String(each);
    } catch {
      return "[something that is no JSON]";
    }
  });
  return withoutSecrets(texts.join(" ")).slice(0, 2000);
}

/**
 * The SDK's logger on top of ours. Its debug level prints whole bodies, so it is never passed on, whatever our own level is.
 * Bolt calls `setLevel` on loggers whose level differs from its own; the level here is fixed.
 */
export function slackLogger(log: Logger): SlackLogger {
  return {
    debug: () => undefined,
    info: (...parts) => log.debug(told(parts)),
    warn: (...parts) => log.warn(told(parts)),
    error: (...parts) => log.error(told(parts)),
    setLevel: () => undefined,
    getLevel: () => LogLevel.INFO,
    setName: () => undefined,
  };
}
