import { expect, test } from "@jest/globals";
import { edits, nearest, offered } from "../../src/core/nearest.js";

test("a swap of neighbours is one slip", () => {
  expect(edits("pord", "prod")).toBe(1);
  expect(edits("", "abc")).toBe(3);
  expect(nearest("pord", ["clarity", "prod"], 3)).toEqual(["prod"]);
  expect(nearest("prod", ["prod"], 3)).toEqual([]);
});

test("what is offered: slips, then parts of names, else what there is", () => {
  const hosts = ["epic-trn-01", "epic-tst-01", "clarity-rpt-01", "epic-bkp-01"];
  expect(offered("epic-trn-1", hosts)[0]).toBe("epic-trn-01");
  expect(offered("clarity", hosts)).toEqual(["clarity-rpt-01"]);
  expect(offered("clone everything", ["restore", "clone", "status"])).toEqual(["clone"]);
  expect(offered("zz", hosts)).toEqual(hosts.slice(0, 3));
});
