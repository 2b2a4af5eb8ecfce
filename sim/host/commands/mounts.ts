import { has, last, parse } from "../args.js";
import { complain, done, lines, type Program, say } from "../command.js";
import { canonical, dmName } from "../devices.js";
import { readFs, writeFs } from "../lvm.js";
import type { ActiveVolume, Machine, Mount } from "../machine.js";
import type { Run } from "../run.js";
import { utilLinuxJson } from "../sizes.js";

const DMESG = "       dmesg(1) may have more information after failed mount system call.\n";
const KERNEL_OPTIONS = ["attr2", "inode64", "logbufs=8", "logbsize=32k", "noquota"];
/** Options of mount(8) that the kernel never shows. */
const UNSEEN = new Set([
  "defaults",
  "rw",
  "ro",
  "auto",
  "noauto",
  "nofail",
  "_netdev",
  "user",
  "nouser",
  "async",
  "suid",
  "dev",
  "exec",
]);

export const volumeOf = (machine: Machine, device: string | undefined): ActiveVolume | undefined =>
  machine.active.find((volume) => `/dev/mapper/${dmName(volume)}` === device);

export const mountAt = (machine: Machine, path: string): Mount | undefined =>
  machine.mounts.findLast((each) => each.mountPoint === path);

const strip = (path: string): string => (path.length > 1 ? path.replace(/\/+$/, "") : path);

/** mount -t xfs -o … DEVICE DIRECTORY */
export const mount: Program = async (call) => {
  const { machine, run } = call;
  const parsed = parse(
    call.args,
    "t: types: o: options: r read-only w rw a all v verbose n no-mtab L: U: bind make-private f fake",
  );
  const [source, at] = parsed.rest;
  if (source === undefined)
    return say(
      lines(
        machine.mounts.map((each) => `/dev/mapper/${each.dm} on ${each.mountPoint} type xfs (${shownOptions(each)})`),
      ),
    );
  if (at === undefined) return complain(`mount: ${source}: can't find in /etc/fstab.\n`, 1);
  const target = strip(at);
  const options = (parsed.options.get("o") ?? parsed.options.get("options") ?? []).flatMap((each) => each.split(","));
  if (!(await call.files.isDirectory(target)))
    return complain(`mount: ${target}: mount point does not exist.\n${DMESG}`, 32);
  const device = canonical(machine, source);
  const volume = volumeOf(machine, device);
  if (device === undefined) return complain(`mount: ${target}: special device ${source} does not exist.\n${DMESG}`, 32);
  const bad = complain(
    `mount: ${target}: wrong fs type, bad option, bad superblock on ${device}, missing codepage or helper program, or other error.\n${DMESG}`,
    32,
  );
  if (!volume) return bad;
  if (mountAt(machine, target)?.dm === dmName(volume)) {
    return complain(`mount: ${target}: ${device} already mounted on ${target}.\n${DMESG}`, 32);
  }
  const at0 = readFs(machine, volume, run);
  if (at0 === "error") return complain(`mount: ${target}: can't read superblock on ${device}.\n${DMESG}`, 32);
  const type = last(parsed, "t", "types") ?? "xfs";
  if (!at0.fs || (type !== "xfs" && type !== "auto")) return bad;
  const { uuid } = at0.fs;
  if (!options.includes("nouuid") && machine.mounts.some((each) => each.uuid === uuid && each.dm !== dmName(volume))) {
    machine.journal.push(`XFS (dm-${volume.minor}): Filesystem has duplicate UUID ${uuid} - can't mount`);
    return bad;
  }
  const asked = options.includes("ro") || has(parsed, "r", "read-only");
  if (at0.readOnly && at0.fs.dirty && !options.includes("norecovery")) {
    machine.journal.push(`XFS (dm-${volume.minor}): write access unavailable, cannot proceed.`);
    return complain(`mount: ${target}: cannot mount ${device} read-only.\n${DMESG}`, 32);
  }
  const readOnly = asked || at0.readOnly;
  if (!readOnly) writeFs(machine, at0.serial, (fs) => ({ ...fs, dirty: true }), false);
  machine.mounts.push({
    mountPoint: target,
    dm: dmName(volume),
    uuid,
    options: options.filter((each) => !UNSEEN.has(each) && each !== ""),
    readOnly,
    frozen: false,
  });
  machine.touch();
  return {
    stdout: "",
    stderr: !asked && readOnly ? `mount: ${target}: WARNING: source write-protected, mounted read-only.\n` : "",
    exitCode: 0,
  };
};

