import type { Sentence } from "./sentence.js";
import { spotsOf, type Spot } from "./spot.js";
import type { Context } from "./vocabulary.js";

const NAME_LIKE = /^(?=.*[\d_.-])[\p{L}\d][\p{L}\d_.-]{1,80}$/u;
const SNAPSHOT_NAME = /^[a-z][\w-]*\.\d{4}-\d\d-\d\d[_-]\d{2,6}$/i;
const PLAIN_NAME = /^[a-z][a-z0-9_-]{0,30}$/;

const AS = new Set(["as", "called", "named", "name", "it", "labelled", "labeled", "label", "tagged", "aliased"]);
/** Words that are never a name somebody gave. */
const NO_NAME = new Set(
  "a an the of on in for from to at by as is it its i we you me us be was were and or not no soon well usual always if when this that these those please thanks before after needed required possible requested agreed discussed planned above below described said told".split(
    " ",
  ),
);

/** Names people gave: snapshots, labels, second clones, runs. */
export function names(sentence: Sentence, context: Context): Spot[] {
  const { words, raw } = sentence;
  const clones = context.asker.clones ?? [];
  return [
    ...spotsOf(
      words,
      "clone",
      clones.map((each) => ({ value: each.name, aliases: [each.name] })),
    ),
    ...words.flatMap((word, from) => nameAt(sentence, word, raw[from] ?? word, from)),
    ...labels(sentence),
    ...spotsOf(
      words,
      "name",
      clones.flatMap((each) => (each.as === undefined ? [] : [{ value: each.as, aliases: [each.as] }])),
    ).map((each) => ({ ...each, bare: true })),
    ...words.flatMap((word, from) => runAt(words, word, raw[from] ?? word, from)),
  ];
}

function nameAt({ words, quoted }: Sentence, word: string, raw: string, from: number): Spot[] {
  const before = words[from - 1] ?? "";
  const spots: Spot[] = [];
  const snapshot =
    SNAPSHOT_NAME.test(raw) ||
    (/^(?:snapshot|snap|named|called)$/.test(before) && (NAME_LIKE.test(raw) || quoted.has(from)));
  if (snapshot)
    spots.push(
      { slot: "point", from, to: from + 1, value: { snapshot: raw }, bare: SNAPSHOT_NAME.test(raw) },
      { slot: "snapshot", from, to: from + 1, value: raw },
    );
  else if (/^(?:snapshot|snap)$/.test(words[from + 1] ?? "") && NAME_LIKE.test(raw) && !/^\d[\d-]*$/.test(raw))
    spots.push({ slot: "snapshot", from, to: from + 1, value: raw });
  const given = AS.has(before) && PLAIN_NAME.test(word) && !NO_NAME.has(word);
  const numbered = /^[a-z]+-?\d[a-z0-9-]*$/.test(word);
  if (given) spots.push({ slot: "name", from, to: from + 1, value: word });
  else if (numbered) spots.push({ slot: "name", from, to: from + 1, value: word });
  if (/_/.test(word) && /^(?:clone|copy|flexclone|volume)$/.test(before))
    spots.push({ slot: "clone", from, to: from + 1, value: raw });
  return spots;
}

/** A label is one word that looks like one, or the quoted words after "as", "called", "labelled". */
function labels({ words, raw, quoted }: Sentence): Spot[] {
  return words.flatMap((word, from): Spot[] => {
    if (!AS.has(words[from - 1] ?? "") || (NO_NAME.has(word) && !quoted.has(from))) return [];
    let to = from + 1;
    while (quoted.has(from) && quoted.has(to)) to += 1;
    const value = raw.slice(from, to).join(quoted.has(from) ? "-" : " ");
    return /^[\w.-]{1,60}$/.test(value) ? [{ slot: "label", from, to, value }] : [];
  });
}

function runAt(words: readonly string[], word: string, raw: string, from: number): Spot[] {
  const after = /^(?:run|job|request|id)$/.test(words[from - 1] ?? "");
  const idLike = /^(?=.*\d)(?=.*[a-z])[a-z0-9]{8,}$|^r(?:un)?-[a-z0-9-]*\d[a-z0-9-]*$|^[0-9a-f]{8}-[0-9a-f-]+$/.test(
    word,
  );
  if (!idLike && !(after && /\d/.test(word))) return [];
  const start = after ? from - 1 : from;
  return [{ slot: "run", from: start, to: from + 1, value: raw }];
}
