import { z } from "zod";
import { Refusal } from "../core/problems.js";
import { durationMs } from "../core/units.js";
import type { Clone } from "./clones.js";
import { defineRunbook, type Planner } from "./define.js";
import { showTime } from "./points.js";
import { findClone } from "./release-clone.js";
import { leaseWords, writeLease } from "./steps/writeLease.js";
import type { ReadTools } from "./tools.js";
import { whichClone } from "./whichClone.js";

const request = z.strictObject({
  ...whichClone,
  by: z.iso.duration().optional(),
  until: z.iso.datetime({ offset: true }).optional(),
});
type Request = z.infer<typeof request>;
const steps = { writeLease };

interface Facts {
  readonly clone: Clone;
  readonly until: string;
  readonly timeZone: string;
}

/** Keeps a clone longer, up to what the policy of leases allows from now. */
export const extendLease = defineRunbook({
  name: "extend-lease",
  version: 1,
  title: (asked: Request) => `Keep the ${asked.clone ?? asked.purpose ?? ""} clone longer`.replace(/ {2,}/g, " "),
  request,
  steps,
  observe,
  plan,
  example: { say: "extend the training clone by 2 days", world: "epic", first: ["clone prod volume for training"] },
});

async function observe({ by, until, ...which }: Request, on: ReadTools): Promise<Facts> {
  const clone = await findClone(which, on);
  const now = Date.parse(on.run.askedAt);
  const from = Math.max(now, Date.parse(clone.note.until ?? on.run.askedAt));
  const end = until === undefined ? from + durationMs(by ?? on.inventory.leases.default) : Date.parse(until);
  if (end <= now) throw new Refusal("That lease would have ended already.", { next: "Nothing was changed." });
  const { max } = on.inventory.leases;
  if (end - now > durationMs(max)) {
    throw new Refusal(`A clone may be kept for ${leaseWords(max)} from now at most.`, { next: "Nothing was changed." });
  }
  return { clone, until: new Date(end).toISOString(), timeZone: on.run.timeZone };
}

function plan(_asked: Request, { clone, until, timeZone }: Facts, p: Planner<typeof steps>): void {
  const { note, cluster, svm, volumes } = clone;
  p.show("Clone", `"${note.name}" of ${note.set} on ${note.host ?? "?"}`);
  if (note.until !== undefined) p.show("Lease now", `until ${showTime(note.until, timeZone)}`);
  p.step.writeLease({ cluster, svm, volumes: volumes.map((volume) => volume.name), note, until, timeZone });
}
