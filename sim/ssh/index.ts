import { createHash, timingSafeEqual } from "node:crypto";
import type { AddressInfo } from "node:net";
import ssh2, { type AuthContext, type Connection, type Server, type ServerChannel } from "ssh2";
import { HostUnreachable, type Hosts } from "../host/index.js";
import type { SimClock } from "../kit/clock.js";
import type { World } from "../worlds/types.js";

/** What can go wrong between here and the shell. Each counts down from `times` (default 1). */
export type SshFault =
  /** The TCP connection is cut as soon as it is made. */
  | { readonly kind: "refuse"; readonly times?: number }
  /** The connection breaks before the script is started: nothing has happened. */
  | { readonly kind: "dropBefore"; readonly times?: number }
  /** The connection breaks after the script has run, before its answer is sent. */
  | { readonly kind: "dropAfter"; readonly times?: number }
  /** The script runs, its end is never told. */
  | { readonly kind: "hang"; readonly times?: number };

export interface SshEndpoint {
  readonly host: string;
  readonly address: "127.0.0.1";
  readonly port: number;
  /** As OpenSSH prints it: `SHA256:…`. */
  readonly hostKeyFingerprint: string;
  /** As known_hosts holds it: `ssh-ed25519 AAAA…`. */
  readonly hostKey: string;
}

export interface SshServers {
  /** One listener for each bare-metal host, by name. */
  readonly endpoints: Readonly<Record<string, SshEndpoint>>;
  /** The first host's, for worlds with one. */
  readonly port: number;
  readonly hostKeyFingerprints: readonly string[];
  /** The only account and key that are let in. */
  readonly user: "sluice";
  readonly clientKey: string;
  readonly clientPublicKey: string;
  close(): Promise<void>;
}

export interface SshCall {
  readonly at: string;
  readonly host: string;
  readonly user: string;
  readonly command: string;
  readonly exitCode: number | null;
}

export interface Ssh {
  listen(): Promise<SshServers>;
  fault(host: string, rule: SshFault): void;
  clearFaults(): void;
  /** Commands asked for; scripts and values are not kept. */
  calls(): readonly SshCall[];
}

export interface SshOptions {
  readonly world: World;
  readonly hosts: Hosts;
  readonly clock?: SimClock;
}

const USER = "sluice";

interface Desk {
  readonly hosts: Hosts;
  readonly clock: SimClock;
  readonly calls: SshCall[];
  take(host: string, kind: SshFault["kind"]): boolean;
}

/** OpenSSH in front of the virtual bare-metal hosts: one pinned ed25519 host key each, one client key, `exec` only. */
export function createSsh({ world, hosts, clock = { now: () => Date.now() } }: SshOptions): Ssh {
  const faults = new Map<string, { rule: SshFault; left: number }[]>();
  const calls: SshCall[] = [];
  const desk: Desk = {
    hosts,
    clock,
    calls,
    take(host, kind) {
      const found = faults.get(host)?.find((each) => each.rule.kind === kind && each.left > 0);
      if (found) found.left -= 1;
      return found !== undefined;
    },
  };
  return {
    async listen() {
      const client = freshKeys("sluice");
      const names = world.hosts.filter((host) => host.kind === "bare-metal").map((host) => host.name);
      const listening = await Promise.all(names.map((name) => listenFor(name, client.public, desk)));
      const endpoints = Object.fromEntries(listening.map((each) => [each.endpoint.host, each.endpoint]));
      return {
        endpoints,
        port: listening[0]?.endpoint.port ?? 0,
        hostKeyFingerprints: listening.map((each) => each.endpoint.hostKeyFingerprint),
        user: USER,
        clientKey: client.private,
        clientPublicKey: client.public,
        close: async () => void (await Promise.all(listening.map((each) => each.close()))),
      };
    },
    fault: (host, rule) => void faults.set(host, [...(faults.get(host) ?? []), { rule, left: rule.times ?? 1 }]),
    clearFaults: () => faults.clear(),
    calls: () => calls,
  };
}

/** ssh2 1.17 makes about one ed25519 pair in 220 that it cannot read again itself ("Malformed OpenSSH public key"): thrown away. */
export function freshKeys(comment: string): { readonly public: string; readonly private: string } {
  for (let tries = 0; tries < 20; tries += 1) {
    const pair = ssh2.utils.generateKeyPairSync("ed25519", { comment });
    if (![pair.public, pair.private].some((key) => ssh2.utils.parseKey(key) instanceof Error)) return pair;
  }
  throw new Error("no readable SSH key could be made");
}

