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
  const luns = lunFiles(fabric, spec);
  const content = (label: string, writtenAt: number): Content => ({
    id: fabric.ids.content(`${spec.name}/${label}`),
    writtenAt,
    luns,
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

function lunFiles(fabric: FabricState, spec: WorldVolume): Content["luns"] {
  const { layout } = spec;
  return spec.luns.map((lun, index) => ({
    inode: fabric.ids.uuid(`inode/${spec.name}/${lun.name}`),
    name: lun.name,
    sizeBytes: lun.sizeBytes,
    osType: "linux",
    disk: layout
      ? {
          lvm: {
            pvUuid: fabric.ids.lvmUuid(`${spec.name}/pv/${lun.name}`),
            vgName: layout.volumeGroup,
            vgUuid: fabric.ids.lvmUuid(`${spec.name}/vg`),
            lvName: layout.logicalVolume,
            lvUuid: fabric.ids.lvmUuid(`${spec.name}/lv`),
            pvIndex: index,
            pvCount: spec.luns.length,
            sizeBytes: lun.sizeBytes,
          },
          fs: { type: layout.fileSystem, uuid: fabric.ids.uuid(`${spec.name}/fs`), label: "" },
        }
      : null,
  }));
}
