import type { Json } from "../core/json.js";
import type { RunView, StepView } from "../core/fold.js";
import type { HostRunner } from "../host/index.js";
import { tagOf, type ReadTools, type RunFacts, type Tools } from "../runbooks/tools.js";
import type { Engine } from "./engine.js";
import { leaseCheck } from "./guard.js";

export const runFacts = (view: RunView): RunFacts => ({
  id: view.id,
  tag: tagOf(view.id),
  asker: view.asked.by,
  timeZone: view.asked.timeZone,
  askedAt: view.asked.at,
  ...(view.asked.from.ts === "" ? {} : { thread: `${view.asked.from.channel}/${view.asked.from.ts}` }),
});

/** What planning and probes are handed. The types leave no way to write. */
export function readTools(engine: Pick<Engine, "inventory" | "farEnds" | "store">, run: RunFacts): ReadTools {
  return {
    inventory: engine.inventory,
    run,
    recall: (name) => engine.store.note(name),
    ontap: (cluster) => engine.farEnds.ontap(cluster),
    host: (name) => engine.farEnds.host(name),
    azure: () => engine.farEnds.azure(),
    bluexp: () => engine.farEnds.bluexp(),
  };
}

/** What a step acts with: one attempt's ticket, and notes that are durable before they return. */
export function stepTools(
  engine: Engine,
  view: RunView,
  step: StepView,
  attempt: number,
  note: (note: Json) => Promise<void>,
): Tools {
  return {
    ...readTools(engine, runFacts(view)),
    ontap: (cluster) => engine.farEnds.ontap(cluster),
    host: (name) => guarded(engine.farEnds.host(name)),
    azure: () => engine.farEnds.azure(),
    bluexp: () => engine.farEnds.bluexp(),
    note,
    derive: (name) => engine.derive(view.id, name),
    remember: (name, value) => engine.store.setNote(name, value),
    ticket: ticketOf(view.id, step.planned.id, attempt),
  };
}

/** `rk7m…-3-attach-1`: the script's name on the host, one per attempt. */
export const ticketOf = (run: string, step: string, attempt: number): string => `${run}-${step}-${attempt}`;

function guarded(host: HostRunner): HostRunner {
  return {
    name: host.name,
    read: (script) => host.read(script),
    ticket: (id) => host.ticket(id),
    start: async (script, ticket) => {
      await leaseCheck();
      await host.start(script, ticket);
    },
  };
}
