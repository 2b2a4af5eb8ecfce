import type { KnownBlock, TableBlock } from "@slack/types";
import type { Answer, AnswerPart, Tone } from "../../core/answer.js";
import { joined, peopleIn, plainText, type Said } from "../../core/said.js";
import {
  actions,
  context,
  header,
  limits,
  readLength,
  sayButtons,
  section,
  sections,
  type CardBlock,
  type Drawing,
} from "../blocks.js";
import { clean, escaped, escapedLine, isUserId, oneLine, plain } from "../text.js";

const toneMark: Readonly<Record<Tone, string>> = { good: "✅ ", warning: "⚠️ ", bad: "🔴 ", plain: "" };

/** Slack takes one table and two charts a message; the others become lines. */
interface Used {
  tables: number;
  charts: number;
  buttons: number;
}

/** The same answer, speaking of people by name: an answer calls nobody. Who has no name now stays a mention. */
export async function byName(
  { summary, parts }: Answer,
  identity: { nameOf(user: string): Promise<string | undefined> },
): Promise<Answer> {
  const texts = [summary, ...parts.flatMap(textsOf)];
  const users = [...new Set(texts.flatMap(peopleIn).map((person) => person.user))];
  const names = new Map(
    await Promise.all(
      users.map(async (user) => [user, user === "sluice" ? "Sluice" : await identity.nameOf(user)] as const),
    ),
  );
  const named = (text: Said): Said =>
    typeof text === "string"
      ? text
      : joined(text.map((part) => (typeof part === "string" ? part : (names.get(part.person.user) ?? [part]))));
  return { summary: named(summary), parts: parts.map((part) => withTexts(part, named)) };
}

function textsOf(part: AnswerPart): readonly Said[] {
  if (part.kind === "text") return [part.text];
  return part.kind === "table" ? part.rows.flat() : [];
}

function withTexts(part: AnswerPart, named: (text: Said) => Said): AnswerPart {
  if (part.kind === "text") return { ...part, text: named(part.text) };
  return part.kind === "table" ? { ...part, rows: part.rows.map((row) => row.map(named)) } : part;
}

/** An answer's first message and, when it is long, more of them. Each knows how to do without tables and charts. */
export function answerMessages(answer: Answer): Drawing[] {
  const used: Used = { tables: 0, charts: 0, buttons: 0 };
  const plainly = new Map<CardBlock, KnownBlock[]>();
  const blocks = answer.parts.flatMap((part) => {
    const drawn = partBlocks(part, used);
    const [first] = drawn;
    if (part.kind === "table" && first?.type === "table") plainly.set(first, tableRows(part));
    if (part.kind === "chart" && first?.type === "data_visualization") plainly.set(first, barSections(part));
    return drawn;
  });
  const text = escapedLine(answer.summary, limits.fallback) || "Answer";
  const all: CardBlock[] = answer.parts.some((part) => part.kind === "heading" || part.kind === "text")
    ? blocks
    : [section(text), ...blocks];
  return paged(all, text).map((page) => ({
    ...page,
    fallback: page.blocks.flatMap((each) => plainly.get(each) ?? withoutHeader(each)).slice(0, limits.blocks),
  }));
}

const withoutHeader = (block: CardBlock): KnownBlock[] => {
  if (block.type === "header") return [section(`*${escapedLine(block.text.text, 200)}*`)];
  return block.type === "data_visualization" ? [] : [block];
};

function paged(blocks: readonly CardBlock[], text: string): Drawing[] {
  const pages: CardBlock[][] = [[]];
  let used = 0;
  for (const block of blocks) {
    const page = pages[pages.length - 1] as CardBlock[];
    const length = readLength([block]);
    if (page.length > 0 && (used + length > limits.message - 1000 || page.length >= limits.blocks - 1)) {
      pages.push([block]);
      used = length;
    } else {
      page.push(block);
      used += length;
    }
  }
  return pages.map((page, i) => ({
    text: i === 0 ? text : `${text} (${i + 1})`,
    blocks: page.length > 0 ? page : [section(text)],
  }));
}

function partBlocks(part: AnswerPart, used: Used): CardBlock[] {
  switch (part.kind) {
    case "heading":
      return [header(oneLine(part.text))];
    case "text":
      return sections(lines(joined([toneMark[part.tone ?? "plain"], part.text])));
    case "table":
      return tableBlocks(part, used);
    case "chart":
      return chartBlocks(part, used);
    case "choices": {
      const buttons = sayButtons(part.choices).map((each, i) => ({ ...each, action_id: `say:${used.buttons + i}` }));
      used.buttons += buttons.length;
      return buttons.length > 0 ? [actions(`say${used.buttons}`, buttons)] : [];
    }
  }
}

