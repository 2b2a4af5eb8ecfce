import type { SetConfig } from "../../config/types.js";
import { Refusal, Rejected } from "../../core/problems.js";
import type { LunMap, MirrorDestination, QueuedVolume, Relationship, Volume } from "../../ontap/index.js";
import { readNote } from "../clones.js";
import { getSet, listed } from "../inventory.js";
import { viewMirrors, type MemberView } from "../mirrors.js";
import type { Inventory, ReadTools } from "../tools.js";
import type { UnprotectRequest } from "./request.js";
import { unusedBy, type Unused } from "./unused.js";

const nothing = "Nothing was changed.";

export interface MemberTaken {
  readonly member: MemberView;
  /** What the source knows of it; undefined where it has forgotten it already. */
  readonly fed: MirrorDestination | undefined;
}

export interface Facts {
  readonly set: SetConfig;
  readonly inventory: Inventory;
  readonly members: readonly MemberTaken[];
  /** Deleted volumes the destination's SVM still holds; undefined where the login may not look. */
  readonly queue: readonly QueuedVolume[] | undefined;
  readonly unused: Unused;
}

/** Looks at both sides. Throws a Refusal while somebody lives on the copies that are to go. */
export async function observe(asked: UnprotectRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const { members, volumes } = await viewMirrors(set, on);
  const first = members[0]?.mirror;
  if (!first) throw new Refusal(`${set.name} has no volumes in the configuration.`, { next: nothing });
  const array = on.ontap(first.cluster);
  const [maps, queue, fed] = await Promise.all([
    array.lunMaps.list({ svm: first.svm }),
    asked.volumes ? queueOf(on, first) : [],
    Promise.all(members.map((member) => fedBy(member, on))),
  ]);
  for (const member of members) refuseInUse(set, member, maps, asked.volumes === true);
  if (asked.volumes) refuseClones(set, members, volumes);
  return {
    set,
    inventory: on.inventory,
    members: members.map((member, i) => ({ member, fed: fed[i] })),
    queue,
    unused: asked.peering ? await unusedBy(members, on) : { remove: [], stays: [] },
  };
}

async function fedBy(
  { source, mirror, relationship }: MemberView,
  on: ReadTools,
): Promise<MirrorDestination | undefined> {
  const feeds = await on
    .ontap(source.cluster)
    .relationships.listDestinations({ sourceSvm: source.svm, sourceVolume: source.volume });
  return (
    feeds.find((each) => each.uuid === relationship.uuid) ??
    feeds.find((each) => each.destination.volume === mirror.volume)
  );
}

/** The queue can be seen over the command line's way in only, and that needs a right of its own. */
async function queueOf(
  on: ReadTools,
  { cluster, svm }: { cluster: string; svm: string },
): Promise<readonly QueuedVolume[] | undefined> {
  try {
    return await on.ontap(cluster).volumes.listRecoveryQueue(svm);
  } catch (problem) {
    if (problem instanceof Rejected) return undefined;
    throw problem;
  }
}

/** Broken off and seen by a host: the productive copy after a failover. */
function refuseInUse(
  set: SetConfig,
  { mirror, relationship }: MemberView,
  maps: readonly LunMap[],
  all: boolean,
): void {
  const used = maps.filter((map) => (map.lun.name ?? "").startsWith(`/vol/${mirror.volume}/`));
  if (used.length === 0 || (!all && !isBroken(relationship))) return;
  const igroups = listed([...new Set(used.map((map) => map.igroup.name ?? "?"))]);
  throw new Refusal(
    `${mirror.volume} on ${mirror.cluster} is in use: its LUNs are mapped (${igroups})${isBroken(relationship) ? ", so it is failed over" : ""}.`,
    {
      next: `${isBroken(relationship) ? "Failback brings it home first" : "Unmap them first"}. ${nothing}`,
      detail: { choices: isBroken(relationship) ? [{ label: "Fail back", say: `failback ${set.name}` }] : [] },
    },
  );
}

const isBroken = (relationship: Relationship): boolean => relationship.state === "broken_off";

/** A volume with clones cannot be deleted (524615), and what lives on it would go. */
function refuseClones(set: SetConfig, members: readonly MemberView[], volumes: readonly Volume[]): void {
  const parents = new Set(members.map(({ mirror }) => mirror.volume));
  const living = volumes.filter((each) => parents.has(each.clone?.parentVolume.name ?? ""));
  if (living.length === 0) return;
  const notes = living.map((volume) => ({ volume, note: readNote(volume.comment) }));
  const names = notes.map(({ volume, note }) => {
    if (note?.kind === "clone") return `the clone "${note.name}" on ${note.host ?? "?"}`;
    if (note?.kind === "safety") return `the safety copy ${volume.name}, kept until ${note.until ?? "?"}`;
    return `${volume.name}, a clone that is not ours`;
  });
  const choices = notes.flatMap(({ note }) =>
    note?.kind === "clone"
      ? [{ label: `Release ${note.name}`, say: `release the ${note.name} clone on ${note.host ?? ""}` }]
      : [],
  );
  throw new Refusal(
    `The copies of ${set.name} cannot be deleted while these live on them (524615): ${listed([...new Set(names)])}.`,
    {
      next: nothing,
      detail: {
        choices: [
          ...choices.filter((each, i) => choices.findIndex((other) => other.say === each.say) === i).slice(0, 4),
          { label: "Keep the volumes", say: `unprotect ${set.name}` },
        ],
      },
    },
  );
}
