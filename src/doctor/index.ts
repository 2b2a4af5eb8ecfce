/** Checks of everything against the real world: one line each, and what to do about it. Nothing is changed. */
export {
  exitCodeOf,
  runDoctor,
  showFinding,
  type Check,
  type DoctorOptions,
  type Finding,
  type Level,
} from "./check.js";
export {
  clusterCheck,
  hostCheck,
  mirrorPairsCheck,
  vmCheck,
  type AzureLook,
  type HostLook,
  type OntapLook,
} from "./far-ends.js";
export { keyVaultCheck, type KeyVaultLook, type VaultSecretLook } from "./keyVaults.js";
export { rightsCheck, type RightsLook } from "./rights.js";
export { configCheck, redisCheck, slackCheck, type SlackLook } from "./own.js";
