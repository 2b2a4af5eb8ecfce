import { LogLevel, SocketModeReceiver } from "@slack/bolt";
import { afterEach, describe, expect, test } from "@jest/globals";
import { openBench, until, type Bench } from "./bench.js";

let bench: Bench;
afterEach(() => bench.close());

const card = (extra: object[] = []) => [
  { type: "section", block_id: "about", text: { type: "mrkdwn", text: "*Restore prod*" } },
  {
    type: "actions",
    block_id: "vote",
    elements: [
      {
        type: "button",
        action_id: "approve",
        text: { type: "plain_text", text: "Approve" },
        style: "primary",
        value: "key-1",
      },
      {
        type: "button",
        action_id: "deny",
        text: { type: "plain_text", text: "Deny" },
        style: "danger",
        value: "key-1",
      },
    ],
  },
  ...extra,
];

describe("events", () => {
  test("a plain message, a mention and a direct message reach a Bolt app with ids, thread and team", async () => {
    bench = await openBench();
    const seen: { type: string; text: string; channel: string; thread?: string | undefined }[] = [];
    await bench.app((app) => {
      app.message(async ({ message }) => {
        if (message.subtype === undefined) {
          seen.push({
            type: message.channel_type,
            text: message.text ?? "",
            channel: message.channel,
            thread: message.thread_ts,
          });
        }
      });
      app.event("app_mention", async ({ event }) => {
        seen.push({ type: "mention", text: event.text, channel: event.channel });
      });
    });
    const { control } = bench.slack;
    const first = await control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "clone prod <now> & here" });
    await control.message({
      channel: "#storage",
      user: "U0STORAGE",
      text: "sure",
      thread_ts: String(first["ts"]),
    });
    await control.message({ channel: "C0GENERAL", user: "U0REQUESTER", text: "@sluice status" });
    await control.message({ channel: "D0REQUESTER", user: "U0REQUESTER", text: "help" });
    await until(() => seen.length === 5, "five events");
    expect(seen).toContainEqual({ type: "channel", text: "clone prod &lt;now&gt; &amp; here", channel: "C0STORAGE" });
    expect(seen).toContainEqual(expect.objectContaining({ text: "sure", thread: String(first["ts"]) }));
    expect(
      seen
        .filter((each) => each.channel === "C0GENERAL")
        .map((each) => each.type)
        .sort(),
    ).toEqual(["channel", "mention"]);
    expect(seen).toContainEqual(expect.objectContaining({ type: "im", channel: "D0REQUESTER" }));
  });

  test("an unacknowledged event comes again with the same event id, a retry number and a reason", async () => {
    bench = await openBench({ knobs: { ackTimeoutMs: 50, retryDelaysMs: [0, 0] } });
    const ids: string[] = [];
    const retries: unknown[] = [];
    const { WebSocket } = await import("ws");
    const { url } = (await bench.call("apps.connections.open", {}, bench.slack.tokens.app)) as unknown as {
      url: string;
    };
    const socket = new WebSocket(url);
    socket.on("message", (data: Buffer) => {
      const frame = JSON.parse(data.toString()) as {
        type: string;
        payload: { event_id: string };
        retry_attempt: number;
        retry_reason: string;
      };
      if (frame.type !== "events_api") return;
      ids.push(frame.payload.event_id);
      retries.push([frame.retry_attempt, frame.retry_reason]);
    });
    await until(() => bench.slack.connections() === 1);
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "status" });
    await until(() => ids.length === 3, "two redeliveries");
    expect(new Set(ids).size).toBe(1);
    expect(retries).toEqual([
      [0, ""],
      [1, "timeout"],
      [2, "timeout"],
    ]);
    socket.terminate();
  });

  test("a duplicated delivery runs the listener twice with one event id", async () => {
    bench = await openBench();
    const ids: string[] = [];
    await bench.app((app) => app.message(async ({ body }) => void ids.push(body.event_id)));
    bench.slack.control.faults({ duplicate: true });
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "status" });
    await until(() => ids.length === 2);
    expect(ids[0]).toBe(ids[1]);
  });
});

