import type { HostConfig, SetConfig } from "../../config/types.js";
import type { Lun, Snapshot, Volume } from "../../ontap/index.js";
import type { PauseNote } from "../../core/pause-note.js";
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
  /** Why no safety copy can be taken and brought over; undefined when one can. */
  readonly unsafe: string | undefined;
  /** Somebody had paused the mirror on purpose: by whom and why, if that was written down. It stays paused. */
  readonly paused: { readonly note: PauseNote | undefined } | undefined;
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
  /** A sentence that clones this point instead, to look at it; undefined where there is no place for one. */
  readonly lookFirst: string | undefined;
}
