import type { Said } from "../core/said.js";

/**
 * Text for Slack. Whatever a person, an array or a host wrote is untrusted: it is cleaned, clipped and escaped before it stands in a
 * mrkdwn string. Source for the three characters: Slack's "Escaping text" (& < >); everything else of its syntax begins with one of them.
 */

/** Characters that steer a terminal or turn the direction of writing; line feed and tab stay. */
const unseen =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]/g;

/** Without control, bidirectional and invisible characters and without lone surrogates. */
export const clean = (raw: string): string =>
  raw
    .replace(/\p{Surrogate}/gu, "\ufffd")
    .replace(/\r\n?/g, "\n")
    .replace(unseen, "");

/** Cleaned, on one line. */
export const oneLine = (raw: string): string => clean(raw).replace(/\s+/g, " ").trim();

/** Cleaned and at most `max` UTF-16 units long, for plain_text objects; never empty, which Slack would refuse. */
export function plain(raw: string, max: number): string {
  const text = clean(raw).trim();
  if (text === "") return "–";
  return text.length <= max ? text : `${cut(text, max - 1)}…`;
}

/** At most `max` units without splitting a surrogate pair. */
function cut(text: string, max: number): string {
  const end = text.charCodeAt(max - 1);
  return text.slice(0, end >= 0xd800 && end <= 0xdbff ? max - 1 : max);
}

const entity: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;" };

/**
 * Untrusted text for mrkdwn: cleaned, `& < >` escaped (so no mention, channel, link or date can be written), back-ticks made harmless,
 * formatting pairs at word borders broken, and the escaped text at most `max` units long. A person in it is mentioned: whom the text
 * carries as a person, and nobody else, whatever its words look like.
 */
export function escaped(raw: Said, max = 2800): string {
  let text = "";
  for (const token of tokensOf(raw)) {
    if (text.length + token.length > max - 1) return `${text}…`;
    text += token;
  }
  return text;
}

/** Pieces that stand whole or not at all. */
function tokensOf(raw: Said): string[] {
  const characters = (words: string): string[] => [...words].map((character) => entity[character] ?? character);
  if (typeof raw === "string") return characters(unformatted(clean(raw).trim()));
  return raw.flatMap((part, i) => {
    if (typeof part !== "string") return [mention(part.person.user)];
    const words = clean(part);
    const from = i === 0 ? words.trimStart() : words;
    return characters(unformatted(i === raw.length - 1 ? from.trimEnd() : from, true));
  });
}

/**
 * `*so*`, `_so_` and `~so~` would be styled (and `~so~` struck out): an invisible word joiner after the opening character stops it.
 * `open`: the text goes on elsewhere, so every character that could open is stopped, and at the very end too.
 */
function unformatted(text: string, open = false): string {
  const plainTicks = text.replaceAll("`", "ˋ");
  return open
    ? plainTicks.replace(/(^|[^\p{L}\p{N}])([*_~]+)/gmu, "$1$2\u2060")
    : plainTicks.replace(/(^|[^\p{L}\p{N}])([*_~])(?=[^\s*_~][^\n]*?\2)/gmu, "$1$2\u2060");
}

/** Text to be copied as it stands, in a block of its own: nothing is styled in there, so nothing invisible is put in. Whoever calls sees to its length. */
export const verbatim = (raw: string): string =>
  `\`\`\`${[...clean(raw).trim().replaceAll("`", "ˋ")].map((each) => entity[each] ?? each).join("")}\`\`\``;

/** As `escaped`, on one line. */
export const escapedLine = (raw: Said, max = 2800): string => escaped(onOneLine(raw), max);

const onOneLine = (raw: Said): Said =>
  typeof raw === "string"
    ? oneLine(raw)
    : raw.map((part) => (typeof part === "string" ? clean(part).replace(/\s+/g, " ") : part));

/** A name in code style. */
export const code = (raw: string, max = 200): string => `\`${escapedLine(raw, max) || " "}\``;

const idShape = /^[A-Z0-9]{2,30}$/;
export const isUserId = (user: string): boolean => /^[UW][A-Z0-9]{1,29}$/.test(user);

/** A person, as Slack shows people. Anything that is no id is shown as text. */
export const mention = (user: string): string =>
  user === "sluice" ? "Sluice" : idShape.test(user) ? `<@${user}>` : escapedLine(user, 60);

/** A user group: this one notifies its members. */
export const mentionGroup = (id: string, name: string): string =>
  /^S[A-Z0-9]{1,30}$/.test(id) ? `<!subteam^${id}>` : escapedLine(name, 80);

export const link = (url: string, label: string): string =>
  /^https?:\/\/[^\s<>|]+$/.test(url)
    ? `<${url}|${escapedLine(label, 200).replaceAll("|", "¦")}>`
    : escapedLine(label, 200);

/** A moment in each reader's own time zone; UTC where Slack cannot say. */
export function moment(iso: string, form: "day" | "time" | "both" = "both"): string {
  const ms = Date.parse(iso);
  if (Number.isNaN(ms)) return escapedLine(iso, 60);
  const shape = { day: "{date_short_pretty}", time: "{time}", both: "{date_short_pretty} {time}" }[form];
  return `<!date^${Math.floor(ms / 1000)}^${shape}|${utc(ms)}>`;
}

const utc = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace("T", " ")} UTC`;

/** Ten characters that fill from the left. */
export function bar(fraction: number): string {
  const full = Math.round(Math.min(1, Math.max(0, fraction)) * 10);
  return `${"█".repeat(full)}${"░".repeat(10 - full)} ${Math.round(Math.min(1, Math.max(0, fraction)) * 100)} %`;
}

/** "1 step", "4 steps". */
export const counted = (count: number, one: string, many = `${one}s`): string => `${count} ${count === 1 ? one : many}`;

/**
 * A message's text as the person typed it: the bot's own mention gone, Slack's `<…>` tokens as their labels, entities decoded.
 * `bot` is the bot's user id.
 */
export function asTyped(text: string, bot: string): string {
  return text
    .replaceAll(`<@${bot}>`, " ")
    .replace(/<@([A-Z0-9]+)\|[^>]*>/g, (all, id: string) => (id === bot ? " " : all))
    .replace(/<[#!][^>|]*\|([^>]*)>/g, "$1")
    .replace(/<(?:mailto:|tel:)?([^>|@#!][^>|]*)\|([^>]*)>/g, "$2")
    .replace(/<((?:https?|mailto|tel):[^>|]*)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&")
    .replace(/[ \t]+/g, " ")
    .trim();
}

/** Our own mrkdwn as plain text, for notifications: tokens as their labels, marks gone, entities decoded. */
export const unmarked = (mrkdwn: string): string =>
  mrkdwn
    .replace(/<[^>|]*\|([^>]*)>/g, "$1")
    .replace(/<[@!#][^>]*>/g, "…")
    .replace(/[*`\u2060]/g, "")
    .replace(/(^|\s)_([^_\n]+)_(?=\s|$)/g, "$1$2")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");

/** Does the text name the bot? */
export const mentions = (text: string, bot: string): boolean =>
  text.includes(`<@${bot}>`) || text.includes(`<@${bot}|`);
