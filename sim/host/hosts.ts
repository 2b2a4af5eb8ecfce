import { InMemoryFs } from "just-bash";
import { memento } from "../kit/memento.js";
import { boot, mountTable, powerOff } from "./boot.js";
import { execute, quoteAll, type Interference } from "./shell.js";
import { HostFiles } from "./files.js";
import { Machine, type PacemakerGroups } from "./machine.js";
import { WatchedSan, type Job, type ScriptMemory } from "./memory.js";
import { Run } from "./run.js";
import { comparable, shown } from "./shown.js";
import {
  type BegunRun,
  HostUnreachable,
  type HostFault,
  type HostKnobs,
  type HostRun,
  type HostsOptions,
  type ShownHost,
} from "./types.js";

export interface Hosts {
  /**
   * Runs a script as root with these environment variables. Its effects are there when the promise settles; `tookMs` says how long it
   * would have taken. Scripts of one host run one after the other; a lock held by an earlier one is waited for in that time.
   * @throws HostUnreachable, Error for a name that is no host.
   */
  run(host: string, script: string, env?: Readonly<Record<string, string>>, stdin?: string): Promise<HostRun>;
  /** Only of hosts that take their own time, as the lab's guests: starts a script; the guest ends it after `limitMs`. */
  begin?(host: string, script: string, env: Readonly<Record<string, string>>, limitMs: number): BegunRun;
  /** For `GET /_control/hosts`. */
  state(): { readonly hosts: Readonly<Record<string, ShownHost>> };
  /** The same, of hosts that have to be asked. */
  look?(): Promise<{ readonly hosts: Readonly<Record<string, ShownHost>> }>;
  /** What a change and its way back must leave as it was; no times, process or session numbers. */
  snapshot(): unknown;
  /** Runs what timers of the hosts have come due until now. A host does so by itself before every script. */
  settle(): Promise<void>;
  names(): readonly string[];
  power(host: string): "on" | "off";
  /** Off: sessions, devices and mounts are lost; on: boots. */
  setPower(host: string, power: "on" | "off"): Promise<void>;
  reboot(host: string): Promise<void>;
  agentIsReady(host: string): boolean;
  fault(host: string, rule: HostFault): void;
  clearFaults(host?: string): void;
  /** Somebody has a file open; returns the process id. `ofResource`: the clustered application, which `pcs resource disable` stops. */
  openFile(host: string, path: string, holder?: { command?: string; user?: string; ofResource?: boolean }): number;
  closeFile(host: string, path: string): void;
  /** A plain file of the host, undefined when missing. */
  readFile(host: string, path: string): Promise<string | undefined>;
  writeFile(host: string, path: string, text: string): Promise<void>;
  /** Every host as the world describes it, faults and files gone. */
  reset(): void;
  /** Remembers how all hosts are, faults and files too; the function puts that back. No script may be running at either time. */
  save(): () => void;
}

const DEFAULTS: HostKnobs = {
  lvm: [2, 3, 24],
  devicesFile: true,
  alua: true,
  findMultipaths: "yes",
  osDisk: "sda",
  scanAtLogin: true,
  os: "rhel",
  fresh: false,
  commandMs: 20,
};

/** The lines of open-iscsi's own file that anybody changes. */
const ISCSID_CONF = `iscsid.startup = /bin/systemctl start iscsid.socket iscsiuio.socket
node.startup = automatic
node.leading_login = No
node.session.timeo.replacement_timeout = 120
node.conn[0].timeo.login_timeout = 15
node.session.initial_login_retry_max = 8
node.session.scan = auto
`;

interface Armed {
  readonly rule: HostFault;
  left: number;
}

interface Host {
  machine: Machine;
  san: WatchedSan;
  files: HostFiles;
  faults: Armed[];
  queue: Promise<unknown>;
}

