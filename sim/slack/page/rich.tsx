import { type ReactNode } from "react";
import type { Obj } from "../types.js";
import { emojiByName } from "./emoji.js";
import { listAt, objAt, objsAt, textAt } from "./json.js";
import { Anchor, ChannelMention, formatDate, GroupMention, Mrkdwn, UserMention, withEmoji } from "./text.js";

/** A rich_text block. */
export function RichText({ block }: { block: Obj }) {
  return (
    <div className="rich">
      {objsAt(block, "elements").map((each, i) => (
        <Container key={i} element={each} />
      ))}
    </div>
  );
}

function Container({ element }: { element: Obj }) {
  const inline = (): ReactNode => objsAt(element, "elements").map((each, i) => <Inline key={i} element={each} />);
  switch (element["type"]) {
    case "rich_text_list":
      return <List element={element} />;
    case "rich_text_quote":
      return <blockquote>{inline()}</blockquote>;
    case "rich_text_preformatted":
      return <pre>{inline()}</pre>;
    default:
      return <div className="rich-section">{inline()}</div>;
  }
}

function List({ element }: { element: Obj }) {
  const items = objsAt(element, "elements").map((each, i) => (
    <li key={i}>
      <Container element={each} />
    </li>
  ));
  const indent = { marginLeft: Number(element["indent"] ?? 0) * 22 };
  if (element["style"] !== "ordered") return <ul style={indent}>{items}</ul>;
  return (
    <ol style={indent} start={Number(element["offset"] ?? 0) + 1}>
      {items}
    </ol>
  );
}

function Inline({ element }: { element: Obj }): ReactNode {
  switch (element["type"]) {
    case "text":
      return styled(element, withEmoji(textAt(element, "text")));
    case "link": {
      const url = textAt(element, "url");
      return styled(element, <Anchor href={url}>{textAt(element, "text") || url}</Anchor>);
    }
    case "user":
      return <UserMention id={textAt(element, "user_id")} />;
    case "usergroup":
      return <GroupMention id={textAt(element, "usergroup_id")} />;
    case "channel":
      return <ChannelMention id={textAt(element, "channel_id")} />;
    case "broadcast":
      return <span className="mention mention-me">@{textAt(element, "range")}</span>;
    case "emoji": {
      const name = textAt(element, "name");
      return emojiByName[name] ? withEmoji(`:${name}:`) : `:${name}:`;
    }
    case "date":
      return <time>{formatDate(Number(element["timestamp"]), textAt(element, "format"))}</time>;
    case "color":
      return (
        <span className="color">
          <i style={{ background: textAt(element, "value") }} />
          {textAt(element, "value")}
        </span>
      );
    default:
      return null;
  }
}

function styled(element: Obj, content: ReactNode): ReactNode {
  const style = objAt(element, "style");
  if (!style) return content;
  let node = content;
  if (style["code"] === true) node = <code>{node}</code>;
  if (style["strike"] === true) node = <s>{node}</s>;
  if (style["italic"] === true) node = <i>{node}</i>;
  if (style["bold"] === true) node = <b>{node}</b>;
  return node;
}

/** The few parts of standard Markdown that `markdown` blocks use, shown through mrkdwn: headings, emphasis, lists, links, tables. */
export function Markdown({ text }: { text: string }) {
  const lines = text.split("\n");
  const nodes: ReactNode[] = [];
  let plain: string[] = [];
  const flush = (): void => {
    if (plain.join("").trim() !== "") nodes.push(<Mrkdwn key={nodes.length} text={toMrkdwn(plain.join("\n"))} />);
    plain = [];
  };
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i] ?? "";
    const heading = /^(#{1,6})\s+(.*)$/.exec(line);
    if (heading) {
      flush();
      nodes.push(
        <div key={nodes.length} className={`markdown-heading markdown-h${heading[1]?.length}`}>
          <Mrkdwn text={toMrkdwn(heading[2] ?? "")} />
        </div>,
      );
    } else if (/^\s*\|/.test(line) && /^\s*\|[\s:|-]+$/.test(lines[i + 1] ?? "")) {
      flush();
      const rows: string[] = [line];
      for (i += 2; /^\s*\|/.test(lines[i] ?? ""); i++) rows.push(lines[i] ?? "");
      i -= 1;
      nodes.push(<MarkdownTable key={nodes.length} rows={rows} />);
    } else plain.push(line);
  }
  flush();
  return <div className="markdown">{nodes}</div>;
}

function MarkdownTable({ rows }: { rows: readonly string[] }) {
  const cells = rows.map((row) =>
    row
      .trim()
      .replace(/^\||\|$/g, "")
      .split("|"),
  );
  return (
    <div className="table-frame">
      <table>
        <tbody>
          {cells.map((row, i) => (
            <tr key={i}>
              {row.map((cell, j) => (
                <td key={j}>
                  <Mrkdwn text={toMrkdwn(cell.trim())} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function toMrkdwn(markdown: string): string {
  return markdown
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/\[([^\]]+)\]\((https?:[^)\s]+)\)/g, "<$2|$1>")
    .replace(/\*\*([^*]+)\*\*/g, "\u0001$1\u0001")
    .replace(/(?<![*\w])\*([^*\n]+)\*(?![*\w])/g, "_$1_")
    .replace(/\u0001/g, "*")
    .replace(/~~([^~]+)~~/g, "~$1~")
    .replace(/^(\s*)[*-]\s+/gm, "$1• ");
}

/** The text of a rich_text value or table cell, for sorting. */
export function plainText(value: unknown): string {
  const own = textAt(value, "text");
  return own !== "" ? own : listAt(value, "elements").map(plainText).join("");
}
