import type { Refs } from "../../core/refs.js";
import { Refusal } from "../../core/problems.js";
import { writeNote, type CloneNote } from "../clones.js";
import type { Planner } from "../define.js";
import { describeLoss, type MemberView } from "../mirrors.js";
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
import type { Facts, GroupPlace } from "./facts.js";
import { freeNumbers, freshName } from "./names.js";
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
  planMount(request, facts, planVolumes(request, facts, p), p);
}

/** A volume that the plan makes, and what later steps need of it. */
export interface MadeClone {
  readonly volume: string;
  readonly luns: Facts["members"][number]["luns"];
  readonly note: CloneNote;
  readonly place: GroupPlace;
  readonly made: ReturnType<Planner<typeof steps>["step"]["createClone"]>;
}

/** The new volumes, seen by nobody yet. */
export function planVolumes(request: CloneRequest, facts: Facts, p: Planner<typeof steps>): readonly MadeClone[] {
  const { set, run } = facts;
  const snapshot = facts.point?.name ?? freshName(run);
  showPoint(facts, p);
  if (request.only !== undefined)
    p.warn(
      `Only ${request.only} is cloned: the other volumes of ${set.name} are left out, so a database over all of them will not be complete.`,
    );
  for (const lack of facts.lacking)
    p.warn(`${lack}: the mirror may get no newer data while this clone holds its snapshot.`);
  if (request.fresh) planFresh(facts, snapshot, p);
  return facts.members.map(({ member, volume, luns }) => {
    const place = placeOf(facts, member);
    const note = noteOf(facts, snapshot, place);
    const { cluster, svm, volume: parent } = member.mirror;
    const made = p.step.createClone({ cluster, svm, parent, snapshot, volume, note, lunCount: luns.length });
    return { volume, luns, note, place, made };
  });
}

/** Mapped to the host, mounted there, and under a lease. */
export function planMount(
  request: CloneRequest,
  facts: Facts,
  clones: readonly MadeClone[],
  p: Planner<typeof steps>,
): void {
  const { set, host, run } = facts;
  const { cluster, svm } = facts.members[0]?.member.mirror ?? { cluster: "", svm: "" };
  const igroup = facts.igroup.name;
  p.step.ensureIgroup({ cluster, svm, igroup, initiator: host.iqn ?? "", host: host.name });
  const numbers = freeNumbers(
    facts.igroup.inUse,
    clones.reduce((sum, each) => sum + each.luns.length, 0),
  );
  const mapped = clones.flatMap(({ volume, luns, note, place, made }) => {
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
    return mine.map(({ number, wwid }) => ({ number, wwid: wwid as Refs<string>, place }));
  });
  const mountedAt = facts.places.map((place) =>
    attach(
      facts,
      place,
      mapped.filter((each) => each.place === place),
      p,
    ),
  );
  const [first] = clones;
  const last = mountedAt.at(-1);
  if (!first || !last) throw new Refusal(`${set.name} has no volumes in the configuration.`, { next: nothing });
  const end = request.leaseUntil ?? facts.kept;
  const until = end === undefined ? { from: last.$at, lease: facts.lease } : { until: end };
  p.step.writeLease({
    cluster,
    svm,
    volumes: clones.map((each) => each.volume),
    note: first.note,
    timeZone: run.timeZone,
    ...until,
  });
}

const nothing = "Nothing was changed.";

function placeOf({ places, set }: Facts, { source }: MemberView): GroupPlace {
  const place = places.find(({ volumes }) => volumes.includes(source.volume));
  if (place) return place;
  throw new Refusal(`${source.volume} belongs to no volume group of ${set.name}.`, { next: nothing });
}

/** One volume group onto the host. The hook runs once, when the last of them is mounted. */
function attach(
  facts: Facts,
  { group, logical, vg, mount }: GroupPlace,
  luns: readonly { number: number; wwid: Refs<string> }[],
  p: Planner<typeof steps>,
) {
  const { host, purpose, run, places } = facts;
  const isLast = places.at(-1)?.mount === mount;
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
      vg,
      lv: logical.name,
      mount,
      fileSystem: logical.fileSystem,
      options: "noatime",
      ...(purpose.afterMount === undefined || !isLast ? {} : { afterMount: purpose.afterMount }),
    },
  });
}

function noteOf(facts: Facts, snapshot: string, { vg, mount }: GroupPlace): CloneNote {
  const { set, host, run, name, point, igroup } = facts;
  const note: CloneNote = {
    sluice: 1,
    run: run.id,
    kind: "clone",
    set: set.name,
    name,
    owner: facts.owner,
    snapshot,
    host: host.name,
    mount,
    vg,
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
