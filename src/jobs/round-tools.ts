import type { Config } from "../config/types.js";
import { isoNow } from "../core/clock.js";
import type { HealthTools } from "../health/index.js";
import { secretLife } from "../questions/index.js";
import type { Engine } from "./engine.js";

/** What rounds need: most of an engine, and when and where the digest goes. */
export interface RoundsTools extends Pick<
  Engine,
  "store" | "clock" | "announcer" | "log" | "inventory" | "farEnds" | "readOnly" | "wake"
> {
  readonly config: Pick<Config, "digest" | "timeZone">;
}

/** What health looks with. */
export const eyes = ({ inventory, farEnds, store }: RoundsTools): HealthTools => ({
  inventory,
  ontap: (cluster) => farEnds.ontap(cluster),
  recall: (what) => store.note(what),
  secretLife: (keyVault) => secretLife(() => farEnds.azure(), keyVault),
});

const CLAIMED_MS = 2 * 60_000;

/**
 * Does the work unless it is noted as done. A worker that dies in it leaves no note, so the work is done again; two at the same time do
 * it once.
 */
export async function onlyOnce(
  { store, clock }: Pick<RoundsTools, "store" | "clock">,
  name: string,
  work: () => Promise<void>,
): Promise<void> {
  if ((await store.note(name)) !== undefined || !(await store.once(name, CLAIMED_MS))) return;
  await work();
  await store.setNote(name, isoNow(clock));
}
