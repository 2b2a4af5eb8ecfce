// Bundles the Slack simulator's page into dist, beside the compiled server that serves it. Runs after tsc.
import { copyFile, mkdir } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundleOptions } from "../dist/sim/slack/page-bundle.js";

const source = fileURLToPath(new URL("../sim/slack/page", import.meta.url));
const target = fileURLToPath(new URL("../dist/sim/slack/page", import.meta.url));

await mkdir(target, { recursive: true });
await build(bundleOptions(source, target));
await copyFile(`${source}/index.html`, `${target}/index.html`);
