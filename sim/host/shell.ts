import { Bash, defineCommand, decodeBytesToUtf8, type CustomCommand, type ExecResult } from "just-bash";
import type { Call, Program } from "./command.js";
import type { HostFiles } from "./files.js";
import type { Machine } from "./machine.js";
import { Errno } from "./mounted.js";
import { programs } from "./programs.js";
import { ScriptOver, type Run } from "./run.js";
import { likeBash } from "./like-bash.js";

/** What to do when a program is called: the fault rules of a host. `before` answers instead of it, `after` replaces its answer. */
export interface Interference {
  before(name: string, args: readonly string[]): ExecResult | undefined;
  after(name: string, args: readonly string[]): ExecResult | undefined;
  /** Called when a program has ended; may end the script (crash, reboot). */
  ended(): void;
  /** Asked of a script that would wait for a lock: how long somebody else has it, and how long nobody. */
  waits(): Waits | undefined;
}
interface Waits {
  readonly forMs: number;
  readonly gapMs: number;
}

/**
 * Runs a script as root's bash would.
 *
 * The subset both shells speak, which host scripts keep to: functions, `local`, arrays (indexed and associative), `[[ ]]` with `=~`
 * and BASH_REMATCH, `(( ))`, `$(…)`, `$(<file)`, `${x%…}`/`${x#…}`/`${x/…/…}`/`${x:o:l}`, globs (a glob without a match stays as it is),
 * `case`, `for`, `while read`, here-documents and here-strings, `< <(…)`, pipes, PIPESTATUS, redirections of commands and groups,
 * `exec 9>file`, `9>&-`, `set -e -o pipefail`, `printf -v`, `read`, `mapfile`, `command -v`, `exit` codes, `bash -c`, `sh -c`.
 *
 * Not there or different, so not to be used: `trap`, `kill`, `wait`, jobs in the background (`&` runs in sequence), `exec 2>&1`,
 * `set -u` together with `${x:-}` of an unset name inside functions, `compgen`, `xargs -nN` (write `-n N`), `paste -sd,`, `IFS=, …
 * "${a[*]}"` inside a function with a local array (use `$(IFS=,; echo "${a[*]}")`), and relying on `set -e` inside a function or
 * group on the left of `||` or `&&` (just-bash stops the script there; write `if f; then`). `[[ -b x ]]` and `test -b x` are taken as
 * "exists". A redirection that cannot be opened (read-only or dead file system) ends the script with 1; one to a missing file of /sys
 * does nothing. Functions cannot be run by `timeout`, as in bash.
 */
export async function execute(
  machine: Machine,
  files: HostFiles,
  run: Run,
  script: string,
  env: Readonly<Record<string, string>>,
  stdin: string,
  interference: Interference,
): Promise<ExecResult> {
  const commands = programs(machine).map(([name, program]) =>
    custom(name, program, { machine, run, files }, interference),
  );
  const bash = new Bash({
    fs: files,
    cwd: "/root",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", HOME: "/root", USER: "root", SHELL: "/bin/bash", LANG: "C.UTF-8" },
    processInfo: { pid: 4000 + run.id, ppid: 1, uid: 0, gid: 0 },
    customCommands: [...commands, ...special(machine, run, interference)],
    sleep: (ms) => {
      run.elapse(ms);
      return Promise.resolve();
    },
    defenseInDepth: false,
  });
  bash.registerTransformPlugin(likeBash);
  try {
    return await bash.exec(script, { env: { ...env }, stdin, rawScript: true, signal: run.abort.signal });
  } catch (error) {
    if (error instanceof ScriptOver || run.over) return cutOff;
    if (!(error instanceof Errno)) throw error;
    return {
      stdout: "",
      stderr: `bash: ${error.path}: ${error.what.charAt(0).toUpperCase()}${error.what.slice(1)}\n`,
      exitCode: 1,
    };
  }
}

const cutOff: ExecResult = { stdout: "", stderr: "", exitCode: 137 };

function custom(
  name: string,
  program: Program,
  on: Pick<Call, "machine" | "run" | "files">,
  interference: Interference,
): CustomCommand {
  const { machine, run } = on;
  return defineCommand(name, (args, ctx) =>
    guarded(run, async () => {
      run.assertAlive();
      run.elapse(machine.knobs.commandMs);
      const instead = interference.before(name, args);
      const answer = instead ?? (await program({ args, stdin: decodeBytesToUtf8(ctx.stdin), ...on }));
      const shown = instead ?? interference.after(name, args) ?? answer;
      run.commands += 1;
      interference.ended();
      return shown;
    }),
  );
}

