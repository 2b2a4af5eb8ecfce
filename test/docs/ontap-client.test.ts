import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, expect, test } from "@jest/globals";
import ts from "typescript";
import { instant, createFabric } from "../../sim/ontap/index.js";
import { wallClock } from "../../sim/kit/clock.js";
import { simCa } from "../../sim/kit/tls.js";
import { epic } from "../../sim/worlds/epic.js";
import { createOntap } from "../../src/ontap/index.js";

/** docs/ontap-client.md: its example runs as it stands, and it names every family there is. */
const page = readFileSync("docs/ontap-client.md", "utf8");
const example = /```ts\n([\s\S]*?)```/.exec(page)?.[1] ?? "";
const folder = mkdtempSync(resolve("test/docs/.example-"));
const fabric = createFabric({ world: epic, clock: wallClock, knobs: instant });
let array: Awaited<ReturnType<typeof fabric.listen>>;
beforeAll(async () => {
  array = await fabric.listen("cvo-eastus2");
});
afterAll(async () => {
  await array.close();
  rmSync(folder, { recursive: true });
});

test("the example does what it says, twice, in no more than thirty lines of work", async () => {
  const body = example.split("\n").filter((line) => line.trim() !== "" && !line.trim().startsWith("//"));
  expect(body.length).toBeLessThanOrEqual(31);
  const file = join(folder, "example.ts");
  writeFileSync(file, example.replace('"sluice/ontap"', '"../../../src/ontap/index.js"'));
  const { nightlyCopy } = (await import(file)) as { nightlyCopy(...args: string[]): Promise<string[]> };
  const ca = (await simCa()).certPem;
  const wwids = await nightlyCopy(array.url, ca, "netapp1!");
  expect(wwids).toHaveLength(4);
  for (const wwid of wwids) expect(wwid).toMatch(/^3600a0980[0-9a-f]{24}$/);
  expect(await nightlyCopy(array.url, ca, "netapp1!")).toEqual(wwids);
});

test("is an entry of the package, with its types: a program in another folder that misuses it does not compile", () => {
  const { exports } = JSON.parse(readFileSync("package.json", "utf8")) as { exports: Record<string, object> };
  expect(exports["./ontap"]).toEqual({
    types: "./dist/src/ontap/index.d.ts",
    default: "./dist/src/ontap/index.js",
  });
  const installed = join(folder, "node_modules", "sluice");
  mkdirSync(installed, { recursive: true });
  copyFileSync("package.json", join(installed, "package.json"));
  const { fileNames, options } = ts.parseJsonConfigFileContent(
    ts.readConfigFile("tsconfig.types.json", read).config,
    ts.sys,
    ".",
  );
  expect(problems(fileNames, { ...options, outDir: join(installed, "dist") }, true)).toEqual([]);

  // A package of its own: in ours the name "sluice" would mean this checkout.
  writeFileSync(join(folder, "package.json"), '{ "name": "consumer", "type": "module" }');
  const using = join(folder, "using.ts");
  const misuse = `
const cvo = createOntap({ cluster: "c", url: "u", login: { user: "u", password: "p" } });
// @ts-expect-error -- a deletion says whether it is final
void cvo.volumes.delete("v");
// @ts-expect-error -- the reader has no writes
void cvo.reader.volumes.delete("v", { force: true });
// @ts-expect-error -- a policy is always named
void cvo.relationships.create({ sourcePath: "a:b", destinationPath: "c:d" });
const size: number | undefined = (await cvo.volumes.get("v")).sizeBytes;
void size;
`;
  writeFileSync(using, example + misuse);
  const theirs = { module: ts.ModuleKind.NodeNext, target: ts.ScriptTarget.ES2022, strict: true, noEmit: true };
  expect(problems([using], { ...theirs, lib: ["lib.es2023.d.ts"], types: ["node"] })).toEqual([]);
});

const read = (file: string): string | undefined => ts.sys.readFile(file);

function problems(files: string[], options: ts.CompilerOptions, emit = false): string[] {
  const program = ts.createProgram(files, options);
  const found = [...ts.getPreEmitDiagnostics(program), ...(emit ? program.emit().diagnostics : [])];
  return found.map((each) => `${each.file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(each.messageText, " ")}`);
}

test("names every family, and no other", async () => {
  const ontap = createOntap({ cluster: "c", url: "https://127.0.0.1:1", login: { user: "u", password: "p" } });
  const families = Object.entries(ontap).flatMap(([name, value]) =>
    typeof value === "object" && name !== "reader" ? [name] : [],
  );
  await ontap.close();
  const named = [...(page.split("## Families")[1]?.split("\n\n")[1] ?? "").matchAll(/`(\w+)`/g)].map(
    ([, name]) => name,
  );
  expect(named.sort()).toEqual(families.sort());
});
