import { z } from "zod";
import type { SetConfig } from "../config/types.js";
import { Refusal } from "../core/problems.js";
import { showDuration } from "../core/units.js";
import type { LunMap, Snapshot, Volume } from "../ontap/index.js";
import { readNote } from "./clones.js";
import { commonOf, hasBase, type Common } from "./sharedSnapshots.js";
import { defineRunbook, type Planner } from "./define.js";
import { getSet, listed } from "./inventory.js";
import { viewMirrors, type MemberView } from "./mirrors.js";
import { showTime } from "./points.js";
import { breakMirror, resyncMirror as resync } from "./steps/resync.js";
import { isMoving } from "./steps/updateMirror.js";
import type { ReadTools, RunFacts } from "./tools.js";
import { setsTitle, whichSets } from "./whichSets.js";

const request = z.strictObject({ ...whichSets });
type Request = z.infer<typeof request>;
const steps = { breakMirror, resyncMirror: resync };

interface Joined {
  readonly member: MemberView;
  readonly common: Common & { readonly newest: Snapshot & { readonly versionUuid: string } };
  /** Clones of its older snapshots: they stay, and a quick resync is not possible. */
  readonly clones: readonly Volume[];
}

interface Facts {
  readonly sets: readonly { readonly set: SetConfig; readonly members: readonly Joined[] }[];
  readonly run: RunFacts;
}

const nothing = "Nothing was changed.";

/** Joins a set's broken mirrors to their sources again. Says beforehand, by name and time, what that discards on them. */
export const resyncMirror = defineRunbook({
  name: "resync-mirror",
  version: 1,
  title: (asked: Request) => `Resync ${setsTitle(asked)}`,
  request,
  steps,
  observe,
  plan,
  example: { say: "resync the prod mirror", world: "epic", given: "the mirror of prod is broken off" },
});

async function observe(asked: Request, on: ReadTools): Promise<Facts> {
  const sets = asked.all ? on.inventory.sets : asked.set === undefined ? [] : [getSet(on.inventory, asked.set)];
  if (sets.length === 0) throw new Refusal("Which mirror do you mean?", { next: `Name a set, or say all. ${nothing}` });
  const seen = await Promise.all(sets.map(async (set) => ({ set, members: await needing(set, on) })));
  const broken = seen.filter(({ members }) => members.length > 0);
  if (broken.length === 0) throw followsAlready(sets);
  return { sets: broken, run: on.run };
}

function followsAlready(sets: readonly SetConfig[]): Refusal {
  const [first] = sets;
  const names = listed(sets.map(({ name }) => name));
  return new Refusal(`There is nothing to resync: the mirror of ${names} has what its source has, and follows it.`, {
    next: nothing,
    detail: { choices: first ? [{ label: "Update it", say: `update the ${first.name} mirror` }] : [] },
  });
}

/** The members of a set that only a resync makes mirrors again. Throws a Refusal where one of them cannot be. */
async function needing(set: SetConfig, on: ReadTools): Promise<readonly Joined[]> {
  const { members, volumes } = await viewMirrors(set, on);
  const [first] = members;
  const maps = first ? await on.ontap(first.mirror.cluster).lunMaps.list({ svm: first.mirror.svm }) : [];
  const joined = await Promise.all(
    members.map(async (member): Promise<Joined | undefined> => {
      refuseState(set, member);
      const common = await commonOf(member, on);
      if (member.relationship.state !== "broken_off" && hasBase(member, common)) return undefined;
      refuseSource(member, await sourceOf(member, on));
      refuseInUse(set, member, maps);
      const { newest } = common;
      if (newest?.versionUuid === undefined) throw noCommon(set, member);
      const clones = volumes.filter((each) => each.clone?.parentVolume.name === member.mirror.volume);
      refuseHeld(member, common, clones);
      return { member, common: { ...common, newest: { ...newest, versionUuid: newest.versionUuid } }, clones };
    }),
  );
  const found = joined.flatMap((each) => each ?? []);
  // "Paused" with its base is somebody's decision, and no reason for a resync.
  if (found.length === 0) refusePaused(set, members);
  return found;
}

function refuseState(set: SetConfig, { mirror, relationship }: MemberView): void {
  if (isMoving(relationship))
    throw new Refusal(
      `A transfer of the mirror ${mirror.volume} runs, and a resync cannot begin meanwhile (13303844).`,
      {
        next: `Ask again when it has ended. ${nothing}`,
      },
    );
  if (relationship.state === "uninitialized") throw noBaseline(set, mirror.volume);
}

const noBaseline = (set: SetConfig, volume: string): Refusal =>
  new Refusal(
    `The mirror ${volume} has never had its first transfer: there is nothing to resync, it needs a baseline.`,
    {
      next: nothing,
      detail: { choices: [{ label: `Protect ${set.name}`, say: `protect ${set.name}` }] },
    },
  );

const noCommon = (set: SetConfig, { source, mirror }: MemberView): Refusal =>
  new Refusal(
    `${source.volume} and its mirror ${mirror.volume} have no snapshot in common, so there is nothing a resync could build on: the mirror needs a baseline, a first transfer of everything.`,
    {
      next: `That means to take it apart and set it up again. ${nothing}`,
      detail: {
        choices: [{ label: "Take it apart, with its volumes", say: `unprotect ${set.name} with its volumes` }],
      },
    },
  );

async function sourceOf({ source }: MemberView, on: ReadTools): Promise<Volume | undefined> {
  return (await on.ontap(source.cluster).volumes.list({ svm: source.svm, name: source.volume }))[0];
}

