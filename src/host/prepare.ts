import { z } from "zod";
import { defineChange, defineRead } from "./define.js";
import { prepareText, readyText, unprepareText } from "./scripts/prepare.js";
import type { HostReader, Settled } from "./types.js";
import { portal, tag, target } from "./words.js";

const prepareInput = z.object({
  /** `sluice_<run>`: names the record on the host of what was changed. */
  tag,
  /** The iSCSI name the configuration gives this host. */
  initiator: target,
  /** Every target it is to sign in to, at each of its portals. */
  targets: z
    .array(z.object({ target, portals: z.array(portal).min(1).max(8) }))
    .min(1)
    .max(4),
});
export type PrepareInput = z.infer<typeof prepareInput>;

const prepareFacts = z.object({ boot: z.string(), os: z.string(), portals: z.number() });
const readyFacts = z.object({
  boot: z.string(),
  os: z.enum(["rhel", "debian", "other"]),
  /** The name it signs in with; empty when it has none. */
  initiator: z.string(),
  /** Packages. */
  missing: z.array(z.string()),
  /** Units that are not enabled, or do not run. */
  units: z.array(z.string()),
  /** `key=value` that iscsid.conf does not say. */
  settings: z.array(z.string()),
  /** Portals without a session. */
  portals: z.array(z.string()),
  /** multipath's drop-in: as it is to be, an older one of ours, or somebody else's. */
  dropIn: z.enum(["absent", "same", "ours", "foreign"]),
  /** Is there a multipath.conf, without which multipathd does not start? */
  conf: z.boolean(),
  devicesFile: z.boolean(),
  /** A multipath device of another maker; empty when there is none. */
  others: z.string(),
  record: z.enum(["none", "begun", "ready", "back"]),
});
export type ReadyFacts = z.infer<typeof readyFacts>;

const env = ({ tag: of, initiator, targets }: PrepareInput): Record<`SLUICE_${string}`, string> => ({
  SLUICE_TAG: of,
  SLUICE_INITIATOR: initiator,
  SLUICE_TARGETS: targets.map((each) => `${each.target}=${each.portals.join(",")}`).join(" "),
});

/** What a host lacks to be given LUNs over iSCSI. */
export const ready = defineRead<PrepareInput, ReadyFacts>({
  name: "ready",
  text: readyText,
  input: prepareInput,
  facts: readyFacts,
  timeoutMs: 5 * 60_000,
  env,
});

/** Is there nothing left to do? */
export const isReady = (seen: ReadyFacts): boolean =>
  seen.os !== "other" &&
  seen.dropIn === "same" &&
  seen.conf &&
  [seen.missing, seen.units, seen.settings, seen.portals].every((each) => each.length === 0);

async function lookPrepared(on: HostReader, input: PrepareInput): Promise<Settled<z.infer<typeof prepareFacts>>> {
  const seen = await ready.ask(on, input);
  if (seen.record !== "ready" || !isReady(seen)) return { found: "absent" };
  const portals = input.targets.reduce((sum, each) => sum + each.portals.length, 0);
  return { found: "done", output: { boot: seen.boot, os: seen.os, portals } };
}

/** Packages, iSCSI and multipath settings, services, and sessions at every portal. Restarts nothing. */
export const prepare = defineChange<PrepareInput, z.infer<typeof prepareFacts>>({
  name: "prepare",
  text: prepareText,
  input: prepareInput,
  output: prepareFacts,
  timeoutMs: 45 * 60_000,
  env,
  look: lookPrepared,
});

const backFacts = z.object({ boot: z.string() });

/** Puts settings, services and sessions back as they were; packages stay. */
export const unprepare = defineChange<PrepareInput, z.infer<typeof backFacts>>({
  name: "unprepare",
  text: unprepareText,
  input: prepareInput,
  output: backFacts,
  timeoutMs: 15 * 60_000,
  env,
  look: async (on, input) => {
    const seen = await ready.ask(on, input);
    return seen.record === "none" || seen.record === "back"
      ? { found: "done", output: { boot: seen.boot } }
      : { found: "absent" };
  },
});
