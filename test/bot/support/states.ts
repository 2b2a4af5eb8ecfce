import type { RunView } from "../../../src/core/fold.js";
import { closingOf } from "../../../src/bot/cards/closing.js";
import type { CardContext } from "../../../src/bot/cards/types.js";
import * as r from "./runs.js";

const granted = r.settled(r.restorePlan, "granted");
const approved = [r.vote(r.sam, ["S0STORAGE"]), r.vote(r.priya, ["S0EPIC"]), granted] as const;
const clone = { title: "Clone prod for training" };
const running = [
  r.askedClone,
  r.plannedClone,
  r.settled(r.clonePlan, "granted"),
  r.began(r.clonePlan, 1),
  r.ended(r.clonePlan, 1),
] as const;
const restoring = [
  r.askedRestore,
  r.plannedRestore,
  ...approved,
  r.began(r.restorePlan, 1),
  r.ended(r.restorePlan, 1),
] as const;
const upTo4 = [
  ...restoring,
  r.began(r.restorePlan, 2),
  r.ended(r.restorePlan, 2),
  r.began(r.restorePlan, 3),
  r.ended(r.restorePlan, 3),
  r.began(r.restorePlan, 4),
] as const;
const mounted = { mountPoint: "/epic/trn", host: "epic-trn-01", leaseEnds: "2026-11-23T23:00:00Z" };
const handed = {
  ...r.clonePlan,
  steps: [
    {
      ...r.clonePlan.steps[0]!,
      by: { handOff: "snapmirror break -destination-path svm_epic:epic_prd\n\nas the operator of ali-ontap-01" },
    },
  ],
};

