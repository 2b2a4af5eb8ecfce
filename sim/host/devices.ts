import type { SeenLun } from "../kit/san.js";
import { FC_FIRST_HOST, type Machine, type MultipathMap, type ScsiDisk, type Session } from "./machine.js";
import type { Run } from "./run.js";

/** WWID as udev and multipath print it: 3, NetApp's prefix, the serial's bytes. */
export const wwidOf = (serial: string): string => `3600a0980${Buffer.from(serial, "latin1").toString("hex")}`;

/** LUNs a SCSI host sees now; undefined when nothing answers behind it. */
export function lunsBehind(machine: Machine, hostNumber: number): readonly SeenLun[] | undefined {
  const wwpn = machine.host.wwpns[hostNumber - FC_FIRST_HOST];
  if (wwpn !== undefined) return machine.san.fcLuns(wwpn);
  const session = machine.sessions.find((each) => each.hostNumber === hostNumber);
  return session && machine.san.luns(session.iqn, session.address, machine.host.iqn);
}

/** What the array answers at a disk's place now. */
export function answering(machine: Machine, disk: ScsiDisk): SeenLun | undefined {
  return lunsBehind(machine, disk.hostNumber)?.find((lun) => lun.number === disk.lun);
}

export function diskState(machine: Machine, disk: ScsiDisk): "live" | "gone" | "stale" {
  const lun = answering(machine, disk);
  if (!lun) return "gone";
  return lun.serial === disk.serial ? "live" : "stale";
}

export const hostNumbers = (machine: Machine): number[] => [
  0,
  ...machine.host.wwpns.map((_, i) => FC_FIRST_HOST + i),
  ...machine.sessions.map((each) => each.hostNumber),
];

/** Looks for LUNs behind a SCSI host; `lun` undefined means all ("-"). A number already known keeps its old identity, as Linux does. */
export function scanHost(machine: Machine, hostNumber: number, lun: number | undefined): void {
  for (const seen of lunsBehind(machine, hostNumber) ?? []) {
    if (lun !== undefined && seen.number !== lun) continue;
    if (machine.disks.some((disk) => disk.hostNumber === hostNumber && disk.lun === seen.number)) continue;
    const disk: ScsiDisk = {
      name: freeDiskName(machine),
      hostNumber,
      lun: seen.number,
      serial: seen.serial,
      sizeBytes: seen.sizeBytes,
    };
    machine.disks.push(disk);
    joinMap(machine, disk);
    machine.touch();
  }
}

/** multipathd meets a new disk: into its map if there is one, or a new map if `find_multipaths` allows. */
function joinMap(machine: Machine, disk: ScsiDisk): void {
  const wwid = wwidOf(disk.serial);
  if (!machine.services.get("multipathd")) return;
  const map = machine.maps.find((each) => each.wwid === wwid);
  if (map) {
    map.paths.push(disk.name);
    map.queues = true;
    return;
  }
  const mates = machine.disks.filter((each) => each.serial === disk.serial);
  const mode = machine.findMultipaths;
  if (mode === "no" || machine.wwids.has(wwid) || (mode === "yes" && mates.length > 1)) makeMap(machine, wwid);
}

/** Makes the map of a WWID from every path of it; false when there is no such path. */
export function makeMap(machine: Machine, wwid: string): boolean {
  const paths = machine.disks.filter((disk) => wwidOf(disk.serial) === wwid);
  const [first] = paths;
  if (!first) return false;
  if (machine.maps.some((map) => map.wwid === wwid)) return true;
  // LVM opened the bare disk first: device-mapper cannot claim it.
  if (paths.some((disk) => isHeld(machine, `/dev/${disk.name}`))) return false;
  machine.maps.push({
    wwid,
    serial: first.serial,
    sizeBytes: first.sizeBytes,
    minor: machine.freeMinor(),
    paths: paths.map((disk) => disk.name),
    queues: true,
  });
  machine.wwids.add(wwid);
  machine.touch();
  return true;
}

/** Removes a map; false while something is on top of it. */
export function flushMap(machine: Machine, map: MultipathMap): boolean {
  if (isHeld(machine, `/dev/mapper/${map.wwid}`)) return false;
  machine.maps.splice(machine.maps.indexOf(map), 1);
  machine.touch();
  return true;
}

/** `echo 1 > device/delete`. NetApp's entry has flush_on_last_del always: a map that loses its last path stops queueing and goes if unused. */
export function deleteDisk(machine: Machine, disk: ScsiDisk): void {
  machine.disks.splice(machine.disks.indexOf(disk), 1);
  for (const map of [...machine.maps]) {
    if (!map.paths.includes(disk.name)) continue;
    map.paths = map.paths.filter((name) => name !== disk.name);
    if (map.paths.length > 0) continue;
    map.queues = false;
    flushMap(machine, map);
  }
  machine.touch();
}

