import { has, last, parse, type Parsed } from "../args.js";
import { type Answer, type Call, complain, done, lines, type Program, say } from "../command.js";
import { canonical, dmName, isHeld, wwidOf } from "../devices.js";
import { activate, activeOf, deactivate, lvmView, relabel, type LvmView, type Pv, type Vg } from "../lvm.js";
import type { Machine } from "../machine.js";
import { fieldNames, rowsOf, table, unknownField, type standard } from "./report.js";

const COMMON =
  "o: options: O: sort: noheadings separator: reportformat: units: nosuffix S: select: devices: devicesfile: a all A allpvs q quiet v verbose d y yes t test config: nolocking readonly P partial unquoted nameprefixes ignoreskippedcluster reportformat: aligned rows unbuffered binary";
const failed = (texts: readonly string[]): Answer => complain(lines(texts.map((text) => `  ${text}`)), 5);
const warn = (view: LvmView): string => lines(view.warnings.map((text) => `  ${text}`));

function look({ machine, run }: Call, parsed: Parsed): LvmView {
  return lvmView(machine, run, {
    devices: last(parsed, "devices")?.split(","),
    ignoreDevicesFile: last(parsed, "devicesfile") === "",
  });
}

const usage = (command: string, option: string): Answer =>
  complain(`  ${command}: unrecognized option '${option}'\n  Error during parsing of command line.\n`, 3);

/** `pvs`, `vgs` and `lvs` with -o, --noheadings, --separator, --reportformat json, --devices; names, `@tag` and device paths select. */
function reporter(kind: keyof typeof standard): Program {
  return (call) => {
    const parsed = parse(call.args, COMMON);
    if (parsed.unknown) return usage(`${kind}s`, parsed.unknown);
    const names = fieldNames(last(parsed, "o", "options"), kind);
    const unknown = unknownField(names);
    if (unknown) return complain(`  Unrecognised field: ${unknown}\n  Error during parsing of command line.\n`, 3);
    const view = look(call, parsed);
    const { rows, errors } = select(kind, parsed.rest, view, names, call.machine);
    const out = table(kind, names, rows, call.machine, {
      noHeadings: has(parsed, "noheadings"),
      separator: last(parsed, "separator"),
      json: last(parsed, "reportformat") === "json",
    });
    return {
      stdout: out,
      stderr: warn(view) + lines(errors.map((text) => `  ${text}`)),
      exitCode: errors.length > 0 ? 5 : 0,
    };
  };
}

function select(
  kind: keyof typeof standard,
  wanted: readonly string[],
  view: LvmView,
  names: readonly string[],
  machine: Machine,
) {
  const all = rowsOf(kind, names, view);
  if (wanted.length === 0) return { rows: all, errors: [] as string[] };
  const errors: string[] = [];
  const rows = wanted.flatMap((word) => {
    if (word.startsWith("@")) return all.filter((row) => row.vg?.tags.includes(word.slice(1)));
    const found = all.filter((row) => named(kind, word, row, machine));
    if (found.length > 0) return found;
    errors.push(...missing(kind, word));
    return [];
  });
  return { rows: all.filter((row) => rows.includes(row)), errors };
}

