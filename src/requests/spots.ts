import type { DateTime } from "luxon";
import { amounts } from "./amounts.js";
import { headPhrases } from "./heads.js";
import { names } from "./namespots.js";
import { matchAt, occurrences, phrase } from "./phrase.js";
import type { Sentence } from "./sentence.js";
import { spotsOf, widest, type Spot } from "./spot.js";
import { times } from "./timespots.js";
import type { ClusterWords, Context } from "./vocabulary.js";

const CVO = "cvo|azure|cloud|dr";

/** The values a sentence holds, by the slot they could fill. */
export type Spots = (slot: string) => readonly Spot[];

/** Slots that are filled with times, beside others. */
const TIMELY = new Set(["point", "until", "ending", "duration"]);

/**
 * Every value the sentence holds, for every slot it could fill. Looked for when the first is asked for, and times when one of those is: most
 * of what people say among themselves names no act of ours, and a question about health has no use for the hour it mentions.
 */
export function spotsIn(sentence: Sentence, now: () => DateTime, context: Context): Spots {
  const before = once(() => [...whole(named(sentence, context)), ...places(sentence, context)]);
  const said = once(() => times(sentence, now()));
  const after = once(() => [
    ...names(sentence, context),
    ...amounts(sentence),
    ...topics(sentence, context),
    ...reasons(sentence),
  ]);
  return (slot) => [...before(), ...(TIMELY.has(slot) ? said() : []), ...after()].filter((each) => each.slot === slot);
}

function once<T>(look: () => T): () => T {
  let found: { readonly value: T } | undefined;
  return () => (found ??= { value: look() }).value;
}

/** "trn" in "epic trn 01" is part of a name, not a purpose. */
const whole = (spots: readonly Spot[]): Spot[] =>
  spots.filter(
    (each) =>
      !spots.some(
        (other) =>
          NAMES.has(other.slot) &&
          other.from <= each.from &&
          other.to >= each.to &&
          other.to - other.from > each.to - each.from &&
          !each.slot.endsWith("s"),
      ),
  );
const NAMES = new Set(["host", "set", "cluster"]);

/** A host is also called by its first label, and by its name without the first part where that is unique: "trn-01". */
export function hostAliases(name: string, all: readonly string[]): string[] {
  const tail = name.split("-").slice(1).join("-");
  const unique = tail.includes("-") && all.filter((each) => each.endsWith(`-${tail}`)).length === 1;
  return unique ? [name, tail] : [name];
}

function named(sentence: Sentence, { vocabulary }: Context): Spot[] {
  const { words } = sentence;
  const hosts = vocabulary.hosts.map((each) => each.name);
  const labels = words.map((each) => (hosts.includes(each.split(".")[0] ?? "") ? (each.split(".")[0] ?? each) : each));
  const sets = spotsOf(
    words,
    "set",
    vocabulary.sets.map((each) => ({
      value: each.name,
      aliases: [each.name, ...each.aliases, ...(each.volumes.length === 1 ? each.volumes : [])],
    })),
  );
  const mirrored = spotsOf(
    words,
    "mirror",
    vocabulary.sets.map((each) => ({
      value: { set: each.name },
      aliases: [each.name, ...each.aliases, ...each.volumes, ...(each.mirrors ?? [])],
    })),
  );
  const svms = vocabulary.clusters.flatMap((each) => each.svms ?? []).map((each) => ({ value: each, aliases: [each] }));
  return [
    ...sets,
    ...mirrored,
    ...spotsOf(
      labels,
      "host",
      vocabulary.hosts.map((each) => ({
        value: each.name,
        aliases: [...hostAliases(each.name, hosts), ...each.aliases],
      })),
    ),
    ...spotsOf(
      words,
      "purpose",
      vocabulary.purposes.map((each) => ({ value: each.name, aliases: [each.name, ...each.aliases] })),
    ),
    ...spotsOf(
      words,
      "area",
      vocabulary.purposes.map((each) => ({ value: each.name, aliases: [each.name, ...each.aliases] })),
    ),
    ...spotsOf(
      words,
      "volume",
      vocabulary.sets.flatMap((each) => each.volumes).map((each) => ({ value: each, aliases: [each] })),
    ),
    ...spotsOf(words, "svm", svms),
    ...together(words, spotsOf(words, "svms", svms)),
    ...spotsOf(
      words,
      "cluster",
      vocabulary.clusters.map((each) => ({ value: each.name, aliases: [each.name, ...(each.aliases ?? [])] })),
    ),
    ...spotsOf(
      words,
      "system",
      vocabulary.clusters
        .filter((each) => each.platform === "cvo")
        .map((each) => ({ value: each.name, aliases: [each.name, ...(each.aliases ?? [])] })),
    ),
    ...together(
      words,
      spotsOf(
        words,
        "clusters",
        vocabulary.clusters.map((each) => ({
          value: each.name,
          aliases: [each.name, ...(each.aliases ?? []), ...calledBy(each, vocabulary.clusters)],
        })),
      ),
    ),
    ...everything(words, vocabulary.sets.length),
  ];
}

/** "the array", "CVO": where clusters are joined and there is only one of its kind, what kind it is says which. */
function calledBy({ platform }: ClusterWords, all: readonly ClusterWords[]): readonly string[] {
  if (all.filter((each) => each.platform === platform).length !== 1) return [];
  const kinds =
    platform === "cvo"
      ? ["cvo", "cloud volumes ontap", "the cloud", "azure", "cvo cluster", "cloud cluster"]
      : ["array", "source array", "on-prem array", "onprem array", "source cluster", "ali", "source"];
  return kinds.flatMap((kind) => [kind, `the ${kind}`, `our ${kind}`]);
}

