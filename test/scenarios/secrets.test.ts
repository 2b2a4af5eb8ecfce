import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import type { Redis } from "ioredis";
import { useCompiled } from "../support/compiled.js";
import { start } from "../support/program.js";
import { useRedis } from "../support/redis.js";
import { openScene, until, type Scene } from "./app.js";
import { configText } from "./configFile.js";
import { basicAuth, leaks, secretOf, type Secret } from "./leaks.js";

const redis = useRedis();
const compiled = useCompiled();

describe("secrets of a world in which much goes wrong", () => {
  let scene: Scene;
  let folder: string;
  let monitor: Redis;
  const log: string[] = [];
  /** Every command Redis was sent under our prefix: keys, values, queue jobs, scripts' arguments, also of what is gone by now. */
  const commands: string[] = [];
  let secrets: readonly Secret[] = [];

  beforeAll(async () => {
    monitor = await redis.connect().monitor();
    monitor.on("monitor", (_time: string, args: readonly string[]) => commands.push(args.join(" ")));
    scene = await openScene(redis, { heard: (line) => log.push(line), timings: { stepMs: 1_000 } });
    folder = await mkdtemp(join(tmpdir(), "sluice-secrets-"));
    await writeFile(join(folder, "sluice.yaml"), await configText(scene));
    secrets = secretsOf(scene);
  });
  afterAll(async () => {
    monitor.disconnect();
    await scene.close();
    await rm(folder, { recursive: true, force: true });
  });

  const idle = (): Promise<true> =>
    until(async () => ((await scene.app.desk.open()).length === 0 ? true : undefined), "every run to end");

  test("none of them is in any place where text ends up", async () => {
    await liveThroughMuch(scene);
    await idle();
    const places = new Map([...(await everyPlace()), ...(await commandLines())]);
    for (const [place, text] of places) expect({ place, empty: text.length < 20 }).toEqual({ place, empty: false });
    expect(leaks(secrets, places)).toEqual([]);
  });

  test("one that is put where text ends up is found there: in Redis, in Slack, in the journal, in a simulator's log", async () => {
    const password = scene.world.secrets["SLUICE_CVO_PASSWORD"] ?? "";
    const key = scene.world.secrets["SLUICE_SSH_KEY"] ?? "";
    const planted = redis.connect();
    await planted.set(`${scene.config.redis.prefix}:planted`, JSON.stringify({ key }));
    await planted.del(`${scene.config.redis.prefix}:planted`);
    const asked = await scene.say(`extend the training clone because of ${password}`);
    await scene.reply(asked, /./);
    await scene.ontap(
      "cvo-eastus2",
      `/storage/volumes?name=${encodeURIComponent(scene.world.secrets["SLACK_APP_TOKEN"] ?? "")}`,
    );
    const found = leaks(secrets, await everyPlace());
    expect(found).toEqual(
      expect.arrayContaining([
        "SLUICE_SSH_KEY in Redis",
        "SLUICE_CVO_PASSWORD in Slack messages",
        "SLACK_APP_TOKEN in the log of cvo-eastus2",
      ]),
    );
  });

  test.each(["plain", "JSON", "base64 within other text", "URL"])("the searcher knows a secret as %s", (how) => {
    const value = 'pass "word"/1!';
    const shapes: Record<string, string> = {
      plain: `the password is ${value}.`,
      JSON: JSON.stringify({ nested: { value } }),
      "base64 within other text": `Run ${Buffer.from(value).toString("base64")}|base64 -d`,
      URL: `https://host/?p=${encodeURIComponent(value)}&q=1`,
    };
    expect(
      leaks(
        [secretOf("it", value)],
        new Map([
          ["here", shapes[how] ?? ""],
          ["there", "nothing"],
        ]),
      ),
    ).toEqual(["it in here"]);
  });

  /** Every place where a text of the product can end up, by name. */
  async function everyPlace(): Promise<ReadonlyMap<string, string>> {
    const runs = await scene.app.desk.recent(100);
    const journal = await Promise.all(runs.map((run) => scene.app.engine.store.read(run.id)));
    const messages = await scene.control<unknown>("messages");
    const homes = await Promise.all(
      ["U0REQUESTER", "U0STORAGE"].map((user) => scene.control<unknown>(`home?user=${user}`)),
    );
    const slack = await scene.control<unknown>("log");
    const logs = await Promise.all(
      ["ali-ontap-01", "cvo-eastus2", "azure"].map(
        async (name) => [`the log of ${name}`, JSON.stringify(await scene.calls(name))] as const,
      ),
    );
    return new Map([
      ["the journal", JSON.stringify(journal)],
      ["Redis", commands.filter((line) => line.includes(scene.config.redis.prefix)).join("\n")],
      ["the product's log", log.join("")],
      ["Slack messages", JSON.stringify([messages, homes])],
      ["the log of Slack", JSON.stringify(slack)],
      ...logs,
      ["commands by SSH", JSON.stringify(scene.world.ssh.calls())],
      ["hosts", JSON.stringify(await scene.hosts())],
    ]);
  }

  /** What commands print on both streams. */
  async function commandLines(): Promise<(readonly [string, string])[]> {
    const env = { REDIS_URL: redis.url, ...scene.world.secrets };
    const sluice = async (...args: string[]): Promise<readonly [string, string]> => {
      const { stdout, stderr } = await start(compiled.main, args, env, folder).ended;
      return [`sluice ${args.join(" ")}`, stdout + stderr.replaceAll(redis.url, "")];
    };
    const newest = (await scene.app.desk.recent(1))[0]?.id ?? "";
    const said = [];
    for (const args of [["runs"], ["run", newest], ["approvals"], ["doctor"], ["plan", "clone prod for testing"]])
      said.push(await sluice(...args, "--json"));
    return said;
  }
});

