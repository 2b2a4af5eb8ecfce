import { expect, test } from "@jest/globals";
import ts from "typescript";
import type { z } from "zod";
import { policySchema } from "../../src/approvals/index.js";
import { listSchemas, sectionSchemas } from "../../src/config/schema.js";
import { sourceFiles, syntaxOf, visit } from "../support/sources.js";

type Def = { readonly type: string } & Readonly<Record<string, unknown>>;
const defOf = (schema: unknown): Def => (schema as z.ZodType)._zod.def as unknown as Def;

/** Dotted names of everything a person may write, without the names people choose themselves. */
function keysOf(schema: unknown, path: string): string[] {
  const def = defOf(schema);
  if (def.type === "object")
    return Object.entries(def["shape"] as Record<string, unknown>).flatMap(([key, of]) => keysOf(of, `${path}.${key}`));
  const inner = [def["innerType"], def["element"], def["valueType"], def["in"]].filter((each) => each !== undefined);
  const options = (def["options"] as readonly unknown[] | undefined) ?? [];
  const below = [...inner, ...options].flatMap((each) => keysOf(each, path));
  return below.length > 0 ? below : [path];
}

/** Every property name that code reads: `config.key`, `config["key"]`, `const { key } = config`, and keys in a list to go through. */
function namesRead(files: readonly string[]): ReadonlySet<string> {
  const names = new Set<string>();
  for (const file of files)
    visit(syntaxOf(file), (node) => {
      if (ts.isPropertyAccessExpression(node)) names.add(node.name.text);
      if (ts.isElementAccessExpression(node) && ts.isStringLiteralLike(node.argumentExpression))
        names.add(node.argumentExpression.text);
      if (ts.isStringLiteral(node) && ts.isArrayLiteralExpression(node.parent)) names.add(node.text);
      if (ts.isBindingElement(node)) names.add((node.propertyName ?? node.name).getText().replace(/^["']|["']$/g, ""));
      if (
        ts.isBinaryExpression(node) &&
        node.operatorToken.kind === ts.SyntaxKind.InKeyword &&
        ts.isStringLiteralLike(node.left)
      )
        names.add(node.left.text);
    });
  return names;
}

const settings = Object.entries({ ...sectionSchemas, ...listSchemas, policy: policySchema }).flatMap(([name, schema]) =>
  keysOf(schema, name),
);

test("every setting of the configuration has a reader: none is taken and then forgotten", () => {
  expect(settings).toEqual(
    expect.arrayContaining(["mode", "clusters.maxInFlight", "hosts.hooks.stop", "policy.rules.ownerAlone", "azure.ca"]),
  );
  // What only the loader reads has its effect there: a reference to a secret or to a file is opened by it, and what one entry says
  // of another is checked by cross.ts.
  const opened = /\.(env|keyVault|file)$/;
  const read = namesRead(
    sourceFiles("src").filter(
      (file) =>
        file === "src/config/cross.ts" || !(file.startsWith("src/config/") || file === "src/approvals/policy.ts"),
    ),
  );
  const unread = [...new Set(settings)].filter((path) => !opened.test(path) && !read.has(path.split(".").pop() ?? ""));
  expect(unread).toEqual([]);
});
