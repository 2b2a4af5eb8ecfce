import { z } from "zod";
import { freeze, thaw, type FreezeInput } from "../../host/index.js";
import { defineStep, shown } from "../define.js";
import { changes, hostResource } from "../resources.js";
import { hostOf, hostShape, probeHost, runOnHost, undoOnHost } from "./onHost.js";

const input = z.object({ host: hostShape, freeze: freeze.input });
type Input = z.infer<typeof input>;

/** What is frozen, in words; the way it is done comes from the configuration. */
export function frozenInWords(way: FreezeInput["way"]): string {
  if (way.kind === "iris") return `IRIS ${way.instance}`;
  return way.kind === "xfs" ? way.mounts.join(" and ") : `the application ("${way.freeze}")`;
}

/** Holds the application still. A timer on the host lets it go if Sluice does not come back in time. */
export const freezeHost = defineStep<Input, z.infer<typeof freeze.output>>({
  effect: "change",
  input,
  output: freeze.output,
  describe: (given) => {
    const it = given.freeze as FreezeInput;
    return `On ${hostOf(given.host).name}: freeze ${frozenInWords(it.way)}; the host thaws by itself after ${shown(it.limitSeconds, "?")} s, whatever happens`;
  },
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(freeze, given.host.name, given.freeze, on, past),
  run: (given, on) => runOnHost(freeze, given.host.name, given.freeze, on),
  undo: {
    describe: (given) => `it is thawed on ${hostOf(given.host).name}`,
    run: (given, _past, on) => undoOnHost(thaw, given.host.name, given.freeze, on),
  },
});

/** Lets it go, after asking whether it was held until now. */
export const thawHost = defineStep<Input, z.infer<typeof thaw.output>>({
  effect: "change",
  input,
  output: thaw.output,
  describe: (given) =>
    `On ${hostOf(given.host).name}: see that ${frozenInWords((given.freeze as FreezeInput).way)} is still frozen, and thaw it`,
  touches: (given) => [changes(hostResource(hostOf(given.host)))],
  probe: (given, on, past) => probeHost(thaw, given.host.name, given.freeze, on, past),
  run: (given, on) => runOnHost(thaw, given.host.name, given.freeze, on),
  undo: { stays: "the application runs again" },
});
