import type { ExecResult } from "just-bash";
import type { Disk, San, SeenLun, Target } from "../kit/san.js";
import type { Alteration, HostFiles } from "./files.js";
import type { Machine } from "./machine.js";
import type { Run } from "./run.js";

/** A look at the arrays, and what they answered. */
interface Look {
  readonly ask: (san: San) => unknown;
  readonly answer: string;
}

/** What a script did to the arrays. */
type Deed = (san: San) => unknown;

/** The arrays as one host sees them, and a record of what a script asked of them. */
export class WatchedSan implements San {
  private record: { looks: Map<string, Look>; deeds: Deed[]; written: Set<string>; touched: boolean } | undefined;
  /** The record cannot stand for the script: it looked at what only its own writing decides. */
  private isUnsure = false;

  constructor(readonly arrays: San) {}

  begin(): void {
    this.record = { looks: new Map(), deeds: [], written: new Set(), touched: false };
    this.isUnsure = false;
  }

  end(): { readonly looks: readonly Look[]; readonly deeds: readonly Deed[] } | undefined {
    const { record } = this;
    this.record = undefined;
    return record && !this.isUnsure ? { looks: [...record.looks.values()], deeds: record.deeds } : undefined;
  }

  private look<T>(name: string, ask: (san: San) => T): T {
    const answer = ask(this.arrays);
    if (this.record && !this.record.looks.has(name))
      this.record.looks.set(name, { ask, answer: JSON.stringify(answer) ?? "" });
    return answer;
  }

  discover(address: string): Target | undefined {
    return this.look(`discover ${address}`, (san) => san.discover(address));
  }

  login(iqn: string, address: string, initiator: string): "ok" | "unreachable" | "refused" {
    // Whether it is let in hangs on what discovery answers there.
    this.discover(address);
    this.record?.deeds.push((san) => san.login(iqn, address, initiator));
    return this.arrays.login(iqn, address, initiator);
  }

  logout(iqn: string, address: string, initiator: string): void {
    this.record?.deeds.push((san) => san.logout(iqn, address, initiator));
    this.arrays.logout(iqn, address, initiator);
  }

  luns(iqn: string, address: string, initiator: string): readonly SeenLun[] | undefined {
    return this.look(`luns ${iqn} ${address} ${initiator}`, (san) => san.luns(iqn, address, initiator));
  }

  fcLuns(wwpn: string): readonly SeenLun[] {
    return this.look(`fc ${wwpn}`, (san) => san.fcLuns(wwpn));
  }

  readDisk(serial: string): Disk | undefined {
    // What it wrote itself is no look at the arrays.
    if (this.record?.written.has(serial)) return this.arrays.readDisk(serial);
    return this.look(`disk ${serial}`, (san) => san.readDisk(serial));
  }

  writeDisk(serial: string, disk: Disk, touchesFiles: boolean): boolean {
    this.readDisk(serial);
    const isWritten = this.arrays.writeDisk(serial, disk, touchesFiles);
    if (!this.record) return isWritten;
    this.record.written.add(serial);
    this.record.touched ||= touchesFiles;
    this.record.deeds.push((san) => {
      if (san.writeDisk(serial, disk, touchesFiles) !== isWritten)
        throw new Error(`a script remembered is not the one that would run: LUN ${serial} answers otherwise`);
    });
    return isWritten;
  }

  contentId(serial: string): string | undefined {
    if (this.record?.touched) this.isUnsure = true;
    return this.look(`content ${serial}`, (san) => san.contentId(serial));
  }
}

interface Known {
  /** Set when the script was told the time of day. */
  readonly startedAt: number | undefined;
  readonly looks: readonly Look[];
  readonly deeds: readonly Deed[];
  readonly alterations: readonly Alteration[];
  readonly machines: readonly Picture[];
  readonly locks: readonly string[];
  readonly elapsedMs: number;
  readonly commands: number;
  readonly result: ExecResult;
}

export interface Job {
  readonly script: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin: string;
}