function refuseSource({ source, mirror }: MemberView, volume: Volume | undefined): void {
  if (volume?.state === "online" && volume.type === "rw") return;
  throw new Refusal(
    `${source.volume} on ${source.cluster} is ${volume?.state ?? "missing"}${volume?.type === "dp" ? " and itself a mirror" : ""}, so ${mirror.volume} cannot follow it.`,
    { next: nothing },
  );
}

/** LUNs of a broken mirror that a host sees are live data: a failover, not an accident. */
function refuseInUse(set: SetConfig, { mirror }: MemberView, maps: readonly LunMap[]): void {
  const used = maps.filter((map) => (map.lun.name ?? "").startsWith(`/vol/${mirror.volume}/`));
  if (used.length === 0) return;
  const igroups = listed([...new Set(used.map((map) => map.igroup.name ?? "?"))]);
  throw new Refusal(
    `${mirror.volume} on ${mirror.cluster} is in use: its LUNs are mapped (${igroups}), so it is failed over, and a resync would throw away what was written there.`,
    {
      next: `Failback brings that home first. ${nothing}`,
      detail: { choices: [{ label: "Fail back", say: `failback ${set.name}` }] },
    },
  );
}

/** A clone of a snapshot that the way back would remove stands in it (reference 7.3). */
function refuseHeld({ mirror }: MemberView, { newer }: Common, clones: readonly Volume[]): void {
  const gone = new Set(newer.map((each) => each.name));
  const holding = clones.filter((each) => gone.has(each.clone?.parentSnapshot.name ?? ""));
  if (holding.length === 0) return;
  const notes = holding.map((volume) => ({ volume, note: readNote(volume.comment) }));
  const names = notes.map(({ volume, note }) => {
    const of = volume.clone?.parentSnapshot.name ?? "?";
    if (note?.kind === "clone") return `the clone "${note.name}" of ${of} on ${note.host ?? "?"}`;
    if (note?.kind === "safety") return `the safety copy ${volume.name} of ${of}, kept until ${note.until ?? "?"}`;
    return `${volume.name}, a clone of ${of}`;
  });
  const choices = notes.flatMap(({ note }) =>
    note?.kind === "clone"
      ? [{ label: `Release ${note.name}`, say: `release the ${note.name} clone on ${note.host ?? ""}` }]
      : [],
  );
  throw new Refusal(`A resync of ${mirror.volume} removes snapshots that are in use: ${listed(names)}.`, {
    next: `It can go on when ${holding.length === 1 ? "that is" : "those are"} gone. ${nothing}`,
    detail: { choices },
  });
}

function refusePaused(set: SetConfig, members: readonly MemberView[]): void {
  if (members.every(({ relationship }) => relationship.state !== "paused")) return;
  throw new Refusal(`The mirror of ${set.name} is only paused: it still has its base and needs no resync.`, {
    next: nothing,
    detail: { choices: [{ label: "Resume it", say: `resume the ${set.name} mirror` }] },
  });
}

const isOwn = (snapshot: Snapshot): boolean => snapshot.name.startsWith("snapmirror.");

function plan(_asked: Request, { sets, run }: Facts, p: Planner<typeof steps>): void {
  for (const { set, members } of sets) {
    for (const each of members) {
      showDiscarded(each, run, p);
      if (each.member.relationship.state !== "broken_off")
        p.step.breakMirror({ ...each.member.mirror, relationship: each.member.relationship.uuid });
    }
    for (const each of members) join(set, each, run, p);
  }
}

function showDiscarded({ member, common, clones }: Joined, run: RunFacts, p: Planner<typeof steps>): void {
  const { mirror, source } = member;
  const { newest, newer } = common;
  const age = showDuration(Math.max(0, Date.parse(run.askedAt) - Date.parse(newest.createTime ?? run.askedAt)));
  p.show(
    `${mirror.volume} goes back to`,
    `${newest.name}, taken ${showTime(newest.createTime ?? "", run.timeZone)} (${age} before it was asked): the newest snapshot that ${source.volume} has too`,
  );
  const named = newer.filter((each) => !isOwn(each));
  p.show(
    "Will be lost",
    named.length > 0
      ? `on ${mirror.volume}: everything written there since, and the snapshots ${listed(named.map((each) => snapshotText(each, run)))}`
      : `on ${mirror.volume}: everything written there since. No snapshot of anybody's goes with it`,
    "danger",
  );
  if (clones.length > 0)
    p.show("Clones", `${listed(clones.map(({ name }) => name))} live on older snapshots and are not touched`);
}

const snapshotText = (snapshot: Snapshot, run: RunFacts): string =>
  `${snapshot.name} (${showTime(snapshot.createTime ?? "", run.timeZone)})`;

function join(_set: SetConfig, { member, common, clones }: Joined, run: RunFacts, p: Planner<typeof steps>): void {
  const { newest, newer } = common;
  const since = showTime(newest.createTime ?? "", run.timeZone);
  p.step.resyncMirror({
    ...member.mirror,
    relationship: member.relationship.uuid,
    common: { name: isOwn(newest) ? "SnapMirror's own newest snapshot" : newest.name, versionUuid: newest.versionUuid },
    discards: [
      `everything written to it since ${since}`,
      ...newer.filter((each) => !isOwn(each)).map((each) => `snapshot ${snapshotText(each, run)}`),
    ],
    clones: clones.length > 0,
  });
}
