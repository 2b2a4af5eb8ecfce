import { z } from "zod";
import { isRunId } from "../core/ids.js";
import type { Line } from "./chain.js";

/** One line of an export. What is hashed stands in it to the byte, so that anybody can check it without Sluice. */
export const writeLine = ({ place, run, before, hash, entry }: Line): string =>
  `{"place":${place},"run":"${run}","before":"${before}","hash":"${hash}","entry":${entry}}`;

const hex = z.string().regex(/^[0-9a-f]{64}$/);
const shape = z.object({
  place: z.number().int().positive(),
  run: z.string().refine(isRunId),
  before: hex,
  hash: hex,
  entry: z.object({}).loose(),
});
const beforeEntry = ',"entry":';

/** A line of an export read back, its entry as the very text; undefined when it is none. */
export function readLine(text: string): Line | undefined {
  try {
    const { place, run, before, hash } = shape.parse(JSON.parse(text));
    const line = { place, run, before, hash, entry: text.slice(text.indexOf(beforeEntry) + beforeEntry.length, -1) };
    // the same fields in another order, or with blanks, are not what was exported
    return writeLine(line as Line) === text ? (line as Line) : undefined;
  } catch {
    return undefined;
  }
}
