import type { Disk } from "../../kit/san.js";
import type { VolumeState } from "../state.js";

/** A LUN as a target shows it to one initiator. */
export interface ShownLun {
  readonly number: number;
  readonly file: string;
  /** The 12-character serial the identity is made of. */
  readonly serial: string;
  readonly readOnly: boolean;
}

export interface ShownTarget {
  readonly iqn: string;
  readonly luns: readonly ShownLun[];
}

/** What really serves LUN files to hosts: tgt in the lab. */
export interface Targets {
  /** iSCSI names it serves; LUNs of others have nobody who could look at them. */
  readonly initiators: readonly string[];
  /** From now on that initiator sees exactly this. What is taken away while in use is gone all the same, as on an array. */
  show(initiator: string, targets: readonly ShownTarget[]): void;
  /** No write of any host takes place meanwhile: what is copied is one moment of all LUNs. */
  still<T>(act: () => T): T;
}

/** What keeps the bytes of LUNs when they are real files. The state holds only which bytes are where: `{ bytes: ID }` as a LUN's `disk`. */
export interface Bytes {
  /** What a LUN of the world holds at the start: in its nights, and now. */
  seeded(volume: string, lun: string, when: "night" | "live"): Disk;
  /** Hosts may have written since it was last asked: volumes they wrote to get a new content. */
  observe(): void;
  /** Makes files and targets agree with the state. Called after whatever may have changed it. */
  agree(): void;
  /** A volume's LUNs by name, with the file each one's bytes are in. */
  files(volume: VolumeState): Readonly<Record<string, string>>;
  /** Forgets everything but the seed. */
  reset(): void;
}

/** The id of real bytes; undefined for a virtual disk and for a blank one. */
export function bytesId(disk: Disk): string | undefined {
  const id = disk?.["bytes"];
  return typeof id === "string" ? id : undefined;
}
