import type { App } from "@slack/bolt";
import type { Conversation } from "../conversation.js";
import { asTyped, mentions } from "../text.js";

interface Needs {
  readonly conversation: Conversation;
  /** Channels whose plain messages are read. */
  readonly listen: readonly string[];
}

/** What we read of a message event; the SDK's union has a shape for every subtype. */
interface Said {
  readonly subtype?: string;
  readonly bot_id?: string;
  readonly user?: string;
  readonly text?: string;
  readonly channel: string;
  readonly channel_type?: string;
  readonly ts: string;
  readonly thread_ts?: string;
}

/** Messages people wrote. Edits, joins, deletions and other bots are none. */
const byPerson = (said: Said): said is Said & { user: string; text: string } =>
  (said.subtype === undefined || said.subtype === "thread_broadcast" || said.subtype === "file_share") &&
  said.bot_id === undefined &&
  said.user !== undefined &&
  said.text !== undefined;

/**
 * Mentions, direct messages and plain messages in listened channels. A mention in a listened channel comes as two events; they are the
 * same message, so both lead to the same id, and the plain one is left to the other.
 */
export function listenToMessages(app: App, { conversation, listen }: Needs): void {
  const hear = async (said: Said & { user: string; text: string }, bot: string, addressed: boolean): Promise<void> => {
    await conversation.hear({
      text: asTyped(said.text, bot),
      user: said.user,
      channel: said.channel,
      thread: said.thread_ts ?? said.ts,
      eventId: `m-${said.channel}-${said.ts}`,
      addressed,
      ephemeral: false,
    });
  };

  app.event("app_mention", async ({ event, context }) => {
    const said = event as unknown as Said;
    // In a direct message the plain event is the one that is answered.
    if (byPerson(said) && !said.channel.startsWith("D")) await hear(said, context.botUserId ?? "", true);
  });

  app.event("message", async ({ event, context }) => {
    const said = event as unknown as Said;
    if (!byPerson(said)) return;
    const bot = context.botUserId ?? "";
    if (said.channel_type === "im" || said.channel.startsWith("D")) return await hear(said, bot, true);
    if (listen.includes(said.channel) && !mentions(said.text, bot)) await hear(said, bot, false);
  });
}
