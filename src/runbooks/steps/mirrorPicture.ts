import { z } from "zod";
import type { Json } from "../../core/json.js";
import { Rejected } from "../../core/problems.js";
import type { Relationship } from "../../ontap/index.js";
import type { ReadTools } from "../tools.js";

const picture = z
  .object({ exported: z.string().nullable(), endTime: z.string().nullable(), ended: z.array(z.string()) })
  .partial();

interface Of {
  readonly cluster: string;
  readonly relationship: string;
}

/**
 * The transfers that ended in the second in which the last one did, by uuid. `end_time` has whole seconds, and the relationship tells a transfer's
 * uuid only while it is active (reference 6.2), so one that ends within a second of the one before it is told from it by these alone. Empty where a release
 * lists active transfers only, or none with its end (before 9.10; reference 6.6): there the second must have passed. Undefined where the login may
 * not list them.
 */
async function endedTogether(given: Of, endTime: string | undefined, on: ReadTools): Promise<string[] | undefined> {
  if (endTime === undefined) return [];
  try {
    const all = await on.ontap(given.cluster).transfers.list(given.relationship);
    return all
      .filter((each) => each.endTime === endTime)
      .map((each) => each.uuid)
      .sort();
  } catch (error) {
    if (error instanceof Rejected && error.code === "6") return undefined;
    throw error;
  }
}

/** What a mirror shows of its last transfer: taken before a new one is asked for, because nothing else tells the new one's success from the old one's. */
export async function pictureOf(given: Of, on: ReadTools): Promise<Json> {
  const relationship = await on.ontap(given.cluster).relationships.find(given.relationship);
  const endTime = relationship?.transfer?.endTime;
  const ended = await endedTogether(given, endTime, on);
  return {
    exported: relationship?.exportedSnapshot ?? null,
    endTime: endTime ?? null,
    ...(ended === undefined ? {} : { ended }),
  };
}

/**
 * Has a transfer ended since that picture? Only what the picture has is compared: one of an earlier version has no `ended`. A mirror of
 * which there is no picture counts as moved.
 */
export async function hasMoved(
  given: Of,
  before: Json | undefined,
  now: Relationship,
  on: ReadTools,
): Promise<boolean> {
  const was = picture.safeParse(before);
  if (!was.success) return true;
  const { exported, endTime, ended } = was.data;
  if (exported !== undefined && exported !== (now.exportedSnapshot ?? null)) return true;
  if (endTime !== undefined && endTime !== (now.transfer?.endTime ?? null)) return true;
  if (ended === undefined) return false;
  const together = await endedTogether(given, now.transfer?.endTime, on);
  return (together ?? []).some((uuid) => !ended.includes(uuid));
}
