import { z } from "zod";
import { Refusal } from "../core/problems.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import { observe, patternsOf } from "./snapshot/observe.js";
import type { Facts } from "./snapshot/facts.js";
import { snapshotRequest, type SnapshotRequest } from "./snapshot/request.js";
import { freezeHost, frozenInWords, thawHost } from "./steps/freezeHost.js";
import { labelSnapshots } from "./steps/labelSnapshots.js";
import { markConsistency } from "./steps/markConsistency.js";
import { hostTag } from "./steps/onHost.js";
import { takeSetSnapshot } from "./steps/takeSetSnapshot.js";

const steps = { freezeHost, takeSnapshot: takeSetSnapshot, thawHost, markConsistency, labelSnapshots };

/**
 * One snapshot of a set: frozen where the configuration says how, on all volumes at one instant, thawed always. What it is in the end stands in its comment.
 */
export const snapshot = defineRunbook({
  name: "snapshot",
  version: 1,
  title: (asked: SnapshotRequest) =>
    asked.adopt
      ? `Adopt snapshots of ${asked.set}`
      : `Snapshot ${asked.set}${asked.unfrozen ? " without freezing" : ""}`,
  request: snapshotRequest,
  steps,
  observe,
  plan,
  closing,
  example: { say: "snapshot prod", world: "epic" },
});

function plan(asked: SnapshotRequest, facts: Facts, p: Planner<typeof steps>): void {
  if (asked.adopt) return adopt(facts, p);
  show(asked, facts, p);
  const { cluster, svm, volumes, name, label, freezing, run, group } = facts;
  const at = { cluster, svm, environment: facts.set.environment, volumes: [...volumes], snapshot: name };
  const comment = (what: string): string => `Sluice ${run.tag}: ${what}`;
  const host = freezing && {
    name: freezing.host.name,
    environment: freezing.host.environment,
    clearedForPatientData: freezing.host.clearedForPatientData,
  };
  const freeze = freezing && { tag: hostTag(run.id), limitSeconds: freezing.limitSeconds, way: freezing.way };
  if (host && freeze) p.step.freezeHost({ host, freeze });
  p.step.takeSnapshot({
    ...at,
    label,
    comment: comment(freezing ? "frozen, not confirmed yet" : "crash-consistent"),
    tag: run.tag,
    consistency: freezing ? "application" : "crash",
    group: group ?? null,
  });
  if (!host || !freeze || !freezing) return;
  const thawed = p.step.thawHost({ host, freeze });
  p.step.markConsistency({
    ...at,
    lasted: thawed.still,
    comments: {
      lasted: comment(`application-consistent (${frozenInWords(freezing.way)} frozen)`.slice(0, 200)),
      lapsed: comment("crash-consistent (the freeze ended before the snapshot was taken)"),
    },
  });
}

function show(asked: SnapshotRequest, facts: Facts, p: Planner<typeof steps>): void {
  const { set, freezing, byHand, mirror, labels, beside, group } = facts;
  if (freezing)
    p.show(
      "Consistency",
      `for the application: ${frozenInWords(freezing.way)} is frozen on ${freezing.host.name} for the moment of the snapshot, ${freezing.limitSeconds} s at most`,
    );
  else
    p.show(
      "Consistency",
      `crash-consistent: as after a power failure, ${byHand ? `because a person on ${facts.cluster} takes it, and no freeze waits for one` : set.freeze ? "because it was asked for without freezing" : "because the configuration says of no way to freeze the application"}`,
      "warning",
    );
  const others = labels.filter((each) => each === set.nightly.label && each !== facts.label);
  p.show(
    "Mirror",
    mirror.says,
    mirror.will === "takes" ? "plain" : "warning",
    mirror.will === "ignores" && asked.label === undefined
      ? others.map((label) => ({ label: `As ${label}`, say: `snapshot ${set.name} as ${label}` }))
      : undefined,
  );
  if (mirror.losses.length > 0) p.show("The mirror lets go of", mirror.losses.join(", "), "warning");
  p.show("Kept", `on ${facts.cluster} until somebody deletes it`);
  if (beside.length > 0)
    p.warn(
      `The consistency group ${group?.name ?? ""} holds more than ${set.name}: ${beside.join(", ")} ${beside.length === 1 ? "gets" : "get"} the snapshot too.`,
    );
}

function adopt(facts: Facts, p: Planner<typeof steps>): void {
  const { set, cluster, svm, volumes, adoptable } = facts;
  if (adoptable.length === 0)
    throw new Refusal(
      `No snapshot of ${set.name} waits to be adopted: none that is on every volume and matches ${patternsOf(set)} is without a label.`,
      { next: "Nothing was changed." },
    );
  for (const { label, snapshots } of adoptable)
    p.step.labelSnapshots({
      cluster,
      svm,
      environment: set.environment,
      volumes: [...volumes],
      label,
      snapshots: snapshots.map(({ name, uuid, volumeUuid }) => ({ name, uuid, volumeUuid })),
    });
}

const takenShape = z.object({
  snapshot: z.string(),
  volumes: z.array(z.object({ name: z.string() })),
  consistency: z.enum(["crash", "application"]),
});
const markedShape = z.object({ lasted: z.boolean() });

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const of = (uses: string): EndedStep | undefined => ended.find((step) => step.uses === uses);
  const taken = takenShape.safeParse(of("takeSnapshot")?.input).data;
  if (!taken) return { sentences: ["The mirror takes them along with its next update."], choices: [] };
  const lasted = markedShape.safeParse(of("markConsistency")?.output).data?.lasted;
  const many = taken.volumes.length === 1 ? taken.volumes[0]?.name : `${taken.volumes.length} volumes`;
  if (lasted === false)
    return {
      sentences: [
        `${taken.snapshot} is on ${many}, but the freeze had ended by itself before it was taken: it is crash-consistent only, and its comment says so.`,
        "The application runs.",
      ],
      choices: [],
    };
  return {
    sentences: [
      `${taken.snapshot} is on ${many}, ${lasted ? "application-consistent: the freeze lasted, and the application runs again" : "crash-consistent"}.`,
    ],
    choices: [],
  };
}
