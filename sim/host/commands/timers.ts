import { last, parse } from "../args.js";
import { complain, lines, type Program } from "../command.js";

const SPANS: Readonly<Record<string, number>> = { "": 1, s: 1, sec: 1, min: 60, m: 60, h: 3600 };

/** Seconds of systemd's time span, as far as scripts write them: "120", "120s", "2min". */
function seconds(text: string | undefined): number | undefined {
  const match = /^(\d+)\s*([a-z]*)$/.exec(text ?? "");
  const unit = SPANS[match?.[2] ?? ""];
  return match && unit !== undefined ? Number(match[1]) * unit : undefined;
}

/** systemd-run --on-active=… --unit=NAME COMMAND…: a transient timer. It goes when it has fired, and at a reboot. */
export const systemdRun: Program = ({ args, machine, run }) => {
  const at = args.findIndex((arg) => !arg.startsWith("-"));
  const words = at < 0 ? [] : args.slice(at);
  const parsed = parse(
    at < 0 ? args : args.slice(0, at),
    "on-active: unit: timer-property: property: quiet collect description:",
  );
  if (parsed.unknown) return complain(`systemd-run: unrecognized option '${parsed.unknown}'\n`, 1);
  const delay = seconds(last(parsed, "on-active"));
  const unit = last(parsed, "unit")?.replace(/\.(timer|service)$/, "");
  if (delay === undefined || unit === undefined || words.length === 0)
    return complain("Failed to parse timer value\n", 1);
  if (machine.timers.some((each) => each.unit === unit))
    return complain(
      `Failed to start transient timer unit: Unit ${unit}.timer was already loaded or has a fragment file.\n`,
      1,
    );
  machine.timers.push({ unit, at: run.now() + delay * 1000, words });
  const told = lines([`Running timer as unit: ${unit}.timer`, `Will run service as unit: ${unit}.service`]);
  return { stdout: "", stderr: parsed.options.has("quiet") ? "" : told, exitCode: 0 };
};
