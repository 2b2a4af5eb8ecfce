import { z } from "zod";
import { observe } from "./clone/observe.js";
import { plan, steps } from "./clone/plan.js";
import { cloneRequest, type CloneRequest } from "./clone/request.js";
import { listed } from "./inventory.js";
import { defineRunbook, type AnyRunbook, type EndedStep } from "./define.js";

/** Clones the newest night held by the mirror (or the point that is named), maps it to a host and mounts it there under a lease. */
export const clone = defineRunbook({
  name: "clone",
  version: 1,
  title: (request: CloneRequest) =>
    `Clone ${request.set} for ${request.purpose ?? request.host ?? "?"}${request.as === undefined ? "" : ` as ${request.as}`}`,
  request: cloneRequest,
  steps,
  observe,
  plan,
  closing,
  example: { say: "clone prod volume for training", world: "epic" },
});

const endedShape = z.object({
  host: z.object({ name: z.string() }),
  attach: z.object({ mount: z.string() }),
});
const leaseShape = z.object({
  input: z.object({ note: z.object({ name: z.string() }) }),
  output: z.object({ until: z.string() }),
});

/** Where it is, how long, and what can be done with it next. */
export function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const mounted = ended.flatMap((step) =>
    step.uses === "attachClone" ? (endedShape.safeParse(step.input).data ?? []) : [],
  );
  const [attached] = mounted;
  const lease = leaseShape.safeParse(ended.find((step) => step.uses === "writeLease")).data;
  if (!attached || !lease) return { sentences: [], choices: [] };
  const clone = `the ${lease.input.note.name} clone on ${attached.host.name}`;
  return {
    sentences: [
      `Mounted at ${listed(mounted.map((each) => each.attach.mount))} on ${attached.host.name}.`,
      `Lease ends ${lease.output.until}.`,
    ],
    choices: [
      { label: "Extend by 2 days", say: `extend ${clone} by 2 days` },
      { label: "Release", say: `release ${clone}` },
    ],
  };
}
