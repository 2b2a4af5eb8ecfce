import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { ManualClock } from "../../../sim/kit/clock.js";
import { openBench, type Bench } from "./bench.js";

const clock = new ManualClock(Date.UTC(2026, 10, 22, 13));
let bench: Bench;
beforeAll(async () => {
  bench = await openBench({ clock });
});
afterAll(() => bench.close());

const plain = (text: string) => ({ type: "plain_text", text });
const section = (text: string, more: object = {}) => ({ type: "section", text: { type: "mrkdwn", text }, ...more });
const actions = (...elements: object[]) => ({ type: "actions", elements });
const button = (more: object = {}) => ({ type: "button", text: plain("Go"), ...more });
const raw = (text: string) => ({ type: "raw_text", text });
const times = <T>(count: number, make: (index: number) => T): T[] => Array.from({ length: count }, (_, i) => make(i));
const chart = (kind: object) => ({ type: "data_visualization", title: "Lag", chart: kind });
const line = (labels: string[], categories?: string[]) => ({
  type: "line",
  series: [{ name: "prod", data: labels.map((label, i) => ({ label, value: i })) }],
  ...(categories ? { axis_config: { categories } } : {}),
});

const post = (blocks: unknown) => bench.call("chat.postMessage", { channel: "C0STORAGE", text: "t", blocks });

describe("a message's blocks", () => {
  const confirm = { title: plain("t"), text: plain("t"), confirm: plain("y"), deny: plain("n") };
  const refused: [string, unknown, string][] = [
    ["51 blocks", times(51, () => ({ type: "divider" })), "no more than 50 items allowed [json-pointer:/blocks]"],
    ["3001 characters", [section("x".repeat(3001))], "less than 3001 characters [json-pointer:/blocks/0/text/text]"],
    ["an empty text", [section("")], "more than 0 characters"],
    ["a long header", [{ type: "header", text: plain("x".repeat(151)) }], "less than 151"],
    ["a mrkdwn header", [{ type: "header", text: { type: "mrkdwn", text: "x" } }], "plain_text"],
    ["11 fields", [{ type: "section", fields: times(11, () => plain("x")) }], "no more than 10"],
    ["11 context elements", [{ type: "context", elements: times(11, () => plain("x")) }], "no more than 10"],
    ["26 buttons", [actions(...times(26, () => button()))], "no more than 25"],
    ["a long label", [actions(button({ text: plain("x".repeat(76)) }))], "less than 76"],
    ["a long value", [actions(button({ value: "x".repeat(2001) }))], "less than 2001"],
    ["a style nobody knows", [actions(button({ style: "green" }))], "primary, danger"],
    [
      "a confirm with a long text",
      [actions(button({ confirm: { ...confirm, text: plain("x".repeat(301)) } }))],
      "less than 301",
    ],
    [
      "a confirm without a deny",
      [actions(button({ confirm: { ...confirm, deny: undefined } }))],
      "missing required field: deny",
    ],
    ["two equal block ids", [section("a", { block_id: "a" }), section("b", { block_id: "a" })], "already exists"],
    [
      "two equal action ids in a block",
      [actions(button({ action_id: "a" }), button({ action_id: "a" }))],
      "already exists",
    ],
    ["an unknown block", [{ type: "sektion" }], "unsupported type: sektion [json-pointer:/blocks/0/type]"],
    ["an alert, which is for modals", [{ type: "alert", text: plain("x") }], "unsupported type: alert"],
    ["an unknown element", [actions({ type: "knob" })], "unsupported type: knob"],
    [
      "a select with 101 options",
      [actions({ type: "static_select", options: times(101, (i) => ({ text: plain("x"), value: `${i}` })) })],
      "no more than 100",
    ],
    [
      "an overflow with 6",
      [actions({ type: "overflow", options: times(6, (i) => ({ text: plain("x"), value: `${i}` })) })],
      "no more than 5",
    ],
    ["a table of 101 rows", [{ type: "table", rows: times(101, () => [raw("x")]) }], "no more than 100"],
    ["a table 21 wide", [{ type: "table", rows: [times(21, () => raw("x"))] }], "no more than 20"],
    [
      "a table of 10,001 characters",
      [{ type: "table", rows: times(4, () => [raw("x".repeat(2501))]) }],
      "less than 10001",
    ],
    ["a chart without categories", [chart(line(["a"]))], "missing required field: axis_config"],
    ["a point outside the categories", [chart(line(["a", "b"], ["a"]))], "axis_config.categories"],
    ["a pie slice of nothing", [chart({ type: "pie", segments: [{ label: "a", value: 0 }] })], "greater than 0"],
    ["three charts", times(3, () => chart(line(["a"], ["a"]))), "no more than 2 data_visualization"],
    ["a task of no known status", [{ type: "task_card", task_id: "1", title: "x", status: "doing" }], "must be one of"],
    [
      "a rich text of no known kind",
      [{ type: "rich_text", elements: [{ type: "rich_text_table", elements: [] }] }],
      "unsupported type",
    ],
  ];

  test.each(refused)("%s: refused with a pointer", async (_name, blocks, message) => {
    const answer = await post(blocks);
    expect(answer).toMatchObject({ ok: false, error: "invalid_blocks" });
    const { messages } = answer["response_metadata"] as { messages: string[] };
    expect(messages.join("\n")).toContain(message);
  });

  test("what is exactly at the limits is posted", async () => {
    const answer = await post([
      section("x".repeat(3000)),
      actions(...times(25, (i) => button({ action_id: `${i}`, value: "x".repeat(2000), confirm }))),
      { type: "table", rows: times(100, () => times(20, () => raw("x"))) },
      chart(line(["a", "b"], ["a", "b"])),
      ...times(46, () => ({ type: "divider" })),
    ]);
    expect(answer.error).toBeUndefined();
  });

  test("two tables, and too much text in all", async () => {
    const table = { type: "table", rows: [[raw("x")]] };
    expect(await post([table, table])).toMatchObject({ ok: false, error: "invalid_attachments" });
    expect(await post(times(5, () => section("x".repeat(2700))))).toMatchObject({
      ok: false,
      error: "msg_blocks_too_long",
    });
    expect((await post(times(5, () => section("x".repeat(2600))))).ok).toBe(true);
  });

  test("blocks.validate finds the same, by pointer", async () => {
    const answer = await bench.call("blocks.validate", { blocks: [{ type: "sektion" }] });
    expect(answer).toMatchObject({ ok: false, error: "invalid_blocks", errors: [{ pointer: "/blocks/0/type" }] });
    expect(await bench.call("blocks.validate", { blocks: [section("x")] })).toEqual({ ok: true });
  });
});

