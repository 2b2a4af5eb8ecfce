import type { Disk } from "../../kit/san.js";
import type { FabricState } from "../fabric.js";
import { targetsSeen } from "../san/seen.js";
import type { ClusterState, Content, VolumeState } from "../state.js";
import { lunPlaces, type LunPlace, putDisk } from "../storage/content.js";
import { type Bytes, bytesId, type Targets } from "./bytes.js";
import type { DataFolder } from "./files.js";

/** The file of a LUN that hosts can write to. */
interface Live {
  readonly file: string;
  /** Which bytes it was last known to hold. */
  id: string;
  writtenAt: bigint;
  sizeBytes: number;
}

const BLANK = "blank";

/**
 * Real bytes for the LUNs of every array. A LUN's `disk` in the state is only the id of its bytes, which snapshots, clones, transfers and
 * restores carry along as they carry everything else; here files are made to follow: bytes a snapshot holds are copied away before they
 * can change, and a LUN whose id became another gets those bytes, in place.
 */
export class LunBytes implements Bytes {
  private readonly live = new Map<string, Live>();
  private readonly seeds = new Map<string, string>();
  private count = 0;

  constructor(
    private readonly fabric: FabricState,
    private readonly folder: DataFolder,
    private readonly targets?: Targets,
  ) {
    folder.clear();
  }

  reset(): void {
    for (const initiator of this.targets?.initiators ?? []) this.targets?.show(initiator, []);
    this.live.clear();
    this.seeds.clear();
    this.folder.clear();
  }

  seeded(volume: string, lun: string, when: "night" | "live"): Disk {
    const file = this.folder.seed(volume, lun, when);
    if (file === undefined) return null;
    const id = `seed-${when}-${volume}-${lun}`;
    this.seeds.set(id, file);
    return { bytes: id };
  }

  observe(): void {
    const touched = new Set<VolumeState>();
    for (const place of this.places()) {
      const live = this.live.get(keyOf(place));
      if (!live || live.id !== idOf(place)) continue;
      const at = this.folder.writtenAt(live.file);
      if (at === live.writtenAt) continue;
      live.writtenAt = at;
      live.id = `b${(this.count += 1)}`;
      // one write of the application, however many LUNs it went to
      putDisk(this.fabric, place, { bytes: live.id }, !touched.has(place.volume));
      touched.add(place.volume);
    }
  }

  agree(): void {
    const missing = this.missing();
    const stale = this.stale();
    if (missing.length > 0 || stale.length > 0) {
      const act = (): void => {
        for (const [id, from] of missing) this.folder.copy(from, this.folder.kept(id));
        for (const place of stale) this.put(place);
      };
      if (this.targets) this.targets.still(act);
      else act();
    }
    this.export();
    this.forget();
  }

  files(volume: VolumeState): Readonly<Record<string, string>> {
    return Object.fromEntries(
      volume.content.luns.flatMap((file) => {
        const live = this.live.get(`${volume.uuid}.${file.inode}`);
        return live ? [[file.name, live.file] as const] : [];
      }),
    );
  }

  /** What snapshots hold that lies in no file of its own yet, with where it is now. */
  private missing(): (readonly [string, string])[] {
    const have = new Set(this.folder.keptIds());
    const wanted = new Set<string>();
    for (const content of this.frozen()) for (const id of idsIn(content)) wanted.add(id);
    return [...wanted]
      .filter((id) => !have.has(id) && !this.seeds.has(id))
      .map((id) => [id, this.find(id) ?? lost(id)] as const);
  }

  private stale(): LunPlace[] {
    return [...this.places()].filter((place) => {
      const live = this.live.get(keyOf(place));
      return !live || live.id !== idOf(place) || live.sizeBytes !== place.file.sizeBytes;
    });
  }

  private put(place: LunPlace): void {
    const key = keyOf(place);
    const id = idOf(place);
    const live = this.live.get(key);
    const file = live?.file ?? this.folder.live(key);
    if (live?.id !== id) {
      if (id === BLANK) this.folder.blank(file, place.file.sizeBytes);
      else this.folder.copy(this.find(id) ?? lost(id), file);
    }
    this.folder.resize(file, place.file.sizeBytes);
    const writtenAt = this.folder.writtenAt(file);
    this.live.set(key, { file, id, writtenAt, sizeBytes: place.file.sizeBytes });
  }

  /** A file with these bytes. */
  private find(id: string): string | undefined {
    const seed = this.seeds.get(id);
    if (seed !== undefined) return seed;
    if (this.folder.keptIds().includes(id)) return this.folder.kept(id);
    return [...this.live.values()].find((each) => each.id === id)?.file;
  }

  private export(): void {
    for (const initiator of this.targets?.initiators ?? []) {
      const seen = targetsSeen(this.fabric, initiator, (place) => this.live.get(keyOf(place))?.file);
      this.targets?.show(initiator, seen);
    }
  }

  /** Files nothing names any more. */
  private forget(): void {
    const alive = new Set([...this.places()].map(keyOf));
    for (const [key, live] of this.live) {
      if (alive.has(key)) continue;
      this.folder.remove(live.file);
      this.live.delete(key);
    }
    const held = new Set([...this.frozen()].flatMap(idsIn));
    for (const id of this.folder.keptIds()) if (!held.has(id)) this.folder.remove(this.folder.kept(id));
  }

  private *places(): Generator<LunPlace> {
    for (const cluster of this.fabric.clusters.values()) yield* lunPlaces(cluster);
  }

  /** Everything that must stay as it is: snapshots, and deleted volumes that may come back. */
  private *frozen(): Generator<Content> {
    for (const cluster of this.fabric.clusters.values()) {
      for (const volume of volumesOf(cluster)) for (const each of volume.snapshots) yield each.content;
      for (const { volume } of cluster.queue) yield volume.content;
    }
  }
}

const volumesOf = (cluster: ClusterState): VolumeState[] => [
  ...cluster.volumes,
  ...cluster.queue.map(({ volume }) => volume),
];

const keyOf = ({ volume, file }: LunPlace): string => `${volume.uuid}.${file.inode}`;
const idOf = ({ file }: LunPlace): string => bytesId(file.disk) ?? BLANK;
const idsIn = (content: Content): string[] => content.luns.flatMap(({ disk }) => bytesId(disk) ?? []);

function lost(id: string): never {
  throw new Error(`the bytes ${id} are in no file of the data folder`);
}
