import { has, parse } from "../args.js";
import { type Answer, complain, done, lines, type Paths, type Program, say } from "../command.js";
import {
  answering,
  canonical,
  deleteDisk,
  devNumber,
  diskState,
  flushMap,
  hostNumbers,
  makeMap,
  scanHost,
  wwidOf,
} from "../devices.js";
import type { Machine, MultipathMap, ScsiDisk } from "../machine.js";
import { humanSize } from "../sizes.js";

const FEATURES = "3 queue_if_no_path pg_init_retries 50";
const OK = say("ok\n");
/** Seen: multipathd 0.9.4 prints "fail" on stdout and ends with 1. */
const FAIL = say("fail\n", 1);

/** multipath-tools 0.9: -ll, -f, -F, -a, -w, -C, and no option (reload). */
export const multipath: Program = (call) => {
  const { machine, run } = call;
  const parsed = parse(call.args, "l f F a w W C r c q v: d A T t B h i p: b: U u S");
  const [name] = parsed.rest;
  if (parsed.unknown) return complain(`multipath: invalid option -- '${parsed.unknown.slice(1)}'\n`, 1);
  const stamp = (text: string): string => `${((run.now() / 1000) % 100_000).toFixed(6)} | ${text}\n`;
  if (has(parsed, "l")) return list(machine, name);
  if (has(parsed, "a")) return remember(machine, name, stamp);
  if (has(parsed, "w")) return forget(machine, name, stamp);
  if (has(parsed, "f")) {
    const map = mapNamed(machine, name);
    if (!map) {
      return complain(
        stamp(
          `libdevmapper: ioctl/libdm-iface.c(1980): device-mapper: table ioctl on ${name}  failed: No such device or address`,
        ) + stamp(`${name} is not a multipath device`),
        1,
      );
    }
    return flushMap(machine, map) ? done : complain(stamp(`${map.wwid}: map in use`), 1);
  }
  if (has(parsed, "F")) {
    const busy = [...machine.maps].filter((map) => !flushMap(machine, map));
    return busy.length === 0 ? done : complain(busy.map((map) => stamp(`${map.wwid}: map in use`)).join(""), 1);
  }
  if (has(parsed, "C")) {
    // seen: only a device's node will do; asked by its name or a link it looks nothing up and ends as if there were no path
    const map = /^\/dev\/dm-\d+$/.test(name ?? "") ? mapNamed(machine, name) : undefined;
    if (map && pathsOf(machine, map).some((disk) => answering(machine, disk))) return done;
    return complain(
      stamp(map ? `${name ?? ""}: no usable paths found` : `get_udev_device: failed to look up ${name} with type 3`),
      1,
    );
  }
  for (const disk of machine.disks)
    if (machine.wwids.has(wwidOf(disk.serial)) || machine.findMultipaths === "no")
      makeMap(machine, wwidOf(disk.serial));
  return done;
};

function mapNamed(machine: Machine, name: string | undefined): MultipathMap | undefined {
  const device = name === undefined ? undefined : canonical(machine, name);
  return machine.maps.find((map) => `/dev/mapper/${map.wwid}` === device);
}

const pathsOf = (machine: Machine, map: MultipathMap): ScsiDisk[] =>
  machine.disks.filter((disk) => map.paths.includes(disk.name));

