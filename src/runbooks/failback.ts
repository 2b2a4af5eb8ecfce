import { z } from "zod";
import { defineRunbook, type AnyRunbook, type EndedStep } from "./define.js";
import { observe } from "./failback/observe.js";
import { plan, steps } from "./failback/plan.js";
import { failbackRequest, type FailbackRequest } from "./failback/request.js";
import { standing } from "./failback/standing.js";
import { listed } from "./inventory.js";

/** Takes a failed-over set home: its array catches up with the copy, and in a second run, with votes of its own, production is switched back. */
export const failback = defineRunbook({
  name: "failback",
  version: 1,
  title: (asked: FailbackRequest) =>
    asked.switch ? `Switch ${asked.set} back to its array` : `Fail back ${asked.set}`,
  request: failbackRequest,
  steps,
  observe,
  plan,
  closing,
  standing,
  example: { say: "fail back prod", world: "epic", first: ["fail over prod"] },
});

const tailShape = z.object({ volume: z.string(), cluster: z.string(), note: z.object({ until: z.string() }) });
const homeShape = z.object({ set: z.string() });
const hostShape = z.object({
  host: z.object({ name: z.string() }),
  reactivate: z.object({ startHook: z.string().optional() }),
});

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const of = (uses: string): readonly EndedStep[] => ended.filter((step) => step.uses === uses);
  const tails = of("holdTail").flatMap(({ input }) => tailShape.safeParse(input).data ?? []);
  const home = homeShape.safeParse(of("forgetFailover")[0]?.input).data;
  const hosts = of("resumeProduction").flatMap(({ input }) => hostShape.safeParse(input).data ?? []);
  const kept = tails.map(
    ({ volume, cluster, note }) => `What was never sent is held by ${volume} on ${cluster} until ${note.until}.`,
  );
  if (!home) return { sentences: [...kept, "The array has caught up; the switch is a plan of its own."], choices: [] };
  const started = hosts.some(({ reactivate }) => reactivate.startHook !== undefined);
  return {
    sentences: [
      `${home.set} is at home again, with everything that was written during the failover, and its mirror follows it.`,
      ...(hosts.length > 0
        ? [
            `Mounted as before on ${listed(hosts.map(({ host }) => host.name))}; the application ${started ? "was started" : "is stopped"}.`,
          ]
        : []),
    ],
    choices: [],
  };
}
