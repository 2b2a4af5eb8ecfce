import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { said } from "../../src/core/said.js";
import {
  asTyped,
  bar,
  clean,
  code,
  escaped,
  escapedLine,
  link,
  mention,
  mentionGroup,
  moment,
  plain,
} from "../../src/bot/text.js";

const hostile = fc.oneof(
  fc.string({ unit: "binary", maxLength: 400 }),
  fc
    .array(
      fc.constantFrom(
        "<!channel>",
        "<@U0STORAGE>",
        "<http://evil|click>",
        "`",
        "```",
        "*",
        "_",
        "~",
        "&",
        "&lt;",
        "\u202e",
        "\u0007",
        "\ud800",
        "𝕏",
        "\n",
        "a b",
      ),
      { maxLength: 60 },
    )
    .map((parts) => parts.join("")),
);

describe("escaped text", () => {
  test("has no syntax of Slack's, no control or direction characters, and its length", () => {
    fc.assert(
      fc.property(hostile, fc.integer({ min: 2, max: 3000 }), (raw, max) => {
        const text = escaped(raw, max);
        expect(text.length).toBeLessThanOrEqual(max);
        expect(text).not.toMatch(/[<>`]/);
        expect(text.replace(/&(amp|lt|gt);/g, "")).not.toContain("&");

        expect(text).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f\u200e\u200f\u202a-\u202e\u2066-\u2069]/);
        expect(text).not.toMatch(/\p{Surrogate}/u);
      }),
    );
  });

  test("what Slack would show is what was written, cleaned", () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 200 }), (raw) => {
        const shown = escaped(raw, 10_000)
          .replaceAll("&lt;", "<")
          .replaceAll("&gt;", ">")
          .replaceAll("&amp;", "&")
          .replaceAll("\u2060", "");
        expect(shown).toBe(clean(raw).trim().replaceAll("`", "ˋ"));
      }),
    );
  });

  test("names with underscores stay copyable; formatting pairs are broken", () => {
    expect(escaped("epic_prd_dr and svm_epic")).toBe("epic_prd_dr and svm_epic");
    expect(escaped("keep ~this~ and *that*")).toBe("keep ~\u2060this~ and *\u2060that*");
  });
});

describe("a person in a text", () => {
  const sam = { team: "T0RIVERSIDE", user: "U0STORAGE" };

  test("is mentioned, whole or not at all; the words around stay words", () => {
    expect(escaped(said`paused by ${sam}: ${"<@U0EVIL> & co"}`)).toBe(
      "paused by <@U0STORAGE>: &lt;@U0EVIL&gt; &amp; co",
    );
    expect(escaped(said`${"*bold"} ${sam} ${"bold*"}`)).toBe("*\u2060bold <@U0STORAGE> bold*");
    expect(escaped(said`by ${sam}`, 10)).toBe("by …");
    expect(escaped(said`by ${{ ...sam, user: "sluice" }}`)).toBe("by Sluice");
    expect(escaped(said`by ${{ ...sam, user: "cli:root" }}`)).toBe("by cli:root");
    expect(escapedLine(said`  by\n${sam}  and\n on `)).toBe("by <@U0STORAGE> and on");
  });

  test("nobody else is, whatever stands around", () => {
    fc.assert(
      fc.property(hostile, hostile, fc.integer({ min: 2, max: 3000 }), (before, after, max) => {
        const text = escaped(said`${before}${sam}${after}`, max);
        expect(text.length).toBeLessThanOrEqual(max);
        expect(text.replace("<@U0STORAGE>", "")).not.toMatch(/[<>`]/);
      }),
    );
  });
});

test("plain text is never empty and never too long", () => {
  fc.assert(
    fc.property(hostile, fc.integer({ min: 2, max: 200 }), (raw, max) => {
      const text = plain(raw, max);
      expect(text.length).toBeLessThanOrEqual(max);
      expect(text.length).toBeGreaterThan(0);
      expect(text).not.toMatch(/\p{Surrogate}/u);
    }),
  );
});

test("ids that are none are shown as text, never as a mention", () => {
  expect(mention("U0STORAGE")).toBe("<@U0STORAGE>");
  expect(mention("U1><!channel>")).toBe("U1&gt;&lt;!channel&gt;");
  expect(mentionGroup("S0EPIC", "epic-owners")).toBe("<!subteam^S0EPIC>");
  expect(mentionGroup("channel", "everyone <!here>")).toBe("everyone &lt;!here&gt;");
  expect(link("javascript:alert(1)", "a|b")).toBe("a|b");
  expect(link("https://x.example/a", "a|b>")).toBe("<https://x.example/a|a¦b&gt;>");
  expect(code("a`b")).toBe("`aˋb`");
});

test("moments, bars", () => {
  expect(moment("2026-11-20T14:00:00Z")).toBe("<!date^1795183200^{date_short_pretty} {time}|2026-11-20 14:00 UTC>");
  expect(moment("never <!here>")).toBe("never &lt;!here&gt;");
  expect(bar(0.44)).toBe("████░░░░░░ 44 %");
  expect(bar(7)).toBe("██████████ 100 %");
});

test.each([
  ["<@U0SLUICE> clone prod", "clone prod"],
  ["<@U0SLUICE|sluice>: health", ": health"],
  ["clone <#C0STORAGE|storage> &amp; &lt;x&gt;", "clone storage & <x>"],
  ["see <https://x.example/a|the page> or <https://y.example>", "see the page or https://y.example"],
  ["ask <@U0STORAGE> first", "ask <@U0STORAGE> first"],
])("%s was typed as %s", (text, typed) => {
  expect(asTyped(text, "U0SLUICE")).toBe(typed);
});
