import type { Json } from "../core/json.js";
import { listed } from "../core/listed.js";
import { fits, isComplete } from "./choose.js";
import { fieldOf, type Reading } from "./match.js";
import { choice, notAvailable, reply } from "./replies.js";
import { sentenceFor } from "./say.js";
import type { Sentence } from "./sentence.js";
import type { Choice, Context, Phrasebook, Understood } from "./vocabulary.js";

/** Every word fits, but something is missing, said twice, or cannot be taken as it is. */
export function askBack(all: readonly Reading[], sentence: Sentence, context: Context): Understood | undefined {
  const open = all.filter((each) => fits(each, sentence) && !isComplete(each) && each.book.effect !== "read");
  const [best, ...more] = open.sort(
    (a, b) => a.missing.length - b.missing.length || b.filled - a.filled || b.heads.length - a.heads.length,
  );
  const only = context.asker.clones?.length === 1 ? context.asker.clones[0] : undefined;
  if (best && only && best.missing.length === 1 && best.missing[0] === "clone" && best.book.available)
    return { kind: "request", runbook: best.book.name, request: { ...best.request, clone: only.name } };
  if (!best || (!context.addressed && isIdle(best, sentence))) return undefined;
  if (!best.book.available) return notAvailable(best.book);
  const rival = more.find(
    (each) =>
      each.book !== best.book &&
      each.missing.length === best.missing.length &&
      each.filled === best.filled &&
      each.heads.length === best.heads.length &&
      each.book.available,
  );
  if (rival && best.missing.length > 0)
    return reply(`I can read that in more than one way. Which do you mean?`, [
      ...offers(best, context),
      ...offers(rival, context),
    ]);
  return askAbout(best, context);
}

/** "copy that", "release it": talk among people, as long as nobody spoke to us and nothing of ours is named. */
const isIdle = (reading: Reading, sentence: Sentence): boolean =>
  reading.filled === 0 &&
  !(sentence.words.length <= 2 && sentence.words[0] === reading.book.name) &&
  !reading.heads.some((each) => OURS.test(sentence.words[each] ?? ""));
/** Words nobody uses over lunch. */
const OURS =
  /^(?:clones?|mirrors?|mirroring|replications?|snapmirrors?|snapshots?|failover|failback|drill|cvo|connector|svms?|restore|resync|unprotect|undo)$/;

function askAbout(reading: Reading, context: Context): Understood {
  const [ask] = reading.asks;
  if (ask?.requests)
    return reply(
      ask.text,
      ask.requests.map((each) => choice(reading.book, each, context)),
    );
  if (ask)
    return reply(
      ask.text,
      ask.values.map((value) => choice(reading.book, withValue(reading, ask.slot, value), context)),
    );
  if (reading.several) {
    const { slot, values } = reading.several;
    return reply(
      `You named more than one ${slot === "mirror" ? "set" : slot}. I do one at a time: which?`,
      values.map((value) => choice(reading.book, withValue(reading, slot, value), context)),
    );
  }
  const choices = offers(reading, context);
  return reply(questionFor(reading, context), choices);
}

/** The reading's request with one slot filled. */
export function withValue(reading: Reading, slot: string, value: Json): Record<string, Json> {
  if (slot === "mirror") return { ...reading.request, ...(value as Record<string, Json>) };
  const field = fieldOf(reading.book, slot);
  return field === undefined ? { ...reading.request } : { ...reading.request, [field]: value };
}

/** One button for each value of what is missing first. */
export function offers(reading: Reading, context: Context): Choice[] {
  const [missing] = reading.missing;
  if (missing === undefined || reading.missing.length > 1)
    return missing === "set" ? context.vocabulary.sets.map((each) => bare(reading, each.name)) : [];
  return valuesFor(missing, reading.book, context).map(([slot, value]) =>
    choice(reading.book, withValue(reading, slot, value), context),
  );
}

/** More than the set is missing: a button would end in the next question, so it only completes the sentence. */
function bare(reading: Reading, set: string): Choice {
  const say = sentenceFor(reading.book, { ...reading.request, set });
  return { label: say.charAt(0).toUpperCase() + say.slice(1), say };
}

function valuesFor(slot: string, book: Phrasebook, context: Context): [slot: string, value: Json][] {
  const { sets, hosts, purposes, clusters } = context.vocabulary;
  const of = (name: string, values: readonly Json[]): [string, Json][] => values.map((value) => [name, value]);
  const owned = context.asker.clones ?? [];
  if (slot === "clone")
    return owned.length > 0
      ? of(
          "clone",
          owned.map((each) => each.name),
        )
      : of(
          "purpose",
          purposes.map((each) => each.name),
        );
  if (slot === "host" && book.oneOf)
    return of(
      "purpose",
      purposes.map((each) => each.name),
    );
  if (slot === "set")
    return of(
      "set",
      sets.map((each) => each.name),
    );
  if (slot === "mirror")
    return [
      ...of(
        "mirror",
        sets.map((each) => ({ set: each.name })),
      ),
      ["mirror", { all: true }],
    ];
  if (slot === "host")
    return of(
      "host",
      hosts.map((each) => each.name),
    );
  if (slot === "purpose")
    return of(
      "purpose",
      purposes.map((each) => each.name),
    );
  return slot === "cluster"
    ? of(
        "cluster",
        clusters.map((each) => each.name),
      )
    : [];
}

const QUESTIONS: Readonly<Record<string, string>> = {
  set: "Which set?",
  mirror: "Which set's mirror?",
  host: "On which host?",
  purpose: "For what purpose?",
  clone: "Which clone?",
  snapshot: "Which snapshot? Say its name.",
  rate: 'How fast at most? Say for example "to 50 MB/s".',
  size: "How large?",
  clusters: "Which clusters?",
  svms: "Which SVMs?",
  svm: "Which SVM?",
  system: "Which Cloud Volumes ONTAP?",
  target: "Where to?",
};

/** What is missing first, as a question. */
export function questionFor(reading: Reading, context: Context): string {
  const [missing = "set"] = reading.missing;
  const asked =
    missing === "host" && reading.book.oneOf
      ? "For what purpose, or on which host?"
      : (QUESTIONS[missing] ?? `What ${missing}?`);
  const known =
    missing === "set" || missing === "mirror"
      ? ` I know ${listed(context.vocabulary.sets.map((each) => each.name))}.`
      : "";
  return `${reading.book.name}: ${asked}${known}`;
}
