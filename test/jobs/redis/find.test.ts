import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, readFile, readdir, rm, stat, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { transformFile } from "@swc/core";
import { Redis } from "ioredis";
import { readEnv } from "../../../src/config/env.js";
import { checkRedis, findRedis, type Askable, type FoundRedis } from "../../../src/jobs/redis/index.js";

const env = readEnv();
const path = env["PATH"] ?? "";
let folder: string;
const lines: string[] = [];
const say = (line: string): void => void lines.push(line);
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-find-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const connect = (url: string): Redis =>
  new Redis(url, { retryStrategy: null, maxRetriesPerRequest: 0, lazyConnect: true });
async function answers(url: string): Promise<boolean> {
  const redis = connect(url);
  redis.on("error", () => undefined);
  try {
    await redis.connect();
    return (await redis.ping()) === "PONG";
  } catch {
    return false;
  } finally {
    redis.disconnect();
  }
}
/** Waits for a state; jest's own time-out is the limit. */
async function until(state: () => Promise<boolean>): Promise<void> {
  while (!(await state())) await new Promise((resolve) => setImmediate(resolve));
}

describe("the finder", () => {
  test("REDIS_URL wins, is left running, and its password is not said", async () => {
    lines.length = 0;
    const found = await findRedis({
      env: { REDIS_URL: "redis://u:hunter2@db:6379/1", PATH: path },
      url: "redis://other",
      say,
    });
    expect(found).toMatchObject({ url: "redis://u:hunter2@db:6379/1", how: "url" });
    expect(lines).toEqual(["Redis: using the one at redis://db:6379/1."]);
    await found.stop();
  });

  test("a private server: durable, evicts nothing, asks for its password, and is gone after stop()", async () => {
    lines.length = 0;
    const found = await findRedis({ env: { PATH: path }, say });
    try {
      expect(found.how).toBe("private");
      expect(lines).toEqual([
        expect.stringMatching(
          /^Redis: started a private .*(redis|valkey)-server on 127\.0\.0\.1:\d+; its data goes when Sluice stops\.$/,
        ),
      ]);
      expect(lines[0]).not.toContain(new URL(found.url).password);
      const redis = connect(found.url);
      await redis.connect();
      expect(await checkRedis(redis as unknown as Askable)).toMatchObject({ refusals: [], warnings: [] });
      await redis.quit();
      expect(await answers(found.url.replace(/:[^:@]+@/, ":wrong@"))).toBe(false);
    } finally {
      await found.stop();
    }
    expect(await answers(found.url)).toBe(false);
    await found.stop();
  });

  test("with a data folder what was written is there again after a restart", async () => {
    const dataFolder = join(folder, "kept");
    const write = await findRedis({ env: { PATH: path }, dataFolder, say });
    const first = connect(write.url);
    await first.connect();
    await first.set("run", "one");
    await first.quit();
    await write.stop();
    expect((await stat(join(dataFolder, "redis.conf"))).mode & 0o077).toBe(0);
    const read = await findRedis({ env: { PATH: path }, dataFolder, say });
    const second = connect(read.url);
    await second.connect();
    expect(await second.get("run")).toBe("one");
    await second.quit();
    await read.stop();
  });

  test("it does not outlive a parent that was killed, and leaves no folder", async () => {
    const { code } = await transformFile("src/jobs/redis/private.ts", {
      jsc: { parser: { syntax: "typescript" }, target: "es2022" },
      module: { type: "es6" },
    });
    await writeFile(join(folder, "private.mjs"), code);
    const temporary = await mkdtemp(join(folder, "tmp-"));
    const program = `
      import { startPrivateRedis } from "./private.mjs";
      const server = await startPrivateRedis({ binary: ${JSON.stringify(await realServer())}, path: ${JSON.stringify(path)} });
      console.log(server.url);
      setInterval(() => undefined, 1000);`;
    await writeFile(join(folder, "parent.mjs"), program);
    const parent = spawn(process.execPath, [join(folder, "parent.mjs")], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { PATH: path, TMPDIR: temporary },
    });
    const url = await new Promise<string>((resolve) =>
      parent.stdout.once("data", (chunk: Buffer) => resolve(chunk.toString().trim())),
    );
    expect(await answers(url)).toBe(true);
    expect(await readdir(temporary)).toHaveLength(1);
    parent.kill("SIGKILL");
    await until(async () => !(await answers(url)));
    await until(async () => (await readdir(temporary)).length === 0);
  });

  test("valkey-server serves as well", async () => {
    const bin = join(folder, "valkey-bin");
    const real = await realServer();
    await mkdir(bin);
    await symlink(real, join(bin, "valkey-server"));
    const found = await findRedis({ env: { PATH: `${bin}:/nowhere` }, say });
    expect(await answers(found.url)).toBe(true);
    await found.stop();
  });

  test("a binary that does not start is said with its own last words", async () => {
    const bin = join(folder, "broken-bin");
    await mkdir(bin);
    await writeFile(join(bin, "redis-server"), "#!/bin/sh\necho 'Illegal instruction'\nexit 1\n");
    await chmod(join(bin, "redis-server"), 0o755);
    await expect(findRedis({ env: { PATH: bin }, say })).rejects.toThrow(
      /redis-server did not start: Illegal instruction/,
    );
  });

  /** A root's machine without Redis: an apt-get that notes whether services may start, and fails the first time as one without lists does. */
  async function debian(works: boolean): Promise<{ bin: string; policyFile: string; log: string }> {
    const bin = await mkdtemp(join(folder, "debian-"));
    const policyFile = join(bin, "policy-rc.d");
    const log = join(bin, "log");
    const second = works ? "exit 0" : "echo 'E: Unable to locate package redis-server' >&2; exit 100";
    await writeFile(
      join(bin, "apt-get"),
      `#!/bin/sh\n${policyFile}; echo "$? $*" >>${log}\ncase "$*" in *update) exit 0;; esac\n[ "$(wc -l <${log})" -gt 2 ] || exit 100\n${second}\n`,
    );
    await chmod(join(bin, "apt-get"), 0o755);
    return { bin, policyFile, log };
  }

  test("as root with apt-get: installs, while services may not start, and puts back what said so before", async () => {
    lines.length = 0;
    const { bin, policyFile, log } = await debian(true);
    await writeFile(policyFile, "#!/bin/sh\nexit 0\n", { mode: 0o755 });
    const found = await findRedis({ env: { PATH: bin }, uid: 0, policyFile, say });
    expect(found.how).toBe("installed");
    expect(await answers(found.url)).toBe(true);
    await found.stop();
    const calls = (await readFile(log, "utf8")).trim().split("\n");
    expect(calls.map((call) => call.split(" ")[0])).toEqual(["101", "101", "101"]);
    expect(calls[2]).toMatch(/install --no-install-recommends redis-server$/);
    expect(await readFile(policyFile, "utf8")).toBe("#!/bin/sh\nexit 0\n");
    expect((await readdir(bin)).sort()).toEqual(["apt-get", "log", "policy-rc.d"]);
    expect(lines[0]).toMatch(/Debian's redis-server is being installed/);
  });
  test("an install that fails says why, gives the commands, and puts everything back", async () => {
    const { bin, policyFile } = await debian(false);
    const found = findRedis({ env: { PATH: bin }, uid: 0, policyFile, say });
    await expect(found).rejects.toThrow(
      /could not install redis-server: E: Unable to locate package[\s\S]*brew install redis/,
    );
    expect((await readdir(bin)).sort()).toEqual(["apt-get", "log"]);
  });

  test("nothing at all: the exact commands, for somebody who is not root or has no apt-get", async () => {
    for (const uid of [1000, 0]) {
      const found = findRedis({ env: { PATH: "/nowhere" }, uid, say });
      for (const command of ["apt-get install redis-server", "dnf install redis", "brew install redis", "docker run"])
        await expect(found).rejects.toThrow(command);
    }
  });
});

