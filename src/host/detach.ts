import { z } from "zod";
import { defineChange } from "./define.js";
import { inspect } from "./inspect.js";
import { detachText } from "./scripts/detach.js";
import type { HostReader, Settled } from "./types.js";
import { groupName, mountPath, portal, tag, target, wwid } from "./words.js";

const detachInput = z.object({
  /** The tag the clone was attached with. */
  tag,
  target,
  portals: z.array(portal).min(1).max(8),
  wwids: z.array(wwid).min(1).max(32),
  vg: groupName,
  lv: groupName,
  mount: mountPath,
  /** Sign out of the target and forget its records, if no other LUN is left on its sessions. */
  logout: z.boolean(),
});
export type DetachInput = z.infer<typeof detachInput>;

const detachFacts = z.object({ boot: z.string(), signedOut: z.boolean() });
export type DetachFacts = z.infer<typeof detachFacts>;

async function look(on: HostReader, input: DetachInput): Promise<Settled<DetachFacts>> {
  const seen = await inspect.ask(on, {
    target: input.target,
    tag: input.tag,
    mounts: [input.mount],
    vgs: [input.vg],
    wwids: input.wwids.slice(0, 16),
  });
  const [mount] = seen.mounts;
  const [group] = seen.vgs;
  const mounted = mount?.source !== undefined && mount.vg === input.vg;
  const devices = seen.luns.some((each) => each.map || each.paths > 0);
  const owned = group !== undefined && (group.on.length > 0 || group.tags.split(",").includes(input.tag));
  if (!mounted && !devices && !owned) {
    if (input.logout && seen.sessions.some((each) => each.disks === 0))
      return { found: "partial", why: `${on.name} is still signed in to ${input.target}` };
    return { found: "done", output: { boot: seen.boot, signedOut: seen.sessions.length === 0 } };
  }
  if (mounted && group?.active === true)
    return { found: "absent", because: `the clone is still mounted at ${input.mount} on ${on.name}` };
  return { found: "partial", why: `the clone is unmounted on ${on.name}, but its devices are still there` };
}

/** Takes a clone off a host, in the exact reverse order; somebody using it is a refusal with nothing changed, naming them in `detail.holders`. */
export const detach = defineChange<DetachInput, DetachFacts>({
  name: "detach",
  text: detachText,
  input: detachInput,
  output: detachFacts,
  timeoutMs: 15 * 60_000,
  look,
  env: (input) => ({
    SLUICE_TAG: input.tag,
    SLUICE_TARGET: input.target,
    SLUICE_PORTALS: input.portals.join(" "),
    SLUICE_WWIDS: input.wwids.join(" "),
    SLUICE_VG: input.vg,
    SLUICE_LV: input.lv,
    SLUICE_MOUNT: input.mount,
    SLUICE_LOGOUT: input.logout ? "1" : "0",
  }),
});
