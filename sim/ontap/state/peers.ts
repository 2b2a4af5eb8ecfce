import type { SvmState } from "./svm.js";

/** Who the cluster and its SVMs know. Times are milliseconds since the epoch. */

export interface ClusterPeerState {
  uuid: string;
  name: string;
  /** Name of the other cluster; absent for an anonymous offer nobody took yet. */
  remote?: string | undefined;
  addresses: readonly string[];
  ipspace: string;
  applications: readonly string[];
  allowedSvms: readonly string[];
  encryption: "none" | "tls_psk";
  /** Set while the other side has still to give it. */
  passphrase?: string | undefined;
  expiresAt?: number | undefined;
  /** Pending before. */
  availableAt?: number | undefined;
  createdAt: number;
}

export interface SvmPeerState {
  readonly uuid: string;
  /** Local alias of the remote SVM: what `source.path` is written with. */
  name: string;
  readonly svm: SvmState;
  readonly remoteCluster: string;
  readonly remoteSvmUuid: string;
  state: "initiated" | "pending" | "peered" | "rejected" | "suspended";
  applications: readonly string[];
}

export interface PeerPermissionState {
  readonly clusterPeer: string;
  readonly svm: string;
  applications: readonly string[];
}
