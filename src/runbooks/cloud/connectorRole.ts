/**
 * What the Connector's identity may do in the subscription, by provider, resource and verb: what NetApp publishes for deploying and running Cloud Volumes ONTAP
 * (docs.netapp.com/us-en/console-setup-admin/reference-permissions-azure.html, role "Console Operator", read in November 2026). Left out of it is what other services
 * alone need: Azure NetApp Files (data classification) and Synapse (the old index of backup and recovery). No right to define or assign roles is in it.
 */
const rights: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  "Microsoft.Authorization": { locks: "*" },
  "Microsoft.Compute": {
    availabilitySets: "read write delete",
    diskEncryptionSets: "read write delete",
    disks: "read write delete beginGetAccess/action",
    images: "read write",
    "locations/operations": "read",
    "locations/vmSizes": "read",
    operations: "read",
    snapshots: "read write delete",
    virtualMachineScaleSets: "read write delete",
    virtualMachines:
      "read write delete start/action restart/action powerOff/action deallocate/action instanceView/read vmSizes/read",
    "virtualMachines/extensions": "read write delete",
  },
  "Microsoft.Insights": { Metrics: "Read" },
  "Microsoft.KeyVault": { vaults: "read deploy/action accessPolicies/write" },
  "Microsoft.ManagedIdentity": { userAssignedIdentities: "assign/action" },
  "Microsoft.MarketplaceOrdering": { "offertypes/publishers/offers/plans/agreements": "read write" },
  "Microsoft.Network": {
    applicationSecurityGroups: "read write delete joinIpConfiguration/action",
    loadBalancers: "read write delete",
    "loadBalancers/backendAddressPools": "read join/action",
    "loadBalancers/frontendIPConfigurations": "read",
    "loadBalancers/loadBalancingRules": "read",
    "loadBalancers/probes": "read join/action",
    "locations/operationResults": "read",
    "locations/operations": "read",
    networkInterfaces: "read write delete join/action",
    networkSecurityGroups: "read write delete join/action",
    "networkSecurityGroups/securityRules": "write delete",
    privateDnsZones: "read write A/write",
    "privateDnsZones/virtualNetworkLinks": "read write",
    privateEndpoints: "read write delete",
    routeTables: "join/action",
    virtualNetworks: "read join/action checkIpAddressAvailability/read virtualMachines/read",
    "virtualNetworks/subnets": "read write join/action virtualMachines/read",
  },
  "Microsoft.Resources": {
    deployments: "read write delete operations/read operationStatuses/read",
    resources: "read",
    "subscriptions/locations": "read",
    "subscriptions/operationresults": "read",
    "subscriptions/resourceGroups": "read write delete resources/read",
    tags: "read write delete",
  },
  "Microsoft.Storage": {
    checknameavailability: "read",
    operations: "read",
    storageAccounts:
      "read write delete listkeys/action listAccountSas/action PrivateEndpointConnectionsApproval/action privateEndpointConnections/read",
    "storageAccounts/blobServices/containers": "read",
    "storageAccounts/managementPolicies": "read write",
    usages: "read",
  },
};

/** The same as Azure takes it. */
export const connectorActions: readonly string[] = Object.entries(rights).flatMap(([provider, resources]) =>
  Object.entries(resources).flatMap(([resource, verbs]) =>
    verbs.split(" ").map((verb) => `${provider}/${resource}/${verb}`),
  ),
);
