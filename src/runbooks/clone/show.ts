import { showBytes } from "../../core/units.js";
import type { Planner, Steps } from "../define.js";
import { listed } from "../inventory.js";
import { showAge, showTime } from "../points.js";
import { leaseWords } from "../steps/writeLease.js";
import type { Facts } from "./facts.js";

/** What the card says of a clone beside its steps: which data, how old, how big, where, how long. */
export function showPoint(facts: Facts, p: Pick<Planner<Steps>, "show" | "warn">): void {
  const { point, run, host, places, lease, kept } = facts;
  if (point) {
    p.show(
      "Data",
      `${point.name}, taken ${showTime(point.taken, run.timeZone)}: ${showAge(point, run.askedAt)}`,
      point.consistency === "crash-consistent" ? "warning" : "plain",
    );
    if (point.consistency === "crash-consistent")
      p.warn("This snapshot is crash-consistent only: the database will recover from its journals when it is started.");
  } else {
    p.show("Data", "as it is when the plan runs, crash-consistent (the application is not frozen)");
  }
  const size = facts.members.reduce(
    (sum, { luns }) => sum + luns.reduce((all, lun) => all + (lun.sizeBytes ?? 0), 0),
    0,
  );
  p.show(
    "Size",
    `${facts.members.reduce((sum, { luns }) => sum + luns.length, 0)} LUNs, ${showBytes(size)}; takes space only for what is changed`,
  );
  p.show("Where", `${listed(places.map(({ mount }) => mount))} on ${host.name}`);
  p.show(
    "Lease",
    kept === undefined
      ? `${leaseWords(lease)} from the mount; you are told before, and it is given back by itself`
      : `until ${showTime(kept, run.timeZone)}, as before`,
  );
  if (facts.freeBytes !== undefined) p.show("Free space", showBytes(facts.freeBytes));
  const paused = facts.members.some(({ member }) => member.relationship.state === "paused");
  if (paused) p.show("Mirror", "paused: it gets no newer data until it is resumed", "warning");
}
