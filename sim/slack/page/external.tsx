import { useState } from "react";
import type { Obj } from "../types.js";
import type { ElementProps } from "./elements.js";
import { labelAt, textAt } from "./json.js";
import { useSurface } from "./surface.js";

/** A select whose options the app gives while one types. */
export function ExternalSelect({
  block,
  element,
  labelledBy,
  inputId,
  inInput = false,
  dispatch = false,
}: ElementProps) {
  const surface = useSurface();
  const [typed, setTyped] = useState(() => labelAt(element["initial_option"], "text"));
  const [options, setOptions] = useState<readonly Obj[]>();
  const action = textAt(element, "action_id");
  const ask = (text: string): void => {
    setTyped(text);
    if (text.length < Number(element["min_query_length"] ?? 3)) return setOptions(undefined);
    void surface.suggest(block, action, text).then(setOptions);
  };
  const choose = (option: Obj): void => {
    setTyped(labelAt(option, "text"));
    setOptions(undefined);
    const value = textAt(element, "type").startsWith("multi_") ? [option] : option;
    surface.enter(block, action, value);
    if (!inInput || dispatch) void surface.act(block, action, value);
  };
  const named =
    labelledBy === undefined
      ? { "aria-label": labelAt(element, "placeholder") || "Search" }
      : { "aria-labelledby": labelledBy };
  return (
    <span className="overflow">
      <input
        className="typed"
        role="combobox"
        aria-expanded={options !== undefined}
        id={inputId}
        value={typed}
        placeholder={labelAt(element, "placeholder")}
        onChange={(event) => ask(event.target.value)}
        {...named}
      />
      {options === undefined ? null : (
        <div className="menu" role="listbox">
          {options.length === 0 ? <div className="menu-empty">No results</div> : null}
          {options.map((each, i) => (
            <button key={i} role="option" aria-selected="false" onClick={() => choose(each)}>
              {labelAt(each, "text")}
            </button>
          ))}
        </div>
      )}
    </span>
  );
}
