import type { HostConfig, SetConfig } from "../../config/types.js";
import type { FailoverNote } from "../../core/failover-note.js";
import type { Lun, Portal, Relationship, Snapshot, Volume } from "../../ontap/index.js";
import type { SetGroup } from "../groups.js";
import type { MemberView } from "../mirrors.js";
import type { RunFacts } from "../tools.js";

/** One volume of the set: the copy it runs on, and its own volume at home. */
export interface MemberHome {
  /** `relationship` is the old mirror, broken off; `snapshots` are the copy's. */
  readonly member: MemberView;
  readonly home: Volume;
  readonly onHome: readonly Snapshot[];
  /** The newest snapshot both have, as the copy has it; undefined once the way back is set up. */
  readonly common: Snapshot | undefined;
  readonly reverse: Relationship | undefined;
  /**
   * How far an earlier try has come: `alone` nothing, `setUp` the mirror back is there and nothing has moved, `setBack` its resync was stopped on its way,
   * `follows` it keeps up.
   */
  readonly stage: "alone" | "setUp" | "setBack" | "follows";
  /** `<local alias of the copy's SVM>:<volume>` as the array writes it. */
  readonly sourcePath: string;
  readonly policy: string;
}

/** What the array wrote and never sent. */
export type Tail =
  | { readonly kind: "none" }
  | { readonly kind: "kept"; readonly until: string }
  | { readonly kind: "lost"; readonly why: string };

export interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly note: FailoverNote;
  readonly fenced: NonNullable<FailoverNote["fenced"]>;
  readonly members: readonly MemberHome[];
  readonly tail: Tail;
  /** What nobody could tell of the two releases. */
  readonly unknown: string | undefined;
  /** Only for the switch. */
  readonly leaving: Leaving | undefined;
}

/** The host the set runs on, as it has to be left. */
export interface Leaving {
  readonly host: HostConfig;
  readonly places: readonly (SetGroup & { readonly mount: string })[];
  /** Of the copies, with their maps; in the order of the members. */
  readonly luns: readonly (readonly Lun[])[];
  readonly igroup: { readonly name: string; readonly uuid: string; readonly initiators: readonly string[] } | undefined;
  readonly dropsIgroup: boolean;
  readonly target: string;
  readonly portals: readonly Portal[];
  /** Production hosts that wrote down what they had mounted. */
  readonly back: readonly { readonly host: HostConfig; readonly tag: string }[];
  /** Production hosts that did not. */
  readonly byHand: readonly string[];
}
