import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { useCompiled } from "../support/compiled.js";
import { start, type Ended, type Program } from "../support/program.js";
import { useRedis } from "../support/redis.js";

const compiled = useCompiled();
const redis = useRedis();
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "sluice-cli-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

/** One command line in an empty folder, to its end. */
const sluice = (...args: string[]): Promise<Ended> => start(compiled.main, args, {}, folder).ended;

describe("sluice parse", () => {
  test.each([
    [
      "clone prod volume for training",
      { kind: "request", runbook: "clone", request: { set: "prod", purpose: "training" } },
    ],
    ["lunch is at twelve", { kind: "ignore" }],
    ["/sluice what is the weather", { kind: "reply" }],
  ])("%s", async (text, understood) => {
    const args = understood.kind === "reply" ? [text.replace("/sluice ", ""), "--addressed"] : [text];
    const { code, stdout } = await sluice("parse", ...args, "--json", "--now", "2026-11-22T12:00:00Z");
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject(understood);
  });

  test("dates are counted from --now; a wrong --now is a usage error", async () => {
    const text = "clone prod for training from last night";
    const { stdout } = await sluice("parse", text, "--json", "--now", "2026-11-18T12:00:00Z");
    expect(JSON.parse(stdout)).toMatchObject({ request: { point: { night: "2026-11-18" } } });
    expect(await sluice("parse", text, "--now", "yesterday-ish")).toMatchObject({ code: 2, stdout: "" });
  });
});

describe("sluice plan", () => {
  test("looks at the world's arrays and prints one document", async () => {
    const { code, stdout } = await sluice("plan", "restore prod from CVO", "--world", "epic", "--json");
    expect(code).toBe(0);
    const plan = JSON.parse(stdout) as { hash: string; steps: { id: string; effect: string; undo: { way: string } }[] };
    expect(plan).toMatchObject({ runbook: "restore", approval: { nobody: false } });
    expect(plan.hash).toMatch(/^[0-9a-f]{64}$/);
    expect(plan.steps.find((step) => step.id.endsWith("restoreVolume"))).toMatchObject({
      effect: "destroy",
      undo: { way: "none" },
    });
  });

  test("a refusal is told and exits 3", async () => {
    const text = "clone prod for training from 2026-01-03";
    const { code, stdout } = await sluice("plan", text, "--world", "epic", "--json");
    expect(code).toBe(3);
    expect(JSON.parse(stdout)).toEqual({ kind: "refusal", text: expect.stringContaining("nightly.") });
  });
});

describe("sluice policy explain", () => {
  const explain = (text: string, as: string) =>
    sluice("policy", "explain", text, "--as", as, "--world", "epic", "--json");

  test("who may ask, who must say yes to which step, and why: as the card of the same request would ask", async () => {
    const { code, stdout } = await explain("restore prod from CVO", "U0STORAGE");
    expect(code).toBe(0);
    const explained = JSON.parse(stdout) as {
      steps: { id: string; effect: string; needs: unknown; because: string }[];
    };
    expect(explained).toMatchObject({
      runbook: "restore",
      as: { user: "U0STORAGE", groups: ["storage-approvers"] },
      mayAsk: { ok: true },
      approval: { nobody: false, places: [{ label: "storage-approvers" }, { label: "epic-owners" }] },
      says: expect.arrayContaining([expect.stringMatching(/one of storage-approvers and one of epic-owners/)]),
    });
    expect(explained.steps.find((step) => step.id.endsWith("restoreVolume"))).toMatchObject({
      effect: "destroy",
      needs: { "storage-approvers": 1, "epic-owners": 1 },
      because: expect.stringContaining("destroyed on production"),
    });
  });

  test("a guest may ask for nothing but help, and is told so", async () => {
    const [clone, help] = await Promise.all([
      explain("clone prod volume for training", "U0GUEST"),
      explain("help", "U0GUEST"),
    ]);
    expect(JSON.parse(clone.stdout)).toMatchObject({ mayAsk: { ok: false, says: expect.stringMatching(/Guests/) } });
    expect(JSON.parse(help.stdout)).toMatchObject({ runbook: "help", mayAsk: { ok: true }, steps: [] });
  });

  test("in sentences without --json; what cannot be planned exits 3", async () => {
    const { code, stdout } = await sluice(
      ...["policy", "explain", "clone prod volume for training", "--as", "U0REQUESTER", "--world", "epic"],
    );
    expect({ code, lines: stdout.trim().split("\n") }).toMatchObject({
      code: 0,
      lines: expect.arrayContaining([
        expect.stringMatching(/may ask for clone/),
        expect.stringMatching(/: nobody, because /),
        expect.stringMatching(/^Nobody has to approve/),
      ]),
    });
    expect(await explain("clone prod for training from 2026-01-03", "U0REQUESTER")).toMatchObject({ code: 3 });
  });
});

