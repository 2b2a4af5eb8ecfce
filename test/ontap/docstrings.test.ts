import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import ts from "typescript";
import { realistic } from "../../sim/ontap/knobs.js";
import { otherReadings } from "../laws/readings.js";
import { syntaxOf, visit } from "../support/sources.js";

/** Every operation says what it calls, whether it is done at once or a job, what may come back, and where that is known from. */
interface Operation {
  readonly name: string;
  readonly writes: boolean;
  readonly own: string;
  readonly family: string;
}

const docOf = (node: ts.Node): string =>
  ts
    .getJSDocCommentsAndTags(node)
    .map((each) => each.getText())
    .join(" ")
    .replaceAll(/\s*\*\s+/g, " ");

const isExported = (node: ts.FunctionDeclaration): boolean =>
  node.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword) ?? false;

function operationsOf(file: string): Operation[] {
  const found: Operation[] = [];
  visit(syntaxOf(file), (node) => {
    if (!ts.isFunctionDeclaration(node) || !isExported(node)) return;
    const family = node.name?.text ?? "";
    if (!/(Reads|Writes)$/.test(family)) return;
    const last = node.body?.statements.at(-1);
    if (!last || !ts.isReturnStatement(last) || !last.expression || !ts.isObjectLiteralExpression(last.expression))
      throw new Error(`${family} does not end with its operations`);
    for (const each of last.expression.properties)
      found.push({
        name: `${family}.${each.name?.getText() ?? "?"}`,
        writes: family.endsWith("Writes"),
        own: docOf(each),
        family: docOf(node),
      });
  });
  return found;
}

const operations = readdirSync("src/ontap", { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts"))
  .flatMap((file) => operationsOf(join("src/ontap", file)));
const lacking = (says: (operation: Operation) => boolean, among = operations): string[] =>
  among.filter((each) => !says(each)).map(({ name }) => name);
const writes = operations.filter((each) => each.writes);

test("there are operations, in every family", () => {
  expect(operations.length).toBeGreaterThan(120);
});

test("each names its endpoint", () => {
  expect(lacking(({ own }) => /\b(GET|POST|PATCH|DELETE) (\/|…)/.test(own))).toEqual([]);
});

test("each write says whether it is done at once or a job", () => {
  expect(lacking(({ own, family }) => /\b(a?synchronous|a job|20[12])\b/i.test(`${own} ${family}`), writes)).toEqual(
    [],
  );
});

test("each write says what may come back", () => {
  expect(lacking(({ own }) => /\b\d{4,9}\b|\bRefused\b|\b[146] (gone|the|it)\b/.test(own), writes)).toEqual([]);
});

test("each says where that is known from", () => {
  expect(lacking(({ own, family }) => /\breference \d/.test(`${own} ${family}`))).toEqual([]);
});

test("what a docstring names as its source is a section of docs/ontap-sources.md", () => {
  const rows = readFileSync("docs/ontap-sources.md", "utf8")
    .split("\n")
    .filter((line) => /^\| \d/.test(line));
  const sections = new Set(rows.flatMap((row) => (row.split("|")[1] ?? "").match(/\d+/g) ?? []));
  const parts = new Set(rows.flatMap((row) => (row.split("|")[2] ?? "").match(/\d+\.\d+/g) ?? []));
  const cited = ["src/ontap", "sim/ontap"].flatMap((root) =>
    readdirSync(root, { recursive: true, encoding: "utf8" })
      .filter((file) => file.endsWith(".ts"))
      .flatMap((file) => [...readFileSync(join(root, file), "utf8").matchAll(/\breference (\d+)(?:\.(\d+))?/g)]),
  );
  expect(cited.length).toBeGreaterThan(150);
  const unknown = cited.filter(([, section = "", part]) => {
    const listed = parts.size > 0 && [...parts].some((each) => each.startsWith(`${section}.`));
    return !sections.has(section) || (part !== undefined && listed && !parts.has(`${section}.${part}`));
  });
  expect(unknown.map(([text]) => text)).toEqual([]);
});

test("every knob that page names is one, and the laws' other readings are among them", () => {
  const table = readFileSync("docs/ontap-sources.md", "utf8").split("## What is not confirmed")[1] ?? "";
  const named = [...table.matchAll(/`(\w+)`/g)].map(([, name = ""]) => name);
  expect(named.length).toBeGreaterThan(20);
  expect(named.filter((name) => !(name in realistic))).toEqual([]);
  const merelyTime = ["modificationsCollide"];
  expect(Object.keys(otherReadings).filter((name) => !named.includes(name) && !merelyTime.includes(name))).toEqual([]);
  // These decide nothing for a runbook: none leaves the snapshot out, reverses in one call, or writes where its login may not.
  const clientsOnly = ["noParentSnapshotCode", "reverseKeepsUuid", "rightsCheckedIn", "pageCap"];
  expect(named.filter((name) => !(name in otherReadings) && !clientsOnly.includes(name))).toEqual([]);
});
