import { z } from "zod";
import { defineChange, defineRead } from "./define.js";
import { freezeText, frozenText, thawText } from "./scripts/freeze.js";
import type { HostReader, Settled } from "./types.js";
import { hook, mountPath, tag } from "./words.js";

/** How an application is made to hold still for a snapshot. From the configuration. */
const way = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("iris"),
    instance: z.string().regex(/^[A-Za-z0-9_-]{1,32}$/),
    /** The account that owns the instance. */
    user: z.string().regex(/^[a-z_][a-z0-9_-]{0,31}$/),
  }),
  z.object({
    kind: z.literal("command"),
    freeze: hook,
    thaw: hook,
    /** Exits 0 while it is frozen. Without it, the timer that has not fired is all that tells. */
    check: hook.optional(),
  }),
  z.object({
    kind: z.literal("xfs"),
    /** Inner ones first. */
    mounts: z.array(mountPath).min(1).max(8),
  }),
]);
const freezeInput = z.object({
  /** `sluice_<run>`: names the record on the host, and the timer. */
  tag,
  /** After that many seconds the host thaws by itself, whatever became of Sluice. */
  limitSeconds: z.int().min(20).max(590),
  way,
});
export type FreezeInput = z.infer<typeof freezeInput>;

const freezeFacts = z.object({ boot: z.string() });
const thawFacts = z.object({
  boot: z.string(),
  /** The freeze lasted until the thaw: whatever was taken meanwhile is consistent for the application. */
  still: z.boolean(),
});
const frozenFacts = z.object({
  boot: z.string(),
  /** none: never begun · armed: the timer is set · frozen · lapsed: the timer has fired · thawed. */
  record: z.enum(["none", "armed", "frozen", "lapsed", "thawed"]),
  frozen: z.enum(["yes", "no", "unknown"]),
  still: z.enum(["yes", "no", "unknown"]),
  /** The record was written since the host's last start. */
  sameBoot: z.boolean(),
});

const env = ({ tag: of, limitSeconds, way: how }: FreezeInput): Record<`SLUICE_${string}`, string | undefined> => ({
  SLUICE_TAG: of,
  SLUICE_LIMIT: String(limitSeconds),
  SLUICE_KIND: how.kind,
  SLUICE_INSTANCE: how.kind === "iris" ? how.instance : undefined,
  SLUICE_USER: how.kind === "iris" ? how.user : undefined,
  SLUICE_FREEZE: how.kind === "command" ? how.freeze : undefined,
  SLUICE_THAW: how.kind === "command" ? how.thaw : undefined,
  SLUICE_CHECK: how.kind === "command" ? how.check : undefined,
  SLUICE_MOUNTS: how.kind === "xfs" ? how.mounts.join(" ") : undefined,
});

/** What became of a freeze, and whether it is on now. */
export const frozen = defineRead<FreezeInput, z.infer<typeof frozenFacts>>({
  name: "frozen",
  text: frozenText,
  input: freezeInput,
  facts: frozenFacts,
  timeoutMs: 2 * 60_000,
  env,
});

async function lookFrozen(on: HostReader, input: FreezeInput): Promise<Settled<z.infer<typeof freezeFacts>>> {
  const seen = await frozen.ask(on, input);
  const begun = seen.record === "frozen" || (seen.record === "armed" && seen.frozen === "yes");
  return begun && seen.sameBoot && seen.frozen !== "no"
    ? { found: "done", output: { boot: seen.boot } }
    : { found: "absent" };
}

async function lookThawed(on: HostReader, input: FreezeInput): Promise<Settled<z.infer<typeof thawFacts>>> {
  const seen = await frozen.ask(on, input);
  return seen.record === "thawed" && seen.still !== "unknown"
    ? { found: "done", output: { boot: seen.boot, still: seen.still === "yes" } }
    : { found: "absent" };
}

/** Holds an application still, with a timer on the host that lets it go. Refused, with nothing changed, where it is frozen by somebody else. */
export const freeze = defineChange<FreezeInput, z.infer<typeof freezeFacts>>({
  name: "freeze",
  text: freezeText,
  input: freezeInput,
  output: freezeFacts,
  timeoutMs: 5 * 60_000,
  env,
  look: lookFrozen,
});

/** Lets it go, and says whether it was held until then. Run as often as wanted, also after the timer has done it. */
export const thaw = defineChange<FreezeInput, z.infer<typeof thawFacts>>({
  name: "thaw",
  text: thawText,
  input: freezeInput,
  output: thawFacts,
  timeoutMs: 8 * 60_000,
  env,
  look: lookThawed,
});