/** Everything of this world that may be read by nobody. */
function secretsOf(scene: Scene): readonly Secret[] {
  const { secrets, world } = scene.world;
  const logins = world.clusters.flatMap((cluster) =>
    cluster.logins.map(({ user, password }) => ({ name: `${user} on ${cluster.name}`, user, password })),
  );
  return [
    ...Object.entries(secrets).map(([name, value]) => secretOf(name, value)),
    ...logins.flatMap(({ name, user, password }) => [
      secretOf(name, password),
      { name: `the login of ${name} as it is sent`, needles: [basicAuth(user, password)] },
    ]),
    // What every token Azure gives out begins with.
    { name: "a token of Azure", needles: ["Bearer ey", "eyJ0eXAiOiJKV1Qi"] },
  ];
}

/** A clone that succeeds, a refusal, a wrong password, Azure's 403, a host whose SSH breaks off. */
async function liveThroughMuch(scene: Scene): Promise<void> {
  await scene.card(await scene.say("clone prod volume for training"), /Done in/);
  await scene.card(await scene.say("restore prod from CVO from 2026-01-03"), /Not possible/);

  scene.world.fabric.fault("cvo-eastus2", { condition: "loginRefused" });
  await scene.card(await scene.say("clone prod volume for testing"), /Not possible/);
  await scene.reply(await scene.say("<@U0SLUICE> health"), /cvo-eastus2/);
  scene.world.fabric.clearFaults();

  const body = { error: { code: "AuthorizationFailed", message: "The client does not have authorization" } };
  scene.world.azure.fault({
    method: "PUT",
    path: "/runCommands/",
    times: 50,
    does: { kind: "reply", status: 403, body },
  });
  await scene.card(await scene.say("clone prod volume for testing"), /Failed, everything taken back/);
  scene.world.azure.clearFaults();

  scene.world.ssh.fault("epic-prd-01", { kind: "dropAfter", times: 100 });
  const asked = await scene.say("restore prod from CVO");
  const card = await scene.card(asked, /Waiting for approval/);
  for (const user of ["U0STORAGE", "U0APPOWNER"]) await scene.press(card, user, { action: "run:approve" });
  await scene.card(asked, /A person has to look/);
  await handOver(scene);
  scene.world.ssh.clearFaults();
}

/** Somebody of storage takes what nobody knows the end of into their own hands. */
async function handOver(scene: Scene): Promise<void> {
  const visitor = {
    person: { team: scene.config.slack.team, user: "U0STORAGE" },
    groups: ["S0STORAGE"],
    ...{ guest: false, bot: false, stranger: false, deleted: false, sharedChannel: false },
  };
  for (const run of await scene.app.desk.open())
    expect(await scene.app.desk.handToPerson(run.id, visitor, "the host is being repaired")).toMatchObject({
      ok: true,
    });
}
