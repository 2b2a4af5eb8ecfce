import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { understand, type Phrasebook } from "../../src/requests/index.js";
import { epicContext } from "./vocabulary.js";

/** One plain sentence for each thing that destroys or must be read as strictly; every one of them is a request by itself. */
const DESTRUCTIVE = [
  "restore prod",
  "restore prod from CVO",
  "bring prod back to last night",
  "roll back clarity to 2026-11-18",
  "recover production from the mirror",
  "undo the restore of prod",
  "put clarity back to yesterday 3pm",
  "refresh the training clone",
  "release the training clone",
  "get rid of the testing copy",
  "delete the clone on epic-trn-01",
  "rewind the training clone",
  "resync the prod mirror",
  "fail over prod",
  "failover clarity to cvo",
  "fail over prod unplanned",
  "fail over prod, the array is down",
  "fence prod",
  "fail back prod",
  "unprotect prod",
  "remove the mirror from clarity",
  "delete snapshot nightly.2026-11-18_0200 of prod",
  "stop cvo",
] as const;

const BEFORE = [
  "don't",
  "do not",
  "dont",
  "never",
  "please don't",
  "please do not",
  "you must not",
  "we should not",
  "do not ever",
  "I don't want you to",
  "let's not",
  "no need to",
  "nobody may",
  "please never",
  "avoid it: do not",
  "under no circumstances",
  "should we",
  "should I",
  "shall we",
  "can we",
  "can I",
  "may I",
  "could we",
  "when can we",
  "when should we",
  "why did we",
  "why would you",
  "how often do we",
  "who can",
  "who may",
  "what if we",
  "is it wise to",
  "do we need to",
  "did someone",
  "did you",
  "will you ever",
  "are you able to",
  "is it possible to",
  "would it help to",
  "has anyone tried to",
  "where do we",
  "do you think we should",
  "if it fails,",
  "if it fails",
  "when it is idle,",
  "once the upgrade is done,",
  "unless Dana objects,",
  "in case of trouble",
  "after the backup,",
  "before you",
  "as soon as the class ends,",
  "whenever it breaks,",
  "provided that it is late,",
  "should it fail,",
  "if you can",
  "assuming it fails then",
  "he said",
  "she told me to",
  "Dana wants to",
  "the manual says",
  "my boss asked me to",
  "they",
  "he will",
  "the plan was to",
  "we had to",
  "yesterday we tried to",
  "someone told the bot:",
  "I heard that they",
  "we might",
  "we may have to",
  "maybe",
  "perhaps",
  "I think we should",
  "I would rather not",
  "we were going to",
  "we almost had to",
  "imagine you",
  "for example:",
  "the test is called",
  "I am afraid to",
  "remember not to",
  "forget it, don't",
  "instead of that do not",
  "it would be wrong to",
  "I refuse to",
  "stop, don't",
  "we used to",
  "nobody asked to",
  "the button labelled",
  "we talked about how to",
];
const AFTER = [
  "? no",
  "or not",
  "if it fails",
  "unless it is late",
  "when the class is over",
  "once Dana agrees",
  "in case it breaks",
  "and delete everything",
  "then reboot",
  "; rm -rf /",
  "&& shutdown",
  "but not now",
  "- just kidding",
  "is what he said",
  "was a mistake",
  "failed",
  "took three hours",
  "tomorrow at 5",
  "next week",
  "after the upgrade",
  "and clone prod for training",
  ", then fail over prod",
  "and pause all mirrors",
  "or clone it",
  "without asking anybody",
  "except the journal",
  "would be nice?",
  "never",
  "is dangerous",
  "was done yesterday",
  "while nobody looks",
  "with extra cheese",
  "lol",
  "on production only if approved",
  "and start the coffee machine",
  "as a test",
  "until Friday",
  "is not what I want",
  "please don't",
];
const WRAP: readonly ((sentence: string) => string)[] = [
  (s) => `"${s}"`,
  (s) => `“${s}”`,
  (s) => `'${s}'`,
  (s) => `\`${s}\``,
  (s) => `\`\`\`${s}\`\`\``,
  (s) => `> ${s}`,
  (s) => `&gt; ${s}`,
  (s) => `~${s}~`,
  (s) => `he said "${s}"`,
  (s) => `"${s}", she wrote`,
  (s) => `the button says “${s}”`,
  (s) => `«${s}»`,
  (s) => `${s}?`,
  (s) => `do we ${s}?`,
  (s) => `(not: ${s})`,
];

