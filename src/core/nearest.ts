/** The one finder of "did you mean": configuration, requests, runbooks and questions guess alike. */

/** Single edits between two words; a swap of neighbours counts one ("pord"), which libraries with types count as two. */
export function edits(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const change = (rows[i - 1]?.[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1);
      let best = Math.min((rows[i - 1]?.[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, change);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (rows[i - 2]?.[j - 2] ?? 0) + 1);
      row.push(best);
    }
    rows.push(row);
  }
  return rows[a.length]?.[b.length] ?? 0;
}

/** How many edits still look like a slip of the finger. */
const slack = (word: string): number =>
  word.length <= 3 ? (word.length === 3 ? 1 : 0) : word.length <= 5 ? 1 : word.length <= 9 ? 2 : 3;

/** Names near a word, nearest first. `generous` for lists of names, where a bad guess does no harm. */
export function nearest(word: string, names: readonly string[], most: number, generous = false): string[] {
  const wanted = word.toLowerCase();
  const allowed = slack(wanted) + (generous ? 1 : 0);
  if (allowed === 0) return [];
  const letters = lettersOf(wanted);
  return indexOf(names)
    .filter(
      (each) =>
        Math.abs(each.lower.length - wanted.length) <= allowed &&
        // an edit adds at most one letter the word has not: a cheap way to skip nearly all names
        bits(each.letters & ~letters) <= allowed,
    )
    .map(({ name, lower }) => ({ name, distance: edits(wanted, lower) }))
    .filter((each) => each.distance > 0 && each.distance <= allowed)
    .sort((a, b) => a.distance - b.distance)
    .slice(0, most)
    .map((each) => each.name);
}

interface Indexed {
  readonly name: string;
  readonly lower: string;
  /** One bit a letter, the same for some rare characters: never more than there are. */
  readonly letters: number;
}
const indexes = new WeakMap<readonly string[], readonly Indexed[]>();

/** A list is indexed once, so lists should be kept, not made anew. */
function indexOf(names: readonly string[]): readonly Indexed[] {
  const before = indexes.get(names);
  if (before) return before;
  const made = [...new Set(names)].map((name) => {
    const lower = name.toLowerCase();
    return { name, lower, letters: lettersOf(lower) };
  });
  indexes.set(names, made);
  return made;
}

function lettersOf(word: string): number {
  let letters = 0;
  for (let i = 0; i < word.length; i += 1) letters |= 1 << (word.charCodeAt(i) % 31);
  return letters;
}

function bits(set: number): number {
  let count = 0;
  for (let rest = set; rest !== 0; rest &= rest - 1) count += 1;
  return count;
}

/**
 * Names to offer for a word nobody knows, at most `most`: those a slip away, then those it is a part of or that are a part of it, else
 * the first there are, so that somebody who guessed sees what there is.
 */
export function offered(word: string, names: readonly string[], most = 3): readonly string[] {
  const wanted = word.toLowerCase();
  const parts = names.filter((each) => {
    const lower = each.toLowerCase();
    return wanted.length >= 3 && lower.length >= 3 && (lower.includes(wanted) || wanted.includes(lower));
  });
  const found = [...new Set([...nearest(word, names, most, true), ...parts])];
  return (found.length > 0 ? found : [...new Set(names)]).slice(0, most);
}
