import { recallFailover } from "../../core/failover-note.js";
import { Problem, Refusal } from "../../core/problems.js";
import type { HostConfig, HostPurpose, SetConfig } from "../../config/types.js";
import type { Igroup, LunMap, Snapshot, Volume } from "../../ontap/index.js";
import { igroupFor } from "../clone/observe.js";
import { clonesAmong, mountsOf } from "../clones.js";
import { groupsOf, mountUnder } from "../groups.js";
import { getHost, getSet, listed } from "../inventory.js";
import {
  namelessSide,
  refuseBroken,
  sourceSnapshots,
  viewMirrors,
  type MemberView,
  type MirrorView,
} from "../mirrors.js";
import { choosePoint, showTime, type SetPoint } from "../points.js";
import type { Inventory, ReadTools, RunFacts } from "../tools.js";
import type { Facts } from "./facts.js";
import { lookAtSource } from "./reach.js";
import type { FailoverRequest } from "./request.js";

const nothing = "Nothing was changed.";

/** Looks at the mirrors, the host that takes over and, if it is there, the source. Throws a Refusal where a failover cannot be. */
export async function observe(asked: FailoverRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const { host, purpose } = failoverPlace(on.inventory, set, asked.host);
  const iqn = iqnOf(host);
  const { cluster, svm } = set.members[0]?.mirror ?? { cluster: "", svm: "" };
  const array = on.ontap(cluster);
  const [view, igroups, maps, service, portals, luns, hasPolicy] = await Promise.all([
    viewMirrors(set, on),
    array.igroups.list({ svm }),
    array.lunMaps.list({ svm }),
    array.iscsi.findService(svm),
    array.interfaces.iscsi(svm),
    Promise.all(set.members.map(({ mirror }) => array.luns.listByVolume(svm, mirror.volume))),
    isThere(cluster, svm, set.failover.snapshotPolicy, on),
  ]);
  await refuseDone(set, view.members, on);
  refuseBroken(set, view.members);
  if (!service?.enabled || portals.length === 0)
    throw new Refusal(`${svm} on ${cluster} serves no iSCSI now, so nothing can be given to ${host.name}.`, {
      next: nothing,
    });
  const places = groupsOf(set).map((group) => ({
    ...group,
    mount: mountUnder(purpose.mountPoint, set, group.logical),
  }));
  refuseTaken(
    host,
    places.map(({ mount }) => mount),
    view,
  );
  const source = await lookAtSource(asked, set, view.members, on);
  const point = source.alive ? undefined : pointOf(asked, set, view, on.run.timeZone);
  if (source.alive && asked.point !== undefined)
    throw new Refusal(`${set.name}'s array is there, so a failover takes the state it has when it is stopped.`, {
      next: `Leave the point out, or say that the array is down. ${nothing}`,
    });
  if (point) refuseHeld(view, point, on.run);
  if (source.alive) await refuseNameless(set, view.members, on);
  const drills = clonesAmong(cluster, svm, view.volumes).filter(
    ({ note }) => note.kind === "drill" && note.set === set.name,
  );
  return {
    set,
    run: on.run,
    host,
    purpose,
    places,
    members: view.members.map((member, i) => ({
      member,
      luns: [...(luns[i] ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
      newest: newestOf(member),
    })),
    source,
    point,
    points: view.points,
    igroup: igroupFor(
      host.name,
      iqn,
      igroups,
      withoutDrills(
        maps,
        drills.flatMap(({ volumes }) => volumes),
        igroups,
      ),
    ),
    target: service.targetIqn,
    portals,
    snapshotPolicy: hasPolicy ? set.failover.snapshotPolicy : undefined,
    drills: drills.map(({ note }) => note.run),
  };
}

/** The host that takes over. Throws a Refusal where there is none, or several. */
export function failoverPlace(
  inventory: Inventory,
  set: SetConfig,
  said: string | undefined,
): { host: HostConfig; purpose: HostPurpose } {
  const named = said === undefined ? undefined : getHost(inventory, said);
  const all = inventory.hosts.flatMap((host) =>
    host.purposes
      .filter((purpose) => purpose.name === "failover" && (purpose.set === undefined || purpose.set === set.name))
      .map((purpose) => ({ host, purpose })),
  );
  const fitting = all.filter(({ host }) => named === undefined || host === named);
  const [first, ...more] = fitting;
  if (first && more.length === 0) return first;
  const names = listed(all.map(({ host }) => host.name));
  if (first)
    throw new Refusal(`Which host should take ${set.name} over? It could be ${names}.`, {
      next: nothing,
      detail: {
        choices: fitting
          .slice(0, 5)
          .map(({ host }) => ({ label: host.name, say: `failover ${set.name} to ${host.name}` })),
      },
    });
  throw new Refusal(
    `${named?.name ?? "No host"} is ${named ? "not " : ""}set up to take ${set.name} over: the configuration gives ${named ? "it" : "none"} the purpose "failover" for it.`,
    { next: `${names === "" ? "" : `${names} could. `}${nothing}` },
  );
}

function iqnOf(host: HostConfig): string {
  if (host.iqn !== undefined) return host.iqn;
  throw new Refusal(`The configuration does not say which iSCSI name ${host.name} has.`, { next: nothing });
}

/** A login that may not look takes it for there: giving it shows. */
async function isThere(cluster: string, svm: string, policy: string, on: ReadTools): Promise<boolean> {
  try {
    return (await on.ontap(cluster).snapshotPolicies.findFor(svm, policy)) !== undefined;
  } catch (error) {
    if (error instanceof Problem && error.kind === "rejected") return true;
    throw error;
  }
}

/** Numbers that a drill holds are free by the time they are needed: it goes first. */
function withoutDrills(maps: readonly LunMap[], drills: readonly Volume[], igroups: readonly Igroup[]): LunMap[] {
  const names = new Set(drills.map(({ name }) => name));
  return maps.filter(
    (map) => igroups.some(({ name }) => name === map.igroup.name) && !names.has(map.lun.name?.split("/")[2] ?? ""),
  );
}

async function refuseDone(set: SetConfig, members: readonly MemberView[], on: ReadTools): Promise<void> {
  const broken = members.filter(({ relationship }) => relationship.state === "broken_off");
  if (broken.length === 0) return;
  const note = await recallFailover(on, set.name);
  if (note && broken.length === members.length)
    throw new Refusal(
      `${set.name} is failed over already: since ${showTime(note.since, on.run.timeZone)} it runs on ${note.host}.`,
      { next: nothing, detail: { choices: [{ label: "Fail back", say: `failback ${set.name}` }] } },
    );
  throw new Refusal(
    `${listed(broken.map(({ mirror }) => mirror.volume))} ${broken.length === 1 ? "is" : "are"} broken off already, and not by a failover of mine that came to its end.`,
    {
      next: `What is there may be live data: a person has to look first. ${nothing}`,
    },
  );
}

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

function refuseTaken(host: HostConfig, mounts: readonly string[], view: MirrorView): void {
  const { cluster, svm } = view.members[0]?.mirror ?? { cluster: "", svm: "" };
  const there = clonesAmong(cluster, svm, view.volumes).find(
    (each) =>
      each.note.kind === "clone" &&
      each.note.host === host.name &&
      mountsOf(each).some((mount) => mounts.some((other) => overlap(mount, other))),
  );
  if (!there) return;
  throw new Refusal(
    `${listed(mountsOf(there))} on ${host.name} is taken by the clone "${there.note.name}" of ${there.note.set}.`,
    {
      next: `Give it back first. ${nothing}`,
      detail: {
        choices: [{ label: "Give it back", say: `release the ${there.note.name} clone on ${host.name}` }],
      },
    },
  );
}

const newestOf = ({ relationship, snapshots }: MemberView): string | undefined =>
  snapshots.find((each) => each.name === relationship.exportedSnapshot)?.createTime;

/** Copies taken one after the other under one name are no one moment, unless the application stood still meanwhile. */
const ONE_MOMENT_MS = 2_000;
const isOneMoment = (point: SetPoint): boolean => {
  const times = point.members.map((each) => Date.parse(each.createTime ?? ""));
  return point.consistency === "application-consistent" || Math.max(...times) - Math.min(...times) <= ONE_MOMENT_MS;
};

/**
 * The one moment all volumes are broken off at. A set of one volume has its newest state, unless a point is named; several volumes have only what was taken
 * of all of them together. Throws a Refusal where there is none.
 */
function pointOf(asked: FailoverRequest, set: SetConfig, view: MirrorView, timeZone: string): SetPoint | undefined {
  const whole = view.points.filter(isOneMoment);
  const known = (point: SetPoint): SetPoint => {
    const nameless = point.members.some((each) => each.versionUuid === undefined);
    if (!nameless) return point;
    throw new Refusal(
      `The mirror's release cannot tell its snapshots apart by identity, so ${set.name} cannot be broken off at ${point.name} safely.`,
      { next: nothing },
    );
  };
  if (asked.point !== undefined) return known(choosePoint(set, whole, asked.point, timeZone));
  if (view.members.length === 1) return undefined;
  const [newest] = whole;
  if (newest) return known(newest);
  throw new Refusal(
    `No snapshot of ${set.name} is complete on all ${view.members.length} of its mirrors, so there is no one moment to fail over to: each holds its own newest state.`,
    { next: `What each of them holds has to be looked at by the application's owners. ${nothing}` },
  );
}

/**
 * A planned failover looks for its final snapshot on the mirror, by its identity. Where a release has none that shows only after production was stopped, so it is
 * asked before. Throws a Refusal.
 */
async function refuseNameless(set: SetConfig, members: readonly MemberView[], on: ReadTools): Promise<void> {
  const sides = await Promise.all(
    members.map(async (member) => namelessSide(member, await sourceSnapshots(member, on))),
  );
  const side = sides.find((each) => each !== undefined);
  if (side === undefined) return;
  throw new Refusal(
    `A planned failover of ${set.name} finds its final state on the mirror by the snapshot's identity, and on ${side} snapshots have none (ONTAP 9.11 or later has).`,
    {
      next: `Upgrade it, or stop the application and update the mirror first, and then fail over without the array. ${nothing}`,
      detail: { choices: [{ label: "Without the array", say: `failover ${set.name} unplanned` }] },
    },
  );
}

/** Going back to a point takes what is newer: clones of that, and locks, stand in the way. */
function refuseHeld(view: MirrorView, point: SetPoint, { timeZone, askedAt }: RunFacts): void {
  for (const [i, { mirror, volume, snapshots }] of view.members.entries()) {
    const at = Date.parse(point.members[i]?.createTime ?? point.taken);
    const newer = snapshots.filter((each) => Date.parse(each.createTime ?? "") > at);
    const locked = newer.find((each) => isLocked(each, askedAt));
    if (locked)
      throw new Refusal(
        `${mirror.volume} holds the snapshot ${locked.name}, which is newer than ${point.name} and locked until ${showTime(locked.snaplockExpiryTime ?? "", timeZone)}: it cannot go back behind it.`,
        { next: `Choose a point that is as new. ${nothing}` },
      );
    const holders = view.volumes.filter(
      ({ clone }) =>
        clone?.parentVolume.uuid === volume.uuid && newer.some((each) => each.uuid === clone.parentSnapshot.uuid),
    );
    refuseClones(mirror, holders, point);
  }
}

/** Nobody can delete it yet. */
export const isLocked = ({ snaplockExpiryTime }: Snapshot, at: string): boolean =>
  snaplockExpiryTime !== undefined && Date.parse(snaplockExpiryTime) > Date.parse(at);

function refuseClones(mirror: MemberView["mirror"], holders: readonly Volume[], point: SetPoint): void {
  if (holders.length === 0) return;
  const clones = clonesAmong(mirror.cluster, mirror.svm, holders);
  const choices = clones
    .filter(({ note }) => note.kind === "clone")
    .slice(0, 5)
    .map(({ note }) => ({
      label: `Release ${note.name}`,
      say: `release the ${note.name} clone on ${note.host ?? "?"}`,
    }));
  throw new Refusal(
    `${listed(holders.map(({ name }) => name))} ${holders.length === 1 ? "lives" : "live"} on snapshots of ${mirror.volume} that are newer than ${point.name}, and it cannot go back behind them.`,
    { next: `Give them back first, or choose a newer point. ${nothing}`, detail: { choices } },
  );
}
