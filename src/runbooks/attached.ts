import type { SetConfig } from "../config/types.js";
import { readNote, type Clone } from "./clones.js";
import { groupsOf, type SetGroup } from "./groups.js";

export interface Attached extends Omit<SetGroup, "volumes"> {
  readonly vg: string;
  readonly mount: string;
  /** Of the clone. */
  readonly volumes: readonly string[];
}

/** The clone's volume groups on its host, those mounted furthest down first: each of its volumes says which is its own. */
export function attachedOf(clone: Clone, set: SetConfig): readonly Attached[] {
  const groups = groupsOf(set);
  const ofGroup = (group: SetGroup): Attached[] => {
    const mine = clone.volumes.filter(({ clone: from }) => {
      const member = set.members.find(({ mirror }) => mirror.volume === from?.parentVolume.name);
      return member !== undefined && group.volumes.includes(member.source.volume);
    });
    const note = mine[0] && readNote(mine[0].comment);
    const volumes = mine.map(({ name }) => name);
    return note ? [{ ...group, vg: note.vg ?? "", mount: note.mount ?? "", volumes }] : [];
  };
  return groups.flatMap(ofGroup).reverse();
}
