import { useState, type ReactNode } from "react";
import type { Obj } from "../types.js";
import { Confirm } from "./confirm.js";
import { isObj, labelAt, objAt, objsAt, textAt } from "./json.js";
import { ExternalSelect } from "./external.js";
import { getState } from "./store.js";
import { useSurface } from "./surface.js";
import { Plain, TextObject } from "./text.js";

export interface ElementProps {
  readonly block: string;
  readonly element: Obj;
  /** Id of the label, in an input block. */
  readonly labelledBy?: string;
  readonly inputId?: string;
  /** Inputs keep what is typed; everywhere else a choice goes to the app at once. */
  readonly inInput?: boolean;
  readonly dispatch?: boolean;
}

/** One interactive element. Confirm dialogs are the client's business, so they are asked here. */
export function Element(props: ElementProps): ReactNode {
  const { element } = props;
  const type = textAt(element, "type");
  if (type === "image")
    return <img className="accessory-image" src={textAt(element, "image_url")} alt={textAt(element, "alt_text")} />;
  if (type === "button" || type === "workflow_button" || type === "icon_button") return <Button {...props} />;
  if (type === "overflow") return <Overflow {...props} />;
  if (type === "checkboxes" || type === "radio_buttons") return <Choices {...props} />;
  if (/^(multi_)?external_select$/.test(type)) return <ExternalSelect {...props} />;
  if (/_select$/.test(type)) return <Select {...props} />;
  return <Typed {...props} />;
}

/** Does it, after the element's confirm dialog said yes. `dialog` goes into the page. */
export function useGuarded(element: Obj): {
  run: (act: () => Promise<void>) => void;
  dialog: ReactNode;
  busy: boolean;
} {
  const [asking, setAsking] = useState<(() => Promise<void>) | undefined>();
  const [busy, setBusy] = useState(false);
  const confirm = objAt(element, "confirm");
  const go = (act: () => Promise<void>): void => {
    setBusy(true);
    void act().finally(() => setBusy(false));
  };
  const run = (act: () => Promise<void>): void => (confirm ? setAsking(() => act) : go(act));
  const dialog =
    asking && confirm ? (
      <Confirm
        confirm={confirm}
        onYes={() => {
          setAsking(undefined);
          go(asking);
        }}
        onNo={() => setAsking(undefined)}
      />
    ) : null;
  return { run, dialog, busy };
}

function Button({ block, element }: ElementProps) {
  const surface = useSurface();
  const { run, dialog, busy } = useGuarded(element);
  const style = textAt(element, "style");
  const url = textAt(element, "url");
  const press = (): void => {
    if (url !== "") window.open(url, "_blank", "noreferrer");
    run(() => surface.act(block, textAt(element, "action_id")));
  };
  const name = textAt(element, "accessibility_label");
  return (
    <>
      <button
        className={`button${style === "" ? "" : ` button-${style}`}`}
        disabled={busy}
        onClick={press}
        {...(name === "" ? {} : { "aria-label": name })}
      >
        {busy ? <span className="spinner" /> : null}
        <Plain text={labelAt(element, "text")} />
      </button>
      {dialog}
    </>
  );
}

function Overflow({ block, element }: ElementProps) {
  const surface = useSurface();
  const [open, setOpen] = useState(false);
  const { run, dialog, busy } = useGuarded(element);
  const choose = (option: Obj): void => {
    setOpen(false);
    run(() => surface.act(block, textAt(element, "action_id"), textAt(option, "value")));
  };
  return (
    <span className="overflow" onKeyDown={(event) => event.key === "Escape" && setOpen(false)}>
      <button
        className="button button-overflow"
        aria-label="More actions"
        aria-haspopup="menu"
        aria-expanded={open}
        disabled={busy}
        onClick={() => setOpen(!open)}
      >
        •••
      </button>
      {open ? (
        <>
          <div className="shade-clear" onClick={() => setOpen(false)} />
          <div className="menu" role="menu">
            {objsAt(element, "options").map((each, i) => (
              <button key={i} role="menuitem" onClick={() => choose(each)}>
                <TextObject value={each["text"]} />
              </button>
            ))}
          </div>
        </>
      ) : null}
      {dialog}
    </span>
  );
}

/** Options as the page needs them: value and label. */
interface Choice {
  readonly value: string;
  readonly label: string;
  readonly group?: string;
}

function choicesOf(element: Obj): Choice[] {
  const { boot } = getState();
  const type = textAt(element, "type");
  if (type.includes("users_select"))
    return (boot?.users ?? []).map((each) => ({ value: each.id, label: each.realName }));
  if (/(conversations|channels)_select/.test(type)) {
    return (boot?.channels ?? [])
      .filter((each) => each.kind === "channel")
      .map((each) => ({ value: each.id, label: `#${each.name}` }));
  }
  const plain = (options: readonly Obj[], group?: string): Choice[] =>
    options.map((each) => ({
      value: textAt(each, "value"),
      label: labelAt(each, "text"),
      ...(group === undefined ? {} : { group }),
    }));
  const groups = objsAt(element, "option_groups");
  if (groups.length > 0) return groups.flatMap((each) => plain(objsAt(each, "options"), labelAt(each, "label")));
  return plain(objsAt(element, "options"));
}

