import { afterEach, describe, expect, test } from "@jest/globals";
import type { RunId } from "../../src/core/ids.js";
import { said } from "../../src/core/said.js";
import { openBench, until, type Bench } from "./support/bench.js";
import * as r from "./support/runs.js";

let bench: Bench;
afterEach(() => bench.close());

const cards = (channel = "C0STORAGE") =>
  bench.messages(channel).filter((each) => JSON.stringify(each.blocks).includes('"header"'));
const shows = (text: string) => JSON.stringify(cards()).includes(text);

async function runOf(text = "clone prod for training"): Promise<RunId> {
  await bench.slack.control.message({ channel: "C0STORAGE", user: "U0REQUESTER", text });
  const run = await until("the run", () => [...bench.desk.runs.keys()].at(-1));
  await until("the card", () => bench.desk.cards.get(run)?.drawn);
  return run;
}

async function deleteMessage(ts: string): Promise<void> {
  const headers = { authorization: `Bearer ${bench.slack.tokens.bot}`, "content-type": "application/json" };
  const body = JSON.stringify({ channel: "C0STORAGE", ts });
  const answer = await fetch(`${bench.url}/api/chat.delete`, { method: "POST", headers, body });
  expect(await answer.json()).toMatchObject({ ok: true });
}

test("one card from asked to done, and the thread is told each thing once", async () => {
  bench = await openBench();
  const run = await runOf("restore prod from CVO");
  const { ts } = bench.desk.cards.get(run)!;
  const plan = r.restorePlan;
  await bench.desk.append(run, "sluice", r.plannedRestore);
  await bench.desk.append(run, r.sam, {
    type: "voted",
    vote: "approve",
    hash: r.hashOfPlan(plan),
    groups: ["S0STORAGE"],
  });
  await bench.desk.append(run, r.priya, {
    type: "voted",
    vote: "approve",
    hash: r.hashOfPlan(plan),
    groups: ["S0EPIC"],
  });
  await bench.desk.append(run, "sluice", r.settled(plan, "granted"));
  for (let n = 1; n <= 5; n += 1) await bench.desk.append(run, "sluice", r.began(plan, n), r.ended(plan, n));
  await bench.desk.append(run, "sluice", { type: "finished", outcome: "succeeded" });
  await Promise.all([bench.bot.renderer.run(run, 0), bench.bot.renderer.run(run, 0)]);
  expect(cards().map((each) => each.ts)).toEqual([ts]);
  expect(shows("5 of 5 verified")).toBe(true);
  const told = bench.messages("C0STORAGE").filter((each) => each.ts !== ts && each.user === "U0SLUICE");
  expect(told.map((each) => each.text.slice(0, 40))).toEqual([
    "<!subteam^S0STORAGE> and <!subteam^S0EPI",
    "<@U0REQUESTER>: approved by <@U0STORAGE>",
    "✅ <@U0REQUESTER>: *Done in 11 s.* 5 of 5",
  ]);
});

test("a hundred announcements of one run are a few updates, a pace apart, and the last state stands", async () => {
  bench = await openBench({ options: { drawEveryMs: 300 } });
  const run = await runOf();
  const before = bench.calls("chat.update").length;
  await bench.desk.append(run, "sluice", r.plannedClone);
  await bench.desk.append(run, "sluice", r.settled(r.clonePlan, "granted"));
  const drawn = Array.from({ length: 100 }, (_, i) => {
    bench.desk.progresses.set(run, { step: "1-createClone", text: `${i} of 100`, at: "" });
    return bench.bot.renderer.run(run, 0);
  });
  bench.desk.runs
    .get(run)!
    .push({ seq: 3, at: new Date().toISOString(), by: "sluice", event: r.began(r.clonePlan, 1) });
  await Promise.all([...drawn, bench.bot.renderer.run(run, 4)]);
  const updates = bench.calls("chat.update").slice(before);
  expect(updates.length).toBeLessThanOrEqual(4);
  const times = updates.map((each) => Date.parse(each.at));
  for (let i = 1; i < times.length; i += 1) expect(times[i]! - times[i - 1]!).toBeGreaterThanOrEqual(290);
  expect(shows("99 of 100")).toBe(true);
});

test("a run that is announced faster than its card may be drawn holds two places of those who draw, and the last state stands", async () => {
  bench = await openBench({ options: { drawEveryMs: 300 } });
  const run = await runOf();
  let held = 0;
  const drawn = Array.from({ length: 50 }, async (_, i) => {
    bench.desk.progresses.set(run, { step: "1-createClone", text: `${i} of 50`, at: "" });
    held += 1;
    await bench.bot.renderer.run(run, 0);
    held -= 1;
  });
  await new Promise((resolve) => setImmediate(resolve));
  expect(held).toBe(2);
  await bench.desk.append(run, "sluice", r.plannedClone);
  await bench.desk.append(run, "sluice", r.settled(r.clonePlan, "granted"));
  await bench.desk.append(run, "sluice", r.began(r.clonePlan, 1));
  await Promise.all(drawn);
  await until("the last state", () => shows("49 of 50"));
});

