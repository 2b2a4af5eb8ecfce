export { createHosts, type Hosts } from "./hosts.js";
export { ScriptMemory } from "./memory.js";
export { wwidOf } from "./devices.js";
export {
  type BegunRun,
  HostUnreachable,
  type HostFault,
  type HostKnobs,
  type HostRun,
  type HostsOptions,
  type ScriptEnd,
  type ShownHost,
} from "./types.js";
