import { z } from "zod";
import { defineChange } from "./define.js";
import { inspect } from "./inspect.js";
import { buildText, unbuildText } from "./scripts/build.js";
import type { HostReader, Settled } from "./types.js";
import { groupName, mountPath, portal, tag, target, wwid } from "./words.js";

const access = z.discriminatedUnion("protocol", [
  z.object({
    protocol: z.literal("iscsi"),
    /** The name the igroup holds; another one on the host is a refusal. */
    initiator: target,
    target,
    portals: z.array(portal).min(1).max(8),
  }),
  z.object({ protocol: z.literal("fcp") }),
]);
const place = {
  /** `sluice_<run>`: on the volume group, in fstab and in Sluice's own records on the host. */
  tag,
  access,
  vg: groupName,
  lv: groupName,
  mount: mountPath,
};
const buildInput = z.object({
  ...place,
  luns: z
    .array(z.object({ number: z.int().min(0).max(16383), wwid }))
    .min(1)
    .max(16),
  /** Mount options, comma separated; fstab gets `_netdev,nofail` too. */
  options: z.string().regex(/^[a-z0-9_]+(=[a-z0-9_]+)?(,[a-z0-9_]+(=[a-z0-9_]+)?)*$/),
});
export type BuildInput = z.infer<typeof buildInput>;
const unbuildInput = z.object({
  ...place,
  wwids: z.array(wwid).min(1).max(16),
  /** Sign out of the target, if no other LUN is left on its sessions. */
  logout: z.boolean(),
});
export type UnbuildInput = z.infer<typeof unbuildInput>;

const buildFacts = z.object({
  boot: z.string(),
  vg: z.string(),
  mount: z.string(),
  portals: z.number(),
  paths: z.record(z.string(), z.number()),
  /** UUID of the new file system. */
  uuid: z.string(),
});
const unbuildFacts = z.object({ boot: z.string(), signedOut: z.boolean() });

const placeEnv = (input: Pick<BuildInput, keyof typeof place>): Record<`SLUICE_${string}`, string | undefined> => ({
  SLUICE_TAG: input.tag,
  SLUICE_PROTOCOL: input.access.protocol,
  SLUICE_INITIATOR: input.access.protocol === "iscsi" ? input.access.initiator : undefined,
  SLUICE_TARGET: input.access.protocol === "iscsi" ? input.access.target : undefined,
  SLUICE_PORTALS: input.access.protocol === "iscsi" ? input.access.portals.join(" ") : undefined,
  SLUICE_VG: input.vg,
  SLUICE_LV: input.lv,
  SLUICE_MOUNT: input.mount,
});

const see = (on: HostReader, input: Pick<BuildInput, keyof typeof place>, wwids: readonly string[]) =>
  inspect.ask(on, {
    ...(input.access.protocol === "iscsi" ? { target: input.access.target } : {}),
    tag: input.tag,
    mounts: [input.mount],
    vgs: [input.vg],
    wwids: wwids.slice(0, 16),
  });

async function lookBuilt(on: HostReader, input: BuildInput): Promise<Settled<z.infer<typeof buildFacts>>> {
  const wwids = input.luns.map((each) => each.wwid);
  const seen = await see(on, input, wwids);
  const [mount] = seen.mounts;
  const [group] = seen.vgs;
  if (group && !group.tags.split(",").includes(input.tag))
    return { found: "foreign", what: `the volume group ${input.vg} on ${on.name}, which is not this run's` };
  if (mount?.source !== undefined && mount.vg !== input.vg)
    return { found: "foreign", what: `${mount.source}, which is mounted at ${input.mount} on ${on.name}` };
  if (!group && !seen.luns.some((each) => each.map || each.paths > 0)) return { found: "absent" };
  if (!group || mount?.source === undefined) return { found: "partial", why: `only a part of it is on ${on.name}` };
  return {
    found: "done",
    output: {
      boot: seen.boot,
      vg: input.vg,
      mount: input.mount,
      portals: input.access.protocol === "iscsi" ? seen.sessions.length : 0,
      paths: Object.fromEntries(seen.luns.map((each) => [each.wwid, each.paths])),
      uuid: mount.uuid ?? "",
    },
  };
}

/** Makes a volume group, a logical volume striped over all LUNs and an XFS file system of new LUNs, and mounts it, now and at every start. */
export const build = defineChange<BuildInput, z.infer<typeof buildFacts>>({
  name: "build",
  text: buildText,
  input: buildInput,
  output: buildFacts,
  timeoutMs: 30 * 60_000,
  look: lookBuilt,
  env: (input) => ({
    ...placeEnv(input),
    SLUICE_LUNS: input.luns.map((each) => `${each.number}:${each.wwid}`).join(" "),
    SLUICE_OPTIONS: input.options,
  }),
});

/** Takes it off the host again. What was written to it goes with its LUNs. */
export const unbuild = defineChange<UnbuildInput, z.infer<typeof unbuildFacts>>({
  name: "unbuild",
  text: unbuildText,
  input: unbuildInput,
  output: unbuildFacts,
  timeoutMs: 15 * 60_000,
  look: async (on, input) => {
    const seen = await see(on, input, input.wwids);
    const left = seen.vgs.length > 0 || seen.luns.some((each) => each.map || each.paths > 0);
    return left
      ? { found: "absent", because: `it is still on ${on.name}` }
      : { found: "done", output: { boot: seen.boot, signedOut: seen.sessions.length === 0 } };
  },
  env: (input) => ({
    ...placeEnv(input),
    SLUICE_WWIDS: input.wwids.join(" "),
    SLUICE_LOGOUT: input.logout && input.access.protocol === "iscsi" ? "1" : "0",
  }),
});
