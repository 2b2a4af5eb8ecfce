import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import type { RunEvent } from "../../src/core/events.js";
import { runIdFor } from "../../src/core/ids.js";
import type { NewEntry } from "../../src/core/journal.js";
import { RedisStore } from "../../src/jobs/store/redis.js";
import { useCompiled } from "../support/compiled.js";
import { start, type Ended } from "../support/program.js";
import { useRedis } from "../support/redis.js";

const compiled = useCompiled();
const server = useRedis();
const [a, b] = [runIdFor("audit", "a"), runIdFor("audit", "b")];
let redis: Redis;
let folder: string;

const entry = (event: RunEvent): NewEntry => ({ at: "2026-11-22T14:00:00.000Z", by: "sluice", event });
const asked: RunEvent = {
  type: "asked",
  from: { team: "T0RIVERSIDE", channel: "C0STORAGE", ts: "1.1", eventId: "Ev1" },
  text: "räum auf \u2028",
  runbook: "tidy",
  request: { box: "a" },
  timeZone: "UTC",
};
const refused: RunEvent = { type: "refused", problem: "no" };

beforeAll(async () => {
  redis = server.connect();
  folder = await mkdtemp(join(tmpdir(), "sluice-audit-"));
  const config = await readFile(resolve("config/epic.yaml"), "utf8");
  const prefix = `redis: { prefix: "${server.prefix.slice(0, -1)}" }`;
  await writeFile(join(folder, "sluice.yaml"), `${config.replace(/^redis:.*(\n {2}.*)*\n/m, "")}\n${prefix}\n`);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const audit = (...args: string[]): Promise<Ended> =>
  start(compiled.main, ["audit", ...args], { REDIS_URL: server.url }, folder).ended;

describe("sluice audit", () => {
  test("an empty ledger is one, and nothing is wrong with it", async () => {
    expect(await audit("verify")).toMatchObject({ code: 0, stdout: "The ledger is empty.\n" });
    expect(await audit("export")).toMatchObject({ code: 0, stdout: "" });
  });

  test("what was written verifies, is exported, and the export verifies without Redis; what was posted is compared", async () => {
    const store = new RedisStore(redis, server.prefix);
    await store.append(a, 0, [entry(asked)]);
    await store.append(b, 0, [entry(asked), entry(refused)]);
    const { code, stdout } = await audit("verify");
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^3 lines of 2 runs, .*\n.*\n.*what the ledger says/),
    });
    const anchor = /It ends at (\S+)\. /.exec(stdout)?.[1] ?? "";
    expect(anchor).toMatch(/^3:[0-9a-f]{32}$/);

    const file = join(folder, "all.jsonl");
    const exported = await audit("export", "--since", "2026-01-01");
    expect(exported.code).toBe(0);
    expect(exported.stderr).toMatch(/^3 lines\.$/m);
    expect(
      exported.stdout
        .trim()
        .split("\n")
        .map((line) => (JSON.parse(line) as { entry: unknown }).entry),
    ).toEqual([...(await store.read(a)), ...(await store.read(b))]);
    await writeFile(file, exported.stdout);
    const firstHash = (JSON.parse(exported.stdout.split("\n")[0] ?? "") as { hash: string }).hash;
    const offline = (...args: string[]): Promise<Ended> =>
      start(compiled.main, ["audit", "verify", file, "--json", ...args], {}, folder).ended;
    const good = await offline("--anchor", anchor, "--anchor", `1:${firstHash}`);
    expect(good.code).toBe(0);
    expect(JSON.parse(good.stdout)).toMatchObject({ ok: true, lines: 3, runs: 2, first: 1, anchor, broken: [] });

    await writeFile(file, exported.stdout.replace('"box":"a"', '"box":"b"'));
    const changed = await offline();
    expect(changed.code).toBe(1);
    expect(JSON.parse(changed.stdout)).toMatchObject({
      ok: false,
      broken: [{ place: 1, says: expect.stringMatching(/^Line 1 \(run r\w+, .*\) is not what was written/) }],
    });
    await writeFile(file, `${exported.stdout}# mine\n`);
    expect(await offline()).toMatchObject({ code: 1, stdout: expect.stringContaining("Line 4 of the file") });
  });

  test("a run's own entries that are not the ledger's are named, and so is a line taken out of it", async () => {
    const kept = await redis.lindex(`${server.prefix}run:${a}`, 0);
    await redis.lset(`${server.prefix}run:${a}`, 0, (kept ?? "").replace('"box":"a"', '"box":"z"'));
    expect(await audit("verify")).toMatchObject({
      code: 1,
      stdout: expect.stringContaining(`! Run ${a}: its entry 1 is not`),
    });
    await redis.lset(`${server.prefix}run:${a}`, 0, kept ?? "");
    expect(await audit("verify")).toMatchObject({ code: 0 });

    const [, second] = await redis.xrange(`${server.prefix}ledger`, "-", "+");
    await redis.xdel(`${server.prefix}ledger`, second?.[0] ?? "");
    expect(await audit("verify")).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/! Line 2 is missing\.\n! Run/),
    });
  });

  test("without Redis it says so", async () => {
    const { code, stderr } = await start(
      compiled.main,
      ["audit", "verify"],
      { REDIS_URL: "redis://127.0.0.1:1" },
      folder,
    ).ended;
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining("Redis does not answer (") });
  });

  test.each([
    [["verify", "--anchor", "yesterday"], /--anchor takes what a digest says/],
    [["verify", "no-such-file.jsonl"], /cannot be read \(ENOENT\)/],
    [["export", "--since", "tuesday"], /--since takes an ISO-8601 date/],
    [["frobnicate"], /unknown command/],
  ])("%j exits 2 and says so", async (args, says) => {
    const { code, stdout, stderr } = await audit(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
  });
});
