import { z } from "zod";
import { defineRunbook, type Planner } from "./define.js";
import { observe, type Facts } from "./delete-snapshot/observe.js";
import { listed } from "./inventory.js";
import { isNightly, showAge, showTime } from "./points.js";
import { deleteSetSnapshot } from "./steps/deleteSetSnapshot.js";

const request = z.strictObject({
  set: z.string(),
  snapshot: z.string(),
  /** The mirror's copy; absent: the source's. */
  from: z.literal("cvo").optional(),
});
type Request = z.infer<typeof request>;
const steps = { deleteSnapshot: deleteSetSnapshot };

/** Deletes a named snapshot of a set from the array, or from its mirror; and says on which side it remains. */
export const deleteSnapshot = defineRunbook({
  name: "delete-snapshot",
  version: 1,
  title: (asked: Request) =>
    `Delete snapshot ${asked.snapshot} of ${asked.set}${asked.from === undefined ? "" : " on its mirror"}`,
  request,
  steps,
  observe: (asked: Request, on) => observe({ ...asked, onMirror: asked.from !== undefined }, on),
  plan,
  example: {
    say: "remove the snapshot before-upgrade of prod",
    world: "epic",
    first: ["snapshot prod as before-upgrade without freezing"],
  },
});

function plan(asked: Request, facts: Facts, p: Planner<typeof steps>): void {
  const { set, side, point, run } = facts;
  p.show("Snapshot", `${asked.snapshot}, taken ${showTime(point.taken, run.timeZone)}: ${showAge(point, run.askedAt)}`);
  if (isNightly(set, asked.snapshot))
    p.warn(`${asked.snapshot} is one of the nightly snapshots of ${set.name}, by which it would be restored.`);
  spreads(facts, p);
  if (side.missing.length > 0)
    p.warn(`It is on a part of ${set.name} only: ${listed(side.missing)} had none of it before.`);
  if (facts.beside.length > 0)
    p.warn(
      `The consistency group ${side.group?.name ?? ""} holds more than ${set.name}: it goes from ${listed(facts.beside)} too.`,
    );
  if (asked.from !== undefined)
    p.warn(
      `ONTAP may refuse to delete a snapshot of a mirror (1638521): then nothing is changed, and the policy's counts are the way.`,
    );
  p.step.deleteSnapshot({
    cluster: side.cluster,
    svm: side.svm,
    environment: side.environment,
    volumes: side.volumes.map(({ name, uuid }) => ({ name, uuid })),
    snapshot: asked.snapshot,
    snapshots: side.snapshots.map(({ volumeUuid, uuid, versionUuid }) => ({
      volumeUuid,
      uuid,
      versionUuid: versionUuid ?? null,
    })),
    group: side.group ?? null,
  });
}

/** Where it remains, and whether the deletion goes on to the other side by itself. */
function spreads({ side, other, copiesAll, set }: Facts, p: Planner<typeof steps>): void {
  if (other === undefined) return p.warn(`It is nowhere else: ${set.name} has no mirror. It is gone for good.`);
  if (other.held === 0) return p.warn(`It is nowhere else: ${other.cluster} does not hold it. It is gone for good.`);
  const whole = other.held === other.of ? "" : ` on ${other.held} of ${other.of} volumes`;
  if (side.environment === "dr")
    return p.show("It stays", `on ${other.cluster}${whole}; the next update may bring it back if the policy wants it`);
  if (!copiesAll)
    return p.show("It stays", `on ${other.cluster}${whole}: its policy keeps what it has by its own counts`);
  p.warn(
    `The mirror copies all snapshots of its source: its next update deletes ${other.held === 1 ? "the copy" : "the copies"} on ${other.cluster} too. Then it is gone for good.`,
  );
}
