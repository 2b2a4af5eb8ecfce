import { z } from "zod";
import { defineRunbook, type AnyRunbook, type EndedStep } from "./define.js";
import { observe } from "./failover/observe.js";
import { plan, steps } from "./failover/plan.js";
import { failoverRequest, type FailoverRequest } from "./failover/request.js";
import { listed } from "./inventory.js";

/** Makes the mirror of a set the productive copy, all its volumes at one moment, and mounts it on the host that takes over. */
export const failover = defineRunbook({
  name: "failover",
  version: 1,
  title: (asked: FailoverRequest) => `Fail over ${asked.set}`,
  request: failoverRequest,
  steps,
  observe,
  plan,
  closing,
  example: { say: "fail over prod", world: "epic" },
});

const attachedShape = z.object({ host: z.object({ name: z.string() }), attach: z.object({ mount: z.string() }) });
const brokenShape = z.object({ snapshot: z.string(), taken: z.string() });
const noteShape = z.object({ set: z.string(), note: z.object({ planned: z.boolean() }) });

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const mounted = ended.flatMap(({ uses, input }) =>
    uses === "attachOriginal" ? (attachedShape.safeParse(input).data ?? []) : [],
  );
  const states = ended.flatMap(({ uses, output }) =>
    uses.startsWith("breakMirror") ? (brokenShape.safeParse(output).data ?? []) : [],
  );
  const written = noteShape.safeParse(ended.find(({ uses }) => uses === "recordFailover")?.input).data;
  const [host] = mounted;
  const [first] = states;
  if (!host || !first || !written) return { sentences: [], choices: [] };
  const { set } = written;
  const where = listed(mounted.map(({ attach }) => attach.mount));
  const oldest = [...states].sort((a, b) => (a.taken < b.taken ? -1 : 1))[0] ?? first;
  return {
    sentences: [
      `${set} runs on its mirror now: mounted at ${where} on ${host.host.name}. Nothing was started.`,
      written.note.planned
        ? `Nothing was lost: it is as it was when the application had stopped (${oldest.snapshot}).`
        : `It is as it was at ${oldest.taken} (${oldest.snapshot}): what was written after that is not in it.`,
      written.note.planned
        ? "The array is fenced: no production host has its LUNs."
        : "UNFENCED: the array may still be written to. It is fenced as soon as it is seen again.",
      "Nothing copies it anywhere now but its own scheduled snapshots.",
    ],
    choices: [{ label: "Fail back", say: `failback ${set}` }],
  };
}