test("a rate limit is waited out and the newest state is drawn; modals do not wait with it", async () => {
  bench = await openBench();
  const run = await runOf("restore prod");
  bench.slack.control.faults({ method: "chat.update", retryAfter: 1, times: 1 });
  const drawn = bench.desk.append(run, "sluice", r.plannedRestore);
  await until("the limit", () => bench.calls("chat.update").some((each) => each.status === 429));
  await bench.slack.control.openHome("U0STORAGE");
  expect(shows("Waiting for approval")).toBe(false);
  await drawn;
  expect(shows("Waiting for approval")).toBe(true);
});

test("blocks that Slack refuses are sent again, simpler", async () => {
  bench = await openBench();
  const run = await runOf("restore prod");
  bench.slack.control.faults({ method: "chat.update", error: "invalid_blocks", times: 1 });
  await bench.desk.append(run, "sluice", r.plannedRestore);
  const message = bench.messages("C0STORAGE").find((each) => each.ts === bench.desk.cards.get(run)!.ts)!;
  expect(JSON.stringify(message.blocks)).toContain("Overwrite epic_prd on ali-ontap-01");
  expect(JSON.stringify(message.blocks)).toContain("run:approve");
  expect(JSON.stringify(message.blocks)).not.toContain('"header"');
});

test("a card that was deleted is posted anew, once", async () => {
  bench = await openBench();
  const run = await runOf("restore prod");
  const old = bench.desk.cards.get(run)!.ts;
  await deleteMessage(old);
  await bench.desk.append(run, "sluice", r.plannedRestore);
  const { ts } = bench.desk.cards.get(run)!;
  expect(ts).not.toBe(old);
  await bench.desk.append(run, "sluice", r.settled(r.restorePlan, "expired"));
  expect(JSON.stringify(bench.messages("C0STORAGE").find((each) => each.ts === ts)?.blocks)).toContain("Expired");
});

describe("more than one process", () => {
  test("a restarted bot goes on with the same card", async () => {
    bench = await openBench();
    const run = await runOf("restore prod");
    await bench.bot.stop();
    expect(bench.slack.connections()).toBe(0);
    await bench.another();
    await bench.desk.append(run, "sluice", r.plannedRestore);
    expect(cards()).toHaveLength(1);
    expect(shows("Waiting for approval")).toBe(true);
    await bench.slack.control.click({ channel: "C0STORAGE", ts: cards()[0]!.ts, user: "U0STORAGE", text: "Approve" });
    await until("the vote", () => bench.desk.calls.find((each) => each.act === "approve"));
  });

  test("a card whose address was lost with its process is found again, not posted twice", async () => {
    bench = await openBench();
    const run = await runOf("restore prod");
    const { ts } = bench.desk.cards.get(run)!;
    bench.desk.cards.delete(run);
    await bench.bot.stop();
    await bench.another();
    await bench.desk.append(run, "sluice", r.plannedRestore);
    expect(cards()).toHaveLength(1);
    expect(bench.desk.cards.get(run)?.ts).toBe(ts);
  });

  test("what another process drew from a longer story is left alone", async () => {
    bench = await openBench();
    const run = await runOf();
    bench.desk.cards.set(run, { ...bench.desk.cards.get(run)!, drawn: 9 });
    const before = bench.calls("chat.update").length;
    await bench.bot.renderer.run(run, 1);
    expect(bench.calls("chat.update")).toHaveLength(before);
  });

  test("two that share a lock draw the first card once", async () => {
    const { memoryExclusive } = await import("../../src/bot/once.js");
    const exclusive = memoryExclusive();
    bench = await openBench({ options: { exclusive } });
    const second = await bench.another({ exclusive });
    bench.desk.announcer = {
      ...second.renderer,
      run: async (run, length) =>
        void (await Promise.all([bench.bot.renderer.run(run, length), second.renderer.run(run, length)])),
    };
    await runOf();
    expect(cards()).toHaveLength(1);
  });
});