describe("what is wrong on the command line", () => {
  test.each([
    [["frobnicate"], /unknown command/],
    [["parse"], /missing required argument/],
    [["demo", "--port", "seventy"], /--port takes a number/],
    [["sim", "ontap"], /--port/],
    [["sim", "toaster", "--port", "0"], /ontap, azure, slack and bluexp/],
    [["sim", "ontap", "--port", "0", "--release", "ten"], /"ten" is no release/],
    [["sim", "ontap", "--port", "0", "--platform", "moon"], /onprem, cvo-single, cvo-ha/],
    [["sim", "ontap", "--port", "0", "--knob", "nope=1"], /there is no knob "nope"/],
    [["policy", "explain", "restore prod"], /--as/],
    [["policy", "explain", "restore prod", "--as", "@anna", "--world", "epic"], /Slack user id/],
  ])("%j exits 2 and says so", async (args, says) => {
    const { code, stdout, stderr } = await sluice(...args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toMatch(says);
    expect(stderr).not.toMatch(/^\s+at /m);
  });

  test("without a configuration it says where to get one", async () => {
    expect(await sluice("start")).toMatchObject({ code: 2, stderr: expect.stringContaining("sluice.example.yaml") });
  });

  test("every mistake of a configuration in one message, before anything connects", async () => {
    const file = join(folder, "wrong.yaml");
    const text = await readFile(resolve("config/epic.yaml"), "utf8");
    await writeFile(
      file,
      text
        .replace("mode: read-write", "mode: sometimes")
        .replace("rpoTargetMinutes: 60", "rpoTargetMinutes: soon")
        .replace("purposes:\n      - { name: training", "purpose:\n      - { name: training"),
    );
    const { code, stderr } = await sluice("worker", "--config", file);
    expect(code).toBe(2);
    for (const says of [
      /wrong\.yaml:3 +mode/,
      /wrong\.yaml:\d+ +sets.*rpoTargetMinutes/,
      /wrong\.yaml:\d+ +hosts.*purpose/,
    ])
      expect(stderr).toMatch(says);
  });
});

describe("sluice manifest", () => {
  test("is one JSON document; --http puts the address in", async () => {
    const socket = JSON.parse((await sluice("manifest")).stdout) as { settings: { socket_mode_enabled: boolean } };
    expect(socket.settings.socket_mode_enabled).toBe(true);
    const { stdout } = await sluice("manifest", "--http", "https://sluice.example/slack/events");
    expect(stdout).toContain("https://sluice.example/slack/events");
  });
});

const accepts = async (url: string): Promise<boolean> => {
  try {
    await fetch(url);
    return true;
  } catch (error) {
    return !/ECONNREFUSED/.test(String((error as { cause?: unknown }).cause));
  }
};

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  const address = server.address();
  await new Promise((closed) => server.close(closed));
  return typeof address === "object" && address ? address.port : 0;
}

async function stopped(program: Program, url: string): Promise<void> {
  program.kill("SIGTERM");
  expect(await program.ended).toMatchObject({ code: 0 });
  expect(await accepts(url)).toBe(false);
}

describe("what stays up until it is told to stop", () => {
  test.each([["ontap"], ["slack"]])("sluice sim %s says where it listens", async (name) => {
    const program = start(compiled.main, ["sim", name, "--port", "0"], {}, folder);
    const [, url = ""] = await program.line(/^listening on (https?:\/\/127\.0\.0\.1:\d+)$/m);
    expect(await accepts(url)).toBe(true);
    await stopped(program, url);
  });

  test("the demo: its last line, this morning's digest, and nothing left of it", async () => {
    const port = await freePort();
    const program = start(compiled.main, ["demo", "--port", String(port)], { REDIS_URL: redis.url }, folder);
    const url = `http://127.0.0.1:${port}`;
    await program.line(/^Sluice demo ready: /m);
    expect(program.stdout().trimEnd().split("\n").at(-1)).toBe(`Sluice demo ready: ${url}`);
    const state = (await (await fetch(`${url}/_control/state`)).json()) as { world: Record<string, string> };
    expect(Object.keys(state.world)).toEqual(expect.arrayContaining(["ali-ontap-01", "cvo-eastus2", "azure", "slack"]));
    await expect(readMessages(url, "C0HEALTH")).resolves.toMatch(/prod/);
    await stopped(program, url);
    for (const each of Object.values(state.world)) expect(await accepts(each)).toBe(false);
  });
});

async function readMessages(url: string, channel: string): Promise<string> {
  const deadline = Date.now() + 60_000;
  for (;;) {
    const text = await (await fetch(`${url}/_control/messages?channel=${channel}`)).text();
    if (text.includes('"ts"') || Date.now() > deadline) return text;
  }
}
