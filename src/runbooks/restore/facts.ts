import type { HostConfig, SetConfig } from "../../config/types.js";
import type { Lun, Snapshot, Volume } from "../../ontap/index.js";
import type { Loss, MemberView } from "../mirrors.js";
import type { SetPoint } from "../points.js";
import type { RunFacts } from "../tools.js";

/** One volume of the set, and what a restore of it needs and meets. */
export interface MemberRestore {
  readonly member: MemberView;
  readonly target: Volume;
  readonly onSource: readonly Snapshot[];
  readonly luns: readonly Lun[];
  /** `<local alias of the mirror's SVM>:<volume>` as the source's cluster writes it. */
  readonly sourcePath: string;
  readonly losses: readonly Loss[];
  /** Can a safety copy be taken and brought over? */
  readonly safe: boolean;
}

/** What a restore is planned from. */
export interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly point: SetPoint;
  readonly points: readonly SetPoint[];
  readonly members: readonly MemberRestore[];
  readonly hosts: readonly HostConfig[];
  readonly safetyUntil: string;
}
