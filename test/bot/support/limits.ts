import { validateBlocks, type Surface } from "../../../sim/slack/blockkit/validate.js";
import type { Drawing } from "../../../src/bot/blocks.js";

/** What Slack would refuse in a message, in Slack's words; empty when nothing. */
export function refusals(drawing: Drawing, surface: Surface = "message"): string[] {
  const report = validateBlocks(drawing.blocks, surface);
  const more = [
    ...(report.textTotal > 13_000 ? [`${report.textTotal} characters in all`] : []),
    ...(drawing.text.trim() === "" ? ["no text for notifications"] : []),
    ...(drawing.text.length > 4_000 ? [`text of ${drawing.text.length} characters`] : []),
  ];
  return [...report.messages(), ...more];
}
