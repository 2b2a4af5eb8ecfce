import type { LogicalVolumeConfig, SetConfig, VolumeGroupConfig } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import { listed } from "./inventory.js";

/** A volume group of a set with the file system in it, and the set's volumes its LUNs are in. */
export interface SetGroup {
  readonly group: VolumeGroupConfig;
  readonly logical: LogicalVolumeConfig;
  /** Names of source volumes. */
  readonly volumes: readonly string[];
}

const nothing = "Nothing was changed.";

/**
 * The volume groups of a set, those mounted further up first. Throws a Refusal for a layout whose clone cannot be mounted: several file
 * systems in one group, or several groups without a word on which volumes each lies on.
 */
export function groupsOf(set: SetConfig): readonly SetGroup[] {
  const all = set.members.map(({ source }) => source.volume);
  const groups = set.layout.volumeGroups.map((group): SetGroup => {
    const [logical, ...more] = group.logicalVolumes;
    if (!logical || more.length > 0)
      throw new Refusal(
        `The volume group ${group.name} of ${set.name} holds several file systems, and mounting those from a clone is not available yet.`,
        { next: nothing },
      );
    return { group, logical, volumes: group.volumes ?? (set.layout.volumeGroups.length === 1 ? all : []) };
  });
  const missing = all.filter((volume) => groups.filter(({ volumes }) => volumes.includes(volume)).length !== 1);
  if (missing.length > 0)
    throw new Refusal(
      `The configuration does not say for every volume of ${set.name} which one volume group it belongs to: ${listed(missing)}.`,
      { next: `Name the volumes of each group ("volumes" beside its name). ${nothing}` },
    );
  return groups.sort((a, b) => depth(a.logical.mountPoint) - depth(b.logical.mountPoint));
}

const depth = (path: string): number => path.split("/").length;

/** The groups that lie on some of a set's volumes. Throws a Refusal where one of them lies on others too: half a group cannot be imported. */
export function groupsOn(set: SetConfig, sources: readonly string[]): readonly SetGroup[] {
  const groups = groupsOf(set).filter(({ volumes }) => volumes.some((each) => sources.includes(each)));
  for (const { group, volumes } of groups) {
    if (volumes.every((each) => sources.includes(each))) continue;
    throw new Refusal(
      `The volume group ${group.name} of ${set.name} lies on ${listed(volumes)} together, so a clone of a part of them cannot be mounted.`,
      { next: nothing },
    );
  }
  return groups;
}

/** Where the clone of a group is mounted, when the set's own mount points move under `base` together. */
export function mountUnder(base: string, set: SetConfig, logical: LogicalVolumeConfig): string {
  const points = set.layout.volumeGroups.flatMap((group) => group.logicalVolumes.map((each) => each.mountPoint));
  return `${base}${logical.mountPoint.slice(commonRoot(points).length)}`;
}

/** "/epic" of /epic/prd and /epic/jrn; "" when they share nothing. */
function commonRoot(points: readonly string[]): string {
  const [first = [], ...others] = points.map((point) => point.split("/"));
  const shared = first.findIndex((part, i) => others.some((parts) => parts[i] !== part));
  return (shared === -1 ? first : first.slice(0, shared)).join("/");
}
