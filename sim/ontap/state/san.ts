import type { SvmState } from "./svm.js";

/** Initiator groups, maps, sessions. Times are milliseconds since the epoch. */

export interface IgroupState {
  readonly uuid: string;
  name: string;
  readonly svm: SvmState;
  readonly protocol: "iscsi" | "fcp" | "mixed";
  osType: string;
  comment: string;
  deleteOnUnmap: boolean;
  /** Uuids of igroups nested in this one: 9.9 and later. */
  nested?: readonly string[] | undefined;
  initiators: { readonly name: string; comment: string }[];
}

export interface MapState {
  readonly svm: SvmState;
  readonly lunUuid: string;
  readonly igroupUuid: string;
  readonly number: number;
  /** Names of reporting nodes added to the owner and its partner. */
  reporting?: readonly string[] | undefined;
}

/** CHAP of an initiator. */
export interface IscsiCredentialState {
  readonly svm: SvmState;
  readonly initiator: string;
  type: "none" | "deny" | "chap";
  inboundUser?: string | undefined;
  outboundUser?: string | undefined;
}

/** An iSCSI session a host opened. */
export interface SessionState {
  readonly targetName: string;
  readonly address: string;
  readonly initiator: string;
  readonly isid: string;
  readonly tsih: number;
}
