import { z } from "zod";
import type { Json } from "../core/json.js";
import { InDoubt, Rejected } from "../core/problems.js";
import type { RawOutcome, ScriptOutcome } from "../core/script.js";

const mark = "@@RESULT ";

/** The JSON of the last `@@RESULT` line of a script's output; undefined when there is none or it was cut. */
export function findResult(stdout: string): Json | undefined {
  const line = stdout
    .split("\n")
    .findLast((each) => each.startsWith(mark))
    ?.slice(mark.length);
  if (line === undefined) return undefined;
  try {
    return JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
}

/** What every result line says, whichever script wrote it. */
const head = z.looseObject({
  ok: z.boolean(),
  script: z.string(),
  changed: z.boolean(),
  boot: z.string(),
  code: z.string().optional(),
  says: z.string().optional(),
  holders: z.array(z.object({ pid: z.number(), user: z.string(), command: z.string() })).optional(),
});
export type ResultHead = z.infer<typeof head>;

/** The result line's common part; undefined when the line is missing or not one of ours. */
export const headOf = (result: Json | undefined): ResultHead | undefined => head.safeParse(result).data;

/** A raw outcome with its result line read. */
export function withResult(raw: RawOutcome): ScriptOutcome {
  const result = findResult(raw.stdout);
  const boot = headOf(result)?.boot;
  return { ...raw, result, ...(boot ? { bootId: boot } : {}) };
}

/** The host was busy with another of our scripts: nothing happened and it may go better soon. */
export const busyExit = 75;

/**
 * The facts of an outcome that succeeded. Throws Rejected when the script refused or failed (`detail`: `changed`, `step`, `holders`),
 * InDoubt when its result line is missing or does not have the promised shape.
 */
export function factsOf<Facts>(name: string, facts: z.ZodType<Facts>, outcome: ScriptOutcome, host?: string): Facts {
  const from = host === undefined ? {} : { from: `host ${host}` };
  const said = headOf(outcome.result);
  if (said === undefined || said.script !== name) {
    throw new InDoubt(`the answer of the ${name} script could not be read (exit ${outcome.exitCode})`, {
      ...from,
      code: `exit ${outcome.exitCode}`,
    });
  }
  if (!said.ok) {
    throw new Rejected(said.says ?? `the ${name} script stopped with exit ${outcome.exitCode}`, {
      ...from,
      code: said.code ?? `exit ${outcome.exitCode}`,
      retryable: outcome.exitCode === busyExit,
      detail: { changed: said.changed, ...(said.holders === undefined ? {} : { holders: said.holders }) },
    });
  }
  const read = facts.safeParse(outcome.result);
  if (!read.success)
    throw new InDoubt(
      `the answer of the ${name} script is not what was expected: ${z.prettifyError(read.error)}`,
      from,
    );
  return read.data;
}
