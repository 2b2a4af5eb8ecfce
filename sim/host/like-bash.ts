import type { TransformPlugin } from "just-bash";

type Tree = { type?: string; [key: string]: unknown };

/**
 * Makes just-bash agree with bash where host scripts would notice: a command that only assigns, without a command substitution, ends
 * with 0 (just-bash keeps the previous status, so `cmd || rc=$?` ends a script under `set -e`); `-b` is true of what exists.
 */
export const likeBash: TransformPlugin = {
  name: "like-bash",
  transform({ ast }) {
    walk(ast as unknown as Tree);
    return { ast };
  },
};

function walk(node: unknown): void {
  if (Array.isArray(node)) {
    for (const each of node) walk(each);
    return;
  }
  if (node === null || typeof node !== "object") return;
  const tree = node as Tree;
  for (const key of Object.keys(tree)) walk(tree[key]);
  if (tree.type === "SimpleCommand") assignmentsSucceed(tree);
  if (tree.type === "SimpleCommand" && isTest(tree)) for (const word of tree["args"] as Tree[]) blockToExists(word);
  if (tree.type === "CondUnary" && tree["operator"] === "-b") tree["operator"] = "-e";
}

function assignmentsSucceed(command: Tree): void {
  const assignments = command["assignments"] as Tree[];
  if (command["name"] !== null || assignments.length === 0 || contains(assignments, "CommandSubstitution")) return;
  assignments.push(structuredClone(EMPTY_SUBSTITUTION));
}

function contains(node: unknown, type: string): boolean {
  if (node === null || typeof node !== "object") return false;
  if ((node as Tree).type === type) return true;
  return Object.values(node).some((each) => contains(each, type));
}

const literalOf = (word: unknown): unknown => {
  const [part, ...more] = (word as { parts?: Tree[] } | null)?.parts ?? [];
  return more.length > 0 ? undefined : (part?.["value"] ?? part?.["pattern"]);
};

const isTest = (command: Tree): boolean => ["[", "test"].includes(String(literalOf(command["name"])));

function blockToExists(word: Tree): void {
  const [part] = word["parts"] as Tree[];
  if (literalOf(word) === "-b" && part?.type === "Literal") part["value"] = "-e";
}

/** `_=$(:)` */
const EMPTY_SUBSTITUTION: Tree = {
  type: "Assignment",
  name: "_",
  append: false,
  array: null,
  value: {
    type: "Word",
    parts: [
      {
        type: "CommandSubstitution",
        legacy: false,
        body: {
          type: "Script",
          statements: [
            {
              type: "Statement",
              pipelines: [
                {
                  type: "Pipeline",
                  commands: [
                    {
                      type: "SimpleCommand",
                      name: { type: "Word", parts: [{ type: "Literal", value: ":" }] },
                      args: [],
                      assignments: [],
                      redirections: [],
                      line: 1,
                    },
                  ],
                  negated: false,
                  timed: false,
                  timePosix: false,
                },
              ],
              operators: [],
              background: false,
              sourceText: ":",
            },
          ],
        },
      },
    ],
  },
};
