import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { openBench, until, type Bench } from "./support/bench.js";
import { clonePlan, nobody, planned, plannedRestore } from "./support/runs.js";

let bench: Bench;
beforeEach(async () => {
  bench = await openBench();
});
afterEach(() => bench.close());

const asks = () => bench.desk.calls.filter((each) => each.act === "ask");
const cards = (channel?: string) =>
  bench.messages(channel).filter((each) => JSON.stringify(each.blocks).includes('"header"'));
const firstRun = () => [...bench.desk.runs.keys()][0];

describe("a sentence becomes a request", () => {
  test("by mention: one card, in the message's thread, in the asker's time zone", async () => {
    const said = await bench.slack.control.message({
      channel: "C0GENERAL",
      user: "U0REQUESTER",
      text: "<@U0SLUICE> clone prod volume for training",
    });
    const card = await until("the card", () => cards("C0GENERAL")[0]);
    expect(card.thread_ts).toBe((said as { ts?: string }).ts);
    const { more, visitor } = asks()[0]!;
    expect(more).toMatchObject({
      text: "clone prod volume for training",
      runbook: "clone",
      timeZone: "America/New_York",
      from: { channel: "C0GENERAL", ts: card.thread_ts },
    });
    expect(visitor).toEqual({
      person: { team: "T0RIVERSIDE", user: "U0REQUESTER" },
      groups: [],
      guest: false,
      bot: false,
      stranger: false,
      deleted: false,
      sharedChannel: false,
    });
  });

  test("by a mention in a listened channel, which comes as two events: asked once", async () => {
    await bench.slack.control.message({
      channel: "C0STORAGE",
      user: "U0REQUESTER",
      text: "<@U0SLUICE> clone prod volume for training",
    });
    await until("the card", () => cards()[0]);
    await bench.slack.settled();
    expect(asks()).toHaveLength(1);
    expect(cards()).toHaveLength(1);
  });

  test("by a plain message in a listened channel, and nowhere else", async () => {
    await bench.slack.control.message({ channel: "C0GENERAL", user: "U0REQUESTER", text: "clone prod for testing" });
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "clone prod for training" });
    await until("the card", () => cards("C0STORAGE")[0]);
    await bench.slack.settled();
    expect(asks()).toHaveLength(1);
    expect(bench.messages("C0GENERAL")).toHaveLength(1);
  });

  test("by direct message", async () => {
    await bench.slack.control.message({ channel: "D0REQUESTER", user: "U0REQUESTER", text: "clone prod for training" });
    await until("the card", () => cards("D0REQUESTER")[0]);
    expect(asks()).toHaveLength(1);
  });

  test("by slash command: acknowledged, and the bot opens a thread with the request's words", async () => {
    expect(
      await bench.slack.control.command({
        channel: "C0STORAGE",
        user: "U0REQUESTER",
        command: "/sluice",
        text: "clone prod for training",
      }),
    ).toEqual({ ok: true });
    const card = await until("the card", () => cards("C0STORAGE")[0]);
    const root = bench.messages("C0STORAGE").find((each) => each.ts === card.thread_ts);
    expect(root?.text).toBe("<@U0REQUESTER> asks: “clone prod for training”");
  });

  test("an event, a message or a command that is delivered twice asks once and draws one card", async () => {
    for (const text of ["clone prod for training", "<@U0SLUICE> clone prod for testing"]) {
      bench.slack.control.faults({ duplicate: true, times: 2 });
      await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text });
    }
    await until("two cards", () => cards().length === 2);
    await bench.slack.settled();
    expect(bench.desk.runs.size).toBe(2);
    expect(cards()).toHaveLength(2);
    expect(bench.slack.log().filter((each) => each.kind === "delivery").length).toBeGreaterThan(3);
  });
});

