import type { SetConfig } from "../../config/types.js";
import type { FailoverNote } from "../../core/failover-note.js";
import { Refusal } from "../../core/problems.js";
import type { Lun, Relationship, Volume } from "../../ontap/index.js";
import { listed } from "../inventory.js";
import type { MemberView } from "../mirrors.js";
import type { ReadTools } from "../tools.js";
import type { MemberHome } from "./facts.js";

const nothing = "Nothing was changed.";

/** One volume at home as the array has it now, whatever that is. */
export interface HomeSeen {
  readonly member: MemberView;
  readonly home: Volume | undefined;
  readonly luns: readonly Lun[];
  /** The mirror that leads to it, from wherever. */
  readonly reverse: Relationship | undefined;
  /** `<local alias of the copy's SVM>:<volume>` as the array writes it; undefined: the SVMs are not peered. */
  readonly sourcePath: string | undefined;
  /** Name of the snapshot with which a switch since the failover brought the final state home. */
  readonly final: string | undefined;
}

/** Reads what stands at home of one volume. */
export async function seeHome(member: MemberView, note: FailoverNote, on: ReadTools): Promise<HomeSeen> {
  const { source, mirror } = member;
  const array = on.ontap(source.cluster);
  const [[home], relationships, peers, luns] = await Promise.all([
    array.volumes.list({ svm: source.svm, name: source.volume }),
    array.relationships.list({ destinationSvm: source.svm, destinationVolume: source.volume }),
    array.svmPeers.list({ svm: source.svm }),
    array.luns.listByVolume(source.svm, source.volume),
  ]);
  const reverse = relationships.find((each) => !each.restore);
  const alias = peers.find(({ peer }) => peer.svm.name === mirror.svm && peer.cluster.name === mirror.cluster)?.name;
  // one that follows has its final state still to come: what an earlier try brought says nothing
  const snapshots = home && reverse?.state !== "snapmirrored" ? await array.snapshots.list(home.uuid) : [];
  const final = snapshots.find(
    ({ name, createTime }) =>
      name.startsWith("sluice-failback.") && Date.parse(createTime ?? "") > Date.parse(note.since),
  );
  return {
    member,
    home,
    luns,
    reverse,
    sourcePath: alias === undefined ? undefined : `${alias}:${mirror.volume}`,
    final: final?.name,
  };
}

/** How far a volume has come on its way back; undefined where that is for a person to tell. */
export function stageOf({ home, reverse, sourcePath, final }: HomeSeen): MemberHome["stage"] | undefined {
  if (!reverse) return home?.type === "rw" && final === undefined ? "alone" : undefined;
  if (reverse.source.path !== sourcePath || reverse.state === "paused") return undefined;
  if (reverse.state === "snapmirrored") return home?.type === "dp" ? "follows" : undefined;
  // Never initialized and read-only: what asks for a resync there would begin a baseline (reference 6.4).
  if (home?.type === "dp") return reverse.state === "uninitialized" ? undefined : "setBack";
  return final === undefined ? "setUp" : undefined;
}

/** A switch that stopped on its way is not taken up by itself: who has the newer data is for people to say. Throws a Refusal with what stands where. */
export async function refuseHalfSwitched(
  set: SetConfig,
  note: FailoverNote,
  seen: readonly HomeSeen[],
  on: ReadTools,
): Promise<void> {
  const isForward = seen.map(({ member }) => member.relationship.state !== "broken_off");
  const isMixed = isForward.includes(true) && isForward.includes(false);
  const isSwitched = seen.some(
    ({ reverse, sourcePath, final }) =>
      final !== undefined || (reverse?.state === "paused" && reverse.source.path === sourcePath),
  );
  if (!isMixed && !(isSwitched && !isForward.includes(true))) return;
  const copies = await Promise.all(
    seen.map(({ member: { mirror } }) => on.ontap(mirror.cluster).luns.listByVolume(mirror.svm, mirror.volume)),
  );
  const atHome = igroupsOf(seen.map(({ luns }) => luns));
  const there = igroupsOf(copies);
  throw new Refusal(
    `The switch of ${set.name} back to its array was stopped half way. ${whereProduction(set, note, atHome, there)} ${volumesOf(seen).join(" ")}`,
    { next: `${toDo(seen, atHome, there)} ${nothing}` },
  );
}

const igroupsOf = (luns: readonly (readonly Lun[])[]): string[] => [
  ...new Set(luns.flat().flatMap(({ maps }) => maps.map(({ igroup }) => igroup.name ?? "an igroup"))),
];

function whereProduction(
  set: SetConfig,
  note: FailoverNote,
  atHome: readonly string[],
  there: readonly string[],
): string {
  if (atHome.length > 0 && there.length > 0)
    return `BOTH sides are mapped, the array's LUNs to ${listed(atHome)} and the copies' to ${listed(there)}: ${set.name} may be written on either.`;
  if (atHome.length > 0)
    return `Production is at home: the array is not fenced, its LUNs are mapped to ${listed(atHome)}, and no host has the copies.`;
  if (there.length > 0)
    return `Production is on ${note.host}: the copies' LUNs are mapped to ${listed(there)}, and the array is fenced.`;
  return `Production runs nowhere: the array is fenced, and no host has the copies' LUNs either.`;
}

/** One sentence for all volumes that are alike. */
function volumesOf(seen: readonly HomeSeen[]): string[] {
  const byState = new Map<string, string[]>();
  for (const { member, home, reverse, final } of seen) {
    const { source, mirror, relationship } = member;
    const side = home?.type === "rw" ? "writable" : home ? "read-only" : "gone";
    const back = reverse ? `its mirror back is ${wordsFor(reverse.state)}` : "no mirror leads to it";
    const has = final === undefined ? "" : `, and it has the final state (${final})`;
    const state = `at home ${side}, ${back}${has}; the copy is ${relationship.state === "snapmirrored" ? "following it again" : wordsFor(relationship.state)}`;
    byState.set(state, [...(byState.get(state) ?? []), `${source.volume} (copy ${mirror.volume})`]);
  }
  return [...byState].map(([state, names]) => `${listed(names)}: ${state}.`);
}

const wordsFor = (state: string | undefined): string =>
  state === "broken_off" ? "broken off" : state === "snapmirrored" ? "following" : (state ?? "in no known state");

function toDo(seen: readonly HomeSeen[], atHome: readonly string[], there: readonly string[]): string {
  if (atHome.length > 0 && there.length > 0)
    return "Find out which side was written to last before anything else, and take the other's LUNs away.";
  const paused = seen.filter(({ reverse }) => reverse?.state === "paused");
  if (atHome.length === 0 && paused.length === seen.length)
    return `Nothing is lost. Let the mirror back go on (${listed(paused.map(({ member: { source } }) => `snapmirror resume -destination-path ${source.svm}:${source.volume}`))} on ${listed([...new Set(paused.map(({ member }) => member.source.cluster))])}) and ask again: it goes on from there.`;
  if (atHome.length > 0)
    return "What is left is for a person: see that the application runs there, delete the mirror back on the array and release it on the copies' side (relationship information only, so that the snapshots stay), and resynchronise the copies from the array.";
  return "What is left is for a person: nothing has been written on either side since the final state was taken, so start production on one side only, give that side its LUNs, and only then let the other follow it.";
}