export function shownOptions(each: Mount): string {
  const asked = each.options;
  const time = asked.some((option) => option === "noatime" || option === "relatime") ? [] : ["relatime"];
  return [
    each.readOnly ? "ro" : "rw",
    ...time,
    ...asked.filter((option) => option !== "nouuid"),
    ...(asked.includes("nouuid") ? ["nouuid"] : []),
    ...KERNEL_OPTIONS,
  ].join(",");
}

export const usersOf = (machine: Machine, mountPoint: string) =>
  machine.openFiles.filter((file) => file.path === mountPoint || file.path.startsWith(`${mountPoint}/`));

/** umount [-l] PATH|DEVICE…: writes the log back (a hung device swallows the script). */
export const umount: Program = async (call) => {
  const { machine, run } = call;
  const parsed = parse(call.args, "l lazy f force v verbose q quiet a A t: types: R recursive n c d");
  for (const word of parsed.rest) {
    const path = strip(word);
    const device = canonical(machine, path);
    const found = mountAt(machine, path) ?? machine.mounts.findLast((each) => `/dev/mapper/${each.dm}` === device);
    if (!found)
      return complain(
        (await call.files.exists(path))
          ? `umount: ${path}: not mounted.\n`
          : `umount: ${path}: no mount point specified.\n`,
        32,
      );
    if (!has(parsed, "l", "lazy") && usersOf(machine, found.mountPoint).length > 0)
      return complain(`umount: ${path}: target is busy.\n`, 32);
    detach(machine, found, run);
  }
  return done;
};

export function detach(machine: Machine, found: Mount, run: Run | undefined): void {
  const volume = machine.active.find((each) => dmName(each) === found.dm);
  const at = volume && readFs(machine, volume, run);
  if (at && at !== "error" && !found.readOnly) writeFs(machine, at.serial, ({ dirty: _, ...fs }) => fs, false);
  machine.mounts.splice(machine.mounts.indexOf(found), 1);
  machine.touch();
}

const findmntFields: Readonly<Record<string, (each: Mount) => string>> = {
  TARGET: (each) => each.mountPoint,
  SOURCE: (each) => `/dev/mapper/${each.dm}`,
  FSTYPE: () => "xfs",
  OPTIONS: shownOptions,
  UUID: (each) => each.uuid,
  LABEL: () => "",
};

