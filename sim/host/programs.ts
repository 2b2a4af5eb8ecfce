import { type Answer, complain, done, type Program, say } from "./command.js";
import { blkid, blockdev, dmsetup, lsblk, scsiId } from "./commands/block.js";
import { iscsiadm } from "./commands/iscsi.js";
import {
  lvchange,
  lvm,
  lvmdevices,
  lvs,
  pvs,
  pvscan,
  vgchange,
  vgexport,
  vgimport,
  vgimportclone,
  vgs,
} from "./commands/lvm.js";
import { lvcreate, mkfsXfs, pvcreate, vgcreate, wipefs } from "./commands/lvmMake.js";
import { findmnt, fuser, lsof, mount, mountpoint, umount, xfsAdmin, xfsFreeze } from "./commands/mounts.js";
import { iris } from "./commands/iris.js";
import { multipath, multipathd } from "./commands/multipath.js";
import { aptGet, dnf, dpkgQuery, isInstalled, rpm } from "./commands/packages.js";
import { dmesg, hostname, id, logger, pcs, systemctl, udevadm, uname } from "./commands/system.js";
import { systemdRun } from "./commands/timers.js";
import type { Machine } from "./machine.js";

/** Every program of the host beside just-bash's own (coreutils, grep, sed, awk, jq) and those of shell.ts. */
export function programs(machine: Machine): [string, Program][] {
  const all: Record<string, Program> = {
    iscsiadm,
    multipath,
    multipathd,
    pvs,
    vgs,
    lvs,
    pvcreate,
    vgcreate,
    lvcreate,
    "mkfs.xfs": mkfsXfs,
    wipefs,
    vgchange,
    lvchange,
    vgimportclone,
    vgexport,
    vgimport,
    pvscan,
    lvm,
    ...(machine.knobs.devicesFile ? { lvmdevices } : {}),
    mount,
    umount,
    mountpoint,
    fuser,
    findmnt,
    lsof,
    blkid,
    blockdev,
    lsblk,
    dmsetup,
    udevadm,
    xfs_admin: xfsAdmin,
    xfs_freeze: xfsFreeze,
    fsfreeze: xfsFreeze,
    systemctl,
    "systemd-run": systemdRun,
    ...(machine.knobs.os === "debian" ? { "dpkg-query": dpkgQuery, "apt-get": aptGet } : { rpm, dnf }),
    logger,
    dmesg,
    id,
    uname,
    hostname,
    iris,
    sync: ok,
    chown: ok,
    chgrp: ok,
    restorecon: ok,
    modprobe: ok,
    nproc: () => say("4\n"),
    xfs_repair: () => complain("xfs_repair: this simulator repairs nothing\n", 1),
    scsi_id: scsiId,
    ...(machine.host.pacemaker ? { pcs } : {}),
  };
  return Object.entries(all).map(([name, program]) => [
    name,
    (call) =>
      isInstalled(machine, name) ? program(call) : complain(`bash: line 1: ${name}: command not found\n`, 127),
  ]);
}

const ok = (): Answer => done;
