import { z } from "zod";
import { build, unbuild, type UnbuildInput } from "../../host/index.js";
import { defineStep, shown } from "../define.js";
import { changes, hostResource } from "../resources.js";
import { hostOf, hostShape, probeHost, runOnHost, undoOnHost } from "./onHost.js";

const input = z.object({ host: hostShape, logout: z.boolean(), build: build.input });
type Input = z.infer<typeof input>;

function backInput({ build: given, logout }: Input): UnbuildInput {
  const { tag, access, vg, lv, mount, luns } = given;
  return { tag, access, vg, lv, mount, wwids: luns.map((each) => each.wwid), logout };
}

/** The compute-host step: multipath, volume group, striped volume, file system, mount, fstab. A LUN that carries anything is not written to. */
export const buildFileSystem = defineStep<Input, z.infer<typeof build.output>>({
  effect: "change",
  input,
  output: build.output,
  describe: (given) => {
    const it = given.build as { vg?: unknown; lv?: unknown; mount?: unknown; luns: readonly unknown[] };
    const count = it.luns.length;
    return `On ${hostOf(given.host).name}: make volume group ${shown(it.vg, "?")} of ${count === 1 ? "the LUN" : `the ${count} LUNs`}, logical volume ${shown(it.lv, "?")}${count === 1 ? "" : ` striped over ${count === 2 ? "both" : "all"}`}, an XFS file system, mount it at ${shown(it.mount, "?")} and enter it in fstab; a LUN that is not empty is left alone`;
  },
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(build, given.host.name, given.build, on, past),
  run: (given, on) => runOnHost(build, given.host.name, given.build, on),
  undo: {
    describe: (given) => `it is unmounted, taken out of fstab and off ${hostOf(given.host).name} again`,
    run: (given, _past, on) => undoOnHost(unbuild, given.host.name, backInput(given), on),
  },
});
