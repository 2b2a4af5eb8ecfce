import type { SvmState } from "./svm.js";

/** Key managers, Azure Key Vaults and multi-admin verification. Times are milliseconds since the epoch. */

/** An Azure Key Vault configuration: reference 10. Secrets are kept only to be compared. */
export interface KeyVaultState {
  readonly uuid: string;
  readonly svm: SvmState;
  name: string;
  keyId: string;
  tenantId: string;
  clientId: string;
  method: "client_secret" | "certificate";
  secret: string;
  proxy: {
    type?: string | undefined;
    host?: string | undefined;
    port?: number | undefined;
    username?: string | undefined;
  };
  port: number;
  oauthHost: string;
  vaultHost: string;
  verifyHost: boolean;
  /** False: made with create_inactive, not in use. */
  enabled: boolean;
  readonly configuration: string;
  readonly createdAt: number;
  /** The internal keys are being renewed until then: no clone can be made meanwhile. */
  rekeyUntil?: number | undefined;
}

/** The onboard key manager, or an external (KMIP) one: reference 10. */
export interface KeyManagerState {
  readonly uuid: string;
  readonly kind: "onboard" | "external";
  /** Absent: of the cluster. */
  readonly svm?: SvmState | undefined;
  servers: readonly { readonly server: string; timeout: number; username: string }[];
  passphrase: string;
}

export interface MavGroupState {
  readonly name: string;
  approvers: readonly string[];
  email: readonly string[];
}

export interface MavRuleState {
  readonly operation: string;
  query: string;
  autoRequest: boolean;
  /** Absent: the cluster's setting. */
  requiredApprovers?: number | undefined;
  groups: readonly string[];
  approvalExpiryMs?: number | undefined;
  executionExpiryMs?: number | undefined;
  readonly systemDefined: boolean;
  readonly createdAt: number;
}

export interface MavRequestState {
  readonly index: number;
  readonly operation: string;
  readonly query: string;
  readonly user: string;
  /** Which call it lets through. */
  readonly key: string;
  state: "pending" | "approved" | "vetoed" | "expired" | "executed";
  approvers: string[];
  vetoedBy?: string | undefined;
  readonly createdAt: number;
  approvedAt?: number | undefined;
  readonly comment: string;
  /** Absent: as many as the rule wants now. */
  readonly required?: number | undefined;
  readonly approvalExpiryMs?: number | undefined;
  readonly executionExpiryMs?: number | undefined;
  /** Only these may use it; default: whoever asked. */
  readonly permitted?: readonly string[] | undefined;
  readonly executeOnApproval?: boolean | undefined;
}

export interface SecurityState {
  vaults: KeyVaultState[];
  /** Reads are in the audit trail too. */
  auditReads?: boolean | undefined;
  /** When the nodes found that the vault does not answer. */
  vaultDownSince?: number | undefined;
  managers: KeyManagerState[];
  mav: {
    enabled: boolean;
    requiredApprovers: number;
    groups: readonly string[];
    approvalExpiryMs: number;
    executionExpiryMs: number;
  };
  mavGroups: MavGroupState[];
  mavRules: MavRuleState[];
}
