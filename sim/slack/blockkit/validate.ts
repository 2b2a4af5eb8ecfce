import type { Obj } from "../types.js";
import { checkData } from "./data.js";
import { checkElement, checkImageElement, type Seen } from "./elements.js";
import { isObj, Report } from "./report.js";
import { checkRichText } from "./rich.js";

export type Surface = "message" | "modal" | "home";

const everywhere = ["section", "header", "context", "actions", "divider", "image", "input", "rich_text"];
const messageOnly = ["markdown", "table", "data_table", "data_visualization", "card", "container", "context_actions"];
/** Where each block may be used: the reference's B1 table. */
const surfaces: { readonly [surface in Surface]: readonly string[] } = {
  message: [...everywhere, ...messageOnly, "carousel", "plan", "task_card", "video", "file"],
  modal: [...everywhere, "alert", "video"],
  home: [...everywhere, "carousel", "video"],
};
const childBlocks = [...everywhere, "table", "video", "file"];

/** Checks blocks against Slack's limits for that surface. Sources: @slack/types 3.2.0 and docs.slack.dev, per the limits noted at each check. */
export function validateBlocks(blocks: unknown, surface: Surface, at = "/blocks"): Report {
  const report = new Report();
  if (!Array.isArray(blocks)) {
    report.add(at, "must provide an array", "invalid_type");
    return report;
  }
  report.count(blocks.length, at, surface === "message" ? 50 : 100, 0);
  const seen: Seen = { blocks: new Set(), actions: new Set() };
  blocks.forEach((block: unknown, i) => checkBlock(report, block, `${at}/${i}`, surfaces[surface], seen));
  checkOncePerMessage(report, blocks, at);
  return report;
}

function checkOncePerMessage(report: Report, blocks: readonly unknown[], at: string): void {
  const flat = blocks.filter(isObj).flatMap((each) => [each, ...(childrenOf(each).filter(isObj) as Obj[])]);
  const count = (type: string): number => flat.filter((each) => each["type"] === type).length;
  if (count("table") > 1) report.add(at, "only_one_table_allowed", "only_one_table_allowed");
  if (count("data_visualization") > 2) report.add(at, "no more than 2 data_visualization blocks allowed", "max_items");
  const markdown = flat.filter((each) => each["type"] === "markdown");
  const total = markdown.reduce((sum, each) => sum + String(each["text"] ?? "").length, 0);
  if (total > 12_000) report.add(at, "markdown text must be less than 12001 characters", "max_length");
}

const childrenOf = (block: Obj): unknown[] => (Array.isArray(block["child_blocks"]) ? block["child_blocks"] : []);

function checkBlock(report: Report, block: unknown, at: string, allowed: readonly string[], seen: Seen): void {
  if (!isObj(block)) return report.add(at, "must provide an object", "invalid_type");
  const type = String(block["type"]);
  if (block["type"] === undefined) return report.missing(at, "type");
  if (!allowed.includes(type)) return report.add(`${at}/type`, `unsupported type: ${type}`, "unsupported_type");
  report.string(block, "block_id", at, { max: 255 });
  const id = block["block_id"];
  if (typeof id === "string") {
    if (seen.blocks.has(id)) report.add(`${at}/block_id`, `block_id already exists: ${id}`, "duplicate");
    seen.blocks.add(id);
  }
  seen.actions = new Set();
  if (checkData(report, block, at)) return;
  (checks[type] ?? (() => undefined))(report, block, at, seen);
}

type Check = (report: Report, block: Obj, at: string, seen: Seen) => void;

