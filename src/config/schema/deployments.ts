import { z } from "zod";
import { azureName, region, text, vmSize, vnet, word } from "./words.js";

/** Names and sizes as BlueXP takes them (reference C4). */
export const cvoDeployment = z
  .strictObject({
    region,
    vnet,
    subnet: azureName,
    resourceGroup: azureName,
    svm: word,
    adminPassword: word,
    size: vmSize.default("Standard_E8ds_v5"),
    package: z.enum(["Essential", "Professional", "Freemium", "Edge", "Optimized"]).default("Professional"),
    saasSubscription: text.optional(),
    /** BlueXP's id of the NetApp support site account a new system is registered with: that brings its licence for volume encryption. */
    supportAccount: text.optional(),
    marketplacePlan: z
      .string()
      .regex(/^[\w.-]+$/, "should be a plan of the offer netapp-ontap-cloud, such as ontap_cloud_byol_ha")
      .optional(),
    diskTb: z
      .union([z.literal(0.5), z.literal(1), z.literal(2), z.literal(4), z.literal(8), z.literal(16), z.literal(32)], {
        error: "should be a disk's size in TB: 0.5, 1, 2, 4, 8, 16 or 32",
      })
      .default(8),
    storage: z.enum(["Premium_LRS", "StandardSSD_LRS", "Standard_LRS", "Premium_ZRS"]).default("Premium_LRS"),
    encryptionKey: z.strictObject({ vault: azureName, key: azureName, identity: text.optional() }).optional(),
    zones: z.array(z.number().int().min(1).max(3)).max(2).default([]),
    tags: z.record(z.string(), z.string()).default({}),
  })
  .refine((deploy) => !["Edge", "Optimized"].includes(deploy.package) || deploy.saasSubscription !== undefined, {
    path: ["saasSubscription"],
    error: "is missing: the packages Edge and Optimized are bought by a marketplace subscription",
  });

export const connectorDeployment = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z][A-Za-z0-9-]{1,40}[A-Za-z0-9]$/, "should be letters, digits and dashes, as a VM is named"),
  company: text,
  region,
  resourceGroup: azureName,
  vnet,
  subnet: azureName,
  size: vmSize.default("Standard_D8s_v3"),
  adminUser: z
    .string()
    .regex(/^[a-z][a-z0-9_-]{0,30}$/, "should be a Linux user's name")
    .default("connector"),
  adminKey: z.string().regex(/^ssh-(rsa|ed25519) [A-Za-z0-9+/=]+( .*)?$/, "should be an SSH public key"),
});
