import { isByPerson } from "../support/person.js";
import type { ScriptFault, TestWorld, WireFault } from "../support/world.js";

/** One write that a run without faults made: the k-th call of its method at its far end, or the k-th script. */
export type Write = WireWrite | ScriptWrite;
export interface WireWrite {
  readonly at: string;
  readonly method: string;
  readonly nth: number;
  readonly path: string;
}
export interface ScriptWrite {
  readonly script: number;
  readonly name: string;
}
export const isOnWire = (write: Write): write is WireWrite => "at" in write;

const scriptFaults: Readonly<Record<FaultKind, ScriptFault>> = {
  "is rejected": "rejected",
  "is put off": "notSent",
  "is lost before its effect": "lostBefore",
  "is lost after its effect": "lostAfter",
};

/** Put off: the array asks to try again; a script was not sent. */
export type FaultKind = WireFault;
export const faultKinds = Object.keys(scriptFaults) as FaultKind[];

export const describeWrite = (write: Write): string =>
  isOnWire(write) ? `${write.method} ${write.path} at ${write.at}` : `script ${write.script} (${write.name})`;

/** Writes that are alike have the same kind. */
export const kindOfWrite = (write: Write): string =>
  isOnWire(write) ? `${write.method} ${write.path} on ${write.at}` : write.name;

/** How many writes there have been: at a far end of a method, and scripts of all hosts. Scripts are counted since the wire was reset. */
export interface Made {
  readonly calls: ReadonlyMap<string, number>;
  readonly scripts: number;
}

const keyOf = ({ at, method }: { readonly at: string; readonly method: string }): string => `${at} ${method}`;

export function madeSoFar(world: TestWorld): Made {
  const calls = new Map<string, number>();
  for (const end of world.farEnds) {
    for (const { method } of end.writes()) {
      const key = keyOf({ at: end.name, method });
      calls.set(key, (calls.get(key) ?? 0) + 1);
    }
  }
  return { calls, scripts: world.scripts.started };
}

/** Which of its kind a write is, counted from a moment that came after `from`: 1 is the next. Below 1, it had been made by then. */
export function nthSince(write: Write, from: Made, moment: Made): number {
  if (!isOnWire(write)) return write.script - moment.scripts;
  const key = keyOf(write);
  return write.nth - ((moment.calls.get(key) ?? 0) - (from.calls.get(key) ?? 0));
}

/** Arms the fault that meets the write `nth` from now. */
export function spoil(world: TestWorld, write: Write, nth: number, kind: FaultKind): void {
  if (isOnWire(write)) world.farEnds.find((end) => end.name === write.at)?.spoil(write.method, nth, kind);
  else world.scripts.fault = { nth: write.script, kind: scriptFaults[kind] };
}

/** What was written since then, a person's own calls left out. */
export function writesSince(world: TestWorld, from: Made): Write[] {
  const onWire = world.farEnds.flatMap((end) => {
    const counts = new Map<string, number>();
    const all = end.writes().map((call): WireWrite & { readonly call: object } => {
      const { method, path } = call;
      const key = keyOf({ at: end.name, method });
      counts.set(key, (counts.get(key) ?? 0) + 1);
      return {
        at: end.name,
        method,
        nth: (counts.get(key) ?? 0) - (from.calls.get(key) ?? 0),
        path: plain(path),
        call,
      };
    });
    return all.filter(({ nth, call }) => nth > 0 && !isByPerson(call)).map(({ call: _, ...write }) => write);
  });
  const scripts = world.scripts.names.map((name, i): ScriptWrite => ({ script: i + 1, name }));
  return [...onWire, ...scripts];
}

const plain = (path: string): string => path.replace(/\?.*/, "").replace(/[0-9a-f]{8}-[0-9a-f-]{27}/g, "{uuid}");