async function listenFor(
  host: string,
  clientKey: string,
  desk: Desk,
): Promise<{ endpoint: SshEndpoint; close(): Promise<void> }> {
  const key = freshKeys(host);
  const allowed = ssh2.utils.parseKey(clientKey);
  if (allowed instanceof Error) throw allowed;
  const open = new Set<Connection>();
  const server: Server = new ssh2.Server({ hostKeys: [key.private] }, (connection) => {
    open.add(connection);
    connection.on("close", () => open.delete(connection));
    // A client that goes away is its own business.
    connection.on("error", () => open.delete(connection));
    if (desk.take(host, "refuse")) {
      cut(connection);
      return;
    }
    connection.on("authentication", (context) => authenticate(context, allowed));
    connection.on("session", (accept) => {
      const session = accept();
      const env: Record<string, string> = {};
      session.on("env", (acceptEnv, _reject, info) => {
        env[info.key] = info.val;
        (acceptEnv as (() => void) | undefined)?.();
      });
      session.on("exec", (acceptExec, _reject, info) => serve(host, info.command, env, acceptExec(), connection, desk));
      session.on("pty", (_accept, reject) => reject());
      session.on("shell", (_accept, reject) => reject());
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(0, "127.0.0.1", resolve);
  });
  const blob = key.public.split(" ")[1] ?? "";
  const fingerprint = createHash("sha256").update(Buffer.from(blob, "base64")).digest("base64").replace(/=+$/, "");
  return {
    endpoint: {
      host,
      address: "127.0.0.1",
      port: (server.address() as AddressInfo).port,
      hostKeyFingerprint: `SHA256:${fingerprint}`,
      hostKey: `ssh-ed25519 ${blob}`,
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const each of open) cut(each);
      }),
  };
}

/** Ends the TCP connection at once, without SSH's farewell. */
function cut(connection: Connection): void {
  const { _sock: socket } = connection as unknown as { _sock?: { destroy(): void } };
  if (socket) socket.destroy();
  else connection.end();
}

function authenticate(context: AuthContext, allowed: ssh2.ParsedKey): void {
  if (context.method !== "publickey" || context.username !== USER) return context.reject(["publickey"]);
  const mine = allowed.getPublicSSH();
  const isSame =
    context.key.algo === allowed.type &&
    context.key.data.length === mine.length &&
    timingSafeEqual(context.key.data, mine);
  const isSigned =
    context.signature === undefined ||
    context.blob === undefined ||
    allowed.verify(context.blob, context.signature, context.hashAlgo) === true;
  if (isSame && isSigned) context.accept();
  else context.reject(["publickey"]);
}

function serve(
  host: string,
  command: string,
  env: Readonly<Record<string, string>>,
  channel: ServerChannel,
  connection: Connection,
  desk: Desk,
): void {
  const chunks: Buffer[] = [];
  channel.on("data", (chunk: Buffer) => chunks.push(chunk));
  channel.on("error", () => undefined);
  const go = (): void =>
    void run(host, command, env, Buffer.concat(chunks).toString("utf8"), channel, connection, desk);
  // "bash -s" needs all of its input; anything else may run at once.
  if (readsStdin(command)) channel.on("end", go);
  else go();
}

async function run(
  host: string,
  command: string,
  env: Readonly<Record<string, string>>,
  stdin: string,
  channel: ServerChannel,
  connection: Connection,
  desk: Desk,
): Promise<void> {
  const at = new Date(desk.clock.now()).toISOString();
  const note = (exitCode: number | null): void =>
    void desk.calls.push({
      at,
      host,
      user: USER,
      command: command.replace(/\b([A-Za-z_]\w*)=((?:'[^']*'|\\.|[^\s'\\])+)/g, "$1=***"),
      exitCode,
    });
  if (desk.take(host, "dropBefore")) {
    note(null);
    return cut(connection);
  }
  const { script, given, input } = understand(command, stdin);
  let result;
  try {
    result = await desk.hosts.run(host, script, { ...env, ...given }, input);
  } catch (error) {
    if (!(error instanceof HostUnreachable)) throw error;
    note(null);
    return cut(connection);
  }
  const isSilent = result.end === "hung" || desk.take(host, "hang");
  note(result.end === "exited" && !isSilent ? result.exitCode : null);
  if (isSilent) {
    // The shell dies with the connection; what it held is free then.
    connection.once("close", () => result.release());
    return;
  }
  if (result.end !== "exited" || desk.take(host, "dropAfter")) return cut(connection);
  channel.write(result.stdout, () => {
    channel.stderr.write(result.stderr, () => {
      channel.exit(result.exitCode);
      channel.end();
    });
  });
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=('(?:[^']|'\\'')*'|"[^"]*"|[^\s'"]*)\s+/;
const SHELL_ON_STDIN = /^(?:sudo\s+(?:-\w+\s+)*)?(?:\/(?:usr\/)?bin\/)?(?:bash|sh)(?:\s+-s)?(?:\s+-)?\s*$/;

const withoutAssignments = (command: string): { rest: string; given: Record<string, string> } => {
  const given: Record<string, string> = {};
  let rest = command
    .trim()
    .replace(/^sudo\s+(?:-n\s+)?(?=env\s|[A-Za-z_]\w*=)/, "")
    .replace(/^(?:\/usr\/bin\/)?env\s+(?:-i\s+)?/, "");
  for (let match = ASSIGNMENT.exec(rest); match; match = ASSIGNMENT.exec(rest)) {
    const quoted = match[2] ?? "";
    given[match[1] ?? ""] = quoted.startsWith("'")
      ? quoted.slice(1, -1).replaceAll(`'\\''`, "'")
      : quoted.replace(/^"|"$/g, "");
    rest = rest.slice(match[0].length);
  }
  return { rest, given };
};

const readsStdin = (command: string): boolean => SHELL_ON_STDIN.test(withoutAssignments(command).rest);

/** `[env] [A='1' …] bash -s` with the script on standard input, or any other command line. */
function understand(command: string, stdin: string): { script: string; given: Record<string, string>; input: string } {
  const { rest, given } = withoutAssignments(command);
  return SHELL_ON_STDIN.test(rest) ? { script: stdin, given, input: "" } : { script: command, given: {}, input: stdin };
}
