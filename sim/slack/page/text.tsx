import { Fragment, type ReactNode } from "react";
import { emojiByName, emojiByText, emojiPattern, type Emoji } from "./emoji.js";
import { getState, useStore } from "./store.js";

/** Slack's mrkdwn and plain text as React nodes. Nothing is ever inserted as HTML. */

const unescape = (text: string): string => text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&amp;/g, "&");

function Picture({ emoji, name }: { emoji: Emoji; name: string }) {
  return <img className="emoji" src={emoji.url} alt={emoji.text} title={name} draggable={false} />;
}

/** Text with emoji codes and characters as pictures. */
export function withEmoji(text: string, key = ""): ReactNode[] {
  const parts = text.split(new RegExp(`(:[a-z0-9_+-]+:|${emojiPattern.source})`, "gu"));
  return parts.map((part, i) => {
    const name = /^:([a-z0-9_+-]+):$/.exec(part)?.[1];
    const emoji = name === undefined ? emojiByText(part) : emojiByName[name];
    if (!emoji) return part;
    return <Picture key={`${key}e${i}`} emoji={emoji} name={name === undefined ? part : `:${name}:`} />;
  });
}

export function Plain({ text }: { text: string }) {
  return <>{withEmoji(text)}</>;
}

export function UserMention({ id }: { id: string }) {
  const boot = useStore((state) => state.boot);
  const me = useStore((state) => state.me);
  const name = id === boot?.bot.userId ? boot.bot.name : boot?.users.find((each) => each.id === id)?.realName;
  return <span className={`mention${id === me ? " mention-me" : ""}`}>@{name ?? id}</span>;
}

export function ChannelMention({ id }: { id: string }) {
  const name = useStore((state) => state.boot?.channels.find((each) => each.id === id)?.name);
  return <span className="mention">#{name ?? id}</span>;
}

export function GroupMention({ id }: { id: string }) {
  const group = useStore((state) => state.boot?.groups.find((each) => each.id === id));
  const me = useStore((state) => state.me);
  const mine = group?.users.includes(me) ?? false;
  return <span className={`mention${mine ? " mention-me" : ""}`}>@{group?.handle ?? id}</span>;
}

export function Anchor({ href, children }: { href: string; children: ReactNode }) {
  const safe = /^(https?|mailto):/i.test(href);
  if (!safe) return <>{children}</>;
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}

/** The acting person's time zone, as Slack shows times. */
export function zone(): string {
  const { boot, me } = getState();
  return boot?.users.find((each) => each.id === me)?.tz ?? "UTC";
}

export function formatTime(ms: number): string {
  return new Intl.DateTimeFormat("en-US", { hour: "numeric", minute: "2-digit", timeZone: zone() }).format(ms);
}

/** `Today`, `Yesterday` or `Wednesday, November 18`. */
export function formatDay(ms: number, now = Date.now()): string {
  const day = (at: number): string => new Intl.DateTimeFormat("en-CA", { timeZone: zone() }).format(at);
  if (day(ms) === day(now)) return "Today";
  if (day(ms) === day(now - 86_400_000)) return "Yesterday";
  return new Intl.DateTimeFormat("en-US", { weekday: "long", month: "long", day: "numeric", timeZone: zone() }).format(
    ms,
  );
}

/** A `<!date^…>` token or rich text date: the format's placeholders filled in. */
export function formatDate(seconds: number, format: string): string {
  const ms = seconds * 1000;
  const as = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat("en-US", { timeZone: zone(), ...options }).format(ms);
  const pretty = formatDay(ms);
  const relative = ["Today", "Yesterday"].includes(pretty) ? pretty : undefined;
  const values: { [placeholder: string]: string } = {
    date_num: new Intl.DateTimeFormat("en-CA", { timeZone: zone() }).format(ms),
    date_slash: as({ dateStyle: "short" }),
    date: as({ dateStyle: "long" }),
    date_short: as({ dateStyle: "medium" }),
    date_long: as({ dateStyle: "full" }),
    date_pretty: relative ?? as({ dateStyle: "long" }),
    date_short_pretty: relative ?? as({ dateStyle: "medium" }),
    date_long_pretty: relative ?? as({ dateStyle: "full" }),
    time: as({ hour: "numeric", minute: "2-digit" }),
    time_secs: as({ hour: "numeric", minute: "2-digit", second: "2-digit" }),
    day_divider_pretty: pretty,
    ago: ago(ms),
  };
  return format.replace(/\{(\w+)\}/g, (all, name: string) => values[name] ?? all);
}

function ago(ms: number): string {
  const minutes = Math.round((Date.now() - ms) / 60_000);
  const relative = new Intl.RelativeTimeFormat("en", { numeric: "auto" });
  if (Math.abs(minutes) < 60) return relative.format(-minutes, "minute");
  if (Math.abs(minutes) < 60 * 36) return relative.format(-Math.round(minutes / 60), "hour");
  return relative.format(-Math.round(minutes / 1440), "day");
}

