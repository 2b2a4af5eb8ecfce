import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect } from "@jest/globals";
import { chromium, type Browser, type Locator, type Page } from "playwright-core";
import { openScene, type Scene } from "../scenarios/app.js";
import { findProgram, testWithProgram } from "../support/machine.js";
import { useRedis } from "../support/redis.js";

const redis = useRedis();
const flags =
  "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync";
const chromiumPath = findProgram("chromium");

// In a block of its own: what the file opened is closed before its Redis goes.
describe("the page, in a browser, with the whole product behind it", () => {
  let scene: Scene;
  let browser: Browser;
  let page: Page;
  let pictures: string;
  const complaints: string[] = [];

  beforeAll(async () => {
    if (chromiumPath === undefined) return;
    scene = await openScene(redis);
    await scene.app.digest();
    pictures = await mkdtemp(join(tmpdir(), "sluice-page-"));
    browser = await chromium.launch({ executablePath: chromiumPath, args: flags.split(" ") });
    page = await browser.newPage({ viewport: { width: 1400, height: 900 } });
    page.setDefaultTimeout(60_000);
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(scene.world.urls["slack"] ?? "");
  });
  afterAll(async () => {
    await browser?.close();
    await scene?.close();
  });

  const take = (name: string): Promise<unknown> => page.screenshot({ path: join(pictures, `${name}.png`) });

  /** Is all of it on the screen, in whatever scrolls around it? */
  const inView = (what: Locator): Promise<boolean> =>
    what.first().evaluate((each) => {
      const box = each.getBoundingClientRect();
      const around = each.closest(".messages")?.getBoundingClientRect();
      return around !== undefined && box.top >= around.top && box.bottom <= around.bottom;
    });

  async function become(now: string, next: string): Promise<void> {
    await page.getByRole("button", { name: `Act as: ${now}` }).click();
    await page.getByRole("menuitemradio", { name: next }).click();
    await page.getByRole("button", { name: `Act as: ${next}` }).waitFor();
  }

  async function say(text: string): Promise<void> {
    const composer = page.getByRole("textbox", { name: "Message #storage" });
    await composer.fill(text);
    await composer.press("Enter");
  }

  testWithProgram("chromium")(
    "on the page a person clones, restores with two others' yes, reads the digest and opens Home",
    async () => {
      const thread = page.getByRole("complementary", { name: "Thread" });
      await page.getByRole("textbox", { name: "Message #storage" }).waitFor();
      await take("1-opened");
      await say("clone prod volume for training");
      await thread.getByText("Mounted at /epic/trn on epic-trn-01.").first().waitFor();
      await thread.getByRole("button", { name: "Release" }).first().waitFor();
      await take("2-cloned");
      expect((await scene.hosts())["epic-trn-01"]?.mounts.map((mount) => mount.mountPoint)).toEqual(["/epic/trn"]);

      await say("restore prod from CVO");
      await thread.getByText("Waiting for approval (0 of 2)").waitFor();
      await thread.getByText("please read the plan above").waitFor();
      // Read from its beginning: what will be lost is on the screen, however long the plan is.
      expect(await inView(thread.getByRole("heading", { name: "Restore prod from its mirror" }))).toBe(true);
      expect(await inView(thread.getByText("Will be lost"))).toBe(true);
      await take("3-plan");
      await become("Tara Quinn", "Sam Okafor");
      await thread.getByRole("button", { name: "Approve" }).click();
      const sure = page.getByRole("alertdialog");
      await sure.waitFor();
      await take("4-sure");
      await sure.getByRole("button", { name: "Approve" }).click();
      await thread.getByText("Waiting for approval (1 of 2)").waitFor();
      await become("Sam Okafor", "Priya Raman");
      await thread.getByRole("button", { name: "Approve" }).click();
      await page.getByRole("alertdialog").getByRole("button", { name: "Approve" }).click();
      await thread.getByText("The mirror goes on.").first().waitFor();
      await take("5-restored");

      await page
        .getByRole("navigation")
        .getByRole("button", { name: /storage-health/ })
        .click();
      await page.getByText(/prod/).first().waitFor();
      expect(await page.locator(".table-frame").evaluate((each) => each.scrollWidth - each.clientWidth)).toBe(0);
      await take("6-digest");
      await page.getByRole("navigation").getByRole("button", { name: "Sluice" }).click();
      await page.getByRole("heading").first().waitFor();
      await page
        .getByText(/Release|clones/i)
        .first()
        .waitFor();
      await take("7-home");
      expect(complaints).toEqual([]);
    },
  );
});