const checks: { readonly [type: string]: Check } = {
  section: (report, block, at, seen) => {
    if (block["text"] === undefined && block["fields"] === undefined) report.missing(at, "text");
    report.text(block, "text", at, { max: 3000 });
    if (block["fields"] !== undefined) {
      for (const [field, pointer] of report.items(block, "fields", at, { max: 10 })) {
        report.textObject(field, pointer, { max: 2000 });
      }
    }
    if (isObj(block["accessory"])) checkElement(report, block["accessory"], `${at}/accessory`, "accessory", seen);
  },
  header: (report, block, at) => {
    report.text(block, "text", at, { max: 150, plain: true, required: true });
    report.oneOf(block, "level", at, [1, 2, 3, 4]);
  },
  context: (report, block, at) => {
    for (const [element, pointer] of report.items(block, "elements", at, { max: 10 })) {
      if (element["type"] === "image") checkImageElement(report, element, pointer);
      else report.textObject(element, pointer, { max: 3000 });
    }
  },
  actions: (report, block, at, seen) => {
    for (const [element, pointer] of report.items(block, "elements", at, { max: 25 })) {
      checkElement(report, element, pointer, "actions", seen);
    }
  },
  context_actions: (report, block, at, seen) => {
    for (const [element, pointer] of report.items(block, "elements", at, { max: 5 })) {
      checkElement(report, element, pointer, "context_actions", seen);
    }
  },
  image: (report, block, at) => {
    checkImageElement(report, block, at);
    report.text(block, "title", at, { max: 2000, plain: true });
  },
  input: (report, block, at, seen) => {
    report.text(block, "label", at, { max: 2000, plain: true, required: true });
    report.text(block, "hint", at, { max: 2000, plain: true });
    if (!isObj(block["element"])) return report.missing(at, "element");
    checkElement(report, block["element"], `${at}/element`, "input", seen);
  },
  rich_text: (report, block, at) => checkRichText(report, block, at),
  markdown: (report, block, at) => {
    report.string(block, "text", at, { max: 12_000, required: true });
    report.textTotal += typeof block["text"] === "string" ? block["text"].length : 0;
  },
  alert: (report, block, at) => {
    report.text(block, "text", at, { max: 200, required: true });
    report.oneOf(block, "level", at, ["default", "info", "warning", "error", "success"]);
  },
  card: (report, block, at, seen) => checkCard(report, block, at, seen),
  carousel: (report, block, at, seen) => {
    for (const [card, pointer] of report.items(block, "elements", at, { max: 10 })) {
      if (card["type"] !== "card") report.add(`${pointer}/type`, `unsupported type: ${String(card["type"])}`);
      else checkCard(report, card, pointer, seen);
    }
  },
  container: (report, block, at, seen) => {
    report.text(block, "title", at, { max: 150, plain: true });
    report.text(block, "subtitle", at, { max: 150 });
    report.oneOf(block, "width", at, ["narrow", "standard", "wide", "full"]);
    const children = report.items(block, "child_blocks", at, { max: 10 });
    for (const [child, pointer] of children) checkBlock(report, child, pointer, childBlocks, seen);
  },
  plan: (report, block, at) => {
    report.string(block, "title", at, { max: 150, required: true });
    if (block["tasks"] === undefined) return;
    for (const [task, pointer] of report.items(block, "tasks", at, { max: 50, min: 0 }))
      checkTask(report, task, pointer);
  },
  task_card: (report, block, at) => checkTask(report, block, at),
};

function checkCard(report: Report, card: Obj, at: string, seen: Seen): void {
  if (!["hero_image", "title", "actions", "body"].some((key) => card[key] !== undefined)) report.missing(at, "title");
  report.text(card, "title", at, { max: 150 });
  report.text(card, "subtitle", at, { max: 150 });
  report.text(card, "body", at, { max: 200 });
  report.text(card, "subtext", at, { max: 200 });
  for (const key of ["hero_image", "icon"]) {
    if (isObj(card[key])) checkImageElement(report, card[key], `${at}/${key}`);
  }
  if (card["actions"] === undefined) return;
  for (const [button, pointer] of report.items(card, "actions", at, { max: 3 })) {
    checkElement(report, button, pointer, "card", seen);
  }
}

function checkTask(report: Report, task: Obj, at: string): void {
  report.string(task, "task_id", at, { max: 255, required: true });
  report.string(task, "title", at, { max: 255, required: true });
  report.oneOf(task, "status", at, ["pending", "in_progress", "complete", "error"], true);
  report.textTotal += String(task["title"] ?? "").length;
  for (const key of ["details", "output"]) {
    if (isObj(task[key])) checkRichText(report, task[key], `${at}/${key}`);
  }
}
