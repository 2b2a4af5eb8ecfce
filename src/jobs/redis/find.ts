import { execFile } from "node:child_process";
import { constants } from "node:fs";
import { access } from "node:fs/promises";
import { delimiter, join } from "node:path";
import { Refusal } from "../../core/problems.js";
import { startPrivateRedis } from "./private.js";

export interface FoundRedis {
  readonly url: string;
  readonly how: "url" | "private" | "installed";
  /** Resolves when a private server is gone; never for somebody else's. */
  readonly ended: Promise<void>;
  /** Leaves nothing running that we started. */
  stop(): Promise<void>;
}

export interface FindOptions {
  /** REDIS_URL and PATH are looked at. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** From the configuration; REDIS_URL wins. */
  readonly url?: string;
  /** Where a private server keeps its data; absent: a folder that goes with it. */
  readonly dataFolder?: string;
  /** Hears the one line that says what was done. */
  readonly say: (line: string) => void;
  /** Effective user id; 0 may install packages. Absent: this process's own. */
  readonly uid?: number;
  /** Where Debian's packages ask whether they may start services. */
  readonly policyFile?: string;
}

const binaries = ["redis-server", "valkey-server"] as const;

/** Debian starts a service when it installs one, unless this file says no. Ours is there for one call and goes whatever happens. */
const install = `
set -eu
policy=$1
aside=$policy.before-sluice
if [ -e "$policy" ]; then mv "$policy" "$aside"; fi
put_back() { rm -f "$policy"; if [ -e "$aside" ]; then mv "$aside" "$policy"; fi; }
trap put_back EXIT
trap 'exit 1' INT TERM HUP
printf '#!/bin/sh\\nexit 101\\n' >"$policy"
chmod 755 "$policy"
get() { DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=120 "$@"; }
get install --no-install-recommends redis-server || { get update && get install --no-install-recommends redis-server; }
`;

/**
 * REDIS_URL; else a private server of a binary on PATH; else, as root with apt-get, Debian's package and its binary.
 * @throws Refusal with the commands for each system when nothing of this is possible.
 */
export async function findRedis(options: FindOptions): Promise<FoundRedis> {
  const url = options.env["REDIS_URL"] || options.url;
  if (url) {
    options.say(`Redis: using the one at ${withoutPassword(url)}.`);
    return { url, how: "url", ended: new Promise(() => undefined), stop: () => Promise.resolve() };
  }
  const path = options.env["PATH"] ?? "/usr/local/bin:/usr/bin:/bin";
  const binary = await findBinary(path);
  if (binary !== undefined) return startOwn(binary, "private", options, path);
  const uid = options.uid ?? process.getuid?.() ?? -1;
  const aptGet = await onPath("apt-get", path);
  if (uid !== 0 || aptGet === undefined) throw nothingFound();
  options.say("Redis: none here, so Debian's redis-server is being installed (its service is not started).");
  await runInstall(path, options.policyFile ?? "/usr/sbin/policy-rc.d");
  const installed = await findBinary(`${path}${delimiter}/usr/bin`);
  if (installed === undefined) throw nothingFound("apt-get installed redis-server, and no binary came of it.");
  return startOwn(installed, "installed", options, path);
}

async function startOwn(
  binary: string,
  how: "private" | "installed",
  options: FindOptions,
  path: string,
): Promise<FoundRedis> {
  const server = await startPrivateRedis({
    binary,
    path,
    ...(options.dataFolder === undefined ? {} : { dataFolder: options.dataFolder }),
  });
  const kept =
    options.dataFolder === undefined ? "its data goes when Sluice stops" : `its data is in ${options.dataFolder}`;
  options.say(`Redis: started a private ${binary} on 127.0.0.1:${server.port}; ${kept}.`);
  return { url: server.url, how, ended: server.ended, stop: () => server.stop() };
}

async function findBinary(path: string): Promise<string | undefined> {
  for (const name of binaries) {
    const found = await onPath(name, path);
    if (found !== undefined) return found;
  }
  return undefined;
}

async function onPath(name: string, path: string): Promise<string | undefined> {
  for (const folder of path.split(delimiter).filter((each) => each !== "")) {
    const file = join(folder, name);
    if (
      await access(file, constants.X_OK).then(
        () => true,
        () => false,
      )
    )
      return file;
  }
  return undefined;
}

function runInstall(path: string, policyFile: string): Promise<void> {
  return new Promise((resolve, reject) => {
    execFile(
      "/bin/sh",
      ["-c", install, "install-redis", policyFile],
      { env: { PATH: `${path}:/usr/sbin:/usr/bin:/sbin:/bin`, LC_ALL: "C" }, timeout: 300_000 },
      (error, _out, said) => {
        if (!error) return resolve();
        reject(
          nothingFound(`apt-get could not install redis-server: ${said.trim().split("\n").pop() ?? error.message}`),
        );
      },
    );
  });
}

function nothingFound(because?: string): Refusal {
  const commands = [
    "  Debian, Ubuntu   apt-get install redis-server",
    "  Fedora, RHEL     dnf install redis        (or: dnf install valkey)",
    "  macOS            brew install redis",
    "  Docker           docker run -d -p 127.0.0.1:6379:6379 redis:7 redis-server --appendonly yes --appendfsync always --maxmemory-policy noeviction",
    "                   and then REDIS_URL=redis://127.0.0.1:6379",
  ];
  return new Refusal(
    `Sluice needs Redis, and there is none: REDIS_URL is not set, and neither redis-server nor valkey-server is on PATH.${because ? `\n${because}` : ""}\nOne of these will do:\n${commands.join("\n")}`,
  );
}

/** A URL people may see. */
export function withoutPassword(url: string): string {
  try {
    const { protocol, host, pathname } = new URL(url);
    return `${protocol}//${host}${pathname === "/" ? "" : pathname}`;
  } catch {
    return "REDIS_URL";
  }
}
