import type { Obj } from "../types.js";
import { isObj, type Report } from "./report.js";

const selects = ["static", "external", "users", "conversations", "channels"];
const selectTypes = selects.flatMap((each) => [`${each}_select`, `multi_${each}_select`]);
const pickers = ["datepicker", "timepicker", "datetimepicker"];
const choices = ["checkboxes", "radio_buttons"];
const typed = ["plain_text_input", "email_text_input", "url_text_input", "number_input", "rich_text_input"];

/** Which elements may stand in which place. */
export const allowedIn: { readonly [place: string]: readonly string[] } = {
  actions: ["button", "overflow", "workflow_button", "rich_text_input", ...choices, ...pickers, ...selectTypes],
  accessory: ["button", "image", "overflow", "workflow_button", ...choices, ...pickers, ...selectTypes],
  input: [...typed, "file_input", ...choices, ...pickers, ...selectTypes],
  context_actions: ["feedback_buttons", "icon_button"],
  card: ["button"],
};

/** `block_id` and `action_id` seen so far: each block id once in a payload, each action id once in a block. */
export interface Seen {
  readonly blocks: Set<string>;
  actions: Set<string>;
}

export function checkElement(report: Report, element: Obj, at: string, place: string, seen: Seen): void {
  const type = String(element["type"]);
  if (!allowedIn[place]?.includes(type)) {
    report.add(`${at}/type`, `unsupported type: ${type}`, "unsupported_type");
    return;
  }
  if (type === "image") return checkImageElement(report, element, at);
  checkActionId(report, element, at, seen);
  if (element["confirm"] !== undefined) checkConfirm(report, element["confirm"], `${at}/confirm`);
  report.text(element, "placeholder", at, { max: 150, plain: true });
  if (type === "button") return checkButton(report, element, at);
  if (selectTypes.includes(type)) return checkSelect(report, element, at, type);
  if (type === "overflow") return checkOptions(report, element, at, { min: 1, max: 5 });
  if (choices.includes(type)) return checkOptions(report, element, at, { min: 1, max: 10 });
  if (typed.includes(type)) return checkTyped(report, element, at, type);
  if (type === "datepicker")
    return checkPattern(report, element, "initial_date", at, /^\d{4}-\d\d-\d\d$/, "YYYY-MM-DD");
  if (type === "timepicker") return checkPattern(report, element, "initial_time", at, /^\d\d:\d\d$/, "HH:mm");
  if (type === "datetimepicker") {
    const value = element["initial_date_time"];
    const epoch = typeof value === "number" && /^\d{10}$/.test(String(value));
    if (value !== undefined && !epoch) report.add(`${at}/initial_date_time`, "must be a 10 digit UNIX timestamp");
  }
}

function checkActionId(report: Report, element: Obj, at: string, seen: Seen): void {
  report.string(element, "action_id", at, { max: 255 });
  const id = element["action_id"];
  if (typeof id !== "string") return;
  if (seen.actions.has(id)) report.add(`${at}/action_id`, `action_id already exists: ${id}`, "duplicate");
  seen.actions.add(id);
}

function checkButton(report: Report, button: Obj, at: string): void {
  report.text(button, "text", at, { max: 75, plain: true, required: true });
  report.string(button, "value", at, { max: 2000 });
  report.string(button, "url", at, { max: 3000 });
  report.string(button, "accessibility_label", at, { max: 75 });
  report.oneOf(button, "style", at, ["primary", "danger"]);
}

/** Title 100, text 300, buttons 30 characters; `text` may be mrkdwn, the rest is plain. */
export function checkConfirm(report: Report, confirm: unknown, at: string): void {
  if (!isObj(confirm)) return report.add(at, "must provide an object", "invalid_type");
  report.text(confirm, "title", at, { max: 100, plain: true, required: true });
  report.text(confirm, "text", at, { max: 300, required: true });
  report.text(confirm, "confirm", at, { max: 30, plain: true, required: true });
  report.text(confirm, "deny", at, { max: 30, plain: true, required: true });
  report.oneOf(confirm, "style", at, ["primary", "danger"]);
}

function checkSelect(report: Report, element: Obj, at: string, type: string): void {
  if (type.endsWith("external_select")) {
    const least = element["min_query_length"];
    if (least !== undefined && !Number.isInteger(least)) report.add(`${at}/min_query_length`, "must be an integer");
  }
  const most = element["max_selected_items"];
  if (most !== undefined && (!Number.isInteger(most) || Number(most) < 1)) {
    report.add(`${at}/max_selected_items`, "must be an integer of at least 1");
  }
  if (!type.endsWith("static_select")) return;
  if (element["option_groups"] === undefined) return checkOptions(report, element, at, { min: 1, max: 100 });
  if (element["options"] !== undefined) report.add(at, "only one of options and option_groups may be given");
  for (const [group, pointer] of report.items(element, "option_groups", at, { max: 100 })) {
    report.text(group, "label", pointer, { max: 75, plain: true, required: true });
    checkOptions(report, group, pointer, { min: 1, max: 100 });
  }
}

function checkOptions(report: Report, element: Obj, at: string, rule: { min: number; max: number }): void {
  const options = report.items(element, "options", at, rule);
  for (const [option, pointer] of options) checkOption(report, option, pointer);
  const known = options.map(([option]) => option["value"]);
  const initial = [element["initial_option"], ...asList(element["initial_options"])].filter(isObj);
  for (const each of initial) {
    if (!known.includes(each["value"])) report.add(at, "initial option must be one of the options", "invalid_initial");
  }
}

const asList = (value: unknown): unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

/** Text 75, value 75 (the older and stricter of the two published numbers), description 75. */
export function checkOption(report: Report, option: Obj, at: string): void {
  report.text(option, "text", at, { max: 75, required: true });
  report.string(option, "value", at, { max: 75, required: true });
  report.text(option, "description", at, { max: 75 });
  report.string(option, "url", at, { max: 3000 });
}

function checkTyped(report: Report, element: Obj, at: string, type: string): void {
  if (type === "number_input" && typeof element["is_decimal_allowed"] !== "boolean") {
    report.missing(at, "is_decimal_allowed");
  }
  const max = element["max_length"];
  if (max !== undefined && (!Number.isInteger(max) || Number(max) < 1 || Number(max) > 3000)) {
    report.add(`${at}/max_length`, "must be between 1 and 3000");
  }
  if (type === "plain_text_input") report.string(element, "initial_value", at, { max: 3000, min: 0 });
}

function checkPattern(report: Report, element: Obj, key: string, at: string, pattern: RegExp, shape: string): void {
  const value = element[key];
  if (value === undefined) return;
  if (typeof value !== "string" || !pattern.test(value)) report.add(`${at}/${key}`, `must have the form ${shape}`);
}

export function checkImageElement(report: Report, image: Obj, at: string): void {
  report.string(image, "alt_text", at, { max: 2000, required: true });
  if (image["image_url"] === undefined && image["slack_file"] === undefined) report.missing(at, "image_url");
  report.string(image, "image_url", at, { max: 3000 });
}
