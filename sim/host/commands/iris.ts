import { type Answer, complain, done, type Program, say } from "../command.js";
import type { Machine } from "../machine.js";

const SUCCESS = 5;
const FAILURE = 3;
const GIVEN = /^##class\(Backup\.General\)\.(ExternalFreeze|ExternalThaw|IsWDSuspendedExt)\((.*)\)$/;
/** Positions in ExternalFreeze's arguments, counted from 0. */
const SUSPEND_LIMIT = 9;

/** A clustered instance runs where its group is started; any other where `iris start` was said. */
function isUp(machine: Machine, instance: string): boolean {
  if (machine.host.iris?.instance !== instance) return machine.services.get(`iris-${instance}`) ?? false;
  const { pacemaker } = machine.host;
  if (!pacemaker) return machine.services.get(`iris-${instance}`) ?? true;
  return machine.resources.some((each) => each.name === pacemaker.group && each.enabled && each.node === machine);
}

/** Is the write daemon of that instance suspended at this moment? */
export const isSuspended = (machine: Machine, instance: string, now: number): boolean =>
  (machine.suspended.get(instance) ?? 0) > now;

/**
 * InterSystems IRIS' control program: list, start, stop, freeze, thaw, and `session INSTANCE -U%SYS "##class(Backup.General).…"`, whose exit code is the
 * class method's: 5 yes or done, 3 no or failed.
 */
export const iris: Program = ({ args, machine, run }) => {
  const [verb, instance = "EPIC"] = args;
  switch (verb) {
    case "list":
      return say(`Configuration '${instance}'\n\tstatus:       ${isUp(machine, instance) ? "running" : "down"}\n`);
    case "start":
      machine.services.set(`iris-${instance}`, true);
      return say(`Starting ${instance}\n`);
    case "stop":
      machine.services.set(`iris-${instance}`, false);
      machine.suspended.delete(instance);
      return say(`Shutting down ${instance}\n`);
    case "freeze":
    case "thaw":
      if (!isUp(machine, instance)) return complain(`Instance ${instance} is not running\n`, 1);
      if (verb === "freeze") machine.suspended.set(instance, run.now() + 600_000);
      else machine.suspended.delete(instance);
      return done;
    case "session":
      return session(machine, instance, args.at(-1) ?? "", run.now());
    default:
      return complain(`Unknown command: ${verb}\n`, 1);
  }
};

function session(machine: Machine, instance: string, code: string, now: number): Answer {
  if (!isUp(machine, instance)) return complain(`Sign-on inhibited: IRIS instance ${instance} is not running\n`, 1);
  const [, method, given = ""] = GIVEN.exec(code) ?? [];
  const suspended = isSuspended(machine, instance, now);
  switch (method) {
    case "IsWDSuspendedExt":
      return say("", suspended ? SUCCESS : FAILURE);
    case "ExternalFreeze": {
      if (suspended) return say("", FAILURE);
      const limit = Number((given.split(",")[SUSPEND_LIMIT] ?? "").replace(/"/g, ""));
      machine.suspended.set(instance, limit > 0 ? now + limit * 1000 : Infinity);
      return say("", SUCCESS);
    }
    case "ExternalThaw":
      machine.suspended.delete(instance);
      return say("", SUCCESS);
    default:
      return complain(`<SYNTAX> ${code}\n`, 1);
  }
}