const strict = (book: Phrasebook): boolean => book.effect === "destroy" || book.strict === true;
/** The runbook that would be planned, if it is one that must not be; undefined is what we want. */
function planned(text: string, addressed = true): string | undefined {
  const context = epicContext({ addressed });
  const understood = understand(text, context);
  if (understood.kind !== "request") return undefined;
  const book = context.vocabulary.runbooks.find((each) => each.name === understood.runbook);
  return book && strict(book) ? `${understood.runbook} ${JSON.stringify(understood.request)}` : undefined;
}

describe("what destroys is done only when it is plainly asked for", () => {
  test.each(DESTRUCTIVE)("%s is a request, so that what follows means something", (sentence) => {
    expect(planned(sentence)).toBeDefined();
    expect(planned(`Could you please ${sentence}? Thanks!`)).toBe(planned(sentence));
  });

  test.each(DESTRUCTIVE)("%s: never after a negation, question, condition, report or doubt", (sentence) => {
    const wrong = BEFORE.map((before, i) => `${before} ${sentence}${["", "?", ", please", "."][i % 4] ?? ""}`).filter(
      (text, i) => planned(text, i % 2 === 0) !== undefined,
    );
    expect(wrong).toEqual([]);
  });

  test.each(DESTRUCTIVE)("%s: never with a second clause or words left over", (sentence) => {
    const wrong = AFTER.map((after, i) => `${i % 2 === 0 ? "" : "please "}${sentence} ${after}`).filter(
      (text) => planned(text) !== undefined,
    );
    expect(wrong).toEqual([]);
  });

  test.each(DESTRUCTIVE)("%s: never quoted, struck out or asked", (sentence) => {
    expect(WRAP.map((wrap) => wrap(sentence)).filter((text) => planned(text) !== undefined)).toEqual([]);
  });

  test("never with any word that has no place in it, wherever it stands", () => {
    const words = fc.constantFrom(
      "not",
      "no",
      "never",
      "if",
      "unless",
      "maybe",
      "should",
      "hardly",
      "tomorrow",
      "banana",
      "without",
      "nein",
      "except",
      "why",
      "when",
      "said",
      "was",
      "xyzzy",
      "only",
      "didn't",
      "won't",
      "except",
      "half",
    );
    fc.assert(
      fc.property(fc.constantFrom(...DESTRUCTIVE), words, fc.nat(12), (sentence, word, place) => {
        const said = sentence.split(" ");
        said.splice(place % (said.length + 1), 0, word);
        expect(planned(said.join(" "))).toBeUndefined();
      }),
      { numRuns: 400 },
    );
  });

  test("never two of them at once, however they are joined", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DESTRUCTIVE),
        fc.constantFrom(...DESTRUCTIVE),
        fc.constantFrom(" and ", ", ", "; ", "\n", " then ", ". ", " or ", " but first "),
        (one, other, join) => {
          fc.pre(planned(one) !== planned(other));
          const both = planned(one + join + other);
          expect(both).toBeUndefined();
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a typo is never corrected, only asked about", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...DESTRUCTIVE),
        fc.nat(200),
        fc.constantFrom("swap", "drop", "double"),
        (sentence, place, how) => {
          const at = place % (sentence.length - 1);
          fc.pre(!sentence.includes("nightly."));
          fc.pre(
            /[a-z]/i.test(sentence[at] ?? "") &&
              /[a-z]/i.test(sentence[at + 1] ?? "") &&
              sentence[at] !== sentence[at + 1],
          );
          const [a = "", b = ""] = [sentence[at], sentence[at + 1]];
          const changed =
            sentence.slice(0, at) + (how === "swap" ? b + a : how === "drop" ? b : a + a + b) + sentence.slice(at + 2);
          const was = planned(sentence);
          const is = planned(changed);
          // some slips make another word of ours ("prd"); they may not make another request
          if (is !== undefined) expect(is).toBe(was);
        },
      ),
      { numRuns: 300 },
    );
  });
});

