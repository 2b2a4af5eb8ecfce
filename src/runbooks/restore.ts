import { z } from "zod";
import type { HostConfig, SetConfig } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import { durationMs, showBytes, showDuration } from "../core/units.js";
import type { Lun, Snapshot, Volume } from "../ontap/index.js";
import { mirrorPolicy } from "./clone.js";
import { ownerText, type CloneNote } from "./clones.js";
import { defineRunbook, type AnyRunbook, type EndedStep, type Planner } from "./define.js";
import { getSet, listed } from "./inventory.js";
import { describeLoss, lossesByUpdate, refuseBroken, viewMirrors, type Loss, type MemberView } from "./mirrors.js";
import { choosePoint, pointShape, safetyLabel, showAge, showTime, type SetPoint } from "./points.js";
import { createClone } from "./steps/createClone.js";
import { findOnMirror } from "./steps/findOnMirror.js";
import { dropPin } from "./steps/giveBack.js";
import { quiesceHost, reactivateHost } from "./steps/hostsAside.js";
import { pauseMirror, resumeMirrorIfBase } from "./steps/mirrorState.js";
import { hostTag } from "./steps/onHost.js";
import { readBack, restoreRelationship, restoreVolume } from "./steps/restoreVolume.js";
import { takeSnapshot } from "./steps/takeSnapshot.js";
import { updateMirror, updateMirrorLosing } from "./steps/updateMirror.js";
import type { ReadTools, RunFacts } from "./tools.js";

const request = z.strictObject({
  set: z.string(),
  point: pointShape.optional(),
  from: z.string().optional(),
  startApplication: z.literal(true).optional(),
});
type Request = z.infer<typeof request>;

const steps = {
  pinSnapshot: createClone,
  quiesceHost,
  safetySnapshot: takeSnapshot,
  updateMirror,
  updateMirrorLosing,
  findOnMirror,
  holdSafetyCopy: createClone,
  pauseMirror,
  restoreRelationship,
  restoreVolume,
  readBack,
  resumeMirrorIfBase,
  reactivateHost,
  dropPin,
};

interface MemberRestore {
  readonly member: MemberView;
  readonly target: Volume;
  readonly onSource: readonly Snapshot[];
  readonly luns: readonly Lun[];
  /** `<local alias of the mirror's SVM>:<volume>` as the source's cluster writes it. */
  readonly sourcePath: string;
  readonly losses: readonly Loss[];
  /** Can a safety copy be taken and brought over? */
  readonly safe: boolean;
}

interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly point: SetPoint;
  readonly points: readonly SetPoint[];
  readonly members: readonly MemberRestore[];
  readonly hosts: readonly HostConfig[];
  readonly safetyUntil: string;
}

/**
 * Overwrites a set's production volumes from the mirror. The order is the safety: pin the snapshot, quiet the hosts, take and hold a
 * safety copy, pause, restore, read back, resume, mount, let the pin go.
 */
export const restore = defineRunbook({
  name: "restore",
  version: 1,
  title: (asked: Request) => `Restore ${asked.set} from its mirror`,
  request,
  steps,
  observe,
  plan,
  closing,
  example: { say: "restore prod from CVO", world: "epic" },
});

const nothing = "Nothing was changed.";

const restoredShape = z.object({ volume: z.string(), snapshot: z.string() });
const safetyShape = z.object({ note: z.object({ until: z.string() }), volume: z.string(), cluster: z.string() });
const resumedShape = z.object({ resumed: z.boolean() });

