import type { Disk } from "../kit/san.js";
import { blockDevices, canonical, dmName, isHeld, reach } from "./devices.js";
import type { ActiveVolume, Machine } from "./machine.js";
import type { Run } from "./run.js";

const EXTENT = 4 * 2 ** 20;

/** What LVM keeps on a disk, as this room writes it into the LUN's content. */
export interface LvmLabel {
  readonly pvUuid: string;
  /** "" for a physical volume that is in no group yet; `lvName` "" for a group without a volume. */
  readonly vgName: string;
  readonly vgUuid: string;
  readonly lvName: string;
  readonly lvUuid: string;
  readonly pvIndex: number;
  readonly pvCount: number;
  readonly sizeBytes: number;
  readonly tags?: readonly string[];
  /** Absent: enabled. */
  readonly autoactivation?: boolean;
  readonly exported?: boolean;
}

export interface FsLabel {
  readonly type: "xfs";
  readonly uuid: string;
  readonly label: string;
  /** The log has something to replay: mounted somewhere, or copied while it was. */
  readonly dirty?: boolean;
  /** Files beside `.sluice-content`, by path below the root; a name ending in "/" is a directory. */
  readonly files?: Readonly<Record<string, string>>;
}

export interface Pv {
  readonly device: string;
  /** The LUN its bytes are on. */
  readonly serial: string;
  readonly readOnly: boolean;
  readonly lvm: LvmLabel;
}

export interface Vg {
  readonly name: string;
  readonly uuid: string;
  readonly lvName: string;
  readonly lvUuid: string;
  readonly tags: readonly string[];
  readonly autoactivation: boolean;
  readonly exported: boolean;
  readonly pvs: readonly Pv[];
  /** Every PV is there. */
  readonly complete: boolean;
  /** One of its PVs appears on a second device. */
  readonly duplicated: boolean;
  readonly sizeBytes: number;
}

export interface LvmView {
  readonly vgs: readonly Vg[];
  readonly pvs: readonly Pv[];
  readonly warnings: readonly string[];
  /** Devices LVM may open but that carry no PV. */
  readonly blank: readonly string[];
}

export interface ViewOptions {
  /** `--devices`: only these, and the devices file is not looked at. */
  readonly devices?: readonly string[] | undefined;
  readonly ignoreDevicesFile?: boolean;
}

export const lvmOf = (disk: Disk | undefined): LvmLabel | undefined =>
  (disk as { lvm?: LvmLabel } | null | undefined)?.lvm;
export const fsOf = (disk: Disk | undefined): FsLabel | undefined => (disk as { fs?: FsLabel } | null | undefined)?.fs;

export const pvSize = (sizeBytes: number): number => Math.floor(sizeBytes / EXTENT) * EXTENT - EXTENT;

/** Reads every disk LVM may look at; may swallow the script (see `reach`). */
export function lvmView(machine: Machine, run: Run | undefined, options: ViewOptions = {}): LvmView {
  const wanted = options.devices?.map((name) => canonical(machine, name));
  const usesFile = machine.knobs.devicesFile && !options.devices && !options.ignoreDevicesFile;
  const found: Pv[] = [];
  const blank: string[] = [];
  const warnings: string[] = [];
  for (const { device, serial } of blockDevices(machine)) {
    if (wanted && !wanted.includes(device)) continue;
    if (usesFile && !machine.devicesFile.has(serial)) continue;
    const at = reach(machine, device, run);
    if (at === "error") {
      warnings.push(`Error reading device ${device} at 0 length 4096.`);
      continue;
    }
    const lvm = lvmOf(machine.san.readDisk(at.serial));
    if (lvm) found.push({ device, serial: at.serial, readOnly: at.readOnly, lvm });
    else blank.push(device);
  }
  const { kept, duplicated } = chooseDuplicates(machine, found, warnings);
  const vgs = groups(kept, duplicated);
  if (options.devices) warnings.push(...mismatches(machine, vgs));
  return { vgs, pvs: kept, warnings, blank };
}

function chooseDuplicates(
  machine: Machine,
  found: readonly Pv[],
  warnings: string[],
): { kept: Pv[]; duplicated: Set<string> } {
  const kept: Pv[] = [];
  const duplicated = new Set<string>();
  const prefers: string[] = [];
  for (const uuid of new Set(found.map((pv) => pv.lvm.pvUuid))) {
    const same = found.filter((pv) => pv.lvm.pvUuid === uuid);
    const used = same.find((pv) => isHeld(machine, pv.device));
    const best = used ?? same[0];
    if (!best) continue;
    kept.push(best);
    if (same.length === 1) continue;
    duplicated.add(uuid);
    for (const other of same)
      if (other !== best) warnings.push(`WARNING: Not using device ${other.device} for PV ${uuid}.`);
    prefers.push(
      `WARNING: PV ${uuid} prefers device ${best.device} because device ${used ? "is used by LV" : "was seen first"}.`,
    );
  }
  warnings.push(...prefers);
  return { kept, duplicated };
}

