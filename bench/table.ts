import { isMet, type Row, type Spread } from "./numbers.js";

const shown = ({ min, median, max }: Spread, digits: number): string =>
  `${min.toFixed(digits)} / ${median.toFixed(digits)} / ${max.toFixed(digits)}`;

/** The rows as a table for people; every number is least / median / most over the rounds. */
export function table(rows: readonly Row[]): string {
  const head = ["row", "ours", "against", "ratio", "aim", ""];
  const lines = rows.map((row) => {
    const digits = row.ours.median < 100 ? 2 : 0;
    return [
      `${row.row}, ${row.unit}`,
      shown(row.ours, digits),
      shown(row.baseline, digits),
      shown(row.ratio, 2),
      typeof row.aim === "number" ? row.aim.toFixed(1) : `+${row.aim.more} ${row.unit}`,
      isMet(row) ? "met" : "not met",
    ];
  });
  const widths = head.map((title, i) => Math.max(title.length, ...lines.map((line) => line[i]?.length ?? 0)));
  const drawn = (line: readonly string[]): string =>
    line
      .map((cell, i) => cell.padEnd(widths[i] ?? 0))
      .join("  ")
      .trimEnd();
  return [
    drawn(head),
    ...lines.map(drawn),
    "",
    "Each number: least / median / most over the rounds.",
    ...rows.map((row) => `${row.row} is held against ${row.against} (${row.rounds} rounds).`),
  ].join("\n");
}
