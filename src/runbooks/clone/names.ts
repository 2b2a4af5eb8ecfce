import type { MemberView } from "../mirrors.js";
import type { RunFacts } from "../tools.js";

/** `epic_prd` for training is `epic_prd_training`; volume names take no dashes. */
export const volumeName = (member: MemberView, name: string): string =>
  `${member.source.volume}_${name}`.replace(/[^A-Za-z0-9_]/g, "_").toLowerCase();

/** The volume group a clone has on its host: never the original's name. One of several carries its original's too. */
export const vgName = (prefix: string, set: string, name: string, group?: string): string =>
  `${prefix}${set}_${name}${group === undefined ? "" : `_${group.replace(/^vg_/, "")}`}`.replace(
    /[^A-Za-z0-9_+.-]/g,
    "_",
  );

export const freshName = (run: RunFacts): string => `sluice-fresh.${run.id}`;

/** The lowest numbers from 1 up that the initiator does not see yet. */
export function freeNumbers(inUse: readonly number[], count: number): number[] {
  const taken = new Set(inUse);
  const free: number[] = [];
  for (let number = 1; free.length < count && number < 4096; number += 1) if (!taken.has(number)) free.push(number);
  return free;
}
