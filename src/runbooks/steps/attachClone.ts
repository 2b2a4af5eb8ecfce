import { z } from "zod";
import { attach, detach, type DetachInput } from "../../host/index.js";
import { defineStep, shown } from "../define.js";
import { changes, hostResource } from "../resources.js";
import { probeHost, runOnHost, undoOnHost } from "./onHost.js";

/** A host, with what policy looks at. */
export const hostShape = z.object({
  name: z.string(),
  environment: z.enum(["production", "infrastructure"]),
  clearedForPatientData: z.boolean(),
});

const input = z.object({ host: hostShape, logout: z.boolean(), attach: attach.input });
type Input = z.infer<typeof input>;

export const hostOf = (given: unknown): z.infer<typeof hostShape> => hostShape.parse(given);

/** What detaching needs to know of what was attached. */
export function detachInputOf(given: Input): DetachInput {
  const { tag, target, portals, luns, vg, lv, mount } = given.attach;
  return { tag, target, portals, wwids: luns.map((lun) => lun.wwid), vg, lv, mount, logout: given.logout };
}

/** The clone's LUNs on the host: iSCSI sessions, multipath, a volume group under a name of its own, mounted. No fstab, and nothing is started without a hook. */
export const attachClone = defineStep<Input, z.infer<typeof attach.output>>({
  effect: "change",
  input,
  output: attach.output,
  describe: (given) => {
    const it = given.attach as { vg?: unknown; mount?: unknown; sourceVg?: unknown };
    return `Attach it to ${hostOf(given.host).name} over iSCSI, import ${shown(it.sourceVg, "the volume group")} as ${shown(it.vg, "?")} and mount it at ${shown(it.mount, "?")}`;
  },
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(attach, given.host.name, given.attach, on, past),
  run: (given, on) => runOnHost(attach, given.host.name, given.attach, on),
  undo: {
    describe: (given) => `it is unmounted and taken off ${hostOf(given.host).name} again`,
    run: (given, _past, on) => undoOnHost(detach, given.host.name, detachInputOf(given), on),
  },
});

/** The reverse. Open files are a refusal that names who holds them, with nothing changed. */
export const detachClone = defineStep<Input, z.infer<typeof detach.output>>({
  effect: "change",
  input,
  output: detach.output,
  describe: (given) => {
    const it = given.attach as { vg?: unknown; mount?: unknown };
    return `Unmount ${shown(it.mount, "?")} on ${hostOf(given.host).name} and take ${shown(it.vg, "?")} and its LUNs off the host`;
  },
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(detach, given.host.name, detachInputOf(given), on, past),
  run: (given, on) => runOnHost(detach, given.host.name, detachInputOf(given), on),
  undo: {
    describe: (given) => `it is attached to ${hostOf(given.host).name} and mounted again`,
    run: (given, _past, on) => undoOnHost(attach, given.host.name, given.attach, on),
  },
});
