import { z } from "zod";
import { Rejected } from "../../core/problems.js";
import type { Snapshot } from "../../ontap/index.js";
import { takeSetText } from "../byHand/snapshots.js";
import { defineStep, shown, type Past, type Probe } from "../define.js";
import { listed } from "../inventory.js";
import { changes, volumeResource } from "../resources.js";
import type { ReadTools, Tools } from "../tools.js";
import { noteJob, whenMissing } from "./jobs.js";
import { allSettledOrThrow } from "./mapLuns.js";

export const environment = z.enum(["production", "dr", "clone", "infrastructure"]);
export const namedVolumes = z.array(z.object({ name: z.string(), uuid: z.string() })).min(1);

const input = z.object({
  cluster: z.string(),
  svm: z.string(),
  environment,
  volumes: namedVolumes,
  snapshot: z.string(),
  label: z.string(),
  /** Holds the run's tag: that is how one of ours is known. */
  comment: z.string(),
  tag: z.string(),
  consistency: z.enum(["crash", "application"]),
  /** The consistency group of these volumes. `holdSeconds`: in two phases, writes waiting at most so long; null: in one. */
  group: z.object({ uuid: z.string(), name: z.string(), holdSeconds: z.int().nullable() }).nullable(),
});
type Input = z.infer<typeof input>;
const output = z.object({ taken: z.string() });
type Output = z.infer<typeof output>;

interface Given {
  readonly cluster: unknown;
  readonly svm: unknown;
  readonly environment: unknown;
  readonly volumes: unknown;
}

const volumesOf = (given: Given): readonly string[] =>
  Array.isArray(given.volumes) ? given.volumes.map((each: { name?: unknown }) => shown(each.name, "?")) : [];

/** Every volume of a set, as changed. */
export const setTouches = (given: Given) =>
  volumesOf(given).map((volume) =>
    changes(
      volumeResource(
        { cluster: shown(given.cluster, "?"), svm: shown(given.svm, "?"), volume },
        environment.catch("production").parse(given.environment),
      ),
    ),
  );

/** "epic_prd", or "the 12 volumes epic_prd_db01 … epic_prd_app02" */
export function volumesInWords(given: Pick<Given, "volumes">): string {
  const names = volumesOf({ ...given, cluster: "", svm: "", environment: "" });
  if (names.length <= 3) return listed(names);
  return `the ${names.length} volumes ${names[0]} … ${names.at(-1)}`;
}

/** The snapshot of that name on each volume; undefined where there is none. In the volumes' order. */
export const onEach = (
  given: Pick<Input, "cluster" | "volumes" | "snapshot">,
  on: ReadTools,
): Promise<readonly (Snapshot | undefined)[]> =>
  Promise.all(given.volumes.map(({ uuid }) => on.ontap(given.cluster).snapshots.findByName(uuid, given.snapshot)));

/** One snapshot of one name on all volumes of a set: by its consistency group at one instant, or, while the application is frozen, one after the other. */
export const takeSetSnapshot = defineStep<Input, Output>({
  effect: "change",
  input,
  output,
  describe: (given) => {
    const group = given.group as Input["group"];
    const by =
      group === null
        ? ""
        : `, all at one instant (consistency group ${group.name}${group.holdSeconds === null ? "" : `; writes wait for at most ${group.holdSeconds} s`})`;
    return `Take snapshot ${shown(given.snapshot, "?")} of ${volumesInWords(given)} on ${shown(given.cluster, "?")}, label ${shown(given.label, "?")}${by}`;
  },
  touches: setTouches,
  probe,
  run: async (given, on) => {
    const { cluster, group, snapshot: name, label, comment } = given;
    const array = on.ontap(cluster);
    if (group) return takeOfGroup(given, group, on);
    const accepted = await Promise.allSettled(
      given.volumes.map(({ uuid }) => array.snapshots.create(uuid, { name, label, comment })),
    );
    for (const each of accepted) if (each.status === "fulfilled") await noteJob(on, each.value);
    const failed = accepted.find((each) => each.status === "rejected");
    if (failed) throw failed.reason;
  },
  writes: "snapshots",
  handOff: (given) =>
    takeSetText(shown(given.svm, "?"), given.volumes as Input["volumes"], given.group as Input["group"], {
      snapshot: shown(given.snapshot, "?"),
      label: shown(given.label, "?"),
      comment: shown(given.comment, "?"),
    }),
  undo: {
    describe: (given) => `snapshot ${shown(given.snapshot, "?")} is deleted again where nothing holds it yet`,
    run: async (given, _past, on) => {
      await on.note({ undo: true });
      const array = on.ontap(given.cluster);
      const found = await onEach(given, on);
      await allSettledOrThrow(
        found
          .filter((each) => each !== undefined)
          .filter((each) => isOurs(given, each) && each.owners.length === 0)
          .map((each) => array.snapshots.delete(each.volumeUuid, each.uuid)),
      );
    },
  },
});

