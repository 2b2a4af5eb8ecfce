import { z } from "zod";
import type { Json } from "../core/json.js";
import { Problem } from "../core/problems.js";
import type { ScriptOutcome, ScriptTransport } from "../core/script.js";
import { defineRead, isReadScript } from "./define.js";
import { headOf, withResult } from "./result.js";
import { ticketText } from "./scripts/ticket.js";
import type { ChangeScript, HostRunner, ReadScript, ScriptState } from "./types.js";

const ticketId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/);
const record = z.object({ exit: z.number(), boot: z.string(), result: z.custom<Json>((value) => value !== undefined) });
const ticketFacts = z.discriminatedUnion("is", [
  z.object({ is: z.literal("absent") }),
  z.object({ is: z.literal("running") }),
  z.object({ is: z.literal("lost") }),
  z.object({ is: z.literal("ended"), record }),
]);

/** A ticket's record in `/var/lib/sluice`, written by the script itself: what remains when the reply was lost. */
export const readTicket = defineRead<{ ticket: string }, z.infer<typeof ticketFacts>>({
  name: "ticket",
  text: ticketText,
  input: z.object({ ticket: ticketId }),
  facts: ticketFacts,
  timeoutMs: 60_000,
  env: ({ ticket }) => ({ SLUICE_OF: ticket }),
});

const askAgainMs = 5_000;

/**
 * A host behind one transport. Without a result line, when the transport lost it or does not know it, or when it may be cut off and nobody told the transport, a ticket is
 * read back from the host itself.
 */
export function createHost(transport: ScriptTransport): HostRunner {
  const read = async (script: ReadScript): Promise<ScriptOutcome> => {
    const { name } = script;
    if (!isReadScript(script)) throw new TypeError(`${name} is not a script that only reads`);
    return withResult(await transport.read(script));
  };
  const self = { name: transport.host, read };
  const readBack = async (ticket: string, why: string): Promise<ScriptState> => {
    const facts = await readTicket.ask({ ...self, ticket: () => Promise.reject(new TypeError("unused")) }, { ticket });
    switch (facts.is) {
      case "absent":
        return { state: "absent" };
      case "running":
        return { state: "running", pollAfterMs: askAgainMs };
      case "lost":
        return { state: "lost", why };
      case "ended": {
        const { exit, boot, result } = facts.record;
        return { state: "ended", outcome: { exitCode: exit, result, stdout: "", stderr: "", bootId: boot } };
      }
    }
  };
  const cut = new Map<string, ScriptState>();
  /** The far end says running, which it would in any case, or knows nothing of it; the host's word counts if it has one. That a script is over stays so. */
  const askedThere = async (ticket: string): Promise<ScriptState | undefined> => {
    try {
      const there = await readBack(
        ticket,
        "the host was rebooted, or the script's shell killed, before the script had ended",
      );
      if (there.state !== "lost" && there.state !== "ended") return undefined;
      cut.set(ticket, there);
      return there;
    } catch (thrown) {
      if (thrown instanceof Problem) return undefined;
      throw thrown;
    }
  };
  return {
    ...self,
    ticket: async (ticket) => {
      const known = cut.get(ticket);
      if (known) return known;
      const told = await transport.ticket(ticketId.parse(ticket));
      // absent: never sent, or ended and forgotten there
      if (told.state === "absent" || (told.state === "running" && told.mayBeCut))
        return (await askedThere(ticket)) ?? told;
      if (told.state === "lost") return readBack(ticket, told.why);
      if (told.state !== "ended") return told;
      const outcome = withResult(told.outcome);
      if (headOf(outcome.result) !== undefined) return { state: "ended", outcome };
      return readBack(ticket, `the script ended with exit ${told.outcome.exitCode} and said nothing`);
    },
    start: async (script: ChangeScript, ticket) => {
      const env = { ...script.env, SLUICE_TICKET: ticketId.parse(ticket) };
      await transport.start({ ...script, env }, ticket);
    },
  };
}
