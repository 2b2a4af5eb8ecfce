import { spawn, type ChildProcess } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface PrivateRedis {
  /** With its password: only people who can read our memory or our data folder may write approvals into it. Never printed. */
  readonly url: string;
  readonly port: number;
  /** Resolves when the server is gone, for whatever reason. */
  readonly ended: Promise<void>;
  /** Ends the server and waits until nothing of it is left. May be called again. */
  stop(): Promise<void>;
}

export interface PrivateOptions {
  readonly binary: string;
  /** Kept when it is given; else a folder of its own that goes with the server. */
  readonly dataFolder?: string;
  readonly path: string;
}

/**
 * The keeper lives as long as its standard input does. Our end of that pipe closes when we say so and when we are killed,
 * SIGKILL included: then the server goes, after it has written what it holds, and so does a folder nobody asked to keep.
 */
const keeper = `
exec 3<&0
"$1" "$2" </dev/null 3<&- &
server=$!
(
  cat <&3 >/dev/null
  kill -TERM "$server" 2>/dev/null
  n=0
  while kill -0 "$server" 2>/dev/null; do
    n=$((n + 1))
    [ "$n" -gt 50 ] && kill -KILL "$server" 2>/dev/null
    sleep 0.1
  done
) >/dev/null 2>&1 &
exec 3<&-
wait "$server"
code=$?
[ -n "$3" ] && rm -rf "$3"
exit "$code"
`;

const tries = 5;
const startMs = 15_000;

/** A Redis of our own on a free port of 127.0.0.1: append-only file, synced at every write, nothing evicted. */
export async function startPrivateRedis(options: PrivateOptions): Promise<PrivateRedis> {
  for (let attempt = 1; ; attempt += 1) {
    const started = await startOnce(options);
    if (!("inUse" in started)) return started;
    if (attempt === tries) throw new Error("no free port could be found for Redis");
  }
}

async function startOnce(options: PrivateOptions): Promise<PrivateRedis | { inUse: true }> {
  const own = options.dataFolder === undefined;
  const folder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "sluice-redis-")));
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const port = await freePort();
  const password = randomBytes(24).toString("hex");
  const settings = join(folder, "redis.conf");
  await writeFile(settings, configuration(port, password, folder), { mode: 0o600 });
  // A process group of its own: Ctrl-C in the terminal is for us, and Redis has to outlive our last writes.
  const child = spawn("/bin/sh", ["-c", keeper, "sluice-redis", options.binary, settings, own ? folder : ""], {
    stdio: ["pipe", "pipe", "pipe"],
    detached: true,
    env: { PATH: `${options.path}:/usr/bin:/bin`, LC_ALL: "C" },
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const outcome = await firstWords(child);
  if (outcome.ready)
    return { url: `redis://:${password}@127.0.0.1:${port}`, port, ended, stop: () => stop(child, ended) };
  await stop(child, ended);
  if (own) await rm(folder, { recursive: true, force: true });
  if (/already in use/i.test(outcome.log)) return { inUse: true };
  throw new Error(`${options.binary} did not start: ${lastLine(outcome.log)}`);
}

const configuration = (port: number, password: string, folder: string): string =>
  [
    "bind 127.0.0.1",
    `port ${port}`,
    `requirepass ${password}`,
    "daemonize no",
    `dir ${JSON.stringify(folder)}`,
    "appendonly yes",
    "appendfsync always",
    'save ""',
    "maxmemory-policy noeviction",
    "loglevel notice",
    "",
  ].join("\n");

/** Reads the server's log until it takes connections or is gone; goes on reading after that, or the pipe would fill. */
function firstWords(child: ChildProcess): Promise<{ ready: boolean; log: string }> {
  return new Promise((resolve) => {
    let log = "";
    const timer = setTimeout(
      () => resolve({ ready: false, log: `${log}\nit took longer than ${startMs / 1000} s` }),
      startMs,
    );
    const done = (ready: boolean): void => {
      clearTimeout(timer);
      resolve({ ready, log });
    };
    const hear = (chunk: Buffer): void => {
      log = (log + chunk.toString()).slice(-4000);
      if (log.includes("Ready to accept connections")) done(true);
    };
    child.stdout?.on("data", hear);
    child.stderr?.on("data", hear);
    child.once("close", () => done(false));
    child.once("error", (error) => {
      log += error.message;
      done(false);
    });
  });
}

async function stop(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.stdin?.destroy();
  await ended;
}

const lastLine = (log: string): string => log.trim().split("\n").pop()?.trim() ?? "it said nothing";

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      server.close(() =>
        address !== null && typeof address === "object" ? resolve(address.port) : reject(new Error("no port")),
      );
    });
  });
}
