import { afterEach, beforeEach, describe, expect, test } from "@jest/globals";
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { ManualClock } from "../../sim/kit/clock.js";
import { createSsh as createServers, type Ssh, type SshServers } from "../../sim/ssh/index.js";
import type { ScriptCall } from "../../src/core/script.js";
import { createHost, quiesce, quiesced } from "../../src/host/index.js";
import { createSsh, type SshHost, type SshTransport } from "../../src/ssh/index.js";
import { quoted, standardInput } from "../../src/ssh/quote.js";
import { place, quiesceInput, type Place } from "../host/support/world.js";
import { until } from "../support/until.js";

const name = "epic-prd-01";
let clock: ManualClock;
let at: Place;
let sim: Ssh;
let servers: SshServers;
let transports: SshTransport[];

beforeEach(async () => {
  clock = new ManualClock(Date.UTC(2026, 10, 22));
  at = place(name, {}, clock);
  sim = createServers({ world: at.world, hosts: at.hosts });
  servers = await sim.listen();
  transports = [];
});
afterEach(async () => {
  transports.forEach((each) => each.close());
  await servers.close();
});

function transport(more: Partial<SshHost> = {}, key = servers.clientKey, acceptTimeoutMs = 10_000): SshTransport {
  const endpoint = servers.endpoints[name]!;
  const made = createSsh(
    {
      name,
      address: endpoint.address,
      port: endpoint.port,
      user: servers.user,
      hostKey: endpoint.hostKeyFingerprint,
      privateKey: { $secret: "ssh-key" },
      ...more,
    },
    { openSecret: (secret) => Promise.resolve(secret === "ssh-key" ? key : `value of ${secret}`), acceptTimeoutMs },
  );
  transports.push(made);
  return made;
}
/** A script goes on without whoever started it. */
const ended = (host: Pick<SshTransport, "ticket">, ticket: string): Promise<void> =>
  until(async () => (await host.ticket(ticket)).state !== "running");
const call = (script: string, env: Record<string, string> = {}, secrets: ScriptCall["secrets"] = {}): ScriptCall => ({
  kind: "read",
  name: "try",
  script,
  env,
  secrets,
  timeoutMs: 20_000,
});
const change = { ...call("printf '@@BEGAN t\\n'; printf x >> /var/lib/count"), kind: "change" as const };

describe("nothing is sent", () => {
  test.each([
    [
      "to a machine with another host key",
      { hostKey: "SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA" },
      "hostKey",
      /shows the host key SHA256:.*not the pinned one/,
      false,
    ],
    ["to an account that is not ours", { user: "root" }, "login", /did not accept the key of root/, false],
    ["to a port nobody listens on", { port: 1 }, undefined, /cannot be reached by SSH/, true],
  ] as const)("%s", async (_name, more, code, says, retryable) => {
    const ssh = transport(more);
    const no = expect.objectContaining({ kind: "notSent", code, retryable, sentence: expect.stringMatching(says) });
    await expect(ssh.start(change, "t1")).rejects.toEqual(no);
    await expect(ssh.read(call("true"))).rejects.toEqual(no);
    expect(sim.calls()).toEqual([]);
  });
  test("with a key that is none", async () => {
    const error: unknown = await transport({}, "-----BEGIN nonsense")
      .start(change, "t1")
      .catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ kind: "notSent", code: "login" });
    expect(String(error)).not.toContain("nonsense");
  });
  test("when the connection is cut at once", async () => {
    sim.fault(name, { kind: "refuse" });
    await expect(transport().start(change, "t1")).rejects.toMatchObject({ kind: "notSent", retryable: true });
  });
});

