import { readFileSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import ts from "typescript";
import { projectFiles, sourceFiles, syntaxOf, visit } from "../support/sources.js";

const at = (node: ts.Node): string => {
  const file = node.getSourceFile();
  return `${file.fileName}:${file.getLineAndCharacterOfPosition(node.getStart()).line + 1}`;
};
function places(files: readonly string[], wrong: (node: ts.Node) => boolean): string[] {
  const found: string[] = [];
  for (const file of files) visit(syntaxOf(file), (node) => void (wrong(node) && found.push(at(node))));
  return found;
}
const isDefault = (node: ts.Node): boolean =>
  ts.isExportAssignment(node) ||
  (ts.canHaveModifiers(node) &&
    (ts.getModifiers(node) ?? []).some(({ kind }) => kind === ts.SyntaxKind.DefaultKeyword)) ||
  (ts.isExportSpecifier(node) && node.name.text === "default");
const readsEnv = (node: ts.Node): boolean =>
  (ts.isPropertyAccessExpression(node) && node.name.text === "env" && node.expression.getText() === "process") ||
  (ts.isElementAccessExpression(node) && node.expression.getText() === "process") ||
  (ts.isVariableDeclaration(node) && node.initializer?.getText() === "process") ||
  (ts.isImportDeclaration(node) && /^(node:)?process$/.test((node.moduleSpecifier as ts.StringLiteral).text));
const mocks = (node: ts.Node): boolean =>
  ts.isPropertyAccessExpression(node) &&
  node.expression.getText() === "jest" &&
  /^(mock|doMock|unstable_mockModule)$/.test(node.name.text);

describe("house rules", () => {
  test("only src/config reads the environment", () => {
    expect(places(["src/config/env.ts"], readsEnv)).toHaveLength(1);
    expect(
      places(
        sourceFiles("src").filter((file) => file !== "src/config/env.ts"),
        readsEnv,
      ),
    ).toEqual([]);
  });

  test("no default exports", () => {
    expect(places(sourceFiles("src", "sim", "test", "bench"), isDefault)).toEqual([]);
  });

  test("no module is replaced in a test", () => {
    expect(places(sourceFiles("test"), mocks)).toEqual([]);
  });

  test("no file says where packages came from or on which machine it was written", () => {
    const dot = "\\.";
    const hosts = [
      `registry${dot}(npmjs|yarnpkg)`,
      `npm${dot}pkg${dot}github`,
      `pypi${dot}org`,
      `pythonhosted${dot}org`,
      `proxy${dot}golang`,
      `deb${dot}debian${dot}org`,
      `archive${dot}ubuntu`,
    ];
    const folders = ["work", "home/[a-z]+"].map((folder) => `(^|[\\s"'\`(=:])/${folder}/`);
    const wrong = new RegExp([...hosts, ...folders].join("|"), "m");
    expect(wrong.test(`see https://registry${"."}npmjs${"."}org/x`)).toBe(true);
    expect(wrong.test(`cd /${"work"}/x`)).toBe(true);
    const text = projectFiles().filter((file) => !/\.(png|jpe?g|gif|ico|woff2?|gz|img)$/.test(file));
    const found = text.flatMap((file) =>
      readFileSync(file, "utf8")
        .split("\n")
        .flatMap((line, i) => (wrong.test(line) ? [`${file}:${i + 1} ${line.trim().slice(0, 80)}`] : [])),
    );
    expect(found).toEqual([]);
  });

  test("rooms are named after what they hold", () => {
    const vague = /(^|\/)((utils?|helpers?|common|misc)(\/|\.tsx?$)|services?\/)/;
    expect(sourceFiles("src", "sim", "test", "bench").filter((file) => vague.test(file))).toEqual([]);
  });
});
