import { has, last, parse } from "../args.js";
import { type Answer, type Call, complain, done, lines, type Program, say } from "../command.js";
import { canonical, devNumber, diskState, dmName, reach, wwidOf } from "../devices.js";
import { lvmOf, readFs } from "../lvm.js";
import type { Machine } from "../machine.js";
import { humanSize, utilLinuxJson } from "../sizes.js";
import { volumeOf } from "./mounts.js";

function sizeOf(machine: Machine, device: string): number {
  const map = machine.maps.find((each) => `/dev/mapper/${each.wwid}` === device);
  const disk = machine.disks.find((each) => `/dev/${each.name}` === device);
  return map?.sizeBytes ?? disk?.sizeBytes ?? volumeOf(machine, device)?.sizeBytes ?? 0;
}

/** Reads from a device: swallows the script on a queueing map without paths. */
function touchDevice({ machine, run }: Call, device: string): "ok" | "error" | "read-only" {
  const volume = volumeOf(machine, device);
  for (const each of volume ? volume.devices : [device]) {
    const at = reach(machine, each, run);
    if (at === "error") return "error";
    if (at.readOnly) return "read-only";
  }
  return "ok";
}

/** blockdev --getsize64, --getsz, --getss, --getro, --flushbufs, --rereadpt */
export const blockdev: Program = (call) => {
  const { machine, args } = call;
  const name = args.find((arg) => !arg.startsWith("-")) ?? "";
  const device = canonical(machine, name);
  if (device === undefined) return complain(`blockdev: cannot open ${name}: No such file or directory\n`, 1);
  if (args.includes("--getsize64")) return say(`${sizeOf(machine, device)}\n`);
  if (args.includes("--getsz")) return say(`${sizeOf(machine, device) / 512}\n`);
  if (args.includes("--getss")) return say("512\n");
  if (args.includes("--getro")) return say(touchDevice(call, device) === "read-only" ? "1\n" : "0\n");
  if (args.includes("--flushbufs"))
    return touchDevice(call, device) === "error"
      ? complain(`blockdev: ioctl error on BLKFLSBUF: Input/output error\n`, 1)
      : done;
  return done;
};

/** blkid DEVICE, -o value -s TAG, -p */
export const blkid: Program = (call) => {
  const { machine, run } = call;
  const parsed = parse(call.args, "o: output: s: match-tag: p probe c: cache-file: u: g k L: U: t: l i w: d D");
  const name = parsed.rest[0];
  if (name === undefined) return complain("", 2);
  const device = canonical(machine, name);
  if (device === undefined) return complain("", 2);
  const tags = identity(call, device, machine, run);
  if (!tags) return complain("", 2);
  const only = parsed.options.get("s") ?? parsed.options.get("match-tag");
  const shown = Object.entries(tags).filter(([key]) => !only || only.includes(key));
  if (shown.length === 0) return complain("", 2);
  switch (last(parsed, "o", "output")) {
    case "value":
      return say(lines(shown.map(([, value]) => value)));
    case "export":
      return say(lines([`DEVNAME=${name}`, ...shown.map(([key, value]) => `${key}=${value}`)]));
    default:
      return say(`${name}: ${shown.map(([key, value]) => `${key}="${value}"`).join(" ")}\n`);
  }
};

function identity(call: Call, device: string, machine: Machine, run: Call["run"]): Record<string, string> | undefined {
  const volume = volumeOf(machine, device);
  if (volume) {
    const at = readFs(machine, volume, run);
    if (at === "error" || !at.fs) return undefined;
    return { UUID: at.fs.uuid, ...(at.fs.label ? { LABEL: at.fs.label } : {}), BLOCK_SIZE: "4096", TYPE: at.fs.type };
  }
  const at = reach(machine, device, call.run);
  if (at === "error") return undefined;
  const lvm = lvmOf(machine.san.readDisk(at.serial));
  return lvm && { UUID: lvm.pvUuid, TYPE: "LVM2_member" };
}

