import type { SetConfig } from "../../config/types.js";
import { recallFailover, type FailoverNote } from "../../core/failover-note.js";
import { Problem, Refusal } from "../../core/problems.js";
import { durationMs } from "../../core/units.js";
import { interoperability, type Volume } from "../../ontap/index.js";
import { readNote } from "../clones.js";
import { isLocked } from "../failover/observe.js";
import { getSet, listed } from "../inventory.js";
import { viewMirrors, type MemberView } from "../mirrors.js";
import { showTime } from "../points.js";
import { commonOf } from "../sharedSnapshots.js";
import type { ReadTools } from "../tools.js";
import type { Facts, MemberHome, Tail } from "./facts.js";
import { refuseHalfSwitched, seeHome, stageOf, type HomeSeen } from "./halfway.js";
import { lookAtLeaving } from "./leaving.js";
import type { FailbackRequest } from "./request.js";

const nothing = "Nothing was changed.";

/** Looks at the copy, at home and, for the switch, at the hosts. Throws a Refusal where the way back cannot be gone. */
export async function observe(asked: FailbackRequest, on: ReadTools): Promise<Facts> {
  const set = getSet(on.inventory, asked.set);
  const note = await recallFailover(on, set.name);
  const view = await viewMirrors(set, on);
  refuseUnknown(set, note, view.members);
  const fenced = fencedOf(set, note);
  const unknown = await homeAnswers(set, () => releasesOf(set, note, view.members, on));
  const seen = await homeAnswers(set, () => Promise.all(view.members.map((member) => seeHome(member, note, on))));
  await refuseHalfSwitched(set, note, seen, on);
  refuseAtHome(set, view.members);
  const members = await homeAnswers(set, () => Promise.all(seen.map((each) => viewHome(set, each, on))));
  const left = members.filter(({ stage }) => stage !== "follows");
  if (asked.switch && left.length > 0)
    throw new Refusal(`${set.name} cannot be switched back yet: its array does not follow the copy.`, {
      next: nothing,
      detail: { choices: [{ label: "Fail back", say: `failback ${set.name}` }] },
    });
  for (const each of left) await refuseWay(set, each, on);
  const untouched = left.filter(({ stage }) => stage !== "setBack");
  return {
    set,
    run: on.run,
    note,
    fenced,
    members,
    tail: untouched.length === 0 ? { kind: "none" } : await tailOf(note, untouched, on),
    unknown,
    leaving: asked.switch ? await lookAtLeaving(set, note, fenced, on) : undefined,
  };
}

function refuseAtHome(set: SetConfig, members: readonly MemberView[]): void {
  const other = members.find(({ relationship }) => relationship.state !== "broken_off");
  if (other)
    throw new Refusal(
      `${set.name} is not failed over: the mirror ${other.mirror.volume} on ${other.mirror.cluster} is ${other.relationship.state ?? "in no known state"}.`,
      { next: nothing },
    );
}

/** Without the note of a failover nobody knows what is to be given back. */
function refuseUnknown(
  set: SetConfig,
  note: FailoverNote | undefined,
  members: readonly MemberView[],
): asserts note is FailoverNote {
  if (note) return;
  refuseAtHome(set, members);
  throw new Refusal(
    `The mirror of ${set.name} was broken off, but not by a failover of mine: what its hosts had is not written down, so I cannot give it back.`,
    { next: `It has to be taken home by hand. ${nothing}` },
  );
}

function fencedOf(set: SetConfig, note: FailoverNote): Facts["fenced"] {
  if (note.fenced) return note.fenced;
  throw new Refusal(`The array of ${set.name} is not fenced: its hosts may still be writing to the old copy.`, {
    next: `Fence it first. ${nothing}`,
    detail: { choices: [{ label: "Fence it", say: `fence ${set.name}` }] },
  });
}

