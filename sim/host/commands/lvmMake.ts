import { has, last, parse, type Parsed } from "../args.js";
import { type Answer, type Call, complain, lines, type Program, say } from "../command.js";
import { canonical, isHeld, reach } from "../devices.js";
import { activate, fsOf, lvmOf, lvmView, relabel } from "../lvm.js";
import type { Machine } from "../machine.js";
import { volumeOf } from "./mounts.js";

/** Options of LVM's making commands, as far as scripts use them. */
const SPEC =
  "y yes n: name: l: extents: L: size: i: stripes: I: stripesize: W: wipesignatures: Z: zero: addtag: s: physicalextentsize: f force q quiet setautoactivation: dataalignment: metadatasize:";
const failed = (...texts: string[]): Answer => complain(lines(texts.map((text) => `  ${text}`)), 5);

const usage = (command: string, parsed: Parsed): Answer =>
  complain(`  ${command}: unrecognized option '${parsed.unknown}'\n  Error during parsing of command line.\n`, 3);

function serialBehind({ machine, run }: Call, name: string): string | undefined {
  const device = canonical(machine, name);
  const at = device === undefined ? "error" : reach(machine, device, run);
  return at === "error" ? undefined : at.serial;
}

/** What wipefs and blkid find on a device, by name and offset as wipefs prints them. */
function signatures(call: Call, name: string): readonly { type: string; offset: string; uuid: string }[] | undefined {
  const { machine } = call;
  const device = canonical(machine, name);
  if (device === undefined) return undefined;
  const volume = volumeOf(machine, device);
  const serial = volume ? serialBehind(call, volume.devices[0] ?? "") : serialBehind(call, device);
  const disk = serial === undefined ? undefined : machine.san.readDisk(serial);
  const lvm = lvmOf(disk);
  const fs = fsOf(disk);
  if (volume) return fs ? [{ type: fs.type, offset: "0x0", uuid: fs.uuid }] : [];
  if (lvm) return [{ type: "LVM2_member", offset: "0x218", uuid: lvm.pvUuid }];
  return fs ? [{ type: fs.type, offset: "0x0", uuid: fs.uuid }] : [];
}

/** wipefs -n DEVICE: lists what is there, wipes nothing. */
export const wipefs: Program = (call) => {
  const parsed = parse(call.args, "n no-act a all f force q quiet i noheadings p parsable J json O: output: t: types:");
  const name = parsed.rest[0] ?? "";
  const found = signatures(call, name);
  if (found === undefined)
    return complain(`wipefs: error: ${name}: probing initialization failed: No such file or directory\n`, 1);
  if (has(parsed, "a", "all")) return complain("wipefs: this simulator wipes nothing\n", 1);
  if (found.length === 0) return say("");
  const heads = has(parsed, "i", "noheadings") ? [] : ["DEVICE OFFSET TYPE UUID LABEL"];
  return say(
    lines([...heads, ...found.map((each) => `${name.split("/").at(-1)} ${each.offset} ${each.type} ${each.uuid} `)]),
  );
};

/** pvcreate DEVICE…: asks before it writes over anything, and without a terminal that is a no. */
export const pvcreate: Program = (call) => {
  const { machine } = call;
  const parsed = parse(call.args, SPEC);
  if (parsed.unknown) return usage("pvcreate", parsed);
  const told: string[] = [];
  for (const name of parsed.rest) {
    const device = canonical(machine, name);
    const serial = device === undefined ? undefined : serialBehind(call, device);
    if (device === undefined || serial === undefined) return failed(`No device found for ${name}.`);
    const disk = machine.san.readDisk(serial) ?? {};
    const lvm = lvmOf(disk);
    if (lvm && lvm.vgName !== "")
      return failed(
        `Can't initialize physical volume "${name}" of volume group "${lvm.vgName}" without -ff`,
        `${name}: physical volume not initialized.`,
      );
    if (isHeld(machine, device)) return failed(`Can't open ${name} exclusively.  Mounted filesystem?`);
    const fs = fsOf(disk);
    if (fs && !has(parsed, "y", "yes"))
      return failed(
        `WARNING: ${fs.type} signature detected on ${name} at offset 0. Wipe it? [y/n]: [n]`,
        "Aborted wiping of xfs.",
        "1 existing signature left on the device.",
      );
    const label = {
      pvUuid: machine.freshLvmUuid(),
      vgName: "",
      vgUuid: "",
      lvName: "",
      lvUuid: "",
      pvIndex: 0,
      pvCount: 1,
      sizeBytes: sizeOf(machine, device),
    };
    if (!machine.san.writeDisk(serial, { lvm: label }, true))
      return failed(`Error writing device ${name} at 512 length 512.`);
    machine.devicesFile.add(serialOf(machine, device));
    machine.touch();
    told.push(`  Physical volume "${name}" successfully created.`);
  }
  return say(lines(told));
};

