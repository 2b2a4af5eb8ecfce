import { devNumber, dmName, hostNumbers, wwidOf } from "./devices.js";
import { FC_FIRST_HOST, type Machine } from "./machine.js";
import { devicesFileLines } from "./commands/lvm.js";
import { shownOptions } from "./commands/mounts.js";
import { sysfsWrite } from "./commands/multipath.js";

export type Node =
  | { readonly kind: "dir" }
  | { readonly kind: "file"; readonly read: () => string | Uint8Array; readonly write?: (text: string) => void }
  | { readonly kind: "link"; readonly target: string };

const dir: Node = { kind: "dir" };
const link = (target: string): Node => ({ kind: "link", target });
const text = (value: string): Node => ({ kind: "file", read: () => value });

/** What the kernel and udev show of a machine: /sys, block devices in /dev, some of /proc and the files LVM and multipath keep. */
export function deviceTree(machine: Machine): Map<string, Node> {
  const nodes = new Map<string, Node>();
  const put = (path: string, node: Node): void => {
    nodes.set(path, node);
    for (let at = path.lastIndexOf("/"); at > 0; at = path.lastIndexOf("/", at - 1)) {
      const parent = path.slice(0, at);
      if (nodes.has(parent)) break;
      nodes.set(parent, dir);
    }
  };
  for (const path of [
    "/sys/block",
    "/sys/class/scsi_host",
    "/sys/class/scsi_device",
    "/sys/class/iscsi_session",
    "/sys/class/iscsi_host",
    "/sys/class/fc_host",
    "/dev/mapper",
    "/dev/disk/by-id",
    "/run/lock",
  ])
    put(path, dir);
  const knob = (path: string): Node => ({
    kind: "file",
    read: () => "",
    write: (value) => sysfsWrite(machine, path, value),
  });
  hosts(machine, put, knob);
  disks(machine, put, knob);
  maps(machine, put);
  volumes(machine, put);
  kernelFiles(machine, put);
  return nodes;
}

const RELEASES = {
  rhel: 'NAME="Red Hat Enterprise Linux"\nVERSION="9.5 (Plow)"\nID="rhel"\nID_LIKE="fedora"\nVERSION_ID="9.5"\nPRETTY_NAME="Red Hat Enterprise Linux 9.5 (Plow)"\n',
  debian: 'PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"\nNAME="Debian GNU/Linux"\nVERSION_ID="12"\nID=debian\n',
} as const;

type Put = (path: string, node: Node) => void;
type Knob = (path: string) => Node;

function hosts(machine: Machine, put: Put, knob: Knob): void {
  for (const n of hostNumbers(machine))
    put(`/sys/class/scsi_host/host${n}/scan`, knob(`/sys/class/scsi_host/host${n}/scan`));
  machine.host.wwpns.forEach((wwpn, i) => {
    const base = `/sys/class/fc_host/host${FC_FIRST_HOST + i}`;
    put(`${base}/port_name`, text(`0x${wwpn.replaceAll(":", "")}\n`));
    put(`${base}/port_state`, text("Online\n"));
  });
  for (const session of machine.sessions) {
    const real = `/sys/devices/platform/host${session.hostNumber}/session${session.sid}`;
    const base = `/sys/class/iscsi_session/session${session.sid}`;
    const isUp = (): boolean => machine.san.luns(session.iqn, session.address, machine.host.iqn) !== undefined;
    put(real, dir);
    put(`${base}/targetname`, text(`${session.iqn}\n`));
    put(`${base}/state`, { kind: "file", read: () => (isUp() ? "LOGGED_IN\n" : "FAILED\n") });
    put(`${base}/device`, link(real));
    put(`/sys/class/iscsi_host/host${session.hostNumber}/initiatorname`, text(`${machine.host.iqn}\n`));
    put(`/sys/class/iscsi_connection/connection${session.sid}:0/persistent_address`, text(`${session.address}\n`));
    put(`/sys/class/iscsi_connection/connection${session.sid}:0/persistent_port`, text(`${session.port}\n`));
  }
}

function disks(machine: Machine, put: Put, knob: Knob): void {
  if (machine.knobs.osDisk === "sda") osDisk(put);
  for (const disk of machine.disks) {
    const address = `${disk.hostNumber}:0:0:${disk.lun}`;
    const session = machine.sessions.find((each) => each.hostNumber === disk.hostNumber);
    const parent = session
      ? `/sys/devices/platform/host${disk.hostNumber}/session${session.sid}`
      : `/sys/devices/pci0000:00/host${disk.hostNumber}/rport-${disk.hostNumber}:0-0`;
    const device = `${parent}/target${disk.hostNumber}:0:0/${address}`;
    const block = `${device}/block/${disk.name}`;
    put(`${device}/wwid`, text(`naa.${wwidOf(disk.serial).slice(1)}\n`));
    put(`${device}/vpd_pg80`, {
      kind: "file",
      read: () => Buffer.concat([Buffer.from([0, 0x80, 0, disk.serial.length]), Buffer.from(disk.serial, "latin1")]),
    });
    put(`${device}/vendor`, text("NETAPP  \n"));
    put(`${device}/model`, text("LUN C-Mode      \n"));
    put(`${device}/state`, text("running\n"));
    for (const name of ["delete", "rescan"]) put(`${device}/${name}`, knob(`/${disk.name}/device/${name}`));
    put(`${block}/size`, text(`${disk.sizeBytes / 512}\n`));
    put(`${block}/dev`, text(`${devNumber(disk.name)}\n`));
    put(`${block}/ro`, text("0\n"));
    put(`${block}/device`, link(device));
    put(`${block}/slaves`, dir);
    put(`${block}/holders`, dir);
    for (const map of machine.maps)
      if (map.paths.includes(disk.name))
        put(`${block}/holders/dm-${map.minor}`, link(`/sys/devices/virtual/block/dm-${map.minor}`));
    for (const volume of machine.active)
      if (volume.devices.includes(`/dev/${disk.name}`))
        put(`${block}/holders/dm-${volume.minor}`, link(`/sys/devices/virtual/block/dm-${volume.minor}`));
    put(`/sys/block/${disk.name}`, link(block));
    put(`/sys/class/scsi_device/${address}/device`, link(device));
    put(`/dev/${disk.name}`, text(""));
  }
}

