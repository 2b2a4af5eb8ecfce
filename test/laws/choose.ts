/** Of each kind the first, one in the middle and the last, in their order. Where many are alike, these show what all would. */
export function fewOfEach<T>(all: readonly T[], kindOf: (one: T) => string): T[] {
  const kinds = new Map<string, T[]>();
  for (const one of all) kinds.set(kindOf(one), [...(kinds.get(kindOf(one)) ?? []), one]);
  const chosen = new Set(
    [...kinds.values()].flatMap((alike) => [alike[0], alike[alike.length >> 1], alike[alike.length - 1]]),
  );
  return all.filter((one) => chosen.has(one));
}
