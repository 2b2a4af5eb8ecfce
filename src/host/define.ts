import type { z } from "zod";
import { Rejected } from "../core/problems.js";
import type { ScriptCall } from "../core/script.js";
import { factsOf, headOf } from "./result.js";
import type { ChangeScript, HostChange, HostRead, HostReader, ReadScript, Settled } from "./types.js";

const genuine = new WeakSet<ScriptCall>();

/** Was this script made by this room as one that changes nothing? The compiler asks too; this is for those who cast. */
export const isReadScript = (script: ScriptCall): script is ReadScript => genuine.has(script);

/** Environment of one call. Undefined and empty values are left out: Run Command drops empty ones too. */
export type Env = Readonly<Record<`SLUICE_${string}`, string | undefined>>;

function call(kind: ScriptCall["kind"], name: string, text: string, env: Env, timeoutMs: number): ScriptCall {
  const set = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && entry[1] !== "",
  );
  return Object.freeze({
    kind,
    name,
    script: text,
    env: Object.freeze(Object.fromEntries(set)),
    secrets: {},
    timeoutMs,
  });
}

/** A script that looks: its text, how input becomes environment, and what its result line holds. */
export function defineRead<In, Facts>(of: {
  readonly name: string;
  readonly text: string;
  readonly input: z.ZodType<In>;
  readonly facts: z.ZodType<Facts>;
  readonly timeoutMs: number;
  env(input: In): Env;
}): HostRead<In, Facts> {
  const script = (input: In): ReadScript => {
    const made = call("read", of.name, of.text, of.env(of.input.parse(input)), of.timeoutMs);
    genuine.add(made);
    return made as ReadScript;
  };
  return {
    name: of.name,
    input: of.input,
    facts: of.facts,
    script,
    ask: async (on, input) => factsOf(of.name, of.facts, await on.read(script(input)), on.name),
  };
}

/** A script that acts, with the look that answers for it when its ticket was lost. */
export function defineChange<In, Out>(of: {
  readonly name: string;
  readonly text: string;
  readonly input: z.ZodType<In>;
  readonly output: z.ZodType<Out>;
  readonly timeoutMs: number;
  env(input: In): Env;
  look(on: HostReader, input: In): Promise<Settled<Out>>;
}): HostChange<In, Out> {
  const outcome: HostChange<In, Out>["outcome"] = (ended, host) => factsOf(of.name, of.output, ended, host);
  return {
    name: of.name,
    input: of.input,
    output: of.output,
    script: (input) => call("change", of.name, of.text, of.env(of.input.parse(input)), of.timeoutMs) as ChangeScript,
    outcome,
    look: (on, input) => of.look(on, of.input.parse(input)),
    settle: async (on, input, ticket) => {
      if (ticket === undefined) return { found: "absent" };
      const told = await on.ticket(ticket);
      switch (told.state) {
        case "running":
          return { found: "running", pollAfterMs: told.pollAfterMs };
        case "absent":
          return { found: "absent" };
        case "lost":
          return cutOff(told.why, await of.look(on, of.input.parse(input)));
        case "ended":
          if (headOf(told.outcome.result) === undefined) return of.look(on, of.input.parse(input));
          return settled(() => outcome(told.outcome, on.name));
      }
    },
  };
}

/** What is there only in part is told with what became of the script that was to make it. */
const cutOff = <Out>(why: string, seen: Settled<Out>): Settled<Out> =>
  seen.found === "partial" ? { ...seen, why: `${why}; ${seen.why}` } : seen;

/** A script's own word as a finding: refused is absent, stopped on the way is partial. */
function settled<Out>(read: () => Out): Settled<Out> {
  try {
    return { found: "done", output: read() };
  } catch (thrown) {
    if (!(thrown instanceof Rejected)) throw thrown;
    return thrown.detail?.["changed"] === true
      ? { found: "partial", why: thrown.sentence }
      : { found: "absent", because: thrown.sentence };
  }
}
