import { isObj } from "./blockkit/report.js";
import { validateView } from "./blockkit/view.js";
import { chosen, isEmpty, stateOf } from "./chosen.js";
import { SlackError, type Obj, type View } from "./types.js";
import { withIds } from "./wire.js";
import type { Workspace } from "./workspace.js";

const stackMax = 3;

/** Modals and Home tabs: the stack of at most three, hashes that guard against races, and what people typed. */
export class Views {
  constructor(private readonly space: Workspace) {}

  /** Checks a view; throws `invalid_arguments` with Slack's messages, or `duplicate_external_id`. */
  private check(view: unknown, type: "modal" | "home"): Obj {
    const report = validateView(view);
    if (isObj(view) && view["type"] !== type) report.add("/view/type", `must be ${type}`);
    if (report.findings.length === 0 && isObj(view)) return view;
    throw new SlackError("invalid_arguments", { response_metadata: { messages: report.messages() } });
  }

  private make(user: string, raw: unknown, type: "modal" | "home", under?: View): View {
    const view = this.check(raw, type);
    const external = view["external_id"];
    if (typeof external === "string" && external !== "" && this.findExternal(external)) {
      throw new SlackError("duplicate_external_id");
    }
    const id = this.space.newId("V");
    const made: View = {
      id,
      user,
      type,
      view,
      hash: this.newHash(),
      root: under?.root ?? id,
      previous: under?.id ?? null,
      state: {},
    };
    this.put(made, view);
    return made;
  }

  private newHash(): string {
    return `${Math.floor(this.space.clock.now() / 1000)}.${this.space.newId("").toLowerCase()}`;
  }

  /** Gives the view this content; what people typed stays where block and action ids stay. */
  private put(record: View, raw: Obj): void {
    const blocks = withIds(raw["blocks"] as Obj[], (prefix) => this.space.newId(prefix));
    record.view = { ...raw, blocks };
    record.state = stateOf(blocks, record.state);
  }

  /** Opens a modal as the only one. */
  open(user: string, raw: unknown): View {
    const view = this.make(user, raw, "modal");
    this.clear(user);
    this.space.views.set(view.id, view);
    this.tell(view);
    return view;
  }

  /** Puts a modal on top; `push_limit_reached` over three, `not_found` with none below. */
  push(user: string, raw: unknown): View {
    const stack = this.space.stack(user);
    const top = stack[stack.length - 1];
    if (!top) throw new SlackError("not_found");
    if (stack.length >= stackMax) throw new SlackError("push_limit_reached");
    const view = this.make(user, raw, "modal", top);
    this.space.views.set(view.id, view);
    this.tell(view);
    return view;
  }

  /** Replaces a view's content; `hash_conflict` when it changed since that hash. */
  update(record: View, raw: unknown, hash?: string): View {
    if (hash !== undefined && hash !== record.hash) throw new SlackError("hash_conflict");
    const view = this.check(raw, record.type);
    record.hash = this.newHash();
    this.put(record, view);
    this.tell(record);
    return record;
  }

  publish(user: string, raw: unknown, hash?: string): View {
    const known = this.space.homes.get(user);
    if (known) return this.update(known, raw, hash);
    const view = this.make(user, raw, "home");
    this.space.homes.set(user, view);
    this.tell(view);
    return view;
  }

  find(id: string): View | undefined {
    return this.space.views.get(id) ?? [...this.space.homes.values()].find((each) => each.id === id);
  }

  findExternal(externalId: string): View | undefined {
    const all = [...this.space.views.values(), ...this.space.homes.values()];
    return all.find((each) => each.view["external_id"] === externalId);
  }

  /** Takes the view off the stack, with everything above it. */
  close(record: View): void {
    const stack = this.space.stack(record.user);
    for (const each of stack.slice(Math.max(stack.indexOf(record), 0))) this.space.views.delete(each.id);
    this.tell(record);
  }

  clear(user: string): void {
    for (const each of this.space.stack(user)) this.space.views.delete(each.id);
    this.space.tell({ type: "views", user });
  }

  /** Puts what a person typed into the state; the keys are block ids, action ids, or block id then action id. */
  enter(record: View, values: Obj): void {
    for (const block of (record.view["blocks"] as Obj[]).filter(isObj)) {
      const candidates = [
        block["element"],
        block["accessory"],
        ...(Array.isArray(block["elements"]) ? block["elements"] : []),
      ];
      for (const element of candidates.filter(isObj)) {
        const action = String(element["action_id"]);
        const id = String(block["block_id"]);
        const given = pick(values, id, action);
        if (given !== undefined && record.state[id]?.[action]) record.state[id][action] = chosen(element, given);
      }
    }
  }

  /** What Slack itself complains about before the app hears of a submission: required inputs left empty, lengths, patterns. */
  complaints(record: View): { [block: string]: string } {
    const errors: { [block: string]: string } = {};
    for (const block of (record.view["blocks"] as Obj[]).filter((each) => each["type"] === "input")) {
      const id = String(block["block_id"]);
      const element = block["element"];
      if (!isObj(element)) continue;
      const state = record.state[id]?.[String(element["action_id"])] ?? {};
      const problem = isEmpty(state)
        ? block["optional"] === true
          ? undefined
          : "Please complete this required field."
        : complaintAbout(element, state["value"]);
      if (problem !== undefined) errors[id] = problem;
    }
    return errors;
  }

  private tell(view: View): void {
    this.space.tell({ type: view.type === "home" ? "home" : "views", user: view.user });
  }
}

function pick(values: Obj, block: string, action: string): unknown {
  const inBlock = values[block];
  if (isObj(inBlock) && action in inBlock) return inBlock[action];
  if (inBlock !== undefined && !isObj(inBlock)) return inBlock;
  return values[action] ?? (isObj(inBlock) ? inBlock : undefined);
}

function complaintAbout(element: Obj, value: unknown): string | undefined {
  if (typeof value !== "string") return undefined;
  const { min_length: min, max_length: max } = element;
  if (typeof min === "number" && value.length < min) return `Please enter at least ${min} characters.`;
  if (typeof max === "number" && value.length > max) return `Please enter no more than ${max} characters.`;
  if (element["type"] === "number_input" && !Number.isFinite(Number(value))) return "Please enter a number.";
  if (element["type"] === "email_text_input" && !/^\S+@\S+\.\S+$/.test(value))
    return "Please enter a valid email address.";
  if (element["type"] === "url_text_input" && !URL.canParse(value)) return "Please enter a valid URL.";
  return undefined;
}
