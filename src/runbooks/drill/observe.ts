import type { HostConfig, SetConfig } from "../../config/types.js";
import { Refusal } from "../../core/problems.js";
import type { Lun, Portal } from "../../ontap/index.js";
import { igroupFor } from "../clone/observe.js";
import { vgName, volumeName } from "../clone/names.js";
import { clonesAmong, mountsOf } from "../clones.js";
import { failoverPlace } from "../failover/observe.js";
import { groupsOf, mountUnder, type SetGroup } from "../groups.js";
import { getSet, listed } from "../inventory.js";
import { refuseBroken, viewMirrors, type MemberView, type MirrorView } from "../mirrors.js";
import { choosePoint, type SetPoint } from "../points.js";
import type { ReadTools, RunFacts } from "../tools.js";
import type { DrillRequest } from "./request.js";

export interface DrillMember {
  readonly member: MemberView;
  readonly volume: string;
  readonly luns: readonly Lun[];
}

/** What a drill is planned from. */
export interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly host: HostConfig;
  readonly point: SetPoint;
  readonly places: readonly (SetGroup & { readonly vg: string; readonly mount: string })[];
  readonly members: readonly DrillMember[];
  readonly igroup: { readonly name: string; readonly inUse: readonly number[] };
  /** The igroup is not there yet, so the drill makes it and takes it away. */
  readonly makesIgroup: boolean;
  readonly target: string;
  readonly portals: readonly Portal[];
  readonly lacking: readonly string[];
}

const nothing = "Nothing was changed.";
const drillName = "drill";

/** Looks at mirrors and the drill's host. Throws a Refusal where a drill cannot be. */
export async function observe(asked: DrillRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const { host, purpose } = failoverPlace(on.inventory, set, asked.host);
  const base = purpose.drillMountPoint;
  if (base === undefined || host.iqn === undefined)
    throw new Refusal(
      `The configuration does not say ${base === undefined ? `where drills are mounted on ${host.name} (drillMountPoint)` : `which iSCSI name ${host.name} has`}.`,
      { next: nothing },
    );
  const { cluster, svm } = set.members[0]?.mirror ?? { cluster: "", svm: "" };
  const array = on.ontap(cluster);
  const [view, igroups, maps, service, portals, luns, lacking] = await Promise.all([
    viewMirrors(set, on),
    array.igroups.list({ svm }),
    array.lunMaps.list({ svm }),
    array.iscsi.findService(svm),
    array.interfaces.iscsi(svm),
    Promise.all(set.members.map(({ mirror }) => array.luns.listByVolume(svm, mirror.volume))),
    array.cluster.listLacking(["heldSnapshotsDoNotStallMirror"]),
  ]);
  refuseBroken(set, view.members);
  if (!service?.enabled || portals.length === 0)
    throw new Refusal(`${svm} on ${cluster} serves no iSCSI now, so nothing can be given to ${host.name}.`, {
      next: nothing,
    });
  const several = set.layout.volumeGroups.length > 1;
  const places = groupsOf(set).map((group) => ({
    ...group,
    vg: vgName(on.inventory.purposes.volumeGroupPrefix, set.name, drillName, several ? group.group.name : undefined),
    mount: mountUnder(base, set, group.logical),
  }));
  const members = view.members.map((member, i) => ({
    member,
    volume: volumeName(member, drillName),
    luns: [...(luns[i] ?? [])].sort((a, b) => (a.name < b.name ? -1 : 1)),
  }));
  refuseTaken(
    set,
    host,
    places.map(({ mount }) => mount),
    members,
    view,
  );
  const igroup = igroupFor(host.name, host.iqn, igroups, maps);
  return {
    set,
    run: on.run,
    host,
    point: pointOf(asked, set, view.points, on.run.timeZone),
    places,
    members,
    igroup,
    makesIgroup: !igroups.some(({ name }) => name === igroup.name),
    target: service.targetIqn,
    portals,
    lacking: lacking.map(({ says }) => says),
  };
}

/** The newest snapshot all volumes hold, night or not: that is what a failover without the array would have. */
function pointOf(asked: DrillRequest, set: SetConfig, points: readonly SetPoint[], timeZone: string): SetPoint {
  const [newest] = points;
  if (asked.point === undefined && newest) return newest;
  return choosePoint(set, points, asked.point, timeZone);
}

const overlap = (a: string, b: string): boolean => a === b || a.startsWith(`${b}/`) || b.startsWith(`${a}/`);

function refuseTaken(
  set: SetConfig,
  host: HostConfig,
  mounts: readonly string[],
  members: readonly DrillMember[],
  view: MirrorView,
): void {
  const { cluster, svm } = members[0]?.member.mirror ?? { cluster: "", svm: "" };
  const clones = clonesAmong(cluster, svm, view.volumes);
  const other = clones.find(({ note }) => note.kind === "drill" && note.set === set.name);
  if (other)
    throw new Refusal(
      `A drill of ${set.name} is under way, or was not cleaned up: run ${other.note.run} holds ${listed(other.volumes.map(({ name }) => name))}.`,
      { next: nothing, detail: { choices: [{ label: "How it stands", say: `status ${other.note.run}` }] } },
    );
  const there = clones.find(
    (each) =>
      each.note.host === host.name && mountsOf(each).some((mount) => mounts.some((wanted) => overlap(mount, wanted))),
  );
  if (there)
    throw new Refusal(
      `${listed(mountsOf(there))} on ${host.name} is taken by the clone "${there.note.name}" of ${there.note.set}.`,
      {
        next: `Give it back first. ${nothing}`,
        detail: { choices: [{ label: "Give it back", say: `release the ${there.note.name} clone on ${host.name}` }] },
      },
    );
  const taken = members.find(({ volume }) => view.volumes.some(({ name }) => name === volume));
  if (taken)
    throw new Refusal(`A volume ${taken.volume} is on ${cluster} already, and not from a drill of mine.`, {
      next: nothing,
    });
}