/** Virtual Linux hosts over the arrays behind `san`. */
export function createHosts({ world, clock, san, knobs, memory }: HostsOptions): Hosts {
  const state = { runs: 0, groups: new Map() as PacemakerGroups, all: new Map<string, Host>() };
  const newRun = (at?: number): Run => new Run((state.runs += 1), clock, at);
  const build = (name: string): Host => {
    const host = world.hosts.find((each) => each.name === name);
    if (!host) throw new Error(`no host ${name} in world ${world.name}`);
    const watched = new WatchedSan(san);
    const machine = new Machine(
      host,
      watched,
      { ...DEFAULTS, ...(typeof knobs === "function" ? knobs(name) : knobs) },
      state.groups,
    );
    const base = new InMemoryFs();
    for (const each of [
      "/root",
      "/tmp",
      "/run/lock",
      "/var/lib",
      "/mnt",
      // where the site mounts clones
      "/epic",
      "/clarity",
      ...host.mounts.map((mount) => mount.mountPoint),
    ])
      base.mkdirSync(each, { recursive: true });
    base.writeFileSync(
      "/etc/fstab",
      host.mounts
        .map((each) => `/dev/${each.volumeGroup}/${each.logicalVolume} ${each.mountPoint} xfs defaults,noatime 0 0\n`)
        .join(""),
    );
    for (const each of ["/etc/multipath", "/etc/iscsi"]) base.mkdirSync(each, { recursive: true });
    if (!machine.knobs.fresh) {
      base.writeFileSync("/etc/iscsi/iscsid.conf", ISCSID_CONF);
      base.writeFileSync("/etc/multipath.conf", "");
    }
    base.writeFileSync("/lib/udev/scsi_id", '#!/bin/bash\nscsi_id "$@"\n', undefined, { mode: 0o755 });
    // what units of systemd name by its path
    base.writeFileSync("/bin/bash", '#!/bin/bash\nbash "$@"\n', undefined, { mode: 0o755 });
    const files = new HostFiles(machine, base);
    boot(machine, newRun());
    return { machine, san: watched, files, faults: [], queue: Promise.resolve() };
  };
  state.all = new Map(world.hosts.map((host) => [host.name, build(host.name)]));
  const get = (name: string): Host => {
    const found = state.all.get(name);
    if (!found) throw new Error(`no host ${name} in world ${world.name}`);
    return found;
  };
  const restart = async (host: Host): Promise<void> => {
    powerOff(host.machine);
    host.machine.boots += 1;
    await clearVolatile(host.files);
    boot(host.machine, newRun());
    mountTable(host.machine, await host.files.read("/etc/fstab"));
  };
  /** Timers that came due while nobody looked, in their order and at their own time. */
  const fireDue = async (host: Host): Promise<void> => {
    const { machine, files } = host;
    for (;;) {
      const due = machine.timers.filter((each) => each.at <= clock.now()).sort((a, b) => a.at - b.at)[0];
      if (!due || machine.power === "off") return;
      machine.timers.splice(machine.timers.indexOf(due), 1);
      const run = newRun(due.at);
      files.run = run;
      await execute(machine, files, run, quoteAll(due.words), {}, "", undisturbed).finally(
        () => (files.run = undefined),
      );
    }
  };
  const hosts: Hosts = {
    run(name, script, env = {}, stdin = "") {
      const host = get(name);
      const next = host.queue.then(async () => {
        await fireDue(host);
        return start(host, newRun(), { script, env, stdin }, { memory, restart: () => restart(host) });
      });
      host.queue = next.catch(() => undefined);
      return next;
    },
    async settle() {
      for (const host of state.all.values()) {
        host.queue = host.queue.then(() => fireDue(host));
        await host.queue;
      }
    },
    state: () => ({ hosts: Object.fromEntries([...state.all].map(([name, host]) => [name, shown(host.machine)])) }),
    snapshot: () =>
      Object.fromEntries(
        [...state.all].map(([name, host]) => [name, comparable(host.machine, host.files, clock.now())]),
      ),
    names: () => [...state.all.keys()],
    power: (name) => get(name).machine.power,
    async setPower(name, power) {
      const host = get(name);
      if (host.machine.power === power) return;
      if (power === "off") powerOff(host.machine);
      else await restart(host);
    },
    reboot: (name) => restart(get(name)),
    agentIsReady: (name) =>
      get(name).machine.power === "on" &&
      !get(name).faults.some(({ rule }) => rule.kind === "agentNotReady" || rule.kind === "unreachable"),
    fault: (name, rule) => void get(name).faults.push({ rule, left: "times" in rule ? (rule.times ?? 1) : 1 }),
    clearFaults: (name) => {
      for (const [each, host] of state.all) if (name === undefined || each === name) host.faults = [];
    },
    openFile(name, path, holder = {}) {
      const { machine } = get(name);
      const pid = machine.nextPid++;
      machine.openFiles.push({
        path,
        pid,
        command: holder.command ?? "irisdb",
        user: holder.user ?? "irisusr",
        ofResource: holder.ofResource ?? false,
      });
      return pid;
    },
    closeFile(name, path) {
      const { machine } = get(name);
      machine.openFiles.splice(0, Infinity, ...machine.openFiles.filter((file) => file.path !== path));
    },
    async readFile(name, path) {
      const { files } = get(name);
      return (await files.exists(path)) ? files.readFile(path) : undefined;
    },
    writeFile: (name, path, text) => get(name).files.writeFile(path, text),
    reset() {
      for (const host of state.all.values()) powerOff(host.machine);
      state.groups = new Map();
      state.all = new Map(world.hosts.map((host) => [host.name, build(host.name)]));
    },
    save: () => memento([state], [san, ...world.hosts]),
  };
  return hosts;
}

