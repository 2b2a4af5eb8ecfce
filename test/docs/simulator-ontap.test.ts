import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "@jest/globals";
import { releaseRows } from "../../sim/ontap/kernel/releases.js";
import { instant, realistic } from "../../sim/ontap/knobs.js";
import { coverage, type CoverageRow, GENERAL_ERRORS, TRANSFER_ERRORS } from "../../sim/ontap/routes/coverage.js";

/** The tables of docs/simulator-ontap.md are written from the registry: UPDATE_DOCS=1 writes them anew, without it this compares. */
const page = "docs/simulator-ontap.md";
const MARK = "<!-- from here on written by test/docs/simulator-ontap.test.ts -->\n";

test(`${page} is what the simulator's registry says`, () => {
  const [written = ""] = readFileSync(page, "utf8").split(MARK);
  const text = [written.trimEnd(), "", `${MARK}${tables()}`].join("\n");
  if (process.env["UPDATE_DOCS"] === "1") writeFileSync(page, text);
  expect(readFileSync(page, "utf8")).toBe(text);
});

const tables = (): string =>
  [
    "## Knobs",
    "",
    "Written as JSON. `instant` is what tests that are about something else start with.",
    "",
    "| knob | default | instant | what it is |",
    "|---|---|---|---|",
    ...knobs(),
    "",
    "## Routes",
    "",
    "`sync` answers 200 or 201, `async` 202 with a job (or the end of it within `return_timeout`). Codes besides the general ones; a job",
    "carries them as well. *cluster* marks what a login of an SVM is refused with 403, code 6.",
    "",
    ...[...new Set(coverage().map((row) => row.family))].flatMap(family),
    "## Errors every route may give",
    "",
    "| code | status and reason |",
    "|---|---|",
    ...Object.entries(GENERAL_ERRORS).map(([code, says]) => `| ${code} | ${says} |`),
    "",
    "In a transfer's `error_info` and a relationship's `unhealthy_reason`:",
    "",
    "| code | reason |",
    "|---|---|",
    ...Object.entries(TRANSFER_ERRORS).map(([code, says]) => `| ${code} | ${says} |`),
    "",
    "## Errors of single routes",
    "",
    "| code | as it is told |",
    "|---|---|",
    ...messages(),
    "",
    "## First releases",
    "",
    "What is not here is in every release. An older release answers an endpoint with 404, code 3, and a field or argument with 262179 or 262197.",
    "",
    "| endpoint | release | what came with it |",
    "|---|---|---|",
    ...releases(),
    "",
  ].join("\n");

const json = (value: unknown): string =>
  value === undefined ? "" : `\`${value === Infinity ? "Infinity" : JSON.stringify(value)}\``;

/** Names, defaults and the sentence above each in the interface. */
function knobs(): string[] {
  const source = readFileSync("sim/ontap/knobs.ts", "utf8");
  return Object.entries(realistic).map(([name, value]) => {
    const says = new RegExp(`/\\*\\* ((?:(?!\\*/).)+) \\*/\\s+readonly ${name}:`).exec(source)?.[1];
    if (says === undefined) throw new Error(`knob ${name} has no sentence above it`);
    const quick: unknown = name in instant ? instant[name as keyof typeof instant] : undefined;
    return `| \`${name}\` | ${json(value)} | ${json(quick)} | ${cell(says)} |`;
  });
}

function family(name: string): string[] {
  const rows = coverage().filter((row) => row.family === name);
  return [
    `### ${name}`,
    "",
    "| call | since | answers | arguments | codes |",
    "|---|---|---|---|---|",
    ...rows.map((row) => `| ${call(row)} | ${row.since} | ${row.reply} | ${args(row)} | ${codes(row)} |`),
    "",
  ];
}

const call = (row: CoverageRow): string => `${row.method} \`${row.path}\`${row.clusterOnly ? " *cluster*" : ""}`;
const args = (row: CoverageRow): string => row.flags.map((flag) => `\`${flag}\``).join(" ");
const codes = (row: CoverageRow): string =>
  [...row.errors]
    .filter((code) => !(code in GENERAL_ERRORS))
    .sort((a, b) => a - b)
    .join(", ");
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll(/\s+/g, " ").trim();

/** What is sent with each code, as the sources have it; `…` stands for names. */
function messages(): string[] {
  const root = "sim/ontap";
  const sources = readdirSync(root, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts"))
    .sort()
    .map((name) => readFileSync(join(root, name), "utf8"));
  const told = new Map<number, Set<string>>();
  for (const source of sources) {
    for (const match of source.matchAll(/\b(\d{5,9}),\s*(?:"([^"]*)"|`([^`]*)`)/g)) {
      const code = Number(match[1]);
      const says = (match[2] ?? match[3] ?? "").replaceAll(/\$\{[^}]*\}/g, "…");
      told.set(code, (told.get(code) ?? new Set()).add(says));
    }
  }
  const claimed = [...new Set(coverage().flatMap((row) => row.errors))].sort((a, b) => a - b);
  return claimed
    .filter((code) => !(code in GENERAL_ERRORS))
    .map(
      (code) => `| ${code} | ${cell([...(told.get(code) ?? [])].join(" / ")) || "the sentence depends on the call"} |`,
    );
}

function releases(): string[] {
  return releaseRows().flatMap((row) => {
    const of = (since: string, what: string): string =>
      `| \`${row.path.replaceAll("{}", "{…}")}\` | ${since} | ${what} |`;
    const names = (entries: string): string =>
      entries
        .split(" ")
        .map((name) => `\`${name}\``)
        .join(", ");
    return [
      ...(row.since === undefined ? [] : [of(row.since, "the endpoint")]),
      ...Object.entries(row.fields ?? {}).map(([since, entries]) => of(since, names(entries))),
      ...Object.entries(row.flags ?? {}).map(([name, since]) => of(since, `\`?${name}\``)),
    ];
  });
}