async function guarded(run: Run, body: () => ExecResult | Promise<ExecResult>): Promise<ExecResult> {
  try {
    return await body();
  } catch (error) {
    if (error instanceof ScriptOver || run.over) return cutOff;
    throw error;
  }
}

/** Commands that run others or know file descriptors: timeout, env, flock, runuser. */
function special(machine: Machine, run: Run, interference: Interference): CustomCommand[] {
  return [
    defineCommand("timeout", async (args, ctx) => {
      const words = [...args];
      let isKill = false;
      while (words[0]?.startsWith("-")) {
        const word = words.shift() ?? "";
        const value = /^-[ks]$|^--(kill-after|signal)$/.test(word)
          ? words.shift()
          : word.replace(/^(-[ks]|--\w[\w-]*=)/, "");
        if ((word.startsWith("-s") || word.startsWith("--signal")) && /^(SIG)?KILL$|^9$/.test(value ?? ""))
          isKill = true;
      }
      const limit = duration(words.shift());
      if (limit === undefined) return { stdout: "", stderr: "timeout: invalid time interval\n", exitCode: 125 };
      const { value, expired } = await run.under(limit === 0 ? Infinity : limit, (signal) =>
        ctx.exec
          ? ctx.exec(quoteAll(words), {
              cwd: ctx.cwd,
              env: ctx.exportedEnv ?? {},
              stdin: String(ctx.stdin),
              stdinKind: "bytes",
              signal,
            })
          : Promise.resolve(cutOff),
      );
      if (run.over) return cutOff;
      if (expired) return { stdout: value?.stdout ?? "", stderr: "", exitCode: isKill ? 137 : 124 };
      return value ?? cutOff;
    }),
    defineCommand("env", async (args, ctx) => {
      const words = [...args];
      const given: Record<string, string> = {};
      let clean = false;
      while (words[0] !== undefined && (words[0].startsWith("-") || /^[A-Za-z_]\w*=/.test(words[0]))) {
        const word = words.shift() ?? "";
        if (word === "-i") clean = true;
        const at = word.indexOf("=");
        if (at > 0 && !word.startsWith("-")) given[word.slice(0, at)] = word.slice(at + 1);
      }
      const env = { ...(clean ? {} : ctx.exportedEnv), ...given };
      if (words.length === 0 || !ctx.exec)
        return {
          stdout: Object.entries(env)
            .map(([name, value]) => `${name}=${value}\n`)
            .join(""),
          stderr: "",
          exitCode: 0,
        };
      // Assignments in front, for just-bash hands an `env` option only to the first interpreter below.
      const prefix = Object.entries(given)
        .map(([name, value]) => `export ${name}=${quote(value)}; `)
        .join("");
      return ctx.exec(prefix + quoteAll(words), {
        cwd: ctx.cwd,
        env,
        replaceEnv: clean,
        stdin: String(ctx.stdin),
        stdinKind: "bytes",
      });
    }),
    defineCommand("mktemp", async (args, ctx) => {
      const parent = args.includes("-p") ? args[args.indexOf("-p") + 1] : "/tmp";
      const path = `${parent}/tmp.${machine.freshUuid().replaceAll("-", "").slice(0, 10)}`;
      if (args.includes("-d")) await ctx.fs.mkdir(path, { recursive: true });
      else await ctx.fs.writeFile(path, "");
      return { stdout: `${path}\n`, stderr: "", exitCode: 0 };
    }),
    defineCommand("install", async (args, ctx) => {
      const paths = args.filter((arg, i) => !arg.startsWith("-") && !/^-[mog]$/.test(args[i - 1] ?? ""));
      if (args.some((arg) => /^-\w*d/.test(arg)))
        for (const path of paths) await ctx.fs.mkdir(path, { recursive: true });
      else if (paths[0] !== undefined && paths[1] !== undefined) await ctx.fs.cp(paths[0], paths[1]);
      return { stdout: "", stderr: "", exitCode: 0 };
    }),
    defineCommand("runuser", async (args, ctx) => {
      const at = args.indexOf("--");
      const dashC = args.indexOf("-c");
      const command = dashC >= 0 ? (args[dashC + 1] ?? "") : quoteAll(at >= 0 ? args.slice(at + 1) : args.slice(2));
      return ctx.exec
        ? ctx.exec(command, { cwd: ctx.cwd, env: ctx.exportedEnv ?? {}, stdin: String(ctx.stdin), stdinKind: "bytes" })
        : cutOff;
    }),
    defineCommand("flock", async (args, ctx) => {
      const words = [...args];
      let waitMs = Infinity;
      let failure = 1;
      while (words[0]?.startsWith("-")) {
        const word = words.shift() ?? "";
        if (word === "-n" || word === "--nonblock") waitMs = 0;
        else if (word === "-w" || word === "--timeout" || word === "--wait") waitMs = Number(words.shift()) * 1000;
        else if (word === "-E" || word === "--conflict-exit-code") failure = Number(words.shift());
        else if (word === "-u" || word === "--unlock") waitMs = unlock;
      }
      const [target = "", ...command] = words;
      // of a file opened for reading just-bash keeps the text and not the name: such a script is told so, and not that the lock is free
      const opened = /^__file__:(.+)/.exec(ctx.fileDescriptors?.get(Number(target)) ?? "")?.[1];
      const path = /^\d+$/.test(target) ? opened : target;
      if (path === undefined) return { stdout: "", stderr: `flock: ${target}: Bad file descriptor\n`, exitCode: 65 };
      if (path !== opened && !(await ctx.fs.exists(path))) await ctx.fs.writeFile(path, "");
      const outcome = await guarded(run, () => {
        run.assertAlive();
        run.elapse(machine.knobs.commandMs);
        const instead = interference.before("flock", args);
        const waits = waitMs > 0 ? interference.waits() : undefined;
        if (waits) waitFor(machine, run, path, waits);
        return instead ?? { stdout: "", stderr: "", exitCode: lock(machine, run, path, waitMs) ? 0 : failure };
      });
      if (outcome.exitCode !== 0 || command.length === 0 || !ctx.exec) return outcome;
      const text = command[0] === "-c" ? (command[1] ?? "") : quoteAll(command);
      const { cwd, exportedEnv: env = {} } = ctx;
      const ended = await ctx.exec(text, { cwd, env, stdin: String(ctx.stdin), stdinKind: "bytes" });
      // its own file is closed with it; what was opened before is the script's
      if (path !== opened && !run.over) lock(machine, run, path, unlock);
      return ended;
    }),
  ];
}

