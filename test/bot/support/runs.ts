import type { Demand, Entry, RunEvent } from "../../../src/core/events.js";
import { fold, type RunView } from "../../../src/core/fold.js";
import { hashOf, type RunId } from "../../../src/core/ids.js";
import { planBytes, type Fact, type Plan, type PlannedStep } from "../../../src/core/plan.js";
import type { Person, Resource } from "../../../src/core/resource.js";
import type { CardContext } from "../../../src/bot/cards/types.js";

export const team = "T0RIVERSIDE";
export const tara: Person = { team, user: "U0REQUESTER" };
export const sam: Person = { team, user: "U0STORAGE" };
export const priya: Person = { team, user: "U0APPOWNER" };
export const startMs = Date.parse("2026-11-20T14:00:00.000Z");
export const runId = "rabcdefgh2" as RunId;
export const otherRun = "rzyxwvuts3" as RunId;

const volume = (name: string, environment: Resource["environment"]): Resource => ({
  kind: "volume",
  id: `volume/${name}`,
  name,
  environment,
  labels: {},
});

export function step(n: number, uses: string, says: string, more: Partial<PlannedStep> = {}): PlannedStep {
  return {
    id: `${n}-${uses}`,
    uses,
    input: {},
    effect: "change",
    on: [{ resource: volume("epic_trn_clone", "clone"), as: "changes" }],
    by: "sluice",
    says,
    undo: { way: "back", says: "deletes it again" },
    ...more,
  };
}

export const clonePlan: Plan = {
  format: 1,
  runbook: "clone",
  version: 1,
  request: { set: "prod", purpose: "training", lease: "P3D" },
  warnings: [],
  steps: [
    step(1, "createClone", "Clone epic_prd_dr at nightly.2026-11-20_0200 as epic_prd_trn on cvo-eastus2", {
      undo: { way: "back", says: "deletes the clone epic_prd_trn" },
    }),
    step(2, "mapLuns", "Map its four LUNs data00, data01, data02, data03 to epic-trn-01", {
      undo: { way: "back", says: "unmaps them" },
    }),
    step(3, "attachHost", "Log in, assemble vg_trn and mount it at /epic/trn on epic-trn-01", {
      undo: { way: "back", says: "unmounts and logs out" },
    }),
  ],
  then: null,
};

const production = { on: [{ resource: volume("epic_prd", "production"), as: "changes" as const }] };

export const restorePlan: Plan = {
  format: 1,
  runbook: "restore",
  version: 1,
  request: { set: "prod", from: "cvo" },
  warnings: ["Epic is stopped on epic-prd-01 and epic-prd-02 while this runs."],
  steps: [
    step(1, "pin", "Pin nightly.2026-11-20_0200 on cvo-eastus2 by an unmapped clone", {
      undo: { way: "back", says: "drops the pin" },
    }),
    step(2, "detach", "Stop grp_epicprd, unmount /epic/prd on epic-prd-01", {
      undo: { way: "back", says: "mounts it again" },
    }),
    step(3, "safetySnapshot", "Take a safety snapshot of epic_prd on ali-ontap-01", {
      ...production,
      undo: { way: "stays", says: "the snapshot sluice-safety stays for 14 days" },
    }),
    step(4, "overwrite", "Overwrite epic_prd on ali-ontap-01 from nightly.2026-11-20_0200 of epic_prd_dr", {
      ...production,
      effect: "destroy",
      undo: { way: "none", says: "everything written since 02:00 is only in the safety copy" },
    }),
    step(5, "readBack", "Read back LUN count, serials, sizes and content", {
      effect: "read",
      undo: { way: "stays", says: "" },
    }),
  ],
  then: null,
};