/** What stands between `<` and `>`. */
function token(inside: string, key: string): ReactNode {
  const [head = "", label] = inside.split("|", 2);
  if (head.startsWith("@")) return <UserMention key={key} id={head.slice(1)} />;
  if (head.startsWith("#")) return <ChannelMention key={key} id={head.slice(1)} />;
  if (head.startsWith("!subteam^")) return <GroupMention key={key} id={head.slice("!subteam^".length)} />;
  if (head.startsWith("!date^")) {
    const [, seconds = "0", format = "", link] = head.split("^");
    const shown = (
      <time key={key}>{Number.isFinite(Number(seconds)) ? formatDate(Number(seconds), format) : label}</time>
    );
    return link === undefined ? (
      shown
    ) : (
      <Anchor key={key} href={link}>
        {shown}
      </Anchor>
    );
  }
  if (head.startsWith("!"))
    return (
      <span key={key} className="mention mention-me">
        @{head.slice(1)}
      </span>
    );
  return (
    <Anchor key={key} href={unescape(head)}>
      {withEmoji(unescape(label ?? head), key)}
    </Anchor>
  );
}

const edge = "(?<![\\p{L}\\p{N}])";
const after = "(?![\\p{L}\\p{N}])";
const inlinePattern = new RegExp(
  `(\`[^\`\\n]+\`)|<([^<>\\n]+)>|${edge}\\*(?!\\s)([^*\\n]+?)(?<!\\s)\\*${after}|${edge}_(?!\\s)([^_\\n]+?)(?<!\\s)_${after}|${edge}~(?!\\s)([^~\\n]+?)(?<!\\s)~${after}`,
  "gu",
);

function inline(text: string, key: string): ReactNode[] {
  const nodes: ReactNode[] = [];
  let at = 0;
  for (const match of text.matchAll(inlinePattern)) {
    if (match.index > at) nodes.push(...withEmoji(unescape(text.slice(at, match.index)), `${key}.${at}`));
    const inner = `${key}.${match.index}`;
    const [all, code, angle, bold, italic, strike] = match;
    if (code !== undefined) nodes.push(<code key={inner}>{unescape(code.slice(1, -1))}</code>);
    else if (angle !== undefined) nodes.push(token(angle, inner));
    else if (bold !== undefined) nodes.push(<b key={inner}>{inline(bold, inner)}</b>);
    else if (italic !== undefined) nodes.push(<i key={inner}>{inline(italic, inner)}</i>);
    else if (strike !== undefined) nodes.push(<s key={inner}>{inline(strike, inner)}</s>);
    at = match.index + all.length;
  }
  if (at < text.length) nodes.push(...withEmoji(unescape(text.slice(at)), `${key}.${at}`));
  return nodes;
}

function Lines({ lines, name }: { lines: readonly string[]; name: string }) {
  return (
    <>
      {lines.map((line, i) => {
        const item = /^(\s*)([•◦▪‣-]|\d+[.)])\s+(.*)$/u.exec(line);
        if (!item) {
          const last = i === lines.length - 1;
          return (
            <Fragment key={i}>
              {inline(line, `${name}${i}`)}
              {last ? null : <br />}
            </Fragment>
          );
        }
        const depth = Math.floor((item[1] ?? "").length / 2);
        return (
          <span key={i} className="line-item" style={{ marginLeft: depth * 20 }}>
            <span className="line-mark">{item[2] === "-" ? "•" : item[2]}</span>
            <span>{inline(item[3] ?? "", `${name}${i}`)}</span>
          </span>
        );
      })}
    </>
  );
}

/** mrkdwn: *bold*, _italic_, ~strike~, `code`, ```pre```, > quotes, lists, mentions, dates, links, emoji. */
export function Mrkdwn({ text }: { text: string }) {
  const parts = text.split(/```\n?([\s\S]*?)\n?```/);
  return (
    <>
      {parts.map((part, i) => {
        if (i % 2 === 1) return <pre key={i}>{unescape(part)}</pre>;
        const trimmed = i > 0 ? part.replace(/^\n/, "") : part;
        return trimmed === "" ? null : <Quoted key={i} text={trimmed} />;
      })}
    </>
  );
}

function Quoted({ text }: { text: string }) {
  const groups: { quote: boolean; lines: string[] }[] = [];
  for (const line of text.replace(/\n$/, "").split("\n")) {
    const match = /^(?:&gt;|>)\s?(.*)$/.exec(line);
    const quote = match !== null;
    const last = groups[groups.length - 1];
    const content = match ? (match[1] ?? "") : line;
    if (last && last.quote === quote) last.lines.push(content);
    else groups.push({ quote, lines: [content] });
  }
  return (
    <>
      {groups.map((group, i) =>
        group.quote ? (
          <blockquote key={i}>
            <Lines lines={group.lines} name={`q${i}`} />
          </blockquote>
        ) : (
          <Lines key={i} lines={group.lines} name={`t${i}`} />
        ),
      )}
    </>
  );
}

/** A text object, plain or mrkdwn. */
export function TextObject({ value }: { value: unknown }) {
  if (typeof value !== "object" || value === null) return null;
  const { type, text } = value as { type?: unknown; text?: unknown };
  if (typeof text !== "string") return null;
  return type === "mrkdwn" ? <Mrkdwn text={text} /> : <Plain text={text} />;
}
