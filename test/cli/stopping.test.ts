import { mkdtemp, rm } from "node:fs/promises";
import { createServer, connect, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useCompiled } from "../support/compiled.js";
import { start, type Program } from "../support/program.js";
import { readEnv } from "../../src/config/env.js";
import { findRedis, type FoundRedis } from "../../src/jobs/redis/index.js";

const compiled = useCompiled();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-stop-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** The end of a program that is expected within `ms`; what still runs then is killed, and the test fails. */
async function endedWithin(program: Program, ms: number): Promise<{ code: number | null; stderr: string }> {
  const late = setTimeout(() => program.kill("SIGKILL"), ms);
  const { code, stderr } = await program.ended;
  clearTimeout(late);
  return { code, stderr };
}

const accepts = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => (socket.destroy(), resolve(true)));
    socket.once("error", () => resolve(false));
  });

describe("stopping when Redis is gone already", () => {
  let own: FoundRedis;
  beforeAll(async () => {
    own = await findRedis({ env: { PATH: readEnv()["PATH"] }, say: () => undefined });
  });
  afterAll(() => own.stop());

  test("SIGTERM ends the process in a few seconds, and one line says what that means", async () => {
    const program = start(compiled.main, ["start", "--world", "epic"], { REDIS_URL: own.url }, folder);
    await program.line(/^Sluice is ready/m);
    await own.stop();
    program.kill("SIGTERM");
    const { code, stderr } = await endedWithin(program, 12_000);
    expect({ code, says: stderr.match(/Redis is gone[^"]*/g) }).toEqual({
      code: 0,
      says: [expect.stringMatching(/next start/)],
    });
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("the demo on a port that is taken", () => {
  test("one sentence with the way out, exit 2, and nothing is left running", async () => {
    const taken = createServer();
    await new Promise<void>((ready) => taken.listen(0, "127.0.0.1", ready));
    const { port } = taken.address() as AddressInfo;
    try {
      const program = start(compiled.main, ["demo", "--port", String(port)], {}, folder);
      const { code, stderr } = await endedWithin(program, 30_000);
      expect({ code, stderr: stderr.trim() }).toEqual({
        code: 2,
        stderr: expect.stringMatching(new RegExp(`^Port ${port} .*in use.*--port N.*$`)),
      });
      const [, redisPort] = program.stdout().match(/127\.0\.0\.1:(\d+)/) ?? [];
      if (redisPort !== undefined) expect(await accepts(Number(redisPort))).toBe(false);
    } finally {
      await new Promise((closed) => taken.close(closed));
    }
  });
});