/** findmnt [-n] [-J] [-o …] [--mountpoint] TARGET|SOURCE, -S, -T, -t. Only what this room mounts is listed. */
export const findmnt: Program = ({ args, machine }) => {
  const parsed = parse(
    args,
    "n noheadings o: output: J json S: source: T: target: M: mountpoint: t: types: l list r raw f first-only P pairs D s F k kernel R submounts v a A e b m U notruncate p c C d i N u w x E G H",
  );
  const columns = (last(parsed, "o", "output") ?? "TARGET,SOURCE,FSTYPE,OPTIONS")
    .split(",")
    .map((name) => name.toUpperCase());
  const unknown = columns.find((name) => !(name in findmntFields));
  if (unknown) return complain(`findmnt: unknown column: ${unknown}\n`, 1);
  let found = [...machine.mounts];
  const point = last(parsed, "M", "mountpoint");
  const inside = last(parsed, "T", "target");
  const source = last(parsed, "S", "source");
  const bySource = (name: string) => (each: Mount) => `/dev/mapper/${each.dm}` === canonical(machine, name);
  if (point !== undefined) found = found.filter((each) => each.mountPoint === strip(point));
  if (inside !== undefined)
    found = found.filter((each) => inside === each.mountPoint || inside.startsWith(`${each.mountPoint}/`));
  if (source !== undefined) found = found.filter(bySource(source));
  const [word, second] = parsed.rest;
  if (word !== undefined) found = found.filter((each) => each.mountPoint === strip(word) || bySource(word)(each));
  if (second !== undefined) found = found.filter((each) => each.mountPoint === strip(second));
  const types = last(parsed, "t", "types");
  if (types !== undefined) found = found.filter(() => types.split(",").includes("xfs"));
  if (found.length === 0) return complain("", 1);
  const cells = found.map((each) => columns.map((name) => findmntFields[name]?.(each) ?? ""));
  if (has(parsed, "J", "json")) return say(json(columns, cells));
  const heads = has(parsed, "n", "noheadings") ? [] : [columns];
  const isRaw = has(parsed, "r", "raw");
  const widths = columns.map((_, i) => Math.max(...[columns, ...cells].map((row) => row[i]?.length ?? 0)));
  return say(
    lines(
      [...heads, ...cells].map((row) =>
        row.map((cell, i) => (i === row.length - 1 || isRaw ? cell : cell.padEnd(widths[i] ?? 0))).join(" "),
      ),
    ),
  );
};

function json(columns: readonly string[], cells: readonly (readonly string[])[]): string {
  const filesystems = cells.map((row) =>
    Object.fromEntries(row.map((cell, i) => [columns[i]?.toLowerCase() ?? "", cell])),
  );
  return utilLinuxJson({ filesystems });
}

/** mountpoint [-q] PATH: seen on util-linux 2.38: 32 when it is a directory without a mount, 1 when there is none. */
export const mountpoint: Program = async (call) => {
  const parsed = parse(call.args, "q quiet d fs-devno x devno nofollow");
  const path = strip(parsed.rest[0] ?? "");
  const isQuiet = has(parsed, "q", "quiet");
  if (!(await call.files.exists(path)))
    return complain(isQuiet ? "" : `mountpoint: ${path}: No such file or directory\n`, 1);
  const isMounted = path === "/" || mountAt(call.machine, path) !== undefined;
  return say(isQuiet ? "" : `${path} is ${isMounted ? "" : "not "}a mountpoint\n`, isMounted ? 0 : 32);
};

/** fuser -m / -vm / -Mm PATH. Process ids go to stdout, everything else to stderr, as psmisc does. */
export const fuser: Program = async (call) => {
  const { machine } = call;
  const parsed = parse(call.args, "m mount M ismountpoint v verbose s silent k kill a u i w n: c");
  const path = strip(parsed.rest[0] ?? "");
  const found =
    mountAt(machine, path) ?? machine.mounts.find((each) => `/dev/mapper/${each.dm}` === canonical(machine, path));
  if (has(parsed, "M", "ismountpoint") && !found) {
    return complain(
      `${(await call.files.exists(path)) ? "" : `Specified filename ${path} does not exist.\n`}Specified filename ${path} is not a mountpoint.\n`,
      1,
    );
  }
  if (!found && !(await call.files.exists(path))) return complain(`Specified filename ${path} does not exist.\n`, 1);
  const users = found ? usersOf(machine, found.mountPoint) : [];
  const pids = users.map((each) => String(each.pid).padStart(6)).join("");
  if (has(parsed, "s", "silent")) return complain("", users.length > 0 ? 0 : 1);
  if (!has(parsed, "v", "verbose"))
    return users.length === 0
      ? complain("", 1)
      : { stdout: pids, stderr: `${`${path}:`.padEnd(20)}${"c".repeat(users.length)}\n`, exitCode: 0 };
  const rows = [
    ...(found ? [{ user: "root", pid: "kernel", access: "mount", command: found.mountPoint }] : []),
    ...users.map((each) => ({ user: each.user, pid: String(each.pid), access: "F.c..", command: each.command })),
  ];
  return {
    stdout: `${found ? "kernel" : ""}${pids}`,
    stderr:
      rows.length === 0
        ? ""
        : `${" ".repeat(21)}USER        PID ACCESS COMMAND\n${rows.map((row, i) => `${(i === 0 ? `${path}:` : "").padEnd(21)}${row.user.padEnd(9)} ${row.access} ${row.command}\n`).join("")}`,
    exitCode: rows.length === 0 ? 1 : 0,
  };
};

