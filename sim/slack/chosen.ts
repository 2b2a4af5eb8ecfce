import { isObj } from "./blockkit/report.js";
import { SlackError, type Obj } from "./types.js";
import { listElements } from "./wire.js";

/** The options of a static element, groups opened. */
export function optionsOf(element: Obj): Obj[] {
  const list = (value: unknown): Obj[] => (Array.isArray(value) ? value.filter(isObj) : []);
  return [...list(element["options"]), ...list(element["option_groups"]).flatMap((group) => list(group["options"]))];
}

export function textOf(value: unknown): string {
  return isObj(value) && typeof value["text"] === "string" ? value["text"] : "";
}

/**
 * What the payload says about an element after somebody set it to `value`: `{type, selected_option}` and the like.
 * `value` may be the plain value (string, number, list of strings) or already the state object. Throws SlackError `no_such_option`.
 */
export function chosen(element: Obj, value: unknown): Obj {
  const type = String(element["type"]);
  if (isObj(value) && !("text" in value)) return { type, ...value };
  const many = Array.isArray(value) ? (value as unknown[]) : value === null || value === undefined ? [] : [value];
  const found = (): Obj[] => many.map((each) => findOption(element, each));
  if (type === "checkboxes" || /^multi_(static|external)_select$/.test(type))
    return { type, selected_options: found() };
  if (/^(static|external)_select$|^radio_buttons$|^overflow$/.test(type)) {
    return { type, selected_option: found()[0] ?? null };
  }
  const plain = /^(multi_)?(user|conversation|channel)s_select$/.exec(type);
  if (plain) {
    const key = `selected_${plain[2]}`;
    return plain[1] === undefined ? { type, [key]: many[0] ?? null } : { type, [`${key}s`]: many };
  }
  if (type === "datepicker") return { type, selected_date: value ?? null };
  if (type === "timepicker") return { type, selected_time: value ?? null };
  if (type === "datetimepicker") return { type, selected_date_time: value === null ? null : Number(value) };
  return { type, value: value === undefined || value === null || value === "" ? null : String(value as string) };
}

function findOption(element: Obj, wanted: unknown): Obj {
  if (isObj(wanted)) return wanted;
  const external = String(element["type"]).includes("external");
  const option = optionsOf(element).find((each) => each["value"] === wanted || textOf(each["text"]) === wanted);
  if (option) return option;
  if (external) return { text: { type: "plain_text", text: String(wanted) }, value: String(wanted) };
  throw new SlackError("no_such_option");
}

const stateless = new Set(["button", "overflow", "workflow_button", "icon_button", "feedback_buttons", "image"]);

/** `state.values` of blocks: what was chosen, else what the app set as initial. */
export function stateOf(
  blocks: readonly unknown[],
  choices: { [block: string]: { [action: string]: Obj } },
): { [block: string]: { [action: string]: Obj } } {
  const state: { [block: string]: { [action: string]: Obj } } = {};
  for (const { block, element } of listElements(blocks)) {
    if (stateless.has(String(element["type"]))) continue;
    const action = String(element["action_id"]);
    (state[block] ??= {})[action] = choices[block]?.[action] ?? initialOf(element);
  }
  return state;
}

function initialOf(element: Obj): Obj {
  const key = Object.keys(element).find((each) => each.startsWith("initial_"));
  return chosen(element, key === undefined ? undefined : element[key]);
}

/** Nothing given, where a required input must have something. */
export function isEmpty(state: Obj): boolean {
  return Object.entries(state).every(
    ([key, value]) => key === "type" || value === null || (Array.isArray(value) && value.length === 0),
  );
}
