import { atLeast } from "../kernel/releases.js";
import type { ClusterState, KeyManagerState, KeyVaultState, SvmState } from "../state.js";

/** The key vault or key manager that keeps the keys of an SVM's volumes: its own first, else the cluster's. */
export function keysOf(cluster: ClusterState, svm: SvmState): KeyVaultState | KeyManagerState | undefined {
  const { vaults, managers } = cluster.security;
  return (
    vaults.find((each) => each.svm === svm && each.enabled) ??
    managers.find((each) => each.svm === svm) ??
    managers.find((each) => !each.svm)
  );
}

export const canEncrypt = (cluster: ClusterState, svm: SvmState): boolean => keysOf(cluster, svm) !== undefined;

/** Are the keys of this SVM's volumes in an Azure Key Vault? */
export const vaultOf = (cluster: ClusterState, svm: SvmState): KeyVaultState | undefined => {
  const keys = keysOf(cluster, svm);
  return keys && "keyId" in keys ? keys : undefined;
};

export const isRelease = (cluster: ClusterState, since: string): boolean => atLeast(cluster.spec.release, since);
