import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "@jest/globals";
import { sign } from "../../../sim/slack/http-delivery.js";
import { openBench, until, type Bench } from "./bench.js";

let bench: Bench;
afterEach(() => bench.close());

test("signed HTTP delivery: events, a command, a click and options reach a Bolt app", async () => {
  bench = await openBench();
  const seen: string[] = [];
  await bench.httpApp((app) => {
    app.message(async ({ message }) => {
      if (message.subtype === undefined) seen.push(`message ${message.text}`);
    });
    app.command("/sluice", async ({ ack, command }) =>
      ack({ text: `heard ${command.text}`, response_type: "in_channel" }),
    );
    app.action("go", async ({ ack, body }) => {
      await ack();
      seen.push(`click by ${body.user.id}`);
    });
    app.options("pick", async ({ ack }) =>
      ack({ options: [{ text: { type: "plain_text", text: "one" }, value: "1" }] }),
    );
  });
  const { control } = bench.slack;
  await control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "ümlaut & more" });
  await until(() => seen.includes("message ümlaut &amp; more"));
  const command = { channel: "C0STORAGE", user: "U0REQUESTER", command: "/sluice", text: "status" };
  expect(await control.command(command)).toMatchObject({ ok: true, ack: { text: "heard status" } });
  const elements = [
    { type: "button", action_id: "go", text: { type: "plain_text", text: "Go" } },
    { type: "external_select", action_id: "pick" },
  ];
  const { ts } = await bench.call("chat.postMessage", {
    channel: "C0STORAGE",
    text: "?",
    blocks: [{ type: "actions", elements }],
  });
  const at = { channel: "C0STORAGE", ts: String(ts), user: "U0STORAGE" };
  expect(await control.click({ ...at, text: "Go" })).toEqual({ ok: true });
  expect(seen).toContain("click by U0STORAGE");
  expect(await control.options({ ...at, action_id: "pick", value: "o" })).toMatchObject({ options: [{ value: "1" }] });
});

test("the wire: exact content types, a signature that verifies, retries that say why and stop when told to", async () => {
  bench = await openBench({ knobs: { retryDelaysMs: [0, 0, 0] } });
  const requests: { headers: NodeJS.Dict<string | string[]>; body: string }[] = [];
  const server = createServer((request, response) => {
    let body = "";
    request.on("data", (chunk: Buffer) => (body += chunk.toString("utf8")));
    request.on("end", () => {
      requests.push({ headers: request.headers, body });
      const last = requests.length === 2;
      response.writeHead(last ? 500 : 503, last ? { "x-slack-no-retry": "1" } : {}).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  bench.slack.deliverTo({ url: `http://127.0.0.1:${port}/slack/events`, signingSecret: "s3cret" });
  await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "hi" });
  await until(() => requests.length === 2);
  await bench.slack.control.command({ channel: "C0STORAGE", user: "U0REQUESTER", command: "/sluice", text: "a b" });
  const [first, second, third] = requests;
  expect(first?.headers["content-type"]).toBe("application/json");
  expect(first?.headers["x-slack-retry-num"]).toBeUndefined();
  const timestamp = String(first?.headers["x-slack-request-timestamp"]);
  expect(first?.headers["x-slack-signature"]).toBe(sign("s3cret", timestamp, first?.body ?? ""));
  expect(second?.headers).toMatchObject({ "x-slack-retry-num": "1", "x-slack-retry-reason": "http_error" });
  expect(second?.body).toBe(first?.body);
  expect(third?.headers["content-type"]).toBe("application/x-www-form-urlencoded");
  expect(new URLSearchParams(third?.body).get("text")).toBe("a b");
  expect(requests).toHaveLength(3);
  await new Promise((resolve) => server.close(resolve));
});