const diskNamed = (machine: Machine, name: string | undefined): ScsiDisk | undefined =>
  machine.disks.find((disk) => disk.name === name?.replace(/^\/dev\//, ""));

function remember(machine: Machine, name: string | undefined, stamp: (text: string) => string): Answer {
  const disk = diskNamed(machine, name);
  if (!disk) return complain(stamp(`get_udev_device: failed to look up ${name} with type 1`), 1);
  machine.wwids.add(wwidOf(disk.serial));
  return say(`wwid '${wwidOf(disk.serial)}' added\n`);
}

function forget(machine: Machine, name: string | undefined, stamp: (text: string) => string): Answer {
  const disk = diskNamed(machine, name);
  // seen: an identity is taken as well, and needs no device any more
  const wwid = disk ? wwidOf(disk.serial) : /^3600a0980[0-9a-f]{24}$/.exec(name ?? "")?.[0];
  if (wwid === undefined) return complain(stamp(`get_udev_device: failed to look up ${name} with type 1`), 1);
  if (!machine.wwids.delete(wwid)) return say(`wwid '${wwid}' not in wwids file\n`, 1);
  return say(`wwid '${wwid}' removed\n`);
}

interface PathGroup {
  readonly priority: number;
  readonly isActive: boolean;
  readonly paths: readonly { readonly disk: ScsiDisk; readonly up: boolean; readonly priority: number }[];
}

/** ALUA: the first session (or port) is on the node that owns the LUN: 50; the partner's: 10. */
function pathGroups(machine: Machine, map: MultipathMap): PathGroup[] {
  const owner = Math.min(...hostNumbers(machine).filter((n) => n > 0));
  const paths = pathsOf(machine, map).map((disk) => {
    const up = diskState(machine, disk) !== "gone";
    return { disk, up, priority: !up ? 0 : machine.knobs.alua ? (disk.hostNumber === owner ? 50 : 10) : 1 };
  });
  const best = Math.max(...paths.map((path) => path.priority));
  return [...new Set(paths.map((path) => path.priority))]
    .sort((a, b) => b - a)
    .map((priority) => ({
      priority,
      isActive: priority === best && priority > 0,
      paths: paths.filter((path) => path.priority === priority),
    }));
}

function list(machine: Machine, name: string | undefined): Answer {
  const maps = name === undefined ? machine.maps : machine.maps.filter((map) => map === mapNamed(machine, name));
  return say(maps.map((map) => show(machine, map)).join(""));
}

const features = (map: MultipathMap): string => (map.queues ? FEATURES : "2 pg_init_retries 50");
const handler = (machine: Machine): string => (machine.knobs.alua ? "1 alua" : "0");
const hctl = (disk: ScsiDisk): string => `${disk.hostNumber}:0:0:${disk.lun}`;

function show(machine: Machine, map: MultipathMap): string {
  const groups = pathGroups(machine, map);
  const isReadOnly = pathsOf(machine, map).some((disk) => answering(machine, disk)?.readOnly);
  const numberWidth = Math.max(0, ...pathsOf(machine, map).map((disk) => devNumber(disk.name).length));
  return lines([
    `${map.wwid} dm-${map.minor} NETAPP,LUN C-Mode`,
    `size=${humanSize(map.sizeBytes)} features='${features(map)}' hwhandler='${handler(machine)}' wp=${isReadOnly ? "ro" : "rw"}`,
    ...groups.flatMap((group, i) => {
      const isLast = i === groups.length - 1;
      return [
        `${isLast ? "`" : "|"}-+- policy='service-time 0' prio=${group.priority} status=${group.isActive ? "active" : "enabled"}`,
        ...group.paths.map((path, j) => {
          const branch = `${isLast ? " " : "|"} ${j === group.paths.length - 1 ? "`" : "|"}-`;
          const state = path.up ? "active ready running" : "failed faulty running";
          return `${branch} ${hctl(path.disk)} ${path.disk.name} ${devNumber(path.disk.name).padEnd(numberWidth)} ${state}`;
        }),
      ];
    }),
  ]);
}

/** The daemon's command line: show, add, remove, resize, queueing, reconfigure. */
export const multipathd: Program = async (call) => {
  const { machine } = call;
  const words =
    call.args[0] === "-k"
      ? call.args.slice(1).join(" ").split(/\s+/)
      : call.args.map((each) => each.replace(/^-k/, ""));
  if (!machine.services.get("multipathd"))
    return complain("error -1 connecting to multipathd: Connection refused\n", 1);
  const [verb, noun, name] = words;
  switch (verb) {
    case "show":
      return daemonShow(machine, words);
    case "add":
      return add(machine, noun, name);
    case "del":
    case "remove":
      return remove(machine, noun, name);
    case "resize":
      return mapNamed(machine, name) ? OK : FAIL;
    case "disablequeueing":
    case "restorequeueing":
      return queueing(machine, verb === "restorequeueing", noun, name);
    case "reconfigure":
      machine.findMultipaths = (await configured(call.files)) ?? machine.knobs.findMultipaths;
      return OK;
    default:
      return FAIL;
  }
};

/** `find_multipaths` of multipath.conf and, after it, of the files beside it. */
async function configured(files: Paths): Promise<Machine["findMultipaths"] | undefined> {
  const names = await files.list("/etc/multipath/conf.d");
  let found: Machine["findMultipaths"] | undefined;
  for (const path of ["/etc/multipath.conf", ...names.map((name) => `/etc/multipath/conf.d/${name}`)]) {
    const said = /^\s*find_multipaths\s+"?(yes|no|strict)"?/m.exec(await files.read(path))?.[1];
    found = (said as Machine["findMultipaths"] | undefined) ?? found;
  }
  return found;
}

function add(machine: Machine, noun: string | undefined, name: string | undefined): Answer {
  const disk = noun === "path" ? diskNamed(machine, name) : undefined;
  if (noun === "path") {
    if (!disk) return FAIL;
    const wwid = wwidOf(disk.serial);
    if (machine.wwids.has(wwid) || machine.findMultipaths !== "strict") {
      const mates = machine.disks.filter((each) => each.serial === disk.serial);
      if (machine.wwids.has(wwid) || machine.findMultipaths === "no" || mates.length > 1) makeMap(machine, wwid);
    }
    return OK;
  }
  if (noun !== "map" || name === undefined) return FAIL;
  return machine.wwids.has(name) && makeMap(machine, name) ? OK : mapNamed(machine, name) ? OK : FAIL;
}

function remove(machine: Machine, noun: string | undefined, name: string | undefined): Answer {
  if (noun === "map") {
    const map = mapNamed(machine, name);
    return map && flushMap(machine, map) ? OK : FAIL;
  }
  const disk = diskNamed(machine, name);
  const map = machine.maps.find((each) => disk && each.paths.includes(disk.name));
  if (!disk) return FAIL;
  if (map) map.paths = map.paths.filter((each) => each !== disk.name);
  machine.touch();
  return OK;
}

function queueing(machine: Machine, on: boolean, noun: string | undefined, name: string | undefined): Answer {
  const maps = noun === "maps" ? machine.maps : machine.maps.filter((map) => map === mapNamed(machine, name));
  if (maps.length === 0 && noun !== "maps") return FAIL;
  for (const map of maps) map.queues = on;
  return OK;
}

function daemonShow(machine: Machine, words: readonly string[]): Answer {
  const isJson = words.includes("json");
  const [, noun, name] = words;
  if (noun === "maps" || noun === "multipaths") {
    if (!isJson)
      return say(lines(["name sysfs uuid", ...machine.maps.map((map) => `${map.wwid} dm-${map.minor} ${map.wwid}`)]));
    return say(asJson(`"maps": [${machine.maps.map((map) => mapJson(machine, map)).join(",")}]`));
  }
  if (noun === "map" || noun === "multipath") {
    const map = mapNamed(machine, name);
    if (!map) return FAIL;
    return say(isJson ? asJson(`"map":${mapJson(machine, map)}`) : show(machine, map));
  }
  if (noun === "paths") return say(showPaths(machine, words));
  return noun === "daemon" ? say("pid 812 running\n") : FAIL;
}

function showPaths(machine: Machine, words: readonly string[]): string {
  const at = words.indexOf("format");
  const format =
    at < 0
      ? "%i %d %D %p %t %T %o"
      : words
          .slice(at + 1)
          .join(" ")
          .replace(/^["']|["']$/g, "");
  const rows = machine.disks.map((disk) => {
    const map = machine.maps.find((each) => each.paths.includes(disk.name));
    const up = diskState(machine, disk) !== "gone";
    const values: Record<string, string> = {
      "%d": disk.name,
      "%D": devNumber(disk.name),
      "%i": hctl(disk),
      "%t": map ? (up ? "active" : "failed") : "undef",
      "%o": "running",
      "%T": up ? "ready" : "faulty",
      "%w": wwidOf(disk.serial),
      "%m": map?.wwid ?? "[orphan]",
      "%p": String(
        map
          ? (pathGroups(machine, map)
              .flatMap((g) => g.paths)
              .find((p) => p.disk === disk)?.priority ?? 0)
          : 0,
      ),
    };
    return format.replace(/%[a-zA-Z]/g, (key) => values[key] ?? "[undef]");
  });
  return lines(words.includes("raw") ? rows : ["hcil    dev dev_t pri dm_st  chk_st dev_st ", ...rows]);
}

const asJson = (body: string): string =>
  `${JSON.stringify(JSON.parse(`{"major_version": 0, "minor_version": 1, ${body}}`), null, 3)}\n`;

function mapJson(machine: Machine, map: MultipathMap): string {
  return JSON.stringify({
    name: map.wwid,
    uuid: map.wwid,
    sysfs: `dm-${map.minor}`,
    failback: "immediate",
    queueing: map.queues ? "on" : "off",
    paths: pathsOf(machine, map).filter((disk) => diskState(machine, disk) !== "gone").length,
    write_prot: "rw",
    dm_st: "active",
    features: features(map),
    hwhandler: handler(machine),
    action: "",
    path_faults: 0,
    vend: "NETAPP",
    prod: "LUN C-Mode",
    rev: "9151",
    switch_grp: 0,
    map_loads: 2,
    total_q_time: 0,
    q_timeouts: 0,
    path_groups: pathGroups(machine, map).map((group, i) => ({
      selector: "service-time 0",
      pri: group.priority,
      dm_st: group.isActive ? "active" : "enabled",
      marginal_st: "normal",
      group: i + 1,
      paths: group.paths.map(({ disk, up, priority }) => ({
        dev: disk.name,
        dev_t: devNumber(disk.name),
        dm_st: up ? "active" : "failed",
        dev_st: "running",
        chk_st: up ? "ready" : "faulty",
        checker: "tur",
        pri: priority,
        host_wwnn: "[undef]",
        target_wwnn: machine.sessions.find((each) => each.hostNumber === disk.hostNumber)?.iqn ?? "[undef]",
        host_wwpn: "[undef]",
        target_wwpn: "[undef]",
        host_adapter:
          machine.sessions.find((each) => each.hostNumber === disk.hostNumber)?.address.replace(/\d+$/, "5") ??
          "[undef]",
        lun_hex: `0x${disk.lun.toString(16).padStart(4, "0")}000000000000`,
        marginal_st: "normal",
      })),
    })),
  });
}

/** Writes to /sys/class/scsi_host/hostN/scan and /sys/block/sdX/device/{delete,rescan}. */
export function sysfsWrite(machine: Machine, path: string, text: string): void {
  const scan = /^\/sys\/class\/scsi_host\/host(\d+)\/scan$/.exec(path);
  if (scan) {
    const lun = text.trim().split(/\s+/)[2] ?? "-";
    scanHost(machine, Number(scan[1]), lun === "-" ? undefined : Number(lun));
    return;
  }
  const name = /\/(sd[a-z]+)\/device\/(?:delete|rescan)$/.exec(path)?.[1];
  const disk = machine.disks.find((each) => each.name === name);
  if (disk && path.endsWith("/delete") && text.trim() !== "0") deleteDisk(machine, disk);
  if (disk && path.endsWith("/rescan")) readAnew(machine, disk);
}

/** Seen on Linux 6.1: the kernel reads the identity again, and whatever has the device as a path goes on using it. */
function readAnew(machine: Machine, disk: ScsiDisk): void {
  const lun = answering(machine, disk);
  if (!lun || lun.serial === disk.serial) return;
  const at = machine.disks.indexOf(disk);
  machine.disks[at] = { ...disk, serial: lun.serial, sizeBytes: lun.sizeBytes };
  machine.touch();
}
