// Completes package-lock.json after `npm install`, so that `npm ci` works everywhere with the same versions:
// optional packages of other platforms that npm left out are named with their version and platform, and the addresses
// packages were fetched from are dropped (npm asks whatever registry it is set up with).
import { readFile, writeFile } from "node:fs/promises";

const file = new URL("../package-lock.json", import.meta.url);
const lock = JSON.parse(await readFile(file, "utf8"));
const systems = ["darwin", "linux", "win32", "freebsd", "android", "openharmony"];
const processors = ["arm64", "x64", "arm", "ppc64", "s390x", "ia32", "loong64", "riscv64"];

function platformOf(name) {
  const parts = name.split("/").pop().split("-");
  const os = parts.find((part) => systems.includes(part));
  const cpu = parts.find((part) => processors.includes(part));
  if (!os || !cpu) throw new Error(`no platform in the name ${name}`);
  const libc =
    parts.includes("gnu") || parts.includes("gnueabihf")
      ? ["glibc"]
      : parts.some((part) => part.startsWith("musl"))
        ? ["musl"]
        : undefined;
  return { os: [os], cpu: [cpu], ...(os === "linux" && libc ? { libc } : {}) };
}

let added = 0;
for (const [path, entry] of Object.entries(lock.packages)) {
  delete entry.resolved;
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const known = lock.packages[`node_modules/${name}`] ?? lock.packages[`${path}/node_modules/${name}`];
    if (known || !/^\d/.test(version)) continue;
    lock.packages[`node_modules/${name}`] = {
      version,
      ...(entry.dev ? { dev: true } : {}),
      license: entry.license,
      optional: true,
      ...platformOf(name),
    };
    added += 1;
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)));
await writeFile(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(`${added} packages of other platforms named`);