describe("what else is announced", () => {
  test("a long digest is one message and a thread, once per id, with its table", async () => {
    bench = await openBench();
    const rows = Array.from({ length: 60 }, (_, i) => [`set ${i}`, "5 min", "healthy"]);
    const answer = {
      summary: "2 sets, 1 late",
      parts: [
        { kind: "heading", text: "This morning" },
        { kind: "table", columns: ["Set", "Lag", "State"], rows },
        { kind: "chart", title: "Lag", unit: "min", bars: [{ label: "prod", value: 5, limit: 60 }] },
        { kind: "text", text: "words ".repeat(4000), tone: "warning" },
      ],
    } as const;
    await bench.bot.renderer.digest("C0HEALTH", answer, "digest-2026-11-20");
    await bench.bot.renderer.digest("C0HEALTH", answer, "digest-2026-11-20");
    const [first, ...more] = bench.messages("C0HEALTH");
    expect(first?.text).toBe("2 sets, 1 late");
    expect(first?.blocks.map((each) => each["type"])).toEqual([
      "header",
      "table",
      "data_visualization",
      ...first!.blocks.slice(3).map(() => "section"),
    ]);
    expect(more.length).toBeGreaterThan(0);
    expect(more.every((each) => each.thread_ts === first?.ts)).toBe(true);
  });

  test("people in an answer are told by name, and called only where nobody knows their name", async () => {
    bench = await openBench();
    const by = (user: string) => said`by ${{ team: "T0RIVERSIDE", user }}, <@U0GUEST>`;
    await bench.bot.renderer.digest("C0HEALTH", {
      summary: by("U0STORAGE"),
      parts: [
        { kind: "text", text: by("U0STORAGE"), tone: "bad" },
        { kind: "table", columns: ["Owner"], rows: [[by("U0STORAGE")], [by("U0GONE")]] },
      ],
    });
    const [message] = bench.messages("C0HEALTH");
    expect(message?.text).toBe("by Sam Okafor, &lt;@U0GUEST&gt;");
    expect(message?.blocks[0]).toMatchObject({ text: { text: "🔴 by Sam Okafor, &lt;@U0GUEST&gt;" } });
    expect(message?.blocks[1]?.["rows"]).toEqual([
      [{ type: "raw_text", text: "Owner" }],
      [{ type: "raw_text", text: "by Sam Okafor, <@U0GUEST>" }],
      [
        {
          type: "rich_text",
          elements: [
            {
              type: "rich_text_section",
              elements: [
                { type: "text", text: "by " },
                { type: "user", user_id: "U0GONE" },
                { type: "text", text: ", <@U0GUEST>" },
              ],
            },
          ],
        },
      ],
    ]);
  });

  test("where tables are refused they become lines, and nothing is lost", async () => {
    bench = await openBench();
    bench.slack.control.faults({ method: "chat.postMessage", error: "invalid_blocks", times: 1 });
    await bench.bot.renderer.digest("C0HEALTH", {
      summary: "one set",
      parts: [
        { kind: "table", columns: ["Set", "Lag"], rows: [["prod", "5 min"]] },
        { kind: "chart", title: "Lag", unit: "min", bars: [{ label: "prod", value: 75, limit: 60 }] },
      ],
    });
    const text = JSON.stringify(bench.messages("C0HEALTH")[0]?.blocks);
    expect(text).toContain("*prod* – Lag 5 min");
    expect(text).toContain("prod: 75 min 🔴");
  });

  test("a reminder goes to the clone's thread, or to the person", async () => {
    bench = await openBench();
    const choices = [{ label: "Extend", say: "extend the clone for training by 1 day" }];
    await bench.bot.renderer.remind(r.tara, "Your clone ends in 1 h.", choices);
    const told = bench.messages("D0REQUESTER")[0]!;
    expect(told.text).toBe("⏰ <@U0REQUESTER>: Your clone ends in 1 h.");
    const { ts } = (await bench.slack.control.message({
      channel: "C0STORAGE",
      user: "U0STORAGE",
      text: "hello",
    })) as unknown as { ts: string };
    const thread = { channel: "C0STORAGE", user: r.tara.user, ephemeral: false };
    await bench.bot.renderer.remind(r.tara, "It ends soon.", [], { ...thread, thread: ts });
    expect(bench.messages("C0STORAGE").at(-1)).toMatchObject({
      thread_ts: ts,
      text: "⏰ <@U0REQUESTER>: It ends soon.",
    });
    await bench.bot.renderer.remind(r.tara, "It ended.", [], { ...thread, thread: "1795183200.000100" });
    expect(bench.messages("D0REQUESTER").at(-1)?.text).toBe("⏰ <@U0REQUESTER>: It ended.");
  });

  test("a run whose channel is closed to the bot is told to the person directly", async () => {
    bench = await openBench();
    bench.slack.control.faults({ method: "chat.postMessage", error: "is_archived", times: 1 });
    await runOf();
    expect(bench.desk.cards.get([...bench.desk.runs.keys()][0]!)?.channel).toBe("D0REQUESTER");
  });
});
