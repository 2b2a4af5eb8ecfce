import { existsSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { chromium, type Browser, type Page } from "playwright-core";
import { openBench, type Bench } from "./bench.js";

const executablePath = "/usr/bin/chromium";
const args =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
/** Skipped where Debian's chromium is not installed: apt-get install --no-install-recommends chromium. */
const inBrowser = existsSync(executablePath) ? describe : describe.skip;

inBrowser("the page, as a person uses it (needs /usr/bin/chromium)", () => {
  let bench: Bench;
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];

  beforeAll(async () => {
    bench = await openBench();
    const plain = (text: string) => ({ type: "plain_text" as const, text });
    const confirm = {
      title: plain("Sure?"),
      text: plain("It is gone then."),
      confirm: plain("Yes, do it"),
      deny: plain("No"),
    };
    await bench.app((app) => {
      app.message(/clone/, async ({ message, client }) => {
        const buttons = [
          { type: "button" as const, action_id: "approve", text: plain("Approve"), confirm },
          { type: "button" as const, action_id: "deny", text: plain("Deny") },
        ];
        const blocks = [
          {
            type: "section" as const,
            text: { type: "mrkdwn" as const, text: "*Plan* &lt;script&gt;alert(1)&lt;/script&gt; for `epic_prd`" },
          },
          { type: "actions" as const, elements: buttons },
        ];
        await client.chat.postMessage({ channel: message.channel, thread_ts: message.ts, text: "Plan", blocks });
      });
      app.action("approve", async ({ ack, body, respond }) => {
        await ack();
        await respond({ replace_original: true, text: `Approved by <@${body.user.id}>` });
      });
      app.action("deny", async ({ ack, body, client }) => {
        await ack();
        const element = { type: "plain_text_input" as const, action_id: "text" };
        const blocks = [{ type: "input" as const, block_id: "why", label: plain("Reason"), element }];
        const view = {
          type: "modal" as const,
          callback_id: "deny",
          title: plain("Deny"),
          submit: plain("Deny it"),
          blocks,
        };
        await client.views.open({ trigger_id: (body as unknown as { trigger_id: string }).trigger_id, view });
      });
      app.view("deny", async ({ ack, view }) => {
        if (view.state.values["why"]?.["text"]?.value === "because") await ack();
        else await ack({ response_action: "errors", errors: { why: "That is no reason" } });
      });
      app.command("/sluice", async ({ ack, command }) => ack(`Only you asked for ${command.text}`));
      app.event("app_home_opened", async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: { type: "home", blocks: [{ type: "header", text: plain("Your clones") }] },
        });
      });
    });
    browser = await chromium.launch({ executablePath, args: args.split(" ") });
    page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    page.setDefaultTimeout(8_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(bench.url);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await bench.close();
  });

  test("a sentence is answered in a thread that opens by itself; a confirmed click by somebody else settles it", async () => {
    const composer = page.getByRole("textbox", { name: "Message #storage" });
    await page.getByRole("button", { name: "clone prod volume for training" }).click();
    await composer.press("Enter");
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("<script>alert(1)</script>").waitFor();
    await page.getByRole("button", { name: "Act as: Tara Quinn" }).click();
    await page.getByRole("menuitemradio", { name: "Sam Okafor" }).click();
    await page.getByRole("button", { name: "Act as: Sam Okafor" }).waitFor();
    await thread.getByRole("button", { name: "Deny" }).click();
    const dialog = page.getByRole("dialog", { name: "Deny" });
    await dialog.getByRole("button", { name: "Deny it" }).click();
    await dialog.getByText("Please complete this required field.").waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("hm");
    await dialog.getByRole("button", { name: "Deny it" }).click();
    await dialog.getByText("That is no reason").waitFor();
    await dialog.getByRole("textbox", { name: "Reason" }).fill("because");
    await dialog.getByRole("button", { name: "Deny it" }).click();
    await dialog.waitFor({ state: "detached" });
    await thread.getByRole("button", { name: "Approve" }).click();
    await page.getByRole("alertdialog").getByRole("button", { name: "Yes, do it" }).click();
    await thread.getByText("Approved by").waitFor();
    expect(await thread.getByRole("log").textContent()).toContain("@Sam Okafor");
  });

  test("a slash command's answer is seen by the one who typed it and nobody else", async () => {
    const composer = page.getByRole("textbox", { name: "Message #storage" });
    await composer.fill("/sluice status");
    await composer.press("Enter");
    const answer = page.getByText("Only you asked for status");
    await answer.waitFor();
    await page.getByText("Only visible to you").waitFor();
    await page.getByRole("button", { name: "Act as: Sam Okafor" }).click();
    await page.getByRole("menuitemradio", { name: "Priya Raman" }).click();
    await answer.waitFor({ state: "detached" });
  });

  test("a message elsewhere raises a badge; Home shows what the app published; nothing went wrong in the page", async () => {
    await bench.call("chat.postMessage", { channel: "C0HEALTH", text: "All well" });
    await page.getByRole("button", { name: "storage-health 1 unread" }).click();
    await page.getByText("All well").waitFor();
    await page.getByRole("navigation").getByRole("button", { name: "Sluice" }).click();
    await page.getByRole("heading", { name: "Your clones" }).waitFor();
    expect(complaints).toEqual([]);
  });
});
