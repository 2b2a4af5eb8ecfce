import type { Ref, Refs } from "../../core/refs.js";
import type { FailoverNote } from "../../core/failover-note.js";
import type { HostConfig } from "../../config/types.js";
import { ownerText } from "../clones.js";
import type { Planner } from "../define.js";
import { freeNumbers } from "../clone/names.js";
import { describeLoss } from "../mirrors.js";
import { safetyLabel } from "../points.js";
import { attachOriginal } from "../steps/attachOriginal.js";
import {
  breakMirror,
  breakMirrorForGood,
  holdMirror,
  readProductive,
  setSnapshotPolicy,
} from "../steps/breakMirror.js";
import { ensureIgroup } from "../steps/ensureIgroup.js";
import { recordFailover } from "../steps/failoverNote.js";
import { fenceSource } from "../steps/fence.js";
import { findOnMirror } from "../steps/findOnMirror.js";
import { quiesceHost } from "../steps/hostsAside.js";
import { mapMirrorLuns } from "../steps/mapLuns.js";
import { hostTag } from "../steps/onHost.js";
import { takeSnapshot } from "../steps/takeSnapshot.js";
import { updateMirror, updateMirrorLosing } from "../steps/updateMirror.js";
import type { Facts, MemberCopy, SourceFacts } from "./facts.js";
import type { FailoverRequest } from "./request.js";
import { showFailover } from "./show.js";

export const steps = {
  quiesceHost,
  fenceSource,
  finalSnapshot: takeSnapshot,
  updateMirror,
  updateMirrorLosing,
  findOnMirror,
  holdMirror,
  breakMirror,
  breakMirrorForGood,
  readProductive,
  setSnapshotPolicy,
  recordFailover,
  ensureIgroup,
  mapMirrorLuns,
  attachOriginal,
};
type P = Planner<typeof steps>;

/** From what was seen to the steps. Pure. With the source alive everything is sent first and can be taken back; with it dead nothing of it is asked. */
export function plan(_asked: FailoverRequest, facts: Facts, p: P): void {
  showFailover(facts, p);
  const { source } = facts;
  const final = source.alive ? emptySource(facts, source.is, p) : undefined;
  for (const { member } of facts.members)
    p.step.holdMirror({
      ...member.mirror,
      relationship: member.relationship.uuid,
      by: ownerText(facts.run.asker),
      at: facts.run.askedAt,
      reason: `failover ${facts.run.id}`,
    });
  const broken = facts.members.map((each, i) => breakOff(facts, each, i, final, p));
  const luns = facts.members.map(({ member, luns: all }) =>
    p.step.readProductive({
      ...member.mirror,
      volumeUuid: member.volume.uuid,
      luns: all.map(({ name }) => name),
    }),
  );
  const { snapshotPolicy: policy } = facts;
  for (const { member } of policy === undefined ? [] : facts.members)
    p.step.setSnapshotPolicy({
      ...member.mirror,
      volumeUuid: member.volume.uuid,
      policy: policy ?? "",
      was: member.volume.snapshotPolicy ?? "none",
      why: "it is productive now, and its mirror's snapshots come no more",
    });
  writeDown(facts, broken.at(-1)?.$at, final?.fencedAt, p);
  present(facts, luns, p);
}

interface Final {
  readonly fencedAt: Ref<string> | undefined;
  readonly snapshots: readonly { readonly snapshot: string; readonly versionUuid: Refs<string> }[];
}

const finalName = (run: string): string => `sluice-failover.${run}`;

/** Stops the application, takes the LUNs from the hosts, and brings the state that is left over: nothing can be written any more. */
function emptySource(facts: Facts, source: SourceFacts, p: P): Final {
  for (const host of source.hosts) quiet(facts, source, host, p);
  const fence =
    source.maps.length === 0
      ? undefined
      : p.step.fenceSource({ set: facts.set.name, environment: facts.set.environment, maps: [...source.maps] });
  const snapshot = finalName(facts.run.id);
  const taken = facts.members.map(({ member }) =>
    p.step.finalSnapshot({
      ...member.source,
      environment: facts.set.environment,
      snapshot,
      label: safetyLabel,
      comment: `Sluice ${facts.run.tag}: final state before the failover${source.silent.length === 0 ? ", application stopped, app-consistent" : ", crash-consistent"}`,
    }),
  );
  for (const [i, { member }] of facts.members.entries()) {
    const losses = (source.members[i]?.losses ?? []).map(describeLoss);
    const update = {
      ...member.mirror,
      relationship: member.relationship.uuid,
      losses,
      brings: { snapshot, volumeUuid: member.volume.uuid },
    };
    if (losses.length > 0) p.step.updateMirrorLosing(update);
    else p.step.updateMirror(update);
  }
  for (const [i, { member }] of facts.members.entries())
    p.step.findOnMirror({
      ...member.mirror,
      volumeUuid: member.volume.uuid,
      snapshot,
      versionUuid: taken[i]?.versionUuid as Refs<string>,
    });
  return {
    fencedAt: fence?.$at,
    snapshots: taken.map(({ versionUuid }) => ({ snapshot, versionUuid })),
  };
}

