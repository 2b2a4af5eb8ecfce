import type { HostConfig, HostPurpose, SetConfig } from "../../config/types.js";
import type { Lun, Portal } from "../../ontap/index.js";
import type { SetGroup } from "../groups.js";
import type { Loss, MemberView } from "../mirrors.js";
import type { SetPoint } from "../points.js";
import type { RunFacts } from "../tools.js";

/** One volume of the set, and the clone of it. */
export interface MemberClone {
  readonly member: MemberView;
  readonly volume: string;
  /** Of the mirror: the clone has the same, with serials of its own. */
  readonly luns: readonly Lun[];
  readonly losses: readonly Loss[];
}

/** A volume group of the clone on its host. */
export interface GroupPlace extends SetGroup {
  /** Never the original's name. */
  readonly vg: string;
  readonly mount: string;
}

/** What a clone is planned from. */
export interface Facts {
  readonly set: SetConfig;
  readonly host: HostConfig;
  readonly purpose: HostPurpose;
  readonly run: RunFacts;
  readonly name: string;
  /** "TEAM/USER": who asked, or whose clone it takes the place of. */
  readonly owner: string;
  /** End of the lease of the clone it takes the place of. */
  readonly kept: string | undefined;
  /** One per volume group, those mounted further up first. */
  readonly places: readonly GroupPlace[];
  readonly point: SetPoint | undefined;
  readonly members: readonly MemberClone[];
  readonly igroup: { readonly name: string; readonly inUse: readonly number[] };
  readonly target: string;
  readonly portals: readonly Portal[];
  readonly freeBytes: number | undefined;
  /** What the cluster's release lacks that a clone's owner should know, in words. */
  readonly lacking: readonly string[];
  readonly lease: string;
  readonly maxLease: string;
}
