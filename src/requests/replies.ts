import type { Json } from "../core/json.js";
import { listed } from "../core/listed.js";
import type { Mood } from "./mood.js";
import type { Reading } from "./match.js";
import { sentenceFor } from "./say.js";
import type { Choice, Context, Phrasebook, Understood } from "./vocabulary.js";

type Reply = Extract<Understood, { kind: "reply" }>;

/** Slack shows at most 25 elements in one block of buttons; more than a handful nobody reads. */
const MOST_CHOICES = 8;

export function reply(text: string, choices: readonly Choice[] = []): Reply {
  const unique = [...new Map(choices.map((each) => [each.say, each])).values()].slice(0, MOST_CHOICES);
  return unique.length === 0 ? { kind: "reply", text } : { kind: "reply", text, choices: unique };
}

/** A button that says a request. */
export function choice(book: Phrasebook, request: Readonly<Record<string, Json>>, context: Context): Choice {
  const shown = sentenceFor(book, request, { zone: context.asker.timeZone });
  return { label: shown.charAt(0).toUpperCase() + shown.slice(1), say: sentenceFor(book, request) };
}

/** Takes what came from outside into a sentence: short, without line breaks or quotation marks. */
export const shown = (text: string): string => {
  const flat = text.replace(/\s+/g, " ").replace(/["`]/g, "").trim();
  return flat.length > 80 ? `${[...flat].slice(0, 79).join("")}…` : flat;
};

export const notAvailable = (book: Phrasebook): Reply =>
  reply(`I understand "${book.name}" (it ${book.summary}), but it is not available yet. Nothing was done.`);

const MOODS: Readonly<Record<Mood, string>> = {
  negation: 'I read that as "do not", so I plan nothing.',
  condition: "I do not act on conditions, so I plan nothing now. Say it when it is to be done.",
  question: "I took that as a question, not as a request, so I plan nothing.",
  quotation: "I took that as a quotation, not as your own request, so I plan nothing.",
  report: "That sounds like something told, not asked for, so I plan nothing.",
  doubt: "I am not sure that this is a request, so I plan nothing.",
};

/** The answer to a sentence that names an act without asking for it. A "do not" gets no button that does it. */
export function notARequest(reading: Reading, mood: Mood, context: Context): Reply {
  const what = reading.book.effect === "read" ? "" : ` ${reading.book.name} ${reading.book.summary}.`;
  const complete = reading.missing.length === 0 && reading.asks.length === 0 && !reading.several;
  const offer =
    mood !== "negation" && complete && reading.book.available ? [choice(reading.book, reading.request, context)] : [];
  return reply(
    `${MOODS[mood]}${what}${offer.length > 0 ? " If you do want it, press the button: you get a plan first." : ""}`,
    offer,
  );
}

/** What can be asked for, in the words of the phrasebooks. */
export function helpText(context: Context): string {
  const of = (effects: readonly string[]): string[] =>
    context.vocabulary.runbooks
      .filter((each) => each.available && effects.includes(each.effect))
      .map((each) => each.name);
  const [set] = context.vocabulary.sets;
  const [purpose] = context.vocabulary.purposes;
  const example = set && purpose ? ` For example: "clone ${set.name} for ${purpose.name}".` : "";
  return `I do ${listed(of(["change", "destroy"]).slice(0, 8))}, and answer ${listed(of(["read"]))}.${example} Say "help" for all of it.`;
}
