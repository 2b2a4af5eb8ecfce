import { afterAll, beforeAll, beforeEach, describe, expect, test } from "@jest/globals";
import { createHash } from "node:crypto";
import ssh2 from "ssh2";
import { createHosts, type Hosts } from "../../../sim/host/index.js";
import { ManualClock } from "../../../sim/kit/clock.js";
import { createSsh, freshKeys, type Ssh, type SshServers } from "../../../sim/ssh/index.js";
import { epic } from "../../../sim/worlds/epic.js";
import { MemorySan } from "../host/support/memory-san.js";

const HOST = "epic-prd-01";
let hosts: Hosts;
let ssh: Ssh;
let servers: SshServers;

beforeAll(async () => {
  const clock = new ManualClock(Date.UTC(2026, 10, 20, 12));
  hosts = createHosts({ world: epic, clock, san: new MemorySan() });
  ssh = createSsh({ world: epic, hosts, clock });
  servers = await ssh.listen();
});
afterAll(() => servers.close());
beforeEach(() => {
  ssh.clearFaults();
  hosts.reset();
});

interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface Attempt {
  readonly command?: string;
  readonly stdin?: string;
  readonly user?: string;
  readonly key?: string;
  readonly pinned?: string;
}

function exec({
  command = "bash -s",
  stdin = "",
  user = servers.user,
  key = servers.clientKey,
  pinned,
}: Attempt): Promise<Outcome> {
  const endpoint = servers.endpoints[HOST]!;
  const client = new ssh2.Client();
  const done = new Promise<Outcome>((resolve, reject) => {
    client.on("error", reject);
    client.on("close", () => reject(new Error("connection closed")));
    client.on("ready", () =>
      client.exec(command, (error, channel) => {
        if (error) return reject(error);
        let [stdout, stderr] = ["", ""];
        let code: number | null = null;
        channel.on("data", (chunk: Buffer) => (stdout += chunk.toString()));
        channel.stderr.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
        channel.on("exit", (value: number | null) => (code = value));
        channel.on("close", () =>
          code === null ? reject(new Error("no exit status")) : resolve({ code, stdout, stderr }),
        );
        channel.end(stdin);
      }),
    );
    client.connect({
      host: endpoint.address,
      port: endpoint.port,
      username: user,
      privateKey: key,
      hostVerifier: (blob: Buffer) =>
        `SHA256:${createHash("sha256").update(blob).digest("base64").replace(/=+$/, "")}` ===
        (pinned ?? endpoint.hostKeyFingerprint),
    });
  });
  return done.finally(() => client.destroy());
}

describe("SSH to a bare-metal host", () => {
  test("runs the script on standard input, with the environment given in front", async () => {
    const outcome = await exec({
      command: `env A='it'\\''s' B=2 bash -s`,
      stdin: 'echo "$A $B $(hostname)"; echo err >&2; exit 7\n',
    });
    expect(outcome).toEqual({ code: 7, stdout: `it's 2 ${HOST}\n`, stderr: "err\n" });
    expect(ssh.calls().at(-1)).toMatchObject({ host: HOST, command: "env A=*** B=*** bash -s", exitCode: 7 });
  });

  test("lets in one key of one account, and shows the pinned host key", async () => {
    const stranger = freshKeys("stranger").private;
    await expect(exec({ key: stranger, stdin: "true" })).rejects.toThrow(/authentication methods failed/);
    await expect(exec({ user: "root", stdin: "true" })).rejects.toThrow(/authentication methods failed/);
    await expect(exec({ pinned: "SHA256:other", stdin: "true" })).rejects.toThrow(/verification failed/);
  });

  test("a connection cut before the script: nothing happened; after it: it did", async () => {
    ssh.fault(HOST, { kind: "dropBefore" });
    await expect(exec({ stdin: "echo x >>/root/count\n" })).rejects.toThrow();
    expect(await hosts.readFile(HOST, "/root/count")).toBeUndefined();
    ssh.fault(HOST, { kind: "dropAfter" });
    await expect(exec({ stdin: "echo x >>/root/count\n" })).rejects.toThrow();
    expect(await hosts.readFile(HOST, "/root/count")).toBe("x\n");
  });

  test("refuses connections while told to, and when the host is down", async () => {
    ssh.fault(HOST, { kind: "refuse" });
    await expect(exec({ stdin: "true" })).rejects.toThrow();
    hosts.fault(HOST, { kind: "unreachable" });
    await expect(exec({ stdin: "true" })).rejects.toThrow();
    hosts.clearFaults(HOST);
    expect((await exec({ stdin: "true\n" })).code).toBe(0);
  });
});
