import type { Ref, Refs } from "../../core/refs.js";
import { ownerText, writeNote, type CloneNote } from "../clones.js";
import type { Planner } from "../define.js";
import { hostPart } from "../failover/plan.js";
import { safetyLabel, showTime } from "../points.js";
import { detachOriginal } from "../steps/attachOriginal.js";
import { breakReverse, holdMirror, setSnapshotPolicy } from "../steps/breakMirror.js";
import { createClone } from "../steps/createClone.js";
import { deleteRelationship, releaseSource } from "../steps/dismantle.js";
import {
  createReverse,
  dropLeftovers,
  resumeProduction,
  reverseResync,
  splitTail,
  verifyHome,
} from "../steps/failback.js";
import { forgetFailover } from "../steps/failoverNote.js";
import { unfenceSource } from "../steps/fence.js";
import { findOnMirror } from "../steps/findOnMirror.js";
import { dropIgroup, unmapMirrorLuns } from "../steps/giveBack.js";
import { forgetStopped, quiesceHost } from "../steps/hostsAside.js";
import { hostTag } from "../steps/onHost.js";
import { resyncMirror } from "../steps/resync.js";
import { takeSnapshot } from "../steps/takeSnapshot.js";
import { updateMirror } from "../steps/updateMirror.js";
import type { Facts, Leaving, MemberHome } from "./facts.js";
import type { FailbackRequest } from "./request.js";
import { showPrepare, showSwitch } from "./show.js";

export const steps = {
  tailSnapshot: takeSnapshot,
  holdTail: createClone,
  splitTail,
  createReverse,
  reverseResync,
  updateReverse: updateMirror,
  quiesceHost,
  detachOriginal,
  unmapMirrorLuns,
  dropIgroup,
  setSnapshotPolicy,
  finalSnapshot: takeSnapshot,
  findOnHome: findOnMirror,
  holdReverse: holdMirror,
  breakReverse,
  verifyHome,
  unfenceSource,
  resumeProduction,
  deleteReverse: deleteRelationship,
  releaseReverse: releaseSource,
  dropLeftovers,
  resyncMirror,
  forgetFailover,
  forgetStopped,
};
type P = Planner<typeof steps>;

/** From what was seen to the steps: first the array catches up while the set runs on its copy; then, in a run with votes of its own, the switch. Pure. */
export function plan(asked: FailbackRequest, facts: Facts, p: P): void {
  if (facts.leaving) return switchBack(asked, facts, facts.leaving, p);
  showPrepare(facts, p);
  if (facts.tail.kind === "kept")
    for (const each of facts.members)
      if (each.stage === "alone" || each.stage === "setUp") keepTail(facts, each, facts.tail.until, p);
  for (const each of facts.members) if (each.stage !== "follows") prepare(facts, each, p);
  for (const each of facts.members)
    if (each.stage === "follows")
      p.step.updateReverse({ ...each.member.source, relationship: each.reverse?.uuid ?? "", losses: [] });
  p.then("failback", {
    set: facts.set.name,
    switch: true,
    ...(asked.startApplication === undefined ? {} : { startApplication: true }),
  });
}

function prepare({ run, fenced, tail, note }: Facts, each: MemberHome, p: P): void {
  const { member, common, sourcePath, policy, stage } = each;
  const { source, mirror } = member;
  const relationship =
    each.reverse?.uuid ?? p.step.createReverse({ ...source, sourcePath, sourceCluster: mirror.cluster, policy }).uuid;
  const span = `between ${showTime(common?.createTime ?? note.since, run.timeZone)} and ${showTime(fenced.at, run.timeZone)}`;
  const loses = {
    none: "it has nothing that the copy has not",
    kept: `what was written there ${span} goes, and is held by a copy`,
    lost: `what was written there ${span} is lost for good`,
  };
  p.step.reverseResync({
    ...source,
    relationship,
    common: common?.name.startsWith("snapmirror.") ? "SnapMirror's newest common snapshot" : (common?.name ?? "?"),
    loses: stage === "setBack" ? "an earlier try had begun it, and what it alone had went then" : loses[tail.kind],
  });
  p.step.updateReverse({ ...source, relationship, losses: [] });
}