function sizeOf(machine: Machine, device: string): number {
  const map = machine.maps.find((each) => `/dev/mapper/${each.wwid}` === device);
  const disk = machine.disks.find((each) => `/dev/${each.name}` === device);
  return map?.sizeBytes ?? disk?.sizeBytes ?? 0;
}

function serialOf(machine: Machine, device: string): string {
  const map = machine.maps.find((each) => `/dev/mapper/${each.wwid}` === device);
  const disk = machine.disks.find((each) => `/dev/${each.name}` === device);
  return map?.serial ?? disk?.serial ?? "";
}

/** vgcreate [--addtag TAG] NAME DEVICE… */
export const vgcreate: Program = (call) => {
  const { machine, run } = call;
  const parsed = parse(call.args, SPEC);
  if (parsed.unknown) return usage("vgcreate", parsed);
  const [name = "", ...devices] = parsed.rest;
  if (lvmView(machine, run, { ignoreDevicesFile: true }).vgs.some((each) => each.name === name))
    return failed(`A volume group called ${name} already exists.`);
  const members = devices.map((each) => ({ each, serial: serialBehind(call, each) }));
  for (const { each, serial } of members) {
    const lvm = serial === undefined ? undefined : lvmOf(machine.san.readDisk(serial));
    if (!lvm) return failed(`No physical volume label read from ${each}.`);
    if (lvm.vgName !== "") return failed(`Physical volume '${each}' is already in volume group '${lvm.vgName}'`);
  }
  const vgUuid = machine.freshLvmUuid();
  members.forEach(({ serial = "" }, pvIndex) => {
    const disk = machine.san.readDisk(serial) ?? {};
    const lvm = lvmOf(disk);
    const tags = parsed.options.get("addtag") ?? [];
    machine.san.writeDisk(
      serial,
      { ...disk, lvm: { ...lvm, vgName: name, vgUuid, pvIndex, pvCount: members.length, tags } },
      true,
    );
  });
  machine.touch();
  return say(`  Volume group "${name}" successfully created\n`);
};

/** lvcreate -n NAME -l 100%FREE [-i STRIPES] VG */
export const lvcreate: Program = (call) => {
  const { machine, run } = call;
  const parsed = parse(call.args, SPEC);
  if (parsed.unknown) return usage("lvcreate", parsed);
  const [name = ""] = parsed.rest;
  const lvName = last(parsed, "n", "name") ?? "lvol0";
  const vg = lvmView(machine, run).vgs.find((each) => each.name === name);
  if (!vg) return failed(`Volume group "${name}" not found`, `Cannot process volume group ${name}`);
  if (vg.lvName === lvName) return failed(`Logical Volume "${lvName}" already exists in volume group "${name}"`);
  if (vg.lvName !== "" || last(parsed, "l", "extents") !== "100%FREE")
    return failed(`Volume group "${name}" has insufficient free space (0 extents): 1 required.`);
  const stripes = Number(last(parsed, "i", "stripes") ?? 1);
  if (stripes > vg.pvs.length)
    return failed(`Number of stripes (${stripes}) must not exceed number of physical volumes (${vg.pvs.length})`);
  const lvUuid = machine.freshLvmUuid();
  relabel(machine, vg, (label) => ({ ...label, lvName, lvUuid }));
  const made = lvmView(machine, run).vgs.find((each) => each.name === name);
  if (made) activate(machine, made);
  return say(`  Logical volume "${lvName}" created.\n`);
};

/** mkfs.xfs [-f] [-q] DEVICE: not over anything that is there. */
export const mkfsXfs: Program = (call) => {
  const { machine } = call;
  const parsed = parse(call.args, "f q K L: m: d: i: l: n: s: b: r: N");
  const name = parsed.rest[0] ?? "";
  const volume = volumeOf(machine, canonical(machine, name));
  if (!volume) return complain(`Error accessing specified device ${name}: No such file or directory\n`, 1);
  const serial = serialBehind(call, volume.devices[0] ?? "");
  if (serial === undefined) return complain(`mkfs.xfs: ${name}: Input/output error\n`, 1);
  if (
    machine.mounts.some(
      (each) => each.dm === `${volume.vgName.replaceAll("-", "--")}-${volume.lvName.replaceAll("-", "--")}`,
    )
  )
    return complain(`mkfs.xfs: ${name} contains a mounted filesystem\n`, 1);
  const disk = machine.san.readDisk(serial) ?? {};
  const there = fsOf(disk);
  if (there && !has(parsed, "f"))
    return complain(
      `mkfs.xfs: ${name} appears to contain an existing filesystem (${there.type}).\nmkfs.xfs: Use the -f option to force overwrite.\n`,
      1,
    );
  const fs = { type: "xfs", uuid: machine.freshUuid(), label: last(parsed, "L") ?? "", files: {} };
  if (!machine.san.writeDisk(serial, { ...disk, fs }, true))
    return complain(`mkfs.xfs: pwrite failed: Input/output error\n`, 1);
  return say("");
};
