import { z } from "zod";
import { prepare, unprepare } from "../../host/index.js";
import { defineStep } from "../define.js";
import { listed } from "../inventory.js";
import { changes, hostResource } from "../resources.js";
import { hostOf, hostShape, probeHost, runOnHost, undoOnHost } from "./onHost.js";

const input = z.object({
  host: hostShape,
  prepare: prepare.input,
  /** What it lacks, in words: the approver reads it. */
  will: z.array(z.string()).min(1),
});
type Input = z.infer<typeof input>;

/** Packages, settings, services and sessions: everything a host needs before it can be given a LUN. Nothing is restarted. */
export const prepareHost = defineStep<Input, z.infer<typeof prepare.output>>({
  effect: "change",
  input,
  output: prepare.output,
  describe: (given) => `On ${hostOf(given.host).name}: ${listed(z.array(z.string()).parse(given.will))}`,
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(prepare, given.host.name, given.prepare, on, past),
  run: (given, on) => runOnHost(prepare, given.host.name, given.prepare, on),
  undo: {
    describe: (given) =>
      `settings, services and sessions of ${hostOf(given.host).name} are put back as they were; packages stay installed`,
    run: (given, _past, on) => undoOnHost(unprepare, given.host.name, given.prepare, on),
  },
});