/** lsof [+f --] PATH, -t: who has files open below a mount point. */
export const lsof: Program = ({ args, machine }) => {
  const path = strip(args.filter((arg) => arg.startsWith("/")).at(-1) ?? "");
  const users = usersOf(machine, path);
  if (users.length === 0) return complain("", 1);
  if (args.includes("-t")) return say(lines(users.map((each) => String(each.pid))));
  const rows = users.map(
    (each) =>
      `${each.command.padEnd(9)} ${String(each.pid).padStart(5)} ${each.user.padStart(8)} cwd    REG  253,0     4096  128 ${each.path}`,
  );
  return say(lines(["COMMAND     PID     USER   FD   TYPE DEVICE SIZE/OFF NODE NAME", ...rows]));
};

/** xfs_freeze -f|-u and fsfreeze. */
export const xfsFreeze: Program = ({ args, machine }) => {
  const parsed = parse(args, "f freeze u unfreeze");
  const path = strip(parsed.rest[0] ?? "");
  const found = mountAt(machine, path);
  if (!found) return complain(`${path}: No such file or directory\n`, 1);
  const freeze = has(parsed, "f", "freeze");
  if (freeze && found.frozen)
    return complain(`xfs_freeze: cannot freeze filesystem at ${path}: Device or resource busy\n`, 1);
  if (!freeze && !found.frozen)
    return complain(`xfs_freeze: cannot unfreeze filesystem mounted at ${path}: Invalid argument\n`, 1);
  found.frozen = freeze;
  return done;
};

/** xfs_admin -u, -l, -lu, -U generate|UUID. On a dirty log it prints an error and ends with 0: recorded. */
export const xfsAdmin: Program = (call) => {
  const { machine, run } = call;
  const parsed = parse(call.args, "u l U: L:");
  const name = parsed.rest[0] ?? "";
  const device = canonical(machine, name);
  const volume = volumeOf(machine, device);
  if (!volume)
    return complain(`${name}: No such file or directory\n\nfatal error -- couldn't initialize XFS library\n`, 1);
  const at = readFs(machine, volume, run);
  if (at === "error" || !at.fs)
    return complain(`xfs_admin: ${name} is not a valid XFS filesystem (unexpected SB magic number 0x00000000)\n`, 1);
  const asked = last(parsed, "U");
  if (asked === undefined)
    return say(
      `${has(parsed, "l") ? `label = "${at.fs.label}"\n` : ""}${has(parsed, "u") ? `UUID = ${at.fs.uuid}\n` : ""}`,
    );
  if (machine.mounts.some((each) => each.dm === dmName(volume))) {
    return complain(
      `xfs_admin: ${name} contains a mounted filesystem\n\nfatal error -- couldn't initialize XFS library\n`,
      1,
    );
  }
  if (at.fs.dirty) return say(DIRTY);
  const uuid = asked === "generate" ? machine.freshUuid() : asked;
  if (at.readOnly || !writeFs(machine, at.serial, (fs) => ({ ...fs, uuid }), false))
    return complain(`xfs_admin: ${name}: cannot write\n`, 1);
  return say(`Clearing log and setting UUID\nwriting all SBs\nnew UUID = ${uuid}\n`);
};

const DIRTY = lines([
  "ERROR: The filesystem has valuable metadata changes in a log which needs to",
  "be replayed.  Mount the filesystem to replay the log, and unmount it before",
  "re-running xfs_admin.  If you are unable to mount the filesystem, then use",
  "the xfs_repair -L option to destroy the log and attempt a repair.",
  "Note that destroying the log may cause corruption -- please attempt a mount",
  "of the filesystem before doing this.",
]);