describe("connections", () => {
  test("two apps share the envelopes: each goes to exactly one, in turn", async () => {
    bench = await openBench();
    const got: { [app: string]: string[] } = { a: [], b: [] };
    for (const name of ["a", "b"]) {
      await bench.app((app) =>
        app.message(async ({ message }) => void got[name]?.push((message as { text: string }).text)),
      );
    }
    for (let i = 0; i < 6; i++)
      await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: `m${i}` });
    await bench.slack.settled();
    await until(() => (got["a"]?.length ?? 0) + (got["b"]?.length ?? 0) === 6);
    expect(got["a"]).toHaveLength(3);
    expect([...(got["a"] ?? []), ...(got["b"] ?? [])].sort()).toEqual(["m0", "m1", "m2", "m3", "m4", "m5"]);
  });

  test("a refresh makes the client come back by itself, and events flow again", async () => {
    bench = await openBench();
    let heard = 0;
    const receiver = new SocketModeReceiver({
      appToken: bench.slack.tokens.app,
      clientPingTimeout: 200,
      logLevel: LogLevel.WARN,
      installerOptions: { clientOptions: { slackApiUrl: `${bench.url}/api/` } },
    });
    await bench.app((app) => app.message(async () => void heard++), { receiver });
    bench.slack.control.faults({ disconnect: true });
    await until(() => bench.slack.connections() === 0);
    await until(() => bench.slack.connections() === 1, "the client reconnecting");
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "status" });
    await until(() => heard === 1);
    expect(heard).toBe(1);
  });

  test("a ticket opens one connection, once", async () => {
    bench = await openBench();
    const { WebSocket } = await import("ws");
    const { url } = (await bench.call("apps.connections.open", {}, bench.slack.tokens.app)) as unknown as {
      url: string;
    };
    const first = new WebSocket(url);
    await until(() => bench.slack.connections() === 1);
    const second = new WebSocket(url);
    const refused = await new Promise((resolve) => second.once("error", (error) => resolve(error.message)));
    expect(refused).toMatch(/401/);
    first.terminate();
  });
});

describe("commands and clicks", () => {
  test("a command's acknowledgement is an ephemeral message and the control call's answer", async () => {
    bench = await openBench();
    await bench.app((app) => app.command("/sluice", async ({ ack, command }) => ack(`you said ${command.text}`)));
    const answer = await bench.slack.control.command({
      channel: "C0STORAGE",
      user: "U0REQUESTER",
      command: "/sluice",
      text: "status",
    });
    expect(answer).toEqual({ ok: true, ack: { text: "you said status" } });
    const [mine] = bench.slack.control.messages({ channel: "C0STORAGE", user: "U0REQUESTER" });
    expect(mine).toMatchObject({ text: "you said status", ephemeral_for: "U0REQUESTER" });
    expect(bench.slack.control.messages({ channel: "C0STORAGE", user: "U0STORAGE" })).toEqual([]);
  });

  test("without an app a command fails and Slack says so to the one who typed it", async () => {
    bench = await openBench({ knobs: { ackTimeoutMs: 50 } });
    const answer = await bench.slack.control.command({
      channel: "C0STORAGE",
      user: "U0REQUESTER",
      command: "/sluice",
      text: "x",
    });
    expect(answer).toEqual({ ok: false, error: "app_did_not_respond" });
    expect(bench.slack.control.messages({ channel: "C0STORAGE", user: "U0REQUESTER" })[0]?.text).toMatch(
      /did not respond/,
    );
  });

  test("a click carries the whole message, its container, the value and who clicked; respond() replaces the card", async () => {
    bench = await openBench();
    let body: Record<string, unknown> = {};
    await bench.app((app) =>
      app.action("approve", async ({ ack, body: given, respond }) => {
        await ack();
        body = given as unknown as Record<string, unknown>;
        await respond({ replace_original: true, text: "approved" });
      }),
    );
    const posted = await bench.call("chat.postMessage", { channel: "C0STORAGE", text: "card", blocks: card() });
    const ts = String(posted["ts"]);
    const answer = await bench.slack.control.click({ channel: "C0STORAGE", ts, user: "U0STORAGE", text: "approve" });
    expect(answer).toEqual({ ok: true });
    expect(body).toMatchObject({
      type: "block_actions",
      user: { id: "U0STORAGE", team_id: "T0RIVERSIDE" },
      container: { type: "message", message_ts: ts, channel_id: "C0STORAGE", is_ephemeral: false },
      channel: { id: "C0STORAGE", name: "storage" },
      message: { ts, bot_id: "B0SLUICE", text: "card" },
      actions: [{ action_id: "approve", block_id: "vote", type: "button", value: "key-1" }],
    });
    await until(() => bench.slack.control.messages({ channel: "C0STORAGE" })[0]?.text === "approved");
    const again = await bench.slack.control.click({
      channel: "C0STORAGE",
      ts,
      user: "U0STORAGE",
      action_id: "approve",
    });
    expect(again).toEqual({ ok: false, error: "no_such_button" });
    const gone = await bench.slack.control.click({
      channel: "C0STORAGE",
      ts: "1.1",
      user: "U0STORAGE",
      action_id: "approve",
    });
    expect(gone).toEqual({ ok: false, error: "message_not_found" });
  });

  test("a stranger's click names the other workspace", async () => {
    bench = await openBench();
    let team = "";
    await bench.app((app) =>
      app.action("approve", async ({ ack, body }) => {
        await ack();
        team = body.user.team_id ?? "";
      }),
    );
    const { ts } = await bench.call("chat.postMessage", { channel: "C0STORAGE", text: "card", blocks: card() });
    await bench.slack.control.click({ channel: "C0STORAGE", ts: String(ts), user: "U0STRANGER", action_id: "approve" });
    expect(team).toBe("T0VENDOR");
  });

  test("a select sends the option chosen by value or by label, and its options may come from the app", async () => {
    bench = await openBench();
    const chosen: unknown[] = [];
    await bench.app((app) => {
      app.action("which", async ({ ack, action }) => {
        await ack();
        chosen.push((action as { selected_option: { value: string } }).selected_option.value);
      });
      app.options("more", async ({ ack, options }) =>
        ack({ options: [{ text: { type: "plain_text", text: `${options.value}-1` }, value: "v1" }] }),
      );
    });
    const option = (name: string) => ({ text: { type: "plain_text", text: `The ${name}` }, value: name });
    const elements = [
      { type: "static_select", action_id: "which", options: [option("prod"), option("clarity")] },
      { type: "external_select", action_id: "more" },
    ];
    const { ts } = await bench.call("chat.postMessage", {
      channel: "C0STORAGE",
      text: "?",
      blocks: [{ type: "actions", elements }],
    });
    const at = { channel: "C0STORAGE", ts: String(ts), user: "U0STORAGE" };
    expect(await bench.slack.control.click({ ...at, action_id: "which", value: "prod" })).toEqual({ ok: true });
    expect(await bench.slack.control.click({ ...at, text: "The clarity" })).toEqual({ ok: true });
    expect(await bench.slack.control.click({ ...at, action_id: "which", value: "none" })).toEqual({
      ok: false,
      error: "no_such_option",
    });
    expect(chosen).toEqual(["prod", "clarity"]);
    const offered = await bench.slack.control.options({ ...at, action_id: "more", value: "pro" });
    expect(offered).toMatchObject({ ok: true, options: [{ text: { text: "pro-1" }, value: "v1" }] });
  });
});

