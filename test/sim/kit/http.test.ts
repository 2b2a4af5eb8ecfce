import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { Agent, request } from "undici";
import { ManualClock } from "../../../sim/kit/clock.js";
import { FaultBook } from "../../../sim/kit/faults.js";
import { start } from "../../../sim/kit/http.js";
import { CallLog } from "../../../sim/kit/log.js";
import { serverCert, simCa } from "../../../sim/kit/tls.js";

const clock = new ManualClock(Date.parse("2026-11-22T08:00:00Z"));

describe("simulator HTTP kit", () => {
  test("serves TLS that a client with the CA trusts and one without refuses", async () => {
    const server = await start({ tls: await serverCert(), handler: () => ({ status: 200, body: { hello: 1 } }) });
    const trusting = new Agent({ connect: { ca: (await simCa()).certPem } });
    const doubting = new Agent();
    const reply = await request(`${server.url}/x`, { dispatcher: trusting });
    expect(await reply.body.json()).toEqual({ hello: 1 });
    await expect(request(`${server.url}/x`, { dispatcher: doubting })).rejects.toThrow(/certificate/i);
    await trusting.close();
    await doubting.close();
    await server.close();
  });

  test("logs every call with secrets blanked, and only outside control", async () => {
    const log = new CallLog(clock, () => ["hunter2"]);
    const server = await start({ log, handler: () => ({ status: 201 }) });
    const dispatcher = new Agent();
    await request(`${server.url}/a?token=abc&x=1`, {
      dispatcher,
      method: "POST",
      body: JSON.stringify({ password: "p", "authentication.passphrase": "q", note: "it is hunter2", code: "4" }),
    });
    const shown = await (await request(`${server.url}/_control/log`, { dispatcher })).body.json();
    expect(shown).toEqual({
      calls: [
        {
          at: "2026-11-22T08:00:00.000Z",
          method: "POST",
          path: "/a?token=***&x=1",
          body: { password: "***", "authentication.passphrase": "***", note: "it is ***", code: "4" },
          status: 201,
        },
      ],
    });
    await dispatcher.close();
    await server.close();
  });

  test("resets, and lets close() cut a call left hanging", async () => {
    const server = await start({ handler: (call) => ({ kind: call.path === "/reset" ? "reset" : "hang" }) });
    const dispatcher = new Agent();
    await expect(request(`${server.url}/reset`, { dispatcher })).rejects.toThrow();
    const hanging = expect(request(`${server.url}/hang`, { dispatcher })).rejects.toThrow();
    await server.close();
    await hanging;
    await dispatcher.close();
  });

  test("two processes would share the CA of one folder", async () => {
    const folder = await mkdtemp(join(tmpdir(), "sim-ca-"));
    const first = await simCa(folder);
    const again = await simCa(`${folder}/.`);
    expect(again.certPem).toBe(first.certPem);
    await rm(folder, { recursive: true });
  });

  test("fault rules hit the nth matching call, so many times", () => {
    const book = new FaultBook<string>();
    book.add({ method: "POST", path: "^/a", nth: 2, times: 2, does: "x" });
    const post = { method: "POST", path: "/a/1", body: "" };
    expect([1, 2, 3, 4].map(() => book.take(post)?.does)).toEqual([undefined, "x", "x", undefined]);
    expect(book.take({ ...post, method: "GET" })).toBeUndefined();
  });
});
