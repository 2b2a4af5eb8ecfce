import type { TokenCredential } from "@azure/identity";
import type { AzureOptions } from "../options.js";
import { deployments, type Deployments, type DeploymentsReader } from "./deployments.js";
import { groups, type Groups, type GroupsReader } from "./groups.js";
import { createArmHttp } from "./http.js";
import { networks, type Networks, type NetworksReader } from "./networks.js";
import { resources, type Resources, type ResourcesReader } from "./resources.js";
import { roles, type Roles, type RolesReader } from "./roles.js";
import { subscription, type SubscriptionReader } from "./subscription.js";
import { vaults, type VaultsReader } from "./vaults.js";

/** Resource Manager, looked at. */
export interface ArmReader {
  readonly subscriptionId: string;
  readonly subscription: SubscriptionReader;
  readonly groups: GroupsReader;
  readonly networks: NetworksReader;
  readonly vaults: VaultsReader;
  readonly roles: RolesReader;
  readonly deployments: DeploymentsReader;
  readonly resources: ResourcesReader;
}

/** The same, and what changes something: every such call asks the lease first and returns once Azure has accepted. */
export interface ArmWriter extends ArmReader {
  readonly groups: Groups;
  readonly networks: Networks;
  readonly roles: Roles;
  readonly deployments: Deployments;
  readonly resources: Resources;
}

export function createArm(options: AzureOptions, credential: () => Promise<TokenCredential>): ArmWriter {
  const http = createArmHttp(options, credential);
  return {
    subscriptionId: options.subscription,
    subscription: subscription(http),
    groups: groups(http),
    networks: networks(http),
    vaults: vaults(http),
    roles: roles(http),
    deployments: deployments(http),
    resources: resources(http),
  };
}