function groups(pvs: readonly Pv[], duplicated: ReadonlySet<string>): Vg[] {
  const byUuid = new Map<string, Pv[]>();
  for (const pv of pvs) if (pv.lvm.vgName !== "") byUuid.set(pv.lvm.vgUuid, [...(byUuid.get(pv.lvm.vgUuid) ?? []), pv]);
  return [...byUuid.values()].map((members) => {
    const sorted = [...members].sort((a, b) => a.lvm.pvIndex - b.lvm.pvIndex);
    const { lvm } = sorted[0] as Pv;
    return {
      name: lvm.vgName,
      uuid: lvm.vgUuid,
      lvName: lvm.lvName,
      lvUuid: lvm.lvUuid,
      tags: lvm.tags ?? [],
      autoactivation: lvm.autoactivation ?? true,
      exported: lvm.exported ?? false,
      pvs: sorted,
      complete: sorted.length === lvm.pvCount,
      duplicated: sorted.some((pv) => duplicated.has(pv.lvm.pvUuid)),
      sizeBytes: sorted.reduce((sum, pv) => sum + pvSize(pv.lvm.sizeBytes), 0),
    };
  });
}

/** `--devices` shows a copy while the original of the same names is active. */
function mismatches(machine: Machine, vgs: readonly Vg[]): string[] {
  return vgs.flatMap((vg) => {
    const volume = machine.active.find((each) => each.vgUuid === vg.uuid);
    const here = vg.pvs.map((pv) => pv.device);
    if (!volume || volume.devices.some((device) => here.includes(device))) return [];
    return [
      `WARNING: Device mismatch detected for ${vg.name}/${vg.lvName} which is accessing ${[...volume.devices].reverse().join(", ")} instead of ${here.join(", ")}.`,
    ];
  });
}

/** The active volume of a group, on exactly its devices. */
export function activeOf(machine: Machine, vg: Vg): ActiveVolume | undefined {
  return machine.active.find((each) => each.vgUuid === vg.uuid && each.lvUuid === vg.lvUuid);
}

export function activate(machine: Machine, vg: Vg): void {
  if (activeOf(machine, vg) || vg.lvName === "") return;
  machine.active.push({
    vgName: vg.name,
    vgUuid: vg.uuid,
    lvName: vg.lvName,
    lvUuid: vg.lvUuid,
    minor: machine.freeMinor(),
    sizeBytes: vg.sizeBytes,
    devices: vg.pvs.map((pv) => pv.device),
  });
  machine.touch();
}

/** False while something is mounted from it. */
export function deactivate(machine: Machine, volume: ActiveVolume): boolean {
  if (machine.mounts.some((mount) => mount.dm === dmName(volume))) return false;
  machine.active.splice(machine.active.indexOf(volume), 1);
  machine.touch();
  return true;
}

/** Rewrites the label on every PV of a group. The bytes of files are not touched: no new content id. */
export function relabel(machine: Machine, vg: Vg, change: (label: LvmLabel, pv: Pv) => LvmLabel): boolean {
  if (vg.pvs.some((pv) => pv.readOnly)) return false;
  for (const pv of vg.pvs) {
    const disk = machine.san.readDisk(pv.serial) ?? {};
    if (!machine.san.writeDisk(pv.serial, { ...disk, lvm: change(pv.lvm, pv) }, false)) return false;
  }
  return true;
}

/** The file system of an active volume, on the group's first disk. */
export function readFs(
  machine: Machine,
  volume: ActiveVolume,
  run: Run | undefined,
): { fs: FsLabel | undefined; serial: string; readOnly: boolean } | "error" {
  let first: { serial: string; readOnly: boolean } | undefined;
  for (const device of volume.devices) {
    const at = reach(machine, device, run);
    if (at === "error") return "error";
    first ??= at;
  }
  if (!first) return "error";
  return { fs: fsOf(machine.san.readDisk(first.serial)), ...first };
}

/** Replaces the file system's label or files. False: gone or read-only. */
export function writeFs(
  machine: Machine,
  serial: string,
  change: (fs: FsLabel) => FsLabel,
  touchesFiles: boolean,
): boolean {
  const disk = machine.san.readDisk(serial);
  const fs = fsOf(disk);
  if (!disk || !fs) return false;
  return machine.san.writeDisk(serial, { ...disk, fs: change(fs) }, touchesFiles);
}
