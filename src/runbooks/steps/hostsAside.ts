import { z } from "zod";
import { forget, quiesce, reactivate, unquiesce, type QuiesceInput } from "../../host/index.js";
import { defineStep, shown } from "../define.js";
import { changes, hostResource } from "../resources.js";
import { hostOf, hostShape, probeHost, runOnHost, undoOnHost } from "./onHost.js";

const quiesceStepInput = z.object({ host: hostShape, quiesce: quiesce.input, startHook: z.string().optional() });
const places = (given: unknown): string => {
  const vgs = (given as { vgs?: unknown }).vgs;
  return Array.isArray(vgs) ? vgs.map((each) => shown(each, "?")).join(", ") : "?";
};

const place = ({ tag, vgs, wwids }: QuiesceInput) => ({ tag, vgs, wwids });

/** Stops the application, unmounts, deactivates, flushes: nothing of the set is in use on that host any more. Somebody else's open files are a refusal. */
export const quiesceHost = defineStep<z.infer<typeof quiesceStepInput>, z.infer<typeof quiesce.output>>({
  effect: "change",
  input: quiesceStepInput,
  output: quiesce.output,
  describe: (given) => {
    const hook = (given.quiesce as { stopHook?: unknown }).stopHook;
    const stop = hook === undefined ? "" : `stop the application ("${shown(hook, "?")}"), `;
    const go = (given.quiesce as { letGo?: unknown }).letGo === true ? ", and let go of its LUNs" : "";
    return `On ${hostOf(given.host).name}: ${stop}unmount and deactivate ${places(given.quiesce)}${go}`;
  },
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(quiesce, given.host.name, given.quiesce, on, past),
  run: (given, on) => runOnHost(quiesce, given.host.name, given.quiesce, on),
  undo: {
    describe: (given) => `it is activated, mounted and started again on ${hostOf(given.host).name}`,
    run: (given, _past, on) =>
      undoOnHost(
        unquiesce,
        given.host.name,
        { ...place(given.quiesce), ...(given.startHook === undefined ? {} : { startHook: given.startHook }) },
        on,
      ),
  },
});

const reactivateStepInput = z.object({ host: hostShape, reactivate: reactivate.input });

/** Brings back exactly what was written down before: volume groups, mounts; the application only when asked. */
export const reactivateHost = defineStep<z.infer<typeof reactivateStepInput>, z.infer<typeof reactivate.output>>({
  effect: "change",
  input: reactivateStepInput,
  output: reactivate.output,
  describe: (given) => {
    const hook = (given.reactivate as { startHook?: unknown }).startHook;
    const start =
      hook === undefined ? "; the application stays stopped" : `, start the application ("${shown(hook, "?")}")`;
    return `On ${hostOf(given.host).name}: activate ${places(given.reactivate)} and mount what was mounted before${start}`;
  },
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(reactivate, given.host.name, given.reactivate, on, past),
  run: (given, on) => runOnHost(reactivate, given.host.name, given.reactivate, on),
  undo: { stays: "the file systems are back as they were mounted before" },
});

const forgetInput = z.object({ host: hostShape, note: forget.input });

/** The note that quiesce made on a host goes, when nothing is brought back by it any more: the last that a run does there. */
export const forgetStopped = defineStep<z.infer<typeof forgetInput>, z.infer<typeof forget.output>>({
  effect: "change",
  input: forgetInput,
  output: forget.output,
  describe: (given) => `On ${hostOf(given.host).name}: remove Sluice's note of what was stopped and mounted there`,
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(forget, given.host.name, given.note, on, past),
  run: (given, on) => runOnHost(forget, given.host.name, given.note, on),
  undo: { impossible: "by then nothing is brought back from that note any more" },
});