describe("modals and the Home tab", () => {
  const modal = {
    type: "modal" as const,
    callback_id: "reason",
    title: { type: "plain_text" as const, text: "Deny" },
    submit: { type: "plain_text" as const, text: "Deny" },
    private_metadata: "run-7",
    blocks: [
      {
        type: "input" as const,
        block_id: "why",
        label: { type: "plain_text" as const, text: "Why?" },
        element: { type: "plain_text_input" as const, action_id: "text", min_length: 3 },
      },
    ],
  };

  test("a modal opens by the click's trigger; Slack checks required fields, the app answers errors, then closes it", async () => {
    bench = await openBench();
    let values: unknown;
    await bench.app((app) => {
      app.action("deny", async ({ ack, body, client }) => {
        await ack();
        await client.views.open({ trigger_id: (body as { trigger_id: string }).trigger_id, view: modal });
      });
      app.view("reason", async ({ ack, view }) => {
        values = view.state.values;
        const text = view.state.values["why"]?.["text"]?.value ?? "";
        if (text === "nope") await ack({ response_action: "errors", errors: { why: "Say more" } });
        else await ack();
      });
    });
    const { control } = bench.slack;
    const { ts } = await bench.call("chat.postMessage", { channel: "C0STORAGE", text: "card", blocks: card() });
    await control.click({ channel: "C0STORAGE", ts: String(ts), user: "U0STORAGE", action_id: "deny" });
    const view = await until(() => control.views({ user: "U0STORAGE" })[0], "the modal");
    expect(view).toMatchObject({ callback_id: "reason", private_metadata: "run-7", type: "modal" });
    const submit = (given: object) =>
      control.submit({ view_id: String(view["id"]), user: "U0STORAGE", values: given as never });
    expect(await submit({})).toMatchObject({ ok: false, errors: { why: "Please complete this required field." } });
    expect(await submit({ why: "no" })).toMatchObject({
      ok: false,
      errors: { why: "Please enter at least 3 characters." },
    });
    expect(await submit({ why: { text: "nope" } })).toMatchObject({ ok: false, errors: { why: "Say more" } });
    expect(await control.submit({ view_id: String(view["id"]), user: "U0STORAGE2", values: {} })).toEqual({
      ok: false,
      error: "view_not_found",
    });
    expect(await submit({ text: "wrong night" })).toEqual({ ok: true });
    expect(values).toEqual({ why: { text: { type: "plain_text_input", value: "wrong night" } } });
    expect(control.views({ user: "U0STORAGE" })).toEqual([]);
  });

  test("opening Home tells the app, and answers what it publishes", async () => {
    bench = await openBench();
    await bench.app((app) =>
      app.event("app_home_opened", async ({ event, client }) => {
        const blocks = [
          { type: "section" as const, text: { type: "mrkdwn" as const, text: `hello <@${event.user}>` } },
        ];
        await client.views.publish({ user_id: event.user, view: { type: "home", blocks } });
      }),
    );
    const answer = (await (await fetch(`${bench.url}/_control/home?user=U0REQUESTER`)).json()) as {
      home: { blocks: unknown[] };
    };
    expect(answer.home.blocks).toEqual([
      expect.objectContaining({ text: { type: "mrkdwn", text: "hello <@U0REQUESTER>" } }),
    ]);
  });
});