function keepTail(facts: Facts, { member, home }: MemberHome, until: string, p: P): void {
  const { run, set } = facts;
  const { cluster, svm, volume: parent } = member.source;
  const snapshot = `sluice-tail.${run.id}`;
  const volume = `sluice_tail_${parent}_${run.id}`;
  const note: CloneNote = {
    sluice: 1,
    run: run.id,
    kind: "tail",
    set: set.name,
    name: `never sent before the failover, kept by failback ${run.id}`,
    owner: ownerText(run.asker),
    snapshot,
    until,
    ...(run.thread === undefined ? {} : { thread: run.thread }),
  };
  writeNote(note);
  p.step.tailSnapshot({
    ...member.source,
    environment: set.environment,
    snapshot,
    label: safetyLabel,
    comment: `Sluice ${run.tag}: what was never sent before the failover, crash-consistent`,
  });
  const made = p.step.holdTail({ cluster, svm, parent, snapshot, volume, note });
  p.step.splitTail({ cluster, svm, volume, uuid: made.uuid, sizeBytes: home.sizeBytes ?? 0 });
}

function switchBack(asked: FailbackRequest, facts: Facts, leaving: Leaving, p: P): void {
  showSwitch(asked, facts, leaving, p);
  const { set, run, note, fenced } = facts;
  leave(facts, leaving, p);
  const snapshot = `sluice-failback.${run.id}`;
  const finals = facts.members.map(({ member }) =>
    p.step.finalSnapshot({
      ...member.mirror,
      environment: "dr",
      snapshot,
      label: safetyLabel,
      comment: `Sluice ${run.tag}: final state before the switch back, application stopped, app-consistent`,
    }),
  );
  for (const { member, home, reverse } of facts.members)
    p.step.updateReverse({
      ...member.source,
      relationship: reverse?.uuid ?? "",
      losses: [],
      brings: { snapshot, volumeUuid: home.uuid },
    });
  for (const [i, { member, home }] of facts.members.entries())
    p.step.findOnHome({
      ...member.source,
      volumeUuid: home.uuid,
      snapshot,
      versionUuid: finals[i]?.versionUuid as Refs<string>,
    });
  for (const [i, each] of facts.members.entries()) becomeHome(facts, each, snapshot, finals[i]?.versionUuid, p);
  if (fenced.maps.length > 0)
    p.step.unfenceSource({ set: set.name, environment: set.environment, maps: [...fenced.maps] });
  for (const { host, tag } of leaving.back) {
    const { start } = host.hooks;
    p.step.resumeProduction({
      host: hostPart(host),
      reactivate: {
        tag,
        vgs: groupNames(facts),
        wwids: wwidsOf(facts),
        ...(asked.startApplication === true && start !== undefined ? { startHook: start } : {}),
      },
    });
  }
  for (const [i, each] of facts.members.entries()) followAgain(each, snapshot, finals[i]?.versionUuid, p);
  p.step.forgetFailover({ set: set.name, mirrors: note.members.map(({ mirror }) => mirror), run: note.run });
  const notes = [{ host: leaving.host, tag: hostTag(run.id), wwids: wwidsAt(leaving) }];
  for (const { host, tag } of leaving.back) notes.push({ host, tag, wwids: wwidsOf(facts) });
  for (const { host, tag, wwids } of notes)
    p.step.forgetStopped({ host: hostPart(host), note: { tag, vgs: groupNames(facts), wwids } });
}

