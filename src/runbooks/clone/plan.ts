import type { Refs } from "../../core/refs.js";
import { Refusal } from "../../core/problems.js";
import { ownerText, writeNote, type CloneNote } from "../clones.js";
import type { Planner } from "../define.js";
import { describeLoss } from "../mirrors.js";
import { safetyLabel } from "../points.js";
import { attachClone } from "../steps/attachClone.js";
import { createClone } from "../steps/createClone.js";
import { ensureIgroup } from "../steps/ensureIgroup.js";
import { findOnMirror } from "../steps/findOnMirror.js";
import { mapLuns } from "../steps/mapLuns.js";
import { hostTag } from "../steps/onHost.js";
import { takeSnapshot } from "../steps/takeSnapshot.js";
import { updateMirror, updateMirrorLosing } from "../steps/updateMirror.js";
import { writeLease } from "../steps/writeLease.js";
import type { Facts } from "./facts.js";
import { freeNumbers, freshName, vgName } from "./names.js";
import type { CloneRequest } from "./request.js";
import { showPoint } from "./show.js";

export const steps = {
  takeSnapshot,
  updateMirror,
  updateMirrorLosing,
  findOnMirror,
  createClone,
  ensureIgroup,
  mapLuns,
  attachClone,
  writeLease,
};

/** From what was seen to the steps. Pure. */
export function plan(request: CloneRequest, facts: Facts, p: Planner<typeof steps>): void {
  const { set, host, run } = facts;
  const snapshot = facts.point?.name ?? freshName(run);
  showPoint(facts, p);
  if (request.only !== undefined)
    p.warn(
      `Only ${request.only} is cloned: the other volumes of ${set.name} are left out, so a database over all of them will not be complete.`,
    );
  if (request.fresh) planFresh(facts, snapshot, p);
  const note = noteOf(facts, snapshot);
  const clones = facts.members.map(({ member, volume, luns }) => ({
    volume,
    luns,
    made: p.step.createClone({
      cluster: member.mirror.cluster,
      svm: member.mirror.svm,
      parent: member.mirror.volume,
      snapshot,
      volume,
      note,
      lunCount: luns.length,
    }),
  }));
  const { cluster, svm } = facts.members[0]?.member.mirror ?? { cluster: "", svm: "" };
  const igroup = facts.igroup.name;
  p.step.ensureIgroup({ cluster, svm, igroup, initiator: host.iqn ?? "", host: host.name });
  const numbers = freeNumbers(
    facts.igroup.inUse,
    clones.reduce((sum, each) => sum + each.luns.length, 0),
  );
  const mapped = clones.flatMap(({ volume, luns, made }) => {
    const mine = luns.map((lun, i) => ({
      path: `/vol/${volume}/${lun.logicalUnit}`,
      number: numbers.shift() ?? 0,
      wwid: made.luns[i]?.wwid,
    }));
    p.step.mapLuns({
      cluster,
      svm,
      volume,
      owner: note.owner,
      igroup,
      host: host.name,
      luns: mine.map(({ path, number }) => ({ path, number })),
    });
    return mine.map(({ number, wwid }) => ({ number, wwid: wwid as Refs<string> }));
  });
  const mounted = attachAll(facts, mapped, p);
  const until =
    request.leaseUntil === undefined ? { from: mounted.$at, lease: facts.lease } : { until: request.leaseUntil };
  p.step.writeLease({
    cluster,
    svm,
    volumes: clones.map((each) => each.volume),
    note,
    timeZone: run.timeZone,
    ...until,
  });
}

function attachAll(facts: Facts, luns: readonly { number: number; wwid: Refs<string> }[], p: Planner<typeof steps>) {
  const { set, host, purpose, run, mount } = facts;
  const [group, ...others] = set.layout.volumeGroups;
  const [logical, ...more] = group?.logicalVolumes ?? [];
  if (!group || !logical || others.length > 0 || more.length > 0) {
    throw new Refusal(
      `${set.name} lies on several volume groups or file systems, and mounting those together is not available yet.`,
      { next: "Nothing was changed." },
    );
  }
  return p.step.attachClone({
    host: { name: host.name, environment: host.environment, clearedForPatientData: host.clearedForPatientData },
    logout: facts.igroup.inUse.length === 0,
    attach: {
      tag: hostTag(run.id),
      initiator: host.iqn ?? "",
      target: facts.target,
      portals: facts.portals.map((portal) => portal.address),
      luns: luns.map(({ number, wwid }) => ({ number, wwid })),
      sourceVg: group.name,
      vg: vgName(facts),
      lv: logical.name,
      mount,
      fileSystem: logical.fileSystem,
      options: "noatime",
      ...(purpose.afterMount === undefined ? {} : { afterMount: purpose.afterMount }),
    },
  });
}

function noteOf(facts: Facts, snapshot: string): CloneNote {
  const { set, host, run, name, mount, point, igroup } = facts;
  const note: CloneNote = {
    sluice: 1,
    run: run.id,
    kind: "clone",
    set: set.name,
    name,
    owner: ownerText(run.asker),
    snapshot,
    host: host.name,
    mount,
    vg: vgName(facts),
    igroup: igroup.name,
    ...(point === undefined ? {} : { taken: point.taken }),
    ...(run.thread === undefined ? {} : { thread: run.thread }),
  };
  // a note that cannot be written is refused before anything is made
  writeNote(note);
  return note;
}

function planFresh(facts: Facts, snapshot: string, p: Planner<typeof steps>): void {
  p.warn(`Fresh data: this takes a snapshot of ${facts.set.name} in production and moves its mirror before cloning.`);
  for (const { member, losses } of facts.members) {
    const { source, mirror, relationship } = member;
    const taken = p.step.takeSnapshot({
      ...source,
      environment: facts.set.environment,
      snapshot,
      label: safetyLabel,
      comment: `Sluice ${facts.run.tag}: fresh data for a clone, crash-consistent`,
    });
    const input = {
      cluster: mirror.cluster,
      svm: mirror.svm,
      volume: mirror.volume,
      relationship: relationship.uuid,
      losses: losses.map(describeLoss),
      brings: { snapshot, volumeUuid: member.volume.uuid },
    };
    if (losses.length > 0) p.step.updateMirrorLosing(input);
    else p.step.updateMirror(input);
    p.step.findOnMirror({
      cluster: mirror.cluster,
      svm: mirror.svm,
      volume: mirror.volume,
      volumeUuid: member.volume.uuid,
      snapshot,
      versionUuid: taken.versionUuid,
    });
  }
}
