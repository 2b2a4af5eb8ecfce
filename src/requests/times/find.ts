import type { DateTime, Duration } from "luxon";
import { momentOf } from "./moments.js";
import { durationOf } from "./spans.js";
import { DAY, MONTH, NUMBERS, type Moment } from "./words.js";

/** Words a time can begin with or hold: keeps the search for times away from everything else. */
const TIMELY = new RegExp(
  `^(?:\\d.*|${DAY.slice(1, -1)}|${MONTH}|today|tonight|yesterday|tomorrow|last|this|next|past|coming|previous|the|night|morning|noon|midnight|midday|end|eod|eow|week|day|half|${Object.keys(NUMBERS).join("|")})$`,
);
const LONGEST = 9;

export interface SaidTime {
  readonly from: number;
  readonly to: number;
  readonly moment?: Moment;
  readonly duration?: Duration;
  /** It is written like a date and is none ("2026-02-30"). */
  readonly bad?: string;
}

/** Every time and span of time in the words, longest first at each place, without overlaps. Zone and now come with `now`. */
export function timesIn(words: readonly string[], now: DateTime): SaidTime[] {
  const found: SaidTime[] = [];
  for (let from = 0; from < words.length;) {
    const said = TIMELY.test(words[from] ?? "") ? longestAt(words, from, now) : undefined;
    if (said) found.push(said);
    from = said ? said.to : from + 1;
  }
  return found;
}

let remembered:
  { readonly key: string; readonly read: Map<string, { duration?: Duration; moment?: Moment | "bad" }> } | undefined;
const MOST_REMEMBERED = 2000;

/** The guesses at typos read the same words again and again: what was read for this very moment is kept. */
function readOnce(text: string, now: DateTime): { duration?: Duration; moment?: Moment | "bad" } {
  const key = `${now.toMillis()} ${now.zoneName}`;
  if (remembered?.key !== key || remembered.read.size > MOST_REMEMBERED) remembered = { key, read: new Map() };
  const before = remembered.read.get(text);
  if (before) return before;
  const duration = durationOf(text);
  const moment = duration ? undefined : momentOf(text, now);
  const made = { ...(duration ? { duration } : {}), ...(moment === undefined ? {} : { moment }) };
  remembered.read.set(text, made);
  return made;
}

function longestAt(words: readonly string[], from: number, now: DateTime): SaidTime | undefined {
  for (let to = Math.min(words.length, from + LONGEST); to > from; to -= 1) {
    if (words[to - 1] === "'s") continue;
    const text = words.slice(from, to).join(" ");
    const { duration, moment } = readOnce(text, now);
    if (duration) return { from, to, duration };
    if (moment === "bad") return { from, to, bad: text };
    if (moment) return { from, to, moment };
  }
  return undefined;
}
