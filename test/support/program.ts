import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A child process of a test: what it says, and its end. */
export interface Program {
  readonly pid: number;
  stdout(): string;
  stderr(): string;
  /** Resolves when a line of standard output reads so; rejects when the process ends without it. */
  line(reads: RegExp): Promise<RegExpMatchArray>;
  kill(signal: NodeJS.Signals): void;
  readonly ended: Promise<Ended>;
}

/** Starts a JavaScript file with this Node. `env` is all it gets beside PATH and HOME. */
export function start(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  cwd?: string,
): Program {
  const { PATH = "", HOME = "" } = process.env;
  const child: ChildProcess = spawn(process.execPath, [file, ...args], {
    env: { PATH, HOME, ...env },
    stdio: ["ignore", "pipe", "pipe"],
    ...(cwd === undefined ? {} : { cwd }),
  });
  let stdout = "";
  let stderr = "";
  const listeners = new Set<() => void>();
  const heard = (): void => listeners.forEach((listener) => listener());
  child.stdout?.setEncoding("utf8").on("data", (text: string) => ((stdout += text), heard()));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text));
  const ended = once(child, "close").then(([code]) => ({ code: code as number | null, stdout, stderr }));
  return {
    pid: child.pid ?? 0,
    stdout: () => stdout,
    stderr: () => stderr,
    line: (reads) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = stdout.match(reads);
          if (!found) return;
          listeners.delete(look);
          resolve(found);
        };
        listeners.add(look);
        look();
        void ended.then(({ code }) =>
          reject(new Error(`it ended with ${String(code)} and never said ${String(reads)}:\n${stdout}\n${stderr}`)),
        );
      }),
    kill: (signal) => void child.kill(signal),
    ended,
  };
}
