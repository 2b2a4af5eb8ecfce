import { fork } from "node:child_process";
import { fileURLToPath } from "node:url";

/** What a bench process answers to: a name and what it does with what it was sent. */
export type Acts = Readonly<Record<string, (given: never) => Promise<unknown>>>;

interface Call {
  readonly id: number;
  readonly act: string;
  readonly given: unknown;
}
interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** A process of the bench: everything measured runs in one of its own, so that no event loop is shared. */
export interface Child {
  ask<T>(act: string, given?: unknown): Promise<T>;
  stop(): Promise<void>;
}

const stopMs = 15_000;

/** Starts `processes/NAME.js`. It ends with us, whatever becomes of us: its channel closes. */
export function start(name: string, ...args: readonly string[]): Child {
  const child = fork(fileURLToPath(new URL(`./processes/${name}.js`, import.meta.url)), args, {
    execArgv: ["--expose-gc", "--no-warnings"],
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const waiting = new Map<number, { resolve(value: never): void; reject(error: Error): void }>();
  const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
  let last = 0;
  child.on("message", ({ id, value, error }: Answer) => {
    const one = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) one?.resolve(value as never);
    else one?.reject(new Error(`${name}: ${error}`));
  });
  void exited.then(() => {
    for (const one of waiting.values()) one.reject(new Error(`${name} has ended`));
  });
  return {
    ask: (act, given) =>
      new Promise((resolve, reject) => {
        const id = (last += 1);
        waiting.set(id, { resolve, reject });
        child.send({ id, act, given } satisfies Call);
      }),
    stop: async () => {
      if (child.connected) child.disconnect();
      const late = setTimeout(() => child.kill("SIGKILL"), stopMs);
      await exited;
      clearTimeout(late);
    },
  };
}

/** The other side: answers what it is asked until the bench lets go of it, then closes and ends. */
export function serve(acts: Acts, close: () => Promise<void> = () => Promise.resolve()): void {
  const answer = async ({ id, act, given }: Call): Promise<void> => {
    try {
      const does = acts[act];
      if (!does) throw new Error(`there is no "${act}"`);
      process.send?.({ id, value: await does(given as never) } satisfies Answer);
    } catch (error) {
      process.send?.({ id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  };
  process.on("message", (call: Call) => void answer(call));
  process.once("disconnect", () => void close().finally(() => process.exit(0)));
}

/** Resident memory after a garbage collection, in bytes. */
export function residentBytes(): number {
  globalThis.gc?.();
  globalThis.gc?.();
  return process.memoryUsage.rss();
}
