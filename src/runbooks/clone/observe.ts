import { Refusal } from "../../core/problems.js";
import { durationMs } from "../../core/units.js";
import type { Igroup, Lun, LunMap } from "../../ontap/index.js";
import { said } from "../../core/said.js";
import { attachedOf } from "../attached.js";
import { clonesAmong, mountsOf, ownerOf, ownerText, type Clone } from "../clones.js";
import type { HostConfig, HostPurpose, SetConfig } from "../../config/types.js";
import { groupsOn, mountUnder } from "../groups.js";
import { cloneTarget, getSet, listed } from "../inventory.js";
import {
  lossesByUpdate,
  mirrorPolicy,
  namelessSide,
  refuseBroken,
  refusePaused,
  sourceSnapshots,
  viewMirrors,
  type Loss,
  type MemberView,
  type MirrorView,
} from "../mirrors.js";
import { choosePoint, safetyLabel, type SetPoint } from "../points.js";
import { leaseWords } from "../steps/writeLease.js";
import type { ReadTools } from "../tools.js";
import type { Facts, GroupPlace } from "./facts.js";
import { vgName, volumeName } from "./names.js";
import type { CloneRequest } from "./request.js";

/** What a clone takes the place of: it is on the same host at the same mounts, and its names are free only afterwards. */
export interface Replacing {
  readonly clone: Clone;
  /** Back to what it was made from, and not to a newer point. */
  readonly toStart: boolean;
}

/** Looks at mirrors, igroups, LUN numbers and interfaces. Throws a Refusal where a clone cannot be. */
export async function observe(request: CloneRequest, on: ReadTools, replacing?: Replacing): Promise<Facts> {
  const set = getSet(on.inventory, request.set);
  const { host, purpose } = cloneTarget(on.inventory, set, request);
  const { iqn } = host;
  if (iqn === undefined)
    throw new Refusal(`The configuration does not say which iSCSI name ${host.name} has.`, {
      next: "Nothing was changed.",
    });
  const wanted = chosen(set.members, request, replacing);
  const { cluster, svm } = set.members[0]?.mirror ?? { cluster: "", svm: "" };
  const array = on.ontap(cluster);
  // all at once: what one look finds does not change what the others ask
  const [view, igroups, maps, service, portals, luns, aggregates, lacking] = await Promise.all([
    viewMirrors(set, on),
    array.igroups.list({ svm }),
    array.lunMaps.list({ svm }),
    array.iscsi.findService(svm),
    array.interfaces.iscsi(svm),
    Promise.all(wanted.map(({ mirror }) => array.luns.listByVolume(svm, mirror.volume))),
    array.aggregates.list(),
    array.cluster.listLacking(["heldSnapshotsDoNotStallMirror"]),
  ]);
  if (replacing?.toStart !== true) refuseBroken(set, view.members);
  if (request.fresh) refusePaused(set, view.members);
  if (!service?.enabled || portals.length === 0) {
    throw new Refusal(
      `${svm} on ${cluster} serves no iSCSI now: ${service?.enabled ? "none of its iSCSI interfaces is up" : "its iSCSI service is off"}.`,
      { next: "Nothing was changed." },
    );
  }
  const name = request.as ?? purpose.name;
  const base = request.as === undefined ? purpose.mountPoint : `${purpose.mountPoint}-${request.as.toLowerCase()}`;
  const members = chosen(view.members, request, replacing);
  const before = replacing ? attachedOf(replacing.clone, set) : [];
  const places = placesOf(set, members, name, base, on.inventory.purposes.volumeGroupPrefix).map((place) => {
    const same = before.find(({ group }) => group.name === place.group.name);
    return same ? { ...place, vg: same.vg, mount: same.mount } : place;
  });
  const clones = clonesAmong(cluster, svm, view.volumes).filter(({ note }) => note.run !== replacing?.clone.note.run);
  const names = members.map((member) => freeName(volumeName(member, name), view, replacing));
  refuseTaken({ set, host, purpose, name, places, clones, members, names, view });
  const losses = request.fresh ? await freshLosses(members, on) : members.map(() => []);
  const aggregate = aggregates.find((each) => each.name === members[0]?.volume.aggregate?.name);
  return {
    set,
    host,
    purpose,
    run: on.run,
    owner: replacing?.clone.note.owner ?? ownerText(on.run.asker),
    kept: keptLease(replacing, on),
    name,
    places,
    point: request.fresh
      ? undefined
      : replacing?.toStart === true
        ? startOf(replacing.clone, view.points, on)
        : choosePoint(set, view.points, request.point, on.run.timeZone),
    members: members.map((member, i) => ({
      member,
      volume: names[i] ?? "",
      luns: sorted(luns[i] ?? []),
      losses: losses[i] ?? [],
    })),
    igroup: igroupFor(host.name, iqn, igroups, maps),
    target: service.targetIqn,
    portals,
    freeBytes: aggregate?.availableBytes,
    lacking: lacking.map(({ says }) => says),
    lease: leaseOf(request, on),
    maxLease: on.inventory.leases.max,
  };
}

function placesOf(
  set: SetConfig,
  members: readonly MemberView[],
  name: string,
  base: string,
  prefix: string,
): readonly GroupPlace[] {
  const several = set.layout.volumeGroups.length > 1;
  const on = members.map(({ source }) => source.volume);
  return groupsOn(set, on).map((each) => ({
    ...each,
    vg: vgName(prefix, set.name, name, several ? each.group.name : undefined),
    mount: mountUnder(base, set, each.logical),
  }));
}

/** A lease that has not ended goes on as it was. */
function keptLease(replacing: Replacing | undefined, on: ReadTools): string | undefined {
  const until = replacing?.clone.note.until;
  return until !== undefined && Date.parse(until) > Date.parse(on.run.askedAt) ? until : undefined;
}