function closing(ended: readonly EndedStep[]): ReturnType<NonNullable<AnyRunbook["closing"]>> {
  const of = (uses: string): readonly EndedStep[] => ended.filter((step) => step.uses === uses);
  const restored = of("restoreVolume").flatMap((step) => restoredShape.safeParse(step.input).data ?? []);
  const safety = of("holdSafetyCopy").flatMap((step) => safetyShape.safeParse(step.input).data ?? []);
  const resumed = of("resumeMirrorIfBase").every((step) => resumedShape.safeParse(step.output).data?.resumed === true);
  return {
    sentences: [
      ...restored.map(({ volume, snapshot }) => `${volume} is as it was at ${snapshot}.`),
      ...safety.map(
        ({ volume, cluster, note }) =>
          `What was there before is held by ${volume} on ${cluster} until ${note.until}: "undo this restore" brings it back.`,
      ),
      resumed
        ? "The mirror goes on."
        : "The mirror lost its base by the restore and stays paused, with everything it has: it needs a resync, which discards on it what production no longer has.",
    ],
    choices: [],
  };
}

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const view = await viewMirrors(set, on);
  refuseBroken(set, view.members);
  const members = await Promise.all(view.members.map((member) => viewTarget(member, on)));
  const hosts = await hostsBehind(set, members, on);
  return {
    set,
    run: on.run,
    point: choosePoint(set, view.points, asked.point, on.run.timeZone),
    points: view.points,
    members,
    hosts,
    safetyUntil: new Date(Date.parse(on.run.askedAt) + durationMs(on.inventory.leases.safetyCopy)).toISOString(),
  };
}

async function viewTarget(member: MemberView, on: ReadTools): Promise<MemberRestore> {
  const { source, mirror, relationship } = member;
  const array = on.ontap(source.cluster);
  const [[target], relationships, peers, luns, policy] = await Promise.all([
    array.volumes.list({ svm: source.svm, name: source.volume }),
    array.relationships.list({ destinationSvm: source.svm, destinationVolume: source.volume }),
    array.svmPeers.list({ svm: source.svm }),
    array.luns.listByVolume(source.svm, source.volume),
    mirrorPolicy(member, on),
  ]);
  if (!target)
    throw new Refusal(`There is no volume ${source.volume} on ${source.cluster} to restore into.`, { next: nothing });
  if (relationships.some((each) => each.restore))
    throw new Refusal(`A restore of ${source.volume} is under way already.`, { next: nothing });
  const alias = peers.find(
    (peer) => peer.peer.svm.name === mirror.svm && peer.peer.cluster.name === mirror.cluster,
  )?.name;
  if (alias === undefined)
    throw new Refusal(`${source.svm} on ${source.cluster} is not peered with ${mirror.svm} on ${mirror.cluster}.`, {
      next: nothing,
    });
  const onSource = await array.snapshots.list(target.uuid);
  refuseNoCommon(member, onSource);
  const rule = policy.copiesAllSnapshots || policy.retention.some((each) => each.label === safetyLabel);
  return {
    member,
    target,
    onSource,
    luns: [...luns].sort((a, b) => (a.name < b.name ? -1 : 1)),
    sourcePath: `${alias}:${mirror.volume}`,
    losses: lossesByUpdate(member, onSource, policy, [safetyLabel]),
    safe: rule && relationship.state === "snapmirrored" && relationship.healthy !== false,
  };
}

function refuseNoCommon(member: MemberView, onSource: readonly Snapshot[]): void {
  const there = new Set(onSource.map((each) => each.versionUuid));
  if (member.snapshots.some((each) => each.versionUuid !== undefined && there.has(each.versionUuid))) return;
  throw new Refusal(
    `${member.source.volume} and its mirror have no snapshot in common, so only a full baseline could bring the data back.`,
    { next: nothing },
  );
}