describe("a script", () => {
  test("gets its values as they are, and answers with its output and exit code", async () => {
    const hard = `it's "$HOME" \`x\` \\ ; & | é\nline two`;
    const ran = await transport().read(
      call('printf "%s" "$A"; printf "%s" "$B" >&2; exit 7', { A: hard }, { B: { $secret: "pin" } }),
    );
    expect(ran).toEqual({ exitCode: 7, stdout: hard, stderr: "value of pin" });
    expect(sim.calls().map((each) => each.command)).toEqual(["bash -s"]);
  });
  test("by sudo where the account is not root", async () => {
    await transport({ sudo: true }).read(call("true"));
    expect(sim.calls().map((each) => each.command)).toEqual(["sudo -n bash -s"]);
  });
  test("starts once for one ticket", async () => {
    const ssh = transport();
    await ssh.start(change, "t1");
    await ssh.start(change, "t1");
    await ended(ssh, "t1");
    expect(await at.hosts.readFile(name, "/var/lib/count")).toBe("x");
    expect(await ssh.ticket("t1")).toMatchObject({ state: "ended", outcome: { exitCode: 0 } });
  });
  test("that the account may not run is rejected, with its reason", async () => {
    const refused = { ...change, script: "echo 'sudo: a password is required' >&2; exit 1" };
    await expect(transport().start(refused, "t1")).rejects.toMatchObject({
      kind: "rejected",
      sentence: expect.stringContaining("a password is required"),
    });
  });
});

describe("a lost connection", () => {
  const input = quiesceInput();
  const { tag, vgs, wwids } = input;
  test("after the script ran is in doubt, and its record on the host tells the rest", async () => {
    const host = createHost(transport());
    sim.fault(name, { kind: "dropAfter" });
    await expect(host.start(quiesce.script(input), "t1")).rejects.toMatchObject({ kind: "inDoubt" });
    await ended(host, "t1");
    expect(await quiesce.settle(host, input, "t1")).toMatchObject({ found: "done" });
    expect((await quiesced.ask(host, { tag, vgs, wwids })).record).toBe("stopped");
  });
  test("before it ran is in doubt too, and the host has never heard of it", async () => {
    const host = createHost(transport());
    sim.fault(name, { kind: "dropBefore" });
    await expect(host.start(quiesce.script(input), "t1")).rejects.toMatchObject({ kind: "inDoubt" });
    expect(await host.ticket("t1")).toEqual({ state: "absent" });
  });
  test("is not needed to hear of a ticket: another process reads it back", async () => {
    await createHost(transport()).start(quiesce.script(input), "t1");
    await ended(createHost(transport()), "t1");
    expect(await quiesce.settle(createHost(transport()), input, "t1")).toMatchObject({ found: "done" });
  });
  test("with the shell killed leaves a ticket that is lost, and a look at the host", async () => {
    const host = createHost(transport());
    at.hosts.fault(name, { kind: "kill", afterCommand: 12 });
    await expect(host.start(quiesce.script(input), "t1")).rejects.toMatchObject({ kind: "inDoubt" });
    // its lock is held for as long as it ran
    expect(await host.ticket("t1")).toMatchObject({ state: "running" });
    clock.advance(10_000);
    expect(await host.ticket("t1")).toMatchObject({ state: "lost" });
    at.hosts.clearFaults();
    await host.start(quiesce.script(input), "t2");
    await ended(host, "t2");
    expect(await quiesce.settle(host, input, "t2")).toMatchObject({ found: "done" });
  });
  test("a host that says nothing is in doubt after a while", async () => {
    sim.fault(name, { kind: "hang" });
    await expect(transport({}, servers.clientKey, 300).start(change, "t1")).rejects.toMatchObject({
      kind: "inDoubt",
      sentence: expect.stringContaining("in time"),
    });
  });
});

describe("values on their way to a shell", () => {
  test("are one word in real bash, whatever they are", () => {
    fc.assert(
      fc.property(
        fc.string({ unit: "binary", maxLength: 60 }).filter((text) => !text.includes("\0")),
        (value) => {
          const shell = spawnSync("bash", ["-s"], {
            input: `export A=${quoted(value)}\nprintf '%s' "$A"`,
          });
          expect(shell.stdout.equals(Buffer.from(value))).toBe(true);
        },
      ),
      { numRuns: 60 },
    );
  });
  test.each([
    ["a NUL", { A: "a\0b" }],
    ["a name that is none", { "A;reboot": "1" }],
  ])("%s is never sent", async (_name, env) => {
    await expect(standardInput(call("true", env), () => Promise.reject(new Error("unused")))).rejects.toThrow(
      TypeError,
    );
  });
});