/** Beside the clone that is replaced the new one needs another name; the next time the first is free again. */
function freeName(name: string, view: MirrorView, replacing: Replacing | undefined): string {
  return replacing && view.volumes.some((each) => each.name === name) ? `${name}_next` : name;
}

/** What a clone was made from. Its snapshot cannot have gone: the clone holds it. */
function startOf({ note, volumes }: Clone, points: readonly SetPoint[], on: ReadTools): SetPoint {
  const name = volumes[0]?.clone?.parentSnapshot.name ?? note.snapshot;
  const unknown = { comment: "", label: undefined, consistency: "crash-consistent", members: [] } as const;
  return points.find((point) => point.name === name) ?? { name, taken: note.taken ?? on.run.askedAt, ...unknown };
}

function chosen<M extends SetConfig["members"][number]>(
  members: readonly M[],
  request: CloneRequest,
  replacing: Replacing | undefined,
): readonly M[] {
  if (replacing) {
    const parents = new Set(replacing.clone.volumes.map((each) => each.clone?.parentVolume.name));
    return members.filter(({ mirror }) => parents.has(mirror.volume));
  }
  if (request.only === undefined) return members;
  const only = members.filter(
    (member) => member.source.volume === request.only || member.mirror.volume === request.only,
  );
  if (only.length > 0) return only;
  throw new Refusal(
    `${request.set} has no volume ${request.only}. It has ${listed(members.map((member) => member.source.volume))}.`,
    { next: "Nothing was changed." },
  );
}

const sorted = (luns: readonly Lun[]): readonly Lun[] => [...luns].sort((a, b) => (a.name < b.name ? -1 : 1));

function leaseOf(request: CloneRequest, on: ReadTools): string {
  const { default: usual, max } = on.inventory.leases;
  const asked = request.lease ?? usual;
  const tooLong =
    request.leaseUntil !== undefined
      ? Date.parse(request.leaseUntil) - Date.parse(on.run.askedAt) > durationMs(max)
      : durationMs(asked) > durationMs(max);
  if (tooLong)
    throw new Refusal(`A clone may be kept for ${leaseWords(max)} at most.`, {
      next: "Ask for less; it can be extended later. Nothing was changed.",
    });
  if (request.leaseUntil !== undefined && Date.parse(request.leaseUntil) <= Date.parse(on.run.askedAt)) {
    throw new Refusal("That lease would have ended already.", { next: "Nothing was changed." });
  }
  return asked;
}

/** The igroup the host's initiator is in already, else one named after the host; and the LUN numbers that initiator sees anywhere. */
export function igroupFor(
  host: string,
  iqn: string,
  igroups: readonly Igroup[],
  maps: readonly LunMap[],
): Facts["igroup"] {
  const of = igroups.filter(
    (each) => each.protocol !== "fcp" && each.initiators.some((name) => name.toLowerCase() === iqn.toLowerCase()),
  );
  const names = new Set(of.map((each) => each.name));
  const inUse = maps.filter((map) => names.has(map.igroup.name ?? "")).map((map) => map.number);
  return { name: of[0]?.name ?? `ig_${host}`, inUse };
}

interface Taken {
  readonly set: SetConfig;
  readonly host: HostConfig;
  readonly purpose: HostPurpose;
  readonly name: string;
  readonly places: readonly GroupPlace[];
  readonly clones: readonly Clone[];
  /** Of the new volumes, in the members' order. */
  readonly names: readonly string[];
  readonly members: readonly MemberView[];
  readonly view: MirrorView;
}

/** Is one of them mounted at, under or over the other? */
const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

function refuseTaken({ set, host, purpose, name, places, clones, members, names, view }: Taken): void {
  const there = clones.find(
    (each) =>
      each.note.host === host.name &&
      mountsOf(each).some((mount) => places.some((place) => overlap(mount, place.mount))),
  );
  if (there) {
    const mount = listed(mountsOf(there));
    throw new Refusal(
      said`${mount} on ${host.name} ${mountsOf(there).length === 1 ? "is" : "are"} taken: the clone "${there.note.name}" of ${there.note.set} is mounted there, asked for by ${ownerOf(there.note)}.`,
      {
        next: `Give it back first, or add a name ("as class2") for a second one beside it. Nothing was changed.`,
        detail: {
          choices: [
            {
              label: "A second one",
              say: `clone ${set.name} for ${purpose.name} on ${host.name} as ${purpose.name.slice(0, 10)}2`,
            },
            { label: "Give that one back", say: `release the ${there.note.name} clone` },
          ],
        },
      },
    );
  }
  for (const [i, { mirror }] of members.entries()) {
    const volume = names[i] ?? "";
    if (view.volumes.some((each) => each.name === volume)) {
      throw new Refusal(`A volume ${volume} is on ${mirror.cluster} already, so the clone needs another name.`, {
        next: `Add one, like "as ${name.slice(0, 10)}2". Nothing was changed.`,
      });
    }
  }
}

async function freshLosses(members: readonly MemberView[], on: ReadTools): Promise<readonly (readonly Loss[])[]> {
  return Promise.all(
    members.map(async (member) => {
      const [onSource, policy] = await Promise.all([sourceSnapshots(member, on), mirrorPolicy(member, on)]);
      const nameless = namelessSide(member, onSource);
      if (nameless !== undefined)
        throw new Refusal(
          `Fresh data is found on the mirror by its snapshot's identity, and on ${nameless} snapshots have none (ONTAP 9.11 or later has).`,
          { next: "Clone one of the snapshots that are there, or update the mirror first. Nothing was changed." },
        );
      return lossesByUpdate(member, onSource, policy, [safetyLabel]);
    }),
  );
}