/** In place of a time to wait. */
const unlock = -1;

/** Takes the lock as this script's time goes; false when it is held longer than the script will wait. */
function lock(machine: Machine, run: Run, path: string, waitMs: number): boolean {
  const next = machine.waiting.get(path);
  if (next && next.at <= run.now() && (machine.locks.get(path)?.until ?? 0) <= run.now()) {
    machine.locks.set(path, { run: next.run, until: Infinity });
    machine.waiting.delete(path);
  }
  const held = machine.locks.get(path);
  if (waitMs === unlock) {
    if (held?.run === run.id) machine.locks.delete(path);
    return true;
  }
  if (held && held.run !== run.id && held.until > run.now()) {
    const needed = held.until - run.now();
    if (needed > waitMs) {
      if (waitMs === Infinity) run.waitForever();
      run.elapse(waitMs);
      return false;
    }
    run.elapse(needed);
  }
  // Its real end is set when the script ends.
  machine.locks.set(path, { run: run.id, until: Infinity });
  return true;
}

/** Nobody hears of this script again; whoever looks meets somebody else's lock, then none, then this script's. */
function waitFor(machine: Machine, run: Run, path: string, { forMs, gapMs }: Waits): never {
  const until = run.now() + forMs;
  machine.locks.set(path, { run: 0, until });
  machine.waiting.set(path, { run: run.id, at: until + gapMs });
  return run.neverEnds();
}

function duration(text: string | undefined): number | undefined {
  const match = /^(\d+(?:\.\d+)?)([smhd]?)$/.exec(text ?? "");
  const unit: Record<string, number> = { "": 1, s: 1, m: 60, h: 3600, d: 86_400 };
  return match ? Number(match[1]) * (unit[match[2] ?? ""] ?? 1) * 1000 : undefined;
}

const quote = (word: string): string => `'${word.replaceAll("'", `'\\''`)}'`;
/** Words as one command line. */
export const quoteAll = (words: readonly string[]): string => words.map(quote).join(" ");
