import { existsSync, readFileSync, readdirSync } from "node:fs";
import { describe, expect, test } from "@jest/globals";
import { importsOf, sourceFiles, type Import } from "../support/sources.js";

/** ARCHITECTURE.md's table of rooms against the imports that are there, types included. */
interface Row {
  readonly room: string;
  readonly rooms: readonly { readonly name: string; readonly typesOnly: boolean }[];
  readonly packages: readonly string[];
}

const lines = readFileSync("ARCHITECTURE.md", "utf8").split("\n");
const start = lines.findIndex((line) => line.startsWith("| room | may import |"));
const words = (cell: string): string[] =>
  cell
    .split(",")
    .map((word) => word.trim())
    .filter((word) => word !== "");
const table: Row[] = lines
  .slice(start + 2, start + 2 + lines.slice(start + 2).findIndex((line) => !line.startsWith("|")))
  .map((line) => line.split("|").map((cell) => cell.trim()))
  .map(([, room = "", may = "", packages = ""]) => ({
    room,
    rooms: words(may).map((word) => ({ name: word.replace(/ \(types\)$/, ""), typesOnly: word.endsWith("(types)") })),
    packages: words(packages),
  }));

/** The folder of src a file is in; what lies in src itself puts the rooms together, and counts as one. */
const roomOf = (file: string): string => (file.split("/").length === 2 ? "*.ts" : (file.split("/")[1] as string));
const all = sourceFiles("src").flatMap(importsOf);

function mayImportRoom(row: Row, each: Import): boolean {
  if (roomOf(each.to) === row.room) return true;
  return row.rooms.some(
    ({ name, typesOnly }) =>
      name === "*" ||
      ((name.includes("/") ? each.to === `src/${name}` : roomOf(each.to) === name) && (!typesOnly || each.typeOnly)),
  );
}

function mayImportPackage(row: Row, each: Import): boolean {
  if (each.to.startsWith("node:")) return row.room !== "core" || each.to === "node:crypto";
  return row.packages.includes("*") || row.packages.includes(each.to);
}

const show = (each: Import): string => `${each.from} imports ${each.typeOnly ? "types of " : ""}${each.to}`;

describe("rooms", () => {
  test("the table was read", () => {
    expect(table.length).toBeGreaterThan(15);
    expect(table.find(({ room }) => room === "bot")?.rooms).toContainEqual({ name: "jobs", typesOnly: true });
    expect(all.length).toBeGreaterThan(100);
  });

  test("every room of src stands in the table, and the table names no room that is not planned or there", () => {
    const rooms = readdirSync("src", { withFileTypes: true })
      .filter((each) => each.isDirectory())
      .map(({ name }) => name);
    const known = table.map(({ room }) => room);
    expect(rooms.filter((room) => !known.includes(room))).toEqual([]);
    const named = table
      .flatMap(({ rooms: others }) => others.map(({ name }) => name.split("/")[0] as string))
      .filter((name) => name !== "*");
    expect(named.filter((name) => !known.includes(name))).toEqual([]);
  });

  test.each(table.map((row) => [row.room, row] as const))("%s imports only what it may", (room, row) => {
    const its = all.filter((each) => roomOf(each.from) === room);
    const local = its.filter((each) => each.local && each.to.startsWith("src/") && !mayImportRoom(row, each));
    const packages = its.filter((each) => !each.local && !mayImportPackage(row, each));
    expect([...local, ...packages].map(show)).toEqual([]);
  });

  test("every import meets a file", () => {
    expect(all.filter((each) => each.local && !existsSync(each.to)).map(show)).toEqual([]);
  });

  test("src reaches sim only from cli, by dynamic import", () => {
    const outside = all.filter((each) => each.local && !each.to.startsWith("src/"));
    const wrong = outside.filter(
      (each) =>
        !(roomOf(each.from) === "cli" && each.to.startsWith("sim/") && (each.dynamic || each.typeOnly)) &&
        !each.to.endsWith("package.json"),
    );
    expect(wrong.map(show)).toEqual([]);
  });

  test("sim imports nothing of src", () => {
    const its = sourceFiles("sim").flatMap(importsOf);
    expect(its.length).toBeGreaterThan(20);
    expect(its.filter((each) => each.local && !each.to.startsWith("sim/")).map(show)).toEqual([]);
  });
});

function cyclesOf(imports: readonly Import[]): string[] {
  const edges = new Map<string, string[]>();
  for (const each of imports)
    if (each.local && !each.dynamic) edges.set(each.from, [...(edges.get(each.from) ?? []), each.to]);
  const done = new Set<string>();
  const cycles: string[] = [];
  const walk = (file: string, path: readonly string[]): void => {
    if (path.includes(file)) cycles.push([...path.slice(path.indexOf(file)), file].join(" → "));
    if (path.includes(file) || done.has(file)) return;
    for (const next of edges.get(file) ?? []) walk(next, [...path, file]);
    done.add(file);
  };
  for (const file of edges.keys()) walk(file, []);
  return cycles;
}

describe("no file is reached from itself", () => {
  const edge = (from: string, to: string): Import => ({ from, to, local: true, typeOnly: false, dynamic: false });
  test("a cycle would be seen", () =>
    expect(cyclesOf([edge("a", "b"), edge("b", "c"), edge("c", "b")])).toEqual(["b → c → b"]));
  test("in src, types too", () => expect(cyclesOf(all)).toEqual([]));
  test("in sim, at run time", () =>
    expect(
      cyclesOf(
        sourceFiles("sim")
          .flatMap(importsOf)
          .filter((each) => !each.typeOnly),
      ),
    ).toEqual([]));
});