/** What an element holds, as plain values: from what was entered, else the app's initial value. */
export function heldValues(element: Obj, entered: unknown): string[] {
  if (Array.isArray(entered)) return entered.map(String);
  if (typeof entered === "string") return entered === "" ? [] : [entered];
  const initial = Object.entries(element).find(([key]) => key.startsWith("initial_"))?.[1];
  const list: unknown[] = Array.isArray(initial) ? initial : initial === undefined ? [] : [initial];
  return list.map((each) => (isObj(each) ? textAt(each, "value") : String(each)));
}

function useHeld(props: ElementProps): { held: string[]; set: (value: unknown) => void; dialog: ReactNode } {
  const { block, element, inInput = false, dispatch = false } = props;
  const surface = useSurface();
  const { run, dialog } = useGuarded(element);
  const action = textAt(element, "action_id");
  const set = (value: unknown): void => {
    surface.enter(block, action, value);
    if (!inInput || dispatch) run(() => surface.act(block, action, value));
  };
  return { held: heldValues(element, surface.valueOf(block, action)), set, dialog };
}

function Select(props: ElementProps) {
  const { element, labelledBy, inputId } = props;
  const { held, set, dialog } = useHeld(props);
  const choices = choicesOf(element);
  const many = textAt(element, "type").startsWith("multi_");
  const named =
    labelledBy === undefined
      ? { "aria-label": labelAt(element, "placeholder") || "Choose" }
      : { "aria-labelledby": labelledBy };
  const groups = [...new Set(choices.map((each) => each.group))];
  const options = groups.map((group) => {
    const own = choices
      .filter((each) => each.group === group)
      .map((each) => (
        <option key={each.value} value={each.value}>
          {each.label}
        </option>
      ));
    return group === undefined ? (
      own
    ) : (
      <optgroup key={group} label={group}>
        {own}
      </optgroup>
    );
  });
  if (many) {
    const toggled = (value: string): string[] =>
      held.includes(value) ? held.filter((each) => each !== value) : [...held, value];
    return (
      <div className="checks" role="group" {...named}>
        {choices.map((each) => (
          <label key={each.value}>
            <input type="checkbox" checked={held.includes(each.value)} onChange={() => set(toggled(each.value))} />
            <Plain text={each.label} />
          </label>
        ))}
        {dialog}
      </div>
    );
  }
  return (
    <>
      <select
        className="select"
        id={inputId}
        value={held[0] ?? ""}
        onChange={(event) => set(event.target.value)}
        {...named}
      >
        <option value="" disabled>
          {labelAt(element, "placeholder") || "Choose an option"}
        </option>
        {options}
      </select>
      {dialog}
    </>
  );
}

function Choices(props: ElementProps) {
  const { element, labelledBy, block } = props;
  const { held, set, dialog } = useHeld(props);
  const radio = element["type"] === "radio_buttons";
  const choose = (value: string): void => {
    if (radio) return set(value);
    set(held.includes(value) ? held.filter((each) => each !== value) : [...held, value]);
  };
  return (
    <div className="checks" role={radio ? "radiogroup" : "group"} aria-labelledby={labelledBy}>
      {objsAt(element, "options").map((each) => {
        const value = textAt(each, "value");
        return (
          <label key={value}>
            <input
              type={radio ? "radio" : "checkbox"}
              name={`${block}/${textAt(element, "action_id")}`}
              checked={held.includes(value)}
              onChange={() => choose(value)}
            />
            <span>
              <TextObject value={each["text"]} />
              {each["description"] === undefined ? null : (
                <span className="check-description">
                  <TextObject value={each["description"]} />
                </span>
              )}
            </span>
          </label>
        );
      })}
      {dialog}
    </div>
  );
}

const inputTypes: { readonly [type: string]: string } = {
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
  number_input: "number",
  email_text_input: "email",
  url_text_input: "url",
};

function Typed(props: ElementProps) {
  const { element, labelledBy, inputId, block, dispatch = false } = props;
  const type = textAt(element, "type");
  const surface = useSurface();
  const written = !/picker$/.test(type);
  // What is written letter by letter goes to the app on Enter, not with every letter.
  const { held, set, dialog } = useHeld(written ? { ...props, inInput: true, dispatch: false } : props);
  const onEnter = (key: string): void => {
    if (written && dispatch && key === "Enter") void surface.act(block, textAt(element, "action_id"), held[0] ?? "");
  };
  const epoch = type === "datetimepicker";
  const value = epoch && held[0] !== undefined ? localMinute(Number(held[0])) : (held[0] ?? "");
  const named =
    labelledBy === undefined
      ? { "aria-label": labelAt(element, "placeholder") || type }
      : { "aria-labelledby": labelledBy };
  const common = {
    id: inputId,
    value,
    placeholder: labelAt(element, "placeholder"),
    autoFocus: element["focus_on_load"] === true,
    className: "typed",
    ...named,
  };
  const change = (text: string): void =>
    set(epoch && text !== "" ? String(Math.floor(new Date(text).getTime() / 1000)) : text);
  return (
    <>
      {element["multiline"] === true || type === "rich_text_input" ? (
        <textarea rows={4} {...common} onChange={(event) => change(event.target.value)} />
      ) : (
        <input
          type={inputTypes[type] ?? "text"}
          {...common}
          onKeyDown={(event) => onEnter(event.key)}
          onChange={(event) => change(event.target.value)}
        />
      )}
      {dialog}
    </>
  );
}

/** The value a datetime-local input wants, in the browser's zone. */
function localMinute(seconds: number): string {
  const date = new Date(seconds * 1000);
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}
