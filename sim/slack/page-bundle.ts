import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import type { Reply } from "./server.js";

const folder = new URL("./page/", import.meta.url);
const types: { readonly [ending: string]: string } = {
  html: "text/html; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  css: "text/css; charset=utf-8",
};

/** How the page is bundled, for the build script and for running from source. */
export function bundleOptions(source: string, outdir: string) {
  return {
    entryPoints: [`${source}/main.tsx`, `${source}/app.css`],
    entryNames: "app",
    bundle: true,
    minify: true,
    outdir,
    format: "esm" as const,
    target: "es2022",
    jsx: "automatic" as const,
    loader: { ".woff2": "dataurl" as const, ".svg": "dataurl" as const },
    define: { "process.env.NODE_ENV": '"production"' },
    legalComments: "none" as const,
    logLevel: "warning" as const,
  };
}

let built: Promise<Map<string, string>> | undefined;

/** A file of the page: from beside this module where the build put it, else bundled in memory on first request. */
export async function pageFile(path: string): Promise<Reply> {
  const name = path === "/" ? "index.html" : basename(path);
  const type = types[name.split(".").pop() ?? ""];
  if (type === undefined) return { status: 404, body: "Not found" };
  const text = existsSync(new URL("main.tsx", folder)) ? (await bundled()).get(name) : await fromDisk(name);
  if (text === undefined) return { status: 404, body: "Not found. Was the page built? npm run build" };
  return { status: 200, body: text, headers: { "content-type": type, "cache-control": "no-cache" } };
}

async function fromDisk(name: string): Promise<string | undefined> {
  const file = new URL(name, folder);
  return existsSync(file) ? readFile(file, "utf8") : undefined;
}

function bundled(): Promise<Map<string, string>> {
  built ??= bundle();
  return built;
}

async function bundle(): Promise<Map<string, string>> {
  const { build } = await import("esbuild");
  const result = await build({ ...bundleOptions(fileURLToPath(folder), "/out"), write: false });
  const files = new Map(result.outputFiles.map((each) => [basename(each.path), each.text]));
  return files.set("index.html", await readFile(new URL("index.html", folder), "utf8"));
}
