import { has, parse } from "../args.js";
import { type Answer, type Call, complain, done, lines, type Program, say } from "../command.js";
import { dmName } from "../devices.js";
import { detach } from "./mounts.js";

/** systemctl is-active/start/stop/restart/enable/disable/daemon-reload/show. */
export const systemctl: Program = ({ args, machine }) => {
  const parsed = parse(args, "q quiet now no-block p: property: value all a type: t: state: failed");
  const [verb, ...units] = parsed.rest;
  if (units[0]?.endsWith(".timer")) return timer(machine, verb ?? "", units[0].slice(0, -".timer".length));
  const names = units.map((unit) => unit.replace(/\.service$/, ""));
  switch (verb) {
    case "is-active": {
      const states = names.map((name) => (machine.services.get(name) ? "active" : "inactive"));
      return {
        stdout: has(parsed, "q", "quiet") ? "" : lines(states),
        stderr: "",
        exitCode: states.every((state) => state === "active") ? 0 : 3,
      };
    }
    case "is-enabled":
      return say(
        lines(names.map((name) => (machine.enabledUnits.has(name) ? "enabled" : "disabled"))),
        names.every((name) => machine.enabledUnits.has(name)) ? 0 : 1,
      );
    case "start":
    case "restart":
    case "stop":
    case "enable":
    case "disable":
      return switchUnits(verb, names, has(parsed, "now"), machine);
    default:
      return done;
  }
};

function timer(machine: Call["machine"], verb: string, unit: string): Answer {
  const at = machine.timers.findIndex((each) => each.unit === unit);
  if (verb === "is-active") return say(at < 0 ? "inactive\n" : "active\n", at < 0 ? 3 : 0);
  if (verb !== "stop") return complain(`Unknown command verb ${verb} for a timer.\n`, 1);
  if (at < 0) return complain(`Failed to stop ${unit}.timer: Unit ${unit}.timer not loaded.\n`, 5);
  machine.timers.splice(at, 1);
  return done;
}

function switchUnits(
  verb: string,
  names: readonly string[],
  now: boolean,
  { services, enabledUnits }: Call["machine"],
): Answer {
  const missing = names.find((name) => !services.has(name));
  if (missing !== undefined && verb !== "disable")
    return complain(`Failed to ${verb} ${missing}.service: Unit ${missing}.service not found.\n`, 5);
  for (const name of names) {
    if (verb === "enable") enabledUnits.add(name);
    if (verb === "disable") enabledUnits.delete(name);
    if (verb === "start" || verb === "restart" || (verb === "enable" && now)) services.set(name, true);
    if (verb === "stop" || (verb === "disable" && now)) services.set(name, false);
  }
  return done;
}

/** Pacemaker: `pcs resource disable|enable GROUP [--wait[=n]]`, `pcs status`, `pcs resource`. A disabled group closes its files. */
export const pcs: Program = ({ args, machine, run }) => {
  const words = args.filter((arg) => !arg.startsWith("--"));
  const [noun, verb, name] = words;
  if (machine.host.pacemaker === undefined) return complain("Error: unable to get cib\n", 1);
  if (noun === "status" || (noun === "resource" && (verb === undefined || verb === "status")))
    return say(status(machine));
  if (noun !== "resource" || name === undefined) return complain("Usage: pcs resource [commands]...\n", 1);
  const resource = machine.resources.find((each) => each.name === name);
  if (!resource) return complain(`Error: bundle/clone/group/resource/tag '${name}' does not exist\n`, 1);
  if (args.some((arg) => arg.startsWith("--wait"))) run.elapse(3000);
  resource.enabled = verb === "enable";
  if (verb === "disable") {
    const { openFiles } = resource.node;
    openFiles.splice(0, Infinity, ...openFiles.filter((file) => !file.ofResource));
  }
  machine.touch();
  return done;
};

function status(machine: Call["machine"]): string {
  const { resources } = machine;
  const rows = resources.flatMap((each) => [
    `  * Resource Group: ${each.name}:`,
    `    * ${each.name}_app\t(ocf::heartbeat:anything):\t ${each.enabled ? `Started ${each.node.host.name}` : "Stopped (disabled)"}`,
  ]);
  return lines([
    "Cluster name: epicprd",
    "Full List of Resources:",
    ...rows,
    "",
    "Daemon Status:",
    "  corosync: active/enabled",
    "  pacemaker: active/enabled",
    "  pcsd: active/enabled",
  ]);
}

/** udevadm settle/trigger/info: nothing is ever pending here. */
export const udevadm: Program = () => done;

export const logger: Program = ({ args, machine }) => {
  machine.journal.push(parse(args, "t: tag: p: priority: s i").rest.join(" "));
  return done;
};

export const dmesg: Program = ({ machine, run }) =>
  say(lines(machine.journal.map((text) => `[${((run.now() / 1000) % 100_000).toFixed(6).padStart(12)}] ${text}`)));

export const id: Program = ({ args }) => {
  if (args.includes("-u") || args.includes("-g"))
    return say(args.includes("-n") || args.includes("-un") ? "root\n" : "0\n");
  return say(args.includes("-un") ? "root\n" : "uid=0(root) gid=0(root) groups=0(root)\n");
};

export const uname: Program = ({ args, machine }) => {
  const values: Record<string, string> = {
    "-r": "5.14.0-503.11.1.el9_5.x86_64",
    "-n": machine.host.name,
    "-m": "x86_64",
    "-s": "Linux",
  };
  return say(`${values[args[0] ?? "-s"] ?? `Linux ${machine.host.name} 5.14.0-503.11.1.el9_5.x86_64`}\n`);
};

export const hostname: Program = ({ machine }) => say(`${machine.host.name}\n`);

/** What a machine does on power-off without asking anyone. */
export function dropMounts(machine: Call["machine"]): void {
  for (const mount of [...machine.mounts])
    if (machine.active.some((each) => dmName(each) === mount.dm)) detach(machine, mount, undefined);
}
