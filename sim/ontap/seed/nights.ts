import type { WorldVolume } from "../../worlds/types.js";
import type { FabricState } from "../fabric.js";
import type { Content, SnapshotState } from "../state.js";

const DAY_MS = 86_400_000;
const NIGHTS_ON_SOURCE = 7;
const OLDER_ON_DESTINATION = 23;
/** Counted back from the newest: the one night whose freeze failed. */
const CRASH_NIGHT = 2;

export interface History {
  /** Oldest first. */
  readonly nights: readonly Omit<SnapshotState, "uuid" | "provenanceVolumeUuid">[];
  readonly keptOnSource: number;
  /** What the volume holds when the world starts: newer than any night, and equal to what the last scheduled update carried. */
  readonly live: Content;
  readonly lastUpdateAt: number;
  sourceUuid(fabric: FabricState): string;
}

/** The newest 02:00 UTC that is not after `at`. */
export function lastNight(at: number): number {
  const tonight = Math.floor(at / DAY_MS) * DAY_MS + 2 * 3_600_000;
  return tonight <= at ? tonight : tonight - DAY_MS;
}

export const nightName = (at: number): string => `nightly.${new Date(at).toISOString().slice(0, 10)}_0200`;

export function nightComment(volume: string, crash: boolean): string {
  const freeze = volume.startsWith("clarity") ? "Oracle begin backup" : "IRIS ExternalFreeze";
  return crash
    ? `crash-consistent only: ${freeze} failed, snapshot taken without it`
    : `app-consistent: ${freeze} 02:00:00Z, thaw 02:00:06Z`;
}

/** The content of a seeded source volume over the last nights. */
export function historyOf(fabric: FabricState, spec: WorldVolume): History {
  const newest = lastNight(fabric.now);
  const luns = { night: lunFiles(fabric, spec, "night"), live: lunFiles(fabric, spec, "live") };
  const content = (label: string, writtenAt: number): Content => ({
    id: fabric.ids.content(`${spec.name}/${label}`),
    writtenAt,
    luns: label === "live" ? luns.live : luns.night,
  });
  const count = NIGHTS_ON_SOURCE + OLDER_ON_DESTINATION;
  const nights = Array.from({ length: count }, (_, i) => {
    const back = count - 1 - i;
    const at = newest - back * DAY_MS;
    const name = nightName(at);
    return {
      name,
      versionUuid: fabric.ids.uuid(`version/${spec.name}/${name}`),
      createdAt: at,
      label: "daily",
      comment: nightComment(spec.name, back === CRASH_NIGHT),
      content: content(name, at),
    };
  });
  const lastUpdateAt = Math.floor(fabric.now / 900_000) * 900_000;
  const home = fabric.world.clusters.find((each) => each.volumes.includes(spec));
  return {
    nights,
    keptOnSource: NIGHTS_ON_SOURCE,
    live: content("live", lastUpdateAt),
    lastUpdateAt,
    sourceUuid: () => fabric.ids.uuid(`${home?.name ?? ""}/volume/${spec.name}`),
  };
}

function lunFiles(fabric: FabricState, spec: WorldVolume, when: "night" | "live"): Content["luns"] {
  const { layout } = spec;
  const shared = volumesOfGroup(fabric, spec);
  // a group over several volumes is known by its own name, one in a single volume by the volume's
  const owner = shared.length > 1 ? (layout?.volumeGroup ?? spec.name) : spec.name;
  const before = shared.slice(0, shared.indexOf(spec)).reduce((sum, each) => sum + each.luns.length, 0);
  return spec.luns.map((lun, index) => ({
    inode: fabric.ids.uuid(`inode/${spec.name}/${lun.name}`),
    name: lun.name,
    sizeBytes: lun.sizeBytes,
    osType: "linux",
    disk: fabric.bytes
      ? fabric.bytes.seeded(spec.name, lun.name, when)
      : layout
        ? {
            lvm: {
              pvUuid: fabric.ids.lvmUuid(`${spec.name}/pv/${lun.name}`),
              vgName: layout.volumeGroup,
              vgUuid: fabric.ids.lvmUuid(`${owner}/vg`),
              lvName: layout.logicalVolume,
              lvUuid: fabric.ids.lvmUuid(`${owner}/lv`),
              pvIndex: before + index,
              pvCount: shared.reduce((sum, each) => sum + each.luns.length, 0),
              sizeBytes: lun.sizeBytes,
            },
            fs: { type: layout.fileSystem, uuid: fabric.ids.uuid(`${owner}/fs`), label: "" },
          }
        : null,
  }));
}

/** The volumes a volume group lies on, in the order of the world; the one itself when it has no layout. */
function volumesOfGroup(fabric: FabricState, spec: WorldVolume): readonly WorldVolume[] {
  const home = fabric.world.clusters.find((each) => each.volumes.includes(spec));
  const group = spec.layout?.volumeGroup;
  if (group === undefined) return [spec];
  return home?.volumes.filter((each) => each.layout?.volumeGroup === group) ?? [spec];
}
