import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { isKnown } from "../../../sim/ontap/kernel/fields.js";
import { releaseRows } from "../../../sim/ontap/kernel/releases.js";
import { coverage, GENERAL_ERRORS, TRANSFER_ERRORS } from "../../../sim/ontap/routes/coverage.js";
import { families } from "../../../sim/ontap/routes/index.js";

const ROOT = new URL("../../../sim/ontap/", import.meta.url).pathname;
const sources = readdirSync(ROOT, { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".ts"))
  .map((name) => readFileSync(join(ROOT, name), "utf8"))
  .join("\n");
// A transfer's code is looked up by its type, a few travel as data: all stand in the sources outside `errors:` lists.
const withoutLists = sources.replace(/errors: \[[^\]]*\]/g, "").replaceAll("_", "");
const claimed = new Set(coverage().flatMap((row) => row.errors));

test("no route is registered twice", () => {
  const keys = coverage().map((row) => `${row.method} ${row.path}`);
  expect(new Set(keys).size).toBe(keys.length);
});

test("every code a route claims is thrown somewhere", () => {
  const missing = [...claimed].filter((code) => !new RegExp(`\\b${code}\\b`).test(withoutLists));
  expect(missing).toEqual([]);
});

test("every code that is thrown is claimed by a route, or is a general one", () => {
  const thrown = [...withoutLists.matchAll(/new ApiError\(\s*(\d+)/g)].map((match) => Number(match[1]));
  expect(thrown.length).toBeGreaterThan(100);
  const silent = thrown.filter((code) => !claimed.has(code) && !(code in { ...GENERAL_ERRORS, ...TRANSFER_ERRORS }));
  expect([...new Set(silent)]).toEqual([]);
});

/** The reference says when these came; the simulator does not play them. */
const NOT_PLAYED = [
  "/snapmirror/relationships source.luns",
  "/snapmirror/relationships destination.luns",
  "/storage/volumes clone.inherited_savings",
  "/storage/volumes encryption.action",
  "/protocols/san/igroups replication",
  "/security/multi-admin-verify/requests execute_on_approval",
  "/security/login/whoami",
  "/storage/snaplock/compliance-clocks",
  "/support/ems/events filter",
];

test("every release row names an endpoint that is there, and fields and flags it has", () => {
  const plain = (path: string): string => path.replace(/\{[^}]+\}/g, "{}");
  const odd = releaseRows().flatMap((row) => {
    const own = (path: string): boolean => plain(path) === row.path || plain(path).startsWith(`${row.path}/`);
    const collections = families.flatMap((family) => family.collections).filter((each) => own(each.path));
    const writes = families.flatMap((family) => family.writes).filter((each) => own(each.path));
    if (collections.length + writes.length === 0) return [row.path];
    const tables = [...collections.map((each) => each.fields), ...writes.map((each) => each.body ?? [])].flat();
    const flags = [...collections, ...writes].flatMap((each) => each.flags ?? []);
    return [
      ...Object.values(row.fields ?? {})
        .flatMap((entries) => entries.split(" "))
        .filter((name) => !isKnown(tables, name))
        .map((name) => `${row.path} ${name}`),
      ...Object.keys(row.flags ?? {})
        .filter((name) => !flags.includes(name))
        .map((name) => `${row.path} ?${name}`),
    ];
  });
  expect(odd.filter((each) => !NOT_PLAYED.includes(each))).toEqual([]);
});

test("first releases stand in the table of releases and nowhere else", () => {
  expect([...sources.matchAll(/[a-z_}]!?@(\d+)\b/g)].map((match) => match[0])).toEqual([]);
});