describe("what is no request", () => {
  test("is passed over in silence in a listened channel, threads included", async () => {
    const { ts } = (await bench.slack.control.message({
      channel: "C0STORAGE",
      user: "U0STORAGE",
      text: "lunch anyone?",
    })) as unknown as { ts: string };
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0STORAGE2", text: "yes please", thread_ts: ts });
    await bench.slack.settled();
    await bench.bot.stop();
    expect(bench.messages().map((each) => each.text)).toEqual(["lunch anyone?", "yes please"]);
    expect(bench.calls("chat.postMessage")).toEqual([]);
  });

  test("is answered when it was said to the bot", async () => {
    await bench.slack.control.message({ channel: "C0GENERAL", user: "U0STORAGE", text: "<@U0SLUICE> lunch?" });
    await until("an answer", () =>
      bench.messages("C0GENERAL").find((each) => each.text === "I did not understand that."),
    );
  });

  test("an ask-back offers buttons; one press asks in the presser's name and takes them away", async () => {
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "<@U0SLUICE> restore" });
    const question = await until("the ask-back", () =>
      bench.messages("C0STORAGE").find((each) => each.text === "Which set shall be restored?"),
    );
    const aim = { channel: "C0STORAGE", ts: question.ts, text: "prod" };
    await Promise.all([
      bench.slack.control.click({ ...aim, user: "U0REQUESTER" }),
      bench.slack.control.click({ ...aim, user: "U0REQUESTER" }),
    ]);
    await until(
      "the buttons to go",
      () =>
        !JSON.stringify(bench.messages("C0STORAGE").find((each) => each.ts === question.ts)?.blocks).includes(
          '"actions"',
        ),
    );
    expect(bench.desk.runs.size).toBe(1);
    expect(asks()[0]?.more).toMatchObject({ text: "restore prod", runbook: "restore" });
    expect(JSON.stringify(bench.messages("C0STORAGE"))).toContain("<@U0REQUESTER>: “restore prod”");
  });

  test("messages of bots and their edits are none", async () => {
    const api = async (method: string, body: object): Promise<{ ok: boolean; ts: string }> => {
      const headers = { authorization: `Bearer ${bench.slack.tokens.bot}`, "content-type": "application/json" };
      const answer = await fetch(`${bench.url}/api/${method}`, { method: "POST", headers, body: JSON.stringify(body) });
      return (await answer.json()) as { ok: boolean; ts: string };
    };
    const posted = await api("chat.postMessage", { channel: "C0STORAGE", text: "clone prod for training" });
    expect((await api("chat.update", { channel: "C0STORAGE", ts: posted.ts, text: "clone prod for testing" })).ok).toBe(
      true,
    );
    await until(
      "both events",
      () =>
        bench.slack.log().filter((each) => each.kind === "delivery" && JSON.stringify(each.body).includes("clone prod"))
          .length >= 2,
    );
    await bench.slack.settled();
    expect(asks()).toEqual([]);
  });
});

describe("questions", () => {
  test("in a channel are answered in the thread; by slash command for that person alone", async () => {
    const said = (await bench.slack.control.message({
      channel: "C0GENERAL",
      user: "U0STORAGE",
      text: "<@U0SLUICE> health",
    })) as unknown as { ts: string };
    const answer = await until("the answer", () =>
      bench.messages("C0GENERAL").find((each) => each.text === "All well"),
    );
    expect(answer.thread_ts).toBe(said.ts);
    await bench.slack.control.command({ channel: "C0GENERAL", user: "U0STORAGE", command: "/sluice", text: "health" });
    const whispered = await until("the whisper", () =>
      bench.messages("C0GENERAL").find((each) => each.ephemeral_for === "U0STORAGE"),
    );
    expect(whispered.text).toBe("All well");
    expect(bench.desk.questions.map((each) => each.question.name)).toEqual(["health", "health"]);
  });

  test("an empty command is a call for help", async () => {
    await bench.slack.control.command({ channel: "C0GENERAL", user: "U0STORAGE", command: "/sluice", text: "" });
    await until("the question", () => bench.desk.questions[0]);
    expect(bench.desk.questions[0]?.question.name).toBe("help");
  });

  test("no id the desk is given has a colon, which queue ids may not", async () => {
    await bench.slack.control.command({ channel: "C0GENERAL", user: "U0STORAGE", command: "/sluice", text: "health" });
    await bench.slack.control.message({ channel: "C0STORAGE", user: "U0STORAGE", text: "clone prod" });
    await until("both", () => bench.desk.questions.length === 1 && asks().length === 1);
    const ids = [bench.desk.questions[0]!.eventId, (asks()[0]!.more as { from: { eventId: string } }).from.eventId];
    for (const id of ids) expect(id).toMatch(/^[\w.-]+$/);
  });
});

