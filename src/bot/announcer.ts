import type { Announcer, ReplyTo } from "../core/announcer.js";
import type { Answer, Question } from "../core/answer.js";
import type { Person } from "../core/resource.js";
import { actions, sayButtons, section, sections, type Drawing } from "./blocks.js";
import { answerMessages } from "./cards/answer.js";
import type { Drawer } from "./drawer.js";
import type { Once } from "./options.js";
import type { Place, Poster } from "./poster.js";
import { codeOf } from "./slack-errors.js";
import { escaped, mention } from "./text.js";

/**
 * Speaks in Slack, as the engine's Announcer but at once instead of through a queue: put a queue before it. `run` may be repeated at
 * will. The others post: given the same `id` twice (the queue job's), they post once within about an hour.
 */
export interface BotAnnouncer extends Announcer {
  answer(to: ReplyTo, question: Question, answer: Answer, id?: string): Promise<void>;
  digest(channel: string, answer: Answer, id?: string): Promise<void>;
  remind(
    person: Person,
    text: string,
    choices: readonly { label: string; say: string }[],
    thread?: ReplyTo,
    id?: string,
  ): Promise<void>;
}

interface Needs {
  readonly drawer: Drawer;
  readonly poster: Poster;
  readonly once: Once;
}

export function createAnnouncer({ drawer, poster, once }: Needs): BotAnnouncer {
  async function onceOnly(id: string | undefined, work: () => Promise<void>): Promise<void> {
    if (id === undefined) return await work();
    if (!(await once.claim(`said-${id}`))) return;
    try {
      await work();
    } catch (error) {
      await once.release(`said-${id}`);
      throw error;
    }
  }

  return {
    run: (run) => drawer.draw(run),
    answer: (to, _question, answer, id) => onceOnly(id, () => sayTo(poster, to, answerMessages(answer))),
    digest: (channel, answer, id) =>
      onceOnly(id, async () => {
        const [first, ...more] = answerMessages(answer);
        if (!first) return;
        const thread = await poster.post({ channel }, first);
        for (const page of more) await poster.post({ channel, thread }, page);
      }),
    remind: (person, text, choices, thread, id) =>
      onceOnly(id, async () => {
        const to = thread ?? { channel: await poster.directTo(person.user), user: person.user, ephemeral: false };
        await sayTo(poster, { ...to, user: person.user }, [reminder(person, text, choices)]);
      }),
  };
}

const placeOf = (to: ReplyTo): Place => ({
  channel: to.channel,
  ...(to.thread === undefined || to.thread === "" ? {} : { thread: to.thread }),
});

function reminder(person: Person, text: string, choices: readonly { label: string; say: string }[]): Drawing {
  const words = `⏰ ${mention(person.user)}: ${escaped(text, 2500)}`;
  const buttons = sayButtons(choices);
  return {
    text: words,
    blocks: [...sections(words.split("\n")), ...(buttons.length > 0 ? [actions("say", buttons)] : [])],
  };
}

/** In the thread, or to one person's eyes only; by direct message where the conversation is closed to us. */
export async function sayTo(poster: Poster, to: ReplyTo, messages: readonly Drawing[]): Promise<void> {
  const place = placeOf(to);
  for (const message of messages) {
    try {
      // A conversation of two needs no whispering, and what is whispered does not last.
      if (to.ephemeral && !to.channel.startsWith("D")) await poster.whisper(place, to.user, message);
      else await poster.post(place, message);
    } catch (error) {
      if (!closed.has(codeOf(error) ?? "")) throw error;
      await poster.post({ channel: await poster.directTo(to.user) }, message);
    }
  }
}

const closed = new Set([
  "not_in_channel",
  "channel_not_found",
  "user_not_in_channel",
  "is_archived",
  "restricted_action",
  "thread_not_found",
  "cannot_reply_to_message",
]);

export const sentence = (text: string): Drawing => ({
  text: escaped(text, 2900),
  blocks: [section(escaped(text, 2900))],
});