const undisturbed: Interference = {
  before: () => undefined,
  after: () => undefined,
  ended: () => undefined,
  waits: () => undefined,
};

interface Around {
  readonly memory: ScriptMemory | undefined;
  restart(): Promise<void>;
}

async function start(host: Host, run: Run, job: Job, { memory, restart }: Around): Promise<HostRun> {
  const { machine, files } = host;
  if (machine.power === "off" || host.faults.some(({ rule }) => rule.kind === "unreachable"))
    throw new HostUnreachable(machine.host.name);
  const release = (): void => {
    for (const all of [machine.locks, machine.waiting])
      for (const [path, { run: whose }] of all) if (whose === run.id) all.delete(path);
  };
  if (take(host, (rule) => rule.kind === "hang" && wants(rule.script, job))) {
    return { end: "hung", exitCode: -1, stdout: "", stderr: "", tookMs: 0, release };
  }
  files.run = run;
  const real = () => execute(machine, files, run, job.script, job.env, job.stdin, interference(host, run, job));
  const isMeddledWith = host.faults.some((fault) => fault.left > 0);
  const result = await (memory && !isMeddledWith ? memory.run(host, run, job, real) : real()).finally(
    () => (files.run = undefined),
  );
  if (run.over === "rebooted") await restart();
  for (const lock of machine.locks.values()) if (lock.run === run.id && run.over !== "hung") lock.until = run.now();
  const isOver = run.over !== undefined;
  return {
    end: run.over ?? "exited",
    exitCode: isOver ? -1 : result.exitCode,
    stdout: isOver ? "" : result.stdout,
    stderr: isOver ? "" : result.stderr,
    tookMs: Math.round(run.elapsedMs),
    release,
  };
}

function take(host: Host, fits: (rule: HostFault) => boolean): HostFault | undefined {
  const found = host.faults.find((each) => each.left > 0 && fits(each.rule));
  if (!found) return undefined;
  found.left -= 1;
  return found.rule;
}

function wants(pattern: string | undefined, job: Job): boolean {
  return (
    pattern === undefined || new RegExp(pattern).test([job.script, ...Object.values(job.env), job.stdin].join("\n"))
  );
}

function interference(host: Host, run: Run, job: Job): Interference {
  const command = (name: string, args: readonly string[], when: "before" | "after") => {
    const rule = take(
      host,
      (each) =>
        each.kind === "command" &&
        each.command === name &&
        (each.when ?? "before") === when &&
        (each.args === undefined || new RegExp(each.args).test(args.join(" "))),
    );
    return rule?.kind === "command"
      ? { stdout: rule.stdout ?? "", stderr: rule.stderr ?? "", exitCode: rule.exitCode }
      : undefined;
  };
  return {
    before: (name, args) => command(name, args, "before"),
    after: (name, args) => command(name, args, "after"),
    ended: () => {
      const rule = take(
        host,
        (each) =>
          (each.kind === "kill" || each.kind === "reboot") &&
          each.afterCommand === run.commands &&
          wants(each.script, job),
      );
      if (rule) run.end(rule.kind === "kill" ? "killed" : "rebooted");
    },
    waits: () => {
      const rule = take(host, (each) => each.kind === "waits" && wants(each.script, job));
      return rule?.kind === "waits" ? rule : undefined;
    },
  };
}

async function clearVolatile(files: HostFiles): Promise<void> {
  for (const parent of ["/run", "/tmp"]) await files.alter(["rm", parent, { recursive: true, force: true }]);
  for (const each of ["/run/lock", "/tmp"]) await files.alter(["mkdir", each, { recursive: true }]);
}
