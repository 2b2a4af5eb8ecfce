import { afterAll, afterEach, beforeAll, describe, expect, test } from "@jest/globals";
import { spawn } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ScriptCall } from "../../src/core/script.js";
import { createHost, unprepare, type HostRunner, type PrepareInput } from "../../src/host/index.js";
import { createSsh, type SshHost, type SshOptions, type SshTransport } from "../../src/ssh/index.js";
import { until } from "../support/until.js";
import { lineTo, sshd, startSshd, type SshServer } from "./support/sshd.js";

/** The product's transport against OpenSSH's own server. Left out only where that is not installed, which CI does not allow. */
const ifInstalled = sshd === undefined ? describe.skip : describe;

ifInstalled("a real OpenSSH server", () => {
  let server: SshServer;
  let transports: SshTransport[] = [];
  beforeAll(async () => {
    server = await startSshd();
  }, 60_000);
  afterEach(() => {
    transports.forEach((each) => each.close());
    transports = [];
  });
  afterAll(() => server.close());

  function transport(more: Partial<SshHost> = {}, key = server.privateKey, options: Partial<SshOptions> = {}) {
    const made = createSsh(
      {
        name: "real",
        address: "127.0.0.1",
        port: server.port,
        user: server.user,
        hostKey: server.hostKey,
        privateKey: { $secret: "key" },
        ...more,
      },
      { openSecret: (name) => Promise.resolve(name === "key" ? key : `value of ${name}`), ...options },
    );
    transports.push(made);
    return made;
  }
  const call = (script: string, env: Record<string, string> = {}, secrets: ScriptCall["secrets"] = {}): ScriptCall => ({
    kind: "read",
    name: "try",
    script,
    env,
    secrets,
    timeoutMs: 20_000,
  });
  const change = (script: string): ScriptCall => ({ ...call(script), kind: "change" });
  const file = (name: string): string => join(server.home, name);

  describe("nothing is run", () => {
    test.each([
      [
        "where another host key is shown",
        { hostKey: `SHA256:${"A".repeat(43)}` },
        undefined,
        "hostKey",
        /shows the host key SHA256:.*not the pinned/,
      ],
      ["with a key it does not know", {}, "stranger", "login", /did not accept the key of/],
      [
        "as a user that is not there",
        { user: "nobody-of-that-name" },
        undefined,
        "login",
        /did not accept the key of nobody/,
      ],
    ] as const)("%s", async (_name, more, key, code, says) => {
      const ssh = transport(more, key === "stranger" ? server.strangersKey : server.privateKey);
      const no = expect.objectContaining({ kind: "notSent", code, sentence: expect.stringMatching(says) });
      await expect(ssh.start(change(`touch ${file("ran")}`), "t1")).rejects.toEqual(no);
      await expect(ssh.read(call(`touch ${file("ran")}`))).rejects.toEqual(no);
      expect(existsSync(file("ran"))).toBe(false);
    });
    test("where nobody listens", async () => {
      const line = await lineTo(1);
      await expect(transport({ port: line.port }).read(call("true"))).rejects.toMatchObject({
        kind: "notSent",
        retryable: true,
      });
      await line.close();
    });
  });

  describe("a script", () => {
    test("goes by standard input, gets its values as they are, and answers with both outputs and its exit code", async () => {
      const hard = `it's "$HOME" \`x\` \\ ; & | é\nline two`;
      const ran = await transport().read(
        call('printf "%s" "$A"; printf "%s" "$B" >&2; exit 7', { A: hard }, { B: { $secret: "pin" } }),
      );
      expect(ran).toEqual({ exitCode: 7, stdout: hard, stderr: "value of pin" });
    });
    test("shows nothing of its values in the list of processes", async () => {
      const ran = await transport().read(
        call(
          "tr '\\0' ' ' </proc/$$/cmdline; tr '\\0' ' ' </proc/$PPID/cmdline",
          { A: "SEEN-1" },
          { B: { $secret: "SEEN-2" } },
        ),
      );
      expect(ran.stdout).toContain("bash -s");
      expect(ran.stdout).not.toContain("SEEN");
    });
    test("as long as ours are, and one that is much longer", async () => {
      const long = `${"# a comment that has to be carried\n".repeat(30_000)}printf end`;
      expect(await transport().read(call(long))).toEqual({ exitCode: 0, stdout: "end", stderr: "" });
    });
    test("that talks much keeps its last words", async () => {
      const ran = await transport().read(
        call(
          "head -c 6000000 /dev/zero | tr '\\0' 'x'; head -c 3000000 /dev/zero | tr '\\0' 'y' >&2; printf '\\n@@RESULT {\"ok\":true}\\n'",
        ),
      );
      expect(ran.exitCode).toBe(0);
      expect(ran.stdout.endsWith('\n@@RESULT {"ok":true}\n')).toBe(true);
      expect(ran.stdout.length).toBeLessThanOrEqual(64 * 1024);
    });
    test("whose shell is killed has no exit code of its own", async () => {
      const ran = await transport().read(call("kill -9 $$"));
      expect(ran.exitCode).not.toBe(0);
    });
    test("that the account may not run is rejected with its reason", async () => {
      await expect(
        transport().start(change("echo 'sudo: a password is required' >&2; exit 1"), "t1"),
      ).rejects.toMatchObject({ kind: "rejected", sentence: expect.stringContaining("a password is required") });
    });
    test("starts once for one ticket", async () => {
      const ssh = transport();
      const twice = change(`printf '@@BEGAN t1\\n'; printf x >>${file("count")}`);
      await ssh.start(twice, "t1");
      await ssh.start(twice, "t1");
      await until(async () => (await ssh.ticket("t1")).state === "ended");
      expect(readFileSync(file("count"), "utf8")).toBe("x");
    });
  });

  describe("a connection that is lost", () => {
    test("before the script said that it has begun is in doubt for a change, and not sent for a look", async () => {
      const line = await lineTo(server.port);
      const ssh = transport({ port: line.port });
      const begun = ssh.start(change(`touch ${file("early")}; sleep 20`), "t1");
      const read = ssh.read(call(`touch ${file("look")}; sleep 20`));
      const both = Promise.allSettled([begun, read]);
      await until(() => existsSync(file("early")) && existsSync(file("look")));
      line.cut();
      expect(await both).toEqual([
        { status: "rejected", reason: expect.objectContaining({ kind: "inDoubt" }) },
        { status: "rejected", reason: expect.objectContaining({ kind: "notSent", retryable: true }) },
      ]);
      expect(await ssh.ticket("t1")).toMatchObject({ state: "lost" });
      await line.close();
    });
    test("that goes dead without a word is in doubt after a while", async () => {
      const line = await lineTo(server.port);
      const ssh = transport({ port: line.port }, server.privateKey, { acceptTimeoutMs: 400 });
      const begun = ssh.start(change(`touch ${file("dead")}; sleep 20; printf '@@BEGAN t1\\n'`), "t1");
      const answer = begun.catch((thrown: unknown) => thrown);
      await until(() => existsSync(file("dead")));
      line.freeze();
      expect(await answer).toMatchObject({ kind: "inDoubt", sentence: expect.stringContaining("in time") });
      await line.close();
    });
  });

  describe("a ticket of one of our own scripts", () => {
    const input: PrepareInput = {
      tag: "sluice_r1",
      initiator: "iqn.1994-05.com.redhat:real",
      targets: [{ target: "iqn.1992-08.com.netapp:sn.1:vs.1", portals: ["127.0.0.9"] }],
    };
    const host = (more: Partial<SshHost> = {}): HostRunner => createHost(transport(more));
    const over = (on: HostRunner, ticket: string) => until(async () => (await on.ticket(ticket)).state === "ended");

    test("ends with what the script found, is known to another process, and never runs it twice", async () => {
      const first = host();
      await first.start(unprepare.script(input), "t21");
      await over(first, "t21");
      expect(await unprepare.settle(first, input, "t21")).toMatchObject({
        found: "done",
        output: { boot: expect.stringMatching(/-/) },
      });
      const record = readFileSync(file("t21.json"), "utf8");
      const second = host();
      expect(await unprepare.settle(second, input, "t21")).toMatchObject({ found: "done" });
      await second.start(unprepare.script(input), "t21");
      await over(second, "t21");
      expect(readFileSync(file("t21.json"), "utf8")).toBe(record);
    });

    test("that was never started is absent", async () => {
      expect(await host().ticket("t22")).toEqual({ state: "absent" });
    });

    test("whose connection was cut goes on; the host tells that it runs, and how it ended", async () => {
      const holder = spawn("flock", [file("lock"), "cat"], { stdio: ["pipe", "ignore", "ignore"] });
      const line = await lineTo(server.port);
      const first = host({ port: line.port });
      await until(() => existsSync(file("lock")));
      await first.start(unprepare.script(input), "t23");
      line.cut();
      const other = host();
      await until(async () => (await other.ticket("t23")).state === "running");
      holder.stdin.end();
      await over(other, "t23");
      expect(await unprepare.settle(other, input, "t23")).toMatchObject({ found: "done" });
      await line.close();
    });

    test("whose shell was killed is lost, and only a look at the host can tell", async () => {
      writeFileSync(
        file("t24.json"),
        `{"ticket":"t24","script":"unprepare","state":"began","boot":"${readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim()}","exit":-1,"result":null}\n`,
      );
      expect(await host().ticket("t24")).toMatchObject({ state: "lost" });
    });
  });
});
