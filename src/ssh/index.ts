import type { Client, ClientChannel } from "ssh2";
import { InDoubt, NotSent, Rejected } from "../core/problems.js";
import type { RawOutcome, ScriptCall, ScriptTransport, TicketState } from "../core/script.js";
import { connect } from "./connect.js";
import type { SshHost, SshOptions } from "./options.js";
import { standardInput } from "./quote.js";

export type { SshHost, SshOptions } from "./options.js";

export interface SshTransport extends ScriptTransport {
  /** Closes every connection. Scripts on the host go on; their tickets are lost to this transport and read back from the host. */
  close(): void;
}

const askAgainMs = 1_000;
const defaultConnectMs = 15_000;
const defaultAcceptMs = 30_000;
/** What is remembered of ended tickets; older ones are read back from the host. */
const remembered = 200;
/** A script's output is short; a hook may chatter. */
const keepBytes = 64 * 1024;

/** A script under way on one connection. */
interface Session {
  /** Settles when the host says the script has begun, or it has ended; rejects InDoubt when the connection fails before. */
  readonly begun: Promise<void>;
  /** The end, or undefined when the connection was lost before it. */
  readonly ended: Promise<RawOutcome | undefined>;
  /** Gives the connection up. */
  close(): void;
}

/**
 * One host behind SSH. The script is the standard input of `bash -s`. It writes its record and prints `@@BEGAN` before it acts, which is what
 * `start` waits for; the connection stays open in the background, and a ticket whose connection is gone is `lost` here: its record on the host tells.
 */
export function createSsh(host: SshHost, options: SshOptions): SshTransport {
  const from = `host ${host.name}`;
  const tickets = new Map<string, TicketState<RawOutcome>>();
  const open = new Set<Client>();

  const run = async (call: ScriptCall): Promise<Session> => {
    const [key, input] = await Promise.all([
      options.openSecret(host.privateKey.$secret),
      standardInput(call, options.openSecret),
    ]);
    const client = await connect(host, key, options.connectTimeoutMs ?? defaultConnectMs);
    open.add(client);
    client.once("close", () => open.delete(client));
    return session(client, host, input);
  };

  const remember = (ticket: string, state: TicketState<RawOutcome>): void => {
    tickets.set(ticket, state);
    const oldest = [...tickets].find(([, each]) => each.state !== "running");
    if (tickets.size > remembered && oldest !== undefined) tickets.delete(oldest[0]);
  };

  return {
    host: host.name,
    start: async (call, ticket) => {
      if (tickets.has(ticket)) return;
      const script = await run(call);
      remember(ticket, { state: "running", pollAfterMs: askAgainMs });
      void within(script.ended, call.timeoutMs, from).then(
        (outcome) =>
          remember(
            ticket,
            outcome === undefined ? { state: "lost", why: "the connection was lost" } : { state: "ended", outcome },
          ),
        // the script needs the connection for nothing but its last line, which is in its record too
        () => {
          remember(ticket, { state: "lost", why: "it is past its time and has not answered" });
          script.close();
        },
      );
      await within(script.begun, options.acceptTimeoutMs ?? defaultAcceptMs, from);
      const now = tickets.get(ticket);
      if (now?.state === "ended" && now.outcome.exitCode !== 0 && !now.outcome.stdout.includes("@@")) {
        tickets.delete(ticket);
        throw new Rejected(`it would not run the script: ${firstLine(now.outcome.stderr)}`, {
          from,
          code: `exit ${now.outcome.exitCode}`,
        });
      }
    },
    ticket: (ticket) =>
      Promise.resolve(tickets.get(ticket) ?? { state: "lost", why: "it was not started over this connection" }),
    read: async (call) => {
      const script = await run(call);
      const outcome = await within(script.ended, call.timeoutMs, from)
        .catch(() => undefined)
        .finally(() => script.close());
      if (outcome === undefined)
        throw new NotSent(`it did not answer the ${call.name} script`, { from, retryable: true });
      return outcome;
    },
    close: () => {
      for (const client of open) client.destroy();
    },
  };
}

const firstLine = (text: string): string => text.trim().split("\n", 1)[0]?.slice(0, 200) ?? "";

/** Sends the script and follows it. The channel never failing to open tells us that nothing was run. */
async function session(client: Client, host: SshHost, input: string): Promise<Session> {
  const from = `host ${host.name}`;
  const channel = await new Promise<ClientChannel>((resolve, reject) => {
    const no = (why: string): void =>
      reject(new NotSent(`it would not open a channel (${why})`, { from, retryable: true }));
    client.once("close", () => no("the connection was closed"));
    client.on("error", () => undefined);
    client.exec(host.sudo === true ? "sudo -n bash -s" : "bash -s", (error, opened) =>
      error ? no(error.message) : resolve(opened),
    );
  }).catch((thrown: unknown) => {
    client.end();
    throw thrown;
  });
  let stdout = "";
  let stderr = "";
  let exitCode: number | undefined;
  const ended = new Promise<RawOutcome | undefined>((resolve) => {
    channel.once("exit", (code: number | null) => (exitCode = code ?? -1));
    channel.once("close", () => {
      resolve(exitCode === undefined ? undefined : { exitCode, stdout, stderr });
      client.end();
    });
    client.once("close", () => resolve(undefined));
  });
  const begun = new Promise<void>((resolve, reject) => {
    channel.on("data", (chunk: Buffer) => {
      stdout = (stdout + chunk.toString("utf8")).slice(-keepBytes);
      if (/^@@(BEGAN|RESULT) /m.test(stdout)) resolve();
    });
    void ended.then((outcome) =>
      outcome === undefined
        ? reject(new InDoubt("the connection was lost after the script was sent", { from }))
        : resolve(),
    );
  });
  // whoever only waits for the end has no use for this one
  begun.catch(() => undefined);
  channel.stderr.on("data", (chunk: Buffer) => (stderr = (stderr + chunk.toString("utf8")).slice(-keepBytes)));
  channel.on("error", () => undefined);
  channel.end(input);
  return { begun, ended, close: () => client.destroy() };
}

/** Real time, not the product's clock: this bounds a socket. */
async function within<T>(promise: Promise<T>, timeoutMs: number, from: string): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new InDoubt("it did not say in time how far the script is", { from })), timeoutMs);
  });
  return Promise.race([promise, late]).finally(() => clearTimeout(timer));
}