/** Off the host that took over: application, mounts, devices, LUNs. */
function leave(facts: Facts, leaving: Leaving, p: P): void {
  const { host, places, luns, igroup, dropsIgroup, target, portals } = leaving;
  const { run, note, set } = facts;
  const mapped = luns.map((all) =>
    all.flatMap((lun) =>
      lun.maps.filter((map) => map.igroup.name === igroup?.name).map((map) => ({ lun, number: map.number ?? 0 })),
    ),
  );
  const { stop, start, ends } = host.hooks;
  p.step.quiesceHost({
    host: hostPart(host),
    quiesce: {
      tag: hostTag(run.id),
      vgs: places.map(({ group }) => group.name),
      wwids: wwidsAt(leaving),
      ...(stop === undefined ? {} : { stopHook: stop, expected: [...ends] }),
    },
    ...(start === undefined ? {} : { startHook: start }),
  });
  for (const { group, logical, mount, volumes } of [...places].reverse())
    p.step.detachOriginal({
      host: hostPart(host),
      logout: dropsIgroup,
      attach: {
        tag: hostTag(note.run),
        initiator: host.iqn ?? "",
        target,
        portals: portals.map(({ address }) => address),
        luns: facts.members.flatMap(({ member }, i) =>
          volumes.includes(member.source.volume)
            ? (mapped[i] ?? []).map(({ lun, number }) => ({ number, wwid: lun.wwid }))
            : [],
        ),
        vg: group.name,
        lv: logical.name,
        mount,
        fileSystem: logical.fileSystem,
        options: "noatime",
      },
    });
  if (igroup)
    for (const [i, { member }] of facts.members.entries())
      p.step.unmapMirrorLuns({
        ...member.mirror,
        owner: note.by,
        igroup: igroup.name,
        host: host.name,
        luns: (mapped[i] ?? []).map(({ lun, number }) => ({
          uuid: lun.uuid,
          path: lun.name,
          number,
          igroupUuid: igroup.uuid,
        })),
      });
  if (igroup && dropsIgroup) {
    const { cluster, svm } = facts.members[0]?.member.mirror ?? { cluster: "", svm: "" };
    const { name, uuid, initiators } = igroup;
    p.step.dropIgroup({ cluster, svm, igroup: name, uuid, initiators: [...initiators], host: host.name });
  }
  for (const { member } of facts.members) {
    const was = note.members.find(({ mirror }) => mirror.volume === member.mirror.volume)?.snapshotPolicy ?? "none";
    p.step.setSnapshotPolicy({
      ...member.mirror,
      volumeUuid: member.volume.uuid,
      policy: was,
      was: member.volume.snapshotPolicy ?? "none",
      why: `it becomes the mirror of ${set.name} again, which takes no snapshots of its own`,
    });
  }
}

function becomeHome(
  { run, fenced }: Facts,
  { member, home, reverse }: MemberHome,
  snapshot: string,
  versionUuid: Ref<string> | undefined,
  p: P,
): void {
  const at = { ...member.source, relationship: reverse?.uuid ?? "" };
  p.step.holdReverse({ ...at, by: ownerText(run.asker), at: run.askedAt, reason: `failback ${run.id}` });
  p.step.breakReverse({
    ...at,
    volumeUuid: home.uuid,
    to: { snapshot, versionUuid: versionUuid as Ref<string> },
    loses: "",
  });
  p.step.verifyHome({
    ...member.source,
    volumeUuid: home.uuid,
    luns: fenced.maps
      .filter(
        ({ cluster, svm, lun }) =>
          lun.startsWith(`/vol/${member.source.volume}/`) &&
          cluster === member.source.cluster &&
          svm === member.source.svm,
      )
      .filter(({ lun }, i, all) => all.findIndex((each) => each.lun === lun) === i)
      .map(({ lun, serial }) => ({ path: lun, serial })),
  });
}

/** The way back is taken down, keeping every snapshot that counts, and the copy follows its source as before. */
function followAgain(
  { member, home, reverse }: MemberHome,
  snapshot: string,
  versionUuid: Ref<string> | undefined,
  p: P,
): void {
  const { source, mirror, relationship, volume } = member;
  const uuid = reverse?.uuid ?? "";
  p.step.deleteReverse({ ...source, relationship: uuid });
  p.step.releaseReverse({
    ...mirror,
    relationship: uuid,
    destination: `${source.svm}:${source.volume}`,
    withBase: false,
  });
  const prefix = prefixOf(reverse?.exportedSnapshot);
  if (prefix !== undefined)
    for (const [at, volumeUuid, environment] of [
      [source, home.uuid, "production"],
      [mirror, volume.uuid, "dr"],
    ] as const)
      p.step.dropLeftovers({ ...at, volumeUuid, environment, prefix });
  p.step.resyncMirror({
    ...mirror,
    relationship: relationship.uuid,
    common: { name: snapshot, versionUuid: versionUuid as Ref<string> },
    discards: [`nothing: nobody has had it since ${snapshot} was taken`],
    clones: true,
  });
}

/** `snapmirror.<svm>_<volume>.` of a name that ends in a date; undefined for any other snapshot. */
const prefixOf = (name: string | undefined): string | undefined => /^(snapmirror\.[^.]+\.)/.exec(name ?? "")?.[1];

const wwidsOf = ({ fenced }: Facts): string[] => [
  ...new Set(fenced.maps.map(({ serial }) => `3600a0980${Buffer.from(serial, "latin1").toString("hex")}`)),
];

const wwidsAt = ({ luns }: Leaving): string[] => luns.flat().map(({ wwid }) => wwid);

const groupNames = ({ set }: Facts): string[] => set.layout.volumeGroups.map(({ name }) => name);
