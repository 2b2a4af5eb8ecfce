/** `Standard_E8ds_v5`: the family its cores count in, as usages name it, and how many. */
export function familyOf(size: string): { readonly family: string; readonly cores: number } | undefined {
  const [, letter, cores, features = "", version] = /^Standard_([A-Z])(\d+)([a-z]*)_(v\d)$/.exec(size) ?? [];
  if (letter === undefined || cores === undefined || version === undefined) return undefined;
  const marks = ["d", "s"].filter((each) => features.includes(each)).join("");
  return { family: `standard${letter}${marks.toUpperCase()}${version}Family`, cores: Number(cores) };
}

/** Compute quota of a region, by the name usages carry. */
export const DEFAULT_QUOTA: Readonly<Record<string, { readonly used: number; readonly limit: number }>> = {
  cores: { used: 80, limit: 350 },
  standardDSv3Family: { used: 0, limit: 100 },
  standardDSv4Family: { used: 0, limit: 100 },
  standardDSv5Family: { used: 0, limit: 100 },
  standardEDSv4Family: { used: 0, limit: 100 },
  standardEDSv5Family: { used: 80, limit: 200 },
  standardLSv3Family: { used: 0, limit: 100 },
  virtualMachines: { used: 5, limit: 25_000 },
};
