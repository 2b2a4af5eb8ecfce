import { z } from "zod";
import { defineRead } from "./define.js";
import { inspectText } from "./scripts/inspect.js";
import { groupName, mountPath, tag, target, wwid } from "./words.js";

export const holderSchema = z.object({ pid: z.number(), user: z.string(), command: z.string() });
/** A process that keeps a file system busy. */
export type Holder = z.infer<typeof holderSchema>;

const mountSchema = z.object({
  path: z.string(),
  /** What stands at the path when nothing is mounted: `occupied` is a directory with files in it. */
  kind: z.enum(["absent", "directory", "occupied", "file"]),
  /** The members from here on only when something is mounted exactly there. */
  source: z.string().optional(),
  fs: z.string().optional(),
  uuid: z.string().optional(),
  vg: z.string().optional(),
  lv: z.string().optional(),
  content: z.string().optional(),
  holders: z.array(holderSchema).optional(),
});

const inspectInput = z.object({
  /** Ask about sessions of this target only. */
  target: target.optional(),
  tag: tag.optional(),
  mounts: z.array(mountPath).max(6).optional(),
  vgs: z.array(groupName).max(6).optional(),
  wwids: z.array(wwid).max(16).optional(),
});
export type InspectInput = z.infer<typeof inspectInput>;

const inspectFacts = z.object({
  boot: z.string(),
  host: z.string(),
  /** The iSCSI name the host signs in with; empty when it has none. */
  initiator: z.string(),
  wwpns: z.array(z.string()),
  mounts: z.array(mountSchema),
  vgs: z.array(
    z.object({
      name: z.string(),
      /** Comma separated, as LVM prints them. */
      tags: z.string(),
      active: z.boolean(),
      /** Has the after_mount hook of the clone with this tag run? */
      hooked: z.boolean(),
      /** Which of the LUNs asked about it lies on. */
      on: z.array(z.string()),
      mounts: z.array(z.string()),
    }),
  ),
  luns: z.array(z.object({ wwid: z.string(), map: z.boolean(), paths: z.number() })),
  sessions: z.array(z.object({ target: z.string(), state: z.string(), disks: z.number() })),
});
export type InspectFacts = z.infer<typeof inspectFacts>;

/** Looks at mount points, volume groups, LUNs and sessions by name; answers about nothing else, because an answer must fit in 3 KB. */
export const inspect = defineRead<InspectInput, InspectFacts>({
  name: "inspect",
  text: inspectText,
  input: inspectInput,
  facts: inspectFacts,
  timeoutMs: 5 * 60_000,
  env: (input) => ({
    SLUICE_TARGET: input.target,
    SLUICE_TAG: input.tag,
    SLUICE_MOUNTS: input.mounts?.join(" "),
    SLUICE_VGS: input.vgs?.join(" "),
    SLUICE_WWIDS: input.wwids?.join(" "),
  }),
});
