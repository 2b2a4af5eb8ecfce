import { execFileSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import ts from "typescript";
import { findProgram } from "./machine.js";

/** One import of one file, dynamic ones and re-exports included. */
export interface Import {
  readonly from: string;
  /** A file of the repository, or a package's name ("node:fs", "@slack/bolt"). */
  readonly to: string;
  readonly local: boolean;
  readonly typeOnly: boolean;
  readonly dynamic: boolean;
}

const ignored = new Set(["node_modules", "dist", "coverage", ".git", ".sluice"]);

/** Every file of the project, as git sees it (new ones too); in a tree without git, every file there is. */
export function projectFiles(): string[] {
  if (!existsSync(".git") || findProgram("git") === undefined) return walk(".");
  const listed = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard"], { encoding: "utf8" });
  return listed.split("\n").filter((file) => file !== "" && existsSync(file));
}

function walk(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((each) => {
    if (ignored.has(each.name)) return [];
    const path = normalize(join(folder, each.name));
    return each.isDirectory() ? walk(path) : [path];
  });
}

export const sourceFiles = (...folders: string[]): string[] =>
  projectFiles().filter(
    (file) => /(?<!\.d)\.tsx?$/.test(file) && folders.some((folder) => file.startsWith(`${folder}/`)),
  );

export const syntaxOf = (file: string): ts.SourceFile =>
  ts.createSourceFile(
    file,
    readFileSync(file, "utf8"),
    ts.ScriptTarget.Latest,
    true,
    file.endsWith("x") ? ts.ScriptKind.TSX : ts.ScriptKind.TS,
  );

export function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (specifier: ts.Expression | undefined, typeOnly: boolean, dynamic = false): void => {
    if (specifier && ts.isStringLiteralLike(specifier))
      found.push({ from: file, ...target(file, specifier.text), typeOnly, dynamic });
  };
  visit(syntaxOf(file), (node) => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, onlyTypes(node.importClause));
    if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly || exportsOnlyTypes(node));
    if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false, true);
  });
  return found;
}

export function visit(node: ts.Node, see: (node: ts.Node) => void): void {
  see(node);
  node.forEachChild((child) => visit(child, see));
}

function onlyTypes(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return false;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return true;
  const names = clause.namedBindings;
  return (
    !clause.name &&
    !!names &&
    ts.isNamedImports(names) &&
    names.elements.length > 0 &&
    names.elements.every((each) => each.isTypeOnly)
  );
}

function exportsOnlyTypes(node: ts.ExportDeclaration): boolean {
  const names = node.exportClause;
  return (
    !!names && ts.isNamedExports(names) && names.elements.length > 0 && names.elements.every((each) => each.isTypeOnly)
  );
}

function target(file: string, specifier: string): { to: string; local: boolean } {
  if (!specifier.startsWith(".")) {
    const parts = specifier.split("/");
    return { to: specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] as string), local: false };
  }
  const path = normalize(join(dirname(file), specifier));
  const candidates = [path.replace(/\.js$/, ".ts"), path.replace(/\.js$/, ".tsx"), path];
  return { to: candidates.find((each) => existsSync(each)) ?? path, local: true };
}
