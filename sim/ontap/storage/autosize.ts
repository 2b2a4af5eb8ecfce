import { has, integer, size, word } from "../kernel/body.js";
import { badValue } from "../kernel/errors.js";
import type { Rec } from "../kernel/records.js";
import type { VolumeState } from "../state.js";

/** `autosize` of a body, laid over what the volume had. */
export function autosizeIn(body: Rec, before?: VolumeState["autosize"]): VolumeState["autosize"] {
  if (!has(body, "autosize")) return before;
  const maximum = size(body, "autosize.maximum") ?? before?.maximum;
  const mode = word(body, "autosize.mode", ["off", "grow", "grow_shrink"]) ?? before?.mode ?? "off";
  if (maximum === 0) throw badValue("autosize.maximum", maximum);
  return {
    mode,
    maximum,
    growThreshold: integer(body, "autosize.grow_threshold") ?? before?.growThreshold,
    shrinkThreshold: integer(body, "autosize.shrink_threshold") ?? before?.shrinkThreshold,
  };
}