export const nobody: Demand = { places: [], nobody: true };
export const twoGroups: Demand = {
  nobody: false,
  places: [
    {
      group: "S0STORAGE",
      label: "storage-approvers",
      count: 1,
      forSteps: ["4-overwrite"],
      why: "destroying production data needs both",
    },
    {
      group: "S0EPIC",
      label: "epic-owners",
      count: 1,
      forSteps: ["4-overwrite"],
      why: "destroying production data needs both",
    },
  ],
};
export const restoreFacts: Fact[] = [
  { label: "Will be lost", text: "everything written to epic_prd after 02:00 UTC today (12 h)", tone: "danger" },
  { label: "Transfer", text: "about 140 GiB, 25 min" },
  {
    label: "Other points",
    text: "nightly.2026-11-19_0200 and 1 older",
    choices: [
      { label: "nightly.2026-11-19_0200, 1 day 12 h old", say: "restore prod from nightly.2026-11-19_0200" },
      { label: "nightly.2026-11-18_0200, 2 days 12 h old", say: "restore prod from nightly.2026-11-18_0200" },
    ],
  },
];

type Told = RunEvent | readonly [Person | "sluice", RunEvent];

/** A run's entries, ten seconds apart, by Sluice unless said otherwise. */
export function entries(...events: readonly Told[]): Entry[] {
  return events.map((told, i) => {
    const [by, event] = Array.isArray(told)
      ? (told as [Person | "sluice", RunEvent])
      : (["sluice", told as RunEvent] as const);
    return { seq: i, at: new Date(startMs + i * 10_000).toISOString(), by, event };
  });
}

export const viewOf = (...events: readonly Told[]): RunView => fold(runId, entries(...events));

export const asked = (text: string, runbook: string, request: Plan["request"], more: object = {}): Told => [
  tara,
  {
    type: "asked",
    from: { team, channel: "C0STORAGE", ts: "1763647200.000100", eventId: "m-1" },
    text,
    runbook,
    request,
    timeZone: "America/New_York",
    ...more,
  },
];
export const askedClone = asked("clone prod volume for training", "clone", clonePlan.request);
export const askedRestore = asked("restore prod from CVO", "restore", restorePlan.request);

export const hashOfPlan = (plan: Plan) => hashOf(planBytes(plan));
export const planned = (
  plan: Plan,
  demand: Demand,
  more: Partial<Extract<RunEvent, { type: "planned" }>> = {},
): RunEvent => ({
  type: "planned",
  bytes: planBytes(plan),
  hash: hashOfPlan(plan),
  facts: [],
  demand,
  key: "k".repeat(32),
  ...more,
});
export const plannedRestore = planned(restorePlan, twoGroups, { facts: restoreFacts });
export const plannedClone = planned(clonePlan, nobody, {
  facts: [{ label: "Point", text: "nightly of today, 12 h old, app-consistent" }],
});
export const settled = (
  plan: Plan,
  outcome: Extract<RunEvent, { type: "settled" }>["outcome"],
  reason?: string,
): RunEvent => ({
  type: "settled",
  outcome,
  hash: hashOfPlan(plan),
  ...(reason === undefined ? {} : { reason }),
});
export const vote = (
  by: Person,
  groups: readonly string[],
  way: "approve" | "deny" = "approve",
  reason?: string,
): Told => [
  by,
  { type: "voted", vote: way, hash: hashOfPlan(restorePlan), groups, ...(reason === undefined ? {} : { reason }) },
];
export const began = (plan: Plan, n: number, attempt = 1): RunEvent => ({
  type: "began",
  step: plan.steps[n - 1]!.id,
  attempt,
  before: null,
});
export const ended = (plan: Plan, n: number, output: Plan["request"] = {}): RunEvent => ({
  type: "ended",
  step: plan.steps[n - 1]!.id,
  output,
  how: "ran",
});

export const shown = (more: Partial<CardContext> = {}): CardContext => ({
  title: "Restore prod from its newest nightly",
  now: startMs + 10 * 60_000,
  cardExpiresMinutes: 60,
  ...more,
});

export const longPlan = (steps: number, wordy = 60): Plan => ({
  ...clonePlan,
  steps: Array.from({ length: steps }, (_, i) =>
    step(i + 1, "mapLun", `Map LUN data${i} ${"of a set with a long name ".repeat(Math.ceil(wordy / 26))}`),
  ),
});
