import type { HostConfig, SetConfig } from "../../config/types.js";
import type { FreezeInput } from "../../host/index.js";
import type { Snapshot } from "../../ontap/index.js";
import type { RunFacts } from "../tools.js";

/** How the application is made to hold still, and where. */
export interface Freezing {
  readonly host: HostConfig;
  readonly way: FreezeInput["way"];
  readonly limitSeconds: number;
}

/** What the mirror will do with a snapshot of this label. */
export interface OnMirror {
  /** "takes": its policy has a rule for the label, or copies all. */
  readonly will: "takes" | "ignores" | "none";
  readonly says: string;
  /** What it lets go of in exchange at its next update. */
  readonly losses: readonly string[];
}

/** What a snapshot is planned from. */
export interface Facts {
  readonly set: SetConfig;
  readonly run: RunFacts;
  readonly cluster: string;
  readonly svm: string;
  /** Those of the set, and what else is in its consistency group. */
  readonly volumes: readonly { readonly name: string; readonly uuid: string }[];
  readonly beside: readonly string[];
  readonly group: { readonly uuid: string; readonly name: string; readonly holdSeconds: number | null } | undefined;
  readonly freezing: Freezing | undefined;
  /** The login may write no snapshots there: a person takes it. */
  readonly byHand: boolean;
  readonly name: string;
  readonly label: string;
  /** Labels of the mirror's policy, for buttons. */
  readonly labels: readonly string[];
  readonly mirror: OnMirror;
  /** For adopting: by label, the snapshots other tools took that do not have it. */
  readonly adoptable: readonly { readonly label: string; readonly snapshots: readonly Snapshot[] }[];
}
