import { WebAPIRateLimitedError } from "@slack/web-api";

/** The error code of a failed call to Slack's Web API ("channel_not_found"); undefined when Slack did not answer one. */
export function codeOf(error: unknown): string | undefined {
  const data = (error as { data?: { error?: unknown } } | null)?.data;
  return typeof data?.error === "string" ? data.error : undefined;
}

/** How long Slack asked us to wait, in milliseconds; undefined when it did not. */
export const limitedMs = (error: unknown): number | undefined =>
  error instanceof WebAPIRateLimitedError ? Math.max(0, error.retryAfter) * 1000 : undefined;

/** Slack read the blocks and would not have them; its reasons go to the log. */
export const refusedBlocks = (error: unknown): boolean =>
  ["invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long", "invalid_attachments", "msg_too_long"].includes(
    codeOf(error) ?? "",
  );

/** Slack's own explanation of a refused payload, for the log. */
export function reasonsOf(error: unknown): readonly string[] {
  const data = (error as { data?: { errors?: unknown; response_metadata?: { messages?: unknown } } } | null)?.data;
  const messages = data?.response_metadata?.messages ?? data?.errors;
  return Array.isArray(messages)
    ? messages.slice(0, 10).map((each) => (typeof each === "string" ? each : JSON.stringify(each)))
    : [];
}
