import type { ScriptTransport } from "../core/script.js";
import { lazyClients } from "./clients.js";
import { readSecret, type SecretAddress } from "./keyVault.js";
import type { AzureOptions, VmAddress } from "./options.js";
import { createRunCommand } from "./runCommand.js";
import { getVm, startVm, type VmState } from "./vm.js";

export type { AzureCredential, AzureOptions, VmAddress } from "./options.js";
export type { SecretAddress } from "./keyVault.js";
export type { VmState } from "./vm.js";

/** Azure as far as Sluice uses it. Nothing of the SDK is loaded and nothing is asked before the first call. */
export interface Azure {
  /** Power and agent state. Throws Rejected or NotSent. */
  vm(at: VmAddress): Promise<VmState>;
  /** Returns once Azure has accepted; `vm` tells when it runs. */
  startVm(at: VmAddress): Promise<void>;
  /** Scripts on one VM, by managed Run Command. One per VM: it remembers what it last saw of it. */
  transport(at: VmAddress): ScriptTransport;
  /** One secret's value from Key Vault. */
  secret(at: SecretAddress): Promise<string>;
}

export function createAzure(options: AzureOptions): Azure {
  const clients = lazyClients(options);
  return {
    vm: (at) => getVm(clients, at),
    startVm: (at) => startVm(clients, at),
    transport: (at) => createRunCommand(clients, options, at),
    secret: (at) => readSecret(clients, options, at),
  };
}
