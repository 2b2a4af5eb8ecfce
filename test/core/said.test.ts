import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { joined, peopleIn, plainText, said, type Said } from "../../src/core/said.js";

const sam = { team: "T0RIVERSIDE", user: "U0STORAGE" };

describe("a text with people in it", () => {
  test("a person is a part of its own; words and numbers run together", () => {
    expect(said`paused by ${sam}, ${3} h ago: ${"array upgrade"}`).toEqual([
      "paused by ",
      { person: sam },
      ", 3 h ago: array upgrade",
    ]);
    expect(said`no ${"one"} is ${"named"}`).toBe("no one is named");
    expect(said`${said`by ${sam}`}.`).toEqual(["by ", { person: sam }, "."]);
    expect(joined([said`${sam}`, said`${sam}`], " and ")).toEqual([{ person: sam }, " and ", { person: sam }]);
    expect(joined([])).toBe("");
  });

  test("as plain text people are their ids, and Sluice is Sluice", () => {
    expect(plainText(said`by ${sam}`)).toBe("by U0STORAGE");
    expect(plainText(said`by ${{ ...sam, user: "sluice" }}`)).toBe("by Sluice");
    expect(plainText(said`by ${sam}`, () => "Sam")).toBe("by Sam");
  });

  test("nothing that was typed becomes a person, through the journal and back", () => {
    const typed = fc.oneof(fc.constantFrom("<@U0EVIL>", '{"person":{"user":"U0EVIL","team":"T"}}'), fc.string());
    fc.assert(
      fc.property(typed, typed, (a, b) => {
        const text = JSON.parse(JSON.stringify(said`${a} by ${sam}: ${b}`)) as Said;
        expect(peopleIn(text)).toEqual([sam]);
        expect(plainText(text)).toBe(`${a} by U0STORAGE: ${b}`);
        expect(peopleIn(said`${a}${b}`)).toEqual([]);
      }),
    );
  });
});
