import { z } from "zod";
import { limitAt } from "../../core/off-peak.js";
import { showBytes, showThrottle } from "../../core/units.js";
import type { Relationship } from "../../ontap/index.js";
import { defineStep, shown, type Past, type Probe } from "../define.js";
import { changes, mirrorResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { isTakenBack, noteTakenBack } from "./mirrorTarget.js";
import { isMoving } from "./updateMirror.js";

const window = z.object({ from: z.string(), to: z.string(), timeZone: z.string() });
const input = z.object({
  cluster: z.string(),
  members: z.array(z.object({ svm: z.string(), volume: z.string(), relationship: z.string(), totalBytes: z.number() })),
  /** KB/s; 0 is no limit. Outside the window, where there is one. */
  kbPerSecond: z.number().int(),
  window: window.nullable(),
});
type Input = z.infer<typeof input>;
const output = z.object({}).strict();
type Nothing = z.infer<typeof output>;

const failed = (relationship: Relationship): boolean =>
  ["failed", "aborted", "hard_aborted"].includes(relationship.transfer?.state ?? "");
const wordsOf = (relationship: Relationship): string =>
  relationship.unhealthyReasons.map((reason) => reason.message).join(" ");

const read = async (given: Input, on: ReadTools): Promise<ReadonlyMap<string, Relationship>> =>
  new Map(
    (await on.ontap(given.cluster).relationships.watch(given.members.map((each) => each.relationship))).map((each) => [
      each.uuid,
      each,
    ]),
  );

/** KB/s each active transfer runs with, by relationship; those still queued do not say. */
async function runningWith(
  given: Input,
  on: ReadTools,
  seen: ReadonlyMap<string, Relationship>,
): Promise<ReadonlyMap<string, number>> {
  const active = given.members.filter((each) => seen.get(each.relationship)?.transfer?.state === "transferring");
  const limits = await Promise.all(
    active.map(async ({ relationship }) => {
      const all = await on.ontap(given.cluster).transfers.list(relationship);
      const limit = all.find((each) => each.state === "transferring")?.throttleKilobytesPerSecond;
      return limit === undefined ? [] : [[relationship, limit] as const];
    }),
  );
  return new Map(limits.flat());
}

async function probe(given: Input, on: ReadTools, past: Past): Promise<Probe<Nothing>> {
  const seen = await read(given, on);
  const lost = given.members.find((each) => !seen.has(each.relationship));
  if (lost) return { found: "foreign", what: `The mirror ${lost.volume} on ${given.cluster} is not what it was` };
  if (isTakenBack(past)) return { found: "absent" };
  const of = (relationship: string): Relationship | undefined => seen.get(relationship);
  const open = given.members.filter((each) => of(each.relationship)?.state !== "snapmirrored");
  if (open.length === 0) {
    const ill = given.members.find((each) => of(each.relationship)?.healthy === false);
    return ill
      ? { found: "unclear", why: `The mirror ${ill.volume} is filled, but is not healthy.` }
      : { found: "done", output: {} };
  }
  const stopped = open.filter((each) => !isMoving(of(each.relationship) ?? {}));
  if (stopped.length === 0) {
    const limits = await runningWith(given, on, seen);
    const mirrors = given.members.map(({ relationship: uuid, totalBytes }) => ({
      uuid,
      totalBytes,
      runsWith: limits.get(uuid) ?? null,
    }));
    return { found: "running", watch: { kind: "baseline", cluster: given.cluster, mirrors, window: given.window } };
  }
  const ill = stopped.find((each) => failed(of(each.relationship) as Relationship));
  if (!ill) return { found: "absent" };
  const relationship = of(ill.relationship) as Relationship;
  return {
    found: "absent",
    goesOn:
      `The first transfer of ${ill.volume} ${relationship.transfer?.state === "failed" ? "failed" : "was stopped"} after ${showBytes(relationship.transfer?.bytes ?? 0)}. ${wordsOf(relationship)} What has come over is kept, and it goes on from there.`.replace(
        / {2,}/g,
        " ",
      ),
  };
}

/** Begins the first transfer of every member that has none: all, before any answer counts. */
async function begin(given: Input, on: Tools): Promise<void> {
  const array = on.ontap(given.cluster);
  const seen = await read(given, on);
  const idle = given.members.filter(({ relationship }) => {
    const now = seen.get(relationship);
    return now?.state === "uninitialized" && !isMoving(now);
  });
  const ends = await Promise.allSettled(idle.map(({ relationship }) => array.transfers.start(relationship)));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
}

/**
 * The first transfer of a whole set: hours to days, followed by a watch and not by a worker. A limit by time of day cannot be changed while it runs (reference W1), so
 * at the edges of the window it is stopped with its checkpoint and begun again from there with the other limit.
 */
export const fillMirrors = defineStep<Input, Nothing>({
  effect: "change",
  input,
  output,
  interruptible: true,
  describe: (given) => {
    const members = Array.isArray(given.members) ? (given.members as Input["members"]) : [];
    const limit = typeof given.kbPerSecond === "number" ? showThrottle(given.kbPerSecond) : "?";
    const night = given.window as Input["window"];
    return `Fill ${members.map((each) => each.volume).join(", ")} on ${shown(given.cluster, "?")}: the first transfer, ${night ? `no limit from ${night.from} to ${night.to} (${night.timeZone}), ${limit} else` : limit}`;
  },
  touches: (given) =>
    (Array.isArray(given.members) ? (given.members as Input["members"]) : []).map(({ svm, volume }) =>
      changes(mirrorResource({ cluster: shown(given.cluster, "?"), svm, volume })),
    ),
  probe,
  run: begin,
  tend: async (given, on, _past, now) => {
    const seen = await read(given, on);
    const limits = await runningWith(given, on, seen);
    let acted = false;
    for (const { relationship: uuid } of given.members) {
      const relationship = seen.get(uuid);
      const runs = limits.get(uuid);
      const wanted = limitAt(given.window, relationship?.throttleKilobytesPerSecond ?? 0, Date.parse(now));
      if (relationship?.transfer?.uuid === undefined || runs === undefined || runs === wanted) continue;
      const array = on.ontap(given.cluster);
      await array.transfers.abort(uuid, relationship.transfer.uuid);
      await array.transfers.start(uuid, { throttleKilobytesPerSecond: wanted });
      acted = true;
    }
    return acted;
  },
  undo: {
    describe: () => "the transfers are stopped, and what has come over goes with the volumes",
    run: async (given, _past, on) => {
      const array = on.ontap(given.cluster);
      for (const { uuid, transfer } of (await read(given, on)).values())
        if (transfer?.uuid !== undefined) await array.transfers.abort(uuid, transfer.uuid);
      await noteTakenBack(on);
    },
  },
});