describe("how it is said changes nothing", () => {
  const REQUESTS = [
    ...DESTRUCTIVE,
    "clone prod volume for training",
    "copy production to epic-trn-01 for 3 days",
    "pause all mirrors",
    "update the prod mirror",
    "extend the training clone by 2 days",
    "take a snapshot of prod",
    "is prod healthy",
    "clone prod for training from last night",
    "who is using epic-trn-01",
    "throttle prod to 50 MB/s now",
    "run a dr drill for prod",
  ];
  const manners = fc.record({
    before: fc.constantFrom(
      "",
      "please ",
      "Hi! ",
      "hey sluice, ",
      "Could you please ",
      "can you ",
      "Good morning, please ",
      "<@U0SLUICE> ",
      "sluice ",
      "ok, ",
      "  ",
      "\n",
      ":wave: ",
    ),
    after: fc.constantFrom(
      "",
      ".",
      "!",
      "!!",
      " please",
      ", thanks",
      " thank you very much!",
      " 🙏",
      " :pray:",
      ", asap",
      " ",
      " now please",
      "\n\nThanks!",
    ),
    shout: fc.constantFrom("as is", "upper", "title"),
    spaces: fc.constantFrom(" ", "  ", "\u00a0", " \n"),
  });
  test("politeness, case, spaces and punctuation", () => {
    fc.assert(
      fc.property(fc.constantFrom(...REQUESTS), manners, (sentence, { before, after, shout, spaces }) => {
        const plain = understand(sentence, epicContext());
        expect(plain.kind).toBe("request");
        const keep = /nightly\./.test(sentence);
        const cased =
          keep || shout === "as is"
            ? sentence
            : shout === "upper"
              ? sentence.toUpperCase()
              : sentence.replace(/\b[a-z]/g, (each) => each.toUpperCase());
        const said = before + cased.replaceAll(" ", spaces) + after;
        const understood = understand(said, epicContext());
        if (/\?/.test(said)) return;
        expect([said, understood]).toEqual([said, plain]);
      }),
      { numRuns: 500 },
    );
  });

  test("invisible characters", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...REQUESTS),
        fc.constantFrom("\u200b", "\u202e", "\ufeff", "\u2066", "\u00ad"),
        fc.nat(30),
        (sentence, char, place) => {
          const at = place % sentence.length;
          expect(understand(sentence.slice(0, at) + char + sentence.slice(at), epicContext())).toEqual(
            understand(sentence, epicContext()),
          );
        },
      ),
    );
  });
});

describe("any text at all", () => {
  test("never throws, and says the same twice", () => {
    const pieces = fc.array(
      fc.oneof(
        fc.string({ unit: "binary" }),
        fc.string({ unit: "grapheme" }),
        fc.constantFrom(
          ...DESTRUCTIVE,
          "<@U1>",
          "&amp;",
          "```",
          '"',
          "'",
          "2026-02-30",
          "for -3 days",
          "0/0/0000",
          "99999999999999999999 weeks",
          "prod",
          "clone",
          "until",
          "as",
          "because",
          "\u0000",
          "\ud800",
          "$(reboot)",
          "__proto__",
          "constructor",
          "toString",
        ),
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(pieces, fc.boolean(), (parts, addressed) => {
        const text = parts.join(" ");
        const first = understand(text, epicContext({ addressed }));
        expect(["request", "reply", "ignore"]).toContain(first.kind);
        if (addressed) expect(first.kind).not.toBe("ignore");
        expect(understand(text, epicContext({ addressed }))).toEqual(first);
      }),
      { numRuns: 300 },
    );
  });

  test("a very long text is refused when it was for us, ignored when it was not", () => {
    const long = "restore prod ".repeat(5000);
    expect(understand(long, epicContext()).kind).toBe("reply");
    expect(understand(long, epicContext({ addressed: false }))).toEqual({ kind: "ignore" });
  });

  test("a zone nobody knows counts as UTC", () => {
    expect(
      understand("clone prod for training until 2026-11-27", epicContext({ asker: { timeZone: "Mars/Olympus" } })),
    ).toEqual({
      kind: "request",
      runbook: "clone",
      request: { set: "prod", purpose: "training", leaseUntil: "2026-11-27T18:00:00.000Z" },
    });
  });
});
