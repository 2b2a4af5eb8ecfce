import { Duration } from "luxon";
import { NUMBER, NUMBERS, UNIT } from "./words.js";

const UNITS: Readonly<Record<string, "minutes" | "hours" | "days" | "weeks" | "months" | "years">> = {
  m: "minutes",
  h: "hours",
  d: "days",
  n: "days",
  w: "weeks",
  f: "weeks",
  mo: "months",
  y: "years",
};

function amount(number: string, unit: string): Duration | undefined {
  const count = NUMBERS[number] ?? Number(number);
  const key = unit.startsWith("mo") ? "mo" : unit.slice(0, 1);
  const name = UNITS[key];
  if (name === undefined || !Number.isFinite(count)) return undefined;
  const times = key === "f" ? 2 * count : count;
  if (name === "weeks") return wholes(Duration.fromObject({ days: 7 * times }));
  return wholes(Duration.fromObject({ [name]: times }));
}

/** 1.5 days are P1DT12H; months and years cannot be cut. */
const wholes = (span: Duration): Duration =>
  Object.values(span.toObject()).every((each) => Number.isInteger(each))
    ? span
    : span.shiftTo("days", "hours", "minutes");

/** "3 days", "3d", "a week", "two weeks and 4 hours"; undefined for anything else. */
export function durationOf(text: string): Duration | undefined {
  let total: Duration | undefined;
  const plain = text
    .replace(/^the (?=next )/, "")
    .replace(/^(?:next )(?=\d|[a-z]+ )/, "")
    .replace(/\bcouple of\b/, "couple")
    .replace(/^a couple\b/, "couple")
    .replace(/\bmore\b ?/, "")
    .trim();
  if (/^half (?:a|an) (day|hour)$/.test(plain))
    return plain.endsWith("day") ? Duration.fromObject({ hours: 12 }) : Duration.fromObject({ minutes: 30 });
  if (plain === "a day and a half") return Duration.fromObject({ hours: 36 });
  for (const part of plain.split(/ (?:and )?(?=\d|(?:a|an|one|two|three|four|five|six) )| and /)) {
    const match = new RegExp(`^(-)?${NUMBER}(?: |-)?(?:full |whole |calendar |extra |additional )?${UNIT}$`).exec(
      part.trim(),
    );
    const one = match && amount(match[2] ?? "", match[3] ?? "");
    if (!one) return undefined;
    total = total ? total.plus(match[1] ? one.negate() : one) : match[1] ? one.negate() : one;
  }
  return total;
}
