import type { Sentence } from "./sentence.js";
import type { Spot } from "./spot.js";

const KIB_PER_SECOND: Readonly<Record<string, number>> = { k: 1, m: 1024, g: 1024 * 1024 };

const NUMBERS: Readonly<Record<string, number>> = {
  one: 1,
  two: 2,
  three: 3,
  four: 4,
  five: 5,
  six: 6,
  seven: 7,
  eight: 8,
};

/** Rates, sizes, "4" of "4 LUNs", and places in a file system. */
export function amounts({ words, paths }: Sentence): Spot[] {
  const spots: Spot[] = paths.map((each) => ({ slot: "path", ...each }));
  words.forEach((word, from) => {
    const count = /^\d{1,3}$/.test(word) ? Number(word) : NUMBERS[word];
    if (count !== undefined && isCounted(words, from + 1))
      spots.push({ slot: "count", from, to: from + 1, value: count });
    for (const to of [from + 4, from + 3, from + 2, from + 1]) {
      if (to > words.length || spots.some((each) => each.from <= from && each.to >= to)) continue;
      const text = words.slice(from, to).join(" ");
      const rate = rateOf(text);
      if (rate !== undefined) spots.push({ slot: "rate", from, to, value: rate });
      const size = sizeOf(text);
      if (size !== undefined) spots.push({ slot: "size", from, to, value: size });
    }
  });
  return spots;
}

const COUNTED = /^(?:new|luns?|volumes?|disks?|storage)$/;

/** "4 LUNs", and "four 512 GB LUNs": a size may stand between the count and what is counted. */
function isCounted(words: readonly string[], at: number): boolean {
  if (COUNTED.test(words[at] ?? "")) return true;
  return [at + 1, at + 2].some(
    (to) => sizeOf(words.slice(at, to).join(" ")) !== undefined && /^(?:luns?|volumes?|disks?)$/.test(words[to] ?? ""),
  );
}

/** In KiB a second, as ONTAP counts a throttle; 0 is no limit. "MB" is read as ONTAP reads it, 1024 × 1024; bits are decimal. */
function rateOf(text: string): number | undefined {
  if (/^(?:unlimited|no limit|full speed|none)$/.test(text)) return 0;
  const match =
    /^(\d+(?:\.\d+)?) ?(?:([kmg])i?(?:(b)(?:yte)?s?|(bits?)) ?(?:\/ ?|per )(?:s|sec|second)|([kmg])b?ps|([kmg])(?:ega|iga|ilo)(bytes?|bits?) per second|([kmg])(bit|byte)s?\/s|(kilo|mega|giga)(bytes?|bits?) (?:per|a) second)$/.exec(
      text,
    );
  if (!match) return undefined;
  const letter = (match[2] ?? match[5] ?? match[6] ?? match[8] ?? match[10] ?? "k").slice(0, 1);
  const bits = match[4] !== undefined || match[5] !== undefined || /bit/.test(text);
  const count = Number(match[1]);
  const each = bits ? ({ k: 1000, m: 1e6, g: 1e9 }[letter] ?? 0) / 8 / 1024 : (KIB_PER_SECOND[letter] ?? 0);
  return Math.round(count * each);
}

function sizeOf(text: string): number | undefined {
  const match =
    /^(\d+(?:\.\d+)?) ?([mgt])(?:i?b)?(?:ytes?)?$/.exec(text) ??
    /^(\d+(?:\.\d+)?) (mega|giga|tera|mebi|gibi|tebi)bytes?$/.exec(text);
  if (!match) return undefined;
  const power = { m: 20, g: 30, t: 40 }[(match[2] ?? "").slice(0, 1)] ?? 0;
  return Math.round(Number(match[1]) * 2 ** power);
}
