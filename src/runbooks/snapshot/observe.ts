import { DateTime } from "luxon";
import type { SetConfig } from "../../config/types.js";
import { like } from "../../core/points.js";
import { Refusal, Rejected } from "../../core/problems.js";
import type { ConsistencyGroup, Snapshot, Volume } from "../../ontap/index.js";
import { getSet, listed } from "../inventory.js";
import { handsOff } from "../mayDo.js";
import { describeLoss, lossesByUpdate, mirrorPolicy, viewMirrors, type MemberView } from "../mirrors.js";
import { safetyLabel } from "../points.js";
import type { ReadTools, RunFacts } from "../tools.js";
import type { Facts, OnMirror } from "./facts.js";
import { findFreezing } from "./freezing.js";
import type { SnapshotRequest } from "./request.js";

const nothing = "Nothing was changed.";
/** What a snapshot gets that was asked for without one. No policy of Sluice's making rotates it. */
const manualLabel = "sluice-manual";
/** Writes to a group wait between the two phases: long enough for a slow call, short enough for an application. */
const holdSeconds = 10;
const mostSnapshots = 1023;

/** Looks at the set's volumes, their consistency group, the mirror's policy, and for where the application runs. Throws a Refusal where no snapshot can be. */
export async function observe(asked: SnapshotRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const place = placeOf(set);
  // A freeze cannot wait for a person.
  const byHand = handsOff(on.inventory, place.cluster, "snapshots");
  const array = on.ontap(place.cluster);
  const [all, groups, mirrored] = await Promise.all([
    array.volumes.list({ svm: place.svm }),
    listGroups(place, on),
    mirrorsOf(set, on),
  ]);
  const own = set.members.map(({ source }) => getVolume(all, source.volume, place.cluster));
  const group = groupOf(set, groups);
  const inGroup = group?.volumes.map(({ name }) => getVolume(all, name ?? "", place.cluster)) ?? own;
  const lists = await Promise.all(inGroup.map(({ uuid }) => array.snapshots.list(uuid)));
  const labels = labelsOf(set, mirrored);
  const { name, label } = nameAndLabel(asked, labels, on.run);
  if (!asked.adopt) refuseTaken(name, inGroup, lists);
  const freezing =
    asked.adopt || asked.unfrozen || byHand || !set.freeze ? undefined : await findFreezing(set, set.freeze, on);
  if (!asked.adopt) refuseTorn(set, own, group, freezing !== undefined);
  const twoPhase = (await array.cluster.listLacking(["twoPhaseGroupSnapshot"])).length === 0;
  return {
    set,
    run: on.run,
    ...place,
    volumes: inGroup.map(({ name: volume, uuid }) => ({ name: volume, uuid })),
    beside: inGroup.filter((each) => !own.includes(each)).map((each) => each.name),
    group: group && { uuid: group.uuid, name: group.name, holdSeconds: twoPhase && !byHand ? holdSeconds : null },
    freezing,
    byHand,
    name,
    label,
    labels,
    mirror: onMirror(label, mirrored, inGroup, lists),
    adoptable: adoptable(set, own, inGroup, lists),
  };
}

interface Place {
  readonly cluster: string;
  readonly svm: string;
}

function placeOf(set: SetConfig): Place {
  const [first, ...others] = set.members.map(({ source }) => source);
  if (!first) throw new Refusal(`${set.name} has no volumes in the configuration.`, { next: nothing });
  const { cluster, svm } = first;
  const elsewhere = others.find((each) => each.cluster !== cluster || each.svm !== svm);
  if (elsewhere)
    throw new Refusal(
      `The volumes of ${set.name} lie in several SVMs (${svm} and ${elsewhere.svm}), and nothing takes those at one instant.`,
      { next: nothing },
    );
  return { cluster, svm };
}

function getVolume(all: readonly Volume[], name: string, cluster: string): Volume {
  const found = all.find((each) => each.name === name);
  if (!found) throw new Refusal(`There is no volume ${name} on ${cluster}.`, { next: nothing });
  if (found.type === "dp")
    throw new Refusal(`${name} on ${cluster} is a mirror now (type dp), and a mirror takes no snapshots of its own.`, {
      next: nothing,
    });
  return found;
}

/** None where the release has no consistency groups, or the login may not see them. */
async function listGroups({ cluster, svm }: Place, on: ReadTools): Promise<readonly ConsistencyGroup[]> {
  try {
    return await on.ontap(cluster).consistencyGroups.list({ svm });
  } catch (thrown) {
    if (thrown instanceof Rejected) return [];
    throw thrown;
  }
}

function groupOf(set: SetConfig, groups: readonly ConsistencyGroup[]): ConsistencyGroup | undefined {
  if (set.members.length === 1) return undefined;
  return groups.find((group) =>
    set.members.every(({ source }) => group.volumes.some(({ name }) => name === source.volume)),
  );
}

interface Mirrored {
  readonly member: MemberView;
  readonly policy: Awaited<ReturnType<typeof mirrorPolicy>>;
}

