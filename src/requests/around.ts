import { matchAt, phrase } from "./phrase.js";
import type { Spot } from "./spot.js";

const PLACE_NOUNS = [
  "'s? environment|env|host|server|vm|box|machine|system|team|class|classes|session|sessions|course|courses|purpose|purposes|people|folks|users|students|group|lab|use|side|node|department|staff|work|instance|area|db|database|activities|activity?",
  "'s",
];

/** Nouns people put after a value ("prod database", "training class") and before it ("the volume prod"). */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  set: [
    "'s? volume|volumes|vol|vols|db|database|databases|set|data|luns|lun|disk|disks|instance|system|filesystem|environment|dataset|storage|server? group?",
    "'s",
  ],
  mirror: ["'s? volume|volumes|vol|vols|db|database|set|data|luns|lun|storage?", "'s", "of them"],
  host: ["'s? server|host|vm|box|machine|node|instance|system|environment?", "'s"],
  purpose: PLACE_NOUNS,
  area: PLACE_NOUNS,
  point: [
    "'s? nightly|automatic? snapshot|backup|nightly|copy|state|version|data|snap|image|point|dump|snapshots|backups|replica",
    "'s",
    "in the morning",
  ],
  cluster: ["cluster|system|array|'s", "system"],
  clusters: ["clusters|cluster|systems|arrays"],
  svm: ["svm|vserver|'s"],
  svms: ["svms|svm|vservers"],
  clone: ["clone|copy|'s"],
  runbook: ["runbook|command|request|operation|action|process|job|work|procedure"],
  snapshot: ["snapshot|snap"],
  rate: ["max|maximum|limit|per second"],
  duration: ["more|longer|long|extra|additional|only|lease|max|maximum|at most|at least|further", "or so"],
  until: ["at the latest", "latest", "in the morning"],
};
const BEFORE: Readonly<Record<string, readonly string[]>> = {
  set: ["volume|volumes|vol|db|database|set|data|luns|lun of|for|from|in? the|our?", "content|contents of|from"],
  mirror: ["volume|volumes|set|database of|for? the?"],
  host: ["server|host|vm|box|machine|system|node called|named?"],
  purpose: ["purpose|purposes of? the|our?", "use in|by|for the|our?", "the use of|in"],
  point: [
    "nightly|app-consistent|consistent? snapshot|backup|nightly|copy|state|version|data|snap|image|point|snapshots from|of|on|at|dated|for|called|named|taken|made on|at? the?",
    "state|point in time of? on|at|from? the?",
    "night|evening|day of|from the?",
    "snapshot|snap",
    "on|at|the the?",
    "at about|around",
    "about|around",
    "on",
  ],
  cluster: ["cluster|system|array"],
  clusters: ["clusters|arrays|between the?"],
  svm: ["svm|vserver"],
  svms: ["svms|vservers|between"],
  name: ["name|class"],
  duration: [
    "about|around|approximately|roughly|another|an|the|only|just|at|up least|most|next|to? extra|additional|more|another?",
  ],
  until: ["at least|about|around|the?", "the end of", "on"],
  runbook: ["a|an|the|to|my|our|do|with|about|word|command"],
  snapshot: ["snapshot|snap called|named?", "called|named"],
  rate: ["about|around|max|maximum|at most"],
};
/** All nouns above, for those who ask whether a word means anything here. */
export const AROUND: readonly string[] = [...Object.values(AFTER).flat(), ...Object.values(BEFORE).flat()];

const DETERMINERS = [
  "the|our|my|this|that|your|a|an|its whole|entire|full|complete|current|live|existing|same|own?",
  "all of? the|our?",
  "whole|entire|full|complete|current|live",
  "these|those",
];

/** In "3 more days" the act may have taken "more" for itself. */
const LOOSE = new Set(["more", "another", "extra", "additional"]);

/**
 * The words a spot takes when it is used: its own, the nouns around it, articles, and one of the `introducers` ("for", "as it was"; "" is
 * none). Undefined when it may not stand as it stands.
 */
export function wordsAround(
  spot: Spot,
  introducers: readonly string[],
  words: readonly string[],
  weak: ReadonlySet<string>,
  free: (index: number) => boolean,
): number[] | undefined {
  const own = range(spot.from, spot.to);
  if (!own.every((each) => free(each) || LOOSE.has(words[each] ?? ""))) return undefined;
  const after = longest(AFTER[spot.slot] ?? [], words, spot.to, free);
  const before = leftwards(spot, words, weak, free);
  const introduced = before
    .flatMap((taken) =>
      introducers
        .filter((each) => each !== "")
        .map((each) =>
          endingAt(phrase(each.replaceAll("'s", " 's")), words, (taken[0] ?? spot.from) - 1, free)?.concat(taken),
        ),
    )
    .filter((each) => each !== undefined)
    .sort((a, b) => b.length - a.length)[0];
  if (introduced) return [...introduced, ...own, ...after];
  if (!introducers.includes("") && spot.bare !== true) return undefined;
  return [...(before.sort((a, b) => b.length - a.length)[0] ?? []), ...own, ...after];
}

/** Every way to take articles and nouns to the left, the empty one included. */
function leftwards(
  spot: Spot,
  words: readonly string[],
  weak: ReadonlySet<string>,
  free: (index: number) => boolean,
): number[][] {
  const ways: number[][] = [[]];
  const grow = (texts: readonly string[]): void => {
    for (const way of [...ways]) {
      for (const text of texts) {
        const more = endingAt(phrase(text), words, (way[0] ?? spot.from) - 1, free);
        if (more && more.length > 0) ways.push([...more, ...way]);
      }
    }
  };
  const nearest = words[spot.from - 1];
  if (nearest !== undefined && weak.has(nearest) && free(spot.from - 1)) ways.push([spot.from - 1]);
  grow(BEFORE[spot.slot] ?? []);
  grow(DETERMINERS);
  return ways;
}

/** The phrase's words when its last one stands at `last`. */
function endingAt(
  wanted: ReturnType<typeof phrase>,
  words: readonly string[],
  last: number,
  free: (index: number) => boolean,
): number[] | undefined {
  for (let from = last; from >= 0 && from > last - wanted.places.length; from -= 1) {
    const taken = matchAt(wanted, words, from, free);
    if (taken && taken.at(-1) === last && taken[0] === from) return taken;
  }
  return undefined;
}

function longest(
  texts: readonly string[],
  words: readonly string[],
  from: number,
  free: (index: number) => boolean,
): number[] {
  return (
    texts.map((each) => matchAt(phrase(each), words, from, free) ?? []).sort((a, b) => b.length - a.length)[0] ?? []
  );
}

const range = (from: number, to: number): number[] => Array.from({ length: to - from }, (_, i) => from + i);