/** Every host behind a map of the set's LUNs. One that the configuration does not know is a refusal: it could be writing. */
async function hostsBehind(
  set: SetConfig,
  members: readonly MemberRestore[],
  on: ReadTools,
): Promise<readonly HostConfig[]> {
  const names = new Map<string, HostConfig>();
  for (const { member, luns } of members) {
    const igroups = await on.ontap(member.source.cluster).igroups.list({ svm: member.source.svm });
    const used = new Set(luns.flatMap((lun) => lun.maps.map((map) => map.igroup.name)));
    for (const igroup of igroups.filter((each) => used.has(each.name))) {
      for (const initiator of igroup.initiators) {
        const host = on.inventory.hosts.find((each) =>
          [each.iqn, ...each.wwpns].some((name) => name?.toLowerCase() === initiator.toLowerCase()),
        );
        if (!host) {
          throw new Refusal(
            `LUNs of ${set.name} are mapped to ${initiator} (igroup ${igroup.name}), which is no host I know: it could be writing to them.`,
            {
              next: `Add it to the configuration or take it out of the igroup. ${nothing}`,
            },
          );
        }
        names.set(host.name, host);
      }
    }
  }
  return [...names.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
}

function plan(asked: Request, facts: Facts, p: Planner<typeof steps>): void {
  showLoss(facts, p);
  const pins = facts.members.map(({ member }) => pin(facts, member, p));
  for (const host of facts.hosts) quiet(facts, host, p);
  const safe = facts.members.every((each) => each.safe);
  if (safe) for (const each of facts.members) safetyCopy(facts, each, p);
  else
    p.warn(
      "NO WAY BACK: the mirror cannot take a safety copy now (it is paused, unhealthy or keeps no such label), so what is overwritten cannot be brought back.",
    );
  for (const { member } of facts.members) {
    const by = `<@${facts.run.asker.user}>`;
    p.step.pauseMirror({
      ...member.mirror,
      relationship: member.relationship.uuid,
      by,
      at: facts.run.askedAt,
      reason: `restore ${facts.run.id}`,
    });
  }
  const restored = facts.members.map((each) => overwrite(facts, each, safe, p));
  for (const [i, { member }] of facts.members.entries()) {
    p.step.resumeMirrorIfBase({
      ...member.mirror,
      relationship: member.relationship.uuid,
      baseSurvived: restored[i]?.baseSurvived as NonNullable<(typeof restored)[0]>["baseSurvived"],
    });
  }
  for (const host of facts.hosts) {
    const startHook = asked.startApplication === true ? host.hooks.start : undefined;
    p.step.reactivateHost({
      host: hostPart(host),
      reactivate: { ...placeOf(facts), ...(startHook === undefined ? {} : { startHook }) },
    });
  }
  for (const { member, volume, made, note } of pins) {
    p.step.dropPin({ cluster: member.mirror.cluster, svm: member.mirror.svm, volume, uuid: made.uuid, note });
  }
}

function pin(facts: Facts, member: MemberView, p: Planner<typeof steps>) {
  const volume = `sluice_pin_${member.source.volume}_${facts.run.id}`;
  const note = noteOf(facts, "pin", facts.point.name);
  const { cluster, svm, volume: parent } = member.mirror;
  const made = p.step.pinSnapshot({ cluster, svm, parent, snapshot: facts.point.name, volume, note });
  return { member, volume, note, made };
}

const noteOf = (facts: Facts, kind: CloneNote["kind"], snapshot: string): CloneNote => ({
  sluice: 1,
  run: facts.run.id,
  kind,
  set: facts.set.name,
  name: `${kind === "pin" ? "pinned for" : "safety copy of"} restore ${facts.run.id}`,
  owner: ownerText(facts.run.asker),
  snapshot,
  ...(kind === "safety" ? { until: facts.safetyUntil } : {}),
  ...(facts.run.thread === undefined ? {} : { thread: facts.run.thread }),
});

const hostPart = ({ name, environment, clearedForPatientData }: HostConfig) => ({
  name,
  environment,
  clearedForPatientData,
});

const placeOf = (facts: Facts) => ({
  tag: hostTag(facts.run.id),
  vgs: facts.set.layout.volumeGroups.map((group) => group.name),
  wwids: facts.members.flatMap(({ luns }) => luns.map((lun) => lun.wwid)),
});

function quiet(facts: Facts, host: HostConfig, p: Planner<typeof steps>): void {
  const { stop, start } = host.hooks;
  p.step.quiesceHost({
    host: hostPart(host),
    quiesce: { ...placeOf(facts), ...(stop === undefined ? {} : { stopHook: stop, expected: [...host.hooks.ends] }) },
    ...(start === undefined ? {} : { startHook: start }),
  });
}

export const safetyName = (run: string): string => `sluice-safety.${run}`;

function safetyCopy(facts: Facts, { member, losses }: MemberRestore, p: Planner<typeof steps>): void {
  const { source, mirror, relationship, volume } = member;
  const snapshot = safetyName(facts.run.id);
  const taken = p.step.safetySnapshot({
    ...source,
    environment: facts.set.environment,
    snapshot,
    label: safetyLabel,
    comment: `Sluice ${facts.run.tag}: before the restore, application stopped, app-consistent`,
  });
  const update = {
    ...mirror,
    relationship: relationship.uuid,
    losses: losses.map(describeLoss),
    brings: { snapshot, volumeUuid: volume.uuid },
  };
  if (losses.length > 0) p.step.updateMirrorLosing(update);
  else p.step.updateMirror(update);
  const found = p.step.findOnMirror({ ...mirror, volumeUuid: volume.uuid, snapshot, versionUuid: taken.versionUuid });
  const { cluster, svm, volume: parent } = mirror;
  p.step.holdSafetyCopy({
    cluster,
    svm,
    parent,
    snapshot: found.name,
    volume: `sluice_safety_${source.volume}_${facts.run.id}`,
    note: noteOf(facts, "safety", snapshot),
  });
}

function overwrite(facts: Facts, { member, luns, sourcePath }: MemberRestore, safe: boolean, p: Planner<typeof steps>) {
  const { source, mirror, relationship, volume } = member;
  const target = { ...source, environment: facts.set.environment };
  const made = p.step.restoreRelationship({ ...target, sourcePath, sourceCluster: mirror.cluster });
  const since = showTime(facts.point.taken, facts.run.timeZone);
  p.step.restoreVolume({
    ...target,
    relationship: made.uuid,
    snapshot: facts.point.name,
    mirror,
    loses: `everything written since ${since} is lost there${safe ? " (the safety copy has it)" : ", for good"}`,
  });
  return p.step.readBack({
    ...target,
    luns: luns.map((lun) => ({ path: lun.name, serial: lun.serial, sizeBytes: lun.sizeBytes ?? 0 })),
    mirror: { cluster: mirror.cluster, volumeUuid: volume.uuid, relationship: relationship.uuid },
  });
}

function showLoss(facts: Facts, p: Planner<typeof steps>): void {
  const { point, set, run, members } = facts;
  p.show("Restores to", `${point.name}, taken ${showTime(point.taken, run.timeZone)}: ${showAge(point, run.askedAt)}`);
  const since = showDuration(Math.max(0, Date.parse(run.askedAt) - Date.parse(point.taken)));
  p.show("Will be lost", `everything written to ${set.name} in the ${since} since then`, "danger");
  const newer = members.flatMap(({ onSource }) =>
    onSource.filter(
      (each) => !each.name.startsWith("snapmirror.") && Date.parse(each.createTime ?? "") > Date.parse(point.taken),
    ),
  );
  if (newer.length > 0) {
    p.show(
      "Snapshots that may go",
      `${listed(newer.slice(0, 6).map((each) => each.name))} on the array are newer, and a restore may remove them`,
      "danger",
    );
  }
  const used = members.reduce((sum, { target }) => sum + (target.usedBytes ?? target.sizeBytes ?? 0), 0);
  p.show("Size", `up to ${showBytes(used)}; only what differs moves`);
  p.show(
    "Stops",
    `${listed(facts.hosts.map((host) => host.name))} lose ${listed(set.layout.volumeGroups.flatMap((group) => group.logicalVolumes.map((each) => each.mountPoint)))} while it runs`,
  );
  p.show(
    "Other points",
    facts.points
      .filter((each) => each.name !== point.name)
      .slice(0, 8)
      .map((each) => each.name)
      .join(", ") || "none",
  );
  const local = members.every(({ onSource }, i) =>
    onSource.some((each) => each.versionUuid !== undefined && each.versionUuid === point.members[i]?.versionUuid),
  );
  if (local) p.show("Quicker", "the same snapshot is on the array itself: a local revert there takes seconds");
  p.show(
    "Look first",
    `"clone ${set.name} for testing from ${point.taken.slice(0, 10)}" shows the old data without touching production`,
  );
}
