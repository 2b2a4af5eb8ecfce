import type { Obj } from "../types.js";
import { isObj, type Report } from "./report.js";
import { checkRichText, richTextLength } from "./rich.js";

/** Tables and charts. Answers false when the block is none of them. */
export function checkData(report: Report, block: Obj, at: string): boolean {
  if (block["type"] === "table") checkTable(report, block, at);
  else if (block["type"] === "data_table") checkDataTable(report, block, at);
  else if (block["type"] === "data_visualization") checkChart(report, block, at);
  else return false;
  return true;
}

/** Rows of cells; answers the characters in them. */
function checkRows(report: Report, block: Obj, at: string, rule: { min: number; max: number; equal: boolean }): number {
  const rows = block["rows"];
  if (!Array.isArray(rows)) {
    report.missing(at, "rows");
    return 0;
  }
  report.count(rows.length, `${at}/rows`, rule.max, rule.min);
  let characters = 0;
  const widths = new Set<number>();
  rows.forEach((row: unknown, i) => {
    const pointer = `${at}/rows/${i}`;
    if (!Array.isArray(row)) return report.add(pointer, "must provide an array", "invalid_type");
    report.count(row.length, pointer, 20);
    widths.add(row.length);
    row.forEach((cell: unknown, j) => (characters += checkCell(report, cell, `${pointer}/${j}`)));
  });
  if (rule.equal && widths.size > 1) report.add(`${at}/rows`, "all rows must have the same number of cells");
  return characters;
}

function checkCell(report: Report, cell: unknown, at: string): number {
  if (!isObj(cell)) {
    report.add(at, "must provide an object", "invalid_type");
    return 0;
  }
  if (cell["type"] === "rich_text") {
    checkRichText(report, cell, at);
    const length = richTextLength(cell);
    report.textTotal -= length;
    return length;
  }
  if (cell["type"] === "raw_text") {
    report.string(cell, "text", at, { max: 3000, required: true });
    return String(cell["text"] ?? "").length;
  }
  if (cell["type"] === "raw_number") {
    if (typeof cell["value"] !== "number") report.missing(at, "value");
    return String(cell["text"] ?? cell["value"] ?? "").length;
  }
  report.add(`${at}/type`, `unsupported type: ${String(cell["type"])}`, "unsupported_type");
  return 0;
}

/** At most 100 rows of 20 cells, 10,000 characters. */
function checkTable(report: Report, block: Obj, at: string): void {
  const characters = checkRows(report, block, at, { min: 1, max: 100, equal: false });
  if (characters > 10_000) report.add(`${at}/rows`, "must be less than 10001 characters", "max_length");
  if (block["column_settings"] === undefined) return;
  for (const [column, pointer] of report.items(block, "column_settings", at, { max: 20, min: 0 })) {
    report.oneOf(column, "align", pointer, ["left", "center", "right"]);
  }
}

/** A caption, a header row of plain cells and 1 to 200 more of the same width, 20,000 characters. */
function checkDataTable(report: Report, block: Obj, at: string): void {
  report.string(block, "caption", at, { max: 3000, required: true });
  const characters = checkRows(report, block, at, { min: 2, max: 201, equal: true });
  if (characters > 20_000) report.add(`${at}/rows`, "must be less than 20001 characters", "max_length");
  const header: unknown = Array.isArray(block["rows"]) ? block["rows"][0] : undefined;
  if (Array.isArray(header) && header.some((cell) => isObj(cell) && cell["type"] === "rich_text")) {
    report.add(`${at}/rows/0`, "header cells must not be rich_text");
  }
  const size = block["page_size"];
  if (size !== undefined && (!Number.isInteger(size) || Number(size) < 1 || Number(size) > 100)) {
    report.add(`${at}/page_size`, "must be between 1 and 100");
  }
}

function checkChart(report: Report, block: Obj, at: string): void {
  report.string(block, "title", at, { max: 50, required: true });
  const chart = block["chart"];
  if (!isObj(chart)) return report.missing(at, "chart");
  const pointer = `${at}/chart`;
  report.oneOf(chart, "type", pointer, ["pie", "bar", "area", "line"], true);
  if (chart["type"] !== "pie") return checkSeries(report, chart, pointer);
  for (const [segment, where] of report.items(chart, "segments", pointer, { max: 12 })) {
    report.string(segment, "label", where, { max: 20, required: true });
    if (!(Number(segment["value"]) > 0)) report.add(`${where}/value`, "must be greater than 0");
  }
}

function checkSeries(report: Report, chart: Obj, at: string): void {
  const names = new Set<unknown>();
  const axis = isObj(chart["axis_config"]) ? chart["axis_config"] : undefined;
  const categories = Array.isArray(axis?.["categories"]) ? (axis["categories"] as unknown[]) : undefined;
  if (!axis) report.missing(at, "axis_config");
  else {
    if (!categories) report.missing(`${at}/axis_config`, "categories");
    for (const key of ["x_label", "y_label"]) report.string(axis, key, `${at}/axis_config`, { max: 50 });
  }
  for (const [series, pointer] of report.items(chart, "series", at, { max: 12 })) {
    report.string(series, "name", pointer, { max: 20, required: true });
    if (names.has(series["name"])) report.add(`${pointer}/name`, "series names must be unique", "duplicate");
    names.add(series["name"]);
    for (const [point, where] of report.items(series, "data", pointer, { max: 20 })) {
      report.string(point, "label", where, { max: 20, required: true });
      if (typeof point["value"] !== "number") report.add(`${where}/value`, "must provide a number", "invalid_type");
      if (categories && !categories.includes(point["label"])) {
        report.add(`${where}/label`, "must be one of axis_config.categories");
      }
    }
  }
}
