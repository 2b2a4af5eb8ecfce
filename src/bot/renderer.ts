import type { Renderer, ReplyTo } from "../core/announcer.js";
import type { Person } from "../core/resource.js";
import { said, type Said } from "../core/said.js";
import { actions, sayButtons, section, sections, type Drawing } from "./blocks.js";
import { answerMessages, byName } from "./cards/answer.js";
import type { Drawer } from "./drawer.js";
import type { Identity } from "./identity.js";
import type { Once } from "./options.js";
import type { Place, Poster } from "./poster.js";
import { codeOf } from "./slack-errors.js";
import { escaped } from "./text.js";

interface Needs {
  readonly drawer: Drawer;
  readonly poster: Poster;
  readonly once: Once;
  readonly identity: Pick<Identity, "nameOf">;
}

/** Speaks in Slack at once: put a queue before it. */
export function createRenderer({ drawer, poster, once, identity }: Needs): Renderer {
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
    // A run of many quick steps is announced faster than its card may be drawn: it takes two places before the others, and not all.
    run: async (run) => (drawer.isAsked(run) ? undefined : await drawer.draw(run)),
    answer: (to, _question, answer, id) =>
      onceOnly(id, async () => sayTo(poster, to, answerMessages(await byName(answer, identity)))),
    digest: (channel, answer, id) =>
      onceOnly(id, async () => {
        const [first, ...more] = answerMessages(await byName(answer, identity));
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

function reminder(person: Person, text: Said, choices: readonly { label: string; say: string }[]): Drawing {
  const words = escaped(said`⏰ ${person}: ${text}`, 2600);
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