describe("who may not", () => {
  test.each([
    ["a guest", "U0GUEST", { guest: true }],
    [
      "somebody of another workspace",
      "U0STRANGER",
      { stranger: true, person: { team: "T0VENDOR", user: "U0STRANGER" } },
    ],
  ])("%s is known as such, and told for their eyes only", async (_who, user, as) => {
    await bench.slack.control.message({ channel: "C0STORAGE", user, text: "clone prod for training" });
    const told = await until("the refusal", () => bench.messages().find((each) => each.ephemeral_for === user));
    expect(told.text).toContain("Nothing was changed");
    expect(asks()[0]?.visitor).toMatchObject(as);
    expect(cards()).toEqual([]);
  });

  test("nobody in a channel shared with another organisation", async () => {
    bench.slack.control.channel({ channel: "C0GENERAL", shared: true });
    await bench.slack.control.message({ channel: "C0GENERAL", user: "U0STORAGE", text: "<@U0SLUICE> clone prod" });
    await until("the refusal", () => bench.messages("C0GENERAL").find((each) => each.ephemeral_for === "U0STORAGE"));
    expect(asks()[0]?.visitor.sharedChannel).toBe(true);
  });

  test("an ask-back names sets, so a guest gets none", async () => {
    await bench.slack.control.message({ channel: "C0GENERAL", user: "U0GUEST", text: "<@U0SLUICE> restore" });
    await until("the refusal", () => bench.messages().find((each) => each.ephemeral_for === "U0GUEST"));
    expect(JSON.stringify(bench.messages())).not.toContain("Which set");
  });

  test("when Slack does not say who somebody is, nothing is asked in their name", async () => {
    bench.slack.control.faults({ method: "users.info", error: "fatal_error", times: 3 });
    await bench.slack.control.message({ channel: "C0GENERAL", user: "U0STORAGE", text: "<@U0SLUICE> clone prod" });
    const told = await until("a word", () =>
      bench.messages("C0GENERAL").find((each) => each.ephemeral_for === "U0STORAGE"),
    );
    expect(told.text).toContain("Slack did not tell me who you are");
    expect(asks()).toEqual([]);
  });
});

test("a bot that is not in the channel says so instead of working unseen", async () => {
  bench.slack.control.channel({ channel: "C0GENERAL", members: ["U0REQUESTER"] });
  await bench.slack.control.command({
    channel: "C0GENERAL",
    user: "U0REQUESTER",
    command: "/sluice",
    text: "clone prod",
  });
  const told = await until("a word", () =>
    bench.messages().find((each) => each.ephemeral_for === "U0REQUESTER" || each.channel === "D0REQUESTER"),
  );
  expect(told.text).toContain("/invite");
  expect(asks()).toEqual([]);
});

test("a failing desk is confessed, and the same sentence can be said again", async () => {
  bench.desk.failing = new Error("Redis xoxb-1234-secret is away");
  await bench.slack.control.message({ channel: "C0GENERAL", user: "U0STORAGE", text: "<@U0SLUICE> clone prod" });
  const told = await until("the confession", () =>
    bench.messages("C0GENERAL").find((each) => each.ephemeral_for === "U0STORAGE"),
  );
  expect(told.text).toContain("I stumbled over that");
  expect(told.text).not.toContain("Redis");
  expect(bench.logged()).toContain("Redis [secret] is away");
  expect(bench.logged()).not.toContain("xoxb-1234");
});

