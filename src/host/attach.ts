import { z } from "zod";
import { defineChange } from "./define.js";
import { inspect } from "./inspect.js";
import { attachText } from "./scripts/attach.js";
import type { HostReader, Settled } from "./types.js";
import { groupName, hook, mountPath, portal, tag, target, wwid } from "./words.js";

const shape = z.object({
  /** `sluice_<run>`: the mark of ownership, on the volume group and in Sluice's own records on the host. */
  tag,
  /** The iSCSI name the igroup holds; another one on the host is a refusal. */
  initiator: target,
  target,
  portals: z.array(portal).min(1).max(8),
  luns: z
    .array(z.object({ number: z.int().min(0).max(16383), wwid }))
    .min(1)
    .max(32),
  /** The volume group's name on the original. */
  sourceVg: groupName,
  /** The name the clone's gets; never the original's. */
  vg: groupName,
  lv: groupName,
  mount: mountPath,
  fileSystem: z.enum(["xfs", "ext4"]),
  /** Mount options, comma separated; `nouuid` is added for XFS. */
  options: z.string().regex(/^[a-z0-9_]+(=[a-z0-9_]+)?(,[a-z0-9_]+(=[a-z0-9_]+)?)*$/),
  /** From the configuration; run once per tag, after the mount. */
  afterMount: hook.optional(),
});
const attachInput = shape.refine(
  (input) => input.vg !== input.sourceVg,
  "a clone needs a volume group name of its own",
);
export type AttachInput = z.infer<typeof attachInput>;
/** Not a clone: the volume group keeps its name and its metadata as they are. */
const originalInput = shape.omit({ sourceVg: true, afterMount: true });
export type AttachOriginalInput = z.infer<typeof originalInput>;

const attachFacts = z.object({
  boot: z.string(),
  vg: z.string(),
  mount: z.string(),
  /** Portals with a session. */
  portals: z.number(),
  /** WWID → paths that show this LUN. */
  paths: z.record(z.string(), z.number()),
  /** UUID of the file system. */
  uuid: z.string(),
  /** First line of `.sluice-content` in the file system's root; empty when there is none. */
  content: z.string(),
});
export type AttachFacts = z.infer<typeof attachFacts>;

/** An original's volume group carries no tag of ours: it is known by the LUNs it lies on. */
async function look(
  on: HostReader,
  input: Omit<AttachInput, "sourceVg">,
  original: boolean,
): Promise<Settled<AttachFacts>> {
  const what = original ? "the copy" : "the clone";
  const wwids = input.luns.map((each) => each.wwid);
  const seen = await inspect.ask(on, {
    target: input.target,
    tag: input.tag,
    mounts: [input.mount],
    vgs: [input.vg],
    wwids: wwids.slice(0, 16),
  });
  const [mount] = seen.mounts;
  const [group] = seen.vgs;
  const ours = group !== undefined && (group.tags.split(",").includes(input.tag) || group.on.length > 0);
  if (group !== undefined && !ours)
    return { found: "foreign", what: `the volume group ${input.vg} on ${on.name}, which is not ${what}'s` };
  if (mount?.source !== undefined && mount.vg !== input.vg)
    return { found: "foreign", what: `${mount.source}, which is mounted at ${input.mount} on ${on.name}` };
  const visible = seen.luns.filter((each) => each.map || each.paths > 0);
  if (group === undefined && visible.length === 0) return { found: "absent" };
  const whole = group !== undefined && (original ? group.active : group.tags.split(",").includes(input.tag));
  if (!whole || mount?.source === undefined) {
    return { found: "partial", why: `${what}'s LUNs are on ${on.name}, but it is not mounted at ${input.mount}` };
  }
  if (input.afterMount !== undefined && !group.hooked)
    return { found: "partial", why: `the after_mount hook has not run on ${on.name}` };
  return {
    found: "done",
    output: {
      boot: seen.boot,
      vg: input.vg,
      mount: input.mount,
      portals: seen.sessions.length,
      paths: Object.fromEntries(seen.luns.map((each) => [each.wwid, each.paths])),
      uuid: mount.uuid ?? "",
      content: mount.content ?? "",
    },
  };
}

const envOf = (input: AttachOriginalInput) =>
  ({
    SLUICE_TAG: input.tag,
    SLUICE_INITIATOR: input.initiator,
    SLUICE_TARGET: input.target,
    SLUICE_PORTALS: input.portals.join(" "),
    SLUICE_LUNS: input.luns.map((each) => `${each.number}:${each.wwid}`).join(" "),
    SLUICE_VG: input.vg,
    SLUICE_LV: input.lv,
    SLUICE_MOUNT: input.mount,
    SLUICE_FS: input.fileSystem,
    SLUICE_OPTIONS: input.options,
  }) as const;

const changing = { name: "attach", text: attachText, output: attachFacts, timeoutMs: 15 * 60_000 } as const;

/** Brings a clone's LUNs onto a host and mounts its file system. Writes no fstab. */
export const attach = defineChange<AttachInput, AttachFacts>({
  ...changing,
  input: attachInput,
  look: (on, input) => look(on, input, false),
  env: (input) => ({
    ...envOf(input),
    SLUICE_SOURCE_VG: input.sourceVg,
    SLUICE_AFTER_MOUNT: input.afterMount,
  }),
});

/**
 * Brings LUNs onto a host whose volume group goes by its own name there, because they are the data itself and no clone of it: a mirror
 * that was broken off. Nothing is written to the volume group. Writes no fstab.
 */
export const attachOriginal = defineChange<AttachOriginalInput, AttachFacts>({
  ...changing,
  input: originalInput,
  look: (on, input) => look(on, input, true),
  env: (input) => ({ ...envOf(input), SLUICE_SOURCE_VG: input.vg, SLUICE_ORIGINAL: "1" }),
});