interface BlockNode {
  readonly name: string;
  readonly type: string;
  readonly size: string;
  readonly mountpoint: string | null;
  readonly wwn: string | null;
  readonly serial: string | null;
  readonly fstype: string | null;
  readonly children?: readonly BlockNode[];
}

/** lsblk [-J] [-o …] [DEVICE]: from what the kernel knows, without touching disks. */
export const lsblk: Program = ({ args, machine }) => {
  const parsed = parse(
    args,
    "J json o: output: n noheadings r raw l list d nodeps p paths b bytes a all t f S s P e: I: M",
  );
  const columns = (last(parsed, "o", "output") ?? "NAME,SIZE,TYPE,MOUNTPOINT")
    .split(",")
    .map((each) => each.toLowerCase()) as (keyof BlockNode)[];
  const nodes = tree(machine).filter(
    (node) => parsed.rest.length === 0 || parsed.rest.some((word) => canonical(machine, word) === `/dev/${node.name}`),
  );
  if (parsed.rest.length > 0 && nodes.length === 0)
    return complain(`lsblk: ${parsed.rest[0]}: not a block device\n`, 32);
  const shape = (node: BlockNode): object => ({
    ...Object.fromEntries(columns.map((name) => [name, node[name] ?? null])),
    ...(node.children && node.children.length > 0 && !has(parsed, "d", "nodeps")
      ? { children: node.children.map(shape) }
      : {}),
  });
  if (has(parsed, "J", "json")) return say(utilLinuxJson({ blockdevices: nodes.map(shape) }));
  const flat = (list: readonly BlockNode[], depth: number): string[] =>
    list.flatMap((node) => [
      columns
        .map((name) => (name === "name" ? `${"  ".repeat(depth)}${node.name}` : String(node[name] ?? "")))
        .join(" ")
        .trimEnd(),
      ...(has(parsed, "d", "nodeps") ? [] : flat(node.children ?? [], depth + 1)),
    ]);
  return say(lines([...(has(parsed, "n", "noheadings") ? [] : [columns.join(" ").toUpperCase()]), ...flat(nodes, 0)]));
};