/** Long text line by line, so that it can be spread over sections. */
const lines = (text: Said): string[] =>
  typeof text === "string"
    ? text
        .split("\n")
        .flatMap((line) => line.match(/[\s\S]{1,2500}/gu) ?? [""])
        .map((line) => escaped(line, 2900))
        .slice(0, 400)
    : [escaped(text, 2900)];

type Table = Extract<AnswerPart, { kind: "table" }>;

/** Source for the limits: @slack/types 3.2.0 TableBlock, 100 rows of 20 cells, 10,000 characters, one a message. */
function tableBlocks(part: Table, used: Used): CardBlock[] {
  const { columns, rows } = square(part);
  const characters = [columns, ...rows].flat().reduce((sum, cell) => sum + Math.min(plainText(cell).length, 300), 0);
  if (used.tables > 0 || rows.length > 99 || rows.length === 0 || columns.length === 0 || characters > 9000)
    return tableRows(part);
  used.tables += 1;
  const all = [columns, ...rows];
  const settings = columns.map((_, i) => ({ is_wrapped: all.some((row) => plainText(row[i] ?? "").length > 16) }));
  return [{ type: "table", column_settings: settings, rows: all.map((row) => row.map(tableCell)) }];
}

type Cell = TableBlock["rows"][number][number];

/** A cell is text as it stands; with a person in it, it is rich text, where a person is no text either. */
function tableCell(cell: Said): Cell {
  if (peopleIn(cell).length === 0) return { type: "raw_text", text: plain(oneLine(plainText(cell)), 300) };
  const parts = (typeof cell === "string" ? [cell] : cell).slice(0, 40);
  const elements = parts.map((part) =>
    typeof part !== "string" && isUserId(part.person.user)
      ? { type: "user" as const, user_id: part.person.user }
      : { type: "text" as const, text: clean(plainText([part])).slice(0, 300) || " " },
  );
  return { type: "rich_text", elements: [{ type: "rich_text_section", elements }] };
}

/** At most 20 columns, every row as long as the head. */
function square(part: Table): { columns: readonly string[]; rows: readonly (readonly Said[])[] } {
  const columns = part.columns.slice(0, 20);
  return { columns, rows: part.rows.map((row) => columns.map((_, i) => row[i] ?? "")) };
}

/** A table as lines: "*name* – lag 5 min · healthy". */
function tableRows(part: Table): KnownBlock[] {
  const { columns, rows } = square(part);
  if (rows.length === 0) return [context("_nothing to list_")];
  const rowLines = rows.slice(0, 200).map((row) => {
    const rest = row
      .slice(1)
      .map((cell, i) => (cell === "" ? "" : `${escapedLine(columns[i + 1] ?? "", 40)} ${escapedLine(cell, 160)}`));
    return `*${escapedLine(row[0] ?? "", 120) || "–"}* – ${rest.filter((each) => each !== "").join(" · ")}`;
  });
  return sections(rows.length > 200 ? [...rowLines, `_… and ${rows.length - 200} more_`] : rowLines);
}

type Chart = Extract<AnswerPart, { kind: "chart" }>;

/** Source for the limits: docs.slack.dev data_visualization: title 50, 20 points, labels 20, unique; two a message. */
function chartBlocks(part: Chart, used: Used): CardBlock[] {
  const labels = part.bars.map((each) => plain(oneLine(each.label), 20));
  const drawable =
    part.bars.length > 0 &&
    part.bars.length <= 20 &&
    new Set(labels).size === labels.length &&
    part.bars.every((each) => Number.isFinite(each.value));
  if (!drawable || used.charts >= 2) return barSections(part);
  used.charts += 1;
  const series = (name: string, value: (at: number) => number) => ({
    name: plain(name, 20),
    data: labels.map((label, i) => ({ label, value: value(i) })),
  });
  const limit = part.bars.some((each) => each.limit !== undefined)
    ? [series("target", (i) => part.bars[i]?.limit ?? 0)]
    : [];
  return [
    {
      type: "data_visualization",
      title: plain(oneLine(part.title), 50),
      chart: {
        type: "bar",
        series: [series("now", (i) => part.bars[i]?.value ?? 0), ...limit],
        axis_config: { categories: labels, y_label: plain(part.unit, 50) },
      },
    },
  ];
}

function barSections(part: Chart): KnownBlock[] {
  const most = Math.max(1e-9, ...part.bars.map((each) => Math.max(each.value, each.limit ?? 0)));
  const rows = part.bars.slice(0, 40).map((each) => {
    const full = Math.max(0, Math.min(20, Math.round((each.value / most) * 20) || 0));
    const over = each.limit !== undefined && each.value > each.limit ? " 🔴" : "";
    return `\`${"█".repeat(full)}${"░".repeat(20 - full)}\` ${escapedLine(each.label, 80)}: ${each.value} ${escapedLine(part.unit, 30)}${over}`;
  });
  return sections([`*${escapedLine(part.title, 200)}*`, ...rows]);
}
