import { z } from "zod";
import { defineChange, defineRead } from "./define.js";
import { forgetText } from "./scripts/forget.js";
import { quiescedText, quiesceText, reactivateText } from "./scripts/quiesce.js";
import type { HostReader, Settled } from "./types.js";
import { groupName, hook, tag, wwid } from "./words.js";

const place = {
  /** `sluice_<run>`: names the record on the host of what was mounted. */
  tag,
  vgs: z.array(groupName).min(1).max(8),
  wwids: z.array(wwid).min(1).max(32),
};
const quiesceInput = z.object({
  ...place,
  /** From the configuration: stops the application. Run again on a repeat, so it must not mind being run twice. */
  stopHook: hook.optional(),
  /** From the configuration: exits 0 when the application runs. Without it, it is taken to run. */
  checkHook: hook.optional(),
  /** Commands or users whose open files the stop hook is there to end; anybody else's are a refusal. */
  /** Leave no device of these LUNs behind, because they are about to be taken from the host. `reactivate` looks for them again. */
  letGo: z.literal(true).optional(),
  expected: z.array(z.string().regex(/^[A-Za-z0-9_.+-]{1,32}$/)).optional(),
});
export type QuiesceInput = z.infer<typeof quiesceInput>;
const reactivateInput = z.object({
  ...place,
  /** From the configuration: starts the application. */ startHook: hook.optional(),
});
export type ReactivateInput = z.infer<typeof reactivateInput>;
const quiescedInput = z.object(place);
export type QuiescedInput = z.infer<typeof quiescedInput>;

const keptFacts = z.object({
  boot: z.string(),
  /** The file systems written down, and whether each is mounted now. */
  mounts: z.array(
    z.object({ path: z.string(), vg: z.string(), lv: z.string(), mounted: z.boolean(), content: z.string() }),
  ),
  vgs: z.array(z.object({ name: z.string(), active: z.boolean() })),
  /** The stop hook stopped something that ran: an undo has to start it again. */
  hooked: z.boolean(),
});
export type KeptFacts = z.infer<typeof keptFacts>;
const quiescedFacts = keptFacts.extend({
  /** none: never begun · begun: written down, not all off · stopped: all off · back: brought back. */
  record: z.enum(["none", "begun", "stopped", "back"]),
});
export type QuiescedFacts = z.infer<typeof quiescedFacts>;

const placeEnv = (input: QuiescedInput): Record<`SLUICE_${string}`, string> => ({
  SLUICE_TAG: input.tag,
  SLUICE_VGS: input.vgs.join(" "),
  SLUICE_WWIDS: input.wwids.join(" "),
});

/** What quiesce wrote down on a host, and how each of it is now. */
export const quiesced = defineRead<QuiescedInput, QuiescedFacts>({
  name: "quiesced",
  text: quiescedText,
  input: quiescedInput,
  facts: quiescedFacts,
  timeoutMs: 5 * 60_000,
  env: placeEnv,
});

async function lookQuiesced(on: HostReader, { tag, vgs, wwids }: QuiesceInput): Promise<Settled<KeptFacts>> {
  const { record, ...kept } = await quiesced.ask(on, { tag, vgs, wwids });
  const off = kept.mounts.every((each) => !each.mounted) && kept.vgs.every((each) => !each.active);
  if (record === "none" || record === "back") return { found: "absent" };
  if (record === "stopped") {
    return off
      ? { found: "done", output: kept }
      : { found: "foreign", what: `somebody who mounted or activated the file systems on ${on.name} again` };
  }
  if (!kept.hooked && kept.mounts.every((each) => each.mounted) && kept.vgs.every((each) => each.active))
    return { found: "absent" };
  return { found: "partial", why: `only a part of it has been taken off ${on.name}` };
}

async function lookReactivated(on: HostReader, { tag, vgs, wwids }: ReactivateInput): Promise<Settled<KeptFacts>> {
  const { record, ...kept } = await quiesced.ask(on, { tag, vgs, wwids });
  const up = kept.mounts.every((each) => each.mounted) && kept.vgs.every((each) => each.active);
  if (record === "back")
    return up
      ? { found: "done", output: kept }
      : { found: "partial", why: `not everything is mounted again on ${on.name}` };
  if (record === "none") return { found: "absent", because: `nothing was written down on ${on.name} under this run` };
  const any = kept.mounts.some((each) => each.mounted) || kept.vgs.some((each) => each.active);
  return any ? { found: "partial", why: `only a part of it is back on ${on.name}` } : { found: "absent" };
}

/** Stops the application, unmounts, deactivates and flushes what lies on these LUNs, after writing down what there was. */
export const quiesce = defineChange<QuiesceInput, KeptFacts>({
  name: "quiesce",
  text: quiesceText,
  input: quiesceInput,
  output: keptFacts,
  timeoutMs: 40 * 60_000,
  look: lookQuiesced,
  env: (input) => ({
    ...placeEnv(input),
    SLUICE_HOOK: input.stopHook,
    SLUICE_CHECK: input.checkHook,
    SLUICE_EXPECTED: input.expected?.join(" "),
    SLUICE_LET_GO: input.letGo ? "1" : undefined,
  }),
});

const reactivation = {
  name: "reactivate",
  text: reactivateText,
  input: reactivateInput,
  output: keptFacts,
  timeoutMs: 40 * 60_000,
  look: lookReactivated,
};
const reactivateEnv = (input: ReactivateInput) => ({ ...placeEnv(input), SLUICE_HOOK: input.startHook });

/** Reads the LUNs anew and brings back exactly what quiesce wrote down. Starts the application only when given `startHook`. */
export const reactivate = defineChange<ReactivateInput, KeptFacts>({ ...reactivation, env: reactivateEnv });

/**
 * The same as the way back of a quiesce, after which nothing is left to go on from: once everything is back, what was written down goes. Whether it has
 * happened, quiesce's own look tells; afterwards this one could not tell it from never begun.
 */
export const unquiesce = defineChange<ReactivateInput, KeptFacts>({
  ...reactivation,
  env: (input) => ({ ...reactivateEnv(input), SLUICE_FORGET: "1" }),
});

const forgotten = z.object({ boot: z.string() });

/** Removes what quiesce wrote down, for when nothing may be brought back by it any more. None the worse for being run twice. */
export const forget = defineChange<QuiescedInput, z.infer<typeof forgotten>>({
  name: "forget",
  text: forgetText,
  input: quiescedInput,
  output: forgotten,
  timeoutMs: 10 * 60_000,
  look: async (on, input) => {
    const { record, boot } = await quiesced.ask(on, input);
    return record === "none" ? { found: "done", output: { boot } } : { found: "absent" };
  },
  env: ({ tag: name }) => ({ SLUICE_TAG: name }),
});
