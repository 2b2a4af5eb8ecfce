import { type Answer, type Call, complain, lines, type Program, say } from "../command.js";
import type { Machine } from "../machine.js";

/** What a package brings: its version as rpm and dpkg print it, and units, each started and enabled by its installation or not. */
interface Package {
  readonly version: string;
  readonly units: readonly { readonly name: string; readonly on: boolean }[];
  /** Programs that are not there without it. */
  readonly programs: readonly string[];
}

const off = (name: string) => ({ name, on: false });
const on = (name: string) => ({ name, on: true });

/** Red Hat leaves units off when it installs them; Debian starts them. */
const RHEL: Readonly<Record<string, Package>> = {
  "iscsi-initiator-utils": { version: "6.2.1.9-1.el9", units: [off("iscsid"), off("iscsi")], programs: ["iscsiadm"] },
  "device-mapper-multipath": {
    version: "0.8.7-32.el9",
    units: [off("multipathd")],
    programs: ["multipath", "multipathd"],
  },
  lvm2: { version: "2.03.24-2.el9", units: [], programs: ["pvs", "vgs", "lvs", "lvm"] },
  xfsprogs: { version: "6.4.0-4.el9", units: [], programs: ["xfs_admin", "mkfs.xfs"] },
  psmisc: { version: "23.4-3.el9", units: [], programs: ["fuser"] },
};
const DEBIAN: Readonly<Record<string, Package>> = {
  "open-iscsi": { version: "2.1.8-1", units: [on("iscsid"), on("open-iscsi")], programs: ["iscsiadm"] },
  "multipath-tools": { version: "0.9.4-3+deb12u1", units: [on("multipathd")], programs: ["multipath", "multipathd"] },
  lvm2: { version: "2.03.16-2", units: [], programs: ["pvs", "vgs", "lvs", "lvm"] },
  xfsprogs: { version: "6.1.0-1", units: [], programs: ["xfs_admin", "mkfs.xfs"] },
  psmisc: { version: "23.6-1", units: [], programs: ["fuser"] },
};

export const catalogue = (machine: Machine): Readonly<Record<string, Package>> =>
  machine.knobs.os === "debian" ? DEBIAN : RHEL;

/** Is the program there, as far as packages decide? */
export const isInstalled = (machine: Machine, program: string): boolean => {
  const owner = Object.entries(catalogue(machine)).find(([, each]) => each.programs.includes(program))?.[0];
  return owner === undefined || machine.packages.has(owner);
};

function install(machine: Machine, names: readonly string[]): string | undefined {
  const missing = names.find((name) => !(name in catalogue(machine)));
  if (missing !== undefined) return missing;
  for (const name of names) {
    if (machine.packages.has(name)) continue;
    machine.packages.add(name);
    for (const unit of catalogue(machine)[name]?.units ?? []) {
      machine.services.set(unit.name, unit.on);
      if (unit.on) machine.enabledUnits.add(unit.name);
    }
  }
  machine.touch();
  return undefined;
}

/** rpm -q NAME… */
export const rpm: Program = ({ args, machine }) => {
  const names = args.filter((arg) => !arg.startsWith("-"));
  const known = names.map((name) => machine.packages.has(name));
  return say(
    lines(
      names.map((name, i) =>
        known[i] ? `${name}-${catalogue(machine)[name]?.version}.x86_64` : `package ${name} is not installed`,
      ),
    ),
    known.filter((each) => !each).length,
  );
};

/** dpkg-query -W -f=… NAME…, as far as ${Status} is asked for. */
export const dpkgQuery: Program = ({ args, machine }) => {
  const names = args.filter((arg) => !arg.startsWith("-"));
  const missing = names.filter((name) => !machine.packages.has(name));
  return {
    stdout: names
      .filter((name) => machine.packages.has(name))
      .map(() => "install ok installed\n")
      .join(""),
    stderr: lines(missing.map((name) => `dpkg-query: no packages found matching ${name}`)),
    exitCode: missing.length > 0 ? 1 : 0,
  };
};

const installing = ({ args, machine, run }: Call): { missing: string | undefined; names: readonly string[] } => {
  const [, ...names] = args.filter((arg) => !arg.startsWith("-") && !arg.includes("::"));
  run.elapse(4_000 * names.length);
  return { missing: install(machine, names), names };
};

/** dnf -y install NAME… */
export const dnf: Program = (call): Answer => {
  const { missing, names } = installing(call);
  if (missing !== undefined)
    return complain(`No match for argument: ${missing}\nError: Unable to find a match: ${missing}\n`, 1);
  return say(lines(["Dependencies resolved.", `Installed: ${names.join(" ")}`, "Complete!"]));
};

/** apt-get -y install NAME…; update */
export const aptGet: Program = (call): Answer => {
  if (call.args.includes("update")) return say("Reading package lists...\n");
  const { missing, names } = installing(call);
  if (missing !== undefined) return complain(`E: Unable to locate package ${missing}\n`, 100);
  return say(lines(names.map((name) => `Setting up ${name} (${catalogue(call.machine)[name]?.version}) ...`)));
};
