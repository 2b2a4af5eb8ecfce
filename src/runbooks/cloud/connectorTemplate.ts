/** The marketplace image of the Connector (reference C3). */
export const connectorPlan = {
  publisher: "netapp",
  offer: "netapp-oncommand-cloud-manager",
  plan: "occm-byol",
} as const;

/**
 * What the Connector's identity may do in the subscription: deploy, run and delete Cloud Volumes ONTAP with its network interfaces, disks,
 * storage accounts, load balancers (HA) and keys. After NetApp's published policy for Azure.
 */
export const connectorActions: readonly string[] = [
  "Microsoft.Authorization/locks/*",
  "Microsoft.Authorization/roleAssignments/read",
  "Microsoft.Authorization/roleAssignments/write",
  "Microsoft.Authorization/roleDefinitions/read",
  "Microsoft.Authorization/roleDefinitions/write",
  "Microsoft.Compute/availabilitySets/*",
  "Microsoft.Compute/diskEncryptionSets/*",
  "Microsoft.Compute/disks/*",
  "Microsoft.Compute/images/*",
  "Microsoft.Compute/locations/operations/read",
  "Microsoft.Compute/locations/vmSizes/read",
  "Microsoft.Compute/operations/read",
  "Microsoft.Compute/snapshots/*",
  "Microsoft.Compute/virtualMachines/*",
  "Microsoft.KeyVault/vaults/read",
  "Microsoft.KeyVault/vaults/deploy/action",
  "Microsoft.KeyVault/vaults/accessPolicies/write",
  "Microsoft.ManagedIdentity/userAssignedIdentities/assign/action",
  "Microsoft.MarketplaceOrdering/offertypes/publishers/offers/plans/agreements/*",
  "Microsoft.Network/loadBalancers/*",
  "Microsoft.Network/locations/operationResults/read",
  "Microsoft.Network/locations/operations/read",
  "Microsoft.Network/networkInterfaces/*",
  "Microsoft.Network/networkSecurityGroups/*",
  "Microsoft.Network/privateEndpoints/*",
  "Microsoft.Network/routeTables/*",
  "Microsoft.Network/virtualNetworks/read",
  "Microsoft.Network/virtualNetworks/checkIpAddressAvailability/read",
  "Microsoft.Network/virtualNetworks/subnets/*",
  "Microsoft.Resources/deployments/*",
  "Microsoft.Resources/resources/read",
  "Microsoft.Resources/subscriptions/locations/read",
  "Microsoft.Resources/subscriptions/operationresults/read",
  "Microsoft.Resources/subscriptions/resourceGroups/*",
  "Microsoft.Storage/checknameavailability/read",
  "Microsoft.Storage/operations/read",
  "Microsoft.Storage/storageAccounts/*",
  "Microsoft.Storage/usages/read",
];

const parameter = (name: string): string => `[parameters('${name}')]`;
const string = { type: "string" };

/** One machine of the marketplace's image with an interface in the subnet, no public address and no password; both go together. */
export const connectorTemplate = {
  $schema: "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#",
  contentVersion: "1.0.0.0",
  parameters: {
    name: string,
    subnet: string,
    size: string,
    adminUser: string,
    adminKey: string,
    tags: { type: "object" },
    customData: { type: "secureString" },
  },
  resources: [
    {
      type: "Microsoft.Network/networkInterfaces",
      apiVersion: "2024-05-01",
      name: "[concat(parameters('name'), '-nic')]",
      location: "[resourceGroup().location]",
      tags: parameter("tags"),
      properties: {
        ipConfigurations: [
          {
            name: "ipconfig1",
            properties: { privateIPAllocationMethod: "Dynamic", subnet: { id: parameter("subnet") } },
          },
        ],
      },
    },
    {
      type: "Microsoft.Compute/virtualMachines",
      apiVersion: "2024-07-01",
      name: parameter("name"),
      location: "[resourceGroup().location]",
      tags: parameter("tags"),
      dependsOn: ["[resourceId('Microsoft.Network/networkInterfaces', concat(parameters('name'), '-nic'))]"],
      identity: { type: "SystemAssigned" },
      plan: { publisher: connectorPlan.publisher, product: connectorPlan.offer, name: connectorPlan.plan },
      properties: {
        hardwareProfile: { vmSize: parameter("size") },
        storageProfile: {
          imageReference: {
            publisher: connectorPlan.publisher,
            offer: connectorPlan.offer,
            sku: connectorPlan.plan,
            version: "latest",
          },
          osDisk: {
            createOption: "FromImage",
            deleteOption: "Delete",
            managedDisk: { storageAccountType: "Premium_LRS" },
          },
        },
        osProfile: {
          computerName: parameter("name"),
          adminUsername: parameter("adminUser"),
          customData: "[base64(parameters('customData'))]",
          linuxConfiguration: {
            disablePasswordAuthentication: true,
            ssh: {
              publicKeys: [
                {
                  path: "[concat('/home/', parameters('adminUser'), '/.ssh/authorized_keys')]",
                  keyData: parameter("adminKey"),
                },
              ],
            },
          },
        },
        networkProfile: {
          networkInterfaces: [
            {
              id: "[resourceId('Microsoft.Network/networkInterfaces', concat(parameters('name'), '-nic'))]",
              properties: { deleteOption: "Delete" },
            },
          ],
        },
      },
    },
  ],
} as const;
