/** How the mirrors are and what could be restored: observations to findings, findings to an answer. */
export { digestAnswer, healthAnswer, type Shown } from "./answer.js";
export { lastTick, ticksBetween } from "./cron.js";
export { findingKinds, worstFirst, type Finding, type FindingKind, type Severity } from "./finding.js";
export type { Looked } from "./looked.js";
export { judgeHealth } from "./judge.js";
export { cloneName } from "./leases.js";
export { missingNights, nightsDue, type MissingNight, type Slot } from "./nights.js";
export { recoveryOf, type RecoveryPoint, type SetRecovery } from "./recovery.js";
export { lookAtKeyVaults, lostVaultNote, type KeyVaultHealth, type VaultTools } from "./vaultView.js";
export { vaultFindings } from "./vaults.js";
export {
  clustersOf,
  lookForClones,
  observeHealth,
  type HealthTools,
  type HealthView,
  type HeldClone,
  type MemberHealth,
  type PeeringHealth,
  type SetHealth,
  type Trouble,
  type VolumeSight,
} from "./view.js";
