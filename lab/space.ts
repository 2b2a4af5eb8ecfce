import { execFile, spawn, type ChildProcess } from "node:child_process";
import { closeSync, existsSync, openSync, readlinkSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { promisify } from "node:util";

const run = promisify(execFile);

/** A program of the lab that runs beside this process and never outlives it. */
export interface Beside {
  readonly pid: number;
  readonly ended: Promise<void>;
  alive(): boolean;
  /** Ends it at once; resolves when it is gone. */
  kill(): Promise<void>;
}

/**
 * Starts a program with its output in a file. It has a session of its own, so that Ctrl-C reaches this process alone, which then takes
 * everything down in order; and the kernel ends it when this process dies in any other way.
 */
export function beside(command: string, args: readonly string[], log: string, env: NodeJS.ProcessEnv = {}): Beside {
  const out = openSync(log, "a");
  const child: ChildProcess = spawn("setpriv", ["--pdeathsig", "KILL", command, ...args], {
    detached: true,
    stdio: ["ignore", out, out],
    env: { ...process.env, ...env },
  });
  closeSync(out);
  const alive = (): boolean => child.exitCode === null && child.signalCode === null;
  const ended = new Promise<void>((resolve) => {
    child.once("exit", () => resolve());
    child.once("error", () => resolve());
  });
  return {
    pid: child.pid ?? 0,
    ended,
    alive,
    kill: async () => {
      if (alive()) child.kill("SIGKILL");
      await ended;
    },
  };
}

/** A network of its own for one guest and its target. It has no name and ends with its last process. */
export class Space {
  private constructor(private readonly anchor: Beside) {}

  static async open(log: string): Promise<Space> {
    const anchor = beside("unshare", ["--net", "sleep", "infinity"], log);
    const own = readlinkSync("/proc/self/ns/net");
    for (let tries = 0; tries < 200; tries += 1) {
      const path = `/proc/${anchor.pid}/ns/net`;
      if (!anchor.alive()) break;
      if (existsSync(path) && readlinkSync(path) !== own) return new Space(anchor);
      await pause(10);
    }
    await anchor.kill();
    throw new Error("a network namespace could not be made; the lab needs root, and a kernel that lets it");
  }

  private get enter(): string[] {
    return [`--net=/proc/${this.anchor.pid}/ns/net`, "--"];
  }

  /** A command in it, to its end. */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    return (await run("nsenter", [...this.enter, command, ...args])).stdout;
  }

  start(command: string, args: readonly string[], log: string, env?: NodeJS.ProcessEnv): Beside {
    return beside("nsenter", [...this.enter, command, ...args], log, env);
  }

  close(): Promise<void> {
    return this.anchor.kill();
  }
}
