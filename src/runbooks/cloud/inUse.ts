import type { SetConfig } from "../../config/types.js";
import { Refusal } from "../../core/problems.js";
import { clonesAmong, mountsOf, type Clone } from "../clones.js";
import { listed, mirrorPlaces } from "../inventory.js";
import { viewMirrors, type MemberView } from "../mirrors.js";
import { isMoving } from "../steps/updateMirror.js";
import type { ReadTools } from "../tools.js";

const nothing = "Nothing was changed.";

/** A set with its mirrors on a CVO; none where it is not protected yet. */
export interface SetThere {
  readonly set: SetConfig;
  readonly members: readonly MemberView[];
}
/**
 * A CVO whose nodes are to be stopped: its sets. Throws a Refusal while a clone is mounted, a safety copy is held, a transfer runs or something is failed over to it.
 * `why`: what stopping would do to a set that is failed over.
 */
export async function refuseInUse(cluster: string, on: ReadTools, why: string): Promise<readonly SetThere[]> {
  const array = on.ontap(cluster);
  const places = mirrorPlaces(on.inventory).filter((each) => each.cluster === cluster);
  const clones = await Promise.all(
    places.map(async ({ svm }) => clonesAmong(cluster, svm, await array.volumes.list({ svm, isFlexclone: true }))),
  );
  refuseUsed(cluster, clones.flat());
  const relationships = (await array.relationships.list({})).filter((each) => !each.restore);
  const moving = relationships.filter(isMoving);
  if (moving.length > 0)
    throw new Refusal(
      `A transfer runs on ${cluster}: ${listed(moving.map((each) => each.destination.volume ?? each.destination.path))}.`,
      { next: `Wait until it has ended, and ask again. ${nothing}` },
    );
  const there = on.inventory.sets.filter((set) => set.members.some(({ mirror }) => mirror.cluster === cluster));
  const sets = await Promise.all(there.map(async (set) => ({ set, members: await membersOf(set, on) })));
  for (const { set, members } of sets)
    if (members.some(({ relationship }) => relationship.state === "broken_off"))
      throw new Refusal(`${set.name} is failed over to ${cluster}: its live data is there, and ${why}.`, {
        next: nothing,
        detail: { choices: [{ label: "Fail back first", say: `failback ${set.name}` }] },
      });
  return sets;
}

/** A set that is not protected yet has nothing to pause. */
async function membersOf(set: SetConfig, on: ReadTools): Promise<readonly MemberView[]> {
  try {
    return (await viewMirrors(set, on)).members;
  } catch (thrown) {
    if (thrown instanceof Refusal) return [];
    throw thrown;
  }
}

function refuseUsed(cluster: string, clones: readonly Clone[]): void {
  const safety = clones.filter(({ note }) => note.kind === "safety");
  const [held] = safety;
  if (held)
    throw new Refusal(`A safety copy of ${held.note.set} is held on ${cluster}: it is the way back of a restore.`, {
      next: `It goes by itself${held.note.until === undefined ? "" : " at the end of its time"}, or is released by name. ${nothing}`,
    });
  const used = clones.filter(({ note }) => note.kind === "clone" && note.host !== undefined);
  const [first] = used;
  if (!first) return;
  const names = used.map(
    (each) => `"${each.note.name}" (${listed(mountsOf(each)) || "attached"} on ${each.note.host ?? "?"})`,
  );
  throw new Refusal(`Clones of ${cluster} are mounted: ${listed(names)}. Their hosts would hang without it.`, {
    next: nothing,
    detail: {
      choices: used
        .slice(0, 5)
        .map(({ note }) => ({ label: `Release ${note.name}`, say: `release the ${note.name} clone` })),
    },
  });
}
