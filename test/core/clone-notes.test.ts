import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { readNote, writeNote, type CloneNote } from "../../src/core/clone-notes.js";
import { Refusal } from "../../src/core/problems.js";

const text = (maxLength: number) =>
  fc.string({
    unit: fc.oneof(fc.constant("ü"), fc.constantFrom(..."abc"), fc.constantFrom("𝛼", "\ud800", '"', "\\", "\n")),
    maxLength,
    size: "max",
  });
const note = (longest: number): fc.Arbitrary<CloneNote> =>
  fc
    .record(
      {
        until: fc.constant("2026-12-02T14:00:00.000Z"),
        thread: text(40),
        igroup: text(60),
        vg: text(60),
        mount: text(60),
        host: text(60),
        taken: fc.constant("2026-11-22T02:00:00Z"),
        snapshot: text(longest),
        owner: text(30),
        name: text(20),
        set: text(30),
        kind: fc.constantFrom("clone" as const, "pin" as const, "safety" as const),
        run: text(12),
        sluice: fc.constant(1 as const),
      },
      { requiredKeys: ["snapshot", "owner", "name", "set", "kind", "run", "sluice"] },
    )
    .map((each) => each as CloneNote);

/** As it is written, or why it cannot be. */
function written(given: CloneNote): string | undefined {
  try {
    return writeNote(given);
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    return undefined;
  }
}

describe("a clone's note", () => {
  test("is ASCII, fits a comment, and reads as it was written but for a shortened snapshot name; else it is refused", () => {
    let refused = 0;
    let shortened = 0;
    fc.assert(
      fc.property(note(1200), (given) => {
        const comment = written(given);
        if (comment === undefined) {
          refused += 1;
          return;
        }
        expect(comment.length).toBeLessThanOrEqual(1023);
        expect(comment).toMatch(/^[\x20-\x7e]*$/);
        const { snapshot, ...rest } = readNote(comment)!;
        const { snapshot: was, ...others } = given;
        expect(rest).toEqual(others);
        if (snapshot === was) return;
        shortened += 1;
        expect(snapshot.endsWith("…")).toBe(true);
        expect(was.startsWith(snapshot.slice(0, -1))).toBe(true);
      }),
      { numRuns: 150 },
    );
    expect(shortened).toBeGreaterThan(0);
    expect(refused).toBeGreaterThan(0);
  });

  test("written without an end, it takes one later without losing anything", () => {
    fc.assert(
      fc.property(note(600), (given) => {
        const { until: _, ...before } = given;
        const comment = written(before);
        if (comment === undefined) return;
        const there = readNote(comment)!;
        const until = "2026-12-02T14:00:00.000Z";
        expect(readNote(writeNote({ ...there, until }))).toEqual({ ...there, until });
      }),
      { numRuns: 100 },
    );
  });
});
