import { afterEach, describe, expect, test } from "@jest/globals";
import { createHmac } from "node:crypto";
import { createBot } from "../../src/bot/index.js";
import { openBench, until, type Bench } from "./support/bench.js";

let bench: Bench;
afterEach(() => bench.close());

const ask = (text = "clone prod for training") =>
  bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text });

describe("socket mode", () => {
  test.each(["refresh_requested", "drop"] as const)(
    "connections that end (%s) are opened again, and what comes then is heard",
    async (disconnect) => {
      bench = await openBench({ options: { connections: 2 } });
      expect(bench.slack.connections()).toBe(2);
      expect(bench.bot.ready()).toBe(true);
      const hellos = () => bench.slack.log().filter((each) => each.kind === "socket" && each.method === "hello").length;
      bench.slack.control.faults({ disconnect });
      await until("both to be back", () => hellos() === 4 && bench.slack.connections() === 2);
      await ask();
      await until("the run", () => bench.desk.runs.size === 1);
    },
  );

  test("a stop waits for what was begun, and leaves no connection", async () => {
    bench = await openBench();
    bench.slack.control.faults({ method: "usergroups.users.list", delayMs: 300 });
    await ask();
    await until("the look-up", () => bench.calls("users.info").length > 0);
    await bench.bot.stop();
    expect(bench.desk.runs.size).toBe(1);
    expect(bench.slack.connections()).toBe(0);
    expect(bench.bot.ready()).toBe(false);
  });

  test("a wrong token is said by start, and nothing is left open", async () => {
    bench = await openBench();
    await expect(bench.another({ tokens: { bot: bench.slack.tokens.bot, app: "xapp-wrong" } })).rejects.toThrow(
      /invalid_auth/,
    );
    await expect(bench.another({ tokens: { bot: "xoxb-wrong", app: bench.slack.tokens.app } })).rejects.toThrow(
      /invalid_auth/,
    );
    expect(bench.slack.connections()).toBe(1);
    expect(bench.logged()).not.toContain("xapp-wrong");
  });
});

describe("signed HTTP", () => {
  test("brings messages, commands and clicks", async () => {
    bench = await openBench({ http: true });
    await ask();
    await until("the run", () => bench.desk.runs.size === 1);
    expect(
      await bench.slack.control.command({
        channel: "C0GENERAL",
        user: "U0STORAGE",
        command: "/sluice",
        text: "health",
      }),
    ).toEqual({ ok: true });
    await until("the question", () => bench.desk.questions.length === 1);
    expect(bench.slack.connections()).toBe(0);
  });

  const send = async (url: string, secret: string, atMs: number, eventId: string): Promise<number> => {
    const body = JSON.stringify({
      type: "event_callback",
      team_id: "T0RIVERSIDE",
      event_id: eventId,
      event: {
        type: "message",
        channel: "C0STORAGE",
        user: "U0REQUESTER",
        text: "clone prod",
        ts: `${eventId}.000100`,
        channel_type: "channel",
      },
    });
    const at = String(Math.floor(atMs / 1000));
    const signature = `v0=${createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex")}`;
    const headers = {
      "content-type": "application/json",
      "x-slack-request-timestamp": at,
      "x-slack-signature": signature,
    };
    return (await fetch(url, { method: "POST", headers, body })).status;
  };

  test("takes no other secret, no other time and no request twice", async () => {
    bench = await openBench({ http: true });
    const extra = createBot(bench.optionsOf());
    const { address } = await extra.start();
    const url = `http://127.0.0.1:${address!.port}/slack/events`;
    const secret = bench.slack.tokens.signingSecret;
    const now = Date.now();
    expect(await send(url, "another", now, "1")).toBe(401);
    expect(await send(url, secret, now - 6 * 60_000, "2")).toBe(401);
    await send(url, secret, now + 24 * 3600_000, "3");
    await send(url, secret, now, "4");
    await until("the good one", () => bench.desk.runs.size === 1);
    await send(url, secret, now, "4");
    await extra.stop();
    expect(bench.desk.calls.filter((each) => each.act === "ask")).toHaveLength(1);
    expect(bench.logged()).toContain("another time was ignored");
    expect(bench.logged()).toContain("came again and was ignored");
  });
});

test("nothing secret is in the log", async () => {
  bench = await openBench();
  await ask();
  await bench.slack.control.command({ channel: "C0GENERAL", user: "U0STORAGE", command: "/sluice", text: "health" });
  await until("the question", () => bench.desk.questions.length === 1);
  for (const secret of Object.values(bench.slack.tokens)) expect(bench.logged()).not.toContain(secret);
  expect(bench.logged()).not.toMatch(/xox[a-z]-|xapp-|ws:\/\//);
});
