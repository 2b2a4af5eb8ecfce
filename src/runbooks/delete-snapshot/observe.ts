import type { SetConfig } from "../../config/types.js";
import type { Environment } from "../../core/resource.js";
import { offered } from "../../core/nearest.js";
import { consistencyOf } from "../../core/points.js";
import { Refusal, Rejected } from "../../core/problems.js";
import { showTime } from "../../core/units.js";
import type { Snapshot, Volume } from "../../ontap/index.js";
import { getSet, listed } from "../inventory.js";
import { mirrorPolicy, viewMirrors, type MirrorView } from "../mirrors.js";
import type { SetPoint } from "../points.js";
import type { ReadTools, RunFacts } from "../tools.js";

const nothing = "Nothing was changed.";

/** The side it is deleted from. */
interface Side {
  readonly cluster: string;
  readonly svm: string;
  readonly environment: Environment;
  readonly volumes: readonly Volume[];
  /** One on each of those volumes. */
  readonly snapshots: readonly Snapshot[];
  /** Volumes of the set that have none of that name. */
  readonly missing: readonly string[];
  readonly group: { readonly uuid: string; readonly name: string; readonly snapshotUuid: string } | undefined;
}

/** What a deletion is planned from. */
export interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly side: Side;
  /** Volumes beside the set's that lose it by their group. */
  readonly beside: readonly string[];
  readonly point: SetPoint;
  /** The other side: on how many of its volumes the same snapshot is. Absent where there is none. */
  readonly other: { readonly cluster: string; readonly held: number; readonly of: number } | undefined;
  readonly copiesAll: boolean;
}

interface Asked {
  readonly set: string;
  readonly snapshot: string;
  readonly onMirror: boolean;
}

/** Looks on both sides. Throws a Refusal for a snapshot that is not there, is SnapMirror's, is held, or is locked. */
export async function observe(asked: Asked, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  if (/^snapmirror\./i.test(asked.snapshot))
    throw new Refusal(
      `${asked.snapshot} is SnapMirror's own: the mirror goes on from it, and without it would begin anew with a full baseline.`,
      { next: nothing },
    );
  const [source, view] = await Promise.all([sourceSide(set, on), mirrorsOf(set, on)]);
  const mirror = view && {
    ...(set.members[0]?.mirror ?? { cluster: "", svm: "" }),
    volumes: view.members.map(({ volume }) => volume),
    lists: view.members.map(({ snapshots }) => snapshots),
  };
  const here = asked.onMirror ? mirror : source;
  const there = asked.onMirror ? source : mirror;
  if (!here) throw new Refusal(`${set.name} has no mirror to delete a snapshot from.`, { next: nothing });
  const at = here.lists.map((list) => list.find((each) => each.name === asked.snapshot));
  const found = at.filter((each) => each !== undefined);
  const elsewhere = there?.lists.map((list) => list.find((each) => each.name === asked.snapshot)) ?? [];
  if (found.length === 0) refuseMissing(asked, set, here, elsewhere.some(Boolean), there?.cluster);
  refuseHeld(asked, found, here.cluster, on.run);
  const group = asked.onMirror ? undefined : await groupSnapshotOf(here, found.length, asked.snapshot, on);
  const beside = group?.beside ?? [];
  const other = there && {
    cluster: there.cluster,
    held: elsewhere.filter((each, i) => each && isSame(each, at[i])).length,
    of: elsewhere.length,
  };
  const [first] = view?.members ?? [];
  return {
    set,
    run: on.run,
    side: {
      cluster: here.cluster,
      svm: here.svm,
      environment: asked.onMirror ? "dr" : set.environment,
      volumes: here.volumes.filter((_, i) => at[i] !== undefined),
      snapshots: found,
      missing: here.volumes.filter((_, i) => at[i] === undefined).map(({ name }) => name),
      group: group && { uuid: group.uuid, name: group.name, snapshotUuid: group.snapshotUuid },
    },
    beside,
    point: pointOf(asked.snapshot, found),
    other,
    copiesAll: first ? (await mirrorPolicy(first, on)).copiesAllSnapshots : false,
  };
}

interface Looked {
  readonly cluster: string;
  readonly svm: string;
  readonly volumes: readonly Volume[];
  readonly lists: readonly (readonly Snapshot[])[];
}

