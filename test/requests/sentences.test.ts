import { describe, expect, test } from "@jest/globals";
import { patternOf, sentenceFor, understand, type Understood } from "../../src/requests/index.js";
import { ADDRESSED as SAID, MORE, OVERHEARD } from "./sentences.js";
import { epicContext, epicVocabulary } from "./vocabulary.js";

const ADDRESSED = [...SAID, ...MORE];
const NAMES =
  "clone refresh-clone release-clone extend-lease rewind-clone update-mirror pause-mirror resume-mirror throttle-mirror resync-mirror restore failover fence failback dr-drill protect unprotect snapshot delete-snapshot provision connect-clusters peer-svms encrypt-svm deploy-connector deploy-cvo start-cvo stop-cvo attach-nic prepare-host status health explain clones runs approvals help".split(
    " ",
  );

function short(understood: Understood): string {
  if (understood.kind === "ignore") return "-";
  if (understood.kind === "reply")
    return `?${understood.choices ? ` ${understood.choices.map((each) => each.say).join(" | ")}` : ""}`;
  return `${understood.runbook} ${JSON.stringify(Object.fromEntries(Object.entries(understood.request).sort(([a], [b]) => (a < b ? -1 : 1))))}`;
}

describe("sentences", () => {
  test.each(ADDRESSED)("%s", (sentence, expected) => {
    expect(short(understand(sentence, epicContext()))).toBe(expected);
  });
  test.each(OVERHEARD)("overheard: %s", (sentence, expected) => {
    expect(short(understand(sentence, epicContext({ addressed: false })))).toBe(expected);
  });

  test("there are enough of them, and every name is in a request of one", () => {
    expect(ADDRESSED.length + OVERHEARD.length).toBeGreaterThan(300);
    const asked = new Set(ADDRESSED.map(([, expected]) => expected.split(" ")[0]));
    expect(NAMES.filter((each) => !asked.has(each))).toEqual([]);
    expect(
      epicVocabulary()
        .runbooks.map((each) => each.name)
        .sort(),
    ).toEqual([...NAMES].sort());
  });
});

describe("buttons", () => {
  test("what a button says is understood, and as one thing", () => {
    const said = new Set(
      ADDRESSED.flatMap(([, expected]) => (expected.startsWith("? ") ? expected.slice(2).split(" | ") : [])),
    );
    expect(said.size).toBeGreaterThan(50);
    const lost = [...said].filter((say) => {
      const understood = understand(say, epicContext());
      // "clone prod" may go on to ask for what; nothing may be misunderstood
      return (
        understood.kind !== "request" &&
        !(understood.kind === "reply" && /what purpose|Which|How fast/.test(understood.text))
      );
    });
    expect(lost).toEqual([]);
  });

  test("every request the table knows can be said again as a sentence", () => {
    const books = new Map(epicVocabulary().runbooks.map((each) => [each.name, each]));
    const wrong = ADDRESSED.flatMap(([sentence]) => {
      const understood = understand(sentence, epicContext());
      const book = understood.kind === "request" ? books.get(understood.runbook) : undefined;
      if (understood.kind !== "request" || !book || book.effect === "read") return [];
      const again = understand(sentenceFor(book, understood.request), epicContext());
      return short(again) === short(understood)
        ? []
        : [`${sentence} -> ${sentenceFor(book, understood.request)} -> ${short(again)}`];
    });
    expect(wrong).toEqual([]);
  });

  test("labels speak the asker's time zone", () => {
    const understood = understand("restore prod from 18:00", epicContext());
    expect(understood).toMatchObject({
      kind: "reply",
      choices: [
        { label: "Restore prod from Sat 21 Nov 2026 18:00", say: "restore prod from 2026-11-21T23:00:00.000Z" },
      ],
    });
  });
});

describe("what is not built yet", () => {
  const context = epicContext({ vocabulary: epicVocabulary((name) => ["clone", "restore", "help"].includes(name)) });
  test.each([
    "fail over prod",
    "throttle prod to 50 MB/s",
    "explain restore",
    "release the training clone",
    "fail over",
  ])("%s: understood, and said not to be available", (sentence) => {
    const understood = understand(sentence, context);
    expect(understood).toMatchObject({ kind: "reply", text: expect.stringContaining("not available yet") as unknown });
  });
  test("no button offers it", () => {
    const understood = understand("restore prod and fail over clarity", context);
    expect(understood.kind === "reply" && understood.choices?.map((each) => each.say)).toEqual(["restore prod"]);
  });
});

describe("the asker's own clones", () => {
  const asker = (clones: { name: string; as?: string; purpose?: string }[]) =>
    epicContext({ asker: { timeZone: "America/New_York", clones } });
  test("my clone is the only one", () =>
    expect(understand("release my clone", asker([{ name: "prod_trn_x1" }]))).toEqual({
      kind: "request",
      runbook: "release-clone",
      request: { clone: "prod_trn_x1" },
    }));
  test("of several, one is asked for", () => {
    const understood = understand(
      "extend my clone by 2 days",
      asker([{ name: "prod_trn_x1" }, { name: "prod_tst_x2" }]),
    );
    expect(short(understood)).toBe("? extend the clone prod_trn_x1 by 2 days | extend the clone prod_tst_x2 by 2 days");
  });
  test("by name", () =>
    expect(understand("release prod_trn_x1", asker([{ name: "prod_trn_x1" }, { name: "b" }]))).toMatchObject({
      kind: "request",
      request: { clone: "prod_trn_x1" },
    }));
});

test("time zones: the same words are another instant elsewhere", () => {
  const at = (timeZone: string) =>
    understand("clone prod for training until Friday", epicContext({ asker: { timeZone } }));
  expect(at("Europe/Berlin")).toMatchObject({ request: { leaseUntil: "2026-11-27T17:00:00.000Z" } });
  expect(at("Asia/Tokyo")).toMatchObject({ request: { leaseUntil: "2026-11-27T09:00:00.000Z" } });
});

test("summer time ends between now and then", () => {
  const understood = understand("clone prod for training from 2026-10-30 15:00", epicContext());
  expect(understood).toMatchObject({ request: { point: { at: "2026-10-30T19:00:00.000Z" } } });
});

test("every pattern can be read, and a pattern without an act is a mistake", () => {
  expect(
    epicVocabulary()
      .runbooks.flatMap((each) => each.says)
      .map((each) => patternOf(each).required.length)
      .every((each) => each > 0),
  ).toBe(true);
  expect(() => patternOf("<set> [for <purpose>]")).toThrow("must hold the words of an act");
});