describe("editing", () => {
  test("text alone removes the blocks; blocks stay when only metadata comes; others' messages are theirs", async () => {
    const { ts } = await post([section("card")]);
    const shown = () => bench.slack.control.messages({ channel: "C0STORAGE" }).find((each) => each.ts === ts);
    await bench.call("chat.update", {
      channel: "C0STORAGE",
      ts,
      metadata: { event_type: "run", event_payload: { id: 1 } },
    });
    expect(shown()?.blocks).toHaveLength(1);
    await bench.call("chat.update", { channel: "C0STORAGE", ts, text: "plain now" });
    expect(shown()).toMatchObject({ text: "plain now", blocks: [] });
    const theirs = await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "mine" });
    const answer = await bench.call("chat.update", { channel: "C0STORAGE", ts: theirs["ts"], text: "hers" });
    expect(answer).toEqual({ ok: false, error: "cant_update_message" });
    expect(await bench.call("chat.update", { channel: "C0STORAGE", ts, text: "x".repeat(4001) })).toMatchObject({
      error: "msg_too_long",
    });
  });
});

describe("who may call what", () => {
  test("tokens, methods, scopes and membership", async () => {
    const { tokens } = bench.slack;
    expect(await bench.call("auth.test", {}, "xoxb-else")).toEqual({ ok: false, error: "invalid_auth" });
    expect(await bench.call("auth.test", {}, tokens.app)).toEqual({ ok: false, error: "not_allowed_token_type" });
    expect(await bench.call("apps.connections.open")).toEqual({ ok: false, error: "not_allowed_token_type" });
    expect(await bench.call("chat.shout")).toMatchObject({ ok: false, error: "unknown_method" });
    expect(await bench.call("chat.postMessage", { channel: "C404", text: "x" })).toEqual({
      ok: false,
      error: "channel_not_found",
    });
    expect(await bench.call("chat.postMessage", { channel: "C0STORAGE" })).toEqual({ ok: false, error: "no_text" });
    bench.slack.control.channel({ channel: "C0GENERAL", members: ["U0REQUESTER"] });
    expect(await bench.call("chat.postMessage", { channel: "C0GENERAL", text: "x" })).toEqual({
      ok: false,
      error: "not_in_channel",
    });
    expect(await bench.call("chat.postEphemeral", { channel: "C0STORAGE", user: "U404", text: "x" })).toEqual({
      ok: false,
      error: "user_not_in_channel",
    });
    const poor = await openBench({ knobs: { scopes: ["chat:write"] } });
    expect(await poor.call("usergroups.users.list", { usergroup: "S0STORAGE" })).toMatchObject({
      error: "missing_scope",
      needed: "usergroups:read",
    });
    await poor.close();
  });

  test("people: a guest, a stranger, groups", async () => {
    const user = async (id: string) => (await bench.call("users.info", { user: id }))["user"];
    expect(await user("U0GUEST")).toMatchObject({ is_restricted: true, team_id: "T0RIVERSIDE" });
    expect(await user("U0STRANGER")).toMatchObject({ is_stranger: true, team_id: "T0VENDOR" });
    expect(await user("U0REQUESTER")).toMatchObject({ is_restricted: false, is_bot: false, tz: "America/New_York" });
    expect((await bench.call("usergroups.users.list", { usergroup: "S0STORAGE" }))["users"]).toEqual([
      "U0STORAGE",
      "U0STORAGE2",
    ]);
    expect(await bench.call("usergroups.users.list", { usergroup: "S404" })).toEqual({
      ok: false,
      error: "no_such_subteam",
    });
  });
});