function named(
  kind: keyof typeof standard,
  word: string,
  row: { vg: Vg | undefined; pv: Pv | undefined },
  machine: Machine,
): boolean {
  if (kind === "pv") return row.pv?.device === canonical(machine, word);
  const { vg } = row;
  if (!vg) return false;
  const path = word.replace(/^\/dev\//, "");
  if (kind === "vg") return path === vg.name;
  return (
    [vg.name, `${vg.name}/${vg.lvName}`].includes(path) ||
    canonical(machine, word) === `/dev/mapper/${dmName({ vgName: vg.name, lvName: vg.lvName })}`
  );
}

function missing(kind: keyof typeof standard, word: string): string[] {
  if (kind === "pv")
    return [
      word.startsWith("/dev/") ? `Cannot use ${word}: device not found` : `Failed to find physical volume "${word}".`,
    ];
  const [vg = "", lv] = word.replace(/^\/dev\/(mapper\/)?/, "").split("/");
  if (kind === "lv" && lv !== undefined) return [`Failed to find logical volume "${vg}/${lv}"`];
  return notFound(vg);
}

const notFound = (name: string): string[] => [
  `Volume group "${name}" not found`,
  `Cannot process volume group ${name}`,
];

export const pvs = reporter("pv");
export const vgs = reporter("vg");
export const lvs = reporter("lv");

const CHANGE = `${COMMON} a: activate: addtag: deltag: setautoactivation: sysinit ignoreactivationskip K autobackup: monitor: refresh`;

/** vgchange: -ay/-an (also -aay), --addtag, --deltag, --setautoactivation. */
export const vgchange: Program = (call) => {
  const parsed = parse(call.args, CHANGE);
  if (parsed.unknown) return usage("vgchange", parsed.unknown);
  const view = look(call, parsed);
  const how = last(parsed, "a", "activate");
  const { vgs: wanted, errors } = chosen(view, parsed.rest);
  const answers = wanted.map((vg) => (how === undefined ? changeLabel(call, parsed, vg) : switchGroup(call, vg, how)));
  return {
    stdout: answers.map((each) => each.stdout).join(""),
    stderr: warn(view) + lines(errors.map((text) => `  ${text}`)) + answers.map((each) => each.stderr).join(""),
    exitCode: errors.length > 0 ? 5 : Math.max(0, ...answers.map((each) => each.exitCode)),
  };
};

function chosen(view: LvmView, wanted: readonly string[]): { vgs: readonly Vg[]; errors: string[] } {
  if (wanted.length === 0) return { vgs: view.vgs, errors: [] };
  const errors: string[] = [];
  const vgs = wanted.flatMap((word) => {
    if (word.startsWith("@")) return view.vgs.filter((vg) => vg.tags.includes(word.slice(1)));
    const found = view.vgs.filter((vg) => vg.name === word.replace(/^\/dev\//, ""));
    if (found.length === 0) errors.push(...notFound(word));
    return found;
  });
  return { vgs, errors };
}

function changeLabel({ machine }: Call, parsed: Parsed, vg: Vg): Answer {
  const adds = [...(parsed.options.get("addtag") ?? [])];
  const drops = parsed.options.get("deltag") ?? [];
  const auto = last(parsed, "setautoactivation");
  if (!vg.complete)
    return failed([
      `Cannot change VG ${vg.name} while PVs are missing.`,
      "See vgreduce --removemissing and vgextend --restoremissing.",
    ]);
  const isWritten = relabel(machine, vg, (label) => ({
    ...label,
    tags: [...new Set([...(label.tags ?? []), ...adds])].filter((tag) => !drops.includes(tag)),
    ...(auto === undefined ? {} : { autoactivation: auto === "y" }),
  }));
  if (!isWritten)
    return failed([`Error writing device ${vg.pvs[0]?.device} at 4096 length 512.`, `Failed to write VG ${vg.name}.`]);
  return say(`  Volume group "${vg.name}" successfully changed\n`);
}

function switchGroup({ machine }: Call, vg: Vg, how: string): Answer {
  const count = (n: number): string => `  ${n} logical volume(s) in volume group "${vg.name}" now active\n`;
  const volume = activeOf(machine, vg);
  if (how.endsWith("n")) {
    if (!volume || deactivate(machine, volume)) return say(count(0));
    return failed([
      `Logical volume ${vg.name}/${vg.lvName} contains a filesystem in use.`,
      `Can't deactivate volume group "${vg.name}" with 1 open logical volume(s)`,
    ]);
  }
  if (how === "ay" && !vg.autoactivation) return done;
  const problem = cannotActivate(machine, vg);
  if (problem) return { stdout: count(volume ? 1 : 0), stderr: `  ${problem}\n`, exitCode: 5 };
  activate(machine, vg);
  return say(count(1));
}

function cannotActivate(machine: Machine, vg: Vg): string | undefined {
  if (vg.duplicated) return `Cannot activate LVs in VG ${vg.name} while PVs appear on duplicate devices.`;
  if (vg.exported) return `Volume group "${vg.name}" is exported`;
  if (!vg.complete)
    return `Refusing activation of partial LV ${vg.name}/${vg.lvName}.  Use '--activationmode partial' to override.`;
  const other = machine.active.find((each) => each.vgName === vg.name && each.vgUuid !== vg.uuid);
  return other && `device-mapper: create ioctl on ${dmName(other)} failed: Device or resource busy`;
}

/** lvchange -ay/-an VG/LV, VG or /dev path. */
export const lvchange: Program = (call) => {
  const parsed = parse(call.args, CHANGE);
  if (parsed.unknown) return usage("lvchange", parsed.unknown);
  const view = look(call, parsed);
  const how = last(parsed, "a", "activate") ?? "y";
  for (const word of parsed.rest) {
    const vg = view.vgs.find((each) => named("lv", word, { vg: each, pv: undefined }, call.machine));
    if (!vg) return failed(missing("lv", word));
    const volume = activeOf(call.machine, vg);
    if (how.endsWith("n")) {
      if (volume && !deactivate(call.machine, volume))
        return failed([`Logical volume ${vg.name}/${vg.lvName} contains a filesystem in use.`]);
      continue;
    }
    const problem = cannotActivate(call.machine, vg);
    if (problem) return failed([problem]);
    activate(call.machine, vg);
  }
  return done;
};

/** vgimportclone: new name and UUIDs for a copy of a volume group. Facts recorded on LVM 2.03.16, messages of its source. */
export const vgimportclone: Program = (call) => {
  const { machine, run } = call;
  const parsed = parse(call.args, `${COMMON} n: basevgname: i import importdevices`);
  if (parsed.unknown) return usage("vgimportclone", parsed.unknown);
  const base = last(parsed, "n", "basevgname");
  const devices = parsed.rest.map((word) => canonical(machine, word));
  const lost = parsed.rest.find((_, i) => devices[i] === undefined);
  if (lost !== undefined) return failed([`Failed to find device ${lost}.`]);
  const usesFile = machine.knobs.devicesFile;
  const serials = devices.map((device) => serialAt(machine, device));
  const notice =
    has(parsed, "importdevices") && !usesFile ? "  Devices file not enabled, ignoring importdevices.\n" : "";
  if (usesFile && !has(parsed, "importdevices") && serials.some((serial) => !machine.devicesFile.has(serial)))
    return failed([`Failed to find device ${parsed.rest[0]}.`]);
  const view = lvmView(machine, run, { devices: parsed.rest });
  const vg = view.vgs[0];
  const blank = view.blank[0];
  if (blank !== undefined) return failed([`Failed to find PVID for device ${blank}.`, `Device ${blank} is not a PV.`]);
  if (!vg) return failed(["No PVs found on the devices being imported."]);
  if (view.vgs.length > 1) return failed(["Devices with different VG names or VG IDs are given."]);
  const problem = importProblem(machine, vg, has(parsed, "i", "import"));
  if (problem) return failed(problem);
  const everything = lvmView(machine, run, { ignoreDevicesFile: true });
  const taken = new Set(
    everything.vgs
      .filter(
        (each) =>
          each.uuid !== vg.uuid || !everything.pvs.some((pv) => vg.pvs.some((mine) => mine.device === pv.device)),
      )
      .map((each) => each.name),
  );
  if (base === vg.name && isOlder(machine.knobs.lvm, [2, 3, 19])) {
    // Before 2.03.19: waits for the lock of the group it holds itself, and every LVM command behind it.
    run.waitForever();
  }
  const name = freeName(base ?? `${vg.name}1`, vg.name, taken);
  if (!rename(machine, vg, name))
    return failed([
      `Error writing device ${vg.pvs[0]?.device} at 4096 length 512.`,
      "Failed to update VG on devices being imported.",
    ]);
  if (usesFile) for (const serial of serials) machine.devicesFile.add(serial);
  machine.touch();
  return { stdout: notice, stderr: "", exitCode: 0 };
};

function serialAt(machine: Machine, device: string | undefined): string {
  const map = machine.maps.find((each) => `/dev/mapper/${each.wwid}` === device);
  const disk = machine.disks.find((each) => `/dev/${each.name}` === device);
  return map?.serial ?? disk?.serial ?? "";
}

function importProblem(machine: Machine, vg: Vg, mayImport: boolean): string[] | undefined {
  const update = "Failed to update VG on devices being imported.";
  if (!vg.complete) {
    return [
      `WARNING: VG ${vg.name} is missing ${(vg.pvs[0]?.lvm.pvCount ?? 0) - vg.pvs.length} of ${vg.pvs[0]?.lvm.pvCount} PVs.`,
      `Cannot change VG ${vg.name} while PVs are missing.`,
      "See vgreduce --removemissing and vgextend --restoremissing.",
      `Failed to read VG ${vg.name} from devices being imported.`,
    ];
  }
  if (vg.exported && !mayImport) return [`VG ${vg.name} is exported, use --import.`, update];
  const held = vg.pvs.filter((pv) => isHeld(machine, pv.device));
  return held.length > 0
    ? [...held.map((pv) => `Device ${pv.device} has active LVs, deactivate first.`), update]
    : undefined;
}

function freeName(base: string, old: string, taken: ReadonlySet<string>): string {
  if (base !== old && !taken.has(base)) return base;
  let n = 1;
  while (taken.has(`${base}${n}`) || `${base}${n}` === old) n += 1;
  return `${base}${n}`;
}

function rename(machine: Machine, vg: Vg, name: string): boolean {
  const vgUuid = machine.freshLvmUuid();
  const lvUuid = machine.freshLvmUuid();
  return relabel(machine, vg, (label) => {
    const { exported: _, ...kept } = label;
    return { ...kept, vgName: name, vgUuid, lvUuid, pvUuid: machine.freshLvmUuid() };
  });
}

const isOlder = (a: readonly number[], b: readonly number[]): boolean => {
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== (b[i] ?? 0)) return (a[i] ?? 0) < (b[i] ?? 0);
  return false;
};

/** vgexport and vgimport. */
export const vgexport = exporter(true);
export const vgimport = exporter(false);
function exporter(exported: boolean): Program {
  return (call) => {
    const parsed = parse(call.args, COMMON);
    const { vgs: wanted, errors } = chosen(look(call, parsed), parsed.rest);
    if (errors.length > 0) return failed(errors);
    for (const vg of wanted) {
      if (activeOf(call.machine, vg)) return failed([`Volume group "${vg.name}" has active logical volumes`]);
      relabel(call.machine, vg, (label) => ({ ...label, exported }));
    }
    return say(
      lines(wanted.map((vg) => `  Volume group "${vg.name}" successfully ${exported ? "exported" : "imported"}`)),
    );
  };
}

/** pvscan [--cache]: the daemon's cache is always fresh here. */
export const pvscan: Program = (call) => {
  const parsed = parse(
    call.args,
    `${COMMON} cache listvg listlvs activate: checkcomplete vgonline udevoutput eventactivation`,
  );
  if (has(parsed, "cache")) return done;
  const view = look(call, parsed);
  return {
    stdout: lines(view.pvs.map((pv) => `  PV ${pv.device}   VG ${pv.lvm.vgName}   lvm2`)),
    stderr: warn(view),
    exitCode: 0,
  };
};

/** lvmdevices: list, --adddev, --deldev, --check, --update. */
export const lvmdevices: Program = ({ args, machine }) => {
  const parsed = parse(args, `${COMMON} adddev: deldev: addpvid: delpvid: check update delnotfound listids`);
  if (parsed.unknown) return usage("lvmdevices", parsed.unknown);
  if (!machine.knobs.devicesFile) return failed(["Devices file not enabled."]);
  const adding = last(parsed, "adddev");
  const dropping = last(parsed, "deldev");
  if (adding !== undefined) {
    const serial = serialAt(machine, canonical(machine, adding));
    if (serial === "") return failed([`Device not found: ${adding}`]);
    machine.devicesFile.add(serial);
    machine.touch();
    return done;
  }
  if (dropping !== undefined) {
    const gone = [...machine.devicesFile].find(
      (serial) =>
        dropping === `/dev/mapper/${wwidOf(serial)}` || serial === serialAt(machine, canonical(machine, dropping)),
    );
    if (gone === undefined) return failed([`Device not found in devices file: ${dropping}`]);
    machine.devicesFile.delete(gone);
    machine.touch();
    return done;
  }
  return say(lines(devicesFileLines(machine).map((line) => `  Device ${line}`)));
};

/** The entries of /etc/lvm/devices/system.devices. */
export function devicesFileLines(machine: Machine): string[] {
  return [...machine.devicesFile].map((serial) => {
    const map = machine.maps.find((each) => each.serial === serial);
    const wwid = wwidOf(serial);
    return map
      ? `/dev/mapper/${wwid} IDTYPE=mpath_uuid IDNAME=mpath-${wwid} DEVNAME=/dev/mapper/${wwid} PVID=none`
      : `/dev/mapper/${wwid} IDTYPE=mpath_uuid IDNAME=mpath-${wwid} DEVNAME=. PVID=none`;
  });
}

/** `lvm SUBCOMMAND …` */
export const lvm: Program = (call) => {
  const [name = "", ...args] = call.args;
  const programs: Readonly<Record<string, Program>> = {
    pvs,
    vgs,
    lvs,
    vgchange,
    lvchange,
    vgimportclone,
    vgexport,
    vgimport,
    pvscan,
    lvmdevices,
  };
  if (name === "version")
    return say(
      `  LVM version:     ${call.machine.knobs.lvm.map((n, i) => (i === 1 ? String(n).padStart(2, "0") : n)).join(".")}(2)\n`,
    );
  const program = programs[name];
  return program ? program({ ...call, args }) : complain(`  No such command '${name}'.  Try 'help'.\n`, 2);
};
