import { z } from "zod";
import type { HostChange, Settled } from "../../host/index.js";
import type { Json } from "../../core/json.js";
import type { Past, Probe } from "../define.js";
import type { ReadTools, Tools } from "../tools.js";

/** A host, with what policy looks at. */
export const hostShape = z.object({
  name: z.string(),
  environment: z.enum(["production", "infrastructure"]),
  clearedForPatientData: z.boolean(),
});
export const hostOf = (given: unknown): z.infer<typeof hostShape> => hostShape.parse(given);

/** How a script's work carries the run that did it, on volume groups and in our records on the host. */
export const hostTag = (run: string): string => `sluice_${run}`;

interface TicketNote {
  readonly ticket: string;
  readonly undo?: boolean;
}

const lastTicket = (notes: readonly Json[]): TicketNote | undefined =>
  notes
    .filter((note): note is Json & TicketNote => typeof note === "object" && note !== null && "ticket" in note)
    .at(-1);

/**
 * Has a script's work happened? A step never begun is absent without touching the host: the script refuses what a probe would.
 * Afterwards the facts it printed are the answer; only when they are lost, or after an undo, is the host itself looked at.
 */
export async function probeHost<In, Out>(
  change: HostChange<In, Out>,
  host: string,
  input: In,
  on: ReadTools,
  past: Past,
): Promise<Probe<Out>> {
  if (past.attempt === 0) return { found: "absent" };
  const note = lastTicket(past.notes);
  const reader = on.host(host);
  const watch = { kind: "ticket", host, ticket: note?.ticket ?? "" } as const;
  if (note?.undo) {
    const state = await reader.ticket(note.ticket);
    return state.state === "running" ? { found: "running", watch } : asProbe(await change.look(reader, input), watch);
  }
  return asProbe(await change.settle(reader, input, note?.ticket), watch);
}

function asProbe<Out>(settled: Settled<Out>, watch: Extract<Probe<Out>, { found: "running" }>["watch"]): Probe<Out> {
  return settled.found === "running" ? { found: "running", watch } : settled;
}

/** Starts a step's script: noted first, so that whoever comes after us knows what to ask for. */
export async function runOnHost<In, Out>(
  change: HostChange<In, Out>,
  host: string,
  input: In,
  on: Tools,
): Promise<void> {
  await on.note({ ticket: on.ticket });
  await on.host(host).start(change.script(input), on.ticket);
}

/** Starts the script that takes a step back, and waits for it: an undo has no later turn. */
export async function undoOnHost<In, Out>(
  change: HostChange<In, Out>,
  host: string,
  input: In,
  on: Tools,
): Promise<void> {
  await on.note({ ticket: on.ticket, undo: true });
  await on.host(host).start(change.script(input), on.ticket);
}
