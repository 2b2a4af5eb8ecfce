import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import {
  linesAfter,
  readAnchor,
  readLine,
  showAnchor,
  START,
  Verifier,
  writeLine,
  type End,
  type Line,
} from "../../src/audit/index.js";
import { hashOfLine } from "../../src/audit/chain.js";
import { runIdFor } from "../../src/core/ids.js";

/** A ledger of some runs' entries, written a few at a time as they are in life. */
const ledgers: fc.Arbitrary<Line[]> = fc
  .array(fc.tuple(fc.nat(3), fc.array(fc.jsonValue(), { minLength: 1, maxLength: 3 })), { minLength: 2, maxLength: 12 })
  .map((writes) => {
    const lines: Line[] = [];
    for (const [run, values] of writes) {
      const entries = values.map((value, i) => JSON.stringify({ seq: i + 1, at: "2026-11-22T14:00:00.000Z", value }));
      lines.push(...linesAfter(lines.at(-1) ?? START, runIdFor("audit", String(run)), entries));
    }
    return lines;
  });
/** A ledger and a place in it that is neither its first nor its last line's. */
const inside = ledgers
  .filter((lines) => lines.length > 2)
  .chain((lines) => fc.record({ lines: fc.constant(lines), i: fc.integer({ min: 1, max: lines.length - 2 }) }));

function verified(lines: readonly Line[], whole = true, anchors: readonly End[] = []): string[] {
  const verifier = new Verifier(whole, anchors);
  for (const line of lines) verifier.follow(line);
  return verifier.result().broken.map(({ says }) => says);
}
const put = (lines: readonly Line[], i: number, changed: Partial<Line>): Line[] =>
  lines.map((line, at) => (at === i ? { ...line, ...changed } : line));
const other = (entry: string): string => entry.replace('"seq":', '"seq":1');
/** As somebody would write it who knows how hashes are made. */
const forged = (line: Line, entry: string): Line => ({ ...line, entry, hash: hashOfLine({ ...line, entry }) });
/** The same from there on, every hash made anew. */
function rewritten(lines: readonly Line[], i: number): Line[] {
  const kept = lines.slice(0, i);
  for (const { run, entry } of lines.slice(i))
    kept.push(...linesAfter(kept.at(-1) ?? START, run, [kept.length === i ? other(entry) : entry]));
  return kept;
}

describe("a ledger", () => {
  test("as it was written has nothing wrong, whole or any part of it", () =>
    fc.assert(
      fc.property(inside, ({ lines, i }) => {
        expect(verified(lines)).toEqual([]);
        expect(verified(lines.slice(i), false)).toEqual([]);
        expect(verified(lines, true, [lines[i] as Line, lines.at(-1) as Line])).toEqual([]);
      }),
    ));

  test.each<[string, (lines: readonly Line[], i: number) => Line[], (place: number) => RegExp]>([
    [
      "changed",
      (lines, i) => put(lines, i, { entry: other(lines[i]!.entry) }),
      (n) => RegExp(`^Line ${n} .* was changed`),
    ],
    [
      "given to another run",
      (lines, i) => put(lines, i, { run: runIdFor("x") }),
      (n) => RegExp(`^Line ${n} .* was changed`),
    ],
    ["taken out", (lines, i) => lines.filter((_, at) => at !== i), (n) => RegExp(`^Line ${n} is missing`)],
    [
      "swapped with the next",
      (lines, i) => put(put(lines, i, lines[i + 1]!), i + 1, lines[i]!),
      (n) => RegExp(`^Line ${n} is missing`),
    ],
    [
      "there twice",
      (lines, i) => [...lines.slice(0, i), ...lines.slice(i - 1)],
      (n) => RegExp(`^Line ${n - 1} stands behind line ${n - 1}:`),
    ],
    [
      "forged, with a hash of its own",
      (lines, i) => put(lines, i, forged(lines[i]!, other(lines[i]!.entry))),
      (n) => RegExp(`^Line ${n + 1} does not follow from line ${n}`),
    ],
  ])("with a line %s: that line is named first", (_what, spoil, says) =>
    fc.assert(
      fc.property(inside, ({ lines, i }) => {
        expect(verified(spoil(lines, i))[0]).toMatch(says(i + 1));
      }),
    ),
  );

  test("whose first line follows something, also in a part that begins with it", () =>
    fc.assert(
      fc.property(ledgers, ([first]) => {
        const before = "f".repeat(64);
        const line = { ...first!, before, hash: hashOfLine({ ...first!, before }) };
        expect(verified([line], false)).toEqual([
          "Line 1 does not follow from line 0: one of the two was put there later.",
        ]);
      }),
    ));

  test("without its beginning, where it has to be whole", () =>
    fc.assert(
      fc.property(inside, ({ lines, i }) => {
        expect(verified(lines.slice(i))).toEqual([i === 1 ? "Line 1 is missing." : `Lines 1 to ${i} are missing.`]);
      }),
    ));

  test("cut off, or written anew from a line on, is told by what was posted elsewhere", () =>
    fc.assert(
      fc.property(inside, ({ lines, i }) => {
        const posted = readAnchor(showAnchor(lines.at(-1)!)) as End;
        expect(verified(lines.slice(0, i))).toEqual([]);
        expect(verified(lines.slice(0, i), true, [posted])).toEqual([
          `The ledger ends with line ${i}, but line ${lines.length} was posted: its end was cut off.`,
        ]);
        expect(verified(rewritten(lines, i))).toEqual([]);
        expect(verified(rewritten(lines, i), true, [posted])[0]).toMatch(/is not the one that was posted/);
      }),
    ));

  test("is compared with what runs are read from: changed, cut or longer", () =>
    fc.assert(
      fc.property(ledgers, (lines) => {
        const verifier = new Verifier(true);
        for (const line of lines) verifier.follow(line);
        for (const run of verifier.runs()) {
          const entries = lines.filter((line) => line.run === run).map(({ entry }) => entry);
          expect(verifier.differs(run, entries)).toBeUndefined();
          expect(verifier.differs(run, [other(entries[0]!), ...entries.slice(1)])?.says).toMatch(/entry 1 is not/);
          expect(verifier.differs(run, entries.slice(1))).toBeDefined();
          expect(verifier.differs(run, [...entries, "{}"])?.says).toMatch(/has \d+ entries, the ledger has \d+/);
        }
        expect(verifier.differs(runIdFor("never written"), ["{}"])?.says).toMatch(/1 entries, the ledger has 0/);
      }),
    ));
});

describe("an export", () => {
  test("is read back as it was, and not when one character of it is another", () =>
    fc.assert(
      fc.property(inside, fc.nat(), fc.constantFrom("0", "a", " ", '"', "}"), ({ lines, i }, at, letter) => {
        const texts = lines.map(writeLine);
        expect(texts.map(readLine)).toEqual(lines);
        const text = texts[i] as string;
        const where = at % text.length;
        if (text[where] === letter) return;
        const changed = readLine(text.slice(0, where) + letter + text.slice(where + 1));
        const broken = changed && verified(put(lines, i, changed), false);
        expect(broken).not.toEqual([]);
      }),
    ));

  test.each(["", "{}", "[]", "not json", '{"place":1}'])("%j is no line of one", (text) => {
    expect(readLine(text)).toBeUndefined();
  });
});

test.each(["", "12", "12:xyz", "0:0123456789abcdef", "-1:0123456789abcdef", "12:0123456789abcde"])(
  "%j is no anchor",
  (text) => expect(readAnchor(text)).toBeUndefined(),
);