/** Every state a card can be in, by the name of its golden file. */
export const states: Readonly<Record<string, readonly [RunView, CardContext]>> = {
  planning: [r.viewOf(r.askedRestore), r.shown()],
  refused: [
    r.viewOf(r.asked("restore prd from CVO", "restore", {}), {
      type: "refused",
      problem: "The mirror of prod is broken off, so there is nothing to restore from. Resynchronise it first.",
      choices: [{ label: "Resync prod", say: "resync mirror prod" }],
    }),
    r.shown(),
  ],
  "deciding-nobody-voted": [r.viewOf(r.askedRestore, r.plannedRestore), r.shown()],
  "deciding-one-voted": [r.viewOf(r.askedRestore, r.plannedRestore, r.vote(r.sam, ["S0STORAGE"])), r.shown()],
  "no-rule-allows": [
    r.viewOf(
      r.askedRestore,
      r.planned(r.restorePlan, {
        places: [],
        nobody: false,
        denied: "no rule speaks about resync-mirror on production",
      }),
    ),
    r.shown(),
  ],
  "looking-again": [
    r.viewOf(r.askedRestore, r.plannedRestore, ...approved, r.settled(r.restorePlan, "changed")),
    r.shown(),
  ],
  changed: [
    r.viewOf(
      r.askedRestore,
      r.plannedRestore,
      ...approved,
      r.settled(r.restorePlan, "changed"),
      r.planned({ ...r.restorePlan, warnings: [] }, r.twoGroups, {
        key: "j".repeat(32),
        difference: ["A warning is gone: Epic is stopped …"],
      }),
    ),
    r.shown(),
  ],
  granted: [r.viewOf(r.askedRestore, r.plannedRestore, ...approved), r.shown()],
  running: [
    r.viewOf(...running, r.began(r.clonePlan, 2)),
    r.shown({
      ...clone,
      progress: { step: "2-mapLuns", text: "3 of 4 LUNs mapped", fraction: 0.75, at: "2026-11-20T14:00:50Z" },
    }),
  ],
  waiting: [
    r.viewOf(...upTo4, {
      type: "waiting",
      step: "4-overwrite",
      watch: { kind: "relationship", cluster: "ali-ontap-01", uuid: "u1" },
    }),
    r.shown({ progress: { step: "4-overwrite", text: "62 of 140 GiB", fraction: 0.44, at: "2026-11-20T14:02:00Z" } }),
  ],
  "cancel-asked": [r.viewOf(...running, r.began(r.clonePlan, 2), [r.tara, { type: "cancelAsked" }]), r.shown(clone)],
  "held-lock": [
    r.viewOf(r.askedClone, r.plannedClone, r.settled(r.clonePlan, "granted"), {
      type: "held",
      step: null,
      attempt: 0,
      why: "lock",
      detail: [
        { run: r.otherRun, resource: "epic-trn-01" },
        { run: r.otherRun, resource: "epic_prd_dr" },
      ],
    }),
    r.shown({
      ...clone,
      links: { [r.otherRun]: "https://riverside-health.slack.com/archives/C0STORAGE/p1763647200000200" },
    }),
  ],
  "held-array-approval": [
    r.viewOf(...upTo4, {
      type: "held",
      step: "4-overwrite",
      attempt: 1,
      why: "arrayApproval",
      detail: { cluster: "ali-ontap-01", request: 7 },
    }),
    r.shown(),
  ],
  "held-hand-off": [
    r.viewOf(r.askedClone, r.planned(handed, r.nobody), r.settled(handed, "granted"), {
      type: "held",
      step: "1-createClone",
      attempt: 0,
      why: "handOff",
      detail: {
        text: "ONTAP CLI:\nsnapmirror break -destination-path svm_epic:epic_prd\n\nOr REST:\nPATCH /api/snapmirror/relationships/{uuid}",
        back: false,
        time: 2,
        seen: "Not seen yet: nothing of it is there.",
      },
    }),
    r.shown(clone),
  ],
  "held-stop": [
    r.viewOf(...running, { type: "held", step: "2-mapLuns", attempt: 0, why: "stop", detail: null }),
    r.shown(clone),
  ],
  doubted: [
    r.viewOf(...upTo4, {
      type: "doubted",
      step: "4-overwrite",
      why: "ali-ontap-01 did not answer, and the volume cannot be read just now.",
    }),
    r.shown(),
  ],
  parked: [
    r.viewOf(...upTo4, {
      type: "failed",
      step: "4-overwrite",
      problem: "ONTAP ali-ontap-01: the transfer failed: no space left.",
      absent: false,
    }),
    r.shown(),
  ],
  unwinding: [
    r.viewOf(
      ...running,
      r.began(r.clonePlan, 2),
      { type: "failed", step: "2-mapLuns", problem: "ONTAP cvo-eastus2: the igroup is gone.", absent: true },
      { type: "undoBegan", step: "2-mapLuns" },
    ),
    r.shown(clone),
  ],
  undone: [
    r.viewOf(
      ...restoring,
      r.began(r.restorePlan, 2),
      r.ended(r.restorePlan, 2),
      r.began(r.restorePlan, 3),
      {
        type: "failed",
        step: "3-safetySnapshot",
        problem: "ONTAP ali-ontap-01: 1,023 snapshots is the most.",
        absent: true,
      },
      { type: "undoBegan", step: "2-detach" },
      { type: "undone", step: "2-detach" },
      { type: "undoBegan", step: "1-pin" },
      { type: "undone", step: "1-pin" },
      { type: "finished", outcome: "undone" },
    ),
    r.shown(),
  ],
  "cancelled-undone": [
    r.viewOf(
      ...running,
      [r.tara, { type: "cancelAsked", reason: "wrong week" }],
      { type: "undoBegan", step: "1-createClone" },
      { type: "undone", step: "1-createClone" },
      { type: "finished", outcome: "undone" },
    ),
    r.shown(clone),
  ],
  done: (() => {
    const view = r.viewOf(
      ...running,
      r.began(r.clonePlan, 2),
      r.ended(r.clonePlan, 2),
      r.began(r.clonePlan, 3),
      r.ended(r.clonePlan, 3, mounted),
      {
        type: "finished",
        outcome: "succeeded",
      },
    );
    return [view, r.shown({ ...clone, closing: closingOf(view) })] as const;
  })(),
  "handing-on": [
    r.viewOf(...restoring, { type: "continued", child: r.otherRun }),
    r.shown({ links: { [r.otherRun]: "https://riverside-health.slack.com/archives/C0STORAGE/p1763647200000200" } }),
  ],
  "half-done": [
    r.viewOf(
      ...restoring,
      { type: "continued", child: r.otherRun },
      { type: "childEnded", child: r.otherRun, outcome: "denied" },
      { type: "finished", outcome: "succeeded" },
    ),
    r.shown(),
  ],
  denied: [
    r.viewOf(
      r.askedRestore,
      r.plannedRestore,
      r.vote(r.priya, ["S0EPIC"], "deny", "Go-live is tonight."),
      r.settled(r.restorePlan, "denied", "Go-live is tonight."),
    ),
    r.shown(),
  ],
  expired: [
    r.viewOf(
      r.askedRestore,
      r.plannedRestore,
      r.settled(r.restorePlan, "expired", "Nobody decided within 60 minutes."),
    ),
    r.shown(),
  ],
  cancelled: [r.viewOf(r.askedRestore, r.plannedRestore, [r.tara, r.settled(r.restorePlan, "cancelled")]), r.shown()],
  "handed-to-a-person": [
    r.viewOf(
      ...upTo4,
      {
        type: "failed",
        step: "4-overwrite",
        problem: "ONTAP ali-ontap-01: the transfer failed: no space left.",
        absent: false,
      },
      [r.sam, { type: "handedOver", step: "4-overwrite", reason: "I free space and go on by hand." }],
      [r.sam, { type: "finished", outcome: "abandoned" }],
    ),
    r.shown(),
  ],
  "deciding-forty-steps": [r.viewOf(r.askedClone, r.planned(r.longPlan(40), r.twoGroups)), r.shown(clone)],
  "deciding-too-long-for-a-card": [r.viewOf(r.askedClone, r.planned(r.longPlan(40, 600), r.twoGroups)), r.shown(clone)],
  "running-forty-steps": (() => {
    const plan = r.longPlan(40);
    const done = Array.from({ length: 20 }, (_, i) => [r.began(plan, i + 1), r.ended(plan, i + 1)]).flat();
    return [
      r.viewOf(r.askedClone, r.planned(plan, r.nobody), r.settled(plan, "granted"), ...done, r.began(plan, 21)),
      r.shown(clone),
    ] as const;
  })(),
};
