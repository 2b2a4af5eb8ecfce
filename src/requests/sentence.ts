/** A cleaned text, cut into words. Everything later works on the indices of `words`. */
export interface Sentence {
  /** Lower case, contractions opened ("don't" is two words, "prod's" is "prod" and "'s"). */
  readonly words: readonly string[];
  /** As typed; the same length as `words`. */
  readonly raw: readonly string[];
  /** Indices before which a sentence, clause or line ended (", ; . ! ? : newline &&"). */
  readonly breaks: ReadonlySet<number>;
  /** Places in a file system ("/epic/app") and the words they were cut into. */
  readonly paths: readonly { readonly from: number; readonly to: number; readonly value: string }[];
  /** Ends in a question mark, or holds one. */
  readonly asks: boolean;
  /** Words inside quotation marks, code fences, quoted or struck-out lines. */
  readonly quoted: ReadonlySet<number>;
  /** The whole message is one quotation. */
  readonly allQuoted: boolean;
}

const WORD = /(?:(?<![^\s("'`[{*_~=])-)?[\p{L}\p{N}_]+(?:[._:/+'@-]+[\p{L}\p{N}_]+)*/gu;

const CONTRACTIONS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    "don't": "do not",
    dont: "do not",
    "doesn't": "does not",
    doesnt: "does not",
    "didn't": "did not",
    didnt: "did not",
    "can't": "can not",
    cant: "can not",
    cannot: "can not",
    "won't": "will not",
    wont: "will not",
    "shouldn't": "should not",
    shouldnt: "should not",
    "mustn't": "must not",
    "couldn't": "could not",
    "wouldn't": "would not",
    "isn't": "is not",
    isnt: "is not",
    "aren't": "are not",
    "wasn't": "was not",
    "weren't": "were not",
    "needn't": "need not",
    "haven't": "have not",
    "hasn't": "has not",
    "hadn't": "had not",
    "ain't": "is not",
    "mightn't": "might not",
    "i'd": "i would",
    "we'd": "we would",
    "you'd": "you would",
    "i'll": "i will",
    "we'll": "we will",
    "you'll": "you will",
    "i'm": "i am",
    im: "i am",
    "we're": "we are",
    "you're": "you are",
    "they're": "they are",
    "i've": "i have",
    "we've": "we have",
    "let's": "let us",
    lets: "let us",
    "what's": "what is",
    whats: "what is",
    "who's": "who is",
    whos: "who is",
    "where's": "where is",
    "how's": "how is",
    hows: "how is",
    "when's": "when is",
    "it's": "it is",
    "that's": "that is",
    "there's": "there is",
    "he's": "he is",
    "she's": "she is",
    gimme: "give me",
    wanna: "want to",
    gonna: "going to",
    pls: "please",
    plz: "please",
    plse: "please",
    u: "you",
    ur: "your",
    thx: "thanks",
    ty: "thanks",
    w: "with",
    b4: "before",
    cuz: "because",
    "s'il": "please",
    "y'all": "you",
    gotta: "have to",
    "'til": "til",
  }),
);

/** Cuts a text that `clean` has cleaned. `compounds` are cut at their hyphens: "update-mirror" is "update mirror". */
export function sentenceOf(cleaned: string, compounds: ReadonlySet<string> = new Set()): Sentence {
  const words: string[] = [];
  const raw: string[] = [];
  const breaks = new Set<number>();
  const quoted = new Set<number>();
  const paths: { from: number; to: number; value: string }[] = [];
  const marks = quotations(cleaned);
  let end = 0;
  for (const match of cleaned.matchAll(WORD)) {
    const between = cleaned.slice(end, match.index);
    if (/[,;.!?\n:|&()]|\s-\s|-{2,}/.test(between) || (words.length === 0 && between.trim() !== ""))
      breaks.add(words.length);
    end = match.index + match[0].length;
    const token = compounds.has(match[0].toLowerCase()) ? match[0].split("-") : parts(match[0]);
    // the slash in front is no part of a word
    if (/(?:^|[\s"'`(])\/$/.test(between) && words.length > 0)
      paths.push({ from: words.length, to: words.length + token.length, value: `/${match[0]}` });
    for (const part of token) {
      if (marks.some(([from, to]) => match.index >= from && match.index < to)) quoted.add(words.length);
      words.push(part.toLowerCase());
      raw.push(part);
    }
  }
  return {
    words,
    raw,
    breaks,
    quoted,
    paths,
    asks: cleaned.includes("?"),
    allQuoted: words.length > 0 && quoted.size === words.length,
  };
}

/** One run of word characters as the words it holds. */
function parts(token: string): string[] {
  const bare = token.replace(/^_+|[_'-]+$/g, "");
  if (bare === "") return [];
  const opened = CONTRACTIONS.get(bare.toLowerCase());
  if (opened !== undefined) return opened.split(" ");
  const possessive = /^(.+)'s?$/i.exec(bare);
  if (possessive?.[1] !== undefined) return [...parts(possessive[1]), "'s"];
  if (/^[\p{L}_-]+(?:\/[\p{L}_-]+)+$/u.test(bare) && !/^[kmgt]i?b(?:yte|it)?s?\/s(?:ec)?$/i.test(bare))
    return bare.split("/");
  return [bare];
}

/** Character ranges that somebody else said, or that were struck out: "…", '…', `…`, ```…```, ~…~, and lines that begin with >. */
function quotations(text: string): [number, number][] {
  const ranges: [number, number][] = [];
  const add = (pattern: RegExp): void => {
    for (const match of text.matchAll(pattern)) ranges.push([match.index, match.index + match[0].length]);
  };
  add(/```[\s\S]*?(?:```|$)/g);
  add(/"[^"]*"/g);
  add(/`[^`\n]+`/g);
  add(/(?<![\p{L}\p{N}])'[^'\n]+'(?![\p{L}\p{N}])/gu);
  add(/(?<![\p{L}\p{N}])~[^~\n]+~(?![\p{L}\p{N}])/gu);
  add(/^[^\S\n]*>.*$/gm);
  return ranges;
}
