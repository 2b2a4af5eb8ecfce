/** The marketplace image of the Connector (reference C3). */
export const connectorPlan = {
  publisher: "netapp",
  offer: "netapp-oncommand-cloud-manager",
  plan: "occm-byol",
} as const;

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
