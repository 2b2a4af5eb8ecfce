import { z } from "zod";
import { detach, type AttachOriginalInput, type DetachInput, type HostChange } from "../../host/index.js";
import { defineStep, shown, type StepDef } from "../define.js";
import { changes, hostResource } from "../resources.js";
import { hostOf, hostShape, probeHost, runOnHost, undoOnHost } from "./onHost.js";

/** Named by declarations of every step made of it. */
export interface Input<Attached> {
  readonly host: z.infer<typeof hostShape>;
  readonly logout: boolean;
  readonly attach: Attached;
}
/** What describing reads of an input whose references are not filled in yet. */
interface Named {
  readonly vg?: unknown;
  readonly mount?: unknown;
  readonly sourceVg?: unknown;
}

/** Attaching and its reverse, each the other's undo; `describe` is all that tells a clone from an original. */
export function attaching<Attached extends AttachOriginalInput, Facts>(
  attach: HostChange<Attached, Facts>,
  describe: (it: Named, host: string) => string,
): { attach: StepDef<Input<Attached>, Facts>; detach: StepDef<Input<Attached>, z.infer<typeof detach.output>> } {
  const input = z.object({ host: hostShape, logout: z.boolean(), attach: attach.input });
  return {
    attach: defineStep<Input<Attached>, Facts>({
      effect: "change",
      input,
      output: attach.output,
      describe: (given) => describe(given.attach as Named, hostOf(given.host).name),
      touches: (given) => [changes(hostResource(hostOf(given.host)))],
      probe: (given, on, past) => probeHost(attach, given.host.name, given.attach, on, past),
      run: (given, on) => runOnHost(attach, given.host.name, given.attach, on),
      undo: {
        describe: (given) => `it is unmounted and taken off ${hostOf(given.host).name} again`,
        run: (given, _past, on) => undoOnHost(detach, given.host.name, detachInputOf(given), on),
      },
    }),
    detach: defineStep<Input<Attached>, z.infer<typeof detach.output>>({
      effect: "change",
      input,
      output: detach.output,
      describe: (given) => {
        const { vg, mount } = given.attach as Named;
        return `Unmount ${shown(mount, "?")} on ${hostOf(given.host).name} and take ${shown(vg, "?")} and its LUNs off the host`;
      },
      touches: (given) => [changes(hostResource(hostOf(given.host)))],
      probe: (given, on, past) => probeHost(detach, given.host.name, detachInputOf(given), on, past),
      run: (given, on) => runOnHost(detach, given.host.name, detachInputOf(given), on),
      undo: {
        describe: (given) => `it is attached to ${hostOf(given.host).name} and mounted again`,
        run: (given, _past, on) => undoOnHost(attach, given.host.name, given.attach, on),
      },
    }),
  };
}

/** What detaching needs to know of what was attached. */
function detachInputOf({ attach: given, logout }: Input<AttachOriginalInput>): DetachInput {
  const { tag, target, portals, luns, vg, lv, mount } = given;
  return { tag, target, portals, wwids: luns.map((lun) => lun.wwid), vg, lv, mount, logout };
}
