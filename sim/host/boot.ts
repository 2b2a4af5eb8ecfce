import { hostNumbers, scanHost } from "./devices.js";
import { login } from "./commands/iscsi.js";
import { dmName } from "./devices.js";
import { activate, lvmView, readFs, writeFs } from "./lvm.js";
import type { Machine } from "./machine.js";
import type { Run } from "./run.js";

/** Power comes on: HBAs see their LUNs, iSCSI records marked automatic log in, groups that may activate themselves do, fstab is mounted. */
export function boot(machine: Machine, run: Run): void {
  machine.power = "on";
  for (const n of hostNumbers(machine)) scanHost(machine, n, undefined);
  // LUNs of the first start are in the devices file, as their installation put them there.
  if (machine.boots === 1) for (const disk of machine.disks) machine.devicesFile.add(disk.serial);
  for (const record of machine.records) {
    if (record.settings.get("node.startup") === "automatic") login({ machine, run }, record);
  }
  const ownGroups = machine.host.mounts.map((each) => each.volumeGroup);
  for (const vg of lvmView(machine, undefined).vgs) {
    const isWanted = machine.host.kind === "bare-metal" ? ownGroups.includes(vg.name) : vg.autoactivation;
    if (isWanted && vg.complete && !vg.duplicated && !vg.exported) activate(machine, vg);
  }
  for (const each of machine.host.mounts) mountOwn(machine, each);
  machine.touch();
}

function mountOwn(machine: Machine, wanted: Machine["host"]["mounts"][number]): void {
  const volume = machine.active.find(
    (each) => each.vgName === wanted.volumeGroup && each.lvName === wanted.logicalVolume,
  );
  const at = volume ? readFs(machine, volume, undefined) : "error";
  if (!volume || at === "error" || !at.fs) return;
  if (!at.readOnly) writeFs(machine, at.serial, (fs) => ({ ...fs, dirty: true }), false);
  machine.mounts.push({
    mountPoint: wanted.mountPoint,
    dm: dmName(volume),
    uuid: at.fs.uuid,
    options: ["noatime"],
    readOnly: at.readOnly,
    frozen: false,
  });
}

/** What fstab names by UUID, once its volume group has come up: systemd's part of a start. A line without its device is passed over (nofail). */
export function mountTable(machine: Machine, table: string): void {
  for (const line of table.split("\n")) {
    const [, uuid, mountPoint, options] = /^UUID=(\S+)\s+(\S+)\s+xfs\s+(\S+)/.exec(line) ?? [];
    if (uuid === undefined || mountPoint === undefined || machine.mounts.some((each) => each.mountPoint === mountPoint))
      continue;
    for (const volume of machine.active) {
      const at = readFs(machine, volume, undefined);
      if (at === "error" || at.fs?.uuid !== uuid) continue;
      writeFs(machine, at.serial, (fs) => ({ ...fs, dirty: true }), false);
      const shown = (options ?? "").split(",").filter((each) => each === "noatime" || each === "nodev");
      machine.mounts.push({
        mountPoint,
        dm: dmName(volume),
        uuid,
        options: shown,
        readOnly: at.readOnly,
        frozen: false,
      });
    }
  }
  machine.touch();
}

/** Power goes: the arrays see the sessions end, logs stay dirty. */
export function powerOff(machine: Machine): void {
  for (const session of machine.sessions) machine.san.logout(session.iqn, session.address, machine.host.iqn);
  machine.lose();
  machine.power = "off";
}