function osDisk(put: Put): void {
  const device = "/sys/devices/pci0000:00/host0/target0:0:0/0:0:0:0";
  put(`${device}/wwid`, text("naa.60022480c2a1f0d9a5b1e3d2c4f60718\n"));
  put(`${device}/vendor`, text("Msft    \n"));
  put(`${device}/model`, text("Virtual Disk    \n"));
  put(`${device}/block/sda/size`, text("134217728\n"));
  put(`${device}/block/sda/holders`, dir);
  put(`${device}/block/sda/device`, link(device));
  put("/sys/block/sda", link(`${device}/block/sda`));
  put("/sys/class/scsi_device/0:0:0:0/device", link(device));
  put("/dev/sda", text(""));
}

function mapped(put: Put, minor: number, name: string, uuid: string, slaves: readonly string[]): void {
  const base = `/sys/devices/virtual/block/dm-${minor}`;
  put(`${base}/dm/name`, text(`${name}\n`));
  put(`${base}/dm/uuid`, text(`${uuid}\n`));
  put(`${base}/slaves`, dir);
  put(`${base}/holders`, dir);
  for (const slave of slaves) put(`${base}/slaves/${slave}`, link(`/sys/block/${slave}`));
  put(`/sys/block/dm-${minor}`, link(base));
  put(`/dev/dm-${minor}`, text(""));
  put(`/dev/mapper/${name}`, link(`../dm-${minor}`));
  put(`/dev/disk/by-id/dm-uuid-${uuid}`, link(`../../dm-${minor}`));
  put(`/dev/disk/by-id/dm-name-${name}`, link(`../../dm-${minor}`));
}

function maps(machine: Machine, put: Put): void {
  put("/dev/mapper/control", text(""));
  for (const map of machine.maps) {
    mapped(put, map.minor, map.wwid, `mpath-${map.wwid}`, map.paths);
    put(`/dev/disk/by-id/scsi-${map.wwid}`, link(`../../dm-${map.minor}`));
    put(`/dev/disk/by-id/wwn-0x${map.wwid.slice(1)}`, link(`../../dm-${map.minor}`));
    for (const volume of machine.active) {
      if (!volume.devices.includes(`/dev/mapper/${map.wwid}`)) continue;
      put(
        `/sys/devices/virtual/block/dm-${map.minor}/holders/dm-${volume.minor}`,
        link(`/sys/devices/virtual/block/dm-${volume.minor}`),
      );
    }
  }
}

function volumes(machine: Machine, put: Put): void {
  for (const volume of machine.active) {
    const slaves = volume.devices.map((device) => {
      const map = machine.maps.find((each) => device === `/dev/mapper/${each.wwid}`);
      return map ? `dm-${map.minor}` : device.slice("/dev/".length);
    });
    mapped(put, volume.minor, dmName(volume), `LVM-${`${volume.vgUuid}${volume.lvUuid}`.replaceAll("-", "")}`, slaves);
    put(`/dev/${volume.vgName}/${volume.lvName}`, link(`../dm-${volume.minor}`));
  }
}

function kernelFiles(machine: Machine, put: Put): void {
  const mounts = machine.mounts.map(
    (each) => `/dev/mapper/${each.dm} ${each.mountPoint} xfs ${shownOptions(each)} 0 0\n`,
  );
  const own = `/dev/${machine.knobs.osDisk}4 / xfs rw,seclabel,relatime,attr2,inode64,logbufs=8,logbsize=32k,noquota 0 0\n`;
  put("/proc/mounts", text(own + mounts.join("")));
  put("/proc/self/mounts", text(own + mounts.join("")));
  put("/proc/swaps", text("Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"));
  put("/proc/sys/kernel/hostname", text(`${machine.host.name}\n`));
  put("/proc/sys/kernel/random/boot_id", text(`${machine.bootId}\n`));
  put("/etc/iscsi/initiatorname.iscsi", text(`InitiatorName=${machine.host.iqn}\n`));
  put("/etc/hostname", text(`${machine.host.name}\n`));
  put("/etc/os-release", text(RELEASES[machine.knobs.os]));
  put("/etc/multipath/wwids", text([...machine.wwids].map((wwid) => `/${wwid}/\n`).join("")));
  if (machine.knobs.devicesFile)
    put(
      "/etc/lvm/devices/system.devices",
      text(["# LVM uses devices listed in this file.", ...devicesFileLines(machine), ""].join("\n")),
    );
}
