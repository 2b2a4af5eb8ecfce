/** Smallest, middle and largest of some rounds. */
export interface Spread {
  readonly min: number;
  readonly median: number;
  readonly max: number;
}

/** The value below which `part` (0 to 1) of the values lie, interpolated. Throws when there is none. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const [low, high] = [sorted[Math.floor(at)], sorted[Math.ceil(at)]];
  if (low === undefined || high === undefined) throw new Error("a quantile of nothing");
  return low + (high - low) * (at - Math.floor(at));
}

export const spread = (values: readonly number[]): Spread => ({
  min: quantile(values, 0),
  median: quantile(values, 0.5),
  max: quantile(values, 1),
});

/** One measured thing beside what it is held against. */
export interface Row {
  readonly row: string;
  readonly unit: "ms" | "MiB";
  readonly ours: Spread;
  readonly baseline: Spread;
  /** Of the pairs of each round, so that load which comes and goes meets both sides. */
  readonly ratio: Spread;
  /** A ratio not to be passed, or so much more of the unit than what it is held against. */
  readonly aim: number | { readonly more: number };
  readonly against: string;
  /** Rounds behind each number. */
  readonly rounds: number;
}

/** A row from pairs measured one after the other. */
export function rowOf(
  of: Pick<Row, "row" | "unit" | "aim" | "against">,
  pairs: readonly { readonly ours: number; readonly baseline: number }[],
): Row {
  return {
    ...of,
    ours: spread(pairs.map((pair) => pair.ours)),
    baseline: spread(pairs.map((pair) => pair.baseline)),
    ratio: spread(pairs.map((pair) => pair.ours / pair.baseline)),
    rounds: pairs.length,
  };
}

export const isMet = ({ aim, ratio, ours, baseline }: Row): boolean =>
  typeof aim === "number" ? ratio.median <= aim : ours.median - baseline.median <= aim.more;
