import type { SvmState } from "./svm.js";

/** Initiator groups, maps, sessions. Times are milliseconds since the epoch. */

export interface IgroupState {
  readonly uuid: string;
  name: string;
  readonly svm: SvmState;
  readonly protocol: "iscsi" | "fcp" | "mixed";
  osType: string;
  comment: string;
  readonly deleteOnUnmap: boolean;
  initiators: { readonly name: string; comment: string }[];
}

export interface MapState {
  readonly svm: SvmState;
  readonly lunUuid: string;
  readonly igroupUuid: string;
  readonly number: number;
}

/** An iSCSI session a host opened. */
export interface SessionState {
  readonly targetName: string;
  readonly address: string;
  readonly initiator: string;
  readonly isid: string;
  readonly tsih: number;
}
