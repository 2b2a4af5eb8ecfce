import { z } from "zod";
import { attachOriginal as attach, detach, type AttachOriginalInput, type DetachInput } from "../../host/index.js";
import { defineStep, shown } from "../define.js";
import { changes, hostResource } from "../resources.js";
import { hostOf, hostShape } from "./attachClone.js";
import { probeHost, runOnHost, undoOnHost } from "./onHost.js";

const input = z.object({ host: hostShape, logout: z.boolean(), attach: attach.input });
type Input = z.infer<typeof input>;

const partOf = (given: { attach: unknown }) => given.attach as { vg?: unknown; mount?: unknown };

function detachInputOf({ attach: given, logout }: Input): DetachInput {
  const { tag, target, portals, luns, vg, lv, mount }: AttachOriginalInput = given;
  return { tag, target, portals, wwids: luns.map((lun) => lun.wwid), vg, lv, mount, logout };
}

/** A broken-off mirror's LUNs on the host that takes over: the volume group under its own name, mounted. Nothing is started. */
export const attachOriginal = defineStep<Input, z.infer<typeof attach.output>>({
  effect: "change",
  input,
  output: attach.output,
  describe: (given) =>
    `Attach it to ${hostOf(given.host).name} over iSCSI, activate ${shown(partOf(given).vg, "?")} under its own name and mount it at ${shown(partOf(given).mount, "?")}; nothing is started`,
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(attach, given.host.name, given.attach, on, past),
  run: (given, on) => runOnHost(attach, given.host.name, given.attach, on),
  undo: {
    describe: (given) => `it is unmounted and taken off ${hostOf(given.host).name} again`,
    run: (given, _past, on) => undoOnHost(detach, given.host.name, detachInputOf(given), on),
  },
});

/** The reverse. Open files are a refusal that names who holds them, with nothing changed. */
export const detachOriginal = defineStep<Input, z.infer<typeof detach.output>>({
  effect: "change",
  input,
  output: detach.output,
  describe: (given) =>
    `Unmount ${shown(partOf(given).mount, "?")} on ${hostOf(given.host).name} and take ${shown(partOf(given).vg, "?")} and its LUNs off the host`,
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(detach, given.host.name, detachInputOf(given), on, past),
  run: (given, on) => runOnHost(detach, given.host.name, detachInputOf(given), on),
  undo: {
    describe: (given) => `it is attached to ${hostOf(given.host).name} and mounted again`,
    run: (given, _past, on) => undoOnHost(attach, given.host.name, given.attach, on),
  },
});