test("undo this restore, in a restore's thread, carries its set", async () => {
  await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "restore prod from CVO" });
  const card = await until("the card", () => cards("C0STORAGE")[0]);
  await bench.slack.control.message({
    channel: "C0STORAGE",
    user: "U0REQUESTER",
    text: "undo this restore",
    thread_ts: card.thread_ts!,
  });
  await until("the second request", () => asks().length === 2);
  expect(asks()[1]?.more).toMatchObject({ request: { set: "prod", undo: true }, text: "undo this restore" });
});

test("a plan that needs other people's yes leaves a direct message for the channel where they read", async () => {
  await bench.slack.control.message({ channel: "D0REQUESTER", user: "U0REQUESTER", text: "restore prod from CVO" });
  await until("the card", () => cards("D0REQUESTER")[0]);
  await bench.desk.append(firstRun()!, "sluice", plannedRestore);
  const card = await until("the card in the channel", () => cards("C0STORAGE")[0]);
  expect(bench.messages("C0STORAGE").find((each) => each.ts === card.thread_ts)?.text).toContain(
    "asks (in a direct message): “restore prod from CVO”",
  );
  expect(cards("D0REQUESTER")).toEqual([]);
  expect(JSON.stringify(bench.messages("D0REQUESTER"))).toContain("the plan and its votes");
  expect(bench.desk.cards.get(firstRun()!)?.channel).toBe("C0STORAGE");
});

test("one that needs nobody stays there", async () => {
  await bench.slack.control.message({ channel: "D0REQUESTER", user: "U0REQUESTER", text: "clone prod" });
  await until("the card", () => cards("D0REQUESTER")[0]);
  await bench.desk.append(firstRun()!, "sluice", planned(clonePlan, nobody));
  expect(cards("D0REQUESTER")).toHaveLength(1);
  expect(bench.messages("C0STORAGE")).toEqual([]);
});

test("what somebody owns is looked up for sentences about clones only, and its failing stops nothing", async () => {
  await bench.bot.stop();
  const looked: string[] = [];
  await bench.another({
    clonesOf: (person) => {
      looked.push(person.user);
      return Promise.reject(new Error("the array is away"));
    },
  });
  await bench.slack.control.message({ channel: "C0STORAGE", user: "U0STORAGE", text: "my clone of lunch is late" });
  await bench.slack.control.message({ channel: "C0STORAGE", user: "U0STORAGE", text: "restore prod" });
  await until("the restore", () => asks().length === 1);
  expect(looked).toEqual([]);
  await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text: "clone prod" });
  await until("the clone", () => asks().length === 2);
  expect(looked).toEqual(["U0REQUESTER"]);
});

describe("reading takes time, and Slack waits for nobody", () => {
  test("one sentence a turn: what came in meanwhile is acknowledged before the next is read", async () => {
    const order: string[] = [];
    await bench.another({
      understand: (text) => {
        order.push(text);
        setImmediate(() => order.push("turn"));
        return { kind: "ignore" };
      },
    });
    await bench.bot.stop();
    order.length = 0;
    const said = ["one", "two", "three", "four", "five", "six"];
    await Promise.all(
      said.map((text) => bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text })),
    );
    await until("all read", () => said.every((text) => order.includes(text)));
    expect(order.filter((each, i) => each !== "turn" && order[i + 1] !== undefined && order[i + 1] !== "turn")).toEqual(
      [],
    );
  });

  test("before the first delivery it has read already: the first sentence is no slower than the others", async () => {
    const read: boolean[] = [];
    await bench.another({
      understand: (_text, { addressed }) => {
        read.push(addressed);
        return { kind: "ignore" };
      },
    });
    expect(new Set(read)).toEqual(new Set([true, false]));
    expect(bench.messages("C0STORAGE")).toEqual([]);
  });
});