/** A set that is not protected can have snapshots too. */
async function mirrorsOf(set: SetConfig, on: ReadTools): Promise<readonly Mirrored[]> {
  try {
    const { members } = await viewMirrors(set, on);
    return await Promise.all(members.map(async (member) => ({ member, policy: await mirrorPolicy(member, on) })));
  } catch (thrown) {
    if (thrown instanceof Refusal) return [];
    throw thrown;
  }
}

const labelsOf = (set: SetConfig, mirrored: readonly Mirrored[]): readonly string[] => [
  ...new Set([set.nightly.label, ...mirrored.flatMap(({ policy }) => policy.retention.map(({ label }) => label))]),
];

function nameAndLabel(
  { label, adopt }: SnapshotRequest,
  labels: readonly string[],
  run: RunFacts,
): { name: string; label: string } {
  const own = `sluice.${DateTime.fromISO(run.askedAt, { zone: "utc" }).toFormat("yyyy-MM-dd_HHmm")}.${run.id}`;
  if (label === undefined || adopt) return { name: own, label: label ?? manualLabel };
  if (label === safetyLabel)
    throw new Refusal(`The label ${safetyLabel} is for copies a restore can be undone from, and for nothing else.`, {
      next: nothing,
    });
  if (labels.includes(label)) return { name: own, label };
  if (/^snapmirror\./i.test(label) || !/^[A-Za-z][A-Za-z0-9._-]{0,79}$/.test(label))
    throw new Refusal(`A snapshot cannot be named "${label}".`, {
      next: `A letter, then letters, digits, dots, dashes and underscores; not "snapmirror." ${nothing}`,
    });
  return { name: label, label: manualLabel };
}

function refuseTaken(name: string, volumes: readonly Volume[], lists: readonly (readonly Snapshot[])[]): void {
  lists.forEach((list, i) => {
    const volume = volumes[i]?.name ?? "?";
    if (list.some((each) => each.name === name))
      throw new Refusal(`${volume} has a snapshot named ${name} already.`, { next: `Choose another name. ${nothing}` });
    if (list.length >= mostSnapshots)
      throw new Refusal(`${volume} has ${list.length} snapshots, and ONTAP keeps ${mostSnapshots} at most.`, {
        next: `Delete some first. ${nothing}`,
      });
  });
}

/** Several volumes, no group and nothing frozen: the parts would be of different instants. */
function refuseTorn(
  set: SetConfig,
  own: readonly Volume[],
  group: ConsistencyGroup | undefined,
  frozen: boolean,
): void {
  if (own.length === 1 || group || frozen) return;
  throw new Refusal(
    `The ${own.length} volumes of ${set.name} are in no consistency group, so their snapshots would be of different instants, and a database over them would be torn.`,
    {
      next: `Put them into one consistency group${set.freeze ? ", or let me freeze the application" : ""}. ${nothing}`,
      ...(set.freeze ? { detail: { choices: [{ label: "Freeze it", say: `snapshot ${set.name}` }] } } : {}),
    },
  );
}

function onMirror(
  label: string,
  mirrored: readonly Mirrored[],
  volumes: readonly Volume[],
  lists: readonly (readonly Snapshot[])[],
): OnMirror {
  const [first] = mirrored;
  if (!first) return { will: "none", says: "there is none: the snapshot stays on the array alone", losses: [] };
  const rule = first.policy.retention.find((each) => each.label === label);
  if (!first.policy.copiesAllSnapshots && !rule)
    return {
      will: "ignores",
      says: `stays on the array alone: the policy ${first.policy.name} has no rule for the label ${label}`,
      losses: [],
    };
  const losses = mirrored.flatMap(({ member, policy }) =>
    lossesByUpdate(member, lists[volumes.findIndex((each) => each.name === member.source.volume)] ?? [], policy, [
      label,
    ]),
  );
  const kept = rule ? `, which keeps ${rule.count} of them` : "";
  return {
    will: "takes",
    says: `goes to ${first.member.mirror.cluster} with the next update${kept}`,
    losses: [...new Set(losses.map(describeLoss))],
  };
}

/** What other tools took, by the patterns of the configuration, where its label is missing. Only what every volume of the set has. */
function adoptable(
  set: SetConfig,
  own: readonly Volume[],
  volumes: readonly Volume[],
  lists: readonly (readonly Snapshot[])[],
): Facts["adoptable"] {
  const rules = [{ pattern: set.nightly.pattern, label: set.nightly.label }, ...(set.adopt ?? [])];
  const mine = own.map((each) => lists[volumes.indexOf(each)] ?? []);
  const found = rules.map(({ pattern, label }) => ({
    label,
    snapshots: mine.flatMap((list) =>
      list.filter(
        (each) =>
          like(pattern, each.name) &&
          (each.label ?? "") === "" &&
          mine.every((other) => other.some(({ name }) => name === each.name)),
      ),
    ),
  }));
  return found.filter(({ snapshots }) => snapshots.length > 0);
}

/** "azacsnap.*, nightly.*" */
export const patternsOf = (set: SetConfig): string =>
  listed([set.nightly.pattern, ...(set.adopt ?? []).map(({ pattern }) => pattern)]);
