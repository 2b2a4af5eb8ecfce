import type { ScriptTransport } from "../core/script.js";
import { createArm, type ArmReader, type ArmWriter } from "./arm/index.js";
import { lazyClients } from "./clients.js";
import { lazyCredential } from "./credential.js";
import { readSecret, type SecretAddress } from "./keyVault.js";
import type { AzureOptions, VmAddress } from "./options.js";
import { createRunCommand } from "./runCommand.js";
import { getVm, startVm, type VmState } from "./vm.js";

export type { AzureCredential, AzureOptions, VmAddress } from "./options.js";
export type { SecretAddress } from "./keyVault.js";
export type { VmState } from "./vm.js";
export type { ResourceGroup, ResourceInGroup } from "./arm/groups.js";
export type { Nic, Route, RouteTable, SecurityGroup, SecurityRule, Subnet, Vnet } from "./arm/networks.js";
export type { Vault, VaultKey, VaultSecret } from "./arm/vaults.js";
export type { RoleAssignment, RoleDefinition } from "./arm/roles.js";
export { coresOf, type MarketplacePlan, type Usage } from "./arm/subscription.js";
export type { Deployment } from "./arm/deployments.js";
export type { AnyResource } from "./arm/resources.js";

export {
  createBluexp,
  type Agent,
  type BluexpLogin,
  type BluexpOptions,
  type BluexpReader,
  type BluexpTask,
  type BluexpWriter,
  type ConnectorReader,
  type Environment,
  type NewEnvironment,
} from "./bluexp/index.js";

/** Azure, looked at: what planning and probes are handed. */
export interface AzureReader extends ArmReader {
  /** Power and agent state. Throws Rejected or NotSent. */
  vm(at: VmAddress): Promise<VmState>;
}

/** The same, and what changes something; every write asks the lease before it is sent. */
export interface AzureWriter extends AzureReader, ArmWriter {
  readonly groups: ArmWriter["groups"];
  readonly networks: ArmWriter["networks"];
  readonly roles: ArmWriter["roles"];
  readonly deployments: ArmWriter["deployments"];
  readonly resources: ArmWriter["resources"];
  /** Returns once Azure has accepted; `vm` tells when it runs. */
  startVm(at: VmAddress): Promise<void>;
}

/** Azure as far as Sluice uses it. Nothing of Azure's libraries is loaded and nothing is asked before the first call. */
export interface Azure extends AzureWriter {
  /** Scripts on one VM, by managed Run Command. One per VM: it remembers what it last saw of it. */
  transport(at: VmAddress): ScriptTransport;
  /** One secret's value from Key Vault. */
  secret(at: SecretAddress): Promise<string>;
}

export function createAzure(options: AzureOptions): Azure {
  const credential = lazyCredential(options);
  const clients = lazyClients(options, credential);
  return {
    ...createArm(options, credential),
    vm: (at) => getVm(clients, at),
    startVm: async (at) => {
      await options.beforeWrite?.();
      await startVm(clients, at);
    },
    transport: (at) => createRunCommand(clients, options, at),
    secret: (at) => readSecret(credential, options, at),
  };
}
