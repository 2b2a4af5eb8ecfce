import type { Obj } from "../types.js";
import type { Report } from "./report.js";

const containers = ["rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"];
const inline = ["text", "link", "user", "usergroup", "channel", "emoji", "date", "broadcast", "color", "team"];

/** A rich_text block: sections, lists, quotes and preformatted text over inline elements. */
export function checkRichText(report: Report, block: Obj, at: string): void {
  if (block["type"] !== "rich_text") report.add(`${at}/type`, "must be rich_text", "invalid_enum");
  for (const [element, pointer] of report.items(block, "elements", at, { max: 1000, min: 0 })) {
    checkContainer(report, element, pointer);
  }
}

function checkContainer(report: Report, element: Obj, at: string): void {
  const type = String(element["type"]);
  if (!containers.includes(type)) return report.add(`${at}/type`, `unsupported type: ${type}`, "unsupported_type");
  const children = report.items(element, "elements", at, { max: 1000, min: 0 });
  if (type === "rich_text_list") {
    report.oneOf(element, "style", at, ["bullet", "ordered"], true);
    for (const [child, pointer] of children) checkContainer(report, child, pointer);
    return;
  }
  for (const [child, pointer] of children) {
    const kind = String(child["type"]);
    if (!inline.includes(kind)) report.add(`${pointer}/type`, `unsupported type: ${kind}`, "unsupported_type");
    if (kind === "text") {
      report.string(child, "text", pointer, { max: 40_000, required: true });
      report.textTotal += String(child["text"] ?? "").length;
    }
  }
}

/** The text in a rich_text value, for limits counted in characters. */
export function richTextLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, each) => sum + richTextLength(each), 0);
  if (typeof value !== "object" || value === null) return 0;
  const { text, elements } = value as Obj;
  return (typeof text === "string" ? text.length : 0) + richTextLength(elements);
}
