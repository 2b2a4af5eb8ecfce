import type { FabricState } from "../fabric.js";
import { has, text } from "../kernel/body.js";
import { ApiError, missing, notFound } from "../kernel/errors.js";
import type { Release } from "../kernel/releases.js";
import { flagOf } from "../kernel/read.js";
import type { Ctx, Outcome } from "../kernel/route.js";
import type { PolicyState, RelationshipState } from "../state.js";
import { policyOf } from "./cargo.js";
import { claim, findPolicy } from "./lookup.js";
import { newestCommon } from "./names.js";
import { endView } from "./relationshipView.js";
import { forgetRelease } from "./restore.js";
import { startTransfer } from "./transfers.js";

/**
 * Swaps the direction in one PATCH (reference 6.7): what was the destination is broken off, the relationship goes over to the cluster
 * of the old source, and that volume is resynchronised from the newest common snapshot.
 */
export function reverse(ctx: Ctx, relationship: RelationshipState): Outcome {
  const { fabric, cluster } = ctx;
  refuseReverse(ctx, relationship);
  const dry = flagOf(ctx.query, "validate_only", false);
  const release = dry ? (): void => undefined : claim(ctx, relationship);
  const svm = cluster.svms.find((each) => each.uuid === relationship.destination.svmUuid);
  const run = (): void => {
    if (!cluster.relationships.includes(relationship)) throw notFound();
    const go = checkedSwap(fabric, relationship);
    if (!dry) go();
  };
  return { job: { kind: "mirror", svm, run, abandon: release } };
}

function refuseReverse(ctx: Ctx, relationship: RelationshipState): void {
  const { body, fabric, cluster } = ctx;
  const paths = { source: text(body, "source.path"), destination: text(body, "destination.path") };
  const isReversed =
    paths.source === endView(ctx, relationship.destination)["path"] &&
    paths.destination === endView(ctx, relationship.source)["path"];
  if (!isReversed) {
    const message = "The source and destination paths are not those of the relationship reversed.";
    throw new ApiError(13304120, message, 400, "source.path");
  }
  if (text(body, "state") === undefined) throw missing("state");
  if (text(body, "state")?.toLowerCase() !== "snapmirrored")
    throw new ApiError(13303818, "A reversal needs state snapmirrored.", 400, "state");
  for (const field of ["throttle", "transfer_schedule", "policy", "restore_to_snapshot"]) {
    if (has(body, field)) throw new ApiError(262186, `"${field}" cannot be given in a reversal.`, 400, field);
  }
  if (relationship.source.cluster === cluster.name)
    throw new ApiError(13304003, "Relationships within one cluster cannot be reversed in one call.", 400);
  const there = fabric.cluster(relationship.source.cluster);
  if (older(there.spec.release, cluster.spec.release)) {
    throw new ApiError(13304062, "The source cluster runs an older release than the destination cluster.", 400);
  }
  const policy = policyOf(fabric, relationship);
  if (!policy.createOnSource)
    throw new ApiError(13304086, `Policy "${policy.name}" makes no snapshots on the source: no reversal.`, 400);
  const theirs = findPolicy(there, relationship.source.svmUuid, policy.name);
  if (!theirs || !sameRules(policy, theirs)) {
    throw new ApiError(13303996, `Policy "${policy.name}" is not there, or another, on cluster "${there.name}".`, 400);
  }
}

const sameRules = (one: PolicyState, other: PolicyState): boolean => rules(one) === rules(other);
const rules = (policy: PolicyState): string =>
  JSON.stringify([
    policy.type,
    policy.copyAll,
    policy.copyLatest,
    policy.createOnSource,
    [...policy.retention].map((each) => `${each.label}=${each.count}`).sort(),
  ]);

function older(one: Release, other: Release): boolean {
  const parts = (each: Release): number => each.generation * 10_000 + each.major * 100 + each.minor;
  return parts(one) < parts(other);
}

const refusal = (reason: string): ApiError =>
  new ApiError(13303810, `Transition to snapmirrored state failed. Reason:${reason}`);

function checkedSwap(fabric: FabricState, old: RelationshipState): () => void {
  const here = fabric.cluster(old.destination.cluster);
  const there = fabric.cluster(old.source.cluster);
  if (old.state === "uninitialized") throw refusal("The relationship is not initialized");
  if (old.transfer) throw refusal("Another transfer is in progress");
  if (!fabric.connected(here.name, there.name)) throw refusal("Peer cluster is not reachable");
  const source = fabric.volumeOf(old.source);
  const destination = fabric.volumeOf(old.destination);
  const none = fabric.is(here.name, "noCommonSnapshot");
  if (!source || !destination || none || !newestCommon(source, destination)) throw refusal("No common snapshot found");
  if (there.relationships.some((each) => each.destination.volumeUuid === source.uuid)) {
    throw new ApiError(
      6619637,
      `Volume "${source.name}" is already the destination of a SnapMirror relationship.`,
      409,
    );
  }
  return () => {
    destination.type = "rw";
    here.relationships = here.relationships.filter((each) => each !== old);
    forgetRelease(fabric, old);
    fabric.effect(here.name, "mirror broken", old.destination.path);
    const schedule = there.schedules.some((each) => each.name === old.schedule) ? old.schedule : undefined;
    const reversed: RelationshipState = {
      ...old,
      uuid: fabric.knobs.reverseKeepsUuid ? old.uuid : fabric.ids.next("relationship"),
      source: { ...old.destination, path: pathFrom(fabric, old, there.name) },
      destination: { ...old.source, path: `${source.svm.name}:${source.name}` },
      state: "broken_off",
      schedule,
      past: [],
      checkpoint: undefined,
      changing: undefined,
      totalBytes: 0,
      totalMs: 0,
      visibleAt: fabric.now + fabric.ids.between(...fabric.knobs.visibilityMs),
    };
    there.relationships.push(reversed);
    const { uuid: relationshipUuid, source: from, destination: to } = reversed;
    here.releases.push({ relationshipUuid, source: from, destination: to });
    startTransfer(fabric, reversed, "resync", { scheduled: false });
  };
}

/** The old destination as the other cluster writes it: with its alias for that SVM. */
function pathFrom(fabric: FabricState, old: RelationshipState, clusterName: string): string {
  const alias = fabric.cluster(clusterName).svmPeers.find((each) => each.remoteSvmUuid === old.destination.svmUuid);
  const [svm = "", name = ""] = old.destination.path.split(":");
  return `${alias?.name ?? svm}:${fabric.volumeOf(old.destination)?.name ?? name}`;
}
