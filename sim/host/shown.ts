import { diskState, dmName, wwidOf } from "./devices.js";
import type { HostFiles } from "./files.js";
import { activeOf, lvmView, readFs } from "./lvm.js";
import type { Machine, Mount } from "./machine.js";
import { shownOptions } from "./commands/mounts.js";
import type { ShownHost } from "./types.js";

/** Where scripts keep their own books, and what every shell has: no part of what a change is judged by. */
const NOT_COMPARED = /^\/(bin|usr|sbin|dev|proc|sys|run|tmp|root|home|var)(\/|$)/;

/** A host as outside checks see it. */
export function shown(machine: Machine): ShownHost {
  return {
    power: machine.power,
    bootId: machine.bootId,
    mounts: machine.mounts.map((each) => ({
      mountPoint: each.mountPoint,
      source: `/dev/mapper/${each.dm}`,
      fsType: "xfs",
      options: shownOptions(each),
      uuid: each.uuid,
      content: contentOf(machine, each),
    })),
    sessions: machine.sessions.map((each) => ({
      sid: each.sid,
      target: each.iqn,
      portal: `${each.address}:${each.port}`,
    })),
    devices: machine.disks.map((disk) => ({
      name: disk.name,
      wwid: wwidOf(disk.serial),
      serial: disk.serial,
      lun: disk.lun,
      state: diskState(machine, disk),
      map: machine.maps.find((map) => map.paths.includes(disk.name))?.wwid ?? null,
    })),
    vgs: groupsOf(machine),
    services: Object.fromEntries([
      ...machine.services,
      ...machine.resources.map((each) => [each.name, each.enabled] as const),
    ]),
  };
}

function groupsOf(machine: Machine): ShownHost["vgs"] {
  return lvmView(machine, undefined).vgs.map((vg) => ({
    name: vg.name,
    uuid: vg.uuid,
    tags: vg.tags,
    wwids: vg.pvs.map((pv) => wwidOf(pv.serial)),
    active: activeOf(machine, vg) !== undefined,
  }));
}

function contentOf(machine: Machine, mount: Mount): string | null {
  const volume = machine.active.find((each) => dmName(each) === mount.dm);
  const at = volume ? readFs(machine, volume, undefined) : "error";
  return at === "error" ? null : (machine.san.contentId(at.serial) ?? null);
}

/** What must be the same after a change was taken back. Process, session, host and minor numbers are not. */
export function comparable(machine: Machine, files: HostFiles, now: number): unknown {
  return {
    power: machine.power,
    mounts: machine.mounts
      .map((each) => ({
        mountPoint: each.mountPoint,
        dm: each.dm,
        uuid: each.uuid,
        options: [...each.options].sort(),
        readOnly: each.readOnly,
        frozen: each.frozen,
      }))
      .sort(by("mountPoint")),
    sessions: machine.sessions.map((each) => `${each.iqn} ${each.address}`).sort(),
    records: machine.records
      .map(
        (each) =>
          `${each.iqn} ${each.address} ${[...each.settings]
            .map(([name, value]) => `${name}=${value}`)
            .sort()
            .join(" ")}`,
      )
      .sort(),
    disks: machine.disks.map((disk) => `${wwidOf(disk.serial)} lun ${disk.lun} ${diskState(machine, disk)}`).sort(),
    maps: machine.maps.map((map) => ({ wwid: map.wwid, paths: map.paths.length, queues: map.queues })).sort(by("wwid")),
    knownWwids: [...machine.wwids].sort(),
    devicesFile: [...machine.devicesFile].map(wwidOf).sort(),
    active: machine.active.map((each) => ({ vg: each.vgName, lv: each.lvName, uuid: each.vgUuid })).sort(by("vg")),
    openFiles: machine.openFiles.map((each) => `${each.command} ${each.path}`).sort(),
    services: [...machine.services].sort(),
    enabled: [...machine.enabledUnits].sort(),
    findMultipaths: machine.findMultipaths,
    resources: machine.resources.map((each) => `${each.name} ${each.enabled ? "started" : "disabled"}`),
    timers: machine.timers.map((each) => each.unit).sort(),
    suspended: [...machine.suspended].flatMap(([instance, until]) => (until > now ? [instance] : [])).sort(),
    paths: files.base
      .getAllPaths()
      .filter((path) => path !== "/" && !NOT_COMPARED.test(path))
      .sort(),
  };
}

const by =
  <Key extends string>(key: Key) =>
  (a: Record<Key, string>, b: Record<Key, string>): number =>
    a[key] < b[key] ? -1 : a[key] > b[key] ? 1 : 0;
