const UNITS = ["B", "K", "M", "G", "T", "P"];

/** 512M, 3.0T: as multipath and lsblk print sizes. */
export function humanSize(bytes: number): string {
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `${text}${UNITS[unit] ?? ""}`;
}

/** 508.00m, <3.00t, "0 ": as LVM prints them; "<" says that the true size is a little less. */
export function lvmSize(bytes: number): string {
  if (bytes === 0) return "0 ";
  let value = bytes;
  let unit = 0;
  while (value >= 1024 && unit < UNITS.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const text = value.toFixed(2);
  return `${Number(text) > value ? "<" : ""}${text}${(UNITS[unit] ?? "").toLowerCase()}`;
}

/** JSON as util-linux lays it out: three blanks, "},{" on one line. */
export const utilLinuxJson = (value: unknown): string =>
  `${JSON.stringify(value, null, 3).replace(/\},\n\s+\{/g, "},{")}\n`;