const isOurs = ({ tag }: Input, found: Snapshot): boolean => found.comment.split(/[\s:]+/).includes(tag);

async function probe(given: Input, on: ReadTools, past: Past): Promise<Probe<Output>> {
  const all = await onEach(given, on);
  const there = all.filter((each) => each !== undefined);
  const foreign = there.find((each) => !isOurs(given, each));
  if (foreign) return { found: "foreign", what: `A snapshot ${given.snapshot} is on ${given.cluster} already` };
  if (there.length === 0) {
    const missing = await whenMissing(on, given.cluster, past.notes);
    const isTooLate = missing.found === "absent" && missing.code === commitTooLate;
    return isTooLate ? { found: "absent" } : missing;
  }
  const undoing = past.notes.some((note) => typeof note === "object" && note !== null && "undo" in note);
  if (undoing && there.every((each) => each.owners.length > 0))
    return {
      found: "foreign",
      what: `Snapshot ${given.snapshot} is held by ${listed([...new Set(there.flatMap((each) => each.owners))])} already`,
    };
  if (there.length < all.length) {
    const missing = await whenMissing(on, given.cluster, past.notes);
    const why = `Snapshot ${given.snapshot} is on ${there.length} of ${all.length} volumes only.`;
    return missing.found === "running" ? missing : { found: "partial", why };
  }
  return { found: "done", output: { taken: there[0]?.createTime ?? "" } };
}

/** What a start is answered with while another one's hold has not run out; also the code of "the name is taken". */
const groupSnapshotFailed = "53411921";
/** There is no snapshot, and the writes go on: begun again, both phases are done anew. */
const commitTooLate = "53411925";

/**
 * In two phases, nothing exists until it is committed: a worker that dies in between leaves nothing, and a commit that comes too late is refused (53411925).
 * A start that meets the hold of one that was lost is tried again until that has run out.
 */
async function takeOfGroup(given: Input, group: NonNullable<Input["group"]>, on: Tools): Promise<void> {
  const array = on.ontap(given.cluster);
  const { snapshot: name, label, comment, consistency } = given;
  const wanted = { name, label, comment, consistency };
  if (group.holdSeconds === null) return noteJob(on, await array.consistencyGroups.createSnapshot(group.uuid, wanted));
  const started = await array.consistencyGroups
    .startSnapshot(group.uuid, { ...wanted, holdSeconds: group.holdSeconds })
    .catch(async (thrown: unknown) => {
      const held = thrown instanceof Rejected && thrown.code === groupSnapshotFailed;
      if (!held || (await onEach(given, on)).some((each) => each !== undefined)) throw thrown;
      throw new Rejected(thrown.message, { code: groupSnapshotFailed, retryable: true, cause: thrown });
    });
  const uuid = started.records[0]?.uuid;
  if (uuid === undefined)
    throw new Rejected("the array did not say which snapshot it has begun, so nothing was taken", {
      from: `ONTAP ${given.cluster}`,
    });
  await on.note({ groupSnapshot: uuid });
  const committed = await array.consistencyGroups.commitSnapshot(group.uuid, uuid).catch((thrown: unknown) => {
    if (!(thrown instanceof Rejected) || thrown.code !== commitTooLate) throw thrown;
    throw new Rejected(thrown.message, { code: commitTooLate, retryable: true, cause: thrown });
  });
  await noteJob(on, committed);
}
