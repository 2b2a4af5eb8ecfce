import { randomInt } from "node:crypto";
import { setTimeout as pause } from "node:timers/promises";
import { Lines } from "./lines.js";

/** How a script in a guest came to its end. */
export interface Ran {
  readonly end: "exited" | "killed" | "late" | "lost";
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Status {
  readonly exited: boolean;
  readonly exitcode?: number;
  readonly signal?: number;
  readonly "out-data"?: string;
  readonly "err-data"?: string;
}

export interface Asked {
  readonly env?: Readonly<Record<string, string>>;
  readonly limitMs?: number;
  /** Ends the script's shell when aborted. */
  readonly signal?: AbortSignal;
}

const text = (base64: string | undefined): string => Buffer.from(base64 ?? "", "base64").toString("utf8");
const anHourMs = 3_600_000;

/**
 * qemu-guest-agent on its unix socket: runs scripts as root, as Azure's agent does. One question is under way at a time; a connection that
 * does not answer is made anew, with the agent's own way of saying where answers begin.
 */
export class Agent {
  private lines: Lines | undefined;
  private queue: Promise<unknown> = Promise.resolve();

  constructor(private readonly path: string) {}

  /** Does it answer within that time? */
  async answers(withinMs: number): Promise<boolean> {
    return this.ask("guest-ping", {}, withinMs).then(
      () => true,
      () => false,
    );
  }

  /** Runs a script in bash as root. `lost`: the guest stopped answering in the middle. */
  async run(script: string, { env = {}, limitMs = anHourMs, signal }: Asked = {}): Promise<Ran> {
    const { pid } = (await this.ask("guest-exec", {
      path: "/bin/bash",
      arg: ["-s"],
      "input-data": Buffer.from(script).toString("base64"),
      "capture-output": true,
      env: [
        "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
        "HOME=/root",
        ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
      ],
    })) as { pid: number };
    const until = Date.now() + limitMs;
    for (let wait = 20; ; wait = Math.min(wait * 1.5, 400)) {
      await pause(wait);
      const status = await this.status(pid);
      if (status === undefined) return { end: "lost", exitCode: -1, stdout: "", stderr: "" };
      if (status.exited) {
        const said = { stdout: text(status["out-data"]), stderr: text(status["err-data"]) };
        return status.signal === undefined
          ? { end: "exited", exitCode: status.exitcode ?? -1, ...said }
          : { end: "killed", exitCode: -1, ...said };
      }
      if (signal?.aborted === true || Date.now() > until) {
        await this.ask("guest-exec", { path: "/bin/kill", arg: ["-KILL", String(pid)] });
        if (signal?.aborted !== true) return { end: "late", exitCode: -1, stdout: "", stderr: "" };
      }
    }
  }

  /** Undefined when the agent does not know the process: the guest was restarted. */
  private async status(pid: number): Promise<Status | undefined> {
    for (let tries = 0; tries < 3; tries += 1) {
      try {
        return (await this.ask("guest-exec-status", { pid })) as Status;
      } catch (error) {
        if (error instanceof AgentSaid) return undefined;
        await pause(1_000);
      }
    }
    return undefined;
  }

  close(): void {
    this.lines?.close();
    this.lines = undefined;
  }

  private ask(execute: string, args: object, withinMs = 20_000): Promise<unknown> {
    const next = this.queue.then(() => this.exchange(execute, args, withinMs));
    this.queue = next.catch(() => undefined);
    return next;
  }

  private async exchange(execute: string, args: object, withinMs: number): Promise<unknown> {
    try {
      if (this.lines?.isOpen !== true) this.lines = await this.synced(withinMs);
      this.lines.send(`${JSON.stringify({ execute, arguments: args })}\n`);
      const line = await this.lines.next(withinMs);
      const said = JSON.parse(line) as { return?: unknown; error?: { desc: string } };
      if (said.error) throw new AgentSaid(said.error.desc);
      return said.return;
    } catch (error) {
      if (!(error instanceof AgentSaid)) this.close();
      throw error;
    }
  }

  /** A fresh connection whose old answers were read away. */
  private async synced(withinMs: number): Promise<Lines> {
    const lines = new Lines(this.path, "the guest's agent");
    try {
      const id = randomInt(1, 1_000_000_000);
      lines.send(`\xff${JSON.stringify({ execute: "guest-sync-delimited", arguments: { id } })}\n`);
      for (;;) {
        const line = await lines.next(withinMs);
        const said = JSON.parse(line.slice(line.lastIndexOf("\xff") + 1)) as { return?: unknown };
        if (said.return === id) return lines;
      }
    } catch (error) {
      lines.close();
      throw error;
    }
  }
}

/** What the agent itself said no with. */
export class AgentSaid extends Error {}