/** What differs from one execution to the next although nothing else does. */
const ITS_OWN = /\$\$|\$\{?(BASHPID|RANDOM|SRANDOM|SECONDS|EPOCH)|^\s*date\b|[;&|(`]\s*date\b/m;

/**
 * Scripts that were run before. A host is a machine: the same script with the same values, on a host in the same state, before arrays that
 * answer the same, does the same. Such a script is not interpreted again; its effects on the host are put there, and what it did to
 * the arrays is done to them again. For tests that run thousands; whatever is not certain to be the same is run.
 */
export class ScriptMemory {
  readonly counts = { remembered: 0, run: 0 };
  private readonly known = new Map<string, Known[]>();

  async run(
    on: { readonly machine: Machine; readonly files: HostFiles; readonly san: WatchedSan },
    run: Run,
    job: Job,
    real: () => Promise<ExecResult>,
  ): Promise<ExecResult> {
    const { machine, files, san } = on;
    for (const [path, lock] of machine.locks) if (lock.until <= run.startedAt) machine.locks.delete(path);
    if (machine.locks.size + machine.waiting.size > 0 || ITS_OWN.test(job.script)) return real();
    const machines = [...new Set([machine, ...machine.resources.map((each) => each.node)])];
    const key = JSON.stringify([machine.host.name, job, files.past, machines.map(pictureOf)], plainly);
    const known = (this.known.get(key) ?? []).find(
      (each) =>
        (each.startedAt ?? run.startedAt) === run.startedAt &&
        each.looks.every(({ ask, answer }) => (JSON.stringify(ask(san.arrays)) ?? "") === answer),
    );
    if (known) {
      this.counts.remembered += 1;
      return again(known, { machines, machine, files, san }, run);
    }
    this.counts.run += 1;
    const alterations: Alteration[] = [];
    files.watcher = (done) => alterations.push(done);
    san.begin();
    run.sawClock = false;
    const result = await real().finally(() => (files.watcher = undefined));
    const seen = san.end();
    if (!seen || run.over) return result;
    const fresh: Known = {
      startedAt: run.sawClock ? run.startedAt : undefined,
      ...seen,
      alterations,
      machines: machines.map(pictureOf),
      locks: [...machine.locks].filter(([, lock]) => lock.run === run.id).map(([path]) => path),
      elapsedMs: run.elapsedMs,
      commands: run.commands,
      result,
    };
    this.known.set(key, [...(this.known.get(key) ?? []), fresh]);
    return result;
  }
}

async function again(
  known: Known,
  on: {
    readonly machines: readonly Machine[];
    readonly machine: Machine;
    readonly files: HostFiles;
    readonly san: WatchedSan;
  },
  run: Run,
): Promise<ExecResult> {
  for (const deed of known.deeds) deed(on.san.arrays);
  for (const alteration of known.alterations) await on.files.alter(alteration);
  on.machines.forEach((each, i) => putBack(each, known.machines[i] ?? {}));
  for (const path of known.locks) on.machine.locks.set(path, { run: run.id, until: Infinity });
  run.elapsedMs = known.elapsedMs;
  run.commands = known.commands;
  return known.result;
}

type Picture = Readonly<Record<string, unknown>>;

const NOT_STATE = new Set(["host", "san", "knobs", "version", "locks", "waiting", "resources"]);

/** All that a machine knows, as a copy. */
function pictureOf(machine: Machine): Picture {
  const own = Object.entries(machine).filter(([name]) => !NOT_STATE.has(name));
  return {
    ...Object.fromEntries(own.map(([name, value]) => [name, copyOf(value)])),
    enabled: machine.resources.map((each) => each.enabled),
  };
}

function putBack(machine: Machine, { enabled, ...picture }: Picture): void {
  const own = machine as unknown as Record<string, unknown>;
  for (const [name, kept] of Object.entries(picture)) {
    const value = copyOf(kept);
    const there = own[name];
    if (Array.isArray(there)) there.splice(0, Infinity, ...(value as unknown[]));
    else if (there instanceof Map) fill(there, value as Map<unknown, unknown>);
    else if (there instanceof Set) {
      there.clear();
      for (const each of value as Set<unknown>) there.add(each);
    } else own[name] = value;
  }
  machine.resources.forEach((each, i) => (each.enabled = (enabled as readonly boolean[])[i] ?? each.enabled));
  machine.touch();
}

function fill(there: Map<unknown, unknown>, entries: ReadonlyMap<unknown, unknown>): void {
  there.clear();
  for (const [key, value] of entries) there.set(key, value);
}

function copyOf(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  if (value instanceof Map) return new Map([...(value as Map<unknown, unknown>)].map(([k, v]) => [k, copyOf(v)]));
  if (value instanceof Set) return new Set([...(value as Set<unknown>)].map(copyOf));
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, copyOf(each)]));
}

const plainly = (_: string, value: unknown): unknown =>
  value instanceof Map || value instanceof Set ? [...(value as Iterable<unknown>)] : value;
