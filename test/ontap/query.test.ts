import { describe, expect, test } from "@jest/globals";
import fc from "fast-check";
import { api, literal, queryString } from "../../src/ontap/wire/query.js";

describe("an exact value in a query", () => {
  test.each([
    ["epic_prd_dr", "epic_prd_dr"],
    ["svm_epic:epic_prd", "svm_epic:epic_prd"],
    ["/vol/epic_prd/data00", "/vol/epic_prd/data00"],
    ["iqn.1994-05.com.redhat:epictrn01", "iqn.1994-05.com.redhat:epictrn01"],
    ["nightly.2026-03-01_0200", "nightly.2026-03-01_0200"],
    ["81HeQ]LZpdF6", '"81HeQ]LZpdF6"'],
    ["vol*", '"vol*"'],
    ["a|b", '"a|b"'],
    ["!prod", '"!prod"'],
    ["1..5", '"1..5"'],
    ["two words", '"two words"'],
    ["null", '"null"'],
    ["", '""'],
    ['say "hi"', '{say "hi"}'],
  ])("%j is written %s", (value, written) => {
    expect(literal(value)).toBe(written);
  });

  test("one that no quotes can hold is refused, not sent half quoted", () => {
    expect(() => literal('"{')).toThrow("cannot be quoted");
  });

  test("nothing that speaks in the grammar ever stands outside quotes", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "grapheme" }).filter((value) => !(value.includes('"') && /[{}]/.test(value))),
        (value) => {
          const written = literal(value);
          const quoted = /^(?:"([^"]*)"|\{([^{}]*)\})$/su.exec(written);
          if (quoted) expect(quoted[1] ?? quoted[2]).toBe(value);
          else {
            expect(written).toBe(value);
            expect(written).not.toMatch(/[*|!<>{}",\s]|\.\./);
          }
        },
      ),
    );
  });
});

describe("the query string", () => {
  test("says fields, filters and switches, all encoded", () => {
    expect(
      queryString({
        fields: "uuid,space.{size,used}",
        where: {
          "svm.name": "svm_epic",
          serial_number: "81+e]",
          "clone.is_flexclone": true,
          name: { like: "nightly.*" },
          uuid: { anyOf: ["a", "b c"] },
          comment: { set: true },
          state: { not: "online" },
          absent: undefined,
        },
        also: { max_records: 5, force: undefined },
      }),
    ).toBe(
      "svm.name=svm_epic&serial_number=%2281%2Be%5D%22&clone.is_flexclone=true&name=nightly.*&uuid=a%7C%22b%20c%22" +
        "&comment=!null&state=!online&fields=uuid,space.%7Bsize,used%7D&max_records=5",
    );
  });

  test("a pattern holds no other sign that speaks", () => {
    expect(() => queryString({ where: { name: { like: "a|*" } } })).toThrow("not a plain pattern");
  });
});

describe("a path", () => {
  test("encodes what is inserted", () => {
    expect(api`/protocols/san/igroups/${"u-1"}/initiators/${"iqn.1994-05.com.redhat:a/b c"}`).toBe(
      "/protocols/san/igroups/u-1/initiators/iqn.1994-05.com.redhat%3Aa%2Fb%20c",
    );
  });

  test("lets no name become navigation", () => {
    expect(api`/storage/volumes/${".."}/snapshots`).toBe("/storage/volumes/%2E%2E/snapshots");
    expect(() => api`/storage/volumes/${""}`).toThrow("empty");
  });
});
