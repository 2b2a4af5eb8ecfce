import { planMount, planVolumes, steps as cloneSteps } from "../clone/plan.js";
import type { Planner } from "../define.js";
import { planDelete, planDetach, showClone } from "../release-clone.js";
import { detachClone } from "../steps/attachClone.js";
import { deleteClone, dropIgroup, unmapLuns } from "../steps/giveBack.js";
import type { ReplaceFacts } from "./observe.js";

export const steps = { ...cloneSteps, detachClone, unmapLuns, dropIgroup, deleteClone };

/**
 * The new volumes first, then the old one off the host, the new one on it, and the old one's volumes deleted last: until then everything goes
 * back to as it was. Pure.
 */
export function plan({ old, request, fresh }: ReplaceFacts, p: Planner<typeof steps>): void {
  showClone(old, p);
  const { note, volumes } = old.clone;
  const held = volumes[0]?.clone?.parentSnapshot.name ?? note.snapshot;
  p.warn(
    `Everything written to the clone "${note.name}" since it was mounted is lost: it is made anew from ${fresh.point?.name ?? "production as it is then"}.`,
  );
  p.show("LUNs", "get new serial numbers: what was noted of the old ones on the host no longer fits", "plain");
  if (fresh.point?.name === held) p.show("Data now", `${held}: the clone was made from it already`, "warning");
  else p.show("Data now", held);
  const made = planVolumes(request, fresh, p);
  planDetach(old, p);
  planMount(request, fresh, made, p);
  planDelete(old, p);
}
