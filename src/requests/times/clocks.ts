import * as chrono from "chrono-node";
import type { DateTime } from "luxon";
import type { Clock } from "./words.js";

const PARTS: ReadonlyMap<string, number> = new Map(
  Object.entries({
    noon: 12,
    midday: 12,
    midnight: 0,
    afternoon: 15,
    evening: 18,
    "early morning": 6,
    "end of day": 18,
    eod: 18,
    "close of business": 18,
  }),
);

/** A time of day, all of `text`: "3pm", "15:00 utc", "1500", "noon". */
export function clockOf(text: string, now: DateTime): Clock | undefined {
  const said = text
    .replace(/^(?:at|around|in the|on) /, "")
    .replace(/(\d)h$/, "$1:00")
    .replace(/ (?:o'clock|hours|hrs)$/, "");
  const part = PARTS.get(said.replace(/^the /, ""));
  if (part !== undefined) return { hour: part, minute: 0 };
  const compact = /^([01]\d|2[0-3])([0-5]\d)( ?z| utc)?$/.exec(said);
  if (compact) return { hour: Number(compact[1]), minute: Number(compact[2]), ...(compact[3] ? { offset: 0 } : {}) };
  const plain = /^(\d{1,2}):([0-5]\d)(?::[0-5]\d(?:\.\d+)?)?(?: ?(z|utc|gmt)|([+-]\d\d):?(\d\d))?$/.exec(said);
  if (plain && Number(plain[1]) < 24) {
    const sign = (plain[4] ?? "").startsWith("-") ? -1 : 1;
    const offset = plain[3] ? 0 : plain[4] === undefined ? undefined : Number(plain[4]) * 60 + sign * Number(plain[5]);
    return { hour: Number(plain[1]), minute: Number(plain[2]), ...(offset === undefined ? {} : { offset }) };
  }
  if (!/^(?:\d|noon|midnight|half|quarter)/.test(said) || !/[:apn]|z$|utc$/.test(said)) return undefined;
  const [result, more] = chrono.en.casual.parse(said.replace(/(\d)z$/, "$1 utc"), {
    instant: now.toJSDate(),
    timezone: now.offset,
  });
  if (
    !result ||
    more ||
    result.end ||
    result.text.length !== said.replace(/(\d)z$/, "$1 utc").length ||
    !result.start.isCertain("hour") ||
    result.start.isCertain("day")
  )
    return undefined;
  const offset = result.start.isCertain("timezoneOffset") ? result.start.get("timezoneOffset") : null;
  return {
    hour: result.start.get("hour") ?? 0,
    minute: result.start.get("minute") ?? 0,
    ...(offset === null ? {} : { offset }),
  };
}
