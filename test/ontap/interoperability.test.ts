import { describe, expect, test } from "@jest/globals";
import { interoperability, mirrorPartnersOf } from "../../src/ontap/index.js";

const judge = (a: string | undefined, b: string | undefined) =>
  interoperability({ cluster: "ali", release: a }, { cluster: "cvo", release: b });

/** Pairs as reference 0 gives them, cell by cell of NetApp's page; not read from our own table. */
describe("releases that mirror with each other", () => {
  test.each([
    ["9.16.1", "9.14.1", "yes"],
    ["9.16.1", "9.11.1", "yes"],
    ["9.16.1", "9.11.0", "no"],
    ["9.16.1", "9.10.1", "no"],
    ["9.16.1", "9.19.1", "yes"],
    ["9.15.1", "9.9.1", "yes"],
    ["9.15.1", "9.9.0", "no"],
    ["9.17.1", "9.12.1", "yes"],
    ["9.17.1", "9.11.1", "no"],
    ["9.18.1", "9.13.0", "yes"],
    ["9.18.1", "9.14.0", "no"],
    ["9.18.1", "9.12.1", "no"],
    ["9.14.1", "9.9.0", "yes"],
    ["9.14.1", "9.8.0", "no"],
    ["9.13.1", "9.8.0", "yes"],
    ["9.8", "9.8.0", "yes"],
    ["9.13.0", "9.12.0", "no"],
  ])("%s and %s: %s", (a, b, works) => {
    expect(judge(a, b).works).toBe(works);
    expect(judge(b, a).works).toBe(works);
  });

  test("a no says which two, and what each would go with", () =>
    expect(judge("9.18.1", "9.8.0")).toEqual({
      works: "no",
      says: "ONTAP 9.18.1 on ali and 9.8 on cvo do not mirror with each other: 9.18.1 goes with 9.13.0 to 9.19.1 without 9.14.0, and 9.8 with 9.8 to 9.13.1.",
    }));

  test("what nobody can know is no refusal", () => {
    expect(judge(undefined, "9.16.1")).toEqual({
      works: "unknown",
      says: "The login may not see which release ali runs.",
    });
    expect(judge("9.16.1", "9.20.1")).toEqual({
      works: "unknown",
      says: "cvo runs ONTAP 9.20.1, which is not in the table of releases that mirror with each other.",
    });
    expect(mirrorPartnersOf("9.20.1")).toBeUndefined();
  });

  test("partners, newest first", () =>
    expect(mirrorPartnersOf("9.14.0")).toEqual([
      "9.17.1",
      "9.16.1",
      "9.15.1",
      "9.14.1",
      "9.14.0",
      "9.13.1",
      "9.12.1",
      "9.11.1",
      "9.10.1",
      "9.9.1",
    ]));
});
