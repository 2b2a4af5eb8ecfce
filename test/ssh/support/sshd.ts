import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { until } from "../../support/until.js";

/** OpenSSH's server, where it is installed. */
export const sshd = ["/usr/sbin/sshd", "/usr/local/sbin/sshd", "/usr/bin/sshd"].find((path) => existsSync(path));

export interface SshServer {
  readonly port: number;
  /** The account scripts run as: whoever runs the tests. */
  readonly user: string;
  readonly hostKey: string;
  readonly privateKey: string;
  /** A good key that nobody here knows. */
  readonly strangersKey: string;
  /** Where a script's records and lock are, in place of /var/lib/sluice and /run/lock. */
  readonly home: string;
  /** What the server wrote down of itself. */
  log(): string;
  close(): Promise<void>;
}

function keygen(file: string): void {
  const made = spawnSync("ssh-keygen", ["-q", "-t", "ed25519", "-N", "", "-f", file], { encoding: "utf8" });
  if (made.status !== 0) throw new Error(`ssh-keygen: ${made.stderr}`);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/**
 * A real OpenSSH server on a port of its own, with keys that are thrown away with it. Scripts run in real bash on this machine; their records go
 * to a folder of the test instead of the system's own.
 */
export async function startSshd(): Promise<SshServer> {
  const dir = mkdtempSync(join(tmpdir(), "sluice-sshd-"));
  const home = join(dir, "home");
  mkdirSync(home, { mode: 0o700 });
  for (const name of ["host", "client", "stranger"]) keygen(join(dir, name));
  writeFileSync(join(dir, "authorized"), readFileSync(join(dir, "client.pub")), { mode: 0o600 });
  const elsewhere = join(dir, "elsewhere");
  writeFileSync(
    elsewhere,
    `#!/bin/bash\nset -o pipefail\nsed 's#/var/lib/sluice#${home}#g; s#/run/lock/sluice.lock#${home}/lock#g' | $SSH_ORIGINAL_COMMAND\n`,
    { mode: 0o755 },
  );
  const port = await freePort();
  const config = join(dir, "sshd_config");
  writeFileSync(
    config,
    [
      `Port ${port}`,
      "ListenAddress 127.0.0.1",
      `HostKey ${join(dir, "host")}`,
      `AuthorizedKeysFile ${join(dir, "authorized")}`,
      "PasswordAuthentication no",
      "KbdInteractiveAuthentication no",
      "PermitRootLogin prohibit-password",
      "StrictModes no",
      "UsePAM no",
      "PidFile none",
      "LogLevel VERBOSE",
      `ForceCommand ${elsewhere}`,
      "",
    ].join("\n"),
  );
  // root's server wants this folder for its unprivileged half
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const server = spawn(sshd ?? "sshd", ["-D", "-e", "-f", config], { stdio: ["ignore", "ignore", "pipe"] });
  let log = "";
  server.stderr.on("data", (chunk: Buffer) => (log += chunk.toString()));
  await until(() => {
    if (server.exitCode !== null) throw new Error(`sshd ended with ${server.exitCode}: ${log}`);
    return log.includes("Server listening");
  });
  return {
    port,
    user: userInfo().username,
    hostKey: fingerprintOf(join(dir, "host.pub")),
    privateKey: readFileSync(join(dir, "client"), "utf8"),
    strangersKey: readFileSync(join(dir, "stranger"), "utf8"),
    home,
    log: () => log,
    close: async () => {
      await ended(server);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** As OpenSSH's own tool prints it. */
const fingerprintOf = (file: string): string =>
  spawnSync("ssh-keygen", ["-lf", file], { encoding: "utf8" }).stdout.split(" ")[1] ?? "";

async function ended(server: ChildProcess): Promise<void> {
  const over = new Promise((resolve) => server.once("exit", resolve));
  if (server.exitCode === null) server.kill();
  else return;
  await over;
}

/** A line between client and server that can be cut, or go dead. */
export interface Line {
  readonly port: number;
  cut(): void;
  /** Nothing comes through any more, and nobody is told. */
  freeze(): void;
  close(): Promise<void>;
}

export async function lineTo(port: number): Promise<Line> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = connect(port, "127.0.0.1");
    for (const each of [near, far]) {
      sockets.add(each);
      each.on("error", () => undefined);
      each.on("close", () => {
        sockets.delete(each);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far);
    far.pipe(near);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const cut = (): void => sockets.forEach((each) => each.destroy());
  return {
    port: (server.address() as AddressInfo).port,
    cut,
    freeze: () =>
      sockets.forEach((each) => {
        each.unpipe();
        each.pause();
      }),
    close: async () => {
      cut();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