async function sourceSide(set: SetConfig, on: ReadTools): Promise<Looked> {
  const { cluster, svm } = set.members[0]?.source ?? { cluster: "", svm: "" };
  const array = on.ontap(cluster);
  const all = await array.volumes.list({ svm });
  const volumes = set.members.map(({ source }) => {
    const found = all.find((each) => each.name === source.volume && source.svm === svm);
    if (!found) throw new Refusal(`There is no volume ${source.volume} on ${cluster}.`, { next: nothing });
    return found;
  });
  return { cluster, svm, volumes, lists: await Promise.all(volumes.map(({ uuid }) => array.snapshots.list(uuid))) };
}

async function mirrorsOf(set: SetConfig, on: ReadTools): Promise<MirrorView | undefined> {
  try {
    return await viewMirrors(set, on);
  } catch (thrown) {
    if (thrown instanceof Refusal) return undefined;
    throw thrown;
  }
}

/** By the uuid that a snapshot keeps on every side; releases before 9.11 have only name and time. */
const isSame = (one: Snapshot, other: Snapshot | undefined): boolean =>
  other !== undefined &&
  (one.versionUuid === undefined || other.versionUuid === undefined
    ? one.createTime === other.createTime
    : one.versionUuid === other.versionUuid);

function refuseMissing(asked: Asked, set: SetConfig, here: Looked, isThere: boolean, there: string | undefined): never {
  if (isThere && !asked.onMirror)
    throw new Refusal(`${asked.snapshot} is not on ${here.cluster} any more, only on the mirror on ${there ?? "?"}.`, {
      next: nothing,
      detail: {
        choices: [{ label: "Delete it there", say: `remove the snapshot ${asked.snapshot} of ${set.name} on CVO` }],
      },
    });
  const names = [...new Set(here.lists.flat().map((each) => each.name))].filter(
    (each) => !each.startsWith("snapmirror."),
  );
  const near = offered(asked.snapshot, names).slice(0, 3);
  const have = near.length > 0 ? ` The nearest: ${listed(near)}.` : "";
  throw new Refusal(`${set.name} has no snapshot "${asked.snapshot}" on ${here.cluster}.${have}`, { next: nothing });
}

const holders: Readonly<Record<string, string>> = {
  volume_clone: "a clone made from it",
  snapmirror: "SnapMirror, as the base of a mirror",
  snapmirror_dependent: "SnapMirror, as the base of a mirror",
};

function refuseHeld(asked: Asked, found: readonly Snapshot[], cluster: string, run: RunFacts): void {
  const owners = [...new Set(found.flatMap((each) => each.owners))];
  if (owners.length > 0)
    throw new Refusal(
      `${asked.snapshot} on ${cluster} is held by ${listed(owners.map((each) => holders[each] ?? each))}, so it cannot be deleted.`,
      { next: `${owners.includes("volume_clone") ? "Give the clone back first. " : ""}${nothing}` },
    );
  const until = found
    .flatMap((each) => [each.expiryTime, each.snaplockExpiryTime])
    .filter((each) => each !== undefined)
    .sort((a, b) => Date.parse(b) - Date.parse(a))[0];
  if (until !== undefined && Date.parse(until) > Date.parse(run.askedAt))
    throw new Refusal(
      `${asked.snapshot} on ${cluster} is locked until ${showTime(until, run.timeZone)}; nobody can delete it before.`,
      { next: nothing },
    );
}

/** The consistency group's snapshot of that name, where every volume we mean is in the group. */
async function groupSnapshotOf(here: Looked, count: number, name: string, on: ReadTools) {
  if (count < 2) return undefined;
  const groups = on.ontap(here.cluster).consistencyGroups;
  try {
    const group = (await groups.list({ svm: here.svm })).find((each) =>
      here.volumes.every((volume) => each.volumes.some((member) => member.name === volume.name)),
    );
    const taken = group && (await groups.listSnapshots(group.uuid, { name }))[0];
    if (!group || !taken) return undefined;
    const own = new Set(here.volumes.map((each) => each.name));
    const beside = group.volumes.flatMap((each) => (each.name === undefined || own.has(each.name) ? [] : [each.name]));
    return { uuid: group.uuid, name: group.name, snapshotUuid: taken.uuid, beside };
  } catch (thrown) {
    if (thrown instanceof Rejected) return undefined;
    throw thrown;
  }
}

const pointOf = (name: string, found: readonly Snapshot[]): SetPoint => ({
  name,
  taken: found[0]?.createTime ?? "",
  consistency: consistencyOf(found),
  comment: found[0]?.comment ?? "",
  label: found[0]?.label,
  members: found,
});
