import { z } from "zod";
import { showDuration } from "../core/units.js";
import { defineRunbook, type AnyRunbook, type EndedStep } from "./define.js";
import { observe } from "./drill/observe.js";
import { plan, steps } from "./drill/plan.js";
import { drillRequest, type DrillRequest } from "./drill/request.js";
import { listed } from "./inventory.js";

/** Shows on a clone that a set could be run from its mirror: mounted, checked, measured, and taken away again. The mirror goes on. */
export const drDrill = defineRunbook({
  name: "dr-drill",
  version: 1,
  title: (asked: DrillRequest) => `Drill the failover of ${asked.set}`,
  request: drillRequest,
  steps,
  observe,
  plan,
  closing,
  yieldsTo: ["failover"],
  example: { say: "run a dr drill for prod", world: "epic" },
});

const measured = z.object({
  toMountedMs: z.number(),
  ageMs: z.number(),
  checks: z.array(z.object({ name: z.string(), isolation: z.boolean(), exit: z.number(), output: z.string() })),
  mirrorsRan: z.boolean(),
  set: z.string(),
  point: z.string(),
  host: z.string(),
  mounts: z.array(z.string()),
});

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const report = measured.safeParse(ended.find(({ uses }) => uses === "measureDrill")?.output).data;
  if (!report) return { sentences: [], choices: [] };
  const { checks } = report;
  const failed = checks.filter(({ exit }) => exit !== 0);
  const isolated = checks.filter(({ isolation }) => isolation);
  return {
    sentences: [
      `Drill of ${report.set}: ${report.point} was mounted at ${listed(report.mounts)} on ${report.host} ${showDuration(report.toMountedMs)} after the start, when its data was ${showDuration(report.ageMs)} old.`,
      checks.length === 0
        ? "No checks are configured."
        : failed.length === 0
          ? `All ${checks.length} checks passed: ${listed(checks.map(({ name }) => name))}.`
          : `${failed.length} of ${checks.length} checks FAILED.`,
      ...failed.map(({ name, exit, output }) =>
        exit === 124
          ? `"${name}" took longer than it may.`
          : `"${name}" ended with ${exit}${output === "" ? "" : `: ${output}`}.`,
      ),
      isolated.length === 0
        ? "Storage only: nothing was checked that shows the host cannot reach production."
        : isolated.every(({ exit }) => exit === 0)
          ? "The host could not reach production."
          : "ISOLATION is not shown: the check for it failed.",
      report.mirrorsRan
        ? "The mirrors went on as before, and nothing of the drill is left."
        : "Nothing of the drill is left; the mirrors changed their state meanwhile, and not by the drill.",
    ],
    choices: [],
  };
}