/** Is an active logical volume on that block device? */
export function isHeld(machine: Machine, device: string): boolean {
  return machine.active.some((volume) => volume.devices.includes(device));
}

/** A session ends: its disks go with it. */
export function dropSession(machine: Machine, session: Session): void {
  machine.san.logout(session.iqn, session.address, machine.host.iqn);
  for (const disk of machine.disks.filter((each) => each.hostNumber === session.hostNumber)) deleteDisk(machine, disk);
  machine.sessions.splice(machine.sessions.indexOf(session), 1);
  machine.touch();
}

export type Reach = { readonly serial: string; readonly readOnly: boolean } | "error";

/** Where input and output on a block device go now. A queueing map without a usable path swallows the script. */
export function reach(machine: Machine, device: string, run: Run | undefined): Reach {
  const disk = machine.disks.find((each) => `/dev/${each.name}` === device);
  const map = machine.maps.find((each) => device === `/dev/mapper/${each.wwid}`);
  const paths = map ? machine.disks.filter((each) => map.paths.includes(each.name)) : disk ? [disk] : [];
  for (const path of paths) {
    const lun = answering(machine, path);
    // A stale path leads to whatever the array put under that number: that is why scripts compare identities.
    if (lun) return { serial: lun.serial, readOnly: lun.readOnly };
  }
  if (map?.queues && run) run.sleepUninterruptibly();
  return "error";
}

/** Block devices LVM may open: maps, and disks that are no map's path. */
export function blockDevices(machine: Machine): { device: string; serial: string; sizeBytes: number }[] {
  const inMaps = new Set(machine.maps.flatMap((map) => map.paths));
  return [
    ...machine.maps.map((map) => ({ device: `/dev/mapper/${map.wwid}`, serial: map.serial, sizeBytes: map.sizeBytes })),
    ...machine.disks
      .filter((disk) => !inMaps.has(disk.name))
      .map((disk) => ({ device: `/dev/${disk.name}`, serial: disk.serial, sizeBytes: disk.sizeBytes })),
  ];
}

/** Any name of a block device (/dev/dm-3, /dev/vg/lv, by-id links, a bare WWID) to the name used inside; undefined when there is none. */
export function canonical(machine: Machine, name: string): string | undefined {
  const map = machine.maps.find((each) =>
    [
      each.wwid,
      `/dev/mapper/${each.wwid}`,
      `/dev/dm-${each.minor}`,
      `dm-${each.minor}`,
      `/dev/disk/by-id/dm-uuid-mpath-${each.wwid}`,
      `/dev/disk/by-id/dm-name-${each.wwid}`,
      `/dev/disk/by-id/scsi-${each.wwid}`,
      `/dev/disk/by-id/wwn-0x${each.wwid.slice(1)}`,
    ].includes(name),
  );
  if (map) return `/dev/mapper/${map.wwid}`;
  const volume = machine.active.find((each) =>
    [
      `/dev/${each.vgName}/${each.lvName}`,
      `/dev/mapper/${dmName(each)}`,
      `/dev/dm-${each.minor}`,
      `dm-${each.minor}`,
      dmName(each),
    ].includes(name),
  );
  if (volume) return `/dev/mapper/${dmName(volume)}`;
  const disk = machine.disks.find((each) =>
    [each.name, `/dev/${each.name}`, `/dev/disk/by-id/scsi-${wwidOf(each.serial)}`].includes(name),
  );
  return disk && `/dev/${disk.name}`;
}

/** Device-mapper's name of a logical volume: hyphens inside names are doubled. */
export const dmName = (volume: { readonly vgName: string; readonly lvName: string }): string =>
  `${volume.vgName.replaceAll("-", "--")}-${volume.lvName.replaceAll("-", "--")}`;

function freeDiskName(machine: Machine): string {
  // An Azure VM has two disks of its own (system, resource), a bare-metal host one.
  const own = machine.knobs.osDisk === "sda" ? (machine.host.kind === "azure-vm" ? 2 : 1) : 0;
  for (let i = own; ; i++) {
    const name =
      i < 26
        ? `sd${String.fromCharCode(97 + i)}`
        : `sd${String.fromCharCode(96 + Math.floor(i / 26))}${String.fromCharCode(97 + (i % 26))}`;
    if (!machine.disks.some((disk) => disk.name === name)) return name;
  }
}

/** Kernel device numbers: 16 minors a disk, majors 8 and 65 to 71. */
export function devNumber(name: string): string {
  const letters = name.slice(2);
  let index = -1;
  for (const char of letters) index = (index + 1) * 26 + (char.charCodeAt(0) - 97);
  const major = index < 16 ? 8 : 64 + Math.floor(index / 16);
  return `${major}:${(index % 16) * 16}`;
}
