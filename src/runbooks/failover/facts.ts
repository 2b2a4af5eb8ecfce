import type { HostConfig, HostPurpose, SetConfig } from "../../config/types.js";
import type { TakenMap } from "../../core/failover-note.js";
import type { Lun, Portal } from "../../ontap/index.js";
import type { SetGroup } from "../groups.js";
import type { Loss, MemberView } from "../mirrors.js";
import type { SetPoint } from "../points.js";
import type { RunFacts } from "../tools.js";

/** What a planned failover sees of the source. An unplanned one asks nothing of it. */
export interface SourceFacts {
  readonly members: readonly { readonly luns: readonly Lun[]; readonly losses: readonly Loss[] }[];
  readonly maps: readonly TakenMap[];
  /** Hosts behind the LUNs that answer: their application is stopped first. */
  readonly hosts: readonly HostConfig[];
  /** Those that do not: their LUNs are taken from them all the same. */
  readonly silent: readonly string[];
}

/** One volume of the set as its mirror has it. */
export interface MemberCopy {
  readonly member: MemberView;
  readonly luns: readonly Lun[];
  /** When the newest state it holds was taken (ISO-8601); undefined where that cannot be dated. */
  readonly newest: string | undefined;
}

export interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly host: HostConfig;
  readonly purpose: HostPurpose;
  readonly places: readonly (SetGroup & { readonly mount: string })[];
  readonly members: readonly MemberCopy[];
  /** Why the source is left alone, as a sentence; or what was seen of it. */
  readonly source: { readonly alive: true; readonly is: SourceFacts } | { readonly alive: false; readonly why: string };
  /** One point in time for all; undefined: the newest state of the only volume there is. */
  readonly point: SetPoint | undefined;
  readonly points: readonly SetPoint[];
  readonly igroup: { readonly name: string; readonly inUse: readonly number[] };
  readonly target: string;
  readonly portals: readonly Portal[];
  /** By which snapshots are taken of it from then on; undefined: the configured one is not on the cluster. */
  readonly snapshotPolicy: string | undefined;
  /** Runs whose drill of this set is under way: they are ended first. */
  readonly drills: readonly string[];
}
