import type { HostConfig } from "../../config/types.js";
import { ownerText, writeNote, type CloneNote } from "../clones.js";
import type { Planner } from "../define.js";
import { describeLoss, type MemberView } from "../mirrors.js";
import { safetyLabel, safetyName, showTime } from "../points.js";
import { createClone } from "../steps/createClone.js";
import { findOnMirror } from "../steps/findOnMirror.js";
import { dropPin } from "../steps/giveBack.js";
import { quiesceHost, reactivateHost } from "../steps/hostsAside.js";
import { pauseMirror, resumeMirrorIfBase, staysPaused } from "../steps/mirrorState.js";
import { hostTag } from "../steps/onHost.js";
import { readBack, restoreRelationship, restoreVolume } from "../steps/restoreVolume.js";
import { takeSnapshot } from "../steps/takeSnapshot.js";
import { updateMirror, updateMirrorLosing } from "../steps/updateMirror.js";
import type { Facts, MemberRestore } from "./facts.js";
import type { RestoreRequest } from "./request.js";
import { showLoss } from "./show.js";

export const steps = {
  pinSnapshot: createClone,
  quiesceHost,
  safetySnapshot: takeSnapshot,
  updateMirror,
  updateMirrorLosing,
  findOnMirror,
  holdSafetyCopy: createClone,
  pauseMirror,
  staysPaused,
  restoreRelationship,
  restoreVolume,
  readBack,
  resumeMirrorIfBase,
  reactivateHost,
  dropPin,
};

/** From what was seen to the steps. Pure. */
export function plan(asked: RestoreRequest, facts: Facts, p: Planner<typeof steps>): void {
  showLoss(facts, p);
  const pins = facts.members.map(({ member }) => pin(facts, member, p));
  for (const host of facts.hosts) quiet(facts, host, p);
  const unsafe = facts.members.find((each) => each.unsafe !== undefined);
  if (unsafe) warnNoWayBack(unsafe, p);
  else for (const each of facts.members) safetyCopy(facts, each, p);
  const safe = unsafe === undefined;
  for (const each of facts.members) quietMirror(facts, each, p);
  const restored = facts.members.map((each) => overwrite(facts, each, safe, p));
  for (const [i, { member, paused }] of facts.members.entries()) {
    if (paused) continue;
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

function warnNoWayBack({ unsafe, paused }: MemberRestore, p: Planner<typeof steps>): void {
  const first = paused ? " Resume it first, and ask again, to have one." : "";
  p.warn(
    `NO WAY BACK: no safety copy can be taken, because ${unsafe ?? "of the mirror"}. What is overwritten cannot be brought back.${first}`,
  );
}

/** No transfer may run while its source is overwritten. One that somebody paused before stays as they left it. */
function quietMirror({ run }: Facts, { member, paused }: MemberRestore, p: Planner<typeof steps>): void {
  const mirror = { ...member.mirror, relationship: member.relationship.uuid };
  if (paused) {
    const { note } = paused;
    p.step.staysPaused({ ...mirror, pause: note ? { ...note, by: ownerText(note.by) } : null });
    return;
  }
  p.step.pauseMirror({ ...mirror, by: ownerText(run.asker), at: run.askedAt, reason: `restore ${run.id}` });
}

function pin(facts: Facts, member: MemberView, p: Planner<typeof steps>) {
  const volume = `sluice_pin_${member.source.volume}_${facts.run.id}`;
  const note = noteOf(facts, "pin", facts.point.name);
  const { cluster, svm, volume: parent } = member.mirror;
  const made = p.step.pinSnapshot({ cluster, svm, parent, snapshot: facts.point.name, volume, note });
  return { member, volume, note, made };
}

function noteOf(facts: Facts, kind: CloneNote["kind"], snapshot: string): CloneNote {
  const note: CloneNote = {
    sluice: 1,
    run: facts.run.id,
    kind,
    set: facts.set.name,
    name: `${kind === "pin" ? "pinned for" : "safety copy of"} restore ${facts.run.id}`,
    owner: ownerText(facts.run.asker),
    snapshot,
    ...(kind === "safety" ? { until: facts.safetyUntil } : {}),
    ...(facts.run.thread === undefined ? {} : { thread: facts.run.thread }),
  };
  // a note that cannot be written is refused before anything is made
  writeNote(note);
  return note;
}

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