/** What may stand between names that make one list. */
const JOINING = /^(?:and|with|to|plus|both|the|our|svms?|vservers?|clusters?|arrays?|systems?|of|on)$/;

/** "ali-ontap-01 and cvo-eastus2": one value, a list. "the array but not cvo" is none: every word between them must join them. */
function together(words: readonly string[], found: readonly Spot[]): Spot[] {
  const spots = [...found].sort((a, b) => a.from - b.from);
  const lists: Spot[][] = [];
  for (const each of spots) {
    const list = lists.at(-1);
    const before = list?.at(-1);
    if (list && before && words.slice(before.to, each.from).every((word) => JOINING.test(word))) list.push(each);
    else lists.push([each]);
  }
  return lists.flatMap((list): Spot[] => {
    const [first, last] = [list[0], list.at(-1)];
    if (!first || !last) return [];
    const value = [...new Set(list.map((each) => String(each.value)))];
    return [{ slot: first.slot, from: first.from, to: last.to, value }];
  });
}

function everything(words: readonly string[], sets: number): Spot[] {
  const every = [
    "all of the|our|them?",
    "all the|our?",
    "every",
    "each",
    "everything",
    "every single",
    ...(sets === 2 ? ["both of? the|our|them?"] : []),
  ].map(phrase);
  return words.flatMap((_, from) =>
    every.flatMap((each): Spot[] => {
      const taken = matchAt(each, words, from, () => true);
      return taken && taken.length > 0 ? [{ slot: "mirror", from, to: from + taken.length, value: { all: true } }] : [];
    }),
  );
}

/** CVO as where a copy comes from or goes to, and the array as home. */
function places({ words }: Sentence, { vocabulary }: Context): Spot[] {
  const names = (platform: "onprem" | "cvo"): string =>
    vocabulary.clusters
      .filter((each) => each.platform === platform)
      .map((each) => each.name)
      .join("|") || "-";
  const tail =
    "system|cluster|array|volumes|volume? copy|copies|mirror|replica|side|site|backup|backups|snapshot|snapshots|nightly|location|instance|ontap? copy|site|side|volume|volumes?";
  const cvo = [
    `${CVO}|${names("cvo")} ${tail}`,
    `cloud volumes ontap ${tail}`,
    `azure cvo|cloud|dr ${tail}`,
    "disaster recovery site|copy|side?",
    "azure eastus2|east us? 2?",
    "netapp? cloud volume|volumes ontap?",
  ];
  const sources = [
    ...cvo,
    "dr? mirror|replica|secondary|destination|vault|snapmirror site|copy|side|volume|array|system|destination? copy|volume|volumes?",
    "mirrored|replicated|remote|offsite copy|data|volume|side|snapshot|snapshots",
  ];
  const home = [
    `on-prem|onprem|on-premises|onpremises|primary|home|premises|array|ali|${names("onprem")} site|array|side|cluster|system|storage|datacenter?`,
    "on prem|premises array|side|site|storage?",
    "source|original|old array|site|side|system",
    "azure? large instances array?",
    "production array|site|side",
  ];
  return words.flatMap((_, from) => [
    ...widest(sources, words, from, "source", "cvo"),
    ...widest([...cvo, "secondary|recovery|other site|side"], words, from, "target", true),
    ...widest(["azure east? us? 2?", "eastus2", "east us 2", "the? cloud", "azure"], words, from, "cloud", true),
    ...widest(home, words, from, "home", true),
  ]);
}

function topics({ words }: Sentence, { vocabulary }: Context): Spot[] {
  const all = vocabulary.runbooks
    .filter((book) => book.effect !== "read")
    .flatMap((book) =>
      occurrences(headPhrases(book, vocabulary.runbooks), words).map((taken): Spot => ({
        slot: "runbook",
        from: taken[0] ?? 0,
        to: (taken.at(-1) ?? 0) + 1,
        value: book.name,
      })),
    );
  const longest = all.filter(
    (each) =>
      !all.some(
        (other) => other.from <= each.from && other.to >= each.to && other.to - other.from > each.to - each.from,
      ),
  );
  // one word can head several runbooks ("update"); the first in the vocabulary's order speaks for them
  return longest.filter((each, i) => longest.findIndex((other) => other.from === each.from) === i);
}

/** From "because" to the end of the clause, or to where another thing is said. */
function reasons({ words, raw, breaks }: Sentence): Spot[] {
  return words.flatMap((word, before): Spot[] => {
    if (!/^(?:because|of|to|reason|as|we|since|while|during|that|for)$/.test(word)) return [];
    const from = before + 1;
    if (/^(?:because|due|owing)$/.test(word) && /^(?:of|to)$/.test(words[from] ?? "")) return [];
    let to = from;
    while (
      to < words.length &&
      (to === from || !breaks.has(to)) &&
      !/^(?:and|then|until|till|but|or)$/.test(words[to] ?? "") &&
      to - from < 20
    )
      to += 1;
    return to > from ? [{ slot: "reason", from, to, value: raw.slice(from, to).join(" ").replace(/ 's/g, "'s") }] : [];
  });
}
