import type { KnownBlock } from "@slack/types";
import type { ChatPostMessageArguments, WebClient } from "@slack/web-api";
import type { Logger } from "pino";
import type { Clock } from "../core/clock.js";
import { simpler, type Drawing } from "./blocks.js";
import { limitedMs, reasonsOf, refusedBlocks } from "./slack-errors.js";

/** Where a message goes. */
export interface Place {
  readonly channel: string;
  readonly thread?: string;
}

/** Shown to nobody; how our own message is found again when the answer to its posting was lost. */
export interface Mark {
  readonly kind: "card" | "root";
  readonly run: string;
}

/** Posts and updates messages: never links unfurled, blocks that Slack refuses sent again simpler, rate limits waited out. */
export interface Poster {
  /** The new message's `ts`. */
  post(place: Place, drawing: Drawing, mark?: Mark): Promise<string>;
  update(channel: string, ts: string, drawing: Drawing): Promise<void>;
  /** Only `user` sees it. */
  whisper(place: Place, user: string, drawing: Drawing): Promise<void>;
  /** Our message with that mark in a thread, if Slack lets us look. */
  find(place: Required<Place>, mark: Mark): Promise<string | undefined>;
  /** The direct-message conversation with a person. */
  directTo(user: string): Promise<string>;
  /** Undefined when Slack does not tell. */
  permalink(channel: string, ts: string): Promise<string | undefined>;
}

interface Needs {
  readonly client: WebClient;
  readonly clock: Clock;
  readonly log: Logger;
  /** Aborted when the bot stops: nobody waits for a rate limit any more. */
  readonly stopping: AbortSignal;
}

const eventType = "sluice_message";
/** Previews of internal addresses would be fetched by Slack, and shown. */
const quiet = { unfurl_links: false, unfurl_media: false } as const;

// The types package does not know data_visualization yet; the wire does.
const wire = (drawing: Drawing) => ({ text: drawing.text || " ", blocks: drawing.blocks as unknown as KnownBlock[] });

export function createPoster(needs: Needs): Poster {
  const { client, log } = needs;

  /** Repeats what Slack was too busy for; sends once more, simpler, what it would not have. */
  async function send<T>(drawing: Drawing, call: (body: ReturnType<typeof wire>) => Promise<T>): Promise<T> {
    try {
      return await unlimited(needs, () => call(wire(drawing)));
    } catch (error) {
      if (!refusedBlocks(error)) throw error;
      log.warn({ reasons: reasonsOf(error) }, "Slack refused a message's blocks; a simpler one is sent");
      return await unlimited(needs, () => call(wire(simpler(drawing))));
    }
  }
  const inThread = (place: Place): { thread_ts?: string } =>
    place.thread === undefined ? {} : { thread_ts: place.thread };

  return {
    async post(place, drawing, mark) {
      const metadata = mark ? { metadata: { event_type: eventType, event_payload: { ...mark } } } : {};
      const args = (body: ReturnType<typeof wire>) => ({
        channel: place.channel,
        ...body,
        ...inThread(place),
        ...metadata,
        ...quiet,
      });
      const answer = await send(drawing, (body) => client.chat.postMessage(args(body) as ChatPostMessageArguments));
      if (answer.ts === undefined) throw new Error("Slack posted a message and did not say where");
      return answer.ts;
    },
    async update(channel, ts, drawing) {
      await send(drawing, (body) => client.chat.update({ channel, ts, ...body }));
    },
    async whisper(place, user, drawing) {
      await send(drawing, (body) =>
        client.chat.postEphemeral({ channel: place.channel, user, ...body, ...inThread(place) }),
      );
    },
    async find(place, mark) {
      const args = { channel: place.channel, ts: place.thread, limit: 100, include_all_metadata: true };
      try {
        const { messages } = await unlimited(needs, () => client.conversations.replies(args));
        const ours = (messages as readonly MarkedMessage[] | undefined)?.find((each) => isMarked(each, mark));
        return ours?.ts;
      } catch {
        return undefined;
      }
    },
    async directTo(user) {
      const answer = await unlimited(needs, () => client.conversations.open({ users: user }));
      const id = answer.channel?.id;
      if (id === undefined) throw new Error("Slack opened no direct message");
      return id;
    },
    async permalink(channel, ts) {
      return await client.chat.getPermalink({ channel, message_ts: ts }).then(
        (answer) => answer.permalink,
        () => undefined,
      );
    },
  };
}

interface MarkedMessage {
  readonly ts?: string;
  readonly metadata?: {
    readonly event_type?: string;
    readonly event_payload?: { readonly run?: unknown; readonly kind?: unknown };
  };
}

const isMarked = ({ metadata }: MarkedMessage, mark: Mark): boolean =>
  metadata?.event_type === eventType &&
  metadata.event_payload?.run === mark.run &&
  metadata.event_payload.kind === mark.kind;

/** Waits as long as Slack asks, a few times over; then the caller's queue takes its turn. */
async function unlimited<T>(needs: Pick<Needs, "clock" | "stopping">, call: () => Promise<T>): Promise<T> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await call();
    } catch (error) {
      const waitMs = limitedMs(error);
      if (waitMs === undefined || tries >= 5) throw error;
      await needs.clock.sleep(waitMs, needs.stopping);
    }
  }
}
