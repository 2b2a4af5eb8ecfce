import { DateTime } from "luxon";
import { z } from "zod";
import type { SetConfig } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import { isNightly, type SetPoint as PointOf } from "../core/points.js";
import { showDuration, showTime } from "../core/units.js";
import type { Snapshot } from "../ontap/index.js";
import { listed } from "./inventory.js";

export { completePoints, consistencyOf, isNightly } from "../core/points.js";
export { showTime } from "../core/units.js";

/** A point in time as a request names it; absent means the newest night. */
export const pointShape = z.union([
  z.object({ night: z.string() }).strict(),
  z.object({ at: z.string() }).strict(),
  z.object({ latest: z.literal(true) }).strict(),
  z.object({ snapshot: z.string() }).strict(),
  z.object({ safety: z.literal(true) }).strict(),
]);
export type Point = z.infer<typeof pointShape>;

/** The label of snapshots that a plan takes for itself and the mirror keeps: a policy has one rule for all of them. */
export const safetyLabel = "sluice-safety";
const safetyPrefix = "sluice-safety.";
/** What a restore's safety copy is called: others (fresh data for a clone, the last state before a failover) share its label, not its name. */
export const safetyName = (run: string): string => `${safetyPrefix}${run}`;

/** One consistent snapshot, found complete on every volume of a set. */
export type SetPoint = PointOf<Snapshot>;

/** The point a request means. Throws a Refusal with the nearest that there are. */
export function choosePoint(
  set: SetConfig,
  points: readonly SetPoint[],
  wanted: Point | undefined,
  timeZone: string,
): SetPoint {
  const nights = points.filter((point) => isNightly(set, point.name));
  const found = find(set, points, nights, wanted ?? { latest: true });
  if (found) return found;
  const near = nearestPoints(nights.length > 0 ? nights : points, wanted);
  const have =
    near.length > 0
      ? `The nearest there are: ${listed(near.map((point) => `${point.name} (${showTime(point.taken, timeZone)})`))}.`
      : "There is none at all.";
  throw new Refusal(`No snapshot of ${set.name} ${describePoint(wanted)} is complete on the mirror. ${have}`, {
    next: "Nothing was changed.",
  });
}

function find(
  set: SetConfig,
  points: readonly SetPoint[],
  nights: readonly SetPoint[],
  wanted: Point,
): SetPoint | undefined {
  if ("latest" in wanted) return nights[0];
  if ("snapshot" in wanted) return points.find((point) => point.name === wanted.snapshot);
  if ("safety" in wanted) return points.find((point) => point.name.startsWith(safetyPrefix));
  if ("night" in wanted) return nights.find((point) => nightOf(set, point) === wanted.night);
  return points.find((point) => Date.parse(point.taken) <= Date.parse(wanted.at));
}

/** The local date of a nightly, in the zone its schedule is written in. */
export const nightOf = (set: SetConfig, point: SetPoint): string | null =>
  DateTime.fromISO(point.taken, { zone: set.nightly.timeZone }).toISODate();

function nearestPoints(points: readonly SetPoint[], wanted: Point | undefined): readonly SetPoint[] {
  const at =
    wanted && "night" in wanted
      ? Date.parse(wanted.night)
      : wanted && "at" in wanted
        ? Date.parse(wanted.at)
        : undefined;
  if (at === undefined) return points.slice(0, 3);
  return [...points]
    .sort((a, b) => Math.abs(Date.parse(a.taken) - at) - Math.abs(Date.parse(b.taken) - at))
    .slice(0, 3);
}

function describePoint(point: Point | undefined): string {
  if (!point || "latest" in point) return "of any night";
  if ("night" in point) return `of the night of ${point.night}`;
  if ("snapshot" in point) return `called "${point.snapshot}"`;
  if ("safety" in point) return "made as a safety copy";
  return `at or before ${point.at}`;
}

/** "12 h 5 min old when asked, application-consistent" */
export const showAge = (point: SetPoint, askedAt: string): string =>
  `${showDuration(Math.max(0, Date.parse(askedAt) - Date.parse(point.taken)))} old when asked, ${point.consistency}`;