function tree(machine: Machine): BlockNode[] {
  const volumes = (device: string): BlockNode[] =>
    machine.active
      .filter((each) => each.devices.includes(device))
      .map((each) => {
        const at = machine.mounts.find((found) => found.dm === dmName(each));
        return {
          name: dmName(each),
          type: "lvm",
          size: humanSize(each.sizeBytes),
          mountpoint: at?.mountPoint ?? null,
          wwn: null,
          serial: null,
          fstype: "xfs",
        };
      });
  const disks = machine.disks.map((disk): BlockNode => {
    const map = machine.maps.find((each) => each.paths.includes(disk.name));
    const children: BlockNode[] = map
      ? [
          {
            name: map.wwid,
            type: "mpath",
            size: humanSize(map.sizeBytes),
            mountpoint: null,
            wwn: null,
            serial: null,
            fstype: "LVM2_member",
            children: volumes(`/dev/mapper/${map.wwid}`),
          },
        ]
      : volumes(`/dev/${disk.name}`);
    return {
      name: disk.name,
      type: "disk",
      size: humanSize(disk.sizeBytes),
      mountpoint: null,
      wwn: `0x${wwidOf(disk.serial).slice(1)}`,
      serial: disk.serial,
      fstype: null,
      children,
    };
  });
  const own: BlockNode = {
    name: machine.knobs.osDisk,
    type: "disk",
    size: machine.knobs.osDisk === "vda" ? "2G" : "64G",
    mountpoint: "/",
    wwn: null,
    serial: null,
    fstype: "xfs",
  };
  return [...disks, own].sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** dmsetup ls, status and table [--target multipath], info -c --noheadings -o name,uuid,open,attr [NAME], message NAME 0 fail_if_no_path, remove NAME */
export const dmsetup: Program = ({ args, machine }) => {
  const [verb, ...rest] = args;
  const all = deviceMapper(machine);
  if (verb === "ls")
    return say(all.length === 0 ? "No devices found\n" : lines(all.map((each) => `${each.name}\t(253:${each.minor})`)));
  if (verb === "status" || verb === "table") return multipathTargets(machine, verb);
  const parsed = parse(rest, "c C columns noheadings o: options: separator: f force retry");
  const name = parsed.rest[0];
  const found = all.filter(
    (each) => name === undefined || each.name === name || canonical(machine, name) === `/dev/mapper/${each.name}`,
  );
  if (name !== undefined && found.length === 0) return complain(`Device does not exist.\nCommand failed.\n`, 1);
  if (verb === "info") {
    const fields = (last(parsed, "o", "options") ?? "name,uuid,open").split(",") as (keyof DmRow)[];
    return say(
      lines(found.map((each) => fields.map((field) => String(each[field])).join(last(parsed, "separator") ?? ":"))),
    );
  }
  const map = machine.maps.find((each) => each.wwid === found[0]?.name);
  if (verb === "message") {
    if (map) map.queues = parsed.rest[2] === "queue_if_no_path";
    return done;
  }
  return verb === "remove" ? removeMapped(machine, found[0]) : done;
};

/** Recorded: a map's line says of each path whether it is (A)ctive or (F)ailed, its table whether it queues without one. */
function multipathTargets(machine: Machine, verb: "status" | "table"): Answer {
  const rows = machine.maps.map((map) => {
    const paths = machine.disks.filter((disk) => map.paths.includes(disk.name));
    const each = paths.map((disk) => {
      const letter = diskState(machine, disk) === "gone" ? "F 1" : "A 0";
      return verb === "status" ? `${devNumber(disk.name)} ${letter} 0 1` : `${devNumber(disk.name)} 1 1`;
    });
    const head = `${map.wwid}: 0 ${map.sizeBytes / 512} multipath`;
    const features = map.queues ? "3 queue_if_no_path pg_init_retries 50" : "2 pg_init_retries 50";
    return verb === "status"
      ? `${head} 2 0 0 0 1 1 A 0 ${paths.length} 2 ${each.join(" ")} `
      : `${head} ${features} 0 1 1 service-time 0 ${paths.length} 2 ${each.join(" ")} `;
  });
  return say(rows.length === 0 ? "No devices found\n" : lines(rows));
}

interface DmRow {
  readonly name: string;
  readonly uuid: string;
  readonly open: number;
  readonly attr: string;
  readonly minor: number;
}

function deviceMapper(machine: Machine): DmRow[] {
  const maps = machine.maps.map((map) => ({
    name: map.wwid,
    uuid: `mpath-${map.wwid}`,
    open: machine.active.filter((each) => each.devices.includes(`/dev/mapper/${map.wwid}`)).length,
    attr: "L--w",
    minor: map.minor,
  }));
  const volumes = machine.active.map((each) => ({
    name: dmName(each),
    uuid: `LVM-${`${each.vgUuid}${each.lvUuid}`.replaceAll("-", "")}`,
    open: machine.mounts.filter((mount) => mount.dm === dmName(each)).length,
    attr: "L--w",
    minor: each.minor,
  }));
  return [...maps, ...volumes];
}

function removeMapped(machine: Machine, row: DmRow | undefined): Answer {
  if (!row) return complain("Command failed.\n", 1);
  if (row.open > 0)
    return complain(
      `device-mapper: remove ioctl on ${row.name}  failed: Device or resource busy\nCommand failed.\n`,
      1,
    );
  for (const list of [machine.maps, machine.active] as const) {
    const at = list.findIndex((each) => ("wwid" in each ? each.wwid : dmName(each)) === row.name);
    if (at >= 0) list.splice(at, 1);
  }
  machine.touch();
  return done;
}

/** /lib/udev/scsi_id -g -u -d DEVICE */
export const scsiId: Program = ({ args, machine }) => {
  const name = args.find((arg) => arg.startsWith("/dev/")) ?? "";
  const disk = machine.disks.find((each) => `/dev/${each.name}` === canonical(machine, name));
  return disk ? say(`${wwidOf(disk.serial)}\n`) : complain("", 1);
};