describe("short-lived permissions", () => {
  const view = { type: "modal", title: plain("T"), blocks: [section("x")] };

  test("a trigger opens one modal, within three seconds", async () => {
    const local = await openBench({ clock });
    const triggers: string[] = [];
    await local.app((app) =>
      app.command("/sluice", async ({ ack, command }) => {
        await ack();
        triggers.push(command.trigger_id);
      }),
    );
    const command = { channel: "C0STORAGE", user: "U0STORAGE", command: "/sluice", text: "x" };
    await local.slack.control.command(command);
    await local.slack.control.command(command);
    const open = (trigger_id: unknown, given: object = view) => local.call("views.open", { trigger_id, view: given });
    expect(await open("made.up")).toEqual({ ok: false, error: "invalid_trigger_id" });
    expect(await open(triggers[0], { ...view, title: plain("x".repeat(25)) })).toMatchObject({
      error: "invalid_arguments",
    });
    const input = { type: "input", label: plain("l"), element: { type: "plain_text_input" } };
    expect(await open(triggers[0], { ...view, blocks: [input] })).toMatchObject({ error: "invalid_arguments" });
    expect((await open(triggers[0])).ok).toBe(true);
    expect(await open(triggers[0])).toEqual({ ok: false, error: "exchanged_trigger_id" });
    clock.advance(3_001);
    expect(await open(triggers[1])).toEqual({ ok: false, error: "expired_trigger_id" });
    await local.close();
  });

  test("a response_url serves five times, for thirty minutes", async () => {
    const local = await openBench({ clock });
    const urls: string[] = [];
    await local.app((app) =>
      app.command("/sluice", async ({ ack, command }) => {
        await ack();
        urls.push(command.response_url);
      }),
    );
    const command = { channel: "C0STORAGE", user: "U0STORAGE", command: "/sluice", text: "x" };
    await local.slack.control.command(command);
    await local.slack.control.command(command);
    const say = async (url = "") =>
      (await fetch(url, { method: "POST", body: JSON.stringify({ text: "later" }) })).status;
    for (let i = 0; i < 5; i++) expect(await say(urls[0])).toBe(200);
    expect(await say(urls[0])).toBe(404);
    clock.advance(30 * 60_000 + 1);
    expect(await say(urls[1])).toBe(404);
    expect(local.slack.control.messages({ user: "U0STORAGE" }).filter((each) => each.text === "later")).toHaveLength(5);
    expect(JSON.stringify(local.slack.log())).not.toContain(urls[0]);
    await local.close();
  });
});

describe("faults", () => {
  test("an error, a 429 with its wait, one message per second and channel, a lost reply", async () => {
    const local = await openBench({ clock, knobs: { rateLimit: true } });
    const say = () => local.call("chat.postMessage", { channel: "C0STORAGE", text: "x" });
    local.slack.control.faults({ method: "chat.postMessage", error: "fatal_error" });
    expect(await say()).toEqual({ ok: false, error: "fatal_error" });
    expect((await say()).ok).toBe(true);
    const limited = await fetch(`${local.url}/api/chat.postMessage`, {
      method: "POST",
      headers: {
        authorization: `Bearer ${local.slack.tokens.bot}`,
        "content-type": "application/x-www-form-urlencoded",
      },
      body: new URLSearchParams({ channel: "C0STORAGE", text: "x", blocks: JSON.stringify([section("y")]) }),
    });
    expect([limited.status, limited.headers.get("retry-after")]).toEqual([429, "1"]);
    clock.advance(1_000);
    local.slack.control.faults({ method: "chat.postMessage", loseReply: true });
    await expect(say()).rejects.toThrow();
    expect(local.slack.control.messages({ channel: "C0STORAGE" })).toHaveLength(2);
    local.slack.control.faults({ retryAfter: 7 });
    const waits = await fetch(`${local.url}/api/auth.test`, { method: "POST" });
    expect([waits.status, waits.headers.get("retry-after")]).toEqual([429, "7"]);
    await local.close();
  });

  test("other machines and other sites are refused; tokens never reach the log", async () => {
    const foreign = await fetch(`${bench.url}/_control/log`, { headers: { origin: "https://example.org" } });
    expect(foreign.status).toBe(403);
    const log = await (await fetch(`${bench.url}/_control/log`)).text();
    expect(log).toContain("chat.postMessage");
    expect(log).not.toContain(bench.slack.tokens.bot);
  });
});