export const hostPart = ({ name, environment, clearedForPatientData }: HostConfig) => ({
  name,
  environment,
  clearedForPatientData,
});

function quiet(facts: Facts, source: SourceFacts, host: HostConfig, p: P): void {
  const { stop, start, ends } = host.hooks;
  p.step.quiesceHost({
    host: hostPart(host),
    quiesce: {
      tag: hostTag(facts.run.id),
      vgs: facts.places.map(({ group }) => group.name),
      wwids: source.members.flatMap(({ luns }) => luns.map(({ wwid }) => wwid)),
      letGo: true,
      ...(stop === undefined ? {} : { stopHook: stop, expected: [...ends] }),
    },
    ...(start === undefined ? {} : { startHook: start }),
  });
}

function breakOff(facts: Facts, { member }: MemberCopy, i: number, final: Final | undefined, p: P) {
  const base = { ...member.mirror, relationship: member.relationship.uuid, volumeUuid: member.volume.uuid };
  const last = final?.snapshots[i];
  if (last) return p.step.breakMirror({ ...base, to: last, loses: "" });
  const point = facts.point?.members[i];
  if (!facts.point || point?.versionUuid === undefined)
    return p.step.breakMirrorForGood({ ...base, to: null, loses: "" });
  return p.step.breakMirrorForGood({
    ...base,
    to: { snapshot: point.name, versionUuid: point.versionUuid },
    loses: "what it holds that is newer goes",
  });
}

function writeDown(facts: Facts, since: Ref<string> | undefined, fencedAt: Ref<string> | undefined, p: P): void {
  const { set, run, source } = facts;
  const note: Omit<FailoverNote, "since" | "fenced"> = {
    run: run.id,
    by: ownerText(run.asker),
    timeZone: run.timeZone,
    host: facts.host.name,
    planned: source.alive,
    members: facts.members.map(({ member }) => ({
      source: member.source,
      mirror: member.mirror,
      snapshotPolicy: member.volume.snapshotPolicy ?? "none",
    })),
    ...(run.thread === undefined ? {} : { thread: run.thread }),
  };
  p.step.recordFailover({
    set: set.name,
    mirrors: facts.members.map(({ member }) => member.mirror),
    note: {
      ...note,
      since: since ?? run.askedAt,
      fenced: source.alive
        ? {
            at: fencedAt ?? run.askedAt,
            maps: [...source.is.maps],
            hosts: source.is.hosts.map(({ name }) => ({ name, tag: hostTag(run.id) })),
          }
        : null,
    },
  });
}

interface ReadLuns {
  readonly luns: Readonly<Record<number, { readonly wwid: Refs<string> } | undefined>>;
}

/** The LUNs to the host that takes over, and their file systems mounted there. */
function present(facts: Facts, read: readonly unknown[], p: P): void {
  const { host, run, igroup } = facts;
  const { cluster, svm } = facts.members[0]?.member.mirror ?? { cluster: "", svm: "" };
  p.step.ensureIgroup({ cluster, svm, igroup: igroup.name, initiator: host.iqn ?? "", host: host.name });
  const numbers = freeNumbers(
    igroup.inUse,
    facts.members.reduce((sum, { luns }) => sum + luns.length, 0),
  );
  const mapped = facts.members.flatMap(({ member, luns }, m) => {
    const mine = luns.map((lun, i) => ({
      path: lun.name,
      number: numbers.shift() ?? 0,
      wwid: (read[m] as ReadLuns).luns[i]?.wwid as Refs<string>,
    }));
    p.step.mapMirrorLuns({
      cluster,
      svm,
      volume: member.mirror.volume,
      owner: ownerText(run.asker),
      igroup: igroup.name,
      host: host.name,
      luns: mine.map(({ path, number }) => ({ path, number })),
    });
    return mine.map(({ number, wwid }) => ({ number, wwid, source: member.source.volume }));
  });
  for (const { group, logical, mount, volumes } of facts.places)
    p.step.attachOriginal({
      host: hostPart(host),
      logout: igroup.inUse.length === 0,
      attach: {
        tag: hostTag(run.id),
        initiator: host.iqn ?? "",
        target: facts.target,
        portals: facts.portals.map(({ address }) => address),
        luns: mapped.filter(({ source }) => volumes.includes(source)).map(({ number, wwid }) => ({ number, wwid })),
        vg: group.name,
        lv: logical.name,
        mount,
        fileSystem: logical.fileSystem,
        options: "noatime",
      },
    });
}