/** An array that does not answer is a sentence of its own. */
async function homeAnswers<T>(set: SetConfig, look: () => Promise<T>): Promise<T> {
  try {
    return await look();
  } catch (error) {
    if (error instanceof Refusal || !(error instanceof Problem) || error.kind === "rejected") throw error;
    const names = listed([...new Set(set.members.map(({ source }) => source.cluster))]);
    throw new Refusal(`${names} does not answer, so ${set.name} cannot be taken home now.`, {
      next: `${set.name} runs on as it does. ${nothing}`,
    });
  }
}

async function viewHome(set: SetConfig, seen: HomeSeen, on: ReadTools): Promise<MemberHome> {
  const { member, home, luns, reverse, sourcePath } = seen;
  const { source, mirror, relationship } = member;
  const policy = relationship.policy?.name ?? "";
  const policies = await on.ontap(source.cluster).policies.list({});
  if (home?.state !== "online")
    throw new Refusal(
      `${source.volume} on ${source.cluster} is ${home?.state ?? "gone"}, so there is nothing to bring up to date: ${set.name} needs a baseline there.`,
      { next: `A new dp volume and a mirror from the copy, by hand; it takes long. ${nothing}` },
    );
  const mapped = luns.find(({ maps }) => maps.length > 0);
  if (mapped)
    throw new Refusal(
      `${mapped.name} on ${source.cluster} is mapped to ${mapped.maps[0]?.igroup.name ?? "an igroup"} again since it was fenced: somebody may be writing there.`,
      { next: `Take the map away, or find out why it is there. ${nothing}` },
    );
  if (sourcePath === undefined)
    throw new Refusal(`${source.svm} on ${source.cluster} is not peered with ${mirror.svm} on ${mirror.cluster}.`, {
      next: nothing,
      detail: { choices: [{ label: "Peer them", say: "peer the svms" }] },
    });
  if (!policies.some(({ name }) => name === policy))
    throw new Refusal(
      `The policy "${policy}" of the mirror is not on ${source.cluster}, and the way back has to follow the same one.`,
      { next: `Make it there. ${nothing}` },
    );
  const stage = stageOf(seen);
  if (stage === undefined)
    throw new Refusal(
      reverse
        ? `${source.volume} on ${source.cluster} is a mirror of ${reverse.source.path} already, ${reverse.state ?? "in no known state"} and ${home.type ?? "?"}: that is not how I leave it, so it may be somebody's own work.`
        : `${source.volume} on ${source.cluster} is read-only (${home.type ?? "?"}), and no mirror leads to it.`,
      { next: reverse ? `A person has to look first. ${nothing}` : nothing },
    );
  const common = stage === "follows" ? undefined : await commonOf(member, on);
  if (common && !common.newest)
    throw new Refusal(
      `${source.volume} and its copy ${mirror.volume} have no snapshot in common, so only a baseline, a first transfer of everything, could bring it home.`,
      { next: `Set up a new volume and mirror from ${mirror.volume} on ${source.cluster}. ${nothing}` },
    );
  return {
    member,
    home,
    onHome: common?.onSource ?? [],
    common: common?.newest,
    reverse,
    stage,
    sourcePath,
    policy,
  };
}

/** Home becomes the destination of the copy's release: an upgrade during the failover may have parted them (reference 0, W6). */
async function releasesOf(
  set: SetConfig,
  note: FailoverNote,
  members: readonly MemberView[],
  on: ReadTools,
): Promise<string | undefined> {
  const pairs = new Map(
    members.map(({ source, mirror }) => [`${source.cluster}/${mirror.cluster}`, { source, mirror }]),
  );
  for (const { source, mirror } of pairs.values()) {
    const [one, other] = await Promise.all(
      [source.cluster, mirror.cluster].map(async (cluster) => {
        const { short, assumed } = await on.ontap(cluster).cluster.version();
        return { cluster, release: assumed ? undefined : short };
      }),
    );
    if (!one || !other) continue;
    const verdict = interoperability(one, other);
    if (verdict.works === "no")
      throw new Refusal(
        `${source.cluster} cannot be the mirror of ${mirror.cluster}, and ${set.name} goes home by such a mirror. ${verdict.says}`,
        {
          next: `Bring one of them to a release that goes with the other; ${set.name} runs on on ${note.host}. ${nothing}`,
        },
      );
    if (verdict.works === "unknown") return verdict.says;
  }
  return undefined;
}