describe("the check", () => {
  let found: FoundRedis;
  let redis: Redis;
  beforeAll(async () => {
    found = await findRedis({ env: { PATH: path }, say });
    redis = connect(found.url);
    await redis.connect();
  });
  afterAll(async () => {
    await redis.quit();
    await found.stop();
  });
  const check = () => checkRedis(redis as unknown as Askable);

  test.each(["allkeys-lru", "volatile-ttl"])("an eviction policy of %s is refused, with the fix", async (policy) => {
    await redis.config("SET", "maxmemory-policy", policy);
    const { refusals } = await check();
    await redis.config("SET", "maxmemory-policy", "noeviction");
    expect(refusals).toEqual([
      {
        says: expect.stringContaining(`maxmemory-policy is ${policy}`),
        fix: expect.stringContaining("CONFIG SET maxmemory-policy noeviction"),
      },
    ]);
  });
  test("writes that may be lost are warned of", async () => {
    await redis.config("SET", "appendfsync", "everysec");
    expect((await check()).warnings).toEqual([
      {
        says: expect.stringContaining('syncs to disk by "everysec"'),
        fix: expect.stringContaining("appendfsync always"),
      },
    ]);
    await redis.config("SET", "appendfsync", "always");
    await redis.config("SET", "appendonly", "no");
    expect((await check()).warnings).toEqual([
      { says: expect.stringContaining("no append-only file"), fix: expect.any(String) },
    ]);
    await redis.config("SET", "appendonly", "yes");
    await until(async () => (await check()).warnings.length === 0);
    expect((await check()).version).toMatch(/^\d+\.\d+/);
  });
  const hidden = (info: Record<string, string>): Askable => ({
    info: (section) => Promise.resolve(info[section] ?? ""),
    config: () => Promise.reject(new Error("ERR unknown command CONFIG")),
  });
  test("a managed service that hides CONFIG is judged by INFO", async () => {
    const report = await checkRedis(
      hidden({
        server: "redis_version:6.0.14\r\n",
        memory: "maxmemory_policy:volatile-lru\r\n",
        persistence: "aof_enabled:1\r\n",
      }),
    );
    expect(report.refusals.map(({ says }) => says)).toEqual([expect.stringContaining("volatile-lru")]);
    expect(report.warnings.map(({ says }) => says)).toEqual([
      expect.stringContaining("how often it syncs"),
      expect.stringContaining("older than"),
    ]);
  });
  test("a replica and a cluster are refused", async () => {
    const report = await checkRedis(hidden({ replication: "role:slave\r\n", cluster: "cluster_enabled:1\r\n" }));
    expect(report.refusals).toHaveLength(2);
  });
});

async function realServer(): Promise<string> {
  for (const part of path.split(":")) {
    for (const name of ["redis-server", "valkey-server"]) {
      const file = join(part, name);
      if (
        await stat(file).then(
          () => true,
          () => false,
        )
      )
        return file;
    }
  }
  throw new Error("no Redis on PATH");
}
