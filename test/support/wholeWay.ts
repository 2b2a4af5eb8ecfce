import { readFileSync } from "node:fs";

/** One line of a table of steps in docs/the-whole-way.md. */
export interface WayStep {
  readonly say: string;
  readonly runbook: string;
  readonly owner: string;
}

const header = "| say | runbook | owner | watch for |";
export const wholeWayPage = readFileSync("docs/the-whole-way.md", "utf8");

/** Rows of the tables of steps, in the order of the document: what is said, and what it asks for. */
export const wholeWay: readonly WayStep[] = wholeWayPage
  .split(header)
  .slice(1)
  .flatMap((part) =>
    part
      .split("\n\n")[0]!
      .split("\n")
      .filter((line) => line.startsWith("| `"))
      .map((line) => line.split("|").map((cell) => cell.trim()))
      .map(([, say = "", runbook = "", owner = ""]) => ({ say: say.replaceAll("`", ""), runbook, owner })),
  );