/** Going back to the common snapshot takes what is newer at home: clones of that and locks stand in the way (reference 7.3). */
async function refuseWay(set: SetConfig, { member, home, onHome, common }: MemberHome, on: ReadTools): Promise<void> {
  const { source } = member;
  const at = onHome.find(({ versionUuid }) => versionUuid === common?.versionUuid);
  const newer = onHome.filter(
    (each) => each !== at && Date.parse(each.createTime ?? "") > Date.parse(at?.createTime ?? ""),
  );
  const locked = newer.find((each) => isLocked(each, on.run.askedAt));
  if (locked)
    throw new Refusal(
      `${source.volume} on ${source.cluster} holds the snapshot ${locked.name}, which is newer than ${common?.name ?? "the common one"} and locked until ${showTime(locked.snaplockExpiryTime ?? "", on.run.timeZone)}: it cannot go back behind it.`,
      { next: `It can be failed back when the lock has ended. ${nothing}` },
    );
  const volumes = await on.ontap(source.cluster).volumes.list({ svm: source.svm });
  const holding = volumes.filter(
    ({ clone }) =>
      clone?.parentVolume.uuid === home.uuid && newer.some(({ uuid }) => uuid === clone.parentSnapshot.uuid),
  );
  if (holding.length > 0) throw refusalOf(set, member, holding);
}

function refusalOf(set: SetConfig, { source }: MemberView, holding: readonly Volume[]): Refusal {
  const choices = holding.flatMap(({ comment }) => {
    const note = readNote(comment);
    return note?.kind === "clone"
      ? [{ label: `Release ${note.name}`, say: `release the ${note.name} clone on ${note.host ?? "?"}` }]
      : [];
  });
  const names = listed(holding.map(({ name, clone }) => `${name} (of ${clone?.parentSnapshot.name ?? "?"})`));
  return new Refusal(
    `Clones on ${source.cluster} live on snapshots of ${source.volume} that are newer than what ${set.name}'s copy has, and the way back removes those: ${names}.`,
    { next: `They have to go first, or be split off. ${nothing}`, detail: { choices } },
  );
}

/** What home wrote and never sent: kept if a copy of it has room beside it, else said to be lost. */
async function tailOf(note: FailoverNote, members: readonly MemberHome[], on: ReadTools): Promise<Tail> {
  if (note.planned) return { kind: "none" };
  const until = new Date(Date.parse(on.run.askedAt) + durationMs(on.inventory.leases.safetyCopy)).toISOString();
  for (const cluster of new Set(members.map(({ member }) => member.source.cluster))) {
    let aggregates;
    try {
      aggregates = await on.ontap(cluster).aggregates.list();
    } catch (error) {
      if (!(error instanceof Problem) || error.kind !== "rejected") throw error;
      return { kind: "lost", why: `the login on ${cluster} may not see whether there is room for a copy of it` };
    }
    for (const { name, availableBytes } of aggregates) {
      const needed = members
        .filter(({ member, home }) => member.source.cluster === cluster && home.aggregate?.name === name)
        .reduce((sum, { home }) => sum + (home.usedBytes ?? home.sizeBytes ?? 0), 0);
      if (needed > 0 && needed * spare > (availableBytes ?? 0))
        return { kind: "lost", why: `the aggregate ${name} on ${cluster} has no room for a copy of it` };
    }
  }
  return { kind: "kept", until };
}

/** A split off copy needs its whole size, and some more. */
const spare = 1.05;
